import { VesaliusError } from '#core/errors.ts';
import type { Vector3 } from '#core/space/affine.ts';

export type LandmarkFitKind = 'rigid' | 'similarity' | 'affine';

/** One place seen in both scans, each in its own RAS mm. */
export interface LandmarkPair {
  readonly moving: Vector3;
  readonly fixed: Vector3;
}

export interface LandmarkFit {
  readonly kind: LandmarkFitKind;
  /** 16 numbers, column-major: moving's RAS mm → fixed's RAS mm. */
  readonly matrix: number[];
  /** mm, one for each pair in its order: how far the moved landmark is from the fixed one. */
  readonly residualsMm: number[];
  /** Fiducial registration error: the root of the mean square of the residuals, mm. */
  readonly freMm: number;
}

/** How thin a set of points may be, its spread across over its spread along, before its axis or plane is all that it tells. */
const FLAT = 0.02;

/**
 * The transform of its kind that lays `moving` on `fixed` with the least sum of squared distances, in closed form: by the unit
 * quaternion for 'rigid' and 'similarity' (Horn, "Closed-form solution of absolute orientation using unit quaternions", JOSA A 1987;
 * never a mirror image), by the normal equations for 'affine'. A turn needs three points that are not on a line, a shear four that
 * are not on a plane.
 * @throws VesaliusError 'geometry' for too few points, or points on a line (or a plane, for 'affine'), in either scan
 */
export function fitLandmarks(pairs: readonly LandmarkPair[], kind: LandmarkFitKind): LandmarkFit {
  const least = kind === 'affine' ? 4 : 3;
  if (pairs.length < least) throw refused(`${least} pairs of points or more`, `${pairs.length}`);
  const moving = centred(pairs.map((pair) => pair.moving));
  const fixed = centred(pairs.map((pair) => pair.fixed));
  for (const [name, { spread }] of [
    ['moving', moving],
    ['fixed', fixed],
  ] as const) {
    const [along, across, through] = spread;
    if (!Number.isFinite(along)) throw refused('finite coordinates', `${along}`);
    if (!(across > FLAT * along)) throw refused(`${name} points that are not on a line`, inMm(spread));
    if (kind === 'affine' && !(through > FLAT * along))
      throw refused(`${name} points that are not on a plane`, inMm(spread));
  }
  const linear = kind === 'affine' ? leastSquares(moving.points, fixed.points) : turnOf(moving.points, fixed.points);
  const scale = kind === 'similarity' ? scaleOf(linear, moving.points, fixed.points) : 1;
  const rows = linear.map((row) => row.map((v) => v * scale));
  const apply = (p: readonly number[]) => rows.map((row) => dot(row, p));
  const moved = apply(moving.mean);
  const shift = [0, 1, 2].map((axis) => (fixed.mean[axis] as number) - (moved[axis] as number));
  const matrix = [
    ...[0, 1, 2].flatMap((column) => [...[0, 1, 2].map((row) => rows[row]?.[column] as number), 0]),
    ...shift,
    1,
  ];
  const residualsMm = pairs.map((pair) => {
    const p = apply(pair.moving);
    return Math.hypot(
      ...[0, 1, 2].map((axis) => (p[axis] as number) + (shift[axis] as number) - (pair.fixed[axis] as number)),
    );
  });
  const freMm = Math.sqrt(residualsMm.reduce((sum, r) => sum + r * r, 0) / residualsMm.length);
  return { kind, matrix, residualsMm, freMm };
}

/** Points about their mean, and their spread (root of the scatter's eigenvalues per point, mm) along, across and through. */
function centred(points: readonly Vector3[]) {
  const mean = [0, 1, 2].map((axis) => points.reduce((sum, p) => sum + (p[axis] as number), 0) / points.length);
  const about = points.map((p) => p.map((v, axis) => v - (mean[axis] as number)));
  const scatter = [0, 1, 2].map((a) =>
    [0, 1, 2].map((b) => about.reduce((sum, p) => sum + (p[a] as number) * (p[b] as number), 0) / points.length),
  );
  const spread = symmetricEigen(scatter).values.map((v) => Math.sqrt(Math.max(0, v))) as unknown as Vector3;
  return { mean, points: about, spread };
}

