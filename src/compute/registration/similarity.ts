import { invert, transform, type Vector3 } from '#core/space/affine.ts';
import { trilinear } from './sampling.ts';
import type { WorkingCopy } from './workingCopy.ts';

export type MetricName = 'correlation' | 'mutual-information';

/** About this many points of the fixed grid tell how alike two scans are. */
const POINTS = 60_000;
const BINS = 32;

export interface Alike {
  /**
   * 'correlation': Pearson's, −1 to 1. 'mutual-information': normalised, (H(A) + H(B)) / H(A, B), 1 to 2 (Studholme, Hill and
   * Hawkes, "An overlap invariant entropy measure of 3D medical image alignment", Pattern Recognition 1999).
   */
  readonly value: number;
  /** How much of the smaller one of the scans' boxes lies in the other, 0 to 1. */
  readonly overlap: number;
}

/** How alike the scans are where `map` lays a point of the fixed one (RAS mm) on the moving one; every few voxels are asked. */
export function alike(name: MetricName, fixed: WorkingCopy, moving: WorkingCopy, map: (p: Vector3) => Vector3): Alike {
  const [ni, nj, nk] = fixed.dims;
  const [mi, mj, mk] = moving.dims;
  const stride = Math.max(1, Math.round(Math.cbrt((ni * nj * nk) / POINTS)));
  const movingIjk = invert(moving.rasFromIjk);
  const a: number[] = [];
  const b: number[] = [];
  let asked = 0;
  for (let k = stride >> 1; k < nk; k += stride)
    for (let j = stride >> 1; j < nj; j += stride)
      for (let i = stride >> 1; i < ni; i += stride) {
        asked++;
        const [x, y, z] = transform(movingIjk, map(transform(fixed.rasFromIjk, [i, j, k])));
        if (!(x >= -0.5 && y >= -0.5 && z >= -0.5 && x <= mi - 0.5 && y <= mj - 0.5 && z <= mk - 0.5)) continue;
        a.push(fixed.values[i + ni * (j + nj * k)] as number);
        b.push(trilinear(moving.values, mi, mj, mk, x, y, z));
      }
  const box = ({ dims, spacingMm }: WorkingCopy) => dims[0] * dims[1] * dims[2] * spacingMm ** 3;
  const overlap = Math.min(1, a.length / asked / Math.min(1, box(moving) / box(fixed)));
  if (a.length < 100) return { value: name === 'correlation' ? -1 : 1, overlap };
  return {
    value: name === 'correlation' ? correlation(a, b) : normalisedMutualInformation(a, b, fixed.range, moving.range),
    overlap,
  };
}

export function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const n = a.length;
  let [sa, sb] = [0, 0];
  for (let i = 0; i < n; i++) {
    sa += a[i] as number;
    sb += b[i] as number;
  }
  const [ma, mb] = [sa / n, sb / n];
  let [saa, sbb, sab] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [da, db] = [(a[i] as number) - ma, (b[i] as number) - mb];
    saa += da * da;
    sbb += db * db;
    sab += da * db;
  }
  return saa > 0 && sbb > 0 ? sab / Math.sqrt(saa * sbb) : 0;
}

function normalisedMutualInformation(
  a: readonly number[],
  b: readonly number[],
  [aLow, aHigh]: readonly [number, number],
  [bLow, bHigh]: readonly [number, number],
): number {
  const joint = new Float64Array(BINS * BINS);
  const binOf = (v: number, low: number, high: number) =>
    Math.min(BINS - 1, Math.floor(((v - low) / Math.max(1e-9, high - low)) * BINS));
  for (let n = 0; n < a.length; n++) {
    const at = binOf(a[n] as number, aLow, aHigh) + BINS * binOf(b[n] as number, bLow, bHigh);
    joint[at] = (joint[at] as number) + 1;
  }
  const [ofA, ofB] = [new Float64Array(BINS), new Float64Array(BINS)];
  joint.forEach((count, at) => {
    ofA[at % BINS] = (ofA[at % BINS] as number) + count;
    ofB[Math.floor(at / BINS)] = (ofB[Math.floor(at / BINS)] as number) + count;
  });
  const entropy = (counts: Float64Array) =>
    counts.reduce((sum, count) => (count > 0 ? sum - (count / a.length) * Math.log(count / a.length) : sum), 0);
  const together = entropy(joint);
  return together > 0 ? (entropy(ofA) + entropy(ofB)) / together : 1;
}
