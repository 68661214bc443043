import { describe, expect, it } from 'vitest';
import { rowsOf } from '#core/space/affine.ts';
import type { Volume } from '#core/volume/volume.ts';
import { EXPLICIT_BIG } from '#io/dicom/transferSyntax.ts';
import { ctSlice, type DataSet, dicomFile, joined, list, readOnly, source, sources } from './dicomFile.ts';
import { htj2k } from './encoders.ts';

/** A radiograph, an ultrasound scan, a photograph: 4 × 3 pixels of 8 bits with no place in the patient. */
function picture(modality: string, extra: DataSet = {}, instance = 1): DataSet {
  const gone = ['x00180050', 'x00200032', 'x00200037', 'x00280030', 'x00281052', 'x00281053'];
  const set = ctSlice({
    position: [0, 0, 0],
    instance,
    extra: {
      x00080018: ['UI', `1.2.${instance}`],
      x00080060: ['CS', modality],
      x00280100: ['US', [8]],
      x00280101: ['US', [8]],
      x00280102: ['US', [7]],
      x00280103: ['US', [0]],
      x7fe00010: ['OB', Uint8Array.from({ length: 12 }, (_, n) => 10 * instance + n)],
    },
  });
  return { ...Object.fromEntries(Object.entries(set).filter(([tag]) => !gone.includes(tag))), ...extra };
}

const codes = ({ header }: Volume) => header.warnings.map(({ code }) => code);
const open = (set: DataSet) => readOnly(sources([set]));
const region = (x: number, y: number, more: DataSet = {}): DataSet => ({
  x00186012: ['US', [1]],
  x00186018: ['UL', [0]],
  x0018601a: ['UL', [0]],
  x0018601c: ['UL', [3]],
  x0018601e: ['UL', [2]],
  x00186024: ['US', [3]],
  x00186026: ['US', [3]],
  x0018602c: ['FD', [x]],
  x0018602e: ['FD', [y]],
  ...more,
});
const regions = (...items: DataSet[]): DataSet => ({ x00186011: ['SQ', { items }] });

describe('a picture on a plane', () => {
  const pixel: DataSet = { x00280030: ['DS', '0.3\\0.2'] };
  const imager: DataSet = { x00181164: ['DS', '0.3\\0.2'] };
  for (const [name, set, spacing, warned] of [
    ['PixelSpacing', picture('DX', pixel), [0.2, 0.3], []],
    [
      'PixelSpacing that differs from the detector’s is calibrated',
      picture('DX', { ...pixel, x00181164: ['DS', '0.4\\0.3'] }),
      [0.2, 0.3],
      [],
    ],
    [
      'PixelSpacing copied from the detector',
      picture('DX', { ...pixel, ...imager }),
      [0.2, 0.3],
      ['spacing-at-detector'],
    ],
    [
      'the same, said to be calibrated',
      picture('DX', { ...pixel, ...imager, x00280a02: ['CS', 'FIDUCIAL'] }),
      [0.2, 0.3],
      [],
    ],
    ['ImagerPixelSpacing is at the detector', picture('CR', imager), [0.2, 0.3], ['spacing-at-detector']],
    [
      'with the magnification that the file estimates',
      picture('MG', { ...imager, x00181114: ['DS', '1.25'] }),
      [0.16, 0.24],
      ['spacing-estimated'],
    ],
    [
      'NominalScannedPixelSpacing of a film',
      picture('OT', { x00182010: ['DS', '0.3\\0.2'] }),
      [0.2, 0.3],
      ['spacing-at-detector'],
    ],
    ['PixelAspectRatio alone', picture('OT', { x00280034: ['IS', '3\\2'] }), [1, 1.5], ['size-unknown']],
    ['nothing', picture('OT'), [1, 1], ['size-unknown']],
    [
      'an ultrasound region in centimetres',
      picture('US', regions(region(0.02, 0.03))),
      [0.2, 0.3],
      ['ultrasound-region'],
    ],
    ['a region that runs upwards', picture('US', regions(region(0.02, -0.03))), [0.2, 0.3], ['ultrasound-region']],
    [
      'beside a region of time, which has no size',
      picture('US', regions(region(4, 0, { x00186012: ['US', [3]], x00186024: ['US', [4]] }), region(0.02, 0.03))),
      [0.2, 0.3],
      ['ultrasound-region'],
    ],
    [
      'two regions of other scale: the larger',
      picture('US', regions(region(0.5, 0.5, { x0018601c: ['UL', [1]] }), region(0.02, 0.03))),
      [0.2, 0.3],
      ['ultrasound-regions-differ'],
    ],
    [
      'regions of time alone',
      picture('US', regions(region(4, 4, { x00186024: ['US', [4]] }))),
      [1, 1],
      ['size-unknown'],
    ],
  ] as const)
    it(name, async () => {
      const volume = await open(set);
      expect(volume.header.dims).toEqual([4, 3, 1]);
      for (const n of [0, 1] as const) expect(volume.header.spacing[n]).toBeCloseTo(spacing[n], 12);
      expect(codes(volume)).toEqual(['orientation-missing', ...warned]);
      expect(rowsOf(volume.header.rasFromIjk).map((row) => row[3])).toEqual([0, 0, 0, 1]);
    });

  it('PatientOrientation: sides by its letters', async () => {
    const asked = (letters: string) => open(picture('DX', { ...pixel, x00200020: ['CS', letters] }));
    const chest = await asked('L\\F');
    // Columns of the picture run to the patient's left (−x in RAS), rows down to the feet, and it is looked at from the front.
    expect(rowsOf(chest.header.rasFromIjk)).toEqual([
      [-0.2, 0, 0, 0],
      [0, 0, -1, 0],
      [0, -0.3, 0, 0],
      [0, 0, 0, 1],
    ]);
    expect(codes(chest)).toEqual(['orientation-by-letters']);
    const breast = await asked('AR\\FP');
    expect(rowsOf(breast.header.rasFromIjk).map((row) => row.slice(0, 2))).toEqual([
      [0, 0],
      [0.2, 0],
      [0, -0.3],
      [0, 0],
    ]);
    for (const none of ['', 'L', 'L\\R', 'X\\F']) expect(codes(await asked(none))).toEqual(['orientation-missing']);
  });

  it('a size that is none is refused by its name', async () => {
    for (const [set, where] of [
      [picture('DX', { x00280030: ['DS', '0\\0.2'] }), 'PixelSpacing'],
      [picture('CR', { x00181164: ['DS', '-1\\1'] }), 'ImagerPixelSpacing'],
      [picture('CR', { x00280030: ['DS', '1'] }), 'PixelSpacing'],
    ] as const)
      expect((await list(sources([set])))[0]?.error).toMatchObject({ code: 'geometry', where });
  });

  it('pictures of one series are volumes of their own; slices without a place are refused', async () => {
    const found = await list(sources([1, 2, 3].map((n) => picture('CR', {}, n))));
    expect(found.map(({ header }) => header?.dims)).toEqual([
      [4, 3, 1],
      [4, 3, 1],
      [4, 3, 1],
    ]);
    expect(found.map(({ uid }) => uid)).toEqual(['1.2.3.4#1', '1.2.3.4#2', '1.2.3.4#3']);
    const slices = await list(sources([1, 2, 3].map((n) => picture('CT', {}, n))));
    expect(slices.map(({ error }) => error?.where)).toEqual(['ImageOrientationPatient']);
  });
});

