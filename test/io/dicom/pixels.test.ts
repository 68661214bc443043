import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asVesaliusError } from '#core/errors.ts';
import { readDicomSeries } from '#io/dicom/readSeries.ts';
import { decodeRle } from '#io/dicom/rle.ts';
import { isDicom } from '#io/dicom/sniff.ts';
import { DEFLATED, EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE } from '#io/dicom/transferSyntax.ts';
import { ctSlice, type DataSet, dicomFile, joined, list, read, readOnly, source, sources } from './dicomFile.ts';
import * as encoders from './encoders.ts';

const slice = (extra: DataSet = {}, values?: ArrayLike<number>) =>
  ctSlice({ position: [0, 0, 0], extra, ...(values ? { values } : {}) });
const bits = (allocated: number, stored: number, high: number, signed: number): DataSet => ({
  x00280100: ['US', [allocated]],
  x00280101: ['US', [stored]],
  x00280102: ['US', [high]],
  x00280103: ['US', [signed]],
});
const values = [0, 1, -1, 1000, -1024, 32767, -32768, 255, 256, 257, 513, -513];

describe('uncompressed syntaxes', () => {
  for (const syntax of [IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED])
    it(`${syntax}: signed 16 bits as they are`, async () => {
      const { scalars, header } = await readOnly(sources([slice({}, values)], { syntax }));
      expect(Array.from(scalars)).toEqual(values);
      expect(header.storedRange).toEqual([-32768, 32767]);
    });

  for (const syntax of [IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG])
    it(`${syntax} without preamble and meta header`, async () => {
      const bytes = dicomFile(slice({}, values), { syntax, preamble: false });
      expect(isDicom(bytes.subarray(0, 512))).toBe(true);
      const { scalars } = await readOnly([source(bytes, 'bare')]);
      expect(Array.from(scalars)).toEqual(values);
    });

  it('a meta header without the preamble before it', async () => {
    const bytes = dicomFile(slice({}, values)).slice(132);
    expect(isDicom(bytes.subarray(0, 512))).toBe(true);
    expect(Array.from((await readOnly([source(bytes, 'meta')])).scalars)).toEqual(values);
  });

  it('bytes of other kinds are not DICOM', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 400 }), (bytes) => !isDicom(bytes)),
      { numRuns: 500 },
    );
    expect(isDicom(new TextEncoder().encode('<!DOCTYPE html><html><head><title>404 Not Found</title>'))).toBe(false);
  });

  it('8 bits, the bytes of big-endian words included', async () => {
    const bytes = Uint8Array.from([0, 1, 2, 250, 255, 5, 6, 7, 8, 9, 10, 11]);
    const plain = await readOnly(sources([slice({ ...bits(8, 8, 7, 0), x7fe00010: ['OB', bytes] })]));
    expect(plain.header.scalarType).toBe('u8');
    expect(Array.from(plain.scalars)).toEqual(Array.from(bytes));
    const words = Array.from({ length: 6 }, (_, n) => (bytes[2 * n] as number) | ((bytes[2 * n + 1] as number) << 8));
    const big = await readOnly(
      sources([slice({ ...bits(8, 8, 7, 0), x7fe00010: ['OW', words] })], { syntax: EXPLICIT_BIG }),
    );
    expect(Array.from(big.scalars)).toEqual(Array.from(bytes));
    const signed = await readOnly(sources([slice({ ...bits(8, 8, 7, 1), x7fe00010: ['OB', bytes] })]));
    expect(signed.header.scalarType).toBe('i16');
    expect(Array.from(signed.scalars).slice(3, 5)).toEqual([-6, -1]);
  });
});

