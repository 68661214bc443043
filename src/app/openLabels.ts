import type { SegmentsRead } from '#compute/jobs/readSegments.ts';
import { colorOf, valuesAtEdge } from '#compute/newSegments.ts';
import { VesaliusError } from '#core/errors.ts';
import { affine } from '#core/space/affine.ts';
import { voxelVolumeMm3 } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import type { ScanGrid } from '#io/segments/segmentSet.ts';
import type { CaseState, LabelsSource, NewSegment } from '#state/viewer.ts';
import type { OpenParts } from './openCase.ts';
import { refsOf, titleOf } from './sources.ts';
import { whileOpen } from './whileOpen.ts';

/** How a surface around everything is shown: what lies inside is to be seen. */
const AROUND_OPACITY = 0.16;

/** An address may be several, with commas between, as `urls=` has them. */
const refsIn = (source: LabelsSource) =>
  refsOf(typeof source === 'string' ? { urls: source.split(',').filter(Boolean) } : source);

/**
 * Lays segments of any kind over the open scan: each file is one step. Without a scan, meshes open as a case of their own, on a grid
 * around them; all else is refused with the scan that it belongs to.
 */
export async function openLabels(parts: OpenParts, source: LabelsSource): Promise<void> {
  const { pool, jobs, store } = parts;
  const refs = refsIn(source);
  await jobs.verbs.run('job.reading', titleOf(refs), async ({ signal, step }) => {
    const { volumes } = store.getState();
    const stillOpen = whileOpen(store);
    const sets = await pool.run('readSegments', [refs, volumes.map((volume) => scanGrid(parts, volume))], {
      signal,
      onStep: ({ stage, done, of }) => step(stage, done, of),
    });
    stillOpen();
    const full = sets.filter(({ segments }) => segments.some(hasVoxels));
    const [first] = full;
    if (!first) throw nothing(sets[0] as SegmentsRead);
    if (first.scan === null) {
      // The case that is made is another than the one that the work began on.
      const { openAround } = await import('./openAround.ts');
      openAround(parts, first, titleOf(refs));
    }
    for (const set of full) lay(parts, set);
    // One mask of many that holds nothing is worth a word, not an error.
    const empty = sets.filter((set) => !full.includes(set)).map(({ file }) => file);
    if (empty.length > 0) jobs.verbs.notify('notice.noVoxel', empty.join(', '));
  });
}

const hasVoxels = ({ voxels }: { readonly voxels: number }) => voxels > 0;

function nothing({ segments, file }: SegmentsRead): VesaliusError {
  return new VesaliusError({
    code: 'empty-segment',
    what: 'labels',
    where: 'segments',
    expected: 'at least one voxel within the scan',
    got: segments.length === 0 ? 'no segment' : `none in ${segments.length} segments`,
    file,
  });
}

function scanGrid({ store }: OpenParts, volume: CaseState['volumes'][number]): ScanGrid {
  const series = store.voxels.header(volume.id)?.series;
  return {
    name: volume.seriesDescription || volume.name,
    dims: volume.dims,
    rasFromIjk: affine('ras', 'ijk', volume.rasFromIjk),
    seriesUid: series?.uid,
    frameOfReferenceUid: series?.frameOfReferenceUid,
  };
}

function lay({ store, jobs }: OpenParts, set: SegmentsRead): void {
  const { segments, layers, file, warnings } = set;
  const empty = segments.filter((segment) => !hasVoxels(segment));
  const said: Warning[] = [...warnings, ...emptyWarning(empty.map(({ name }) => name))];
  const voxelMl = voxelVolumeMm3(set.grid.rasFromIjk) / 1000;
  const made = store.getState().segments.length;
  const note = said.map(({ text }) => text).join(' ');
  const homes = layers.map((labels, layer) => {
    const cut = valuesAtEdge(labels);
    const own = segments.filter((segment) => segment.layer === layer && segment.voxels > 0);
    return {
      labels,
      segments: own.map(({ value, name, color, code, tissue, group, voxels, madeBy, facts }): NewSegment => {
        const index = segments.findIndex((other) => other.layer === layer && other.value === value);
        return {
          name,
          value,
          color: color ?? colorOf(tissue, made + index),
          opacity: tissue === 'skin' ? AROUND_OPACITY : 1,
          visible: true,
          tissue,
          group,
          voxels,
          volumeMl: voxels * voxelMl,
          cutByEdge: cut.has(value),
          madeBy: {
            method: 'file',
            settings: {
              file: file.slice(0, 200),
              format: set.format,
              ...(madeBy ? { algorithm: madeBy.slice(0, 200) } : {}),
              ...facts,
              ...(note ? { note: note.slice(0, 2000) } : {}),
            },
            automatic: false,
          },
          reviewed: false,
          code: code && { ...code },
          isovalue: null,
        };
      }),
    };
  });
  const { volumes } = store.getState();
  store.verbs.addLayers(
    homes.filter((home) => home.segments.length > 0),
    'history.labelsImported',
    volumes[set.scan ?? 0]?.id,
  );
  if (note) jobs.verbs.notify('notice.said', `${file}: ${note}`);
}

function emptyWarning(names: readonly string[]): Warning[] {
  if (names.length === 0) return [];
  return [
    {
      code: 'segments-empty',
      where: 'segments',
      kept: 'those with voxels',
      text: `Without a voxel in the scan, and so left out: ${names.join(', ').slice(0, 1500)}.`,
    },
  ];
}

/** Whether these are segments alone: by their bytes, so that nothing has to be said with the files. */
export async function segmentsAlone({ pool }: OpenParts, source: LabelsSource): Promise<boolean> {
  const refs = refsIn(source);
  const { scans, segments } = await pool.run('sortSources', [refs]);
  return scans.length === 0 && segments.length > 0;
}
