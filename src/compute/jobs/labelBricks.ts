import { transferring } from '#compute/protocol.ts';
import { VesaliusError } from '#core/errors.ts';
import { type LabelmapData, labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { type Volume, voxelCount } from '#core/volume/volume.ts';
import { buffersOf, sharedBricks } from './sharedBricks.ts';

export interface LabelBricks {
  readonly labels: LabelmapData;
  /** Voxels of each value but 0, rising. */
  readonly voxels: readonly (readonly [value: number, voxels: number])[];
}

/** A labels file's first timepoint as bricks. @throws VesaliusError 'format' where a voxel is no whole number from 0 to 65535 */
export function labelBricks({ header, scalars }: Volume): LabelBricks {
  const count = voxelCount(header.dims);
  const dense = new Uint16Array(count);
  const counts = new Uint32Array(65536);
  for (let n = 0; n < count; n++) {
    const value = header.slope * (scalars[n] as number) + header.intercept;
    if (!Number.isInteger(value) || value < 0 || value > 65535) {
      const expected = 'whole numbers from 0 to 65535';
      throw new VesaliusError({
        code: 'format',
        what: 'labels',
        where: 'voxels',
        expected,
        got: value,
        file: header.name,
      });
    }
    dense[n] = value;
    counts[value] = (counts[value] as number) + 1;
  }
  const labels = sharedBricks(labelmapFromDense(dense, header.dims));
  const voxels = [...counts.entries()].filter(([value, voxels]) => value > 0 && voxels > 0);
  return transferring({ labels, voxels }, buffersOf(labels));
}
