import { afterAll, describe, expect, it } from 'vitest';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { niftiFile } from '../io/nifti/niftiFile.ts';

const pool = createPool(spawnNode, 1);
afterAll(() => pool.close());

const count = 128 * 128 * 200;
const values = Array.from({ length: count }, (_, n) => n % 4096);
const bytes = niftiFile({ dim: [3, 128, 128, 200, 1, 1, 1, 1], values });
const ref = { kind: 'file', file: new File([bytes], 'a.nii'), path: 'a.nii' } as const;

describe('readVolume as a job', () => {
  it.each([true, false])('a file goes in, voxels come back, not copied (shared: %s)', async (shared) => {
    const { volume, series } = await pool.run('readVolume', [[ref], { shared }]);
    expect(volume.scalars.buffer).toBeInstanceOf(shared ? SharedArrayBuffer : ArrayBuffer);
    expect(volume.header.storedRange).toEqual([0, 4095]);
    expect(volume.scalars[count - 1]).toBe((count - 1) % 4096);
    expect(series.length).toBe(1);
  });

  it('lists without reading, refuses in words, and stops when told', async () => {
    const [entry] = await pool.run('listSeries', [[ref]]);
    expect(entry).toMatchObject({ uid: 'a.nii', header: { dims: [128, 128, 200] } });
    const bad = { kind: 'file', file: new File([bytes.subarray(0, 5000)], 'b.nii'), path: 'b.nii' } as const;
    await expect(pool.run('readVolume', [[bad], { shared: true }])).rejects.toMatchObject({
      code: 'truncated',
      file: 'b.nii',
      got: '4648 bytes',
    });
    const abort = new AbortController();
    const reading = pool.run('readVolume', [[ref], { shared: true }], { signal: abort.signal });
    abort.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    expect((await pool.run('listSeries', [[ref]])).length).toBe(1);
  });
});
