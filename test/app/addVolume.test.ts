import { describe, expect, it } from 'vitest';
import { overlaidRecord } from '#app/addVolume.ts';
import type { VolumeHeader } from '#core/volume/volume.ts';
import { volumeHeader } from '../state/caseFixtures.ts';

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
