import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affineFromRows, invert, rowsOf, transform } from '#core/space/affine.ts';
import { ctSlice, type DataSet, list, readOnly, sources } from './dicomFile.ts';

const axial = (z: number, instance: number, extra = {}) => ctSlice({ position: [-10, -20, z], instance, extra });
const warnings = (header: { warnings: readonly { code: string }[] }) => header.warnings.map((w) => w.code);

it('slices that turn a little are told, with the way at their far corner', async () => {
  const slice = (n: number, angle: number) =>
    ctSlice({
      position: [0, 0, 2 * n],
      instance: n + 1,
      orientation: [Math.cos(angle), Math.sin(angle), 0, -Math.sin(angle), Math.cos(angle), 0],
      extra: { x00280030: ['DS', '75\\50'] },
    });
  const codes = async (angle: number) =>
    (await readOnly(sources([slice(0, 0), slice(1, angle)]))).header.warnings.map(({ code }) => code);
  // 150 mm each way: 0.3 mm.
  expect(await codes(0.0009)).toEqual(['orientation-differs']);
  expect(await codes(0.0001)).toEqual([]);
});

describe('geometry', () => {
  it('LPS becomes RAS: columns are row direction, column direction and step', async () => {
    const { header, scalars } = await readOnly(sources([axial(5, 1), axial(8, 2)]));
    expect(header).toMatchObject({
      dims: [4, 3, 2],
      spacing: [0.5, 0.75, 3],
      scalarType: 'i16',
      unit: 'HU',
      modality: 'CT',
    });
    expect(rowsOf(header.rasFromIjk)).toEqual([
      [-0.5, 0, 0, 10],
      [0, -0.75, 0, 20],
      [0, 0, 3, 5],
      [0, 0, 0, 1],
    ]);
    expect(header).toMatchObject({ slope: 1, intercept: -1024, storedRange: [100, 211], warnings: [] });
    expect(Array.from(scalars.slice(0, 3))).toEqual([100, 101, 102]);
    expect(scalars[12]).toBe(200);
  });

  it('slices are ordered by place, whatever the order of files, names and instance numbers', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }),
        fc.boolean(),
        async (order, backwards) => {
          const slices = [0, 1, 2, 3, 4].map((k) => axial(2.5 * k, backwards ? 5 - k : k + 1));
          const { header, scalars } = await readOnly(sources(order.map((k) => slices[k] as (typeof slices)[0])));
          expect(header.warnings).toEqual([]);
          expect(header.rasFromIjk.m[14]).toBe(0);
          for (let k = 0; k < 5; k++) expect(scalars[12 * k]).toBe(100 * (backwards ? 5 - k : k + 1));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('any rotation: each voxel is where its slice says', async () => {
    const angle = fc.double({ min: -3, max: 3, noNaN: true });
    await fc.assert(
      fc.asyncProperty(angle, angle, fc.double({ min: 0.4, max: 9, noNaN: true }), async (a, b, step) => {
        const x = [Math.cos(a), Math.sin(a), 0];
        const y = [-Math.sin(a) * Math.cos(b), Math.cos(a) * Math.cos(b), Math.sin(b)];
        const n = [Math.sin(a) * Math.sin(b), -Math.cos(a) * Math.sin(b), Math.cos(b)];
        const at = (k: number) => n.map((value, r) => value * step * k + r) as [number, number, number];
        const slices = [2, 0, 1].map((k) => ctSlice({ position: at(k), orientation: [...x, ...y], instance: k + 1 }));
        const { header, scalars } = await readOnly(sources(slices));
        expect(header.warnings).toEqual([]);
        const [px, py, pz] = transform(header.rasFromIjk, [3, 2, 1]);
        const lps = at(1).map((p, r) => p + 3 * 0.5 * (x[r] as number) + 2 * 0.75 * (y[r] as number));
        expect(px).toBeCloseTo(-(lps[0] as number), 6);
        expect(py).toBeCloseTo(-(lps[1] as number), 6);
        expect(pz).toBeCloseTo(lps[2] as number, 6);
        expect(scalars[3 + 4 * 2 + 12]).toBe(211);
      }),
      { numRuns: 40 },
    );
  });

  it('a tilted gantry is a shear, kept exactly, and said', async () => {
    const tilt = (20 * Math.PI) / 180;
    const orientation = [1, 0, 0, 0, Math.cos(tilt), -Math.sin(tilt)];
    const slices = [0, 1, 2].map((k) => ctSlice({ position: [0, 0, 4 * k], orientation, instance: k + 1 }));
    const { header } = await readOnly(sources(slices));
    expect(warnings(header)).toEqual(['gantry-tilt']);
    expect(header.warnings[0]).toMatchObject({
      where: 'ImagePositionPatient',
      text: expect.stringContaining('20.00°'),
    });
    expect(header.spacing[2]).toBeCloseTo(4, 9);
    const truth = affineFromRows('ras', 'ijk', [
      [-0.5, 0, 0, 0],
      [0, -0.75 * Math.cos(tilt), 0, 0],
      [0, -0.75 * Math.sin(tilt), 4, 0],
    ]);
    for (const [n, value] of header.rasFromIjk.m.entries()) expect(value).toBeCloseTo(truth.m[n] as number, 9);
    // A point of the third slice comes back to the third slice.
    expect(transform(invert(header.rasFromIjk), transform(truth, [1, 2, 2]))[2]).toBeCloseTo(2, 9);
  });

  it('steps a little uneven are kept with a warning', async () => {
    const even = await readOnly(sources([axial(0, 1), axial(3.005, 2), axial(6, 3)]));
    expect(warnings(even.header)).toEqual([]);
    const little = await readOnly(sources([axial(0, 1), axial(3.1, 2), axial(6, 3)]));
    expect(warnings(little.header)).toEqual(['uneven-slices']);
    // Up to half a millimetre where no grid has them all nearer.
    const more = await readOnly(sources([0, 5.31, 9.83, 15.4, 19.72, 25].map((z, n) => axial(z, n + 1))));
    expect(more.header.dims[2]).toBe(6);
    expect(more.header.warnings[0]?.text).toContain('up to 0.400 mm off');
  });

  it('one of two slices at a place more is refused, named with its twin', async () => {
    const [found] = await list(sources([axial(0, 1), axial(3, 2), axial(3, 3), axial(6, 4)]));
    expect(found?.error).toMatchObject({ where: 'ImagePositionPatient', file: '3.dcm' });
    expect(found?.error?.got).toContain('2.dcm');
  });

  it('a copy of a file is used once', async () => {
    const slices = [axial(0, 1), axial(3, 2)];
    const { header } = await readOnly(sources([...slices, slices[1] as (typeof slices)[0]]));
    expect(header.dims).toEqual([4, 3, 2]);
    expect(warnings(header)).toEqual(['duplicate-instance']);
  });

  it('a whole second pass is a timepoint, ordered by what numbers it', async () => {
    const pass = (n: number) => ({ x00200100: ['IS', String(n)] }) as const;
    const slices = [axial(3, 1, pass(2)), axial(0, 2, pass(2)), axial(0, 3, pass(1)), axial(3, 4, pass(1))];
    const { header, scalars } = await readOnly(sources(slices));
    expect(header).toMatchObject({ dims: [4, 3, 2], timepoints: 2, warnings: [] });
    expect([0, 12, 24, 36].map((n) => scalars[n])).toEqual([300, 400, 200, 100]);
    expect(header.storedRange).toEqual([300, 411]);
  });

  it('two acquisitions of different length are two volumes', async () => {
    const of = (n: number) => ({ x00200012: ['IS', String(n)] }) as const;
    const found = await list(
      sources([axial(0, 1, of(1)), axial(3, 2, of(1)), axial(6, 3, of(1)), axial(3, 4, of(2)), axial(6, 5, of(2))]),
    );
    expect(found.map((s) => s.header?.dims[2])).toEqual([3, 2]);
    expect(found.map((s) => s.uid)).toEqual(['1.2.3.4#1', '1.2.3.4#2']);
    expect(warnings(found[0]?.header as NonNullable<(typeof found)[0]['header']>)).toEqual(['series-split']);
    expect(found[0]?.header?.warnings[0]?.where).toBe('AcquisitionNumber');
  });

  it('magnitude and phase at the same places are two volumes; two image types along one stack are one', async () => {
    const type = (word: string) => ({ x00080008: ['CS', `ORIGINAL\\PRIMARY\\${word}`] }) as const;
    const two = await list(
      sources([axial(0, 1, type('M')), axial(0, 2, type('P')), axial(3, 3, type('P')), axial(3, 4, type('M'))]),
    );
    expect(two.map((s) => s.header?.dims[2])).toEqual([2, 2]);
    expect(two[0]?.header?.warnings[0]).toMatchObject({ code: 'series-split', where: 'ImageType' });
    const one = await list(sources([axial(0, 1, type('M')), axial(3, 2, type('P'))]));
    expect(one.map((s) => s.header?.dims[2])).toEqual([2]);
  });

  it('a scout in the series is a volume of its own, after the scan', async () => {
    const scout = ctSlice({ position: [0, 0, 50], orientation: [1, 0, 0, 0, 0, -1], instance: 9 });
    const found = await list(sources([scout, axial(0, 1), axial(3, 2)]));
    expect(found.map((s) => s.header?.dims[2])).toEqual([2, 1]);
    expect(found[1]?.header?.warnings[0]).toMatchObject({ code: 'series-split', where: 'ImageOrientationPatient' });
  });

  it('series are sorted by their number; one unreadable does not hide the other', async () => {
    const other = (n: string, extra = {}) =>
      axial(0, 1, { x0020000e: ['UI', `1.2.${n}`], x00200011: ['IS', n], ...extra });
    const found = await list(sources([other('9'), other('3', { x00280010: ['US', [0]] }), other('5')]));
    expect(found.map((s) => s.facts.number)).toEqual([3, 5, 9]);
    expect(found.map((s) => s.error?.where)).toEqual(['Rows', undefined, undefined]);
  });

  for (const [keyword, tag] of [
    ['ImagePositionPatient', 'x00200032'],
    ['ImageOrientationPatient', 'x00200037'],
    ['PixelSpacing', 'x00280030'],
  ] as const)
    it(`a series without ${keyword} is refused by that name`, async () => {
      const without = (z: number, n: number) =>
        Object.fromEntries(Object.entries(axial(z, n)).filter(([key]) => key !== tag));
      const found = await list(sources([without(0, 1), without(3, 2)]));
      expect(found[0]?.error).toMatchObject({ code: 'geometry', where: keyword });
    });

  it('words that are no numbers are refused by their keyword', async () => {
    for (const [tag, value, where] of [
      ['x00200032', '1\\2', 'ImagePositionPatient'],
      ['x00200037', '1\\0\\0\\0\\x\\0', 'ImageOrientationPatient'],
      ['x00280030', '-1\\1', 'PixelSpacing'],
      ['x00281053', 'one', 'RescaleSlope'],
    ] as const) {
      const [found] = await list(sources([axial(0, 1, { [tag]: ['DS', value] })]));
      expect(found?.error?.where).toBe(where);
    }
  });

  const frame = (z: number) => ({
    x00209113: ['SQ', { items: [{ x00200032: ['DS', `-10\\-20\\${z}`] }] }] as const,
  });
  const enhancedOf = (frames: readonly DataSet[]): DataSet => {
    const shared = {
      x00209116: ['SQ', { items: [{ x00200037: ['DS', '1\\0\\0\\0\\1\\0'] }] }] as const,
      x00289110: ['SQ', { items: [{ x00280030: ['DS', '0.75\\0.5'] }] }] as const,
      x00289145: ['SQ', { items: [{ x00281052: ['DS', '-1000'], x00281053: ['DS', '2'] }] }] as const,
    };
    const plain = Object.entries(axial(0, 1)).filter(
      ([tag]) => !['x00200032', 'x00200037', 'x00280030', 'x00281052', 'x00281053'].includes(tag),
    );
    return {
      ...Object.fromEntries(plain),
      x00280008: ['IS', String(frames.length)],
      x52009229: ['SQ', { items: [shared] }],
      x52009230: ['SQ', { items: frames }],
      x7fe00010: ['OW', Array.from({ length: 12 * frames.length }, (_, n) => n)],
    };
  };

  it('frames that share their places are ordered by the index of their dimensions', async () => {
    // First dimension: a contrast; second: the place in the stack.
    const pointer = (group: number, element: number): DataSet => ({ x00209165: ['AT', [group, element]] });
    const indexed = (z: number, contrast: number, place: number): DataSet => ({
      ...frame(z),
      x00209111: ['SQ', { items: [{ x00209157: ['UL', [contrast, place]] }] }],
    });
    const set: DataSet = {
      ...enhancedOf([indexed(2, 3, 1), indexed(5, 1, 2), indexed(2, 1, 1), indexed(5, 3, 2)]),
      x00209222: ['SQ', { items: [pointer(0x0018, 0x9096), pointer(0x0020, 0x9057)] }],
    };
    const { header, scalars } = await readOnly(sources([set]));
    expect(header).toMatchObject({ dims: [4, 3, 2], timepoints: 2, warnings: [] });
    expect([0, 12, 24, 36].map((n) => scalars[n])).toEqual([24, 12, 0, 36]);
  });

  it('an enhanced object is one volume, in whatever order its frames lie', async () => {
    const enhanced = enhancedOf([frame(8), frame(2), frame(5)]);
    for (const syntax of ['1.2.840.10008.1.2', '1.2.840.10008.1.2.1', '1.2.840.10008.1.2.2']) {
      const { header, scalars } = await readOnly(sources([enhanced], { syntax }));
      expect(header).toMatchObject({
        dims: [4, 3, 3],
        spacing: [0.5, 0.75, 3],
        slope: 2,
        intercept: -1000,
        warnings: [],
      });
      expect(header.rasFromIjk.m.slice(12, 15)).toEqual([10, 20, 2]);
      expect([0, 12, 24].map((n) => scalars[n])).toEqual([12, 24, 0]);
    }
  });

  it('several frames without places are refused', async () => {
    const [found] = await list(
      sources([axial(0, 1, { x00280008: ['IS', '2'], x7fe00010: ['OW', new Array(24).fill(1)] })]),
    );
    expect(found?.error).toMatchObject({ where: 'NumberOfFrames' });
  });
});
