// node scripts/accuracy.ts [--seed S] [--size N] [--json FILE]   what each preset reaches, on the phantom and on real scans that are here.
// A seed is drawn unless one is given; real scans are looked for in VESALIUS_DATA, else ../shared/data, and named where they are missing.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { makePhantom } from '#compute/phantom.ts';
import { createPool, type Pool } from '#compute/pool.ts';
import { segment } from '#compute/segment.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { phantomGrid } from '#core/anatomy/phantomSpec.ts';
import { affine, multiply } from '#core/space/affine.ts';
import type { Volume } from '#core/volume/volume.ts';
import { bestThreshold, overlap, phantomTruth, truthOf } from '../test/compute/methods/dice.ts';
import { hausdorff95 } from '../test/compute/methods/hausdorff.ts';
import { ensureBuilt } from './ensureBuilt.mjs';

interface AccuracyRow {
  readonly method: string;
  readonly case: string;
  readonly segment: string;
  readonly dice: number;
  readonly hd95Mm: number;
  readonly volumeError: number;
  readonly reference: string;
}

const { values } = parseArgs({
  options: { seed: { type: 'string' }, size: { type: 'string' }, json: { type: 'string' } },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const size = Number(values.size ?? 160);
const data = process.env.VESALIUS_DATA ?? join(import.meta.dirname, '../../shared/data');

ensureBuilt('kernels');
const pool = createPool(spawnNode, 2);
const rows: AccuracyRow[] = [];
try {
  for (const [name, degrees] of [
    ['phantom', 0],
    ['phantom tilted by 5°', 5],
  ] as const)
    await onPhantom(pool, name, degrees);
  await onAbdomen(pool);
} finally {
  pool.close();
}
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);

function add(row: AccuracyRow): void {
  rows.push(row);
  const percent = `${(100 * row.volumeError).toFixed(1)} %`;
  console.log(
    `${row.method.padEnd(10)} ${row.segment.padEnd(11)} Dice ${row.dice.toFixed(4)}  HD95 ${row.hd95Mm.toFixed(2)} mm  volume ${percent.padStart(7)}  ${row.case} (${row.reference})`,
  );
}

async function onPhantom(workers: Pool, name: string, degrees: number): Promise<void> {
  const { dims, rasFromIjk } = phantomGrid({ size });
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const turned = multiply(affine('ras', 'ras', [1, 0, 0, 0, 0, c, s, 0, 0, -s, c, 0, 0, 0, 0, 1]), rasFromIjk);
  const made = await makePhantom(workers, { case: 'thorax', dims, rasFromIjk: turned, noiseHu: 12, seed });
  for (const method of ['ct-body', 'ct-bone', 'ct-lungs'] as const) {
    const { labels } = await segment(workers, made.volume, { method });
    const { truth, counts } = truthOf(made.labels, made.segments, method);
    for (let n = 0; n < labels.length; n++) if (!counts[n]) truth[n] = labels[n] = 0;
    const wanted = String(phantomTruth[method].segments);
    compare(made.volume, method, `${name} ${size}³ seed ${seed}`, method.slice(3), truth, labels, `labels ${wanted}`);
  }
}

async function onAbdomen(workers: Pool): Promise<void> {
  const [scan, reference] = ['example_ct.nii.gz', 'example_seg_fast_force_split.nii.gz'].map((file) =>
    join(data, 'totalsegmentator', file),
  ) as [string, string];
  if (!existsSync(scan) || !existsSync(reference)) {
    console.log(`absent: ${scan}`);
    return;
  }
  const read = async (disk: string) =>
    (await workers.run('readVolume', [[{ kind: 'disk', disk, path: disk }], { shared: true }])).volume;
  const [volume, labelled] = [await read(scan), await read(reference)];
  const truth = new Uint8Array(labelled.scalars.length);
  for (let n = 0; n < truth.length; n++) {
    const label = labelled.scalars[n] as number;
    // TotalSegmentator's classes: sacrum, vertebrae, hips, ribs.
    truth[n] =
      label === 25 || (label > 25 && label < 51) || label === 77 || label === 78 || (label > 91 && label < 116) ? 1 : 0;
  }
  const { labels } = await segment(workers, volume, { method: 'ct-bone' });
  compare(
    volume,
    'ct-bone',
    'abdomen 3 mm',
    'bone',
    truth,
    labels,
    'vertebrae, hips, ribs and sacrum of TotalSegmentator; femurs are in the scan and not in the reference',
  );
  console.log(`           the best single threshold there: Dice ${bestThreshold(truth, volume.scalars).toFixed(4)}`);
}

function compare(
  volume: Volume,
  method: string,
  name: string,
  segmentName: string,
  truth: Uint8Array,
  labels: Uint8Array<ArrayBufferLike>,
  reference: string,
): void {
  const { dice, volumeError } = overlap(truth, labels);
  const hd95Mm = hausdorff95(truth, labels, volume.header.dims, volume.header.spacing);
  add({ method, case: name, segment: segmentName, dice, hd95Mm, volumeError, reference });
}
