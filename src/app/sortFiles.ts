import type { SortedSources } from '#compute/jobs/readSegments.ts';
import type { SourceRef } from '#io/source.ts';
import type { OpenParts } from './openCase.ts';
import { titleOf } from './sources.ts';

/** One file of such a name is opened as a scan, whatever else it may be: that needs no look into it. */
const SCAN = /\.(nii|nii\.gz|mha|mhd|hdr|img|mgz|mgh|mnc)$/i;

/** Segments told from scans among files that were opened together, an archive's too. */
export async function sortFiles({ pool, jobs }: OpenParts, refs: readonly SourceRef[]): Promise<SortedSources> {
  const [first] = refs;
  if (!first || (refs.length === 1 && SCAN.test(first.path))) return { scans: refs, segments: [] };
  if (refs.length === 1 && !/\.zip$/i.test(first.path)) return pool.run('sortSources', [refs]);
  return jobs.verbs.run('job.listing', titleOf(refs), ({ signal, step }) =>
    pool.run('sortSources', [refs], { signal, onStep: ({ stage, done, of }) => step(stage, done, of) }),
  );
}
