import { afterAll, describe, expect, it } from 'vitest';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';

const pool = createPool(spawnNode, 2);
afterAll(() => pool.close());

describe('pool', () => {
  it('gives a job’s value back and tells its progress', async () => {
    const seen: number[] = [];
    const value = await pool.run('echo', [{ hello: 'there' }, 120], { onStep: (step) => seen.push(step.done) });
    expect(value).toEqual({ hello: 'there' });
    expect(seen.at(-1)).toBe(120);
  });

  it('a cancelled job rejects and the next one runs', async () => {
    const abort = new AbortController();
    const running = pool.run('echo', [1, 100_000], { signal: abort.signal });
    setTimeout(() => abort.abort(), 60);
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(await pool.run('echo', [2, 1])).toBe(2);
  });

  it('a job that waits is cancelled at once, while the worker is busy with another', async () => {
    const busy = createPool(
      () => ({
        post: () => undefined,
        onMessage: () => undefined,
        onDeath: () => undefined,
        terminate: () => undefined,
      }),
      1,
    );
    const first = busy.run('echo', [1, 1]);
    const abort = new AbortController();
    const waiting = busy.run('echo', [2, 1], { signal: abort.signal });
    abort.abort();
    await expect(waiting).rejects.toMatchObject({ code: 'cancelled' });
    busy.close();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('a worker that failed is ended, whether it died or not, and its job is reported', async () => {
    let ended = 0;
    let fail: (reason: string) => void = () => undefined;
    const failing = createPool(
      () => ({
        post: () => undefined,
        onMessage: () => undefined,
        onDeath: (listener) => {
          fail = listener;
        },
        terminate: () => {
          ended++;
        },
      }),
      1,
    );
    const running = failing.run('echo', [1, 1]);
    fail('out of memory');
    await expect(running).rejects.toMatchObject({ code: 'internal', got: 'out of memory' });
    expect(ended).toBe(1);
  });

  it('a job that is not served is refused by name', async () => {
    await expect(pool.run('nonsense' as 'echo', [1, 1])).rejects.toMatchObject({ got: 'nonsense' });
  });
});
