import { readScan } from '#compute/readScan.ts';
import type { OverlayRecord, PlacedRecord, VolumeRecord } from '#core/case/schema.ts';
import { firstWindow, volumeRecord } from '#core/case/volumeRecord.ts';
import { VesaliusError } from '#core/errors.ts';
import { identityTransform } from '#core/space/registration.ts';
import type { VolumeHeader } from '#core/volume/volume.ts';
import type { OpenSource } from '#state/viewer.ts';
import { chooseSeries, mayHoldSeveral, type OpenChoice, type OpenParts, throwCoarser } from './openCase.ts';
import { sortFiles } from './sortFiles.ts';
import { refsOf, titleOf } from './sources.ts';
import { whileOpen } from './whileOpen.ts';

/**
 * Reads a further scan and lays it over the open one, as one step. Where both say one frame of reference they lie in one space;
 * else it lies as its own file says and its record says that nothing brought it there (`placed` null).
 * @returns the new volume's id
 * @throws VesaliusError 'not-open' where there is nothing to lay it over; what reading throws
 */
export async function addVolume(parts: OpenParts, source: OpenSource, choice: OpenChoice = {}): Promise<string> {
  const { pool, jobs, store, newId, shared } = parts;
  const base = store.getState().volumes[0];
  if (base === undefined)
    throw new VesaliusError({ code: 'not-open', what: 'volume', where: 'case', expected: 'an open scan', got: 'none' });
  if ('sample' in source || 'stored' in source)
    throw new VesaliusError({
      code: 'usage',
      what: 'volume',
      where: 'source',
      expected: 'files or addresses',
      got: 'sample' in source ? source.sample : 'a kept case',
    });
  const stillOpen = whileOpen(store);
  const { scans: refs, segments } = await sortFiles(parts, refsOf(source));
  const name = titleOf(refs);
  const series =
    choice.series ?? (mayHoldSeveral(refs) ? await chooseSeries(parts, refs, new AbortController().signal) : undefined);
  const options = { shared, name, series, coarser: choice.coarser };
  const { volume } = await jobs.verbs
    .run('job.reading', name, ({ signal, step }) =>
      readScan(pool, refs, options, { signal, onStep: ({ stage, done, of }) => step(stage, done, of) }),
    )
    .catch((thrown) => throwCoarser(parts, thrown, (coarser) => addVolume(parts, source, { series, coarser })));
  stillOpen();
  const id = newId('volume');
  store.putVolume(id, volume.header, volume);
  store.verbs.addVolume(overlaidRecord(id, volume.header, store.voxels.header(base.id)));
  // Segments that came with the scan are laid where they belong.
  if (segments.length > 0) await (await import('./openLabels.ts')).openLabels(parts, { refs: segments });
  return id;
}

/** The record of a volume that is laid over another; `base` is that one's header, where it is known. */
export function overlaidRecord(id: string, header: VolumeHeader, base: VolumeHeader | null): VolumeRecord {
  return { ...volumeRecord(id, header), overlay: firstOverlay(header), placed: placedByHeader(header, base) };
}

function placedByHeader(header: VolumeHeader, base: VolumeHeader | null): PlacedRecord | null {
  const frame = header.series?.frameOfReferenceUid;
  if (!frame || frame !== base?.series?.frameOfReferenceUid) return null;
  return { kind: 'header', matrix: [...identityTransform.matrix], field: null, residualMm: null, landmarks: [] };
}

/** Uptake from 0 to this is where readers of PET look first, g/ml. */
const FIRST_SUV = 8;

/** PET in heat colours from nothing upwards; what is anatomy itself in grey, half and half. */
function firstOverlay(header: VolumeHeader): OverlayRecord {
  if (header.modality !== 'PT')
    return { visible: true, opacity: 0.5, colorMap: 'grey', window: { ...firstWindow(header) } };
  const { suvFactor } = header;
  const { level, width } = firstWindow(header);
  const top = suvFactor === undefined ? level + width / 2 : FIRST_SUV / suvFactor;
  const window = top > 0 ? { level: top / 2, width: top } : { level, width };
  return { visible: true, opacity: 0.6, colorMap: 'hot', window };
}
