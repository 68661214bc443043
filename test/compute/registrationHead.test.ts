import { describe, expect, it } from 'vitest';
import { register } from '#compute/jobs/register.ts';
import { transform, type Vector3 } from '#core/space/affine.ts';
import { movingFromFixed } from '#core/space/registration.ts';
import { finishAsync } from '#core/steps.ts';
import type { Volume } from '#core/volume/volume.ts';
import { dataFile } from '../data.ts';
import { diskSource, read } from '../io/memorySource.ts';
import { movedBy, turned } from './registrationPhantom.ts';

/** One head, stored along its axes in any order and from either hand. */
const HEADS = 'niivue/nifti_space';
const move = turned([0.2, 1, 0.5], 9, [6, -5, 4]);

async function head(order: string): Promise<Volume | null> {
  const path = dataFile(`${HEADS}/${order}.nii.gz`);
  return path ? (await read([diskSource(path)])).volume : null;
}

describe('register, a real head', () => {
  it.each(['AIL', 'LAS'])(
    'stored as %s and moved is back within a quarter of a voxel at its corners',
    async (order) => {
      const [fixed, other] = [await head('LPS'), await head(order)];
      if (!fixed || !other) return console.warn(`not on this machine: ${HEADS}`);
      const found = await finishAsync(register(fixed, movedBy(other, move), { kind: 'rigid' }));
      const map = movingFromFixed(found);
      const [ni, nj, nk] = fixed.header.dims;
      for (let n = 0; n < 8; n++) {
        const corner: Vector3 = [n & 1 ? ni - 1 : 0, n & 2 ? nj - 1 : 0, n & 4 ? nk - 1 : 0];
        const p = transform(fixed.header.rasFromIjk, corner);
        const [a, b] = [map(p), transform(move, p)];
        expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeLessThan(0.25 * 2.4);
      }
    },
  );

  it('laid on itself stays where it is, and that is said', async () => {
    const fixed = await head('LPS');
    if (!fixed) return console.warn(`not on this machine: ${HEADS}`);
    const found = await finishAsync(register(fixed, fixed, { kind: 'rigid' }));
    const shifted = Math.hypot(...found.matrix.slice(12, 15));
    expect(shifted).toBeLessThan(0.1);
    expect(found.made.startKept).toBe(true);
    expect(found.residualMm).toBeLessThan(0.1 * 2.4);
  });
});
