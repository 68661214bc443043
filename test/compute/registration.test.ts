import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Phantom } from '#compute/phantom.ts';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { affine, determinant3, transform, type Vector3 } from '#core/space/affine.ts';
import { movingFromFixed } from '#core/space/registration.ts';
import type { Step } from '#core/steps.ts';
import { scanOf, targetErrors, turned } from './registrationPhantom.ts';

const pool = createPool(spawnNode, 2);
afterAll(() => pool.close());

const SIZE = 64;
/** Fixed → moving: the patient lies turned by 7° about an oblique axis and 12 mm away. */
const move = turned([1, 2, 3], 7, [8, -6, 7]);
let fixed: Phantom;
let moving: Phantom;
let voxel: number;
beforeAll(async () => {
  fixed = await scanOf(pool, SIZE, 11, null, 1);
  moving = await scanOf(pool, SIZE, 11, move, 2);
  voxel = fixed.volume.header.spacing[0];
});

const truth = (p: Vector3) => transform(move, p);

describe('register', () => {
  it('brings a turned and shifted body back within a tenth of a voxel, everywhere in it', async () => {
    const steps: Step[] = [];
    const found = await pool.run('register', [fixed.volume, moving.volume, { kind: 'rigid' }], {
      onStep: (step) => steps.push(step),
    });
    expect(targetErrors(fixed, truth, movingFromFixed(found)).max).toBeLessThan(0.1 * voxel);
    // The matrix says moving → fixed: it takes a point that the move made back to where it was.
    const [x, y, z] = transform(affine('ras', 'ras', found.matrix), truth([30, -20, 40]));
    expect(Math.hypot(x - 30, y + 20, z - 40)).toBeLessThan(0.1 * voxel);
    expect(Math.abs(determinant3(affine('ras', 'ras', found.matrix)) - 1)).toBeLessThan(1e-9);
    expect(found.field).toBeNull();
    expect(found.metric.after).toBeGreaterThan(found.metric.before);
    expect(found.residualMm).toBeLessThan(0.3 * voxel);
    expect(new Set(steps.map((step) => step.stage)).size).toBeGreaterThan(3);
  });
});
