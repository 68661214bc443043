import { type Volume, voxelCount } from '#core/volume/volume.ts';
import { labelValues } from './labelValues.ts';

/**
 * A labels file's first timepoint as whole numbers from 0 to 65535, i-fastest: a view of the scalars where they are that already.
 * @throws VesaliusError 'format' where a voxel is anything else; nothing is rounded
 */
export function denseLabels({ header, scalars }: Volume): Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike> {
  const first = scalars.subarray(0, voxelCount(header.dims));
  return labelValues(first, header.slope, header.intercept, header.name);
}

/** Voxels of each label but 0, rising. */
export function countLabels(labels: Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike>): Map<number, number> {
  const counts = new Uint32Array(65536);
  for (let n = 0; n < labels.length; n++) counts[labels[n] as number] = (counts[labels[n] as number] as number) + 1;
  const found = new Map<number, number>();
  for (let value = 1; value < counts.length; value++) if (counts[value]) found.set(value, counts[value] as number);
  return found;
}
