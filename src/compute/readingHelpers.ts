import type { Pool, RunOptions } from '#compute/pool.ts';
import type { Step } from '#core/steps.ts';
import type { SharedSlices } from '#io/dicom/sharedSlices.ts';

/** Each holds a decoder and a slice of its own; more than these wait for the disk. */
const MOST_HELPERS = 3;

/**
 * For a job that reads a scan: the pool's other workers decode slices of a packed series with it, where voxels are shared.
 * @returns the options with which to run the job
 */
export function withReadingHelpers(pool: Pool, run: RunOptions = {}): RunOptions {
  const onStep = (step: Step) => {
    run.onStep?.(step);
    const { partial } = step;
    if (!isSharedSlices(partial)) return;
    for (let n = 1; n <= Math.min(pool.size - 1, MOST_HELPERS); n++)
      // It can only help: what it does not decode, or cannot, the reading job does, and reports.
      pool.run('decodeSlices', [partial], run.signal ? { signal: run.signal } : {}).catch(() => {});
  };
  return { ...run, onStep };
}

function isSharedSlices(partial: unknown): partial is SharedSlices {
  return typeof partial === 'object' && partial !== null && (partial as { kind?: unknown }).kind === 'slices';
}
