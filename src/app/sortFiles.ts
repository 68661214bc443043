import type { SourceRef } from '#io/source.ts';
import type { OpenParts } from './openCase.ts';
import { titleOf } from './sources.ts';

/** One file of such a name is opened as a scan, whatever else it may be: that needs no look into it. */
const SCAN = /\.(nii|nii\.gz|mha|mhd|hdr|img|mgz|mgh|mnc|zip)$/i;

export interface SortedFiles {
  readonly scans: readonly SourceRef[];
  readonly segments: readonly SourceRef[];
}

/** Segments told from scans among files that were opened together. */
export async function sortFiles({ pool, jobs }: OpenParts, refs: readonly SourceRef[]): Promise<SortedFiles> {
  const [first] = refs;
  if (!first || (refs.length === 1 && SCAN.test(first.path))) return { scans: refs, segments: [] };
  const { scans, segments } =
    refs.length === 1
      ? await pool.run('sortSources', [refs])
      : await jobs.verbs.run('job.listing', titleOf(refs), ({ signal, step }) =>
          pool.run('sortSources', [refs], { signal, onStep: ({ stage, done, of }) => step(stage, done, of) }),
        );
  const at = (places: readonly number[]) => places.flatMap((place) => refs[place] ?? []);
  return { scans: at(scans), segments: at(segments) };
}