describe('a film: several frames without a place', () => {
  const frames = (count: number, more: DataSet = {}) =>
    picture('US', {
      x00280008: ['IS', String(count)],
      x7fe00010: ['OB', Uint8Array.from({ length: 12 * count }, (_, n) => n)],
      ...more,
    });

  it('FrameTime: evenly', async () => {
    const volume = await open(frames(3, { x00181063: ['DS', '33.3'] }));
    expect(volume.header).toMatchObject({ dims: [4, 3, 1], timepoints: 3, timesMs: [0, 33.3, 66.6] });
    expect(Array.from(volume.scalars)).toEqual(Array.from({ length: 36 }, (_, n) => n));
    expect(codes(volume)).toEqual(['orientation-missing', 'size-unknown']);
  });

  it('FrameTimeVector: by increments, the first of which is none; the pointer decides', async () => {
    const vector: DataSet = { x00181065: ['DS', '5\\40\\60'] };
    expect((await open(frames(3, vector))).header.timesMs).toEqual([0, 40, 100]);
    const both: DataSet = { ...vector, x00181063: ['DS', '10'] };
    expect((await open(frames(3, both))).header.timesMs).toEqual([0, 40, 100]);
    const pointed: DataSet = { ...both, x00280009: ['AT', [0x0018, 0x1063]] };
    expect((await open(frames(3, pointed))).header.timesMs).toEqual([0, 10, 20]);
    const short = await list(sources([frames(3, { x00181065: ['DS', '0\\40'] })]));
    expect(short[0]?.error?.where).toBe('FrameTimeVector');
  });

  it('no times: the order of the frames, said', async () => {
    const volume = await open(frames(2));
    expect(volume.header.timepoints).toBe(2);
    expect(volume.header.timesMs).toBeUndefined();
    expect(codes(volume)).toEqual(['orientation-missing', 'size-unknown', 'frame-times-missing']);
  });

  it('two films of one series are two volumes', async () => {
    const found = await list(sources([frames(2), { ...frames(3), x00080018: ['UI', '1.2.9'] }]));
    expect(found.map(({ header }) => header?.timepoints)).toEqual([3, 2]);
  });

  it('a dose grid or tomogram without places is no film', async () => {
    for (const modality of ['NM', 'RTDOSE', 'CT', 'SM', 'OPT']) {
      const set = { ...frames(3), x00080060: ['CS', modality] } as DataSet;
      expect((await list(sources([set])))[0]?.error?.where).toBe('NumberOfFrames');
    }
  });

  it('an enhanced object whose frames have no place is one too', async () => {
    const groups: DataSet = { x52009230: ['SQ', { items: [{}, {}, {}] }], x00181063: ['DS', '20'] };
    const { header } = await open(frames(3, groups));
    expect(header).toMatchObject({ timepoints: 3, timesMs: [0, 20, 40] });
    const tiles = { ...frames(3, groups), x00080060: ['CS', 'SM'] } as DataSet;
    expect((await list(sources([tiles])))[0]?.error?.where).toBe('NumberOfFrames');
  });

  it('frames of an odd number of bytes in a big-endian file’s words', async () => {
    const bytes = Array.from({ length: 2 * 9 }, (_, n) => 3 * n);
    const words = Array.from({ length: 9 }, (_, n) => (bytes[2 * n] as number) + 256 * (bytes[2 * n + 1] as number));
    const set = frames(2, {
      x00280010: ['US', [3]],
      x00280011: ['US', [3]],
      x7fe00010: ['OW', words],
    });
    const { scalars } = await readOnly(sources([set], { syntax: EXPLICIT_BIG }));
    expect(Array.from(scalars)).toEqual(bytes);
  });
});

