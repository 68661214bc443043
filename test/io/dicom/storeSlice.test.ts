import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { StoredPixels } from '#io/dicom/instance.ts';
import { storeSlice, wordMarks } from '#io/dicom/storeSlice.ts';

const pixelsOf = (given: Partial<StoredPixels>): StoredPixels => ({
  syntaxUid: '1.2.840.10008.1.2.1',
  rows: 1,
  columns: 1,
  frames: 1,
  kind: 'whole',
  bitsAllocated: 16,
  bitsStored: 16,
  highBit: 15,
  signed: false,
  monochrome1: false,
  colour: null,
  unread: [],
  padding: null,
  lossy: false,
  at: 0,
  length: null,
  bytePairs: false,
  ...given,
});

/** PS3.5, 8.1.1, sample by sample. */
function bitByBit(words: readonly number[], { bitsStored, highBit, signed, padding }: StoredPixels) {
  let stray = 0;
  const values = words.map((word) => {
    if (padding !== null && word === (padding & 0xffff)) return padding;
    const shift = highBit - bitsStored + 1;
    const cut = Math.floor(word / 2 ** shift) % 2 ** bitsStored;
    const value = signed && cut >= 2 ** (bitsStored - 1) ? cut - 2 ** bitsStored : cut;
    const again = (((value * 2 ** shift) % 65536) + 65536) % 65536;
    const own = (2 ** bitsStored - 1) * 2 ** shift;
    if ((word & ~own & 0xffff) !== 0 && again !== word) stray++;
    return value;
  });
  return { stray, values, range: [Math.min(...values), Math.max(...values)] };
}

it('16 bits, copied or looked at one by one: values, strays and range are those of each bit', () => {
  const marks = wordMarks();
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 16 }),
      fc.integer({ min: 0, max: 15 }),
      fc.boolean(),
      fc.option(fc.integer({ min: 0, max: 65535 })),
      // Mostly within BitsStored, as scanners write them; a few with whatever bits.
      fc.array(fc.tuple(fc.nat(65535), fc.integer({ min: 0, max: 19 })), { minLength: 1, maxLength: 40 }),
      fc.boolean(),
      (bitsStored, higher, signed, pad, given, strange) => {
        const highBit = higher < 8 ? bitsStored - 1 : Math.min(15, bitsStored - 1 + (higher - 8));
        const padding = pad === null ? null : signed && pad > 32767 ? pad - 65536 : pad;
        const words = given.map(([word, kind]) => {
          if (kind === 0 && pad !== null) return pad;
          if (kind === 1 && strange) return word;
          const within = word % 2 ** bitsStored;
          return (signed && within >= 2 ** (bitsStored - 1) ? within - 2 ** bitsStored : within) & 0xffff;
        });
        const pixels = pixelsOf({ columns: words.length, bitsStored, highBit, signed, padding });
        const count = words.length;
        const target = signed ? new Int16Array(count + 2).fill(7) : new Uint16Array(count + 2).fill(7);
        const bytes = new Uint8Array(Uint16Array.from(words).buffer);
        const stored = storeSlice({ bytes, bytesPerSample: 2, bigEndian: false }, pixels, target, 1, null, marks);
        const expected = bitByBit(words, pixels);
        expect(Array.from(target)).toEqual([7, ...expected.values, 7]);
        expect(stored).toEqual({ stray: expected.stray, range: expected.range });
      },
    ),
    { numRuns: 2000 },
  );
});

it('a slice of the other sign than its series: the range is that of the values in the volume', () => {
  const frame = { bytes: new Uint8Array(Int16Array.of(-2, 5).buffer), bytesPerSample: 2, bigEndian: false } as const;
  const target = new Uint16Array(2);
  const stored = storeSlice(frame, pixelsOf({ columns: 2, signed: true }), target, 0, null);
  expect(Array.from(target)).toEqual([65534, 5]);
  expect(stored.range).toEqual([5, 65534]);
});

it('rescaled where it lies: the range is the rescaled one', () => {
  const frame = { bytes: new Uint8Array(Uint16Array.of(0, 4).buffer), bytesPerSample: 2, bigEndian: false } as const;
  const target = new Float32Array(2);
  const stored = storeSlice(frame, pixelsOf({ columns: 2 }), target, 0, { slope: -0.5, intercept: 1 });
  expect(Array.from(target)).toEqual([1, -1]);
  expect(stored).toEqual({ stray: 0, range: [-1, 1] });
});
