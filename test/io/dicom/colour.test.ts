import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE } from '#io/dicom/transferSyntax.ts';
import { ctSlice, type DataSet, joined, list, readOnly, sources, type Value } from './dicomFile.ts';
import { htj2k, jpeg, jpeg2000, jpegLs, type Picture, rle } from './encoders.ts';

/** 4 × 3 pixels, red, green, blue of each. */
const pixels = Array.from({ length: 12 }, (_, n) => [(n * 83) % 256, (n * 149 + 7) % 256, 255 - n * 21] as const);
const together = pixels.flat();
const planes = [0, 1, 2].flatMap((c) => pixels.map((pixel) => pixel[c] as number));
const grey = (rgb: ArrayLike<number>) =>
  Array.from({ length: rgb.length / 3 }, (_, n) =>
    Math.round(
      0.299 * (rgb[3 * n] as number) + 0.587 * (rgb[3 * n + 1] as number) + 0.114 * (rgb[3 * n + 2] as number),
    ),
  );

const bits = (allocated: number, stored = allocated): DataSet => ({
  x00280100: ['US', [allocated]],
  x00280101: ['US', [stored]],
  x00280102: ['US', [stored - 1]],
  x00280103: ['US', [0]],
});
const colour = (photometric: string, value: Value, more: DataSet = {}, vr = 'OB'): DataSet =>
  ctSlice({
    position: [0, 0, 0],
    extra: {
      ...bits(8),
      x00280002: ['US', [photometric === 'PALETTE COLOR' ? 1 : 3]],
      x00280004: ['CS', photometric],
      x00280006: ['US', [0]],
      x7fe00010: [vr, value],
      ...more,
    },
  });
const planar: DataSet = { x00280006: ['US', [1]] };
const packed = (stream: Uint8Array): Value => ({ fragments: [new Uint8Array(0), stream] });
const open = (set: DataSet, syntax = EXPLICIT_LITTLE) => readOnly(sources([set], { syntax }));
const refusal = async (set: DataSet, syntax = EXPLICIT_LITTLE) => (await list(sources([set], { syntax })))[0]?.error;

describe('three samples of a pixel', () => {
  for (const syntax of [IMPLICIT_LITTLE, EXPLICIT_LITTLE])
    it(`RGB, together or in planes: ${syntax}`, async () => {
      for (const set of [colour('RGB', Uint8Array.from(together)), colour('RGB', Uint8Array.from(planes), planar)]) {
        const { header, scalars, rgb } = await open(set, syntax);
        expect(Array.from(rgb as Uint8Array)).toEqual(together);
        expect(Array.from(scalars)).toEqual(grey(together));
        expect(header).toMatchObject({ scalarType: 'u8', slope: 1, intercept: 0, unit: '' });
        expect(header.warnings.map(({ code }) => code)).toEqual(['colour']);
      }
    });

  it('RGB in words of a big-endian file, an odd number of bytes included', async () => {
    const odd: DataSet = { x00280010: ['US', [3]], x00280011: ['US', [3]] };
    for (const [bytes, more] of [
      [together, {}],
      [together.slice(0, 27), odd],
    ] as const) {
      const even = bytes.length % 2 === 0 ? bytes : [...bytes, 0];
      const words = Array.from(
        { length: even.length / 2 },
        (_, n) => (even[2 * n] as number) + 256 * (even[2 * n + 1] as number),
      );
      const { rgb } = await open(colour('RGB', words, more, 'OW'), EXPLICIT_BIG);
      expect(Array.from(rgb as Uint8Array)).toEqual(bytes);
    }
  });

  it('16 bits of each: the upper 8, said', async () => {
    const words = Array.from({ length: 36 }, (_, n) => 256 * (together[n] as number) + ((n * 91) % 256));
    const { header, rgb } = await open(colour('RGB', words, bits(16), 'OW'));
    expect(Array.from(rgb as Uint8Array)).toEqual(together);
    expect(header.warnings.map(({ code }) => code)).toEqual(['colour', 'colour-narrowed']);
    const twelve = words.map((word) => word >> 4);
    expect(Array.from((await open(colour('RGB', twelve, bits(16, 12), 'OW'))).rgb as Uint8Array)).toEqual(together);
  });

  it('YBR_FULL and YBR_FULL_422 become red, green, blue', async () => {
    // As pydicom's convert_color_space gives them.
    const cases = [
      [76, 85, 255, 254, 0, 0],
      [150, 44, 21, 0, 255, 1],
      [29, 255, 107, 0, 0, 254],
      [128, 128, 128, 128, 128, 128],
      [255, 0, 255, 255, 208, 28],
      [0, 255, 0, 0, 48, 225],
    ] as const;
    const samples = [...cases, ...cases].flatMap((one) => one.slice(0, 3));
    const expected = [...cases, ...cases].flatMap((one) => one.slice(3));
    expect(Array.from((await open(colour('YBR_FULL', Uint8Array.from(samples)))).rgb as Uint8Array)).toEqual(expected);
    // Pairs that share their chroma.
    const halved = cases.flatMap(([y, cb, cr]) => [y, y, cb, cr]);
    const doubled = cases.flatMap(([, , , r, g, b]) => [r, g, b, r, g, b]);
    expect(Array.from((await open(colour('YBR_FULL_422', Uint8Array.from(halved)))).rgb as Uint8Array)).toEqual(
      doubled,
    );
  });

  it('RLE keeps each sample apart, whatever PlanarConfiguration says', async () => {
    for (const more of [{}, planar]) {
      const { rgb } = await open(colour('RGB', packed(rle(together, 1, 3)), more), '1.2.840.10008.1.2.5');
      expect(Array.from(rgb as Uint8Array)).toEqual(together);
    }
    const words = together.map((byte) => 257 * byte);
    const wide = await open(colour('RGB', packed(rle(words, 2, 3)), bits(16)), '1.2.840.10008.1.2.5');
    expect(Array.from(wide.rgb as Uint8Array)).toEqual(together);
  });
});

