import { afterAll, describe, expect, it } from 'vitest';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { fixedFromMoving, movingFromFixed } from '#core/space/registration.ts';
import { bent, scanOf, targetErrors } from './registrationPhantom.ts';

const pool = createPool(spawnNode, 1);
afterAll(() => pool.close());

describe('register, deformable', () => {
  it('takes back a smooth bend: the middle point of the body within a fifth of a voxel, nine in ten within half', async () => {
    const size = 48;
    const clean = await scanOf(pool, { size, noiseSeed: 1 });
    const { volume, truth } = bent(clean, 9);
    const found = await pool.run('register', [clean.volume, volume, { kind: 'deformable' }]);
    const mm = clean.volume.header.spacing[0];
    const before = targetErrors(clean, truth, (p) => p, { margin: 4 });
    const after = targetErrors(clean, truth, movingFromFixed(found), { margin: 4 });
    expect(before.median).toBeGreaterThan(6);
    expect(after.median).toBeLessThan(0.2 * mm);
    expect(after.p90).toBeLessThan(0.5 * mm);
    expect(after.max).toBeLessThan(1.5 * mm);
    // What has structure is held by it; fat slides along itself.
    const groups = ['heart', 'lungs', 'liver', 'spine', 'kidneys', 'airways'];
    expect(targetErrors(clean, truth, movingFromFixed(found), { margin: 4, groups }).p90).toBeLessThan(0.25 * mm);
    expect(found.made.deformation?.minJacobian).toBeGreaterThan(0.3);
    // There and back again.
    const there = movingFromFixed(found)([20, 30, -40]);
    const back = fixedFromMoving(found)(there);
    expect(Math.hypot(back[0] - 20, back[1] - 30, back[2] + 40)).toBeLessThan(0.01);
  });
});
