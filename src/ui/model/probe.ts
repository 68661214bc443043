// What the volumes hold under the pointer, in words.
import { formatNumber, formatValue } from '#i18n/format.ts';
import type { ViewState, VolumeRecord } from '#state/viewer.ts';

export interface Probed {
  readonly id: string;
  /** Of the volume, where several are told of; else ''. */
  readonly name: string;
  readonly text: string;
}

/** The first volume's value, then those of the others that are seen; uptake as SUV where the file allows it, beside its own unit. */
export function probed(
  volumes: readonly VolumeRecord[],
  { value, others = [] }: Pick<NonNullable<ViewState['cursor']>, 'value' | 'others'>,
): Probed[] {
  const all = [...(volumes[0] ? [{ volume: volumes[0].id, value }] : []), ...others];
  return all.flatMap(({ volume, value: found }) => {
    const record = volumes.find(({ id }) => id === volume);
    if (!record || found === null) return [];
    const name = others.length > 0 ? record.name : '';
    return [{ id: volume, name, text: valueText(record, found) }];
  });
}

export function valueText({ unit, suvFactor }: Pick<VolumeRecord, 'unit' | 'suvFactor'>, value: number): string {
  const plain = formatValue(value, unit);
  if (suvFactor === null) return plain;
  return `SUV ${formatNumber(value * suvFactor, 2)} (${plain})`;
}