describe('colours in code streams', () => {
  const [rows, columns] = [32, 48];
  const size: DataSet = { x00280010: ['US', [rows]], x00280011: ['US', [columns]] };
  const smooth = Uint8Array.from({ length: rows * columns * 3 }, (_, n) => {
    const [x, y, c] = [Math.floor(n / 3) % columns, Math.floor(n / 3 / columns), n % 3];
    return Math.round(128 + 90 * Math.sin((x + 7 * c) / 9) * Math.cos((y - 5 * c) / 8));
  });
  const picture: Picture = { rows, columns, bytes: smooth, bits: 8, components: 3 };
  const away = (a: ArrayLike<number>, b: ArrayLike<number>) =>
    Array.from(a).reduce((worst, value, n) => Math.max(worst, Math.abs(value - (b[n] as number))), 0);

  for (const interleave of [0, 1, 2] as const)
    it(`JPEG-LS by ${['planes', 'lines', 'samples'][interleave]}: exact`, async () => {
      // The encoder takes what it stores: planes where it stores planes.
      const apart = [0, 1, 2].flatMap((c) => Array.from(smooth).filter((_, n) => n % 3 === c));
      const bytes = interleave === 0 ? Uint8Array.from(apart) : smooth;
      const stream = await jpegLs({ ...picture, bytes }, interleave);
      const { rgb } = await open(colour('RGB', packed(stream), size), '1.2.840.10008.1.2.4.80');
      expect(Array.from(rgb as Uint8Array)).toEqual(Array.from(smooth));
    });

  it('JPEG 2000 and HTJ2K by their own transform (YBR_RCT): exact', async () => {
    for (const [stream, end] of [
      [await jpeg2000(picture), '90'],
      [await htj2k(picture), '201'],
    ] as const)
      for (const photometric of ['YBR_RCT', 'RGB']) {
        const { rgb } = await open(colour(photometric, packed(stream), size), `1.2.840.10008.1.2.4.${end}`);
        expect(Array.from(rgb as Uint8Array)).toEqual(Array.from(smooth));
      }
  });

  it('JPEG: chroma by JFIF or by YBR_FULL; RGB where the header says so and the stream does not', async () => {
    const stream = await jpeg(picture, 100);
    const syntax = '1.2.840.10008.1.2.4.50';
    const said = await open(colour('YBR_FULL_422', packed(stream), size), syntax);
    expect(away(said.rgb as Uint8Array, smooth)).toBeLessThanOrEqual(40);
    expect(said.header.warnings.map(({ code }) => code)).toEqual(['colour', 'lossy-compression']);
    // Without its JFIF segment the stream does not say what its components are.
    const length = ((stream[4] as number) << 8) + (stream[5] as number);
    expect(stream[3]).toBe(0xe0);
    const bare = joined([stream.slice(0, 2), stream.slice(4 + length)]);
    const chroma = await open(colour('YBR_FULL', packed(bare), size), syntax);
    expect(Array.from(chroma.rgb as Uint8Array)).toEqual(Array.from(said.rgb as Uint8Array));
    const raw = await open(colour('RGB', packed(bare), size), syntax);
    expect(away(raw.rgb?.filter((_, n) => n % 3 === 0) as Uint8Array, chroma.scalars)).toBeLessThanOrEqual(2);
  });

  it('one component where the header says three is refused', async () => {
    const one = await jpegLs({ ...picture, bytes: smooth.slice(0, rows * columns), components: 1 }, 0);
    await expect(open(colour('RGB', packed(one), size), '1.2.840.10008.1.2.4.80')).rejects.toMatchObject({
      where: 'SamplesPerPixel',
    });
  });
});

