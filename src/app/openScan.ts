import { type FirstLook, firstLooks } from '#compute/firstLook.ts';
import type { OpenedScan, OpenPartial } from '#compute/jobs/openScan.ts';
import { methodById } from '#compute/methods/registry.ts';
import { colorOf, newSegments } from '#compute/newSegments.ts';
import { withReadingHelpers } from '#compute/readingHelpers.ts';
import { type SegmentationResult, segment } from '#compute/segment.ts';
import { firstWindow, middleOf, volumeRecord } from '#core/case/volumeRecord.ts';
import { coarserName } from '#core/volume/coarser.ts';
import type { VolumeHeader } from '#core/volume/volume.ts';
import type { SourceRef } from '#io/source.ts';
import type { NewSegment } from '#state/viewer.ts';
import { emptyLabels, placeChunk } from './coarse.ts';
import type { OpenMarks } from './marks.ts';
import type { OpenChoice, OpenParts } from './openCase.ts';
import { titleOf } from './sources.ts';

interface Begun {
  readonly volumeId: string;
  readonly layer: string;
}

/**
 * Reads a scan and opens it as the case: a coarse surface first, made in the worker that reads, then the segments that fit the
 * scan, then their fine surfaces. Until the coarse surface is there, what was open is untouched.
 */
export async function openScan(
  parts: OpenParts,
  marks: OpenMarks,
  refs: readonly SourceRef[],
  { series, coarser }: OpenChoice,
  opening: AbortSignal,
): Promise<void> {
  const { pool, jobs, keeper, shared } = parts;
  const name = titleOf(refs);
  const titled = (plain: string) => (coarser ? coarserName(plain, coarser) : plain);
  const title = titled(name);
  // A series says what it is; the folder that it lies in may be called after a person.
  const titleFor = (header: VolumeHeader) => (header.series?.description ? titled(header.series.description) : title);
  const release = keeper.hold();
  let begun: Begun | null = null;
  try {
    // Once the case is open its voxels must come: a cancel then ends the job's card and what would follow, not the reading.
    const reading = new AbortController();
    let stopped = false;
    const opened = await jobs.verbs.run('job.reading', title, (job) => {
      const result = pool.run(
        'openScan',
        [refs, { shared, name, ...(series !== undefined && { series }), ...(coarser && { coarser }) }],
        withReadingHelpers(pool, {
          signal: reading.signal,
          onStep: ({ stage, done, of, partial }) => {
            job.step(stage, done, of);
            const piece = partial as OpenPartial | undefined;
            if (piece?.kind === 'slice') {
              job.show(piece);
              marks.measure('slice');
            }
            if (piece?.kind === 'read') marks.measure('read');
            if (piece?.kind === 'coarse' && !reading.signal.aborted) {
              begun = begin(parts, titleFor(piece.header), piece);
              marks.measure('coarse');
            }
          },
        }),
      );
      return new Promise<{ voxels: Promise<OpenedScan> }>((resolve, reject) => {
        const stop = () => {
          stopped = true;
          if (begun) resolve({ voxels: result });
          else reading.abort();
        };
        for (const signal of [job.signal, opening]) signal.addEventListener('abort', stop, { once: true });
        if (opening.aborted) stop();
        result.then(() => resolve({ voxels: result }), reject);
      });
    });
    const scan = await opened.voxels;
    begun ??= begin(parts, titleFor(scan.volume.header), { ...scan, header: scan.volume.header, chunk: null });
    await refine(parts, scan, begun, () => stopped || opening.aborted);
  } finally {
    release();
  }
  await keeper.settled();
  marks.measure('full');
}

