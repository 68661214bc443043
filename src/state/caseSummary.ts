// The case as plain JSON for scripts and reports: mm, RAS, each measurement with its doubt.
import type {
  CaseDocument,
  MeasurementRecord,
  RasPoint,
  SegmentRecord,
  VolumeRecord,
  WindowRecord,
} from '#core/case/schema.ts';
import { angleDegrees, lengthMm, type Measured } from '#core/measure/measure.ts';
import { affine } from '#core/space/affine.ts';
import { crossesMadeUp, stepsAt } from '#core/volume/madeUp.ts';
import type { Warning } from '#core/warnings.ts';

export type SegmentSummary = Omit<SegmentRecord, 'slot' | 'layer'>;
export interface MeasurementSummary extends MeasurementRecord, Omit<Measured, 'uncertainty'> {
  /** null where no volume says how large a voxel is. */
  readonly uncertainty: number | null;
  /**
   * 'ends': a point lies in a plane that was made up between measured ones (its doubt is that of their gap); 'between': a line
   * alone comes through one.
   */
  readonly interpolated: 'ends' | 'between' | null;
}
export interface CaseSummary {
  readonly version: number;
  readonly title: string;
  readonly volumes: readonly VolumeRecord[];
  readonly segments: readonly SegmentSummary[];
  readonly measurements: readonly MeasurementSummary[];
  readonly crosshair: readonly [number, number, number] | null;
  readonly window: WindowRecord;
  /** Of all volumes, then one 'unreadable-record' for each record of the document that does not parse. */
  readonly warnings: readonly Warning[];
}

const NO_GRID = affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);

/** Copies: what is given is the caller's own. */
export function caseSummary(
  state: CaseDocument & {
    readonly unreadable?: readonly { readonly kind: string; readonly id: string; readonly reason: string }[];
  },
): CaseSummary {
  const [volume = null] = state.volumes;
  const unreadable = (state.unreadable ?? []).map(({ kind, id, reason }) => ({
    code: 'unreadable-record',
    where: `${kind}/${id}`,
    kept: 'as it is, not shown',
    text: `A record of the case cannot be read: ${reason}.`,
  }));
  return structuredClone({
    version: state.version,
    title: state.title,
    volumes: state.volumes,
    segments: state.segments.map(({ slot, layer, ...segment }) => segment),
    measurements: state.measurements.map((measurement) => measurementSummary(measurement, volume)),
    crosshair: state.crosshair,
    window: state.window,
    warnings: [...state.volumes.flatMap((each) => each.warnings), ...unreadable],
  });
}

/** @param volume the one that was measured on; null: the doubt is not known */
export function measurementSummary(
  measurement: MeasurementRecord,
  volume: Pick<VolumeRecord, 'dims' | 'rasFromIjk' | 'interpolatedSlices'> | null,
): MeasurementSummary {
  const { points } = measurement;
  const [a, b, c] = points as [[number, number, number], [number, number, number], [number, number, number]?];
  const rasFromIjk = volume === null ? NO_GRID : affine<'ras', 'ijk'>('ras', 'ijk', volume.rasFromIjk);
  const scan = volume === null ? null : { ...volume, rasFromIjk };
  const planesAt = scan === null ? undefined : stepsAt(scan);
  const measured = c === undefined ? lengthMm(rasFromIjk, a, b, planesAt) : angleDegrees(rasFromIjk, a, b, c, planesAt);
  const ends = planesAt !== undefined && points.some((point) => planesAt(point) > 1);
  const between = scan !== null && points.some((to, n) => n > 0 && crossesMadeUp(scan, points[n - 1] as RasPoint, to));
  return {
    ...measurement,
    ...measured,
    uncertainty: volume === null ? null : measured.uncertainty,
    interpolated: ends ? 'ends' : between ? 'between' : null,
  };
}