describe('stored bits', () => {
  const twelve = [0, 1, 2047, 2048, 4095, 5, 6, 7, 8, 9, 10, 11];

  it('12 bits stay 16 bits', async () => {
    const { header, scalars } = await readOnly(sources([slice(bits(16, 12, 11, 0), twelve)]));
    expect(header).toMatchObject({ scalarType: 'u16', warnings: [] });
    expect(Array.from(scalars)).toEqual(twelve);
  });

  it('12 signed bits: the sign is bit 11, continued or not', async () => {
    const expected = twelve.map((v) => (v > 2047 ? v - 4096 : v));
    const bare = await readOnly(sources([slice(bits(16, 12, 11, 1), twelve)]));
    expect(Array.from(bare.scalars)).toEqual(expected);
    const continued = await readOnly(sources([slice(bits(16, 12, 11, 1), expected)]));
    expect(Array.from(continued.scalars)).toEqual(expected);
    expect(continued.header.warnings).toEqual([]);
  });

  it('HighBit moves them; bits outside are cut off and said', async () => {
    const shifted = await readOnly(
      sources([
        slice(
          bits(16, 12, 15, 0),
          twelve.map((v) => v << 4),
        ),
      ]),
    );
    expect(Array.from(shifted.scalars)).toEqual(twelve);
    expect(shifted.header.warnings).toEqual([]);
    const overlay = await readOnly(
      sources([
        slice(
          bits(16, 12, 11, 0),
          twelve.map((v, n) => v | (n === 3 ? 0x8000 : 0)),
        ),
      ]),
    );
    expect(Array.from(overlay.scalars)).toEqual(twelve);
    expect(overlay.header.warnings).toMatchObject([{ code: 'bits-above-stored', where: 'HighBit' }]);
    expect(overlay.header.warnings[0]?.text).toMatch(/^1 of 12/);
  });

  it('the padding value stays as it is, out of BitsStored or not', async () => {
    const padded = [-2000, ...twelve.slice(1)];
    const extra: DataSet = { ...bits(16, 12, 11, 1), x00280120: ['SS', [-2000]] };
    const { header, scalars } = await readOnly(sources([slice(extra, padded)]));
    expect(scalars[0]).toBe(-2000);
    const unlike = await readOnly(sources([slice({ ...bits(16, 11, 10, 1), x00280120: ['SS', [-2000]] }, padded)]));
    expect(unlike.scalars[0]).toBe(-2000);
    expect(header.warnings).toEqual([]);
  });

  it('one RescaleSlope for all stays in the header; another per slice is applied, and said', async () => {
    const at = (z: number, slope: string, intercept: string) =>
      ctSlice({
        position: [0, 0, z],
        instance: z + 1,
        extra: { x00281053: ['DS', slope], x00281052: ['DS', intercept] },
      });
    const same = await readOnly(sources([at(0, '0.5', '3'), at(1, '0.50', '3.0')]));
    expect(same.header).toMatchObject({ scalarType: 'i16', slope: 0.5, intercept: 3, warnings: [] });
    const other = await readOnly(sources([at(0, '0.5', '3'), at(1, '0.25', '-1')]));
    expect(other.header).toMatchObject({ scalarType: 'f32', slope: 1, intercept: 0 });
    expect(other.header.warnings.map((w) => w.code)).toEqual(['rescale-differs']);
    expect([other.scalars[0], other.scalars[12]]).toEqual([0.5 * 100 + 3, 0.25 * 200 - 1]);
  });

  it('MONOCHROME1 is kept and said; other photometric interpretations are refused', async () => {
    const inverse = await readOnly(sources([slice({ x00280004: ['CS', 'MONOCHROME1'] })]));
    expect(inverse.header.warnings.map((w) => w.code)).toEqual(['monochrome1']);
    const [hsv] = await list(sources([slice({ x00280004: ['CS', 'HSV'], x00280002: ['US', [3]] })]));
    expect(hsv?.error).toMatchObject({ code: 'unsupported', where: 'PhotometricInterpretation', got: 'HSV' });
  });

  it('whole numbers of 32 bits are kept where float32 holds them, else refused', async () => {
    const wide = (n: number) => {
      const bytes = new Uint8Array(Int32Array.from({ length: 12 }, (_, m) => (m === 0 ? n : -m)).buffer);
      return sources([slice({ ...bits(32, 32, 31, 1), x7fe00010: ['OW', bytes] })]);
    };
    expect(Array.from((await readOnly(wide(70000))).scalars).slice(0, 2)).toEqual([70000, -1]);
    await expect(readOnly(wide(2 ** 24 + 1))).rejects.toMatchObject({ code: 'unsupported', where: 'BitsStored' });
  });

  it('24 bits of 32: the sign is bit 23, continued or not; bits outside are cut off and said', async () => {
    const words = (samples: readonly number[]) =>
      new Uint8Array(Int32Array.from(Array.from({ length: 12 }, (_, n) => samples[n] ?? 0)).buffer);
    const open = async (samples: readonly number[], signed: number, high = 23) => {
      const set = slice({ ...bits(32, 24, high, signed), x7fe00010: ['OW', words(samples)] });
      const { scalars, header } = await readOnly(sources([set]));
      return [Array.from(scalars.subarray(0, samples.length)), header.warnings.map(({ code }) => code)];
    };
    expect(await open([0x800000, -0x800000, 0x7fffff, 0xffffff, -1], 1)).toEqual([
      [-0x800000, -0x800000, 0x7fffff, -1, -1],
      [],
    ]);
    expect(await open([0xffffff, 5], 0)).toEqual([[0xffffff, 5], []]);
    expect(await open([0x01000005], 0)).toEqual([[5], ['bits-above-stored']]);
    expect(await open([0x80000000 | 0, 0x500], 1, 31)).toEqual([[-0x800000, 5], []]);
  });

  it('float pixels', async () => {
    const floats = Float32Array.from({ length: 12 }, (_, n) => n / 7);
    const extra: DataSet = { x7fe00008: ['OF', new Uint8Array(floats.buffer)] };
    const set = Object.fromEntries(Object.entries(slice(extra)).filter(([tag]) => tag !== 'x7fe00010'));
    const { header, scalars } = await readOnly(sources([set]));
    expect(header.scalarType).toBe('f32');
    expect(Array.from(scalars)).toEqual(Array.from(floats));
  });

  for (const [name, extra, where] of [
    ['1 bit', bits(1, 1, 0, 0), 'BitsAllocated'],
    ['12 packed bits', bits(12, 12, 11, 0), 'BitsAllocated'],
    ['more stored than allocated', bits(16, 17, 16, 0), 'BitsStored'],
    ['a high bit too high', bits(16, 12, 16, 0), 'HighBit'],
  ] as const)
    it(`${name}: refused by ${where}`, async () => {
      expect((await list(sources([slice(extra)])))[0]?.error?.where).toBe(where);
    });
});

