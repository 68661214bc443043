import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VesaliusError } from '#core/errors.ts';
import { wasmDecoder } from '#io/dicom/codecs.ts';
import { decodeDct } from '#io/dicom/jpegDct.ts';
import { frameOf } from '#io/dicom/jpegMarkers.ts';
import { openSource } from '#io/source.ts';
import { dataFile } from '../../data.ts';
import { ctSlice, type DataSet, joined, list, readOnly, sources } from './dicomFile.ts';
import { jpeg } from './encoders.ts';

const marker = (code: number, ...bytes: number[]) => [
  0xff,
  code,
  (bytes.length + 2) >> 8,
  (bytes.length + 2) & 255,
  ...bytes,
];

/**
 * A picture of flat blocks, 12 bits: one coefficient each, category codes of four bits, a restart marker after `restart` blocks.
 * @param levels one per block, −256 to 255: the sample is 2048 + level
 */
function flatBlocks(levels: readonly number[], across: number, restart: number): Uint8Array<ArrayBuffer> {
  const down = levels.length / across;
  // Sixteen codes of four bits would use up all ones: the DC categories 0 to 14; AC: end of block alone, one bit.
  const dc = [0, 0, 0, 15, ...new Array(12).fill(0), ...Array.from({ length: 15 }, (_, n) => n)];
  const ac = [1, ...new Array(15).fill(0), 0];
  const out: number[] = [];
  let bits = '';
  const flush = () => {
    bits = bits.padEnd(8 * Math.ceil(bits.length / 8), '1');
    for (let at = 0; at < bits.length; at += 8) {
      const byte = Number.parseInt(bits.slice(at, at + 8), 2);
      out.push(byte, ...(byte === 255 ? [0] : []));
    }
    bits = '';
  };
  let last = 0;
  levels.forEach((level, block) => {
    if (restart > 0 && block > 0 && block % restart === 0) {
      flush();
      out.push(0xff, 0xd0 + ((block / restart - 1) & 7));
      last = 0;
    }
    // The DC coefficient is eight times the mean; quantized by 8.
    const difference = level - last;
    last = level;
    const size = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
    const value = difference < 0 ? difference + 2 ** size - 1 : difference;
    bits += `${size.toString(2).padStart(4, '0')}${size === 0 ? '' : value.toString(2).padStart(size, '0')}0`;
  });
  flush();
  return Uint8Array.from([
    0xff,
    0xd8,
    ...marker(0xdb, 0, 8, ...new Array(63).fill(1)),
    ...marker(0xc1, 12, (8 * down) >> 8, (8 * down) & 255, (8 * across) >> 8, (8 * across) & 255, 1, 1, 0x11, 0),
    ...marker(0xc4, 0, ...dc),
    ...marker(0xc4, 0x10, ...ac),
    ...(restart > 0 ? marker(0xdd, restart >> 8, restart & 255) : []),
    ...marker(0xda, 1, 1, 0, 0, 63, 0),
    ...out,
    0xff,
    0xd9,
  ]);
}

