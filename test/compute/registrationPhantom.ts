import { makePhantom, type Phantom } from '#compute/phantom.ts';
import type { Pool } from '#compute/pool.ts';
import { trilinear } from '#compute/registration/sampling.ts';
import { phantomGrid } from '#core/anatomy/phantomSpec.ts';
import { seeded } from '#core/anatomy/random.ts';
import { type Affine, affine, invert, multiply, spacingOf, transform, type Vector3 } from '#core/space/affine.ts';
import type { Volume } from '#core/volume/volume.ts';

/** Rodrigues' turn about an axis by degrees, then a shift; RAS → RAS. */
export function turned(axis: Vector3, degrees: number, shift: Vector3): Affine<'ras', 'ras'> {
  const n = Math.hypot(...axis);
  const [x, y, z] = axis.map((v) => v / n) as unknown as Vector3;
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const t = 1 - c;
  return affine('ras', 'ras', [
    ...[x * x * t + c, y * x * t + z * s, z * x * t - y * s, 0],
    ...[x * y * t - z * s, y * y * t + c, z * y * t + x * s, 0],
    ...[x * z * t + y * s, y * z * t - x * s, z * z * t + c, 0],
    ...shift,
    1,
  ]);
}

/**
 * The body of the phantom moved by `move` and scanned on the same grid: drawn from its formulas on the grid moved back, so that
 * nothing is resampled, with noise of its own.
 */
export async function scanOf(
  pool: Pool,
  scan: {
    readonly size: number;
    readonly noiseSeed: number;
    readonly move?: Affine<'ras', 'ras'>;
    readonly contrast?: 'ct' | 't1';
    readonly seed?: number;
  },
): Promise<Phantom> {
  const { size, noiseSeed, move, contrast = 'ct', seed = 11 } = scan;
  const grid = phantomGrid({ size });
  const rasFromIjk = move ? multiply(invert(move), grid.rasFromIjk) : grid.rasFromIjk;
  const phantom = await makePhantom(pool, { case: 'thorax', contrast, ...grid, rasFromIjk, noiseHu: 0, seed });
  const { header, scalars } = phantom.volume;
  return {
    ...phantom,
    volume: {
      header: { ...header, rasFromIjk: grid.rasFromIjk, spacing: spacingOf(grid.rasFromIjk) },
      scalars: noisy(scalars, 12, noiseSeed),
    },
  };
}

/** The same voxels, said to lie elsewhere. */
export function movedBy(volume: Volume, move: Affine<'ras', 'ras'>): Volume {
  return { ...volume, header: { ...volume.header, rasFromIjk: multiply(move, volume.header.rasFromIjk) } };
}

/** The scan bent by waves of up to some 10 mm along each axis, 280 to 440 mm long; `truth` maps fixed to moving RAS mm. */
export function bent(phantom: Phantom, noiseSeed: number): { volume: Volume; truth: (p: Vector3) => Vector3 } {
  const { header, scalars } = phantom.volume;
  const [ni, nj, nk] = header.dims;
  const u = ([x, y, z]: Vector3): Vector3 => [
    10 * Math.sin(y / 45) * Math.cos(z / 60),
    8 * Math.sin(z / 50 + 0.5),
    9 * Math.cos(x / 48) * Math.sin(y / 70),
  ];
  const plus = (p: Vector3, d: Vector3, s: number): Vector3 => [p[0] + s * d[0], p[1] + s * d[1], p[2] + s * d[2]];
  const ijkFromRas = invert(header.rasFromIjk);
  const values = new Float32Array(ni * nj * nk);
  for (let k = 0, n = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++, n++) {
        const y = transform(header.rasFromIjk, [i, j, k]) as Vector3;
        values[n] = trilinear(scalars, ni, nj, nk, ...(transform(ijkFromRas, plus(y, u(y), 1)) as Vector3));
      }
  const truth = (x: Vector3): Vector3 => {
    let y = x;
    for (let round = 0; round < 60; round++) y = plus(x, u(y), -1);
    return y;
  };
  return { volume: { header, scalars: noisy(values, 12, noiseSeed) }, truth };
}

/** Gaussian enough: the sum of four even draws. */
function noisy(values: ArrayLike<number>, deviation: number, seed: number): Int16Array<ArrayBuffer> {
  const random = seeded(seed);
  return Int16Array.from(values, (value) => {
    const sum = random.next() + random.next() + random.next() + random.next();
    return Math.round(value + deviation * Math.sqrt(3) * (sum - 2));
  });
}

/**
 * How far, mm, `found` puts points of the body beside where `truth` does: every seventh voxel of it that is `margin` from the border,
 * of the named groups of structures or of all.
 */
export function targetErrors(
  { volume, labels, segments }: Phantom,
  truth: (p: Vector3) => Vector3,
  found: (p: Vector3) => Vector3,
  { margin = 0, groups }: { readonly margin?: number; readonly groups?: readonly string[] } = {},
): { readonly max: number; readonly p90: number; readonly median: number } {
  const { dims, rasFromIjk } = volume.header;
  const [ni, nj] = dims;
  const wanted = new Set(segments.filter(({ group }) => !groups || groups.includes(group)).map(({ id }) => id));
  const errors: number[] = [];
  for (let n = 0; n < labels.length; n += 7) {
    if (!wanted.has(labels[n] as number)) continue;
    const ijk: Vector3 = [n % ni, Math.floor(n / ni) % nj, Math.floor(n / ni / nj)];
    if (ijk.some((v, axis) => v < margin || v >= (dims[axis] as number) - margin)) continue;
    const p = transform(rasFromIjk, ijk);
    const [a, b] = [truth(p), found(p)];
    errors.push(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
  }
  errors.sort((a, b) => a - b);
  const rank = (share: number) => errors[Math.floor(share * (errors.length - 1))] as number;
  return { max: rank(1), p90: rank(0.9), median: rank(0.5) };
}
