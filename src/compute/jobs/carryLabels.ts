import { compactBrick } from '#core/labelmap/fold.ts';
import {
  BRICK,
  BRICK_VOXELS,
  type Brick,
  brickGrid,
  type LabelmapData,
  labelmapToDense,
} from '#core/labelmap/labelmap.ts';
import type { SpatialTransform } from '#core/space/registration.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { type Dims, voxelCount } from '#core/volume/volume.ts';
import { type Grid, makeResampler } from './resampleBox.ts';
import { sendingBricks } from './sharedBricks.ts';

/**
 * Labels of a scan or an atlas on the grid of the scan that it was registered to: each voxel of `to` takes the segment of the voxel of
 * `from` that `registered` lays nearest to it, 0 outside. No value is made that was not there.
 */
export async function* carryLabels(
  labels: LabelmapData,
  from: Grid,
  registered: SpatialTransform,
  to: Grid,
): AsyncSteps<LabelmapData> {
  const resampler = await makeResampler(from, to, registered, 'nearest');
  const dense = new Uint16Array(voxelCount(labels.dims));
  labelmapToDense(labels, dense);
  const channel = { values: dense, stride: 1, offset: 0 };
  const [bi, bj, bk] = brickGrid(to.dims);
  const bricks: Brick[] = [];
  const brick = new Uint16Array(BRICK_VOXELS);
  for (let b = 0; b < bi * bj * bk; b++) {
    const at: Dims = [BRICK * (b % bi), BRICK * (Math.floor(b / bi) % bj), BRICK * Math.floor(b / (bi * bj))];
    const dims = at.map((start, axis) => Math.min(BRICK, (to.dims[axis] as number) - start)) as unknown as Dims;
    const { values } = resampler.block(channel, at, dims, 0);
    brick.fill(0);
    let n = 0;
    for (let k = 0; k < dims[2]; k++)
      for (let j = 0; j < dims[1]; j++)
        for (let i = 0; i < dims[0]; i++) brick[i + BRICK * (j + BRICK * k)] = values[n++] as number;
    bricks.push(compactBrick(brick.slice()));
    yield { stage: 'carry-labels', done: b + 1, of: bi * bj * bk };
  }
  return sendingBricks({ dims: to.dims, bricks });
}