describe('JPEG with 12 bits', () => {
  it('blocks of any level come back, with and without restart markers', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: -256, max: 255 }), { minLength: 5, maxLength: 60 }),
        fc.nat(7),
        (across, all, restart) => {
          const levels = all.slice(0, all.length - (all.length % across));
          if (levels.length === 0) return;
          const down = levels.length / across;
          const stream = flatBlocks(levels, across, restart);
          expect(frameOf(stream)).toMatchObject({ process: 0xc1, precision: 12, width: 8 * across, height: 8 * down });
          const { samples, width } = decodeDct(stream, { rows: 8 * down, columns: 8 * across });
          levels.forEach((level, block) => {
            const at = 8 * Math.floor(block / across) * width + 8 * (block % across);
            expect([samples[at], samples[at + 7 * width + 7]]).toEqual([2048 + level, 2048 + level]);
          });
        },
      ),
    );
  });

  it('another size than the header’s is refused before it is believed', () => {
    const stream = flatBlocks([1, 2, 3, 4], 2, 0);
    expect(() => decodeDct(stream, { rows: 16, columns: 24 })).toThrow(/Columns: expected 24/);
    expect(() => decodeDct(stream, { rows: 8, columns: 16 })).toThrow(/Rows: expected 8/);
  });

  it('a scan that ends early, a lost restart marker, a table that is missing: refused', () => {
    const stream = flatBlocks(
      Array.from({ length: 64 }, (_, n) => 3 * n),
      8,
      8,
    );
    const size = { rows: 64, columns: 64 };
    expect(() => decodeDct(joined([stream.slice(0, -30), Uint8Array.of(0xff, 0xd9)]), size)).toThrow(VesaliusError);
    const restart = stream.findIndex((byte, n) => byte === 0xff && stream[n + 1] === 0xd3);
    const wrong = stream.slice();
    wrong[restart + 1] = 0xd5;
    expect(() => decodeDct(wrong, size)).toThrow(/restart marker 3/);
    const table = stream.findIndex((byte, n) => byte === 0xff && stream[n + 1] === 0xdb);
    expect(() => decodeDct(joined([stream.slice(0, table), stream.slice(table + 69)]), size)).toThrow(
      /quantization table/,
    );
  });

  it('a lossless, arithmetic or hierarchical frame is refused by its marker', () => {
    const stream = flatBlocks([1], 1, 0);
    const at = stream.findIndex((byte, n) => byte === 0xff && stream[n + 1] === 0xc1);
    for (const process of [0xc3, 0xc5, 0xc9]) {
      const other = stream.slice();
      other[at + 1] = process;
      expect(() => decodeDct(other, { rows: 8, columns: 8 })).toThrow(new RegExp(`FF${process.toString(16)}`, 'i'));
    }
  });

  for (const progressive of [false, true])
    it(`8 bits, ${progressive ? 'progressive' : 'baseline'}: as libjpeg-turbo decodes them`, async () => {
      const [rows, columns] = [45, 61];
      const bytes = Uint8Array.from({ length: rows * columns }, (_, n) => {
        const [x, y] = [n % columns, Math.floor(n / columns)];
        return Math.round(127 + 80 * Math.sin(x / 5) * Math.cos(y / 7) + (((n * 7919) % 41) - 20));
      });
      const stream = await jpeg({ rows, columns, bytes, bits: 8, components: 1 }, 85, progressive);
      expect(frameOf(stream)?.process).toBe(progressive ? 0xc2 : 0xc0);
      const { samples } = decodeDct(stream, { rows, columns });
      const turbo = await wasmDecoder('jpeg');
      turbo.getEncodedBuffer(stream.length).set(stream);
      turbo.decode();
      const theirs = turbo.getDecodedBuffer();
      let worst = 0;
      samples.forEach((sample, n) => {
        worst = Math.max(worst, Math.abs(sample - (theirs[n] as number)));
      });
      turbo.delete();
      expect(worst).toBeLessThanOrEqual(1);
    });

  it('8 bits in an extended (.51) or progressive (.55) file are libjpeg-turbo’s', async () => {
    const bytes = Uint8Array.from({ length: 64 * 64 }, (_, n) => 2 * (n % 64) + Math.floor(n / 64));
    for (const [end, progressive] of [
      ['51', false],
      ['55', true],
    ] as const) {
      const stream = await jpeg({ rows: 64, columns: 64, bytes, bits: 8, components: 1 }, 100, progressive);
      const extra: DataSet = {
        x00280010: ['US', [64]],
        x00280011: ['US', [64]],
        x00280100: ['US', [8]],
        x00280101: ['US', [8]],
        x00280102: ['US', [7]],
        x00280103: ['US', [0]],
        x7fe00010: ['OB', { fragments: [new Uint8Array(0), stream] }],
      };
      const set = ctSlice({ position: [0, 0, 0], extra });
      const { scalars } = await readOnly(sources([set], { syntax: `1.2.840.10008.1.2.4.${end}` }));
      scalars.forEach((value, n) => {
        expect(Math.abs(value - (bytes[n] as number))).toBeLessThanOrEqual(2);
      });
    }
  });
});

const folder = dataFile('cornerstone3d');
describe.skipIf(folder === null)('damaged streams of 12 bits', () => {
  const files = folder ? readdirSync(folder).filter((name) => /\.4\.5[135]\.dcm$/.test(name)) : [];

  it('cut or flipped bytes give a picture or an error with words', async () => {
    const streams: Uint8Array[] = [];
    for (const name of files) {
      const source = openSource({ kind: 'disk', disk: join(folder as string, name), path: name });
      const at = (await list([source]))[0]?.slices[0]?.pixels.at as number;
      // Behind the empty offset table and the item's own head.
      streams.push(await source.bytes(at + 16, 1 << 20));
    }
    expect(streams).toHaveLength(3);
    fc.assert(
      fc.property(
        fc.nat(2),
        fc.integer({ min: 100, max: 50_000 }),
        fc.array(fc.tuple(fc.nat(50_000), fc.nat(255)), { maxLength: 3 }),
        (n, cut, flips) => {
          const bytes = (streams[n] as Uint8Array).slice(0, flips.length === 0 ? cut : undefined);
          for (const [at, value] of flips) bytes[at % bytes.length] = value;
          try {
            decodeDct(bytes, { rows: 512, columns: 512 });
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(VesaliusError);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
