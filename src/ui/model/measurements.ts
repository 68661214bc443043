import { formatNumber, measuredQuantity, type Quantity } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import { type MeasurementSummary, measurementSummary } from '#state/caseSummary.ts';
import type { CaseState, RasPoint } from '#state/viewer.ts';

export interface MeasurementRow {
  readonly id: string;
  readonly kind: 'length' | 'angle';
  readonly name: string;
  readonly quantity: Quantity;
  readonly points: readonly RasPoint[];
  /** 'ends': read in a plane that was made up; 'between': comes through one. */
  readonly interpolated: MeasurementSummary['interpolated'];
}

/** Lengths in mm and angles in degrees, each with its doubt; unnamed ones are numbered by kind. */
export function measurementRows({
  measurements,
  volumes,
}: Pick<CaseState, 'measurements' | 'volumes'>): MeasurementRow[] {
  const [volume = null] = volumes;
  const counted = { length: 0, angle: 0 };
  return measurements.map((record) => {
    counted[record.kind]++;
    const { value, uncertainty, unit, interpolated } = measurementSummary(record, volume);
    return {
      id: record.id,
      kind: record.kind,
      name: record.name || t(`measure.${record.kind}`, { number: formatNumber(counted[record.kind]) }),
      quantity: measuredQuantity(value, uncertainty, unit),
      points: record.points,
      interpolated,
    };
  });
}
