import type { Volume } from '#core/volume/volume.ts';
import type { Coarser } from '#core/volume/coarser.ts';
import { readVolume } from '#io/readVolume.ts';
import { openSource } from '#io/source.ts';
import { openInput, saidOf } from './input.ts';
import { clearStep, follow } from './progress.ts';

/** Reads the one series of an input, or the one that is named; several and none named is an error. */
export async function readOne(given: string, series?: string, coarser?: Coarser): Promise<Volume> {
  const input = openInput(given);
  const { volume } = await saidOf(input, () =>
    follow(
      readVolume(input.sources.map(openSource), {
        shared: true,
        coarser,
        ...(series === undefined ? {} : { series: /^\d+$/.test(series) ? Number(series) : series }),
      }),
    ),
  );
  clearStep();
  return volume;
}
