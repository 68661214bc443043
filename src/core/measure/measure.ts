// Lengths and angles in patient space, each with its doubt.
import { VesaliusError } from '#core/errors.ts';
import type { Affine, Vector3 } from '#core/space/affine.ts';

export interface Measured {
  readonly value: number;
  /** ±, in the same unit: one voxel's reading error at each point, propagated. */
  readonly uncertainty: number;
  readonly unit: 'mm' | '°';
}

const minus = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const scaled = (a: Vector3, by: number): Vector3 => [a[0] * by, a[1] * by, a[2] * by];
const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/**
 * The voxel's step along a direction, mm: the columns of the affine projected on it, added as errors add. Along an axis
 * of the grid it is that axis' spacing, in an isotropic grid the spacing whatever the direction. Linear in |direction|.
 * @param planes how tall the voxel is along k, in planes: more than 1 where planes were made up between measured ones
 */
export function voxelStepMm(rasFromIjk: Affine<'ras', 'ijk'>, direction: Vector3, planes = 1): number {
  const m = rasFromIjk.m;
  const along = (column: number) =>
    dot(direction, [m[4 * column] as number, m[4 * column + 1] as number, m[4 * column + 2] as number]);
  return Math.hypot(along(0), along(1), planes * along(2));
}

/** The planes from one measured plane to the next around a point: `stepsAt` of core/volume/madeUp.ts. */
export type PlanesAt = (ras: Vector3) => number;
const oneEach: PlanesAt = () => 1;

/**
 * Distance of two RAS points, mm. A point is known to half a voxel's step along the line; two ends: √2 × half that step.
 * Where planes were made up, what is seen may be anywhere between the measured ones: there the voxel is as tall as their gap.
 * @throws VesaliusError 'geometry' where the points coincide
 */
export function lengthMm(rasFromIjk: Affine<'ras', 'ijk'>, from: Vector3, to: Vector3, planesAt = oneEach): Measured {
  const arm = minus(to, from);
  const value = nonZero(Math.hypot(...arm), 'ends');
  const along = scaled(arm, 1 / value);
  const doubts = [from, to].map((end) => voxelStepMm(rasFromIjk, along, planesAt(end)) / 2);
  return { value, uncertainty: Math.hypot(...doubts), unit: 'mm' };
}

/**
 * Angle at `vertex`, degrees, 0 to 180. The doubt is that of the three points, each half a voxel, carried through the
 * angle's gradient: an end moves it by 1/arm at right angles to its arm, the vertex by the opposite of both ends. Made-up
 * planes as for a length.
 * @throws VesaliusError 'geometry' where an arm has no length
 */
export function angleDegrees(
  rasFromIjk: Affine<'ras', 'ijk'>,
  first: Vector3,
  vertex: Vector3,
  second: Vector3,
  planesAt = oneEach,
): Measured {
  const a = minus(first, vertex);
  const b = minus(second, vertex);
  const lengthA = nonZero(Math.hypot(...a), 'first arm');
  const lengthB = nonZero(Math.hypot(...b), 'second arm');
  const normal = cross(a, b);
  const sine = Math.hypot(...normal);
  // atan2 keeps its digits near 0° and 180°, where acos loses them.
  const value = Math.atan2(sine, dot(a, b));
  const planes = [first, second, vertex].map(planesAt);
  const doubt = (axis: Vector3) => {
    const atFirst = scaled(cross(axis, a), -1 / lengthA ** 2);
    const atSecond = scaled(cross(axis, b), 1 / lengthB ** 2);
    const atVertex = scaled([atFirst[0] + atSecond[0], atFirst[1] + atSecond[1], atFirst[2] + atSecond[2]], -1);
    const gradients = [
      [atFirst, planes[0]],
      [atSecond, planes[1]],
      [atVertex, planes[2]],
    ] as const;
    return Math.hypot(...gradients.map(([gradient, tall]) => voxelStepMm(rasFromIjk, gradient, tall) / 2));
  };
  // Of straight arms every plane through them is as good: the worst of them is told.
  const uncertainty =
    sine > 1e-9 * lengthA * lengthB
      ? doubt(scaled(normal, 1 / sine))
      : Math.max(...axesAround(scaled(a, 1 / lengthA)).map(doubt));
  return { value: degrees(value), uncertainty: degrees(uncertainty), unit: '°' };
}

const degrees = (radians: number): number => (radians * 180) / Math.PI;

function axesAround(direction: Vector3): Vector3[] {
  const helper: Vector3 = Math.abs(direction[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0];
  const across = cross(direction, helper);
  const u = scaled(across, 1 / Math.hypot(...across));
  const v = cross(direction, u);
  return Array.from({ length: 36 }, (_, n) => {
    const [c, s] = [Math.cos((n * Math.PI) / 36), Math.sin((n * Math.PI) / 36)];
    return [c * u[0] + s * v[0], c * u[1] + s * v[1], c * u[2] + s * v[2]];
  });
}

function nonZero(length: number, where: string): number {
  if (length > 0 && Number.isFinite(length)) return length;
  throw new VesaliusError({
    code: 'geometry',
    what: 'measurement',
    where,
    expected: 'points apart from each other',
    got: `${length} mm`,
  });
}
