import type { loadKernel } from '#compute/loadKernel.ts';

type Pointer = number;

/** src/kernels/surfaceNets.ts */
export interface NetsKernel {
  unpackBrick(brick: Pointer, target: Pointer, row: number, plane: number, ni: number, nj: number, nk: number): void;
  fillBrick(value: number, target: Pointer, row: number, plane: number, ni: number, nj: number, nk: number): void;
  countBrick(brick: Pointer, histogram: Pointer, ni: number, nj: number, nk: number): void;
  countCells(a: Pointer, b: Pointer, rowBytes: number, nx: number, ny: number): number;
  netsPlane(
    ...args: [
      ...[a: Pointer, b: Pointer, rowBytes: number, nx: number, ny: number, x0: number, y0: number, z: number],
      ...[hasLow: number, mapLow: Pointer, mapHigh: Pointer, cells: Pointer, links: Pointer, mask: Pointer],
      ...[firstVertex: number, quads: Pointer, sides: Pointer, firstQuad: number],
      ...[owned: number, ownX0: number, ownX1: number, ownY0: number, ownY1: number],
    ]
  ): bigint;
  keepCurves(links: Pointer, mask: Pointer, first: number, end: number): void;
  relax(
    ...args: [
      ...[from: Pointer, to: Pointer, links: Pointer, mask: Pointer, offsets: Pointer],
      ...[first: number, end: number, rate: number, limit: number],
    ]
  ): void;
}

/** src/kernels/surfaceNetsMeshes.ts */
export interface NetsMeshesKernel {
  volumes(
    ...args: [
      ...[quads: Pointer, sides: Pointer, first: number, end: number, cells: Pointer, moved: Pointer],
      ...[volume: Pointer, area: Pointer],
    ]
  ): void;
  press(
    ...args: [
      ...[quads: Pointer, sides: Pointer, first: number, end: number, cells: Pointer, moved: Pointer],
      ...[offset: Pointer, push: Pointer],
    ]
  ): void;
  move(moved: Pointer, push: Pointer, first: number, end: number, limit: number): void;
  place(cells: Pointer, moved: Pointer, first: number, end: number, matrix: Pointer, ras: Pointer): void;
  countSides(sides: Pointer, count: number, counts: Pointer): void;
  sortSides(sides: Pointer, count: number, starts: Pointer, target: Pointer): void;
  assemble(
    ...args: [
      ...[list: Pointer, first: number, end: number, quads: Pointer, ras: Pointer, numbers: Pointer],
      ...[stamp: number, mirrored: number, positions: Pointer, normals: Pointer, triangles: Pointer, vertices: number],
    ]
  ): number;
  unit(normals: Pointer, count: number): void;
}

/** The memory that both kernels of surface nets share in this worker; one job at a time uses it, and it stays for the next. */
export interface NetsMemory {
  readonly kernel: NetsKernel;
  readonly meshes: NetsMeshesKernel;
  readonly memory: WebAssembly.Memory;
  /** 65,536 u32. */
  readonly histogram: Pointer;
  /** One brick. */
  readonly scratch: Pointer;
  /** 64 × 4 f32: for each set of links the sum of their steps, and 1 ÷ their number. */
  readonly offsets: Pointer;
  /** 3 × 65,536 f64. */
  readonly perSegment: Pointer;
  /** Free from here. */
  readonly start: Pointer;
  clearHistogram(): void;
  readHistogram(): [value: number, count: number][];
}

const SEGMENTS = 65536;
const HISTOGRAM = 65536;
const SCRATCH = HISTOGRAM + 4 * SEGMENTS;
const OFFSETS = SCRATCH + 65536;
const PER_SEGMENT = OFFSETS + 1024;
const START = PER_SEGMENT + 3 * 8 * SEGMENTS;

let loaded: Promise<NetsMemory> | undefined;

export function netsMemory(load: typeof loadKernel): Promise<NetsMemory> {
  loaded ??= make(load);
  return loaded;
}

async function make(load: typeof loadKernel): Promise<NetsMemory> {
  const { exports: kernel, memory } = await load<NetsKernel>('surfaceNets', Math.ceil(START / 65536));
  const { exports: meshes } = await load<NetsMeshesKernel>('surfaceNetsMeshes', 0, memory);
  const offsets = new Float32Array(memory.buffer, OFFSETS, 64 * 4);
  for (let mask = 0; mask < 64; mask++) {
    let links = 0;
    for (let n = 0; n < 6; n++) {
      if (!(mask & (1 << n))) continue;
      links++;
      const axis = n >> 1;
      offsets[4 * mask + axis] = (offsets[4 * mask + axis] as number) + (n % 2 === 0 ? -1 : 1);
    }
    offsets[4 * mask + 3] = links === 0 ? 1 : 1 / links;
  }
  const histogram = () => new Uint32Array(memory.buffer, HISTOGRAM, SEGMENTS);
  return {
    ...{ kernel, meshes, memory },
    ...{ histogram: HISTOGRAM, scratch: SCRATCH, offsets: OFFSETS, perSegment: PER_SEGMENT, start: START },
    clearHistogram: () => histogram().fill(0),
    readHistogram() {
      const found: [number, number][] = [];
      histogram().forEach((count, value) => {
        if (count > 0 && value > 0) found.push([value, count]);
      });
      return found;
    },
  };
}

/** Makes sure that `pointer` lies in the memory, and some room beyond it; views taken before are empty afterwards. */
export function growTo({ memory }: NetsMemory, pointer: Pointer): void {
  const missing = pointer + 64 - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.max(Math.ceil(missing / 65536), Math.min(512, memory.buffer.byteLength >> 18)));
}
