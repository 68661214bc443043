import { transferring } from '#compute/protocol.ts';
import { countLabels, denseLabels } from '#core/labelmap/denseLabels.ts';
import { type LabelmapData, labelmapFromDense } from '#core/labelmap/labelmap.ts';
import type { Volume } from '#core/volume/volume.ts';
import { buffersOf, sharedBricks } from './sharedBricks.ts';

export interface LabelBricks {
  readonly labels: LabelmapData;
  /** Voxels of each value but 0, rising. */
  readonly voxels: readonly (readonly [value: number, voxels: number])[];
}

/** A labels file's first timepoint as bricks. @throws VesaliusError 'format' where a voxel is no whole number from 0 to 65535 */
export function labelBricks(volume: Volume): LabelBricks {
  const dense = denseLabels(volume);
  const labels = sharedBricks(labelmapFromDense(dense, volume.header.dims));
  return transferring({ labels, voxels: [...countLabels(dense)] }, buffersOf(labels));
}
