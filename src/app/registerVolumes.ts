import { valuesAtEdge } from '#compute/newSegments.ts';
import type { PlacedRecord, RasPoint, SegmentRecord, VolumeRecord } from '#core/case/schema.ts';
import { VesaliusError } from '#core/errors.ts';
import { BRICK, brickGrid, type LabelmapData } from '#core/labelmap/labelmap.ts';
import { fitLandmarks } from '#core/space/fitLandmarks.ts';
import { identityTransform, type SpatialTransform } from '#core/space/registration.ts';
import { rigidParts, withRigidParts } from '#core/space/rigidParts.ts';
import { timepointOf } from '#core/volume/timepoint.ts';
import { type Volume, voxelVolumeMm3 } from '#core/volume/volume.ts';
import type { NewSegment } from '#state/viewer.ts';
import { middleOfVolume } from '#ui/model/volumes.ts';
import type { OpenParts } from './openCase.ts';
import { whileOpen } from './whileOpen.ts';

interface Pair {
  readonly base: { readonly record: VolumeRecord; readonly volume: Volume };
  readonly moving: { readonly record: VolumeRecord; readonly volume: Volume };
}

/** The first volume and one that lies over it, voxels at hand. @throws VesaliusError 'missing' or 'not-open' */
function pairOf({ store }: OpenParts, id: string): Pair {
  const [first, ...others] = store.getState().volumes;
  const found = others.find((each) => each.id === id);
  if (first === undefined || found === undefined)
    throw new VesaliusError({
      code: 'missing',
      what: 'volume',
      where: 'id',
      expected: 'a volume that lies over the first',
      got: id,
    });
  const held = (record: VolumeRecord) => {
    const volume = store.voxels.volume(record.id);
    if (volume) return { record, volume: timepointOf(volume, 0) };
    throw new VesaliusError({
      code: 'not-open',
      what: record.name,
      where: 'voxels',
      expected: 'all of them',
      got: 'still on their way',
    });
  };
  return { base: held(first), moving: held(found) };
}

/** A fit begins where the volume lies now; a rigid one without the scale and shear of an affine one before it. */
function initialOf(record: VolumeRecord, kind: string): { initial?: readonly number[] } {
  const { placed } = record;
  if (placed === null) return {};
  if (kind !== 'rigid') return { initial: placed.matrix };
  const middle = middleOfVolume(record);
  return { initial: withRigidParts(identityTransform.matrix, middle, rigidParts(placed.matrix, middle)) };
}

export async function registerVolume(
  parts: OpenParts,
  id: string,
  kind: 'rigid' | 'affine' | 'deformable',
): Promise<void> {
  const { pool, jobs, store, newId } = parts;
  const { base, moving } = pairOf(parts, id);
  const stillOpen = whileOpen(store);
  const found = await jobs.verbs.run('job.registering', moving.record.name, ({ signal, step }) =>
    pool.run('register', [base.volume, moving.volume, { kind, ...initialOf(moving.record, kind) }], {
      signal,
      onStep: ({ stage, done, of }) => step(stage, done, of),
    }),
  );
  stillOpen();
  let field: string | null = null;
  if (found.field) {
    field = newId('field');
    store.putField(id, field, found.field);
  }
  place(parts, id, { kind, matrix: [...found.matrix], field, residualMm: found.residualMm, landmarks: [] });
}

/** Landmarks that were set stay with the volume, whatever brought it there last. */
function place({ store }: OpenParts, id: string, placed: PlacedRecord): void {
  const before = store.getState().volumes.find((each) => each.id === id)?.placed?.landmarks ?? [];
  const landmarks = placed.landmarks.length > 0 ? placed.landmarks : before;
  store.verbs.setPlaced(id, { ...placed, landmarks: [...landmarks] });
}

/** The rigid place that lays the pairs on one another with the least squares; what is left of them in the mean square is its residual. */
export async function placeByLandmarks(
  parts: OpenParts,
  id: string,
  pairs: readonly (readonly [RasPoint, RasPoint])[],
): Promise<void> {
  const { store, jobs } = parts;
  const name = store.getState().volumes.find((each) => each.id === id)?.name ?? id;
  // As a job, so that points on a line are told of on a card.
  const { matrix, freMm } = await jobs.verbs.run('job.registering', name, async () =>
    fitLandmarks(
      pairs.map(([moving, fixed]) => ({ moving, fixed })),
      'rigid',
    ),
  );
  const landmarks = pairs.map(([own, base]): [RasPoint, RasPoint] => [[...own], [...base]]);
  place(parts, id, { kind: 'landmarks', matrix, field: null, residualMm: freMm, landmarks });
}

