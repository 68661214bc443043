import { transferring, voxelBuffers } from '#compute/protocol.ts';
import type { AsyncSteps } from '#core/steps.ts';
import {
  listSeries as listSources,
  type ReadOptions,
  type ReadResult,
  readVolume as readSources,
  type SeriesEntry,
} from '#io/readVolume.ts';
import { openSource, type SourceRef } from '#io/source.ts';

/** Reads one scan whole; its voxels are transferred where they are not shared. */
export async function* readVolume(
  refs: readonly SourceRef[],
  options: Omit<ReadOptions, 'onSlab'>,
): AsyncSteps<ReadResult> {
  const result = yield* readSources(refs.map(openSource), options);
  return transferring(result, voxelBuffers(result.volume));
}

/** The scans among files, from their headers. */
export async function* listSeries(refs: readonly SourceRef[], name?: string): AsyncSteps<SeriesEntry[]> {
  return yield* listSources(refs.map(openSource), name);
}
