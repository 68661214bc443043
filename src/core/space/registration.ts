import { VesaliusError } from '#core/errors.ts';
import { type Affine, affine, invert, type Point, transform, type Vector3 } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';

/** Displacements on a grid of their own, mm along R, A, S: `mm[3·n + axis]`, n = i + ni·(j + nj·k). Trilinear between, the border's value outside. */
export interface DisplacementField {
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  readonly mm: Float32Array<ArrayBufferLike>;
}

/**
 * How a moving scan lies on a fixed one. `matrix` (16 numbers, column-major) maps the moving scan's own RAS mm to the fixed one's
 * RAS mm. With a `field` u, which lives in the fixed scan's space, a point x of the fixed scan shows what the moving scan has at
 * `matrix⁻¹ · (x + u(x))`; without one u is 0. Pulling, as this does, is what drawing and resampling need.
 */
export interface SpatialTransform {
  readonly matrix: readonly number[];
  readonly field: DisplacementField | null;
}

export const identityTransform: SpatialTransform = {
  matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
  field: null,
};

/** Back and forth agree to this, mm; the fold of a field that does not come that close is refused. */
const INVERSE_MM = 1e-3;
const INVERSE_ROUNDS = 60;

/** The point of the moving scan (RAS mm) that lies at a point of the fixed scan (RAS mm). */
export function movingFromFixed({ matrix, field }: SpatialTransform): (p: Vector3) => Vector3 {
  const back = invert(affine('ras', 'ras', matrix));
  const at = field ? displacementAt(field) : null;
  return (p) => {
    if (!at) return transform(back, p);
    const u = at(p);
    return transform(back, [p[0] + u[0], p[1] + u[1], p[2] + u[2]]);
  };
}

/**
 * The point of the fixed scan (RAS mm) where a point of the moving scan (RAS mm) lies. Where there is a field its inverse is
 * found by steps x ← q − u(x) (Chen et al., "A simple fixed-point approach to invert a deformation field", Med Phys 2008).
 * The function throws VesaliusError 'geometry' for a point where the field folds.
 */
export function fixedFromMoving({ matrix, field }: SpatialTransform): (p: Vector3) => Vector3 {
  const forth = affine('ras', 'ras', matrix);
  const at = field ? displacementAt(field) : null;
  return (p) => {
    const q = transform(forth, p);
    if (!at) return q;
    let x: Vector3 = q;
    for (let round = 0; round < INVERSE_ROUNDS; round++) {
      const u = at(x);
      const next: Vector3 = [q[0] - u[0], q[1] - u[1], q[2] - u[2]];
      const moved = Math.hypot(next[0] - x[0], next[1] - x[1], next[2] - x[2]);
      x = next;
      if (moved < INVERSE_MM) return x;
    }
    throw new VesaliusError({
      code: 'geometry',
      what: 'displacement field',
      where: `RAS ${q.map((v) => v.toFixed(1)).join(', ')}`,
      expected: 'a field that can be inverted',
      got: 'a fold',
    });
  };
}

/** Points x, y, z, x, y, z, … of one scan in the other's RAS mm, as a new array. */
export function transformPoints(
  way: 'to-fixed' | 'to-moving',
  registered: SpatialTransform,
  points: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  const map = way === 'to-fixed' ? fixedFromMoving(registered) : movingFromFixed(registered);
  const mapped = new Float64Array(points.length);
  for (let n = 0; n + 2 < points.length; n += 3)
    mapped.set(map([points[n] as number, points[n + 1] as number, points[n + 2] as number]), n);
  return mapped;
}

/** The displacement at a point, RAS mm. */
export function displacementAt({ dims, rasFromIjk, mm }: DisplacementField): (p: Point<'ras'>) => Vector3 {
  const ijkFromRas = invert(rasFromIjk);
  const [ni, nj, nk] = dims;
  return (p) => {
    const [x, y, z] = transform(ijkFromRas, p).map((v, axis) => within(v, dims[axis] as number)) as unknown as Vector3;
    const i = Math.min(Math.floor(x), Math.max(0, ni - 2));
    const j = Math.min(Math.floor(y), Math.max(0, nj - 2));
    const k = Math.min(Math.floor(z), Math.max(0, nk - 2));
    const sum: [number, number, number] = [0, 0, 0];
    for (let corner = 0; corner < 8; corner++) {
      const [a, b, c] = [corner & 1, (corner >> 1) & 1, corner >> 2];
      const weight = (a ? x - i : 1 - x + i) * (b ? y - j : 1 - y + j) * (c ? z - k : 1 - z + k);
      if (weight === 0) continue;
      const at = 3 * (i + a + ni * (j + b + nj * (k + c)));
      for (let axis = 0; axis < 3; axis++) sum[axis] = (sum[axis] as number) + weight * (mm[at + axis] as number);
    }
    return sum;
  };
}

const within = (v: number, n: number) => Math.min(n - 1, Math.max(0, v));
