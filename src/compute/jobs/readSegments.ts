import { transferring } from '#compute/protocol.ts';
import { type LabelmapData, labelmapFromDense } from '#core/labelmap/labelmap.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { isBundle } from '#io/bundle/format.ts';
import type { FileSegments } from '#io/segments/readSegments.ts';
import type { ScanGrid } from '#io/segments/segmentSet.ts';
import type { SegmentsKind } from '#io/segments/sniffSegments.ts';
import { openSource, readingRoom, type SourceRef } from '#io/source.ts';
import { isZip } from '#io/zip/entry.ts';
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

export interface SortedSources {
  /** What may hold a scan. */
  readonly scans: readonly SourceRef[];
  /** Segments, and the tables of names that go with them. */
  readonly segments: readonly SourceRef[];
}

/** Beginnings of files that are waited for at once. */
const AT_ONCE = 8;

/**
 * Tells files of segments from scans, by their first bytes, in the order in which they were given. A file that cannot be read counts
 * as a scan: reading it says why. An archive is sorted like a folder where it holds segments; else it stays one, and so does one of
 * which something cannot be unpacked: its reader says that.
 */
export async function* sortSources(refs: readonly SourceRef[]): AsyncSteps<SortedSources> {
  const [{ readHead }, { segmentsKind }] = await Promise.all([
    import('#io/sourceHead.ts'),
    import('#io/segments/sniffSegments.ts'),
  ]);
  const [scans, segments, tables]: [SourceRef[], SourceRef[], SourceRef[]] = [[], [], []];
  // Those of a thousand files are not left behind one by one.
  const rooms = Array.from({ length: AT_ONCE }, readingRoom);
  for (let from = 0; from < refs.length; from += AT_ONCE) {
    const some = refs.slice(from, from + AT_ONCE);
    const kinds = await Promise.all(
      some.map(async (ref, n): Promise<SegmentsKind | 'archive'> => {
        try {
          const head = await readHead(openSource(ref), rooms[n]);
          return ref.kind !== 'zip' && !head.gzip && isZip(head.bytes) && !isBundle(head.bytes)
            ? 'archive'
            : await segmentsKind(head);
        } catch {
          return 'other';
        }
      }),
    );
    for (const [n, kind] of kinds.entries()) {
      const ref = some[n] as SourceRef;
      if (kind === 'names') tables.push(ref);
      else if (kind === 'archive') {
        const inside = yield* sortArchive(ref);
        scans.push(...inside.scans);
        segments.push(...inside.segments);
      } else if (kind === 'raster' || kind === 'dicom' || kind === 'other') scans.push(ref);
      else segments.push(ref);
    }
    yield { stage: 'list', done: from + some.length, of: refs.length };
  }
  // Tables name the segments; without any they are files like others.
  return segments.length > 0 ? { scans, segments: [...segments, ...tables] } : { scans: refs, segments };
}

async function* sortArchive(ref: SourceRef): AsyncSteps<SortedSources> {
  const { expandZip } = await import('#io/zip/expand.ts');
  const inside = await expandZip(openSource(ref)).catch(() => null);
  if (!inside || inside.refused.length > 0) return { scans: [ref], segments: [] };
  const sorted = yield* sortSources(inside.sources.map((source) => source.ref));
  return sorted.segments.length > 0 ? sorted : { scans: [ref], segments: [] };
}
