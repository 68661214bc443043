import { type LabelmapData, labelmapFromDense } from '#core/labelmap/labelmap.ts';
import type { Dims } from '#core/volume/volume.ts';
import { sendingBricks } from './sharedBricks.ts';

/** Dense labels (i-fastest) as bricks, off the main thread: in shared memory where there is any, else the receiver's own. */
export function bricks(labels: Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike>, dims: Dims): LabelmapData {
  return sendingBricks(labelmapFromDense(labels, dims));
}
