import { VesaliusError } from '#core/errors.ts';
import type { ScalarArray } from '#core/volume/volume.ts';

type LabelValues = Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike>;

/**
 * Stored values as whole numbers from 0 to 65535: a view where they are that already.
 * @throws VesaliusError 'format' where one is anything else, with the value; nothing is rounded
 */
export function labelValues(scalars: ScalarArray, slope: number, intercept: number, file: string): LabelValues {
  if (slope === 1 && intercept === 0 && (scalars instanceof Uint8Array || scalars instanceof Uint16Array))
    return scalars;
  const labels = new Uint16Array(scalars.length);
  for (let n = 0; n < scalars.length; n++) {
    const value = slope * (scalars[n] as number) + intercept;
    if (!Number.isInteger(value) || value < 0 || value > 65535)
      throw new VesaliusError({
        code: 'format',
        what: 'labels',
        where: 'voxels',
        expected: 'whole numbers from 0 to 65535',
        got: value,
        file,
      });
    labels[n] = value;
  }
  return labels;
}
