import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createPool, type Pool } from '#compute/pool.ts';
import { withReadingHelpers } from '#compute/readingHelpers.ts';
import { readScan } from '#compute/readScan.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import type { Step } from '#core/steps.ts';
import { dataFile } from '../data.ts';

const folder = dataFile('totalsegmentator/example_ct_dicom');

describe.skipIf(folder === null)('a JPEG 2000 series read by two workers', () => {
  const pool = createPool(spawnNode, 2);
  afterAll(() => pool.close());
  const refs = (folder ? readdirSync(folder) : []).map((name) => {
    const disk = join(folder as string, name);
    return { kind: 'disk' as const, disk, path: disk };
  });
  const hash = (bytes: ArrayBufferLike) => createHash('sha256').update(new Uint8Array(bytes)).digest('hex');

  it('gives what one gives, each having decoded a part', async () => {
    const helped: Promise<number>[] = [];
    const watched: Pool = {
      ...pool,
      run: (job, args, options) => {
        const result = pool.run(job, args, options);
        if (job === 'decodeSlices') helped.push(result as Promise<number>);
        return result;
      },
    };
    // Both are there and have loaded the reader, so that the second comes in time on a busy machine.
    await Promise.all([0, 1].map((worker) => pool.run('listSeries', [refs.slice(0, 1)], { worker })));
    const { volume } = await readScan(watched, refs, { shared: true });
    expect(helped).toHaveLength(1);
    const decoded = await (helped[0] as Promise<number>);
    expect(decoded).toBeGreaterThan(0);
    expect(decoded).toBeLessThan(refs.length);
    const alone = await pool.run('readVolume', [refs, { shared: true }]);
    expect(volume.header).toEqual(alone.volume.header);
    expect(hash(volume.scalars.buffer)).toBe(hash(alone.volume.scalars.buffer));
  });
});

it('as many helpers as the pool has other workers, three at most; the steps are told on', () => {
  for (const [size, helpers] of [
    [1, 0],
    [2, 1],
    [8, 3],
  ] as const) {
    const asked: string[] = [];
    const pool: Pool = {
      size,
      run: (job) => {
        asked.push(job);
        return Promise.reject(new Error('dead')) as never;
      },
      close: () => {},
    };
    const told: Step[] = [];
    const { onStep } = withReadingHelpers(pool, { onStep: (step) => told.push(step) });
    const steps: Step[] = [
      { stage: 'read', done: 0, of: 9, partial: { kind: 'slices' } },
      { stage: 'read', done: 1, of: 9 },
      { stage: 'read', done: 9, of: 9, partial: { kind: 'read' } },
    ];
    for (const step of steps) onStep?.(step);
    expect(asked).toEqual(new Array(helpers).fill('decodeSlices'));
    expect(told).toEqual(steps);
  }
});
