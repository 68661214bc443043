import type { Pool } from '#compute/pool.ts';
import { VesaliusError } from '#core/errors.ts';
import type { Coarser } from '#core/volume/coarser.ts';
import type { SourceRef } from '#io/source.ts';
import type { VolumeRecipe } from '#io/stored/arrays.ts';
import type { CaseStore } from '#state/caseStore.ts';
import type { SurfaceStore } from '#state/surfaceStore.ts';
import type { OpenSource, SeriesChoice, Viewer } from '#state/viewer.ts';
import type { CaseKeeper } from './caseKeeper.ts';
import { startMarks } from './marks.ts';
import { openPhantom } from './openPhantom.ts';
import { openScan } from './openScan.ts';
import { sortFiles } from './sortFiles.ts';
import { refsOf, titleOf } from './sources.ts';
import type { SurfaceKeeper } from './surfaceKeeper.ts';

export interface OpenParts {
  readonly pool: Pool;
  readonly store: CaseStore;
  readonly jobs: Viewer['jobs'];
  readonly surfaces: SurfaceStore;
  readonly keeper: SurfaceKeeper;
  readonly newId: (kind: string) => string;
  /** Voxels may lie in shared memory. */
  readonly shared: boolean;
  /** Asks which of several series to open; null: none, as when the opening has given way. */
  readonly ask: (choices: readonly SeriesChoice[], opening: AbortSignal) => Promise<string | null>;
  /** What a volume was made from, where it need not be stored. */
  readonly recipes: Map<string, VolumeRecipe>;
  /** What keeps cases on this device. */
  readonly stored: () => Promise<CaseKeeper>;
  /** Ways to read coarser what was too large, by the file that its error names. */
  readonly coarser: Map<string, (factor: Coarser) => Promise<unknown>>;
}

/** How a scan is to be read. */
export interface OpenChoice {
  readonly series?: string | undefined;
  readonly coarser?: Coarser | undefined;
}

/** Opens what the user gave. What is open stays as it is until the new scan has been read; an opening under way gives way. */
export function createOpener(parts: OpenParts): (source: OpenSource) => Promise<void> {
  let last = new AbortController();
  let [calls, newest] = [0, 0];
  const open = async (source: OpenSource, choice: OpenChoice = {}): Promise<void> => {
    const marks = startMarks();
    const call = ++calls;
    const refs = 'sample' in source || 'stored' in source ? null : refsOf(source);
    const bundle = refs?.length === 1 && isBundleName(refs[0]?.path) ? refs[0] : undefined;
    const files = refs && !bundle ? await sortFiles(parts, refs) : null;
    // Segments alone lie over what is open, and take nothing's place.
    if (files?.scans.length === 0 && files.segments.length > 0) return laySegments(parts, files.segments);
    if (call < newest) throw cancelled('the only opening', 'a newer one');
    newest = call;
    last.abort();
    const own = new AbortController();
    last = own;
    if ('sample' in source) await openPhantom(parts, marks, own.signal, source.sample);
    else if ('stored' in source) {
      const { openStored } = await import('./openStored.ts');
      await openStored(parts, await parts.stored(), marks, source.stored, own.signal);
    } else if (bundle) {
      const { openBundle } = await import('./bundle.ts');
      await openBundle(parts, marks, bundle, own.signal);
    } else {
      const refs = files?.scans ?? [];
      const series = choice.series ?? (mayHoldSeveral(refs) ? await chooseSeries(parts, refs, own.signal) : undefined);
      await openScan(parts, marks, refs, { ...choice, series }, own.signal).catch((thrown) =>
        throwCoarser(parts, thrown, (coarser) => open(source, { series, coarser })),
      );
      if (files && files.segments.length > 0 && !own.signal.aborted) await laySegments(parts, files.segments);
    }
    // Whoever waits for this one, to lay labels over it, must not take the newer one for it.
    if (own.signal.aborted) throw cancelled('the only opening', 'a newer one');
  };
  return (source) => open(source);
}

/** Where a scan was too large, its card can offer to read it coarser. */
export function throwCoarser(
  { coarser }: OpenParts,
  thrown: unknown,
  again: (factor: Coarser) => Promise<unknown>,
): never {
  if (thrown instanceof VesaliusError && thrown.memory?.coarser) coarser.set(thrown.file ?? '', again);
  throw thrown;
}

const isBundleName = (path = ''): boolean => /\.vesalius$/i.test(path);

/** Of one file, a NIfTI alone is sure to be one scan: an archive or a DICOM object may hold more. */
export function mayHoldSeveral(refs: readonly SourceRef[]): boolean {
  return refs.length !== 1 || !/\.nii(\.gz)?$/i.test(refs[0]?.path ?? '');
}

async function laySegments(parts: OpenParts, refs: readonly SourceRef[]): Promise<void> {
  await (await import('./openLabels.ts')).openLabels(parts, { refs });
}

/** Headers first: where a folder holds several scans, the user says which. */
export async function chooseSeries(
  { pool, jobs, ask }: OpenParts,
  refs: readonly SourceRef[],
  opening: AbortSignal,
): Promise<string | undefined> {
  const listed = await jobs.verbs.run('job.listing', titleOf(refs), (job) =>
    pool.run('listSeries', [refs, titleOf(refs)], {
      signal: AbortSignal.any([job.signal, opening]),
      onStep: ({ stage, done, of }) => job.step(stage, done, of),
    }),
  );
  const readable = listed.filter(({ error }) => !error);
  if (listed.length < 2 || readable.length === 1) return readable[0]?.uid;
  const chosen = await ask(
    listed.map(({ uid, header, error }) => ({
      uid,
      text: header?.series?.description || header?.name || uid,
      dims: header ? header.dims.join(' × ') : '',
      error: error ?? null,
    })),
    opening,
  );
  if (chosen !== null) return chosen;
  throw cancelled('a choice of series', 'none');
}

function cancelled(expected: string, got: string): VesaliusError {
  return new VesaliusError({ code: 'cancelled', what: 'open', where: 'case', expected, got });
}
