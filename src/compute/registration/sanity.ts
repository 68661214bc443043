import { VesaliusError } from '#core/errors.ts';
import { affine, determinant3, transform, type Vector3 } from '#core/space/affine.ts';
import type { FieldFacts } from './deformation.ts';
import { type Alike, alike, type MetricName } from './similarity.ts';
import type { RegistrationKind } from './stages.ts';
import type { WorkingCopy } from './workingCopy.ts';

/** What a registration that began where it should end may lose by the search's own noise. */
const NOISE: Readonly<Record<MetricName, number>> = { correlation: 5e-3, 'mutual-information': 2e-3 };
const LEAST_OVERLAP = 0.2;
/** Less than this chance gives too. */
const LEAST: Readonly<Record<MetricName, number>> = { correlation: 0.2, 'mutual-information': 1.03 };

export interface Found {
  readonly kind: RegistrationKind;
  readonly metric: MetricName;
  readonly matrix: readonly number[];
  readonly field: FieldFacts | null;
  readonly before: Alike;
  readonly after: Alike;
  /** Fixed RAS mm → moving RAS mm. */
  readonly map: (p: Vector3) => Vector3;
}

/**
 * A result that cannot be right is refused: a matrix that is none of its kind, scans that no longer meet, a fold, scans less alike
 * than at the start or hardly alike at all, and a place that is no peak, since scans of different things are nowhere more alike than around it.
 * @throws VesaliusError 'registration-failed' with the figures
 */
export function checkRegistration(fixed: WorkingCopy, moving: WorkingCopy, found: Found): void {
  const { kind, metric, matrix, field, before, after, map } = found;
  const determinant = determinant3(affine('ras', 'ras', matrix));
  if (!matrix.every(Number.isFinite)) throw failed('matrix', 'finite numbers', matrix.join(' '));
  if (kind === 'rigid' && Math.abs(determinant - 1) > 1e-3) throw failed('determinant', '1', determinant);
  if (!(determinant > 0.2 && determinant < 5)) throw failed('determinant', '0.2 to 5', determinant);
  if (after.overlap < LEAST_OVERLAP)
    throw failed('overlap', `${LEAST_OVERLAP * 100} % of the smaller scan`, `${(after.overlap * 100).toFixed(1)} %`);
  if (field) {
    const bound = 0.25 * fixed.spacingMm * Math.hypot(...fixed.dims);
    if (!(field.minJacobian > 0)) throw failed('deformation', 'no fold', `Jacobian ${field.minJacobian.toFixed(3)}`);
    if (!(field.maxMm < bound))
      throw failed('deformation', `under ${bound.toFixed(0)} mm`, `${field.maxMm.toFixed(1)} mm`);
  }
  if (!noWorse(metric, before, after))
    throw failed(metric, `no less than ${before.value.toFixed(4)} at the start`, after.value.toFixed(4));
  if (!(after.value > LEAST[metric])) throw failed(metric, `above ${LEAST[metric]}`, after.value.toFixed(4));
  const most = mostNearby(metric, fixed, moving, map, 5);
  if (!(after.value > most))
    throw failed(metric, `a peak above ${most.toFixed(4)} a few voxels away`, after.value.toFixed(4));
}

/** Has a search that ended at `after` lost nothing of `before` but its own noise? */
export function noWorse(metric: MetricName, before: Alike, after: Alike): boolean {
  return after.value >= before.value - NOISE[metric];
}

/** Is a placement the best one within a voxel? Then a search that leaves it has lost it: the same scan twice, say. */
export function isPeak(
  metric: MetricName,
  fixed: WorkingCopy,
  moving: WorkingCopy,
  map: (p: Vector3) => Vector3,
): boolean {
  return alike(metric, fixed, moving, map).value > mostNearby(metric, fixed, moving, map, 1);
}

/** The most alike of six shifts by so many voxels and six turns, 1.2° for each of them, about the middle of the fixed scan. */
function mostNearby(
  metric: MetricName,
  fixed: WorkingCopy,
  moving: WorkingCopy,
  map: (p: Vector3) => Vector3,
  voxels: number,
): number {
  return Math.max(...nearby(fixed, voxels).map((move) => alike(metric, fixed, moving, (p) => map(move(p))).value));
}

function nearby({ dims, rasFromIjk, spacingMm }: WorkingCopy, voxels: number): ((p: Vector3) => Vector3)[] {
  const c = transform(rasFromIjk, dims.map((n) => (n - 1) / 2) as unknown as Vector3);
  const [cos, sin] = [Math.cos((voxels * Math.PI) / 150), Math.sin((voxels * Math.PI) / 150)];
  return [0, 1, 2].flatMap((axis) =>
    [-1, 1].flatMap((sign) => {
      const [a, b] = [(axis + 1) % 3, (axis + 2) % 3];
      const shift = (p: Vector3) =>
        p.map((v, n) => (n === axis ? v + sign * voxels * spacingMm : v)) as unknown as Vector3;
      const turn = (p: Vector3) => {
        const q = [...p] as [number, number, number];
        const [u, v] = [(p[a] as number) - (c[a] as number), (p[b] as number) - (c[b] as number)];
        q[a] = (c[a] as number) + cos * u - sign * sin * v;
        q[b] = (c[b] as number) + sign * sin * u + cos * v;
        return q;
      };
      return [shift, turn];
    }),
  );
}

export function failed(where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({
    code: 'registration-failed',
    what: 'registration',
    where: `registration: ${where}`,
    expected,
    got,
  });
}
