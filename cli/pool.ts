import { availableParallelism } from 'node:os';
import { createPool, type Pool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';

/** Runs work with a pool that is closed afterwards, whatever happens. */
export async function withPool<Result>(
  workers: number | undefined,
  work: (pool: Pool) => Promise<Result>,
): Promise<Result> {
  const pool = createPool(spawnNode, workers ?? availableParallelism());
  try {
    return await work(pool);
  } finally {
    pool.close();
  }
}