/**
 * The segments on a volume, as segments of the first one's grid: each voxel takes what the transform lays nearest to it. One step;
 * the volume keeps its own.
 */
export async function carrySegments(parts: OpenParts, id: string): Promise<string[]> {
  const { pool, jobs, store } = parts;
  const { base, moving } = pairOf(parts, id);
  const placed = transformOf(parts, moving.record);
  const own = Map.groupBy(
    store.getState().segments.filter((segment) => segment.volume === id),
    ({ layer }) => layer,
  );
  const stillOpen = whileOpen(store);
  const from = gridOf(moving.volume);
  const to = gridOf(base.volume);
  const voxelMl = voxelVolumeMm3(to.rasFromIjk) / 1000;
  const carried = await jobs.verbs.run('job.carrying', moving.record.name, async ({ signal, step }) => {
    const layers: { labels: LabelmapData; segments: NewSegment[] }[] = [];
    for (const [layer, segments] of own) {
      const labels = store.voxels.layer(layer)?.labels;
      if (!labels) continue;
      const there = await pool.run('carryLabels', [labels, from, placed, to], {
        signal,
        onStep: ({ stage, done, of }) => step(stage, done, of),
      });
      layers.push({ labels: there, segments: carriedSegments(segments, there, moving.record, voxelMl) });
    }
    return layers.filter(({ segments }) => segments.length > 0);
  });
  stillOpen();
  if (carried.length === 0)
    throw new VesaliusError({
      code: 'empty-segment',
      what: moving.record.name,
      where: 'segments',
      expected: 'at least one voxel within the scan',
      got: 0,
    });
  return store.verbs.addLayers(carried, 'history.carried', base.record.id);
}

const gridOf = ({ header }: Volume) => ({ dims: header.dims, rasFromIjk: header.rasFromIjk });

/** @throws VesaliusError 'missing' where the displacement field is not on this device */
function transformOf({ store }: OpenParts, record: VolumeRecord): SpatialTransform {
  const { placed, name } = record;
  const field = placed?.field ? store.voxels.field(placed.field) : null;
  if (placed?.field && !field)
    throw new VesaliusError({
      code: 'missing',
      what: name,
      where: 'placed.field',
      expected: 'the displacement field on this device',
      got: 'none',
    });
  return placed ? { matrix: placed.matrix, field } : identityTransform;
}

/** What is left of each in the scan, with how it came there. */
function carriedSegments(
  segments: readonly SegmentRecord[],
  labels: LabelmapData,
  { name, placed }: VolumeRecord,
  voxelMl: number,
): NewSegment[] {
  const counts = new Map<number, number>();
  for (const [, value, voxels] of valuesOfBricks(labels)) counts.set(value, (counts.get(value) ?? 0) + voxels);
  const cut = valuesAtEdge(labels);
  return segments.flatMap(({ id, layer, slot, volume, ...segment }) => {
    const voxels = counts.get(segment.value) ?? 0;
    if (voxels === 0) return [];
    const settings = {
      ...segment.madeBy.settings,
      from: name.slice(0, 200),
      method: segment.madeBy.method,
      placed: placed?.kind ?? 'as its own file says',
      ...(placed?.residualMm == null ? {} : { residualMm: placed.residualMm }),
    };
    return [
      {
        ...segment,
        voxels,
        volumeMl: voxels * voxelMl,
        cutByEdge: cut.has(segment.value),
        madeBy: { method: 'carried', settings, automatic: false },
        reviewed: false,
        isovalue: null,
      },
    ];
  });
}

/** Brick, value and how many voxels have it there, 0 left out. Voxels beyond the grid are 0. */
function* valuesOfBricks({
  bricks,
  dims,
}: LabelmapData): Iterable<readonly [brick: number, value: number, voxels: number]> {
  const [bi, bj] = brickGrid(dims);
  for (const [b, brick] of bricks.entries()) {
    if (typeof brick === 'number') {
      const at = [b % bi, Math.floor(b / bi) % bj, Math.floor(b / (bi * bj))];
      const size = at.reduce((all, n, axis) => all * Math.min(BRICK, (dims[axis] as number) - BRICK * n), 1);
      if (brick !== 0) yield [b, brick, size];
      continue;
    }
    const counts = new Map<number, number>();
    for (const value of brick) if (value !== 0) counts.set(value, (counts.get(value) ?? 0) + 1);
    for (const [value, voxels] of counts) yield [b, value, voxels];
  }
}
