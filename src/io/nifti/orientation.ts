import { type Affine, affineFromRows, transform } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { isFlat } from '../isFlat.ts';
import { refuse } from './refuse.ts';

export interface OrientationFields {
  readonly dims: Dims;
  readonly pixdim: readonly number[];
  readonly qformCode: number;
  readonly sformCode: number;
  readonly quatern: readonly [number, number, number];
  readonly qoffset: readonly [number, number, number];
  /** Three rows of four. */
  readonly srow: readonly (readonly number[])[];
  /** The space part of xyzt_units: 0 unknown, 1 metre, 2 mm, 3 micron. */
  readonly units: number;
}

/** Corners further apart than this are two different places. */
const SAME_PLACE_MM = 0.01;

/**
 * sform where sform_code > 0 and it can be inverted, else qform where qform_code > 0, else pixdim alone, as nibabel takes it; in millimetres.
 * @param warnings gets what was not taken as it stands
 * @throws VesaliusError where neither gives a finite matrix
 */
export function niftiOrientation(fields: OrientationFields, warnings: Warning[]): Affine<'ras', 'ijk'> {
  const toMm = unitScale(fields.units, warnings);
  const sform = fields.sformCode > 0 ? usableSform(fields, toMm, warnings) : null;
  if (sform) {
    if (fields.qformCode > 0) compare(sform, fields, toMm, warnings);
    return sform;
  }
  if (fields.qformCode > 0) return qform(fields, checkedPixdim(fields, warnings), toMm, warnings);
  const [si, sj, sk] = checkedPixdim(fields, warnings);
  warnings.push({
    code: 'orientation-missing',
    where: 'qform_code, sform_code',
    kept: 'left, anterior, superior; origin in the middle',
    text: 'The file does not say how the scan lies: qform_code and sform_code are 0. Its axes were taken as left, anterior, superior, as nibabel and SPM do, its middle as the origin; left may be right.',
  });
  // No orientation belongs to the standard's method 1; this one is that of the Analyze files from which it comes.
  const [mi, mj, mk] = fields.dims.map((size) => (size - 1) / 2) as [number, number, number];
  return affineFromRows('ras', 'ijk', [
    [-si * toMm, 0, 0, si * mi * toMm],
    [0, sj * toMm, 0, -sj * mj * toMm],
    [0, 0, sk * toMm, -sk * mk * toMm],
  ]);
}

function unitScale(units: number, warnings: Warning[]): number {
  if (units === 0 || units === 2) return 1;
  const [name, scale] = units === 1 ? ['metre', 1000] : units === 3 ? ['micrometre', 0.001] : [`code ${units}`, 1];
  warnings.push({
    code: 'units-not-mm',
    where: 'xyzt_units',
    kept: scale === 1 ? 'mm' : `${name} × ${scale}`,
    text:
      scale === 1
        ? `xyzt_units has the unknown unit of space ${units}; millimetres were taken.`
        : `xyzt_units says ${name}; all lengths were multiplied by ${scale} to be millimetres.`,
  });
  return scale as number;
}

function usableSform({ srow }: OrientationFields, toMm: number, warnings: Warning[]): Affine<'ras', 'ijk'> | null {
  const matrix = affineFromRows(
    'ras',
    'ijk',
    srow.map((row) => row.map((value) => value * toMm)),
  );
  const fault = matrix.m.some((value) => !Number.isFinite(value))
    ? 'holds a value that is no number'
    : isFlat(matrix)
      ? 'has no volume'
      : null;
  if (!fault) return matrix;
  warnings.push({
    code: 'sform-unusable',
    where: 'srow_x',
    kept: 'qform or pixdim',
    text: `The sform ${fault}; it was not used.`,
  });
  return null;
}

/** Spacing along i, j, k in the file's unit: zero becomes 1 and a negative one its absolute value, both said. */
function checkedPixdim({ pixdim, dims }: OrientationFields, warnings: Warning[]): [number, number, number] {
  const one = (n: number): number => {
    const value = pixdim[n] ?? 0;
    if (!Number.isFinite(value)) throw refuse('format', `pixdim[${n}]`, 'a length above 0', value);
    if (value > 0) return value;
    const kept = value === 0 ? 1 : -value;
    // A single slice has no neighbour to be measured to; still the length is not known.
    const slab = dims[n - 1] === 1 ? ' (one slice)' : '';
    warnings.push({
      code: value === 0 ? 'pixdim-zero' : 'pixdim-negative',
      where: `pixdim[${n}]`,
      kept: String(kept),
      text: `pixdim[${n}] is ${value}${slab}; ${kept} was taken, so lengths along that axis may be wrong.`,
    });
    return kept;
  };
  return [one(1), one(2), one(3)];
}