describe('PALETTE COLOR', () => {
  const entries = [10, 20, 30, 40, 50];
  const table = (first: number, width: 8 | 16, vr: 'US' | 'SS' = 'US', count = entries.length): DataSet => {
    const data = (shift: number): Value => {
      const bytes = entries.map((entry) => entry + shift);
      return width === 16 ? bytes.map((byte) => 256 * byte + 99) : Uint8Array.from(bytes);
    };
    return {
      x00281101: [vr, [count, first, width]],
      x00281102: [vr, [count, first, width]],
      x00281103: [vr, [count, first, width]],
      x00281201: ['OW', data(0)],
      x00281202: ['OW', data(1)],
      x00281203: ['OW', data(2)],
    };
  };
  const indices = [0, 1, 2, 3, 4, 5, 100, 255, 2, 2, 0, 4];
  const through = (first: number) =>
    indices.flatMap((index) => {
      const entry = entries[Math.min(Math.max(index - first, 0), 4)] as number;
      return [entry, entry + 1, entry + 2];
    });

  for (const width of [8, 16] as const)
    for (const first of [0, 2])
      it(`${width} bits, from ${first} on; below and above the table its first and last`, async () => {
        const { rgb, scalars } = await open(colour('PALETTE COLOR', Uint8Array.from(indices), table(first, width)));
        expect(Array.from(rgb as Uint8Array)).toEqual(through(first));
        expect(Array.from(scalars)).toEqual(grey(through(first)));
      });

  it('entries of 8 bits that lie in words each', async () => {
    const words = (shift: number): Value => entries.map((entry) => entry + shift);
    const set: DataSet = {
      ...table(0, 8),
      x00281201: ['OW', words(0)],
      x00281202: ['OW', words(1)],
      x00281203: ['OW', words(2)],
    };
    const { rgb } = await open(colour('PALETTE COLOR', Uint8Array.from(indices), set));
    expect(Array.from(rgb as Uint8Array)).toEqual(through(0));
  });

  it('a big-endian file, its tables in words', async () => {
    const swapped = (bytes: number[]) => {
      const even = [...bytes, 0].slice(0, 2 * Math.ceil(bytes.length / 2));
      return Array.from(
        { length: even.length / 2 },
        (_, n) => (even[2 * n] as number) + 256 * (even[2 * n + 1] as number),
      );
    };
    const set: DataSet = {
      ...table(0, 8),
      x00281201: ['OW', swapped(entries)],
      x00281202: ['OW', swapped(entries.map((e) => e + 1))],
      x00281203: ['OW', swapped(entries.map((e) => e + 2))],
    };
    const { rgb } = await open(colour('PALETTE COLOR', Uint8Array.from(indices), set), EXPLICIT_BIG);
    expect(Array.from(rgb as Uint8Array)).toEqual(through(0));
    const wide = await open(colour('PALETTE COLOR', Uint8Array.from(indices), table(0, 16)), EXPLICIT_BIG);
    expect(Array.from(wide.rgb as Uint8Array)).toEqual(through(0));
  });

  it('65536 entries are written as 0', async () => {
    const data = (shift: number): Value => Array.from({ length: 65536 }, (_, n) => (n & 0xff00) ^ shift);
    const all: DataSet = {
      ...table(0, 16, 'US', 0),
      x00281201: ['OW', data(0)],
      x00281202: ['OW', data(0xff00)],
      x00281203: ['OW', data(0)],
    };
    const wide = [0, 255, 256, 65535, 4096, 513, 1, 2, 3, 4, 5, 6];
    const { rgb } = await open(colour('PALETTE COLOR', wide, { ...bits(16), ...all }, 'OW'));
    expect(Array.from(rgb as Uint8Array)).toEqual(wide.flatMap((v) => [v >> 8, (v >> 8) ^ 255, v >> 8]));
  });

  it('segmented tables: discrete, linear and indirect', async () => {
    // 0 to 10 in ten steps of one, twice, then flat at 200.
    const words = [0, 1, 0, 1, 10, 10, 2, 2, 0, 0, 1, 5, 200];
    const drawn = [0, ...Array.from({ length: 10 }, (_, n) => n + 1)];
    // A line from the last value down to 0 is no segment of these: the copied ones begin with the discrete 0 again.
    const expected = [...drawn, ...drawn, 48, 86, 124, 162, 200];
    const set: DataSet = Object.fromEntries(
      [1, 2, 3].flatMap((n) => [
        [`x0028110${n}`, ['US', [27, 0, 8]] as const],
        [`x0028122${n}`, ['OW', Uint8Array.from([0, 1, 0, 1, 10, 10, 2, 2, 0, 0, 0, 0, 1, 5, 200])] as const],
      ]),
    );
    const asked = [0, 1, 5, 10, 11, 12, 21, 22, 24, 26, 99, 3];
    const { rgb } = await open(colour('PALETTE COLOR', Uint8Array.from(asked), set));
    const look = (v: number) => expected[Math.min(v, 26)] as number;
    expect(Array.from(rgb as Uint8Array)).toEqual(asked.flatMap((v) => [look(v), look(v), look(v)]));
    const high: DataSet = Object.fromEntries(
      [1, 2, 3].flatMap((n) => [
        [`x0028110${n}`, ['US', [27, 0, 16]] as const],
        [`x0028122${n}`, ['OW', words.map((v, at) => ([2, 5, 12].includes(at) ? 256 * v : v))] as const],
      ]),
    );
    const sixteen = await open(colour('PALETTE COLOR', Uint8Array.from(asked), high));
    expect(Array.from(sixteen.rgb as Uint8Array)).toEqual(asked.flatMap((v) => [look(v), look(v), look(v)]));
  });

  it('any segments give whole tables or a refusal', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 2, maxLength: 24 }),
        fc.integer({ min: 1, max: 20 }),
        async (data, count) => {
          const set: DataSet = Object.fromEntries(
            [1, 2, 3].flatMap((n) => [
              [`x0028110${n}`, ['US', [count, 0, 8]] as const],
              [`x0028122${n}`, ['OW', data.map((v, at) => (at % 3 === 0 ? v % 4 : v % 9))] as const],
            ]),
          );
          const error = await refusal(colour('PALETTE COLOR', Uint8Array.from(indices), set));
          if (error) expect(error).toMatchObject({ code: 'format', where: 'SegmentedRedPaletteColorLookupTableData' });
        },
      ),
      { numRuns: 200 },
    );
  });

  it('tables that are missing, short or unlike each other are refused by name', async () => {
    const index = Uint8Array.from(indices);
    const without = Object.fromEntries(Object.entries(table(0, 8)).filter(([tag]) => tag !== 'x00281202'));
    expect((await refusal(colour('PALETTE COLOR', index, without)))?.where).toBe('GreenPaletteColorLookupTableData');
    const short: DataSet = { ...table(0, 16), x00281203: ['OW', [1, 2]] };
    expect((await refusal(colour('PALETTE COLOR', index, short)))?.where).toBe('BluePaletteColorLookupTableData');
    const unlike: DataSet = { ...table(0, 8), x00281102: ['US', [4, 0, 8]] };
    expect((await refusal(colour('PALETTE COLOR', index, unlike)))?.where).toBe(
      'GreenPaletteColorLookupTableDescriptor',
    );
    const ten: DataSet = { ...table(0, 8), x00281101: ['US', [5, 0, 10]] };
    expect((await refusal(colour('PALETTE COLOR', index, ten)))?.where).toBe('RedPaletteColorLookupTableDescriptor');
  });
});

