import { VesaliusError } from '#core/errors.ts';
import { type Affine, affine, multiply, type Vector3 } from '#core/space/affine.ts';
import type { Frame } from '../dicom/frames.ts';

/** DICOM's LPS to RAS: a half turn about the third axis. */
const rasFromLps = affine('ras', 'lps', [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
/** A frame this far from its even place is rounding. */
const ROUNDED_PLACE_MM = 0.02;
/** Directions as short decimals differ by this much from frame to frame in good files. */
const ROUNDED_DIRECTION = 1e-4;
const MOST_PLANES = 20_000;

export interface Planes {
  /** Planes from the first to the last, those without a frame counted in. */
  readonly nk: number;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  /** Of each frame. */
  readonly plane: readonly number[];
}

/**
 * The even stack on which frames lie, which may come in any order, several to a plane, with planes left out.
 * @param stepsMm what the step may be, the likeliest first, beside what the frames' own distances say
 * @throws VesaliusError 'geometry' without the file's name
 */
export function planesOf(frames: readonly Frame[], stepsMm: readonly number[]): Planes {
  const lead = frames[0] as Frame;
  const { rowDirection: x, columnDirection: y, pixelSpacing, position } = lead;
  if (!x || !y) throw refuse('ImageOrientationPatient', 'six direction cosines', 'none');
  if (!pixelSpacing) throw refuse('PixelSpacing', 'two numbers above 0', 'none');
  if (!position) throw refuse('ImagePositionPatient', 'three numbers for each frame', 'none');
  const normal = unit([x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]]);
  if (
    !normal ||
    Math.abs(dot(x, y)) > 0.02 ||
    Math.abs(Math.hypot(...x) - 1) > 0.02 ||
    Math.abs(Math.hypot(...y) - 1) > 0.02
  )
    throw refuse('ImageOrientationPatient', 'two unit vectors at a right angle', [...x, ...y].join('\\'));

  const along = frames.map((frame, index) => {
    const p = frame.position;
    if (!p) throw refuse('ImagePositionPatient', 'three numbers for each frame', `none for frame ${index + 1}`);
    for (const [own, first] of [
      [frame.rowDirection, x],
      [frame.columnDirection, y],
    ] as const)
      if (!own || own.some((value, n) => Math.abs(value - (first[n] as number)) > ROUNDED_DIRECTION))
        throw refuse('ImageOrientationPatient', 'frames that all lie the same way', `another for frame ${index + 1}`);
    if (frame.pixelSpacing?.some((value, n) => Math.abs(value - (pixelSpacing[n] as number)) > 1e-4))
      throw refuse('PixelSpacing', 'one spacing for all frames', `another for frame ${index + 1}`);
    return { p, mm: dot(p, normal) };
  });
  const lowest = along.reduce((least, one) => (one.mm < least.mm ? one : least));
  const highest = along.reduce((most, one) => (one.mm > most.mm ? one : most));
  const offsets = along.map(({ mm }) => mm - lowest.mm);
  const stepMm = evenStep(offsets, stepsMm);
  const plane = offsets.map((offset) => Math.round(offset / stepMm));
  const nk = Math.max(...plane) + 1;
  if (nk > MOST_PLANES) throw refuse('ImagePositionPatient', `at most ${MOST_PLANES} planes`, nk);
  // The true way from plane to plane, sideways part included.
  const step: Vector3 =
    nk > 1
      ? vector((a) => ((highest.p[a] as number) - (lowest.p[a] as number)) / (nk - 1))
      : vector((a) => (normal[a] as number) * stepMm);
  along.forEach(({ p }, index) => {
    const even = vector((a) => (lowest.p[a] as number) + (plane[index] as number) * (step[a] as number));
    const off = Math.hypot(p[0] - even[0], p[1] - even[1], p[2] - even[2]);
    if (off > ROUNDED_PLACE_MM)
      throw refuse('ImagePositionPatient', 'planes in even steps', `frame ${index + 1} ${off.toFixed(3)} mm off`);
  });
  const lps = affine('lps', 'ijk', [
    ...x.map((v) => v * pixelSpacing[1]),
    0,
    ...y.map((v) => v * pixelSpacing[0]),
    0,
    ...step,
    0,
    ...lowest.p,
    1,
  ]);
  return { nk, rasFromIjk: multiply(rasFromLps, lps), plane };
}

/** The first step of which every distance is a whole number: those proposed, then the smallest distance and its parts. */
function evenStep(offsets: readonly number[], proposed: readonly number[]): number {
  const sorted = offsets.toSorted((a, b) => a - b);
  let least = Number.POSITIVE_INFINITY;
  for (let n = 1; n < sorted.length; n++) {
    const gap = (sorted[n] as number) - (sorted[n - 1] as number);
    if (gap > ROUNDED_PLACE_MM) least = Math.min(least, gap);
  }
  if (least === Number.POSITIVE_INFINITY) return proposed.find((mm) => mm > 0) ?? 1;
  const fits = (mm: number) =>
    offsets.every((offset) => Math.abs(offset - Math.round(offset / mm) * mm) <= ROUNDED_PLACE_MM);
  const tried = [...proposed.filter((mm) => mm > 10 * ROUNDED_PLACE_MM), least, least / 2, least / 3];
  // A step larger than the least distance would put two planes into one.
  const found = tried.find((mm) => mm <= least + ROUNDED_PLACE_MM && fits(mm));
  // What the smallest distance says is off by its own rounding, which grows along the stack: the mean over all of them is not.
  const mean = (highest: number) => highest / Math.max(1, Math.round(highest / least));
  const refined = found ?? [mean(sorted.at(-1) as number)].find(fits);
  if (refined === undefined)
    throw refuse(
      'ImagePositionPatient',
      'planes in even steps',
      `distances from ${least.toFixed(3)} mm that have no common step`,
    );
  return refined;
}

const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const vector = (of: (axis: number) => number): Vector3 => [of(0), of(1), of(2)];

function unit(v: Vector3): Vector3 | null {
  const length = Math.hypot(...v);
  return length > 0.5 ? [v[0] / length, v[1] / length, v[2] / length] : null;
}

function refuse(where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code: 'geometry', what: 'DICOM segmentation', where, expected, got });
}
