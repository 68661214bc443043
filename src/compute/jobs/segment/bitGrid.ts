import type { Steps } from '#core/steps.ts';
import { bytesPerVoxel, type Dims, type ScalarArray, type Volume, type VolumeHeader } from '#core/volume/volume.ts';
import { type Arena, createArena } from './arena.ts';
import { loadSegmentKernels, returnSegmentKernels, type SegmentKernels } from './kernels.ts';
import { storedRange } from './storedRange.ts';

/** A set of voxels: where its bits lie in the grid's memory. Made by `mask()`, given back by `drop()`. */
export type Mask = number & { readonly mask?: never };

/** Half-widths of an element along i, one per offset along j and k; see dilateSlices. */
export interface Element {
  readonly rj: number;
  readonly rk: number;
  readonly reaches: Int32Array;
}

/** A slab of slices is at most this large: a few ms of work for any kernel. */
const SLAB_BYTES = 1 << 22;

/** Sets of voxels as bits, 64 to a word, in the private memory of the segmentation kernels; all masks are on one grid. */
export class BitGrid {
  readonly dims: Dims;
  /** 64-bit words per row, even. */
  readonly words: number;
  readonly bytes: number;
  readonly kernels: SegmentKernels;
  readonly memory: WebAssembly.Memory;
  readonly arena: Arena;

  constructor(dims: Dims, kernels: SegmentKernels, memory: WebAssembly.Memory, arena = createArena(memory)) {
    this.dims = dims;
    this.words = 2 * Math.ceil(dims[0] / 128);
    this.bytes = 8 * this.words * dims[1] * dims[2];
    this.kernels = kernels;
    this.memory = memory;
    this.arena = arena;
  }

  get rows(): number {
    return this.dims[1] * this.dims[2];
  }
  get sliceBytes(): number {
    return 8 * this.words * this.dims[1];
  }

  /** An empty set. */
  mask(): Mask {
    const mask = this.arena.allocate(this.bytes);
    this.kernels.clear(mask, this.bytes);
    return mask;
  }
  drop(...masks: Mask[]): void {
    for (const mask of masks) this.arena.release(mask);
  }
  copy(source: Mask): Mask {
    const mask = this.arena.allocate(this.bytes);
    this.kernels.copy(source, mask, this.bytes);
    return mask;
  }
  clear(mask: Mask): void {
    this.kernels.clear(mask, this.bytes);
  }
  /** target := target ∩ other */
  and(target: Mask, other: Mask): void {
    this.kernels.and(target, other, target, this.bytes);
  }
  /** target := target ∪ other */
  or(target: Mask, other: Mask): void {
    this.kernels.or(target, other, target, this.bytes);
  }
  /** target := target without other */
  without(target: Mask, other: Mask): void {
    this.kernels.andNot(target, other, target, this.bytes);
  }
  /** target := complement of target, inside the grid */
  invert(target: Mask): void {
    this.kernels.not(target, target, this.dims[0], this.rows, this.words);
  }
  count(mask: Mask): number {
    return this.kernels.count(mask, this.bytes);
  }
  has(mask: Mask, i: number, j: number, k: number): boolean {
    const at = mask + 8 * this.words * (j + this.dims[1] * k) + (i >> 3);
    return (((new Uint8Array(this.memory.buffer, at, 1)[0] as number) >> (i & 7)) & 1) === 1;
  }
  /** The bits as 32-bit words; a view, empty after the next allocation. */
  view(mask: Mask): Uint32Array {
    return new Uint32Array(this.memory.buffer, mask, this.bytes / 4);
  }

  /** Voxels of the first timepoint whose rescaled value is in [lower, upper]. The caller drops the mask. */
  *threshold(volume: Volume, lower: number, upper: number, stage = 'threshold'): Steps<Mask> {
    const mask = this.mask();
    const range = storedRange(volume.header, lower, upper);
    if (range) yield* this.select(volume.scalars, volume.header.scalarType, range, mask, stage);
    return mask;
  }

  /** Voxels of a dense labelmap that carry `value`, or any value above 0 where it is null. */
  *fromLabels(labels: Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike>, value: number | null): Steps<Mask> {
    const mask = this.mask();
    const type = labels.BYTES_PER_ELEMENT === 1 ? 'u8' : 'u16';
    yield* this.select(labels, type, value === null ? [1, 65535] : [value, value], mask, 'labels');
    return mask;
  }

  private *select(
    scalars: ScalarArray,
    type: VolumeHeader['scalarType'],
    [low, high]: readonly [number, number],
    mask: Mask,
    stage: string,
  ): Steps<void> {
    const [ni, nj, nk] = this.dims;
    const size = bytesPerVoxel[type];
    const perSlab = Math.max(1, Math.floor(SLAB_BYTES / (size * ni * nj)));
    const staged = this.arena.allocate(size * ni * nj * Math.min(perSlab, nk) + 64);
    const bits = { u8: 'bitsU8', i16: 'bitsI16', u16: 'bitsU16', f32: 'bitsF32' } as const;
    const kernel = this.kernels[bits[type]];
    const upper = type === 'u8' ? Math.min(high, 255) : high;
    try {
      for (let k = 0; k < nk; k += perSlab) {
        const slices = Math.min(perSlab, nk - k);
        const bytes = new Uint8Array(scalars.buffer, scalars.byteOffset + size * ni * nj * k, size * ni * nj * slices);
        new Uint8Array(this.memory.buffer, staged, bytes.length).set(bytes);
        kernel(staged, mask + this.sliceBytes * k, ni, nj * slices, this.words, low, upper);
        yield { stage, done: k + slices, of: nk };
      }
    } finally {
      this.arena.release(staged);
    }
  }