/** nifti1.h, method 2: the matrix of a quaternion whose first part is left out. Lengths in the unit given. */
export function qformMatrix(
  quatern: readonly [number, number, number],
  qoffset: readonly [number, number, number],
  [si, sj, sk]: readonly [number, number, number],
  qfac: 1 | -1,
): Affine<'ras', 'ijk'> {
  let [b, c, d] = quatern;
  const squares = b * b + c * c + d * d;
  const length = squares > 1 ? Math.sqrt(squares) : 1;
  [b, c, d] = [b / length, c / length, d / length];
  const a = squares > 1 ? 0 : Math.sqrt(1 - squares);
  const uk = sk * qfac;
  return affineFromRows('ras', 'ijk', [
    [(a * a + b * b - c * c - d * d) * si, 2 * (b * c - a * d) * sj, 2 * (b * d + a * c) * uk, qoffset[0]],
    [2 * (b * c + a * d) * si, (a * a + c * c - b * b - d * d) * sj, 2 * (c * d - a * b) * uk, qoffset[1]],
    [2 * (b * d - a * c) * si, 2 * (c * d + a * b) * sj, (a * a + d * d - b * b - c * c) * uk, qoffset[2]],
  ]);
}

function qform(
  { quatern, qoffset, pixdim }: OrientationFields,
  spacing: readonly [number, number, number],
  toMm: number,
  warnings: Warning[],
): Affine<'ras', 'ijk'> {
  for (const [n, value] of quatern.entries())
    if (!Number.isFinite(value)) throw refuse('format', `quatern_${'bcd'[n]}`, 'a finite number', value);
  for (const [n, value] of qoffset.entries())
    if (!Number.isFinite(value)) throw refuse('format', `qoffset_${'xyz'[n]}`, 'a finite number', value);
  const squares = quatern.reduce((sum, value) => sum + value * value, 0);
  // Three roundings of float32 may exceed 1 without anything being wrong.
  if (squares > 1 + 4e-7) {
    warnings.push({
      code: 'quatern-too-long',
      where: 'quatern_b, quatern_c, quatern_d',
      kept: 'quatern scaled to length 1',
      text: `The squares of quatern_b, quatern_c and quatern_d add up to ${squares.toPrecision(4)}, more than 1; they were scaled to a rotation, so the orientation may be wrong.`,
    });
  }
  const inMm = (lengths: readonly [number, number, number]) =>
    lengths.map((length) => length * toMm) as [number, number, number];
  return qformMatrix(quatern, inMm(qoffset), inMm(spacing), (pixdim[0] ?? 0) < 0 ? -1 : 1);
}

/**
 * How far a corner may be off because b, c, d are float32 and a is the root of what they leave: near a half turn a is small
 * and its rounding large.
 */
function quaternRoundingMm({ quatern, dims }: OrientationFields, spacing: readonly number[], toMm: number): number {
  const squares = quatern.reduce((sum, value) => sum + value * value, 0);
  const ulp = 1.2e-7;
  const a = Math.sqrt(Math.max(0, 1 - squares));
  const error = a * a > ulp ? ulp / (2 * a) : Math.sqrt(ulp);
  const extent = Math.hypot(...dims.map((size, n) => size * (spacing[n] ?? 0)));
  return 2 * error * extent * toMm;
}

function compare(sform: Affine<'ras', 'ijk'>, fields: OrientationFields, toMm: number, warnings: Warning[]): void {
  const { pixdim, quatern, qoffset, dims } = fields;
  const usable = [...pixdim.slice(1, 4), ...quatern, ...qoffset].every(Number.isFinite);
  if (!usable || pixdim.slice(1, 4).some((value) => value <= 0)) return;
  const spacing = pixdim.slice(1, 4) as [number, number, number];
  const other = qform(fields, spacing, toMm, []);
  const apart = cornersApartMm(sform, other, dims);
  if (apart <= SAME_PLACE_MM + quaternRoundingMm(fields, spacing, toMm)) return;
  warnings.push({
    code: 'qform-sform-differ',
    where: 'qform, sform',
    kept: 'sform',
    text: `qform and sform put the scan in two places, up to ${apart.toPrecision(3)} mm apart; sform was kept.`,
  });
}

/** Largest distance between the places that two matrices give to a corner voxel. */
export function cornersApartMm(a: Affine<'ras', 'ijk'>, b: Affine<'ras', 'ijk'>, dims: Dims): number {
  let apart = 0;
  for (const i of [0, dims[0] - 1])
    for (const j of [0, dims[1] - 1])
      for (const k of [0, dims[2] - 1]) {
        const p = transform(a, [i, j, k]);
        const q = transform(b, [i, j, k]);
        apart = Math.max(apart, Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
      }
  return apart;
}
