import { transferring } from '#compute/protocol.ts';
import { BRICK, type Brick, brickGrid, type LabelmapData } from '#core/labelmap/labelmap.ts';
import { type Affine, affine, multiply } from '#core/space/affine.ts';
import type { Steps } from '#core/steps.ts';
import { allocateScalars, type Dims, type Volume } from '#core/volume/volume.ts';

/** A field whose zero surface is a segment's: labels say what belongs, values say where in the voxel the border lies. */
export interface GuidedField {
  readonly scalars: Float32Array<ArrayBufferLike>;
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
}

/**
 * v − iso where its sign is that of the labels, else ±c, where c is small against the contrast: the border follows the scan's
 * own sub-voxel edge where it has one, and the labels where it has none. Values are held within ±`contrast`,
 * then smoothed by (1 2 1)/4 along each axis `passes` times (σ = 0.7 voxel, 1 for two), which takes the steps of voxels out. Beyond the scan all is outside,
 * so that the surface is closed there. Over the segment's box with two voxels of room, in a buffer of its own.
 * @param contrast rescaled units between the tissue and what surrounds it, about
 */
export function* guidedField(
  { header, scalars }: Volume,
  labels: LabelmapData,
  value: number,
  isovalue: number,
  contrast: number,
  passes: number,
  shared: boolean,
): Steps<GuidedField> {
  const box = boxOf(labels, value);
  const low = box.low.map((n) => n - 2) as [number, number, number];
  const dims = box.low.map((n, axis) => Math.max(0, (box.high[axis] as number) - n) + 5) as unknown as Dims;
  const [ni, nj, nk] = dims;
  const [vi, vj, vk] = header.dims;
  const field = allocateScalars('f32', ni * nj * nk, shared) as Float32Array<ArrayBufferLike>;
  const floor = 0.1 * contrast;
  const least = 1e-4 * contrast;
  const inside = insideRow(labels, value);
  for (let k = 0; k < nk; k++) {
    const z = low[2] + k;
    for (let j = 0; j < nj; j++) {
      const y = low[1] + j;
      const to = ni * (j + nj * k);
      if (z < 0 || y < 0 || z >= vk || y >= vj) {
        field.fill(-contrast, to, to + ni);
        continue;
      }
      const isIn = inside(y, z);
      const from = vi * (y + vj * z);
      for (let i = 0; i < ni; i++) {
        const x = low[0] + i;
        if (x < 0 || x >= vi) {
          field[to + i] = -contrast;
          continue;
        }
        const above = header.slope * (scalars[from + x] as number) + header.intercept - isovalue;
        const held = Math.min(contrast, Math.max(above, -contrast));
        // Where values and labels agree the scan's own edge is kept exactly: it lies between voxels.
        if (isIn(x)) field[to + i] = held > 0 ? Math.max(held, least) : floor;
        else field[to + i] = held < 0 ? Math.min(held, -least) : -floor;
      }
    }
    if (k % 8 === 7) yield { stage: 'surface', done: k, of: 2 * nk };
  }
  for (let pass = 0; pass < passes; pass++) {
    for (let row = 0; row < nj * nk; row++) smoothRow(field, ni * row, ni);
    yield { stage: 'surface', done: nk, of: 2 * nk };
    for (let k = 0; k < nk; k++) smoothRuns(field, ni * nj * k, ni, nj);
    yield { stage: 'surface', done: 1.5 * nk, of: 2 * nk };
    yield* smoothPlanes(field, ni * nj, nk);
  }
  const shift = affine('ijk', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, ...low, 1]);
  return transferring({ scalars: field, dims, rasFromIjk: multiply(header.rasFromIjk, shift) }, [field.buffer]);
}

/** (1 2 1)/4 along a run of neighbours, in place; the ends stay. */
function smoothRow(field: Float32Array<ArrayBufferLike>, from: number, length: number): void {
  let before = field[from] as number;
  for (let at = from + 1; at < from + length - 1; at++) {
    const here = field[at] as number;
    field[at] = 0.25 * before + 0.5 * here + 0.25 * (field[at + 1] as number);
    before = here;
  }
}

/** The same across `count` runs of `run` numbers that follow one another: memory is walked in its own order. */
function smoothRuns(field: Float32Array<ArrayBufferLike>, from: number, run: number, count: number): void {
  const before = field.slice(from, from + run);
  for (let n = 1; n < count - 1; n++) smoothOver(field, from + n * run, run, before);
}

function* smoothPlanes(field: Float32Array<ArrayBufferLike>, plane: number, count: number): Steps<void> {
  const before = field.slice(0, plane);
  for (let n = 1; n < count - 1; n++) {
    smoothOver(field, n * plane, plane, before);
    if (n % 8 === 0) yield { stage: 'surface', done: 1.5 * count + n / 2, of: 2 * count };
  }
}

/** One run between its neighbours; `before` holds the run before as it was, and afterwards this one. */
function smoothOver(
  field: Float32Array<ArrayBufferLike>,
  from: number,
  run: number,
  before: Float32Array<ArrayBufferLike>,
): void {
  for (let n = 0; n < run; n++) {
    const here = field[from + n] as number;
    field[from + n] = 0.25 * (before[n] as number) + 0.5 * here + 0.25 * (field[from + n + run] as number);
    before[n] = here;
  }
}

/** Is (x, y, z) in the segment? Asked row by row, so that the brick is looked up once in 32 voxels. */
function insideRow({ dims, bricks }: LabelmapData, value: number): (y: number, z: number) => (x: number) => boolean {
  const [bi, bj] = brickGrid(dims);
  return (y, z) => {
    const row = bi * ((y >> 5) + bj * (z >> 5));
    const within = BRICK * ((y & 31) + BRICK * (z & 31));
    let at = -1;
    let brick: Brick = 0;
    return (x) => {
      if (x >> 5 !== at) {
        at = x >> 5;
        brick = bricks[row + at] as Brick;
      }
      return (typeof brick === 'number' ? brick : brick[within + (x & 31)]) === value;
    };
  };
}

/** First and last voxel of a segment along each axis; high < low where it has none. */
function boxOf({ dims, bricks }: LabelmapData, value: number): { low: number[]; high: number[] } {
  const [bi, bj] = brickGrid(dims);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  const take = (axis: number, from: number, to: number) => {
    if (from < (low[axis] as number)) low[axis] = from;
    if (to > (high[axis] as number)) high[axis] = Math.min(to, (dims[axis] as number) - 1);
  };
  for (const [b, brick] of bricks.entries()) {
    const at = [b % bi, Math.floor(b / bi) % bj, Math.floor(b / (bi * bj))].map((n) => n * BRICK) as [
      number,
      number,
      number,
    ];
    if (typeof brick === 'number') {
      if (brick === value)
        for (const axis of [0, 1, 2]) take(axis, at[axis] as number, (at[axis] as number) + BRICK - 1);
      continue;
    }
    for (let n = 0; n < brick.length; n++) {
      if (brick[n] !== value) continue;
      const [x, y, z] = [n & 31, (n >> 5) & 31, n >> 10];
      take(0, at[0] + x, at[0] + x);
      take(1, at[1] + y, at[1] + y);
      take(2, at[2] + z, at[2] + z);
    }
  }
  return low[0] === Infinity ? { low: [0, 0, 0], high: [-1, -1, -1] } : { low, high };
}
