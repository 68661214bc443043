// The case as plain JSON for scripts and reports: mm, RAS, each measurement with its doubt.
import type { CaseDocument, MeasurementRecord, SegmentRecord, VolumeRecord, WindowRecord } from '#core/case/schema.ts';
import { angleDegrees, lengthMm, type Measured } from '#core/measure/measure.ts';
import { type Affine, affine } from '#core/space/affine.ts';
import type { Warning } from '#core/warnings.ts';

export type SegmentSummary = Omit<SegmentRecord, 'slot' | 'layer'>;
export interface MeasurementSummary extends MeasurementRecord, Omit<Measured, 'uncertainty'> {
  /** null where no volume says how large a voxel is. */
  readonly uncertainty: number | null;
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
  const volume = state.volumes[0];
  const grid = volume === undefined ? null : affine('ras', 'ijk', volume.rasFromIjk);
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
    measurements: state.measurements.map((measurement) => measurementSummary(measurement, grid)),
    crosshair: state.crosshair,
    window: state.window,
    warnings: [...state.volumes.flatMap((each) => each.warnings), ...unreadable],
  });
}

/** @param rasFromIjk of the volume that was measured on; null: the doubt is not known */
export function measurementSummary(
  measurement: MeasurementRecord,
  rasFromIjk: Affine<'ras', 'ijk'> | null,
): MeasurementSummary {
  const [a, b, c] = measurement.points as [
    [number, number, number],
    [number, number, number],
    [number, number, number]?,
  ];
  const grid = rasFromIjk ?? NO_GRID;
  const measured = c === undefined ? lengthMm(grid, a, b) : angleDegrees(grid, a, b, c);
  return { ...measurement, ...measured, uncertainty: rasFromIjk === null ? null : measured.uncertainty };
}
