import { afterAll, describe, expect, it } from 'vitest';
import { openScan } from '#compute/jobs/openScan.ts';
import { readVolume } from '#compute/jobs/readVolume.ts';
import { createPool } from '#compute/pool.ts';
import { transfersOf } from '#compute/protocol.ts';
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

  it('the colours of a volume are given away with its voxels, where memory is not shared', async () => {
    const file = niftiFile({
      dim: [3, 5, 4, 3, 1, 1, 1, 1],
      datatype: 2,
      values: Array.from({ length: 180 }, (_, n) => n),
    });
    new DataView(file.buffer).setInt16(70, 128, true);
    new DataView(file.buffer).setInt16(72, 24, true);
    const colour = { kind: 'file', file: new File([file], 'c.nii'), path: 'c.nii' } as const;
    const steps = readVolume([colour], { shared: false });
    for (;;) {
      const next = await steps.next();
      if (!next.done) continue;
      const { scalars, rgb } = next.value.volume;
      expect(rgb?.[179]).toBe(179);
      expect(transfersOf(next.value)).toEqual([scalars.buffer, rgb?.buffer]);
      break;
    }
    const opened = openScan([colour], { shared: false });
    for (let next = await opened.next(); ; next = await opened.next())
      if (next.done) {
        expect(transfersOf(next.value)).toContain(next.value.volume.rgb?.buffer);
        break;
      }
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
