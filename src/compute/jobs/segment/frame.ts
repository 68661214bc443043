import { type Point, transform } from '#core/space/affine.ts';
import type { Steps } from '#core/steps.ts';
import { type Volume, voxelVolumeMm3 } from '#core/volume/volume.ts';
import type { BitGrid, Mask } from './bitGrid.ts';
import { type Axis, anatomicalAxes } from './orientation.ts';

/**
 * A scan whose last index axis runs along the body (nearest to S): presets work in its grid, slice by axial slice, however the file
 * orders its axes. Directions along an axis stay the file's; `rasAt` knows them.
 */
export interface Frame {
  readonly grid: BitGrid;
  /** mm along the frame's own axes. */
  readonly spacing: readonly [number, number, number];
  readonly voxelMm3: number;
  /** The frame's axes that run nearest to R and A; S is 2. */
  readonly r: 0 | 1;
  readonly a: 0 | 1;
  /** +1 where the index grows towards superior, else −1. */
  readonly up: 1 | -1;
  readonly volume: Volume;
  /** Voxels whose rescaled value lies in [lower, upper], in the frame's grid; a new mask. */
  threshold(lower: number, upper: number, stage: string): Steps<Mask>;
  /** The mask on the volume's own grid; the one given is dropped. */
  restore(mask: Mask): Steps<Mask>;
  rasAt(index: readonly [number, number, number]): Point<'ras'>;
}

export function bodyFrame(volumeGrid: BitGrid, volume: Volume): Frame {
  const { rasFromIjk, spacing } = volume.header;
  const { r, a, s } = anatomicalAxes(rasFromIjk);
  // The file's axis behind each of the frame's.
  const order: readonly [Axis, Axis, Axis] = s === 2 ? [0, 1, 2] : s === 1 ? [0, 2, 1] : [2, 1, 0];
  const grid = s === 2 ? volumeGrid : volumeGrid.reordered(s === 1 ? 'jk' : 'ik');
  const swap = function* (from: BitGrid, mask: Mask, to: BitGrid): Steps<Mask> {
    if (s === 2) return mask;
    const turned = yield* s === 1 ? from.swapJK(mask, to) : from.swapIK(mask, to);
    from.drop(mask);
    return turned;
  };
  return {
    grid,
    volume,
    spacing: order.map((axis) => spacing[axis]) as [number, number, number],
    voxelMm3: voxelVolumeMm3(rasFromIjk),
    r: order.indexOf(r) as 0 | 1,
    a: order.indexOf(a) as 0 | 1,
    up: (rasFromIjk.m[4 * s + 2] as number) < 0 ? -1 : 1,
    *threshold(lower, upper, stage) {
      return yield* swap(volumeGrid, yield* volumeGrid.threshold(volume, lower, upper, stage), grid);
    },
    restore: (mask) => swap(grid, mask, volumeGrid),
    rasAt(index) {
      const ijk: [number, number, number] = [0, 0, 0];
      order.forEach((axis, n) => {
        ijk[axis] = index[n as Axis];
      });
      return transform(rasFromIjk, ijk);
    },
  };
}
