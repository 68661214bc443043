import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Phantom } from '#compute/phantom.ts';
import { createPool } from '#compute/pool.ts';
import { blockResidual } from '#compute/registration/residual.ts';
import { workingCopy } from '#compute/registration/workingCopy.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { affine, determinant3, multiply, transform, type Vector3 } from '#core/space/affine.ts';
import { movingFromFixed } from '#core/space/registration.ts';
import { finish, type Step } from '#core/steps.ts';
import type { Volume } from '#core/volume/volume.ts';
import { movedBy, scanOf, targetErrors, turned } from './registrationPhantom.ts';

const pool = createPool(spawnNode, 2);
afterAll(() => pool.close());

const SIZE = 64;
/** Fixed → moving: the patient lies turned by 7° about an oblique axis and 12 mm away. */
const move = turned([1, 2, 3], 7, [8, -6, 7]);
let fixed: Phantom;
let moving: Phantom;
let voxel: number;
beforeAll(async () => {
  fixed = await scanOf(pool, { size: SIZE, noiseSeed: 1 });
  moving = await scanOf(pool, { size: SIZE, noiseSeed: 2, move });
  voxel = fixed.volume.header.spacing[0];
});

const by = (m: typeof move) => (p: Vector3) => transform(m, p);

describe('register', () => {
  it('brings a turned and shifted body back within a tenth of a voxel, everywhere in it', async () => {
    const steps: Step[] = [];
    const found = await pool.run('register', [fixed.volume, moving.volume, { kind: 'rigid' }], {
      onStep: (step) => steps.push(step),
    });
    expect(targetErrors(fixed, by(move), movingFromFixed(found)).max).toBeLessThan(0.1 * voxel);
    // The matrix says moving → fixed: it takes a point that the move made back to where it was.
    const [x, y, z] = transform(affine('ras', 'ras', found.matrix), by(move)([30, -20, 40]));
    expect(Math.hypot(x - 30, y + 20, z - 40)).toBeLessThan(0.1 * voxel);
    expect(Math.abs(determinant3(affine('ras', 'ras', found.matrix)) - 1)).toBeLessThan(1e-9);
    expect(found.field).toBeNull();
    expect(found.metric).toMatchObject({ name: 'correlation' });
    expect(found.metric.after).toBeGreaterThan(found.metric.before + 0.1);
    expect(found.residualMm).toBeLessThan(0.2 * voxel);
    expect(new Set(steps.map((step) => step.stage))).toEqual(
      new Set(['register-fixed', 'register-moving', 'register-rigid', 'register-check']),
    );
  });

  it('finds a shear and a scale as well, and the corners of the scan within half a voxel', async () => {
    const sheared = multiply(
      move,
      affine('ras', 'ras', [1.05, 0.02, 0, 0, 0, 0.96, 0.03, 0, 0.02, 0, 1.03, 0, 0, 0, 0, 1]),
    );
    const other = await scanOf(pool, { size: SIZE, noiseSeed: 3, move: sheared });
    const found = await pool.run('register', [fixed.volume, other.volume, { kind: 'affine' }]);
    const map = movingFromFixed(found);
    expect(targetErrors(fixed, by(sheared), map).max).toBeLessThan(0.15 * voxel);
    const corners = [0, 1, 2, 3, 4, 5, 6, 7].map(
      (n) => [0, 1, 2].map((a) => (((n >> a) & 1) * 2 - 1) * 190) as never as Vector3,
    );
    for (const corner of corners) {
      const [a, b] = [map(corner), by(sheared)(corner)];
      expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeLessThan(0.5 * voxel);
    }
    expect(found.made.determinant).toBeCloseTo(1 / determinant3(sheared), 2);
  });

  it('lays MR on CT, by mutual information, within a quarter of a voxel', async () => {
    const mr = await scanOf(pool, { size: SIZE, noiseSeed: 4, move, contrast: 't1' });
    const found = await pool.run('register', [fixed.volume, mr.volume, { kind: 'rigid' }]);
    expect(found.metric.name).toBe('mutual-information');
    expect(targetErrors(fixed, by(move), movingFromFixed(found)).max).toBeLessThan(0.25 * voxel);
    expect(found.residualMm).toBeLessThan(0.5 * voxel);
  });

  it('lays one on the other where their files put them apart, from the centres', async () => {
    const away = movedBy(moving.volume, affine('ras', 'ras', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 700, -900, 450, 1]));
    const found = await pool.run('register', [fixed.volume, away, { kind: 'rigid' }]);
    expect(found.made.start).toMatch(/^centres-of-/);
    const truth = (p: Vector3): Vector3 => {
      const [x, y, z] = transform(move, p);
      return [x + 700, y - 900, z + 450];
    };
    expect(targetErrors(fixed, truth, movingFromFixed(found)).max).toBeLessThan(0.1 * voxel);
  });

  it('begins where it is told, and keeps a rigid one rigid', async () => {
    const near = turned([1, 2, 3], -6.5, [-7, 6, -7]).m;
    const found = await pool.run('register', [fixed.volume, moving.volume, { kind: 'rigid', initial: near, most: 48 }]);
    expect(found.made.start).toBe('given');
    expect(found.made.workingMm.fixed).toBe(8);
    expect(targetErrors(fixed, by(move), movingFromFixed(found)).max).toBeLessThan(0.2 * voxel);
    const stretched = near.map((v, n) => (n < 4 ? v * 1.1 : v));
    await expect(
      pool.run('register', [fixed.volume, moving.volume, { kind: 'rigid', initial: stretched }]),
    ).rejects.toMatchObject({ code: 'usage', where: 'initial' });
  });

  it('looks at a region alone', async () => {
    // Below the region the other scan was wiped.
    const wiped = Int16Array.from(moving.volume.scalars, (v, n) =>
      n < SIZE * SIZE * 20 ? ((n * 7919) % 500) - 700 : v,
    );
    const other = { header: moving.volume.header, scalars: wiped };
    const fixedRegion = [
      [-150, -120, -20],
      [150, 120, 150],
    ] as const;
    const found = await pool.run('register', [fixed.volume, other, { kind: 'rigid', fixedRegion }]);
    expect(targetErrors(fixed, by(move), movingFromFixed(found)).max).toBeLessThan(0.3 * voxel);
    await expect(
      pool.run('register', [
        fixed.volume,
        other,
        {
          kind: 'rigid',
          fixedRegion: [
            [500, 0, 0],
            [600, 10, 10],
          ],
        },
      ]),
    ).rejects.toMatchObject({ code: 'geometry', where: 'region' });
  });
});

