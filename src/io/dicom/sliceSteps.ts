import { VesaliusError } from '#core/errors.ts';
import type { Vector3 } from '#core/space/affine.ts';
import type { Warning } from '#core/warnings.ts';
import { EXACT_MM, evenGrid, MOST_PLANES } from './evenGrid.ts';
import { distanceMm, type Slice } from './stack.ts';

/** Even planes along a stack. LPS millimetres. */
export interface SliceSteps {
  readonly origin: Vector3;
  readonly step: Vector3;
  readonly count: number;
  /** The plane of each place; null: each place is the plane of its own number. */
  readonly planes: readonly number[] | null;
}

/**
 * A slice this far from its even place is rounding; up to a quarter of a millimetre, and UNEVEN of a step, it is kept there with a
 * warning; where there is no grid on which all are exact, up to half of one.
 */
const ROUNDED_PLACE_MM = 0.02;
const SHIFTED_PLACE_MM = 0.25;
const MOST_SHIFTED_MM = 0.5;
const UNEVEN = 0.1;
/** Slices off the line through the first and the last by more than this are not a straight stack. */
const OFF_LINE_MM = 0.1;
/** Sideways way per step, above which a stack counts as tilted: 0.06 degrees. */
const TILTED = 1e-3;
/** A gap of up to two missing slices in a row is filled, and of all gaps a tenth. */
const LONGEST_GAP = 3.1;
const MISSING_SHARE = 0.1;

/**
 * The step from plane to plane, sideways part included: a tilted gantry is a shear, which the matrix holds exactly. Where the
 * steps are uneven, or slices are missing, the finest even grid is looked for on which all of them lie; what lies between is
 * interpolated when it is read (docs/decisions/0005-uneven-series.md).
 * @param places one slice of each place, along the normal, two at least
 * @throws VesaliusError 'geometry' naming the slice before the gap
 */
export function sliceSteps(places: readonly Slice[], normal: Vector3, warnings: Warning[]): SliceSteps {
  const at = places.map((slice) => slice.frame.position as Vector3);
  const [start, end] = [at[0] as Vector3, at.at(-1) as Vector3];
  const length = distanceMm(start, end);
  const line = [0, 1, 2].map((a) => ((end[a] as number) - (start[a] as number)) / length) as unknown as Vector3;
  const along = at.map((p) => dot([p[0] - start[0], p[1] - start[1], p[2] - start[2]], line));
  const onLine = (mm: number) =>
    [0, 1, 2].map((a) => (start[a] as number) + mm * (line[a] as number)) as unknown as Vector3;
  const bent = at.findIndex((p, n) => distanceMm(p, onLine(along[n] as number)) > OFF_LINE_MM);

  const count = places.length - 1;
  const even = length / count;
  const worst = Math.max(...along.map((mm, n) => Math.abs(mm - n * even)));
  const within = (mm: number) => worst <= Math.max(ROUNDED_PLACE_MM, Math.min(mm, UNEVEN * even));
  const cosine = dot(line, normal);
  tellTilt(Math.sqrt(Math.max(0, 1 - cosine * cosine)), cosine, warnings);
  if (bent >= 0) throw refuse(places[bent] as Slice, 'slices along one line', 'a bent or sideways row of slices');
  const evenly = (): SliceSteps => {
    if (worst > ROUNDED_PLACE_MM)
      warnings.push({
        code: 'uneven-slices',
        where: 'ImagePositionPatient',
        kept: `even steps of ${even.toFixed(3)} mm`,
        text: `Slices lie up to ${worst.toFixed(3)} mm off even steps; even steps of ${even.toFixed(3)} mm are used.`,
      });
    const step = [0, 1, 2].map((a) => ((end[a] as number) - (start[a] as number)) / count) as unknown as Vector3;
    return { origin: start, step, count: places.length, planes: null };
  };
  if (within(SHIFTED_PLACE_MM)) return evenly();

  const missing = missingSlices(places, along, cosine);
  const grid = evenGrid(along);
  if ((grid?.shift ?? Infinity) > EXACT_MM && within(MOST_SHIFTED_MM)) return evenly();
  if (grid === null)
    throw refuse(
      places[0] as Slice,
      `even steps, or steps that share a measure (at most ${MOST_PLANES} planes for each slice)`,
      `steps of ${range(along, cosine)} mm`,
    );
  warnings.push(interpolated(places, along, grid, missing, cosine));
  return {
    origin: onLine(grid.first),
    step: line.map((value) => value * grid.step) as unknown as Vector3,
    count: grid.count,
    planes: grid.planes,
  };
}