  /**
   * Writes `value` into the labels (dense, i-fastest) at each voxel of the mask.
   * @param blank the labels are known to be all 0: they need not be read, which would map their pages twice
   */
  *paint(mask: Mask, labels: Uint8Array<ArrayBufferLike>, value: number, blank = false): Steps<void> {
    const [ni, nj, nk] = this.dims;
    const perSlab = Math.max(1, Math.floor(SLAB_BYTES / (ni * nj)));
    const staged = this.arena.allocate(ni * nj * Math.min(perSlab, nk) + 64);
    try {
      for (let k = 0; k < nk; k += perSlab) {
        const slices = Math.min(perSlab, nk - k);
        const out = labels.subarray(ni * nj * k, ni * nj * (k + slices));
        if (blank) this.kernels.clear(staged, out.length);
        else new Uint8Array(this.memory.buffer, staged, out.length).set(out);
        this.kernels.paintBits(mask + this.sliceBytes * k, staged, ni, nj * slices, this.words, value);
        out.set(new Uint8Array(this.memory.buffer, staged, out.length));
        yield { stage: 'labels', done: k + slices, of: nk };
      }
    } finally {
      this.arena.release(staged);
    }
  }

  /** The grid with two axes swapped, over the same memory. */
  reordered(axes: 'ik' | 'jk'): BitGrid {
    const [ni, nj, nk] = this.dims;
    return new BitGrid(axes === 'ik' ? [nk, nj, ni] : [ni, nk, nj], this.kernels, this.memory, this.arena);
  }
  /** The mask with i and k swapped, a new one of `to` = `this.reordered('ik')`. */
  *swapIK(mask: Mask, to: BitGrid): Steps<Mask> {
    const [ni, nj, nk] = this.dims;
    const target = to.mask();
    const block = this.arena.allocate(512);
    for (let j = 0; j < nj; j += 64) {
      const end = Math.min(nj, j + 64);
      this.kernels.swapIK(mask, target, block, ni, nj, nk, this.words, to.words, j, end);
      yield { stage: 'swap', done: end, of: nj };
    }
    this.arena.release(block);
    return target;
  }
  /** The mask with j and k swapped, a new one of `to` = `this.reordered('jk')`. */
  *swapJK(mask: Mask, to: BitGrid): Steps<Mask> {
    const [, nj, nk] = this.dims;
    const target = to.mask();
    const rowBytes = 8 * this.words;
    const bytes = new Uint8Array(this.memory.buffer);
    for (let k = 0; k < nk; k++) {
      for (let j = 0; j < nj; j++) {
        const from = mask + rowBytes * (j + nj * k);
        bytes.copyWithin(target + rowBytes * (k + nk * j), from, from + rowBytes);
      }
      yield { stage: 'swap', done: k + 1, of: nk };
    }
    return target;
  }

  /** The first and last voxels along the named axes; a new mask. */
  border(axes: readonly (0 | 1 | 2)[]): Mask {
    const [ni, nj, nk] = this.dims;
    const mask = this.mask();
    const rowBytes = 8 * this.words;
    const bytes = new Uint8Array(this.memory.buffer, mask, this.bytes);
    const row = new Uint8Array(rowBytes);
    for (let i = 0; i < ni; i++) row[i >> 3] = (row[i >> 3] as number) | (1 << (i & 7));
    const last = ni - 1;
    for (let k = 0; k < nk; k++)
      for (let j = 0; j < nj; j++) {
        const at = rowBytes * (j + nj * k);
        if ((axes.includes(1) && (j === 0 || j === nj - 1)) || (axes.includes(2) && (k === 0 || k === nk - 1)))
          bytes.set(row, at);
        else if (axes.includes(0)) {
          bytes[at] = (bytes[at] as number) | 1;
          bytes[at + (last >> 3)] = (bytes[at + (last >> 3)] as number) | (1 << (last & 7));
        }
      }
    return mask;
  }

  /** source grown by the element; a new mask. Nothing comes in from outside the grid. */
  *dilate(source: Mask, element: Element, stage = 'dilate', from = 0, to = this.dims[2]): Steps<Mask> {
    const [ni, nj, nk] = this.dims;
    const target = this.mask();
    const scratch = this.arena.allocate(this.sliceBytes);
    const reaches = this.arena.allocate(4 * element.reaches.length);
    new Int32Array(this.memory.buffer, reaches, element.reaches.length).set(element.reaches);
    const perStep = Math.max(1, Math.floor(2e9 / (element.reaches.length * this.sliceBytes * 8)));
    try {
      for (let k = from; k < to; k += perStep) {
        const end = Math.min(to, k + perStep);
        this.kernels.dilateSlices(
          source,
          target,
          scratch,
          ni,
          nj,
          nk,
          this.words,
          k,
          end,
          reaches,
          element.rj,
          element.rk,
        );
        yield { stage, done: end - from, of: to - from };
      }
    } finally {
      this.arena.release(scratch);
      this.arena.release(reaches);
    }
    return target;
  }