/** The case with its first segment, drawn coarsely; its labels follow. */
function begin(
  { store, surfaces, newId }: OpenParts,
  title: string,
  {
    header,
    chunk,
    isovalue,
  }: Pick<Extract<OpenPartial, { kind: 'coarse' }>, 'header' | 'isovalue'> & {
    chunk: Parameters<typeof placeChunk>[0] | null;
  },
): Begun {
  const volumeId = newId('volume');
  const look = firstLooks(header.modality)[0] as FirstLook; // there is one for each modality
  store.putVolume(volumeId, header, null);
  store.verbs.open(title, volumeRecord(volumeId, header), firstWindow(header), middleOf(header));
  const [id] = store.verbs.addLayer(emptyLabels(header.dims), [placeholder(look, isovalue)], 'history.segmented');
  const record = store.getState().segments.find((each) => each.id === id);
  if (!record) throw new Error('a segment that was just added is not there');
  if (chunk) surfaces.exchange(surfaces.getState().chunks.keys(), [placeChunk(chunk, record.layer, () => record.slot)]);
  return { volumeId, layer: record.layer };
}

/** What is known of the first segment before the method has run. */
function placeholder(look: FirstLook, isovalue: number): NewSegment {
  const [output] = methodById(look.method).outputs;
  const tissue = output?.tissue ?? 'other';
  return {
    name: output?.name ?? look.method,
    value: 1,
    color: colorOf(tissue, 0),
    opacity: 1,
    visible: true,
    tissue,
    group: output?.group ?? 'surface',
    voxels: 0,
    volumeMl: 0,
    cutByEdge: false,
    madeBy: { method: look.method, settings: {}, automatic: true },
    reviewed: false,
    code: null,
    isovalue: look.isovalue ?? isovalue,
  };
}

async function refine(
  parts: OpenParts,
  opened: OpenedScan,
  { volumeId, layer }: Begun,
  stopped: () => boolean,
): Promise<void> {
  const { store, jobs, pool } = parts;
  const { volume, coarseLabels, isovalue } = opened;
  const stillOpen = () => store.getState().volumes.some(({ id }) => id === volumeId);
  if (!stillOpen()) return;
  store.putVolume(volumeId, volume.header, volume);
  store.verbs.refineLayer(layer, coarseLabels, []);

  const looks = firstLooks(volume.header.modality);
  let added = 0;
  for (const [index, next] of looks.entries()) {
    if (!stillOpen() || stopped()) return;
    const title = methodById(next.method).title;
    const found = await jobs.verbs
      .run('job.segmenting', title, (job) =>
        segment(
          pool,
          volume,
          { method: next.method },
          { signal: job.signal, onStep: ({ stage, done, of }) => job.step(stage, done, of) },
        ),
      )
      // The scan is open and stays so: a method that failed is on its card, one that was cancelled is known.
      .catch(() => null);
    if (!found || !stillOpen()) continue;
    const labels = await pool.run('bricks', [found.labels, volume.header.dims], { transfer: [found.labels.buffer] });
    if (!stillOpen()) return;
    const settled = { opacity: next.opacity, isovalue: isovalueOf(next, found, isovalue), automatic: true };
    const segments = newSegments({ method: next.method }, found, labels, volume.header, settled, index);
    if (index === 0)
      store.verbs.refineLayer(
        layer,
        labels,
        segments.map(({ value, voxels, volumeMl, cutByEdge, isovalue, madeBy }) => ({
          value,
          voxels,
          volumeMl,
          cutByEdge,
          isovalue,
          madeBy,
        })),
      );
    else if (segments.length > 0) {
      store.verbs.addLayer(labels, segments, 'history.segmented');
      added++;
    }
  }
  // What lies inside is to be seen: the first surface becomes glass once there is something within.
  if (added > 0) store.verbs.refineLayer(layer, null, [{ value: 1, opacity: (looks[0] as FirstLook).opacity }]);
}

/** Where the surface is drawn: the look's own value, else the threshold that the method found, else the coarse surface's. */
function isovalueOf(look: FirstLook, { settings }: SegmentationResult, coarse: number): number {
  if (look.isovalue !== null) return look.isovalue;
  for (const name of ['threshold', 'lower']) if (typeof settings[name] === 'number') return settings[name];
  return coarse;
}