describe('what is in the file and not applied is said', () => {
  it('overlay planes, a modality table, a palette beside grey', async () => {
    const overlay = await open(picture('DX', { x60000010: ['US', [3]], x60003000: ['OW', new Uint8Array(2)] }));
    expect(codes(overlay)).toContain('overlay-not-shown');
    const second = await open(picture('DX', { x60023000: ['OW', new Uint8Array(2)] }));
    expect(codes(second)).toContain('overlay-not-shown');
    const table = await open(picture('CR', { x00283000: ['SQ', { items: [{ x00283004: ['LO', 'OD'] }] }] }));
    expect(codes(table)).toContain('modality-lut-not-applied');
    const palette = await open(picture('CT', { x00281201: ['OW', [1, 2]] }));
    expect(codes(palette)).toContain('palette-not-applied');
  });
});

describe('tables of offsets', () => {
  const size = 32;
  const frame = (seed: number) => Uint8Array.from({ length: size * size }, (_, n) => (n * seed) % 251);
  const stream = (seed: number) => htj2k({ rows: size, columns: size, bytes: frame(seed), bits: 8, components: 1 });
  const film = (fragments: readonly Uint8Array[], more: DataSet = {}) =>
    picture('US', {
      x00280008: ['IS', '3'],
      x00280010: ['US', [size]],
      x00280011: ['US', [size]],
      x00181063: ['DS', '40'],
      x7fe00010: ['OB', { fragments }],
      ...more,
    });
  const read = (set: DataSet) => readOnly(sources([set], { syntax: '1.2.840.10008.1.2.4.201' }));
  const expected = [1, 2, 3].flatMap((seed) => Array.from(frame(seed)));

  it('an extended one (of 64 bits), a basic one, none at all: each frame whole', async () => {
    const streams = await Promise.all([1, 2, 3].map(stream));
    const offsets: number[] = [];
    let at = 0;
    for (const one of streams) {
      offsets.push(at);
      at += 8 + one.length + (one.length % 2);
    }
    const wide = (values: readonly number[]) => new Uint8Array(BigUint64Array.from(values, BigInt).buffer);
    const extended: DataSet = {
      x7fe00001: ['OV', wide(offsets)],
      x7fe00002: ['OV', wide(streams.map(({ length }) => length))],
    };
    const basic = new Uint8Array(Uint32Array.from(offsets).buffer);
    const none = new Uint8Array(0);
    for (const set of [film([none, ...streams], extended), film([basic, ...streams]), film([none, ...streams])])
      expect(Array.from((await read(set)).scalars)).toEqual(expected);
  });

  it('a table that points between items, or a frame that is missing, is refused', async () => {
    const streams = await Promise.all([1, 2, 3].map(stream));
    const halves = streams.flatMap((one) => [one.slice(0, 40), one.slice(40)]);
    const wrong = new Uint8Array(Uint32Array.from([0, 10, 20]).buffer);
    await expect(read(film([wrong, ...halves]))).rejects.toMatchObject({ code: 'truncated', where: 'PixelData' });
    await expect(read(film([new Uint8Array(0), ...streams.slice(0, 2)]))).rejects.toMatchObject({ where: 'PixelData' });
  });

  it('a file that ends without the last delimiter is whole', async () => {
    const streams = await Promise.all([1, 2, 3].map(stream));
    const bytes = dicomFile(film([new Uint8Array(0), ...streams]), { syntax: '1.2.840.10008.1.2.4.201' });
    const { scalars } = await readOnly([source(joined([bytes.slice(0, -8)]), 'open.dcm')]);
    expect(Array.from(scalars)).toEqual(expected);
  });
});
