import { transferring } from '#compute/protocol.ts';
import { type LabelmapData, labelmapFromDense } from '#core/labelmap/labelmap.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { FileSegments } from '#io/segments/readSegments.ts';
import type { ScanGrid } from '#io/segments/segmentSet.ts';
import { openSource, type SourceRef } from '#io/source.ts';
import { buffersOf, sharedBricks } from './sharedBricks.ts';

/** The segments of one file, its layers in bricks. */
export interface SegmentsRead extends Omit<FileSegments, 'layers'> {
  readonly layers: readonly LabelmapData[];
}

/**
 * Reads segments of any kind onto the grid of one of the open scans (the one that they say they belong to, else the first), or, without a
 * scan, onto a grid of their own.
 */
export async function* readSegments(
  refs: readonly SourceRef[],
  scans: readonly ScanGrid[],
): AsyncSteps<SegmentsRead[]> {
  const { readSegments: readFiles } = await import('#io/segments/readSegments.ts');
  const sets = yield* readFiles(refs.map(openSource), scans);
  const read: SegmentsRead[] = [];
  for (const set of sets) {
    const layers: LabelmapData[] = [];
    for (const layer of set.layers) {
      layers.push(sharedBricks(labelmapFromDense(layer, set.grid.dims)));
      yield { stage: 'bricks', done: layers.length, of: set.layers.length };
    }
    read.push({ ...set, layers });
  }
  return transferring(
    read,
    read.flatMap(({ layers }) => layers.flatMap(buffersOf)),
  );
}

/** Places in the list that was given. */
export interface SortedSources {
  /** What may hold a scan. */
  readonly scans: readonly number[];
  /** Segments, and the tables of names that go with them. */
  readonly segments: readonly number[];
}

/** Beginnings of files that are waited for at once. */
const AT_ONCE = 8;

/** Tells files of segments from scans, by their first bytes. A file that cannot be read counts as a scan: reading it says why. */
export async function* sortSources(refs: readonly SourceRef[]): AsyncSteps<SortedSources> {
  const [{ readHead }, { segmentsKind }] = await Promise.all([
    import('#io/sourceHead.ts'),
    import('#io/segments/sniffSegments.ts'),
  ]);
  const [scans, segments, tables]: [number[], number[], number[]] = [[], [], []];
  for (let from = 0; from < refs.length; from += AT_ONCE) {
    const some = refs.slice(from, from + AT_ONCE);
    const kinds = await Promise.all(
      some.map((ref) =>
        readHead(openSource(ref))
          .then(segmentsKind)
          .catch(() => 'other' as const),
      ),
    );
    for (const [n, kind] of kinds.entries()) {
      if (kind === 'names') tables.push(from + n);
      else if (kind === 'raster' || kind === 'dicom' || kind === 'other') scans.push(from + n);
      else segments.push(from + n);
    }
    yield { stage: 'list', done: from + some.length, of: refs.length };
  }
  // Tables name the segments; without any they are files like others.
  return segments.length === 0
    ? { scans: [...scans, ...tables].toSorted((a, b) => a - b), segments }
    : { scans, segments: [...segments, ...tables] };
}
