import { loadKernel } from '#compute/loadKernel.ts';

interface ThresholdKernel {
  bitsI16(source: number, target: number, ni: number, rows: number, words: number, low: number, high: number): void;
  bitsU16(source: number, target: number, ni: number, rows: number, words: number, low: number, high: number): void;
  bitsU8(source: number, target: number, ni: number, rows: number, words: number, low: number, high: number): void;
  bitsF32(source: number, target: number, ni: number, rows: number, words: number, low: number, high: number): void;
  paintBits(bits: number, target: number, ni: number, rows: number, words: number, value: number): void;
}
interface MorphologyKernel {
  and(a: number, b: number, target: number, bytes: number): void;
  or(a: number, b: number, target: number, bytes: number): void;
  andNot(a: number, b: number, target: number, bytes: number): void;
  clear(target: number, bytes: number): void;
  copy(source: number, target: number, bytes: number): void;
  not(a: number, target: number, ni: number, rows: number, words: number): void;
  count(a: number, bytes: number): number;
  swapIK(
    source: number,
    target: number,
    block: number,
    ni: number,
    nj: number,
    nk: number,
    words: number,
    targetWords: number,
    j0: number,
    j1: number,
  ): void;
  dilateSlices(
    source: number,
    target: number,
    scratch: number,
    ni: number,
    nj: number,
    nk: number,
    words: number,
    k0: number,
    k1: number,
    reaches: number,
    rj: number,
    rk: number,
  ): void;
}
interface ComponentsKernel {
  countRuns(bits: number, rows: number, words: number): number;
  joinSlices(
    bits: number,
    words: number,
    nj: number,
    k0: number,
    k1: number,
    rowStart: number,
    runs: number,
    parents: number,
    connectivity: number,
  ): void;
  numberRuns(parents: number, count: number): number;
  countVoxels(runs: number, numbers: number, count: number, sizes: number): void;
  countOverlap(
    rowStart: number,
    runs: number,
    numbers: number,
    rows: number,
    marker: number,
    words: number,
    counters: number,
  ): void;
  measure(rowStart: number, runs: number, numbers: number, nj: number, nk: number, slots: number, facts: number): void;
  writeKept(
    rowStart: number,
    runs: number,
    numbers: number,
    rows: number,
    keep: number,
    target: number,
    words: number,
  ): void;
  componentAt(rowStart: number, runs: number, numbers: number, row: number, i: number): number;
}
export type SegmentKernels = ThresholdKernel & MorphologyKernel & ComponentsKernel;

export interface KernelsOverMemory {
  readonly kernels: SegmentKernels;
  readonly memory: WebAssembly.Memory;
}

/** A worker keeps one set of kernels and its memory for the next job: fresh memory costs a page fault every 4 KB. Above this it is let go. */
const KEPT_BYTES = 1 << 28;
let spare: KernelsOverMemory | null = null;

/** The kernels of segmentation over one memory: bits made by one are read by the next. None of them keeps data of its own there. */
export async function loadSegmentKernels(): Promise<KernelsOverMemory> {
  if (spare) {
    const taken = spare;
    spare = null;
    return taken;
  }
  const threshold = await loadKernel<ThresholdKernel>('threshold', 16);
  const { memory } = threshold;
  const morphology = await loadKernel<MorphologyKernel>('morphology', 0, memory);
  const components = await loadKernel<ComponentsKernel>('components', 0, memory);
  return { kernels: { ...threshold.exports, ...morphology.exports, ...components.exports }, memory };
}

/** Gives them back; what lies in the memory is lost. */
export function returnSegmentKernels(used: KernelsOverMemory): void {
  if (used.memory.buffer.byteLength <= KEPT_BYTES) spare = used;
}
