// From voxels of the grid to the edits of a journal entry.
import type { Dims } from '#core/volume/volume.ts';
import { BRICK, type Brick, brickGrid, type LabelmapData } from './labelmap.ts';
import type { BrickEdit } from './operation.ts';
import { runsAt, runsBetween } from './runs.ts';

/** Edits that write `value` at whole ijk voxels; those outside the grid are left out. Bricks ascend. */
export function editsAt(
  dims: Dims,
  voxels: Iterable<readonly [i: number, j: number, k: number]>,
  value: number,
): BrickEdit[] {
  const [bi, bj] = brickGrid(dims);
  const byBrick = new Map<number, number[]>();
  for (const [i, j, k] of voxels) {
    if (i < 0 || j < 0 || k < 0 || i >= dims[0] || j >= dims[1] || k >= dims[2]) continue;
    const brick = (i >> 5) + bi * ((j >> 5) + bj * (k >> 5));
    const inside = (i & 31) + BRICK * ((j & 31) + BRICK * (k & 31));
    const list = byBrick.get(brick);
    if (list === undefined) byBrick.set(brick, [inside]);
    else list.push(inside);
  }
  return [...byBrick].sort(([a], [b]) => a - b).map(([brick, list]) => ({ brick, runs: runsAt(list, value) }));
}

/** Edits that turn `before` into `after`, two labelmaps of the same dims. */
export function editsBetween(before: LabelmapData, after: LabelmapData): BrickEdit[] {
  return after.bricks.flatMap((brick, index) => {
    const runs = runsBetween(before.bricks[index] as Brick, brick);
    return runs.length === 0 ? [] : [{ brick: index, runs }];
  });
}
