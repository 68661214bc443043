// Small cases for the tests of the state: a volume, layers, and every act drawn from one seeded generator.
import { colorMaps, type SegmentRecord, type VolumeRecord } from '#core/case/schema.ts';
import { BRICK_VOXELS, type Brick, brickGrid, type LabelmapData, labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { editsAt } from '#core/labelmap/paint.ts';
import { affine } from '#core/space/affine.ts';
import type { Dims, VolumeHeader } from '#core/volume/volume.ts';
import { type Ambient, type CaseStore, type CaseStoreOptions, createCaseStore } from '#state/caseStore.ts';
import type { NewSegment } from '#state/viewer.ts';

export type Random = () => number;

/** Mulberry32: 32 bits of state, the same numbers for the same seed. */
export function seeded(seed: number): Random {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
export const whole = (random: Random, from: number, below: number) => from + Math.floor(random() * (below - from));
export const pick = <Value>(random: Random, list: readonly Value[]): Value =>
  list[whole(random, 0, list.length)] as Value;

export function testAmbient(name = 'a'): Ambient {
  let last = 0;
  let time = 0;
  return { newId: (kind) => `${kind}-${name}-${++last}`, now: () => ++time };
}
export const testCase = (name = 'a', options: CaseStoreOptions = {}): CaseStore =>
  createCaseStore(testAmbient(name), options);

export const SMALL: Dims = [41, 35, 33];
const RAS_FROM_IJK = [-0.8, 0, 0, 0, 0, 0.9, 0, 0, 0, 0, 1.5, 0, 20, -30, 10, 1];

export const volumeRecord = (id: string, dims: Dims = SMALL): VolumeRecord => ({
  id,
  name: `scan ${id}`,
  dims: [...dims],
  timepoints: 1,
  spacing: [0.8, 0.9, 1.5],
  rasFromIjk: RAS_FROM_IJK,
  modality: 'CT',
  modalityGuessed: true,
  unit: 'HU',
  format: 'nifti',
  synthetic: true,
  seriesDescription: '',
  seriesDate: '',
  warnings: [{ code: 'modality-guessed', where: 'values', kept: 'CT', text: 'Taken for CT.' }],
  suvFactor: null,
  timesMs: null,
  overlay: null,
  placed: null,
});

export const volumeHeader = (name: string, dims: Dims = SMALL): VolumeHeader => ({
  name,
  dims,
  timepoints: 1,
  scalarType: 'i16',
  slope: 1,
  intercept: 0,
  rasFromIjk: affine('ras', 'ijk', RAS_FROM_IJK),
  spacing: [0.8, 0.9, 1.5],
  modality: 'CT',
  modalityGuessed: true,
  unit: 'HU',
  format: 'nifti',
  synthetic: true,
  warnings: [],
  storedRange: [-1000, 1000],
});

export function openScan(store: CaseStore, id: string, dims: Dims = SMALL): void {
  const header = volumeHeader(id, dims);
  store.putVolume(id, header, { header, scalars: new Int16Array(4) });
  store.verbs.open(`case ${id}`, volumeRecord(id, dims), { level: 40, width: 400 }, [0, 0, 0]);
}

/** A volume on a grid of its own, as one that is laid over another. */
export const overlayRecord = (id: string, dims: Dims = [20, 18, 16]): VolumeRecord => ({
  ...volumeRecord(id, dims),
  modality: 'PT',
  unit: 'Bq/ml',
  overlay: { visible: true, opacity: 0.5, colorMap: 'hot', window: { level: 500, width: 1000 } },
});
export function addVolume(store: CaseStore, id: string): void {
  const header = volumeHeader(id, [20, 18, 16]);
  store.putVolume(id, header, { header, scalars: new Int16Array(4) });
  store.verbs.addVolume(overlayRecord(id));
}
export const placedBy = (random: Random): NonNullable<VolumeRecord['placed']> => ({
  kind: pick(random, ['rigid', 'affine', 'hand'] as const),
  matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, random() * 9, random() * 9, random() * 9, 1],
  field: null,
  residualMm: random(),
  landmarks: [],
});

export function boxLayer(random: Random, values: readonly number[], dims: Dims = SMALL): LabelmapData {
  const [ni, nj, nk] = dims;
  const dense = new Uint16Array(ni * nj * nk);
  for (const value of values) {
    const from = dims.map((size) => whole(random, 0, size - 4)) as [number, number, number];
    const to = dims.map((size, axis) => whole(random, (from[axis] as number) + 2, size)) as [number, number, number];
    for (let k = from[2]; k < to[2]; k++)
      for (let j = from[1]; j < to[1]; j++) dense.fill(value, from[0] + ni * (j + nj * k), to[0] + ni * (j + nj * k));
  }
  return labelmapFromDense(dense, dims);
}

/** Voxels of a value, counted one by one. */
export function countByHand({ bricks }: LabelmapData, value: number): number {
  let count = 0;
  for (const brick of bricks) {
    if (typeof brick === 'number') count += brick === value ? BRICK_VOXELS : 0;
    else for (const voxel of brick) if (voxel === value) count++;
  }
  return count;
}

export function newSegment(name: string, value: number, labels: LabelmapData): NewSegment {
  const voxels = countByHand(labels, value);
  return {
    name,
    value,
    color: '#c5423a',
    opacity: 1,
    visible: true,
    tissue: 'other',
    group: 'other',
    voxels,
    volumeMl: (voxels * 0.8 * 0.9 * 1.5) / 1000,
    cutByEdge: false,
    madeBy: { method: 'threshold', settings: { lower: 226 }, automatic: false },
    reviewed: false,
    code: null,
    isovalue: null,
  };
}

export function addLayer(store: CaseStore, random: Random, names: readonly string[]): string[] {
  const values = names.map((_, n) => n + 1);
  const labels = boxLayer(random, values);
  return store.verbs.addLayer(
    labels,
    names.map((name, n) => newSegment(name, values[n] as number, labels)),
    'history.segmented',
  );
}

export function paintBlob(store: CaseStore, random: Random, segment: SegmentRecord): void {
  const dims = store.voxels.layer(segment.layer)?.labels.dims ?? SMALL;
  const centre = dims.map((size) => whole(random, 0, size));
  const voxels = Array.from(
    { length: 60 },
    () => centre.map((at) => at + whole(random, -5, 6)) as [number, number, number],
  );
  store.verbs.paint(segment.layer, editsAt(dims, voxels, random() < 0.3 ? 0 : segment.value));
}

export const emptyBricks = (dims: Dims): Brick[] => {
  const [bi, bj, bk] = brickGrid(dims);
  return new Array<Brick>(bi * bj * bk).fill(0);
};

const point = (random: Random): [number, number, number] => [
  random() * 40 - 20,
  random() * 40 - 20,
  random() * 40 - 20,
];

/** One act of the user, whichever is possible now; the name of the verb. */
export function randomAct(store: CaseStore, random: Random, serial: number): string {
  const { segments, measurements, volumes } = store.getState();
  const { verbs } = store;
  const act = pick(random, [
    ...['addLayer', 'setSegment', 'setSegment', 'setVisible', 'isolate', 'removeSegments', 'paint', 'paint', 'paint'],
    ...['addMeasurement', 'removeMeasurement', 'setCrosshair', 'setWindow', 'setOpacity', 'gesture'],
    ...(volumes.length < 4 ? ['addVolume'] : []),
    ...(volumes.length > 1 ? ['removeVolume', 'renameVolume', 'setOverlay', 'setPlaced', 'addLayerOn'] : []),
    ...(random() < 0.3 || volumes.length === 0 ? ['open'] : []),
  ]);
  if (act === 'open' || volumes.length === 0) {
    openScan(store, `v${serial}`);
    return 'open';
  }
  if (act === 'addVolume') {
    addVolume(store, `over-${store.journal.peer}-${serial}`);
    return act;
  }
  const over = pick(random, volumes.slice(1));
  if (over !== undefined && over.overlay !== null) {
    switch (act) {
      case 'removeVolume':
        verbs.removeVolume(over.id);
        return act;
      case 'renameVolume':
        verbs.renameVolume(over.id, `renamed ${serial}`);
        return act;
      case 'setOverlay':
        for (let n = 0; n < 3; n++)
          verbs.setOverlay(over.id, { opacity: random(), colorMap: pick(random, colorMaps) }, 'slider');
        verbs.endGesture();
        return act;
      case 'setPlaced':
        verbs.setPlaced(over.id, random() < 0.3 ? null : placedBy(random));
        return act;
      case 'addLayerOn': {
        const labels = boxLayer(random, [1], over.dims);
        verbs.addLayer(labels, [newSegment(`on ${over.id}`, 1, labels)], 'history.segmented', over.id);
        return act;
      }
    }
  }
  if (act === 'addLayer' || segments.length === 0) {
    addLayer(
      store,
      random,
      Array.from({ length: whole(random, 1, 4) }, (_, n) => `part ${serial}.${n}`),
    );
    return 'addLayer';
  }
  const segment = pick(random, segments);
  switch (act) {
    case 'setSegment':
      verbs.setSegment(
        segment.id,
        pick(random, [
          { name: `named ${serial}` },
          {
            color: `#${whole(random, 0, 2 ** 24)
              .toString(16)
              .padStart(6, '0')}`,
          },
          { opacity: random() },
          { visible: !segment.visible, reviewed: !segment.reviewed },
          { group: pick(random, ['yours', 'findings', 'skeleton'] as const) },
        ]),
      );
      break;
    case 'setVisible':
      verbs.setVisible([segment.id, pick(random, segments).id], random() < 0.5);
      break;
    case 'isolate':
      verbs.isolate([segment.id]);
      break;
    case 'removeSegments':
      verbs.removeSegments([segment.id]);
      break;
    case 'paint':
      paintBlob(store, random, segment);
      break;
    case 'addMeasurement':
      verbs.addMeasurement(
        random() < 0.5
          ? { kind: 'length', name: `m${serial}`, points: [point(random), point(random)] }
          : { kind: 'angle', name: `m${serial}`, points: [point(random), point(random), point(random)] },
      );
      break;
    case 'removeMeasurement':
      if (measurements.length > 0) verbs.removeMeasurement(pick(random, measurements).id);
      break;
    case 'setCrosshair':
      verbs.setCrosshair(point(random));
      break;
    case 'setWindow':
      verbs.setWindow({ level: whole(random, -600, 600), width: whole(random, 1, 2000) });
      break;
    case 'setOpacity':
      verbs.setOpacity(segment.id, random());
      break;
    default:
      for (let n = 0; n < 5; n++) verbs.setCrosshair(point(random), 'drag');
      verbs.endGesture();
  }
  return act;
}
