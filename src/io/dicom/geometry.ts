import { VesaliusError } from '#core/errors.ts';
import { type Affine, affine, multiply, type Vector3 } from '#core/space/affine.ts';
import type { Warning } from '#core/warnings.ts';
import { sizeUnknown } from './pixelSpacing.ts';
import { sliceSteps } from './sliceSteps.ts';
import { distanceMm, SAME_PLACE_MM, type Slice } from './stack.ts';
import { orderTimes, TIMES_UNEVEN } from './timepoints.ts';

/** DICOM's LPS to RAS: a half turn about the third axis, never a mirror. */
const rasFromLps = affine('ras', 'lps', [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);

/** A stack in order: timepoint by timepoint, each along the normal of its pictures. */
export interface OrderedStack {
  readonly slices: readonly Slice[];
  readonly nk: number;
  /** The plane of each slice of one timepoint where there are more planes than slices; null: its own number. */
  readonly planes: readonly number[] | null;
  readonly timepoints: number;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  readonly warnings: readonly Warning[];
}

/** Directions as short decimals are off by this much in good files. */
const ROUNDED_DIRECTION = 1e-3;
/** What a far corner may be off because the directions of its slice are not the first one's. */
const DRIFT_MM = 0.1;
/** Beyond this the two directions of a picture are not a right angle. */
const BENT_DIRECTION = 0.02;

/**
 * Where the voxels of a stack are. Columns of the matrix: row direction × spacing between columns, column direction ×
 * spacing between rows, and the true step from slice to slice, sideways part included (a tilted gantry is a shear, which
 * the matrix holds exactly; nothing is resampled).
 * @throws VesaliusError 'geometry' naming keyword and file; `null` where the slices share places but not evenly
 */
export function orderStack(slices: readonly Slice[]): OrderedStack | null {
  const warnings: Warning[] = [];
  const lead = slices[0] as Slice;
  const { x, y, normal } = directions(lead, slices.length, warnings);
  const [rowSpacing, columnSpacing] = spacing(lead, slices.length, warnings);
  if (!lead.frame.alone) tellDrift(slices, rowSpacing, columnSpacing, warnings);
  const placed = places(slices, normal, warnings);
  const ordered = lead.frame.alone ? film(slices, warnings) : orderTimes(placed, warnings);
  if (ordered === TIMES_UNEVEN) return null;

  const { origin, step, count, planes } =
    placed.length > 1
      ? sliceSteps(ordered.slice(0, placed.length), normal, warnings)
      : {
          origin: lead.frame.position ?? ([0, 0, 0] as const),
          step: thicknessStep(lead, normal, warnings),
          count: 1,
          planes: null,
        };
  const lps = affine('lps', 'ijk', [
    ...x.map((value) => value * columnSpacing),
    0,
    ...y.map((value) => value * rowSpacing),
    0,
    ...step,
    0,
    ...origin,
    1,
  ]);
  return {
    slices: ordered,
    nk: count,
    planes,
    timepoints: ordered.length / placed.length,
    rasFromIjk: multiply(rasFromLps, lps),
    warnings,
  };
}

function directions(lead: Slice, count: number, warnings: Warning[]): { x: Vector3; y: Vector3; normal: Vector3 } {
  const { rowDirection: x, columnDirection: y } = lead.frame;
  if (!x || !y) {
    if (count > 1 && !lead.frame.alone) throw refuse(lead, 'ImageOrientationPatient', 'six direction cosines', 'none');
    warnings.push({
      code: 'orientation-missing',
      where: 'ImageOrientationPatient',
      kept: 'axial, head up',
      text: 'The file does not say how the picture lies in the patient: left and right are unknown.',
    });
    return { x: [1, 0, 0], y: [0, 1, 0], normal: [0, 0, 1] };
  }
  const off = Math.max(
    Math.abs(Math.hypot(...x) - 1),
    Math.abs(Math.hypot(...y) - 1),
    Math.abs(x[0] * y[0] + x[1] * y[1] + x[2] * y[2]),
  );
  if (!(off <= BENT_DIRECTION))
    throw refuse(
      lead,
      'ImageOrientationPatient',
      'two unit vectors at a right angle',
      [...x, ...y].map((value) => Number(value.toPrecision(6))).join('\\'),
    );
  if (off > ROUNDED_DIRECTION)
    warnings.push({
      code: 'orientation-inexact',
      where: 'ImageOrientationPatient',
      kept: 'as written',
      text: `The directions of rows and columns are off a right angle or unit length by ${off.toFixed(4)}; they are used as written.`,
    });
  const n = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]] as const;
  const length = Math.hypot(...n);
  return { x, y, normal: [n[0] / length, n[1] / length, n[2] / length] };
}

