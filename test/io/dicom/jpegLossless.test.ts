import fc from 'fast-check';
import { Decoder } from 'jpeg-lossless-decoder-js';
import { describe, expect, it } from 'vitest';
import { VesaliusError } from '#core/errors.ts';
import { decodeLossless } from '#io/dicom/jpegPredictive.ts';
import { joined } from './dicomFile.ts';
import { jpegLossless, type LosslessOptions } from './encoders.ts';

const picture = fc
  .record({
    width: fc.integer({ min: 1, max: 12 }),
    height: fc.integer({ min: 1, max: 9 }),
    precision: fc.integer({ min: 2, max: 16 }),
    components: fc.constantFrom(1, 3),
    predictor: fc.integer({ min: 1, max: 7 }),
    shift: fc.nat(3),
    restart: fc.nat(3),
    smooth: fc.boolean(),
  })
  .chain(({ width, height, smooth, ...options }) => {
    const most = 2 ** options.precision - 1;
    const count = width * height * options.components;
    const value = smooth ? fc.integer({ min: Math.floor(most / 3), max: Math.ceil(most / 3) + 3 }) : fc.nat(most);
    return fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      options: fc.constant({ ...options, shift: Math.min(options.shift, options.precision - 1) }),
      samples: fc.array(
        value.map((v) => Math.min(v, most)),
        { minLength: count, maxLength: count },
      ),
    });
  });
const kept = (samples: readonly number[], { shift }: LosslessOptions) => samples.map((v) => (v >> shift) << shift);

describe('JPEG lossless', () => {
  it('every predictor, precision, shift, restart interval and number of components comes back, the last sample too', () => {
    fc.assert(
      fc.property(picture, ({ width, height, options, samples }) => {
        const stream = jpegLossless(samples, width, options);
        const read = decodeLossless(stream, { rows: height, columns: width });
        expect(read.components).toBe(options.components);
        expect(Array.from(read.samples)).toEqual(kept(samples, options));
      }),
      { numRuns: 400 },
    );
  });

  it('as jpeg-lossless-decoder-js reads them, where it can', () => {
    let compared = 0;
    fc.assert(
      fc.property(picture, ({ width, height, options: given, samples }) => {
        // It has its own idea of restarts, shifts, odd numbers of bits, colours of 16 and differences beyond 15 bits.
        const precision = given.precision > 8 && given.components === 1 ? 16 : 8;
        const options = { ...given, restart: 0, shift: 0, precision };
        const most = options.precision === 8 ? 255 : 32767;
        const stream = jpegLossless(
          samples.map((v) => v & most),
          width,
          options,
        );
        const end = stream.length - 2;
        const padded = joined([stream.slice(0, end), new Uint8Array(16), Uint8Array.of(0xff, 0xd9)]);
        const theirs = new Decoder().decompress(padded.buffer, 0, padded.length);
        const read = decodeLossless(stream, { rows: height, columns: width });
        const same = options.precision === 8 ? new Uint8Array(theirs) : new Uint16Array(theirs);
        expect(Array.from(read.samples)).toEqual(Array.from(same));
        compared++;
      }),
      { numRuns: 200 },
    );
    expect(compared).toBeGreaterThanOrEqual(200);
  });

  it('cut or flipped bytes give a picture or an error with words', () => {
    fc.assert(
      fc.property(
        picture,
        fc.nat(),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }),
        ({ width, height, options, samples }, cut, flips) => {
          const stream = jpegLossless(samples, width, options);
          const bytes = flips.length === 0 ? stream.slice(0, cut % stream.length) : stream;
          for (const [at, value] of flips) bytes[at % bytes.length] = value;
          try {
            decodeLossless(bytes, { rows: height, columns: width });
          } catch (thrown) {
            expect(thrown).toBeInstanceOf(VesaliusError);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a start of frame that is cut is refused', () => {
    const stream = jpegLossless([1, 2, 3, 4], 2, { precision: 8, components: 1, predictor: 1, shift: 0, restart: 0 });
    const frame = stream.findIndex((byte, n) => byte === 0xff && stream[n + 1] === 0xc3);
    for (let length = 2; length < 8; length++) {
      const cut = stream.slice();
      cut.set([0, length], frame + 2);
      expect(() => decodeLossless(cut, { rows: 2, columns: 2 })).toThrow(/a whole start of frame/);
    }
  });

  it('a scan that ends early is refused, not filled up', () => {
    const options = { precision: 12, components: 1, predictor: 1, shift: 0, restart: 0 };
    const samples = Array.from({ length: 64 * 64 }, (_, n) => (n * 7) % 4096);
    const stream = jpegLossless(samples, 64, options);
    const cut = joined([stream.slice(0, -40), Uint8Array.of(0xff, 0xd9)]);
    expect(() => decodeLossless(cut, { rows: 64, columns: 64 })).toThrow(/entropy-coded bytes/);
    expect(() => decodeLossless(stream, { rows: 64, columns: 32 })).toThrow(/Columns/);
  });
});
