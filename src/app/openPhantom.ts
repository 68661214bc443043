import { makePhantom, type Phantom } from '#compute/phantom.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import { phantomGrid } from '#core/anatomy/phantomSpec.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { spacingOf } from '#core/space/affine.ts';
import { voxelVolumeMm3 } from '#core/volume/volume.ts';
import { isShown } from '#scene/arena/layers.ts';
import type { NewSegment } from '#state/viewer.ts';
import type { OpenMarks } from './marks.ts';
import type { OpenParts } from './openCase.ts';
import { colorOfTissue, lookOfStructure } from './phantomLook.ts';
import { valuesAtEdge } from './segments.ts';
import { drawn } from './surfaces.ts';
import { TRIANGLE_GOAL } from './triangleGoals.ts';
import { firstWindow, middleOf, volumeRecord } from './volumeRecord.ts';

/** Made at once for the first picture; the fine one takes its place. */
const COARSE_SIZE = 96;
const FINE_SIZE = 256;
const SEED = 1;
const NOISE_HU = 12;

/**
 * The embedded sample: a synthetic thorax with its true labels. A coarse one is on screen at once; the case has the fine one's
 * grid from the beginning, so that nothing about it changes when the fine voxels come.
 */
export async function openPhantom(parts: OpenParts, marks: OpenMarks): Promise<void> {
  const { pool, jobs, store, surfaces, keeper, newId } = parts;
  const coarseGrid = phantomGrid({ size: COARSE_SIZE });
  const fineGrid = phantomGrid({ size: FINE_SIZE });
  const release = keeper.hold();
  const volumeId = newId('volume');
  try {
    const layer = await jobs.verbs.run('job.sample', '', async ({ signal, step }) => {
      const coarse = await makePhantom(
        pool,
        { case: 'thorax', ...coarseGrid, noiseHu: NOISE_HU, seed: SEED },
        {
          signal,
          onStep: ({ stage, done, of }) => step(stage, done, of),
        },
      );
      marks.measure('read');
      const labels = await pool.run('upsampleLabels', [coarse.labels, coarseGrid, fineGrid], { signal });
      const meshes = await labelSurfaces(
        pool,
        labelmapFromDense(coarse.labels, coarseGrid.dims),
        coarseGrid.rasFromIjk,
        { signal },
      );
      const header = {
        ...coarse.volume.header,
        ...fineGrid,
        spacing: spacingOf(fineGrid.rasFromIjk),
        name: 'Thorax phantom',
      };
      store.putVolume(volumeId, header, null);
      store.verbs.open('Thorax phantom', volumeRecord(volumeId, header), firstWindow(header), middleOf(header));
      store.verbs.addLayer(labels, segmentsOf(coarse, valuesAtEdge(labels)), 'history.sample');
      const segments = store.getState().segments;
      const layer = segments[0]?.layer ?? '';
      const byValue = new Map(segments.map((segment) => [segment.value, segment]));
      const made = meshes.flatMap((mesh) => {
        const segment = byValue.get(mesh.value);
        return segment && isShown(segment) ? [{ segment, mesh }] : [];
      });
      const voxelMm = Math.min(...spacingOf(coarseGrid.rasFromIjk));
      const chunk = await drawn(pool, made, layer, 'coarse', TRIANGLE_GOAL, voxelMm, signal, () => undefined);
      surfaces.exchange(surfaces.getState().chunks.keys(), [chunk]);
      marks.measure('coarse');
      return layer;
    });

    const fine = await jobs.verbs.run('job.sampleFine', '', ({ signal, step }) =>
      makePhantom(
        pool,
        { case: 'thorax', ...fineGrid, noiseHu: NOISE_HU, seed: SEED },
        {
          signal,
          onStep: ({ stage, done, of }) => step(stage, done, of),
        },
      ),
    );
    if (!store.getState().volumes.some(({ id }) => id === volumeId)) return;
    const labels = await pool.run('bricks', [fine.labels, fineGrid.dims], { transfer: [fine.labels.buffer] });
    store.putVolume(volumeId, fine.volume.header, fine.volume);
    const cut = valuesAtEdge(labels);
    store.verbs.refineLayer(
      layer,
      labels,
      fine.segments.map(({ id, voxels, volumeMl }) => ({ value: id, voxels, volumeMl, cutByEdge: cut.has(id) })),
    );
  } finally {
    release();
  }
  await keeper.settled();
  marks.measure('full');
}

function segmentsOf({ segments, volume }: Phantom, cut: ReadonlySet<number>): NewSegment[] {
  const voxelMl = voxelVolumeMm3(volume.header.rasFromIjk) / 1000;
  return segments
    .filter(({ voxels }) => voxels > 0)
    .map(({ id, name, voxels }) => {
      const { tissue, group, visible, opacity } = lookOfStructure(name);
      return {
        name,
        value: id,
        color: colorOfTissue(tissue),
        opacity,
        visible,
        tissue,
        group,
        voxels,
        volumeMl: voxels * voxelMl,
        cutByEdge: cut.has(id),
        madeBy: { method: 'phantom', settings: { seed: SEED }, automatic: true },
        reviewed: true,
        isovalue: null,
      };
    });
}