/** Slices of one stack have one direction to 0.06 degrees, which is a way at the far corner of a large picture. */
function tellDrift(slices: readonly Slice[], rowSpacing: number, columnSpacing: number, warnings: Warning[]): void {
  const { frame, pixels } = slices[0] as Slice;
  const away = (a: Vector3 | null, b: Vector3 | null): number =>
    a && b ? Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) : 0;
  const [width, height] = [(pixels.columns - 1) * columnSpacing, (pixels.rows - 1) * rowSpacing];
  const worst = slices.reduce(
    (most, slice) =>
      Math.max(
        most,
        width * away(frame.rowDirection, slice.frame.rowDirection) +
          height * away(frame.columnDirection, slice.frame.columnDirection),
      ),
    0,
  );
  if (worst <= DRIFT_MM) return;
  warnings.push({
    code: 'orientation-differs',
    where: 'ImageOrientationPatient',
    kept: 'that of one slice',
    text: `The directions of the slices differ, by up to ${worst.toFixed(2)} mm at their far corner; those of ${(slices[0] as Slice).name} are used for all.`,
  });
}

function spacing(lead: Slice, count: number, warnings: Warning[]): readonly [number, number] {
  const { pixelSpacing, alone } = lead.frame;
  warnings.push(...lead.frame.warnings);
  if (pixelSpacing) return pixelSpacing;
  if (count > 1 && !alone) throw refuse(lead, 'PixelSpacing', 'two numbers above 0', 'none');
  warnings.push(sizeUnknown('1 mm'));
  return [1, 1];
}

/** The slices that share a place, place by place along the normal; within one in the order of their instance numbers. */
function places(slices: readonly Slice[], normal: Vector3, warnings: Warning[]): Slice[][] {
  const lead = slices[0] as Slice;
  if (lead.frame.alone) return [[...slices]];
  if (slices.length === 1) {
    if (lead.frame.position === null)
      warnings.push({
        code: 'position-missing',
        where: 'ImagePositionPatient',
        kept: '0, 0, 0',
        text: 'The file does not say where in the patient the picture lies: it is put at the origin.',
      });
    return [[lead]];
  }
  const along = slices.map((slice) => {
    const p = slice.frame.position;
    if (!p) throw refuse(slice, 'ImagePositionPatient', 'three numbers in each slice of a series', 'none');
    return { slice, p, mm: p[0] * normal[0] + p[1] * normal[1] + p[2] * normal[2] };
  });
  along.sort((a, b) => a.mm - b.mm || a.slice.frame.instanceNumber - b.slice.frame.instanceNumber);
  const result: { p: Vector3; mm: number; slices: Slice[] }[] = [];
  for (const { slice, p, mm } of along) {
    const last = result.at(-1);
    if (last && mm - last.mm < SAME_PLACE_MM) {
      if (distanceMm(p, last.p) >= SAME_PLACE_MM)
        throw refuse(slice, 'ImagePositionPatient', 'slices of one plane at one place', `another at ${text(p)}`);
      last.slices.push(slice);
    } else result.push({ p, mm, slices: [slice] });
  }
  return result.map((place) => place.slices.toSorted((a, b) => a.frame.instanceNumber - b.frame.instanceNumber));
}

/** The frames of one file of pictures that are no slices, in its order. */
function film(slices: readonly Slice[], warnings: Warning[]): readonly Slice[] {
  if (slices.length > 1 && slices.some(({ frame }) => frame.timeMs === null))
    warnings.push({
      code: 'frame-times-missing',
      where: 'FrameTime',
      kept: 'the order of the frames',
      text: `${slices.length} pictures follow each other; the file does not say how fast.`,
    });
  return slices.toSorted((a, b) => a.frame.index - b.frame.index);
}

function thicknessStep(lead: Slice, normal: Vector3, warnings: Warning[]): Vector3 {
  const thickness = lead.frame.thickness;
  // A picture that is no slice has none.
  if (thickness === null && !lead.frame.alone)
    warnings.push({
      code: 'thickness-missing',
      where: 'SliceThickness',
      kept: '1 mm',
      text: 'A single picture whose file does not say how thick it is: 1 mm is assumed.',
    });
  const mm = thickness ?? 1;
  return [normal[0] * mm, normal[1] * mm, normal[2] * mm];
}

function text(p: Vector3): string {
  return p.map((value) => Number(value.toFixed(4))).join('\\');
}

function refuse(slice: Slice, where: string, expected: string, got: string): VesaliusError {
  return new VesaliusError({ code: 'geometry', what: 'DICOM geometry', where, expected, got, file: slice.name });
}