describe('encapsulated pixels', () => {
  it('RLE: what was packed comes back', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 400 }),
        fc.constantFrom(1, 2),
        (v, bytes) => {
          const samples = v.map((x) => (bytes === 2 ? x * 257 + x * 4096 : x) & (bytes === 2 ? 65535 : 255));
          const back = decodeRle(encoders.rle(samples, bytes), samples.length, bytes);
          const words = bytes === 2 ? new Uint16Array(back.buffer) : back;
          expect(Array.from(words)).toEqual(samples);
        },
      ),
    );
  });

  it('RLE that ends early is refused with the slice', async () => {
    const stream = encoders.rle(
      values.map((v) => v & 65535),
      2,
    );
    const ok = { x7fe00010: ['OB', { fragments: [new Uint8Array(0), stream] }] } as const;
    expect(Array.from((await readOnly(sources([slice(ok)], { syntax: '1.2.840.10008.1.2.5' }))).scalars)).toEqual(
      values,
    );
    const cut = { x7fe00010: ['OB', { fragments: [new Uint8Array(0), stream.slice(0, -6)] }] } as const;
    await expect(readOnly(sources([slice(cut)], { syntax: '1.2.840.10008.1.2.5' }))).rejects.toMatchObject({
      code: 'truncated',
      where: 'PixelData',
      file: '1.dcm',
    });
  });

  const htj2k = (samples: Int16Array, rows: number, columns: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength);
    return encoders.htj2k({ rows, columns, bytes, bits: 16, components: 1, signed: true });
  };
  const size = 64;
  const picture = (seed: number) =>
    Int16Array.from({ length: size * size }, (_, n) => ((n * n * 7 + seed * 31) % 4000) - 1500);
  const square: DataSet = { x00280010: ['US', [size]], x00280011: ['US', [size]] };

  for (const end of ['201', '202', '203'])
    it(`HTJ2K .${end} is exact`, async () => {
      const stream = await htj2k(picture(1), size, size);
      const extra: DataSet = { ...square, x7fe00010: ['OB', { fragments: [new Uint8Array(0), stream] }] };
      const { scalars } = await readOnly(sources([slice(extra)], { syntax: `1.2.840.10008.1.2.4.${end}` }));
      expect(Array.from(scalars)).toEqual(Array.from(picture(1)));
    });

  it('frames in several fragments: by the offset table, and without one', async () => {
    const streams = await Promise.all([1, 2, 3].map((seed) => htj2k(picture(seed), size, size)));
    const fragments: Uint8Array[] = [];
    const starts: number[] = [];
    let offset = 0;
    for (const stream of streams) {
      starts.push(offset);
      const half = 2 * Math.floor(stream.length / 4);
      for (const part of [stream.slice(0, half), stream.slice(half)]) {
        fragments.push(part);
        offset += 8 + part.length + (part.length % 2);
      }
    }
    const frame = (z: number) => ({ x00209113: ['SQ', { items: [{ x00200032: ['DS', `0\\0\\${z}`] }] }] as const });
    for (const table of [new Uint8Array(Uint32Array.from(starts).buffer), new Uint8Array(0)]) {
      const extra: DataSet = {
        ...square,
        x00280008: ['IS', '3'],
        x52009230: ['SQ', { items: [frame(0), frame(4), frame(2)] }],
        x7fe00010: ['OB', { fragments: [table, ...fragments] }],
      };
      const { header, scalars } = await readOnly(sources([slice(extra)], { syntax: '1.2.840.10008.1.2.4.201' }));
      expect(header.dims).toEqual([size, size, 3]);
      expect(Array.from(scalars)).toEqual([1, 3, 2].flatMap((seed) => Array.from(picture(seed))));
    }
  });

  it('padding behind the end marker is none of it; without the marker the stream is cut', async () => {
    const stream = await htj2k(picture(1), size, size);
    const open = (bytes: Uint8Array) => {
      const extra: DataSet = { ...square, x7fe00010: ['OB', { fragments: [new Uint8Array(0), bytes] }] };
      return readOnly(sources([slice(extra)], { syntax: '1.2.840.10008.1.2.4.201' }));
    };
    const { scalars } = await open(joined([stream, new Uint8Array(64)]));
    expect(Array.from(scalars)).toEqual(Array.from(picture(1)));
    await expect(open(stream.slice(0, -20))).rejects.toMatchObject({ code: 'truncated', where: 'PixelData' });
  });

  it('another matrix in the code stream than in the header is refused', async () => {
    const stream = await htj2k(picture(1), 32, 128);
    const extra: DataSet = { ...square, x7fe00010: ['OB', { fragments: [new Uint8Array(0), stream] }] };
    await expect(readOnly(sources([slice(extra)], { syntax: '1.2.840.10008.1.2.4.201' }))).rejects.toMatchObject({
      where: 'Rows',
    });
  });
});

