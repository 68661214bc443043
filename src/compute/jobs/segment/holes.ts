import type { Steps } from '#core/steps.ts';
import type { BitGrid, Mask } from './bitGrid.ts';
import { findComponents } from './components.ts';

/** Cavities of the mask: free voxels that no path of free voxels (by faces) joins to the grid's faces along `openAxes`. A new mask. */
export function* cavities(grid: BitGrid, mask: Mask, openAxes: readonly (0 | 1 | 2)[]): Steps<Mask> {
  return yield* enclosed(grid, mask, 6, openAxes, Infinity);
}

/**
 * Holes of the mask inside the planes across one axis: free voxels that the mask surrounds within their plane. A new mask.
 * @param axis the planes' normal: 0, 1, 2 for i, j, k
 * @param mostVoxels larger holes are not counted
 */
export function* holesInPlanes(grid: BitGrid, mask: Mask, axis: 0 | 1 | 2, mostVoxels = Infinity): Steps<Mask> {
  if (axis === 2) return yield* enclosed(grid, mask, 4, [0, 1], mostVoxels);
  if (axis === 1) return yield* enclosed(grid, mask, 5, [0, 2], mostVoxels);
  const turned = grid.reordered('ik');
  const mirrored = yield* grid.swapIK(mask, turned);
  const holes = yield* enclosed(turned, mirrored, 4, [0, 1], mostVoxels);
  const back = yield* turned.swapIK(holes, grid);
  grid.drop(mirrored, holes);
  return back;
}

function* enclosed(
  grid: BitGrid,
  mask: Mask,
  connectivity: 4 | 5 | 6,
  openAxes: readonly (0 | 1 | 2)[],
  mostVoxels: number,
): Steps<Mask> {
  const free = grid.copy(mask);
  grid.invert(free);
  const parts = yield* findComponents(grid, free, connectivity, 'holes');
  const border = grid.border(openAxes);
  const touching = parts.overlap(border);
  const holes = parts.select((n) => touching[n] === 0 && (parts.sizes[n] as number) <= mostVoxels);
  parts.drop();
  grid.drop(free, border);
  return holes;
}
