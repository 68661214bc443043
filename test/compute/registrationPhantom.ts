import { makePhantom, type Phantom } from '#compute/phantom.ts';
import type { Pool } from '#compute/pool.ts';
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
 * The body of the phantom moved by `move` and scanned again on the same grid: drawn from its formulas on the grid moved back, so
 * that nothing is resampled, with noise of its own.
 */
export async function scanOf(
  pool: Pool,
  size: number,
  seed: number,
  move: Affine<'ras', 'ras'> | null,
  noiseSeed: number,
): Promise<Phantom> {
  const grid = phantomGrid({ size });
  const drawn = move ? multiply(invert(move), grid.rasFromIjk) : grid.rasFromIjk;
  const phantom = await makePhantom(pool, { case: 'thorax', ...grid, rasFromIjk: drawn, noiseHu: 0, seed });
  const { header } = phantom.volume;
  return {
    ...phantom,
    volume: {
      header: { ...header, rasFromIjk: grid.rasFromIjk, spacing: spacingOf(grid.rasFromIjk) },
      scalars: noisy(phantom.volume.scalars, 12, noiseSeed),
    },
  };
}

/** A scan with the contrast of another machine: each group of structures at a value of its own that says nothing of its HU. */
export function otherContrast({ volume, labels, segments }: Phantom, seed: number): Volume {
  const random = seeded(seed);
  const ofGroup = new Map<string, number>();
  const tones = [20, ...segments.map(({ group }) => ofGroup.get(group) ?? fresh(group))];
  function fresh(group: string): number {
    const tone = random.between(120, 1000);
    ofGroup.set(group, tone);
    return tone;
  }
  const scalars = noisy(
    Int16Array.from(labels, (label) => tones[label] as number),
    25,
    seed + 1,
  );
  return { header: { ...volume.header, modality: 'MR', unit: '', name: 'another contrast' }, scalars };
}

/** Gaussian enough: the sum of four even draws. */
function noisy(values: ArrayLike<number>, deviation: number, seed: number): Int16Array<ArrayBuffer> {
  const random = seeded(seed);
  return Int16Array.from(values, (value) => {
    const sum = random.next() + random.next() + random.next() + random.next();
    return Math.round(value + deviation * Math.sqrt(3) * (sum - 2));
  });
}

/** How far, mm, `found` puts points of the body beside where `truth` does: every seventh voxel of it. */
export function targetErrors(
  { volume, labels }: Phantom,
  truth: (p: Vector3) => Vector3,
  found: (p: Vector3) => Vector3,
): { readonly max: number; readonly median: number } {
  const [ni, nj] = volume.header.dims;
  const errors: number[] = [];
  for (let n = 0; n < labels.length; n += 7) {
    if (labels[n] === 0) continue;
    const p = transform(volume.header.rasFromIjk, [n % ni, Math.floor(n / ni) % nj, Math.floor(n / ni / nj)]);
    const [a, b] = [truth(p), found(p)];
    errors.push(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]));
  }
  errors.sort((a, b) => a - b);
  return { max: errors.at(-1) as number, median: errors[errors.length >> 1] as number };
}