describe('reading', () => {
  it('tells each slice, hands it out, and stops between two', async () => {
    const [series] = await list(sources([0, 1, 2, 3].map((k) => ctSlice({ position: [0, 0, k], instance: k + 1 }))));
    if (!series) throw new Error('no series');
    const seen: number[] = [];
    const steps = readDicomSeries(series, {
      shared: false,
      onSlab: ({ k, scalars }) => seen.push(k, scalars[12 * k] as number),
    });
    expect((await steps.next()).value).toEqual({ stage: 'read', done: 1, of: 4 });
    expect((await steps.next()).value).toMatchObject({ done: 2 });
    expect(await steps.return(undefined as never)).toMatchObject({ done: true });
    expect(seen).toEqual([0, 100, 1, 200]);
    expect((await read(series)).scalars.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('the patient is named in the facts and nowhere else', async () => {
    const [series] = await list(sources([ctSlice({ position: [0, 0, 0], extra: { x00080021: ['DA', '20240229'] } })]));
    expect(series?.facts).toEqual({
      uid: '1.2.3.4',
      number: 7,
      description: 'Test',
      date: '2024-02-29',
      patientName: 'Secret^Patient',
    });
    const [broken] = await list(sources([slice({ x00280010: ['US', [0]] })]));
    expect(JSON.stringify(broken?.error)).not.toContain('Secret');
  });

  it('names in their own alphabets', async () => {
    for (const [set, bytes, name] of [
      ['ISO_IR 100', [0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72], 'Müller'],
      ['ISO_IR 192', Array.from(new TextEncoder().encode('Мария')), 'Мария'],
      ['ISO 2022 IR 6\\ISO 2022 IR 87', [0x1b, 0x24, 0x42, 0x3b, 0x33, 0x45, 0x44, 0x1b, 0x28, 0x42], '山田'],
    ] as const) {
      const extra: DataSet = { x00080005: ['CS', set], x00100010: ['PN', Uint8Array.from(bytes)] };
      expect((await list(sources([slice(extra)])))[0]?.facts.patientName).toBe(name);
    }
  });

  it('cut or flipped bytes give a volume or an error with words, never a hang or a foreign one', async () => {
    const sets = [EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED].map((syntax) =>
      dicomFile(slice(), { syntax }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.nat(3),
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }),
        async (n, cut, flips) => {
          const bytes = (sets[n] as Uint8Array<ArrayBuffer>).slice();
          for (const [at, value] of flips) bytes[132 + (at % (bytes.length - 132))] = value;
          const file = source(flips.length === 0 ? bytes.slice(0, cut % bytes.length) : bytes, 'x.dcm');
          try {
            for (const found of await list([file])) await read(found);
          } catch (thrown) {
            expect(asVesaliusError(thrown)).toMatchObject({
              code: expect.not.stringMatching('internal'),
              file: 'x.dcm',
            });
          }
        },
      ),
      { numRuns: 600 },
    );
  });
});
