import { valuesAtEdge } from '#compute/newSegments.ts';
import { makePhantom, type Phantom } from '#compute/phantom.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import { type AnatomicalCase, anatomicalCases, phantomGrid } from '#core/anatomy/phantomSpec.ts';
import { firstWindow, middleOf, volumeRecord } from '#core/case/volumeRecord.ts';
import { VesaliusError } from '#core/errors.ts';
import { type LabelmapData, labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { spacingOf } from '#core/space/affine.ts';
import { type VolumeHeader, voxelVolumeMm3 } from '#core/volume/volume.ts';
import type { NewSegment, SurfaceChunk } from '#state/viewer.ts';
import { placeChunk } from './coarse.ts';
import type { OpenMarks } from './marks.ts';
import type { OpenParts } from './openCase.ts';
import { colorOfTissue, lookOfStructure } from './phantomLook.ts';
import { drawn } from './surfaces.ts';
import { TRIANGLE_GOAL } from './triangleGoals.ts';

/** Made at once for the first picture; the fine one takes its place. */
const COARSE_SIZE = 96;
const FINE_SIZE = 256;
const SEED = 1;
const NOISE_HU = 12;
/** Grey matter and white differ by ten HU. */
const BRAIN_WINDOW = { level: 40, width: 120 } as const;

type Grid = ReturnType<typeof phantomGrid>;

/**
 * An embedded sample: a synthetic body with its true labels. A coarse one is on screen at once; the case has the fine one's
 * grid from the beginning, so that nothing about it changes when the fine voxels come.
 */
export async function openPhantom(
  parts: OpenParts,
  marks: OpenMarks,
  opening: AbortSignal,
  sample: `phantom:${AnatomicalCase}`,
): Promise<void> {
  const { jobs, store, keeper, newId } = parts;
  // Scripts and messages may say anything.
  const body = anatomicalCases.find((known) => sample === `phantom:${known}`);
  if (body === undefined) {
    const expected = anatomicalCases.map((known) => `phantom:${known}`).join(' ');
    throw new VesaliusError({ code: 'usage', what: 'open', where: 'sample', expected, got: sample });
  }
  const volumeId = newId('volume');
  parts.recipes.set(volumeId, { sample: body, size: FINE_SIZE, noiseHu: NOISE_HU, seed: SEED });
  const stillOpen = () => store.getState().volumes.some(({ id }) => id === volumeId);
  const release = keeper.hold();
  try {
    const first = await jobs.verbs.run('job.sample', '', (job) =>
      coarseSample(parts, body, marks, AbortSignal.any([job.signal, opening]), job.step),
    );
    const { layer, slots } = begin(parts, body, volumeId, first);
    // What the case has brought about is drawn before its surfaces come: both in one task would hold the page.
    await new Promise((resolve) => setTimeout(resolve));
    if (stillOpen()) {
      const placed = placeChunk(first.chunk, layer, (value) => slots.get(value) as number);
      parts.surfaces.exchange(parts.surfaces.getState().chunks.keys(), [placed]);
    }
    marks.measure('coarse');
    try {
      await jobs.verbs.run('job.sampleFine', '', (job) =>
        refine(parts, body, volumeId, layer, AbortSignal.any([job.signal, opening]), job.step),
      );
    } catch (thrown) {
      // Without its fine voxels there is no scan: what was open before is open again.
      while (stillOpen() && store.getState().canUndo) store.verbs.undo();
      throw thrown;
    }
  } finally {
    release();
  }
  if (!stillOpen()) return;
  await keeper.settled();
  marks.measure('full');
}

type Step = (stage: string, done: number, of: number) => void;

interface CoarseSample {
  readonly header: VolumeHeader;
  readonly labels: LabelmapData;
  readonly segments: readonly NewSegment[];
  /** Slots are the values in `labels`, until the segments have theirs. */
  readonly chunk: SurfaceChunk;
}

async function coarseSample(
  { pool }: OpenParts,
  body: AnatomicalCase,
  marks: OpenMarks,
  signal: AbortSignal,
  step: Step,
): Promise<CoarseSample> {
  const [coarseGrid, fineGrid] = [COARSE_SIZE, FINE_SIZE].map((size) => phantomGrid({ case: body, size })) as [
    Grid,
    Grid,
  ];
  const coarse = await makePhantom(
    pool,
    { case: body, ...coarseGrid, noiseHu: NOISE_HU, seed: SEED },
    { signal, onStep: ({ stage, done, of }) => step(stage, done, of) },
  );
  marks.measure('read');
  const [labels, meshes] = await Promise.all([
    pool.run('upsampleLabels', [coarse.labels, coarseGrid, fineGrid], { signal }),
    labelSurfaces(pool, labelmapFromDense(coarse.labels, coarseGrid.dims), coarseGrid.rasFromIjk, { signal }),
  ]);
  const segments = segmentsOf(coarse, body, valuesAtEdge(labels));
  const byValue = new Map(segments.map((segment) => [segment.value, segment]));
  const shown = meshes.flatMap((mesh) => {
    const segment = byValue.get(mesh.value);
    return segment?.visible ? [{ segment: { ...segment, slot: mesh.value }, mesh }] : [];
  });
  const voxelMm = Math.min(...spacingOf(coarseGrid.rasFromIjk));
  const chunk = await drawn(pool, shown, 'coarse', 'coarse', TRIANGLE_GOAL, voxelMm, signal, () => undefined);
  const header = {
    ...coarse.volume.header,
    ...fineGrid,
    spacing: spacingOf(fineGrid.rasFromIjk),
    name: coarse.volume.header.name.replace(/ \d+$/, ''),
  };
  return { header, labels, segments, chunk };
}

/** Opens the case, all at once; gives the layer of its labels, and the slots that their values were given. */
function begin(
  { store }: OpenParts,
  body: AnatomicalCase,
  volumeId: string,
  { header, labels, segments }: CoarseSample,
): { layer: string; slots: ReadonlyMap<number, number> } {
  store.putVolume(volumeId, header, null);
  const window = body === 'head' ? BRAIN_WINDOW : firstWindow(header);
  store.verbs.open(header.name, volumeRecord(volumeId, header), window, middleOf(header));
  store.verbs.addLayer(labels, segments, 'history.sample');
  const made = store.getState().segments;
  return { layer: made[0]?.layer ?? '', slots: new Map(made.map(({ value, slot }) => [value, slot])) };
}

/** The fine voxels and labels in the place of the coarse ones. */
async function refine(
  { pool, store }: OpenParts,
  body: AnatomicalCase,
  volumeId: string,
  layer: string,
  signal: AbortSignal,
  step: Step,
): Promise<void> {
  const grid = phantomGrid({ case: body, size: FINE_SIZE });
  const fine = await makePhantom(
    pool,
    { case: body, ...grid, noiseHu: NOISE_HU, seed: SEED },
    { signal, onStep: ({ stage, done, of }) => step(stage, done, of) },
  );
  const labels = await pool.run('bricks', [fine.labels, grid.dims], { signal, transfer: [fine.labels.buffer] });
  if (!store.getState().volumes.some(({ id }) => id === volumeId)) return;
  store.putVolume(volumeId, fine.volume.header, fine.volume);
  const cut = valuesAtEdge(labels);
  store.verbs.refineLayer(
    layer,
    labels,
    fine.segments.map(({ id, voxels, volumeMl }) => ({ value: id, voxels, volumeMl, cutByEdge: cut.has(id) })),
  );
}

function segmentsOf({ segments, volume }: Phantom, body: AnatomicalCase, cut: ReadonlySet<number>): NewSegment[] {
  const voxelMl = voxelVolumeMm3(volume.header.rasFromIjk) / 1000;
  return segments
    .filter(({ voxels }) => voxels > 0)
    .map(({ id, name, voxels }) => {
      const { tissue, group, visible, opacity } = lookOfStructure(name, body);
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
        code: null,
        isovalue: null,
      };
    });
}
