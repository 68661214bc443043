import { type LabelmapData, labelmapFromDense } from '#core/labelmap/labelmap.ts';
import type { Dims } from '#core/volume/volume.ts';
import { transferring } from '#compute/protocol.ts';

/** Dense labels (i-fastest) as bricks, off the main thread; the bricks are the receiver's own. */
export function bricks(labels: Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike>, dims: Dims): LabelmapData {
  const data = labelmapFromDense(labels, dims);
  return transferring(
    data,
    data.bricks.flatMap((brick) => (typeof brick === 'number' ? [] : [brick.buffer])),
  );
}
