import { BRICK, BRICK_VOXELS, type Brick, brickGrid, type LabelmapData } from '#core/labelmap/labelmap.ts';
import { type Affine, invert, multiply, transform } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';
import { sendingBricks } from './sharedBricks.ts';

/**
 * Labels of a coarse grid on a fine one: each voxel takes the label of the nearest coarse voxel, 0 outside. For grids whose
 * axes are parallel. What stands in for the fine labels until they are there.
 */
export function upsampleLabels(
  labels: Uint8Array<ArrayBufferLike>,
  from: { readonly dims: Dims; readonly rasFromIjk: Affine<'ras', 'ijk'> },
  to: { readonly dims: Dims; readonly rasFromIjk: Affine<'ras', 'ijk'> },
): LabelmapData {
  const coarseFromFine = multiply(invert(from.rasFromIjk), to.rasFromIjk);
  const [ni, nj, nk] = to.dims;
  const [ci, cj, ck] = from.dims;
  // Along each axis the nearest coarse index, −1 outside; parallel axes make it a table per axis.
  const along = (axis: 0 | 1 | 2, count: number, limit: number) =>
    Int32Array.from({ length: count }, (_, n) => {
      const at = Math.round(
        transform(coarseFromFine, [axis === 0 ? n : 0, axis === 1 ? n : 0, axis === 2 ? n : 0])[axis] as number,
      );
      return at >= 0 && at < limit ? at : -1;
    });
  const [atI, atJ, atK] = [along(0, ni, ci), along(1, nj, cj), along(2, nk, ck)];
  const [bi, bj, bk] = brickGrid(to.dims);
  const bricks: Brick[] = [];
  const brick = new Uint16Array(BRICK_VOXELS);
  for (let b = 0; b < bi * bj * bk; b++) {
    const [i0, j0, k0] = [(b % bi) * BRICK, (Math.floor(b / bi) % bj) * BRICK, Math.floor(b / (bi * bj)) * BRICK];
    brick.fill(0);
    let uniform = true;
    for (let k = k0; k < Math.min(nk, k0 + BRICK); k++)
      for (let j = j0; j < Math.min(nj, j0 + BRICK); j++) {
        const [y, z] = [atJ[j] as number, atK[k] as number];
        if (y < 0 || z < 0) continue;
        const row = ci * (y + cj * z);
        const into = BRICK * (j - j0 + BRICK * (k - k0)) - i0;
        for (let i = i0; i < Math.min(ni, i0 + BRICK); i++) {
          const x = atI[i] as number;
          if (x >= 0) brick[into + i] = labels[row + x] as number;
        }
      }
    const first = brick[0] as number;
    for (let n = 1; n < BRICK_VOXELS && uniform; n++) uniform = brick[n] === first;
    bricks.push(uniform ? first : brick.slice());
  }
  return sendingBricks({ dims: to.dims, bricks });
}
