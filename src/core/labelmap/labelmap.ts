import type { Dims } from '#core/volume/volume.ts';

/** Voxels along each side of a brick: the unit of storage, of edits and of re-meshing. */
export const BRICK = 32;
export const BRICK_VOXELS = BRICK * BRICK * BRICK;

/** A brick is one number where all its voxels are equal, else 32³ segment values, i-fastest; voxels beyond the grid are 0. */
export type Brick = number | Uint16Array<ArrayBufferLike>;

/** Plain, cloneable form of a layer: `bricks[b]`, b = bi + nbi·(bj + nbj·bk). */
export interface LabelmapData {
  readonly dims: Dims;
  readonly bricks: readonly Brick[];
}

export function brickGrid([ni, nj, nk]: Dims): Dims {
  return [Math.ceil(ni / BRICK), Math.ceil(nj / BRICK), Math.ceil(nk / BRICK)];
}

/** From a dense array of segment values (i-fastest). Uniform bricks become one number. */
export function labelmapFromDense(
  labels: Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike>,
  dims: Dims,
): LabelmapData {
  const [ni, nj, nk] = dims;
  const [bi, bj, bk] = brickGrid(dims);
  const bricks: Brick[] = [];
  for (let k = 0; k < bk; k++)
    for (let j = 0; j < bj; j++)
      for (let i = 0; i < bi; i++) {
        const i0 = i * BRICK;
        const iEnd = Math.min(ni, i0 + BRICK);
        const jEnd = Math.min(nj, (j + 1) * BRICK);
        const kEnd = Math.min(nk, (k + 1) * BRICK);
        const whole = iEnd - i0 === BRICK && jEnd - j * BRICK === BRICK && kEnd - k * BRICK === BRICK;
        const first = labels[i0 + ni * (j * BRICK + nj * k * BRICK)] as number;
        if ((whole || first === 0) && isUniform(labels, first, i0, iEnd, j * BRICK, jEnd, k * BRICK, kEnd, ni, nj)) {
          bricks.push(first);
          continue;
        }
        const brick = new Uint16Array(BRICK_VOXELS);
        for (let z = k * BRICK; z < kEnd; z++)
          for (let y = j * BRICK; y < jEnd; y++) {
            const row = ni * (y + nj * z);
            brick.set(labels.subarray(row + i0, row + iEnd), BRICK * (y - j * BRICK + BRICK * (z - k * BRICK)));
          }
        bricks.push(brick);
      }
  return { dims, bricks };
}

function isUniform(
  labels: ArrayLike<number>,
  value: number,
  i0: number,
  i1: number,
  j0: number,
  j1: number,
  k0: number,
  k1: number,
  ni: number,
  nj: number,
): boolean {
  for (let k = k0; k < k1; k++)
    for (let j = j0; j < j1; j++) {
      const row = ni * (j + nj * k);
      for (let n = row + i0, end = row + i1; n < end; n++) if (labels[n] !== value) return false;
    }
  return true;
}

/** Writes the layer into a dense array of its dims (i-fastest); the caller's array, every voxel is written. */
export function labelmapToDense(
  { dims, bricks }: LabelmapData,
  into: Uint16Array<ArrayBufferLike> | Uint8Array<ArrayBufferLike>,
): void {
  const [ni, nj, nk] = dims;
  const [bi, bj] = brickGrid(dims);
  for (let b = 0; b < bricks.length; b++) {
    const brick = bricks[b] as Brick;
    const i0 = (b % bi) * BRICK;
    const j0 = (Math.floor(b / bi) % bj) * BRICK;
    const k0 = Math.floor(b / (bi * bj)) * BRICK;
    const iEnd = Math.min(ni, i0 + BRICK);
    for (let k = k0; k < Math.min(nk, k0 + BRICK); k++)
      for (let j = j0; j < Math.min(nj, j0 + BRICK); j++) {
        const row = ni * (j + nj * k);
        if (typeof brick === 'number') into.fill(brick, row + i0, row + iEnd);
        else {
          const from = BRICK * (j - j0 + BRICK * (k - k0));
          into.set(brick.subarray(from, from + iEnd - i0), row + i0);
        }
      }
  }
}

/** Segment value at a voxel; 0 outside. */
export function valueAt({ dims, bricks }: LabelmapData, i: number, j: number, k: number): number {
  const [ni, nj, nk] = dims;
  if (i < 0 || j < 0 || k < 0 || i >= ni || j >= nj || k >= nk) return 0;
  const [bi, bj] = brickGrid(dims);
  const brick = bricks[(i >> 5) + bi * ((j >> 5) + bj * (k >> 5))] as Brick;
  return typeof brick === 'number' ? brick : (brick[(i & 31) + BRICK * ((j & 31) + BRICK * (k & 31))] as number);
}
