import { describe, expect, it } from 'vitest';
import { ctSlice, type DataSet, list, readOnly, sources } from './dicomFile.ts';

const DOSE = 370e6;
/** Of fluorine-18, in seconds. */
const HALF_LIFE = 6586.2;
const tracer = (more: DataSet = {}): DataSet => ({
  x00181072: ['TM', '080000'],
  x00181074: ['DS', String(DOSE)],
  x00181075: ['DS', String(HALF_LIFE)],
  ...more,
});
const without = (set: DataSet, tag: string): DataSet =>
  Object.fromEntries(Object.entries(set).filter(([key]) => key !== tag));

const PET: DataSet = {
  x00080021: ['DA', '20260301'],
  x00080022: ['DA', '20260301'],
  x00080031: ['TM', '090000'],
  x00080032: ['TM', '090000'],
  x00080060: ['CS', 'PT'],
  x00101030: ['DS', '70'],
  x00280051: ['CS', 'DECY\\ATTN\\SCAT'],
  x00281052: ['DS', '0'],
  x00281053: ['DS', '2.5'],
  x00540016: ['SQ', { items: [tracer()] }],
  x00541001: ['CS', 'BQML'],
  x00541102: ['CS', 'START'],
};
const files = (...sets: readonly DataSet[]) =>
  sources(
    sets.map((set, n) => ({
      ...without(without(ctSlice({ position: [0, 0, 3 * n], instance: n + 1 }), 'x00281052'), 'x00281053'),
      ...set,
    })),
  );
const header = async (...sets: readonly DataSet[]) => (await readOnly(files(...sets))).header;
const after = (seconds: number) => 70_000 / (DOSE * 2 ** (-seconds / HALF_LIFE));

describe('standardized uptake values', () => {
  it('Bq/ml, corrected to the scan’s start: weight over the dose that was left an hour after it was given', async () => {
    const found = await header(PET, PET);
    expect(found).toMatchObject({ modality: 'PT', unit: 'BQML', slope: 2.5, warnings: [] });
    expect(found.suvFactor).toBeCloseTo(after(3600), 15);
  });

  it('corrected to the time of giving: the whole dose', async () => {
    expect((await header({ ...PET, x00541102: ['CS', 'ADMIN'] })).suvFactor).toBeCloseTo(70_000 / DOSE, 15);
  });

  it('a date with the time of giving counts; without one, midnight may lie between', async () => {
    const late = { ...PET, x00080031: ['TM', '003000'], x00080032: ['TM', '003000.5'] } as const satisfies DataSet;
    const at = (more: DataSet): DataSet => ({ ...late, x00540016: ['SQ', { items: [tracer(more)] }] });
    expect((await header(at({ x00181072: ['TM', '233000'] }))).suvFactor).toBeCloseTo(after(3600), 15);
    expect((await header(at({ x00181078: ['DT', '20260228233000.00'] }))).suvFactor).toBeCloseTo(after(3600), 15);
    expect((await header(at({ x00181078: ['DT', '20260228003000'] }))).suvFactor).toBeCloseTo(after(86_400), 12);
  });

  it('a series that was made anew later is timed by what was acquired: the earliest bed', async () => {
    const bed = (time: string): DataSet => ({ ...PET, x00080031: ['TM', '150000'], x00080032: ['TM', time] });
    expect((await header(bed('093000'), bed('090000'))).suvFactor).toBeCloseTo(after(3600), 15);
  });

  it('and by the mean count rate in that bed’s frame where it says it, or by GE’s scan time', async () => {
    // The frame began 600 s into the scan, at 09:10; its mean count rate is a little before its middle.
    const constant = Math.LN2 / HALF_LIFE;
    const mean = Math.log((constant * 180) / (1 - Math.exp(-constant * 180))) / constant;
    const framed: DataSet = {
      ...PET,
      x00080031: ['TM', '150000'],
      x00080032: ['TM', '091000'],
      x00181242: ['IS', '180000'],
      x00541300: ['DS', String((600 + mean) * 1000)],
    };
    expect((await header(framed)).suvFactor).toBeCloseTo(after(3600), 14);
    const ge: DataSet = { ...framed, x00090010: ['LO', 'GEMS_PETD_01'], x0009100d: ['DT', '20260301091500.00'] };
    expect((await header(ge)).suvFactor).toBeCloseTo(after(4500), 14);
  });

  it('g/ml are SUV already; counts of Philips by its private factors', async () => {
    expect((await header({ ...PET, x00541001: ['CS', 'GML'] })).suvFactor).toBe(1);
    const counts: DataSet = { ...PET, x00541001: ['CS', 'CNTS'], x70530010: ['LO', 'Philips PET Private Group'] };
    expect((await header({ ...counts, x70531000: ['DS', '0.00038'] })).suvFactor).toBe(0.00038);
    expect((await header({ ...counts, x70531009: ['DS', '1.5'] })).suvFactor).toBeCloseTo(1.5 * after(3600), 14);
  });

  const missing: readonly (readonly [set: DataSet, where: string, got: string])[] = [
    [without(PET, 'x00101030'), 'PatientWeight', 'none'],
    [without(PET, 'x00541102'), 'DecayCorrection', 'none'],
    [{ ...PET, x00280051: ['CS', 'DECY'] }, 'CorrectedImage', 'no ATTN'],
    [{ ...PET, x00280051: ['CS', 'ATTN'] }, 'CorrectedImage', 'no DECY'],
    [{ ...PET, x00540016: ['SQ', { items: [without(tracer(), 'x00181074')] }] }, 'RadionuclideTotalDose', 'none'],
    [{ ...PET, x00540016: ['SQ', { items: [without(tracer(), 'x00181075')] }] }, 'RadionuclideHalfLife', 'none'],
    [
      { ...PET, x00540016: ['SQ', { items: [without(tracer(), 'x00181072')] }] },
      'RadiopharmaceuticalStartDateTime',
      'none',
    ],
    [
      { ...PET, x00540016: ['SQ', { items: [tracer(), tracer()] }] },
      'RadiopharmaceuticalInformationSequence',
      '2 items',
    ],
    [{ ...PET, x00541001: ['CS', 'CNTS'] }, 'Units', 'CNTS, without Philips (7053,1000) or (7053,1009)'],
    [{ ...PET, x00101030: ['DS', '1e-320'], x00541102: ['CS', 'ADMIN'] }, 'RadionuclideTotalDose', '370000000 Bq left'],
    [{ ...PET, x00541001: ['CS', 'PROPCPS'] }, 'Units', 'PROPCPS'],
    [{ ...PET, x00541001: ['CS', 'GML'], x00541006: ['CS', 'LBM'] }, 'SUVType', 'LBM'],
  ];
  for (const [set, where, got] of missing)
    it(`${where} ${got}: no factor, and it is said`, async () => {
      const found = await header(set);
      expect(found.suvFactor).toBeUndefined();
      expect(found.warnings).toEqual([
        {
          code: 'suv-missing',
          where,
          kept: 'the values as they are',
          text: `No standardized uptake value: ${where} is ${got}.`,
        },
      ]);
    });

  it('a CT has none and misses none', async () => {
    const found = await header({ ...PET, x00080060: ['CS', 'CT'] });
    expect(found.suvFactor).toBeUndefined();
    expect(found.warnings).toEqual([]);
  });

  it('stands in the list before any voxel is read', async () => {
    expect((await list(files(PET)))[0]?.header?.suvFactor).toBeCloseTo(after(3600), 15);
  });
});
