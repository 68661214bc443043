// What the panel of the volumes tells of each: where it lies, and everything that is known of its grid.
import { affine, axisLetters, type Vector3 } from '#core/space/affine.ts';
import type { VolumeHeader } from '#core/volume/volume.ts';
import { formatMm, formatNumber } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import type { VolumeRecord } from '#state/viewer.ts';

export interface PlaceText {
  readonly text: string;
  /** Nothing brought it there: a fact to know. */
  readonly unsure: boolean;
}

/** How a volume came to lie where it lies. */
export function placeText({ placed, overlay }: VolumeRecord): PlaceText {
  if (overlay === null) return { text: t('volumes.base'), unsure: false };
  if (placed === null) return { text: t('volumes.notRegistered'), unsure: true };
  const kind = t(`volumes.kind.${placed.kind}`);
  if (placed.residualMm === null) return { text: kind, unsure: false };
  return { text: t('volumes.residual', { kind, mm: formatMm(placed.residualMm) }), unsure: false };
}

export interface GeometryRow {
  readonly label: string;
  readonly value: string;
}
export interface GeometryCard {
  readonly rows: readonly GeometryRow[];
  /** Four rows of four: own voxel index → own RAS mm. */
  readonly affine: readonly (readonly string[])[];
  /** Own RAS mm → RAS mm of the first volume; null where it lies as its own file says. */
  readonly placed: readonly (readonly string[])[] | null;
  readonly warnings: readonly { readonly text: string; readonly kept: string }[];
}

export function geometryCard(record: VolumeRecord, header: VolumeHeader | null): GeometryCard {
  const { dims, spacing, rasFromIjk, timepoints, timesMs, suvFactor, placed } = record;
  const grid = affine('ras', 'ijk', rasFromIjk);
  const size = [...dims, ...(timepoints > 1 ? [timepoints] : [])].join(' × ');
  const steps = spacing.map((step) => formatNumber(step, 3)).join(' × ');
  const tilt = obliqueDegrees(rasFromIjk, spacing);
  const rows: (GeometryRow | null)[] = [
    row('source', header?.series?.uid || '–'),
    row('format', `${record.format}, ${record.modality}${record.modalityGuessed ? ` ${t('volumes.guessed')}` : ''}`),
    row('size', size),
    row('spacing', `${steps} mm`),
    row('axes', tilt < 0.01 ? axisLetters(grid) : `${axisLetters(grid)}, ${formatNumber(tilt, 2)}°`),
    row('unit', record.unit || '–'),
    suvFactor === null ? null : row('suv', `${Number(suvFactor.toPrecision(5))}`),
    timesMs === null
      ? null
      : row('times', `${formatNumber(timesMs[0] ?? 0)} – ${formatNumber(timesMs.at(-1) ?? 0)} ms`),
    row('place', placeText(record).text),
  ];
  return {
    rows: rows.filter((each) => each !== null),
    affine: rowsOf(rasFromIjk),
    placed: placed ? rowsOf(placed.matrix) : null,
    warnings: record.warnings.map(({ text, kept }) => ({ text, kept })),
  };
}

const row = (
  name: 'source' | 'format' | 'size' | 'spacing' | 'axes' | 'unit' | 'suv' | 'times' | 'place',
  value: string,
): GeometryRow => ({ label: t(`volumes.fact.${name}`), value });

const rowsOf = (m: readonly number[]): string[][] =>
  [0, 1, 2, 3].map((r) => [0, 1, 2, 3].map((c) => formatNumber(m[r + 4 * c] as number, r === 3 ? 0 : 4)));

/** The most that an axis of the grid leans away from the patient's nearest one. */
function obliqueDegrees(m: readonly number[], spacing: readonly number[]): number {
  const leans = [0, 1, 2].map((c) => {
    const along = Math.max(...[0, 1, 2].map((r) => Math.abs(m[4 * c + r] as number)));
    return Math.acos(Math.min(1, along / (spacing[c] as number)));
  });
  return (Math.max(...leans) * 180) / Math.PI;
}

/** The middle of a volume's grid in its own RAS mm: what a hand turns it about. */
export function middleOfVolume({ dims, rasFromIjk }: Pick<VolumeRecord, 'dims' | 'rasFromIjk'>): Vector3 {
  const [i, j, k] = dims.map((n) => (n - 1) / 2) as [number, number, number];
  const at = (r: 0 | 1 | 2) =>
    (rasFromIjk[r] as number) * i +
    (rasFromIjk[4 + r] as number) * j +
    (rasFromIjk[8 + r] as number) * k +
    (rasFromIjk[12 + r] as number);
  return [at(0), at(1), at(2)];
}