  /** source shrunk by the element; a new mask. The grid's border does not eat: outside counts as inside. */
  *erode(source: Mask, element: Element, stage = 'erode'): Steps<Mask> {
    const complement = this.copy(source);
    this.invert(complement);
    const target = yield* this.dilate(complement, element, stage);
    this.drop(complement);
    this.invert(target);
    return target;
  }

  /** Erosion, then dilation: parts thinner than the element go. A new mask. */
  *open(source: Mask, element: Element, stage = 'open'): Steps<Mask> {
    const thin = yield* this.erode(source, element, stage);
    const target = yield* this.dilate(thin, element, stage);
    this.drop(thin);
    this.and(target, source);
    return target;
  }

  /**
   * Dilation, then erosion: gaps thinner than the element fill. A new mask. Worked out on a grid with a margin, outside which is nothing:
   * else what the dilation brings to the border would stay there.
   */
  *close(source: Mask, element: Element, stage = 'close'): Steps<Mask> {
    const { rj, rk } = element;
    const [ni, nj, nk] = this.dims;
    const margin = 64 * Math.ceil(Math.max(1, ...element.reaches) / 64);
    const wide = new BitGrid([ni + 2 * margin, nj + 2 * rj, nk + 2 * rk], this.kernels, this.memory, this.arena);
    const inner = wide.mask();
    this.copyRows(source, this, 0, inner, wide, margin, rj, rk);
    const thick = yield* wide.dilate(inner, element, stage);
    wide.drop(inner);
    const closed = yield* wide.erode(thick, element, stage);
    wide.drop(thick);
    const target = this.mask();
    this.copyRows(closed, wide, margin, target, this, 0, -rj, -rk);
    wide.drop(closed);
    this.or(target, source);
    return target;
  }

  /** Copies this grid's rows between two grids; voxel (0, 0, 0) lies at i = `fromI` and `toI` (whole words), rows shift by dj, dk. */
  private copyRows(
    source: Mask,
    from: BitGrid,
    fromI: number,
    target: Mask,
    to: BitGrid,
    toI: number,
    dj: number,
    dk: number,
  ): void {
    const [, nj, nk] = this.dims;
    const bytes = new Uint8Array(this.memory.buffer);
    const [fromJ, fromK] = from === this ? [0, 0] : [-dj, -dk];
    const [toJ, toK] = to === this ? [0, 0] : [dj, dk];
    for (let k = 0; k < nk; k++)
      for (let j = 0; j < nj; j++) {
        const at = source + 8 * from.words * (j + fromJ + from.dims[1] * (k + fromK)) + fromI / 8;
        const row = target + 8 * to.words * (j + toJ + to.dims[1] * (k + toK)) + toI / 8;
        bytes.copyWithin(row, at, at + 8 * Math.ceil(this.dims[0] / 64));
      }
  }
}

export async function createBitGrid(dims: Dims): Promise<BitGrid> {
  const { kernels, memory } = await loadSegmentKernels();
  return new BitGrid(dims, kernels, memory);
}

/** Ends the use of a grid: its memory serves the next one. */
export function releaseBitGrid({ kernels, memory }: BitGrid): void {
  returnSegmentKernels({ kernels, memory });
}

/** A ball of `radiusMm` (voxel centres at most that far, plus a hair) on a grid of `spacing` mm. */
export function ball(spacing: readonly [number, number, number], radiusMm: number): Element {
  return ellipsoid(spacing, [radiusMm, radiusMm, radiusMm]);
}

/** An ellipsoid with half-axes in mm along i, j, k; 0 makes it flat. */
export function ellipsoid(
  spacing: readonly [number, number, number],
  radiiMm: readonly [number, number, number],
): Element {
  const extent = spacing.map((mm, axis) => Math.floor((radiiMm[axis] as number) / mm + 1e-6)) as [
    number,
    number,
    number,
  ];
  const [ri, rj, rk] = extent;
  const reaches = new Int32Array((2 * rj + 1) * (2 * rk + 1)).fill(-1);
  const share = (n: number, axis: 0 | 1 | 2) => (n === 0 ? 0 : ((n * spacing[axis]) / radiiMm[axis]) ** 2);
  for (let dk = -rk; dk <= rk; dk++)
    for (let dj = -rj; dj <= rj; dj++)
      for (let di = 0; di <= ri; di++)
        if (share(di, 0) + share(dj, 1) + share(dk, 2) <= 1 + 1e-6) reaches[(dk + rk) * (2 * rj + 1) + dj + rj] = di;
  return { rj, rk, reaches };
}
