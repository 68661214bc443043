// node scripts/registrationAccuracy.ts [--size N] [--seed S]   how far a phantom that was moved by a known transform is brought back.
// For every row: the target registration error over the body in mm (middle, nine in ten, worst) before and after, and the time that
// the processor took for it.
import { parseArgs } from 'node:util';
import { type RegisterOptions, register } from '#compute/jobs/register.ts';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { affine, multiply, transform, type Vector3 } from '#core/space/affine.ts';
import { movingFromFixed } from '#core/space/registration.ts';
import { finishAsync } from '#core/steps.ts';
import type { Volume } from '#core/volume/volume.ts';
import { bent, scanOf, targetErrors, turned } from '../test/compute/registrationPhantom.ts';
import { ensureBuilt } from './ensureBuilt.mjs';

const { values } = parseArgs({ options: { size: { type: 'string' }, seed: { type: 'string' } } });
const size = Number(values.size ?? 96);
const seed = Number(values.seed ?? 11);

ensureBuilt('kernels');
const pool = createPool(spawnNode, 2);
const rigid = turned([1, 2, 3], 7, [8, -6, 7]);
const far = turned([-2, 1, 1], 20, [30, 25, -40]);
const sheared = multiply(
  rigid,
  affine('ras', 'ras', [1.05, 0.02, 0, 0, 0, 0.96, 0.03, 0, 0.02, 0, 1.03, 0, 0, 0, 0, 1]),
);
const fixed = await scanOf(pool, { size, seed, noiseSeed: 1 });
const mm = fixed.volume.header.spacing[0];
console.log(`thorax phantom ${seed}, ${size}³ voxels of ${mm} mm`);
console.log(
  'row                          before mm        after mm: middle  9 in 10  worst   worst in voxels   residual   processor s',
);

for (const [name, kind, move, contrast] of [
  ['rigid, 7° and 12 mm', 'rigid', rigid, 'ct'],
  ['rigid, 20° and 56 mm', 'rigid', far, 'ct'],
  ['affine, 4–5 %', 'affine', sheared, 'ct'],
  ['rigid, MR on CT', 'rigid', rigid, 't1'],
  ['affine, MR on CT', 'affine', sheared, 't1'],
] as const) {
  const moving = await scanOf(pool, { size, seed, noiseSeed: 2, move, contrast });
  await row(name, moving.volume, (p) => transform(move, p), { kind });
}
const waves = bent(fixed, 3);
const margin = Math.round(24 / mm);
await row('deformable, waves of 10 mm', waves.volume, waves.truth, { kind: 'deformable' }, { margin });
pool.close();

async function row(
  name: string,
  moving: Volume,
  truth: (p: Vector3) => Vector3,
  options: RegisterOptions,
  where: { readonly margin?: number } = {},
) {
  const began = process.cpuUsage();
  const found = await finishAsync(register(fixed.volume, moving, options));
  const { user, system } = process.cpuUsage(began);
  const before = targetErrors(fixed, truth, (p) => p, where);
  const after = targetErrors(fixed, truth, movingFromFixed(found), where);
  const cells = [
    name.padEnd(28),
    before.median.toFixed(1).padStart(6),
    before.max.toFixed(1).padStart(6),
    after.median.toFixed(2).padStart(16),
    after.p90.toFixed(2).padStart(8),
    after.max.toFixed(2).padStart(8),
    (after.max / mm).toFixed(2).padStart(12),
    (found.residualMm?.toFixed(2) ?? 'none').padStart(16),
    ((user + system) / 1e6).toFixed(1).padStart(12),
  ];
  console.log(cells.join(' '));
}
