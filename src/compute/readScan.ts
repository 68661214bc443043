import type { Pool, RunOptions } from '#compute/pool.ts';
import { withReadingHelpers } from '#compute/readingHelpers.ts';
import type { ReadOptions, ReadResult } from '#io/readVolume.ts';
import type { SourceRef } from '#io/source.ts';

/** Reads one scan whole, in a worker of the pool, with the help of its others where that pays. */
export function readScan(
  pool: Pool,
  refs: readonly SourceRef[],
  options: Omit<ReadOptions, 'onSlab'>,
  run: RunOptions = {},
): Promise<ReadResult> {
  return pool.run('readVolume', [refs, options], withReadingHelpers(pool, run));
}
