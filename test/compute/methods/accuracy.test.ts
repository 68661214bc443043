import { afterAll, describe, expect, it } from 'vitest';
import { makePhantom, type Phantom } from '#compute/phantom.ts';
import { createPool } from '#compute/pool.ts';
import { segment } from '#compute/segment.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { phantomGrid } from '#core/anatomy/phantomSpec.ts';
import { affine, multiply } from '#core/space/affine.ts';
import { dataFile } from '../../data.ts';
import { bestThreshold, overlap, truthOf } from './dice.ts';

const pool = createPool(spawnNode, 2);
afterAll(() => pool.close());
const seed = Number(process.env.PHANTOM_SEED ?? Math.floor(Math.random() * 2 ** 31));

async function phantom(size: number, turn?: readonly number[]): Promise<Phantom> {
  const { dims, rasFromIjk } = phantomGrid({ size });
  const turned = turn ? multiply(affine('ras', 'ras', turn), rasFromIjk) : rasFromIjk;
  return makePhantom(pool, { case: 'thorax', dims, rasFromIjk: turned, noiseHu: 12, seed });
}
function tilt(degrees: number): number[] {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [1, 0, 0, 0, 0, c, s, 0, 0, -s, c, 0, 0, 0, 0, 1];
}
async function dice(made: Phantom, method: 'ct-body' | 'ct-bone' | 'ct-lungs'): Promise<number> {
  const { labels } = await segment(pool, made.volume, { method });
  const { truth, counts } = truthOf(made.labels, made.segments, method);
  return overlap(truth, labels, counts).dice;
}

describe(`presets on a phantom that nobody tuned to (seed ${seed})`, () => {
  it('bone, lungs and body reach Dice 0.95; the lungs are on their sides', async () => {
    const made = await phantom(160);
    for (const method of ['ct-body', 'ct-lungs', 'ct-bone'] as const)
      expect(await dice(made, method), method).toBeGreaterThanOrEqual(0.95);
    const { labels, segments } = await segment(pool, made.volume, { method: 'ct-lungs' });
    expect(segments.map((one) => one.name)).toEqual(['right lung', 'left lung']);
    const vessels = await segment(pool, made.volume, { method: 'ct-vessels' });
    const bone = truthOf(made.labels, made.segments, 'ct-bone').truth;
    for (const { value, name } of segments) {
      const id = made.segments.find((one) => one.name === name)?.id as number;
      expect(
        overlap(
          made.labels.map((label) => (label === id ? 1 : 0)),
          labels.map((label) => (label === value ? 1 : 0)),
        ).dice,
      ).toBeGreaterThan(0.9);
    }
    const trachea = made.segments.find((one) => one.name === 'trachea')?.id;
    const leaked = made.labels.reduce((sum, label, n) => sum + (label === trachea && labels[n] ? 1 : 0), 0);
    expect(leaked / made.labels.filter((label) => label === trachea).length).toBeLessThan(0.02);
    const aorta = made.segments.find((one) => one.name === 'aorta')?.id;
    const [inAorta, inBone] = vessels.labels.reduce(
      ([a, b], label, n) => (label ? [a + (made.labels[n] === aorta ? 1 : 0), b + (bone[n] as number)] : [a, b]),
      [0, 0] as [number, number],
    );
    expect(inAorta / made.labels.filter((label) => label === aorta).length).toBeGreaterThan(0.85);
    expect(inBone / vessels.labels.filter((label) => label > 0).length).toBeLessThan(0.05);
  });

  it.each([
    ['tilted by 5° about the left-right axis', tilt(5)],
    ['with its axes in another order and direction', [0, -1, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1]],
  ])('%s: the body without the table, the lungs on their sides', async (_, turn) => {
    // A grid whose axes are turned still sees the same body: only the order of the voxels differs.
    const made = await phantom(112, turn);
    expect(await dice(made, 'ct-body')).toBeGreaterThanOrEqual(0.99);
    expect(await dice(made, 'ct-lungs')).toBeGreaterThanOrEqual(0.95);
    const { labels, warnings } = await segment(pool, made.volume, { method: 'ct-lungs' });
    const right = made.segments.find((one) => one.name === 'right lung')?.id;
    const swapped = made.labels.reduce((sum, label, n) => sum + (label === right && labels[n] === 2 ? 1 : 0), 0);
    expect(swapped).toBe(0);
    expect(warnings.every((warning) => warning.text.endsWith('.'))).toBe(true);
  });
});

const ct = dataFile('totalsegmentator/example_ct.nii.gz');
const reference = dataFile('totalsegmentator/example_seg_fast_force_split.nii.gz');
const lungs = dataFile('dash-vtk/ct_lung');
const read = async (disk: string, paths: readonly string[]) =>
  (
    await pool.run('readVolume', [
      paths.map((path) => ({ kind: 'disk', disk: path, path: path.slice(disk.length + 1) }) as const),
      { shared: true },
    ])
  ).volume;

describe('presets on real scans', () => {
  it.skipIf(!ct || !reference)('ct-bone beats the best single threshold of an abdomen by 0.05 Dice', async () => {
    const volume = await read(ct as string, [ct as string]);
    const truthVolume = await read(reference as string, [reference as string]);
    // TotalSegmentator's classes: sacrum, vertebrae, hips, ribs.
    const isBone = (label: number) =>
      label === 25 || (label >= 26 && label <= 50) || label === 77 || label === 78 || (label >= 92 && label <= 115);
    const truth = Uint8Array.from(truthVolume.scalars, (label) => (isBone(label) ? 1 : 0));
    const best = bestThreshold(truth, volume.scalars);
    const { labels } = await segment(pool, volume, { method: 'ct-bone' });
    expect(best).toBeGreaterThan(0.7);
    expect(overlap(truth, labels).dice - best).toBeGreaterThanOrEqual(0.05);
  });

  it.skipIf(!lungs)('ct-lungs of a chest in 8 mm slices: two lungs, 2 to 8 l, a trachea apart', async () => {
    const { readdirSync } = await import('node:fs');
    const folder = lungs as string;
    const volume = await read(
      folder,
      readdirSync(folder).map((name) => `${folder}/${name}`),
    );
    const { segments } = await segment(pool, volume, { method: 'ct-lungs', settings: { airway: true } });
    const ml = segments.map((one) => (one.voxels * volume.header.spacing.reduce((a, b) => a * b, 1)) / 1000);
    expect(segments.map((one) => one.name)).toEqual(['right lung', 'left lung', 'airway']);
    const [right, left, airway] = ml as [number, number, number];
    expect(right + left).toBeGreaterThan(2000);
    expect(right + left).toBeLessThan(8000);
    expect(Math.min(right, left)).toBeGreaterThan(800);
    expect(airway).toBeGreaterThan(10);
    expect(airway).toBeLessThan(160);
  });
});
