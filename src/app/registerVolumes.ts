import type { PlacedRecord, RasPoint, VolumeRecord } from '#core/case/schema.ts';
import { VesaliusError } from '#core/errors.ts';
import { timepointOf } from '#core/volume/timepoint.ts';
import type { Volume } from '#core/volume/volume.ts';
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

/** Rigid kinds begin where the volume lies now; a shear would not be theirs, so after an affine fit they begin anew. */
function initialOf({ placed }: VolumeRecord, kind: string): { initial?: readonly number[] } {
  if (placed === null) return {};
  const rigid = placed.kind !== 'affine' && placed.kind !== 'deformable';
  return rigid || kind !== 'rigid' ? { initial: placed.matrix } : {};
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

export async function placeByLandmarks(
  parts: OpenParts,
  id: string,
  pairs: readonly (readonly [RasPoint, RasPoint])[],
): Promise<void> {
  const { moving } = pairOf(parts, id);
  void [moving, pairs];
  throw new Error('to come');
}

export async function carrySegments(parts: OpenParts, id: string): Promise<string[]> {
  pairOf(parts, id);
  throw new Error('to come');
}