describe('refused by name', () => {
  const bytes = Uint8Array.from(together);
  for (const [name, set, where] of [
    ['a photometric interpretation that is retired', colour('HSV', bytes), 'PhotometricInterpretation'],
    ['partial range chroma', colour('YBR_PARTIAL_422', bytes), 'PhotometricInterpretation'],
    ['the transform of JPEG 2000 without it', colour('YBR_RCT', bytes), 'PhotometricInterpretation'],
    ['RGB of one sample', colour('RGB', bytes, { x00280002: ['US', [1]] }), 'SamplesPerPixel'],
    ['grey of three samples', colour('MONOCHROME2', bytes), 'SamplesPerPixel'],
    ['signed colours', colour('RGB', bytes, { x00280103: ['US', [1]] }), 'PixelRepresentation'],
    ['colours of 32 bits', colour('RGB', bytes, bits(32)), 'BitsAllocated'],
    ['chroma for pairs in an odd row', colour('YBR_FULL_422', bytes, { x00280011: ['US', [3]] }), 'Columns'],
  ] as const)
    it(name, async () => expect((await refusal(set))?.where).toBe(where));
});

it('grey and colour of one series are volumes of their own', async () => {
  const found = await list(
    sources([
      colour('RGB', Uint8Array.from(together)),
      ctSlice({ position: [0, 0, 2], instance: 2, extra: { ...bits(8), x7fe00010: ['OB', new Uint8Array(12)] } }),
    ]),
  );
  expect(found.map(({ header }) => header?.warnings.map(({ code }) => code).sort())).toEqual([
    ['colour', 'series-split'],
    ['series-split'],
  ]);
});
