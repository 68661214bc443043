import type { Pool } from '#compute/pool.ts';
import { withReadingHelpers } from '#compute/readingHelpers.ts';
import type { Volume } from '#core/volume/volume.ts';
import type { Coarser } from '#core/volume/coarser.ts';
import { readVolume } from '#io/readVolume.ts';
import { openSource } from '#io/source.ts';
import { openInput, saidOf } from './input.ts';
import { clearStep, follow } from './progress.ts';

export interface ReadOneOptions {
  /** Its number or UID. */
  readonly series?: string | undefined;
  readonly coarser?: Coarser | undefined;
  /** Whose workers decode packed slices too, beside this thread. */
  readonly pool?: Pool | undefined;
}

/** Reads the one series of an input, or the one that is named; several and none named is an error. */
export async function readOne(given: string, { series, coarser, pool }: ReadOneOptions = {}): Promise<Volume> {
  const helpers = pool && withReadingHelpers(pool);
  const input = openInput(given);
  const { volume } = await saidOf(input, () =>
    follow(
      readVolume(input.sources.map(openSource), {
        shared: true,
        coarser,
        ...(series === undefined ? {} : { series: /^\d+$/.test(series) ? Number(series) : series }),
      }),
      helpers?.onStep,
    ),
  );
  clearStep();
  return volume;
}
