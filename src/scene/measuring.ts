import type { MeasurementRecord, RasPoint } from '#state/viewer.ts';

export type MeasureKind = MeasurementRecord['kind'];

/** Points that a measurement of each kind takes; an angle has its corner in the middle. */
export const pointCounts: Readonly<Record<MeasureKind, number>> = { length: 2, angle: 3 };

/** mm: nearer than that it is the same place. */
const SAME_MM = 1e-3;

/** A measurement that is being made, with one more point; as it was where that is its last one again: a double click. */
export function withPoint(points: readonly RasPoint[], ras: RasPoint): readonly RasPoint[] {
  const last = points.at(-1);
  const apart = last ? Math.hypot(ras[0] - last[0], ras[1] - last[1], ras[2] - last[2]) : Infinity;
  return apart < SAME_MM ? points : [...points, ras];
}
