import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createPool } from '#compute/pool.ts';
import { segment } from '#compute/segment.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { affine, transform } from '#core/space/affine.ts';
import type { Volume } from '#core/volume/volume.ts';

const oracle = JSON.parse(readFileSync(join(import.meta.dirname, '../../oracle/segment.json'), 'utf8'));
const pool = createPool(spawnNode, 1);
afterAll(() => pool.close());

/** The volume of test/oracle/segment.py, stored so that rescaling is `slope` × stored + `intercept`. */
function made(slope = 1, intercept = 0, type: 'i16' | 'f32' = 'i16'): Volume {
  const [ni, nj, nk] = oracle.dims as [number, number, number];
  const values = new Float64Array(ni * nj * nk);
  for (let k = 0, n = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++, n++) {
        const noise = ((i * 7919 + j * 104729 + k * 1299709 + i * j * 31 + j * k * 17 + i * k * 13) % 401) - 200;
        const ball = (x: number, y: number, z: number, r: number) =>
          (i - x) ** 2 + (j - y) ** 2 + (k - z) ** 2 <= r * r;
        let value = ball(30, 25, 20, 19) ? 40 : -900;
        if (ball(24, 22, 18, 7) || ball(40, 30, 24, 6)) value = 900;
        values[n] = value + noise;
      }
  expect(values.reduce((sum, value) => sum + value, 0)).toBe(oracle.sum);
  const stored = values.map((value) => (value - intercept) / slope);
  const scalars = type === 'i16' ? Int16Array.from(stored) : Float32Array.from(stored);
  const rasFromIjk = affine('ras', 'ijk', [-0.8, 0, 0, 0, 0, 0, 1.2, 0, 0, 0.8, 0, 0, 10, -20, 30, 1]);
  const range: [number, number] = [Math.min(...stored), Math.max(...stored)];
  return {
    header: {
      name: 'made',
      dims: [ni, nj, nk],
      timepoints: 1,
      scalarType: type,
      slope,
      intercept,
      rasFromIjk,
      spacing: [0.8, 1.2, 0.8],
      modality: 'CT',
      modalityGuessed: false,
      unit: 'HU',
      format: 'nifti',
      synthetic: true,
      warnings: [],
      storedRange: range,
    },
    scalars,
  };
}

const count = (labels: Uint8Array, value: number) => labels.reduce((sum, label) => sum + (label === value ? 1 : 0), 0);

describe('methods against skimage and scipy', () => {
  it.each([
    [1, 0],
    [-1, 0],
    [0.5, 100],
  ])('otsu and multi-otsu, slope %d, intercept %d', async (slope, intercept) => {
    const volume = made(slope, intercept);
    const { settings, segments } = await segment(pool, volume, { method: 'otsu' });
    // skimage's threshold is the last value of the darker class, ours the first value after it that a voxel can take.
    expect(settings.lower).toBe(oracle.otsu + Math.abs(slope));
    expect(segments).toMatchObject([{ value: 1, tissue: 'other', group: 'yours' }]);
    for (const classes of [3, 4]) {
      const found = await segment(pool, volume, { method: 'multi-otsu', settings: { classes } });
      oracle[`multiOtsu${classes}`].forEach((threshold: number, n: number) => {
        expect(found.settings[`threshold${n + 1}`]).toBe(threshold + Math.abs(slope));
      });
      expect(found.segments.map(({ value, voxels }) => [value, voxels])).toEqual(
        found.segments.map(({ value }) => [value, count(found.labels, value)]),
      );
    }
  });

  it('otsu of float32 voxels is within a bin of the exact one', async () => {
    const { settings } = await segment(pool, made(1, 0, 'f32'), { method: 'otsu' });
    expect(Math.abs((settings.lower as number) - oracle.otsu)).toBeLessThan(2500 / 1024 + 1);
  });

  it('components: counts and sizes of scipy, the rest is told', async () => {
    const { segments, labels, warnings } = await segment(pool, made(), {
      method: 'components',
      settings: { lower: 100, keep: 5, apart: true },
    });
    const { count: parts, largest } = oracle.label6;
    expect(segments.map((one) => one.voxels)).toEqual(largest);
    for (const { value, voxels } of segments) expect(count(labels, value)).toBe(voxels);
    expect(warnings).toMatchObject([{ code: 'parts-left-out', kept: `5 of ${parts} parts` }]);
    const whole = await segment(pool, made(), {
      method: 'components',
      settings: { minMm3: 0.8 * 1.2 * 0.8 * 50 },
      labels,
    });
    expect(whole.segments[0]?.voxels).toBe(largest[0]);
  });

  it('components: a voxel of a sheared grid (a tilted gantry) is as large as its determinant says, not its spacings', async () => {
    const upright = made();
    const rasFromIjk = affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 1]);
    const volume = { ...upright, header: { ...upright.header, rasFromIjk, spacing: [1, 1, Math.SQRT2] as const } };
    const least = oracle.label6.largest[1];
    const { segments } = await segment(pool, volume, {
      method: 'components',
      settings: { lower: 100, keep: 5, apart: true, minMm3: least },
    });
    expect(segments.map((one) => one.voxels)).toEqual(oracle.label6.largest.slice(0, 2));
  });

  it('region-grow: scipy’s component at the seed, given in RAS; the range comes from its surroundings', async () => {
    const volume = made();
    const seed = transform(volume.header.rasFromIjk, [24, 22, 18]);
    const grown = await segment(pool, volume, {
      method: 'region-grow',
      seeds: [seed],
      settings: { lower: 650, upper: 1150 },
    });
    expect(grown.segments[0]?.voxels).toBe(oracle.grown);
    const own = await segment(pool, volume, { method: 'region-grow', seeds: [seed] });
    const [lower, upper] = [own.settings.lower as number, own.settings.upper as number];
    expect(lower).toBeGreaterThan(500);
    expect(upper).toBeLessThan(1300);
    await expect(segment(pool, volume, { method: 'region-grow', seeds: [[999, 0, 0]] })).rejects.toMatchObject({
      code: 'method',
    });
    await expect(segment(pool, volume, { method: 'region-grow' })).rejects.toMatchObject({ code: 'method' });
  });

  it('threshold: both bounds included; a cancelled run rejects and the next one runs', async () => {
    const volume = made();
    const { labels, segments } = await segment(pool, volume, {
      method: 'threshold',
      settings: { lower: 40, upper: 900 },
    });
    const inside = Array.from(volume.scalars).filter((value) => value >= 40 && value <= 900).length;
    expect(segments[0]?.voxels).toBe(inside);
    expect(count(labels, 1)).toBe(inside);
    const abort = new AbortController();
    const running = segment(pool, volume, { method: 'ct-bone' }, { signal: abort.signal });
    abort.abort();
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect((await segment(pool, volume, { method: 'otsu' })).segments.length).toBe(1);
  });
});
