// What the volumes hold under the pointer, in words.
import { affine } from '#core/space/affine.ts';
import { stepsAt } from '#core/volume/madeUp.ts';
import { formatNumber, formatValue } from '#i18n/format.ts';
import type { RasPoint, ViewState, VolumeRecord } from '#state/viewer.ts';

export interface Probed {
  readonly id: string;
  /** Of the volume, where several are told of; else ''. */
  readonly name: string;
  readonly text: string;
  /** In a plane that was made up between measured ones. */
  readonly interpolated: boolean;
}

/** The first volume's value, then those of the others that are seen; uptake as SUV where the file allows it, beside its own unit. */
export function probed(
  volumes: readonly VolumeRecord[],
  { ras, value, others = [] }: Pick<NonNullable<ViewState['cursor']>, 'ras' | 'value' | 'others'>,
): Probed[] {
  const [first] = volumes;
  const all = [...(first ? [{ volume: first.id, value, interpolated: isInterpolated(first, ras) }] : []), ...others];
  return all.flatMap(({ volume, value: found, interpolated }) => {
    const record = volumes.find(({ id }) => id === volume);
    if (!record || found === null) return [];
    const name = others.length > 0 ? record.name : '';
    return [{ id: volume, name, text: valueText(record, found), interpolated }];
  });
}

/** Does the volume's nearest voxel to a point of its own lie in a plane that was made up? */
export function isInterpolated(record: VolumeRecord, ras: RasPoint): boolean {
  if (!record.interpolatedSlices) return false;
  return stepsAt({ ...record, rasFromIjk: affine('ras', 'ijk', record.rasFromIjk) })(ras) > 1;
}

export function valueText({ unit, suvFactor }: Pick<VolumeRecord, 'unit' | 'suvFactor'>, value: number): string {
  const plain = formatValue(value, unit);
  if (suvFactor === null) return plain;
  return `SUV ${formatNumber(value * suvFactor, 2)} (${plain})`;
}