describe('blockResidual', () => {
  it('tells what a placement is off by, CT on CT and MR on CT', async () => {
    const mr = await scanOf(pool, { size: SIZE, noiseSeed: 4, move, contrast: 't1' });
    const target = finish(workingCopy(fixed.volume, 128, null, ''));
    for (const [metric, scan, slack] of [
      ['correlation', moving, 0.5],
      ['mutual-information', mr, 1.2],
    ] as const) {
      const source = finish(workingCopy(scan.volume, 128, null, ''));
      for (const off of [4, 8, 12]) {
        const map = ([x, y, z]: Vector3) => by(move)([x + 0.6 * off, y - 0.64 * off, z + 0.48 * off]);
        const told = blockResidual(metric, target, source, map)?.medianMm as number;
        expect(Math.abs(told - off), `${metric} ${off} mm`).toBeLessThan(slack);
      }
    }
  });
});

describe('what cannot be laid on one another', () => {
  it('is refused with figures, not placed anywhere', async () => {
    const flat = { ...moving.volume, scalars: new Int16Array(moving.volume.scalars.length) };
    await expect(pool.run('register', [fixed.volume, flat, { kind: 'rigid' }])).rejects.toMatchObject({
      code: 'registration-failed',
      expected: 'values that differ',
    });
    let state = 1;
    const noise: Volume = {
      ...moving.volume,
      scalars: Int16Array.from(moving.volume.scalars, () => {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        return (state >>> 16) % 2000;
      }),
    };
    for (const metric of ['correlation', 'mutual-information'] as const)
      await expect(
        pool.run('register', [fixed.volume, noise, { kind: 'rigid', most: 32, metric }]),
      ).rejects.toMatchObject({ code: 'registration-failed', got: expect.stringMatching(/^[-\d]/) });
  });

  it('is stopped within a breath of a cancel, and the next job runs', async () => {
    const stop = new AbortController();
    const running = pool.run('register', [fixed.volume, moving.volume, { kind: 'deformable' }], {
      signal: stop.signal,
      onStep: ({ stage }) => stage === 'register-rigid' && stop.abort(),
    });
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(await pool.run('echo', [[1], 1])).toBeDefined();
  });
});