function tellTilt(sideways: number, cosine: number, warnings: Warning[]): void {
  if (sideways <= TILTED * cosine) return;
  const degrees = (Math.atan2(sideways, cosine) * 180) / Math.PI;
  warnings.push({
    code: 'gantry-tilt',
    where: 'ImagePositionPatient',
    kept: 'the shear, exactly',
    text: `The stack is sheared by ${degrees.toFixed(2)}° (tilted gantry); the matrix holds it exactly, nothing is resampled for it.`,
  });
}

/**
 * How many slices are missing in how many gaps. A gap is one where it is half as long again as the larger of its neighbours and
 * of what the slices beside it are thick.
 * @throws where too much is missing to be made up
 */
function missingSlices(places: readonly Slice[], along: readonly number[], cosine: number): number {
  const gaps = along.slice(1).map((mm, n) => (mm - (along[n] as number)) * cosine);
  const thickness = (n: number) => places[n]?.frame.thickness ?? 0;
  let missing = 0;
  let holes = 0;
  gaps.forEach((gap, n) => {
    const usual = Math.max(gaps[n - 1] ?? 0, gaps[n + 1] ?? 0, Math.min(thickness(n), thickness(n + 1)));
    if (usual === 0 || gap < 1.5 * usual) return;
    const whole = Math.round(gap / usual) - 1;
    if (gap > LONGEST_GAP * usual)
      throw refuse(
        places[n] as Slice,
        `even steps (${usual.toFixed(3)} mm)`,
        `${gap.toFixed(3)} mm to the next slice, ${whole} slices are missing`,
      );
    missing += whole;
    holes++;
    if (holes > Math.max(1, MISSING_SHARE * gaps.length))
      throw refuse(
        places[n] as Slice,
        `even steps (${usual.toFixed(3)} mm)`,
        `${gap.toFixed(3)} mm to the next slice, as in more than a tenth of all steps`,
      );
  });
  return missing;
}

/** At most this many bands are named. */
const BANDS = 6;

function interpolated(
  places: readonly Slice[],
  along: readonly number[],
  grid: { readonly count: number; readonly step: number; readonly planes: readonly number[]; readonly shift: number },
  missing: number,
  cosine: number,
): Warning {
  const bands: { from: number; to: number }[] = [];
  grid.planes.forEach((plane, n) => {
    if (n === 0 || plane - (grid.planes[n - 1] as number) === 1) return;
    const last = bands.at(-1);
    if (last?.to === n - 1) last.to = n;
    else bands.push({ from: n - 1, to: n });
  });
  const named = bands.slice(0, BANDS).map(({ from, to }) => {
    const [a, b] = [places[from] as Slice, places[to] as Slice];
    return `${where(a)} to ${where(b)} (${a.name.slice(-60)} to ${b.name.slice(-60)})`;
  });
  const more = bands.length > BANDS ? `, and ${bands.length - BANDS} more` : '';
  const filled = grid.count - places.length;
  const step = (grid.step * cosine).toFixed(3);
  const why =
    missing > 0 ? `${missing === 1 ? '1 slice is' : `${missing} slices are`} missing` : 'the steps are uneven';
  const moved = grid.shift > 0.001 ? `moved by at most ${grid.shift.toFixed(3)} mm` : 'where they were';
  return {
    code: 'slices-interpolated',
    where: 'ImagePositionPatient',
    kept: `${places.length} measured slices on ${grid.count} even planes of ${step} mm, ${filled} interpolated between them`,
    text:
      `${filled} of ${grid.count} planes were not measured but interpolated between the slices beside them, since ${why} ` +
      `(${range(along, cosine)} mm): ${named.join(', ')}${more}. Measured slices keep their values and are ${moved}.`,
  };
}

/** The steps from the smallest to the largest, along the normal. */
function range(along: readonly number[], cosine: number): string {
  const gaps = along.slice(1).map((mm, n) => (mm - (along[n] as number)) * cosine);
  return `${Math.min(...gaps).toFixed(3)} to ${Math.max(...gaps).toFixed(3)}`;
}

/** Where a slice's first voxel is, along the axis of the patient that the stack follows most: 'S 12.5 mm'. */
function where({ frame }: Slice): string {
  const [x, y] = [frame.rowDirection as Vector3, frame.columnDirection as Vector3];
  const n = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]].map(Math.abs);
  const axis = n.indexOf(Math.max(...n));
  // LPS here, RAS everywhere else.
  const mm = (frame.position?.[axis] ?? 0) * (axis === 2 ? 1 : -1);
  return `${'RAS'[axis]} ${Number(mm.toFixed(2))} mm`;
}

function dot(a: Vector3, b: Vector3): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function refuse(slice: Slice, expected: string, got: string): VesaliusError {
  return new VesaliusError({
    code: 'geometry',
    what: 'DICOM geometry',
    where: 'ImagePositionPatient',
    expected,
    got,
    file: slice.name,
  });
}