/** Rows of the rotation: the eigenvector of Horn's 4×4 for its greatest eigenvalue, as a quaternion. */
function turnOf(from: readonly number[][], to: readonly number[][]): number[][] {
  const s = (a: number, b: number) => from.reduce((sum, p, n) => sum + (p[a] as number) * (to[n]?.[b] as number), 0);
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = [0, 1, 2].flatMap((a) =>
    [0, 1, 2].map((b) => s(a, b)),
  ) as unknown as readonly [number, number, number, number, number, number, number, number, number];
  const { vectors } = symmetricEigen([
    [xx + yy + zz, yz - zy, zx - xz, xy - yx],
    [yz - zy, xx - yy - zz, xy + yx, zx + xz],
    [zx - xz, xy + yx, yy - xx - zz, yz + zy],
    [xy - yx, zx + xz, yz + zy, zz - xx - yy],
  ]);
  const [w, x, y, z] = vectors[0] as unknown as readonly [number, number, number, number];
  return [
    [w * w + x * x - y * y - z * z, 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), w * w - x * x + y * y - z * z, 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), w * w - x * x - y * y + z * z],
  ];
}

/** Rows of A with the least Σ |A·from − to|²: (Σ to·fromᵀ)(Σ from·fromᵀ)⁻¹. */
function leastSquares(from: readonly number[][], to: readonly number[][]): number[][] {
  const sum = (left: readonly number[][], a: number, b: number) =>
    left.reduce((total, p, n) => total + (p[a] as number) * (from[n]?.[b] as number), 0);
  const { values, vectors } = symmetricEigen([0, 1, 2].map((a) => [0, 1, 2].map((b) => sum(from, a, b))));
  const cross = [0, 1, 2].map((a) => [0, 1, 2].map((b) => sum(to, a, b)));
  const inverse = [0, 1, 2].map((a) =>
    [0, 1, 2].map((b) =>
      values.reduce(
        (total, value, n) => total + ((vectors[n]?.[a] as number) * (vectors[n]?.[b] as number)) / value,
        0,
      ),
    ),
  );
  return cross.map((row) =>
    [0, 1, 2].map((b) =>
      dot(
        row,
        inverse.map((each) => each[b] as number),
      ),
    ),
  );
}

/** Eigenvalues of a symmetric matrix, greatest first, and their unit vectors: Jacobi's rotations. */
function symmetricEigen(matrix: readonly (readonly number[])[]): { values: number[]; vectors: number[][] } {
  const n = matrix.length;
  const a = matrix.map((row) => [...row]);
  const v = a.map((_, row) => a.map((__, column) => (row === column ? 1 : 0) as number));
  const at = (m: readonly number[][], row: number, column: number) => m[row]?.[column] as number;
  const turn = (m: number[][], p: number, q: number, c: number, s: number) => {
    for (const row of m) {
      const [x, y] = [row[p] as number, row[q] as number];
      row[p] = c * x - s * y;
      row[q] = s * x + c * y;
    }
  };
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < n; p++)
      for (let q = p + 1; q < n; q++) {
        if (at(a, p, q) === 0) continue;
        off += at(a, p, q) ** 2;
        const theta = (at(a, q, q) - at(a, p, p)) / (2 * at(a, p, q));
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        turn(a, p, q, c, t * c);
        // The same from the other side.
        const [low, high] = [a[p] as number[], a[q] as number[]];
        for (let k = 0; k < n; k++) {
          const [x, y] = [low[k] as number, high[k] as number];
          low[k] = c * x - t * c * y;
          high[k] = t * c * x + c * y;
        }
        turn(v, p, q, c, t * c);
      }
    if (off === 0) break;
  }
  const order = a.map((_, k) => k).sort((p, q) => at(a, q, q) - at(a, p, p));
  return { values: order.map((k) => at(a, k, k)), vectors: order.map((k) => v.map((row) => row[k] as number)) };
}

const dot = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, n) => sum + value * (b[n] as number), 0);
/** The scale with the least squares once the turn is known: Σ to·(R·from) over Σ |from|². */
function scaleOf(rows: readonly number[][], from: readonly number[][], to: readonly number[][]): number {
  const along = from.reduce(
    (sum, p, n) =>
      sum +
      dot(
        to[n] as number[],
        rows.map((row) => dot(row, p)),
      ),
    0,
  );
  return along / from.reduce((sum, p) => sum + dot(p, p), 0);
}

const inMm = (spread: Vector3) => `spread of ${spread.map((v) => v.toFixed(2)).join(' × ')} mm`;

function refused(expected: string, got: string): VesaliusError {
  return new VesaliusError({ code: 'geometry', what: 'landmarks', where: 'landmarks', expected, got });
}
