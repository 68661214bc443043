import { describe, expect, it, vi } from 'vitest';
import { addVolume, overlaidRecord } from '#app/addVolume.ts';
import type { OpenParts } from '#app/openCase.ts';
import type { VolumeHeader } from '#core/volume/volume.ts';
import type { CaseStore } from '#state/caseStore.ts';
import { createJobsStore } from '#state/jobsStore.ts';
import { openScan, testCase, volumeHeader } from '../state/caseFixtures.ts';

const series = (frameOfReferenceUid?: string) => ({
  uid: '1.2',
  number: 1,
  description: '',
  date: '',
  ...(frameOfReferenceUid === undefined ? {} : { frameOfReferenceUid }),
});
const pet: VolumeHeader = { ...volumeHeader('PET'), modality: 'PT', unit: 'BQML', storedRange: [0, 20000] };

describe('a volume that is laid over another', () => {
  it('lies in one space with it where both say one frame of reference, and nowhere else', () => {
    const placed = (own?: string, base?: string) =>
      overlaidRecord('o', { ...pet, series: series(own) }, { ...volumeHeader('CT'), series: series(base) }).placed;
    expect(placed('9.8', '9.8')).toMatchObject({ kind: 'header', field: null, residualMm: null });
    expect(placed('9.8', '9.8')?.matrix).toEqual([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    expect(placed('9.8', '9.9')).toBeNull();
    expect(placed('', '')).toBeNull();
    expect(placed()).toBeNull();
    expect(overlaidRecord('o', pet, null).placed).toBeNull();
  });

  it('PET is hot from nothing to SUV 8 where the tags allow it, else over its range; anatomy is grey', () => {
    const look = (header: VolumeHeader) => overlaidRecord('o', header, null).overlay;
    expect(look({ ...pet, suvFactor: 0.0005 })).toMatchObject({
      colorMap: 'hot',
      window: { level: 8000, width: 16000 },
    });
    expect(look(pet)).toMatchObject({ colorMap: 'hot', window: { level: 10000, width: 20000 } });
    expect(look({ ...volumeHeader('CT'), modality: 'CT' })).toMatchObject({
      colorMap: 'grey',
      opacity: 0.5,
      window: { level: 40, width: 400 },
    });
  });
});

describe('adding', () => {
  const parts = (store: CaseStore, read: () => Promise<unknown>): OpenParts =>
    ({
      store,
      newId: () => 'over',
      shared: false,
      jobs: createJobsStore({ now: () => 0, after: () => 0 as never }),
      pool: { run: (_job: string) => read() },
    }) as unknown as OpenParts;
  const volume = { header: pet, scalars: new Int16Array(4) };
  const source = { urls: ['https://host/pet.nii'] };
  vi.stubGlobal('location', { href: 'https://host/' });

  it('puts the voxels and the record, as one step', async () => {
    const store = testCase();
    openScan(store, 'v0');
    expect(
      await addVolume(
        parts(store, async () => ({ volume })),
        source,
      ),
    ).toBe('over');
    expect(store.getState().volumes.map(({ id }) => id)).toEqual(['v0', 'over']);
    expect(store.voxels.volume('over')).toBe(volume);
    store.verbs.undo();
    expect(store.getState().volumes.length).toBe(1);
  });

  it('is refused where nothing is open, for a sample, and where another scan came meanwhile', async () => {
    const none = testCase();
    await expect(
      addVolume(
        parts(none, async () => ({ volume })),
        source,
      ),
    ).rejects.toMatchObject({ code: 'not-open' });
    const store = testCase();
    openScan(store, 'v0');
    await expect(
      addVolume(
        parts(store, async () => ({ volume })),
        { sample: 'phantom:thorax' },
      ),
    ).rejects.toMatchObject({ code: 'usage' });
    const late = parts(store, async () => {
      openScan(store, 'v1');
      return { volume };
    });
    await expect(addVolume(late, source)).rejects.toMatchObject({ code: 'cancelled' });
    expect(store.getState().volumes.map(({ id }) => id)).toEqual(['v1']);
  });
});
