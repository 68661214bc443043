import { VesaliusError } from '#core/errors.ts';
import type { ScalarArray } from '#core/volume/volume.ts';
import { extend, mark, rangeOfWords, WORDS } from '#io/valueRange.ts';
import type { DecodedFrame } from './codeStream.ts';
import type { StoredPixels } from './instance.ts';

/** Rescaled while stored: only where a series has no common slope and intercept. */
export interface Rescale {
  readonly slope: number;
  readonly intercept: number;
}

/** Whole numbers up to here are exact in float32. */
const EXACT_F32 = 2 ** 24;

/** What a slice turned out to hold. */
export interface StoredSlice {
  /** Samples that had bits outside of BitsStored, which were cut off (overlays of old files). */
  readonly stray: number;
  /** Smallest and largest finite value that now stands in the volume; [∞, −∞] where there is none. */
  readonly range: readonly [number, number];
}

/** Samples of one slice by their words; made once for a series. */
export function wordMarks(): Uint8Array {
  return new Uint8Array(WORDS);
}

/**
 * Puts one decoded frame into the final buffer from voxel `at` on: BitsStored under HighBit, sign extended. A raw value
 * equal to PixelPaddingValue stays as it is, bits above HighBit included.
 * @param target of the type that the series' header names; written from `at` to `at + rows × columns`
 * @param marks of `wordMarks`; whatever it holds
 * @throws VesaliusError 'unsupported' where a whole number of 32 bits is not exact in float32
 */
export function storeSlice(
  frame: DecodedFrame,
  pixels: StoredPixels,
  target: ScalarArray,
  at: number,
  rescale: Rescale | null,
  marks: Uint8Array = wordMarks(),
): StoredSlice {
  const count = pixels.rows * pixels.columns;
  const slice = target.subarray(at, at + count);
  const { kind, bitsStored, highBit, bitsAllocated, signed } = pixels;
  let stray = 0;
  let range: readonly [number, number] | null = null;
  if (kind !== 'whole' || bitsAllocated === 32) stray = storeWide(frame, pixels, slice);
  else {
    const raw = rawSamples(frame, count);
    if (raw instanceof Uint16Array) range = storeWords(raw, pixels, slice, marks);
    else if (bitsStored === bitsAllocated && (bitsAllocated === 8 || !signed)) {
      slice.set(signed ? new Int8Array(raw.buffer, raw.byteOffset, count) : raw);
      range = rangeOf(slice);
    }
    if (range === null) stray = storeBits(raw, pixels, slice, highBit - bitsStored + 1);
  }
  if (rescale) for (let n = 0; n < count; n++) slice[n] = (slice[n] as number) * rescale.slope + rescale.intercept;
  return { stray, range: range !== null && !rescale ? range : rangeOf(slice) };
}

/**
 * Samples of 16 bits that are values as they stand: no bit to be cut off, no sign to be extended.
 * @returns their range; null, and nothing is stored, where each has to be looked at
 */
function storeWords(
  raw: Uint16Array,
  { bitsStored, highBit, signed }: StoredPixels,
  slice: ScalarArray,
  marks: Uint8Array,
): readonly [number, number] | null {
  if (highBit !== bitsStored - 1) return null;
  marks.fill(0);
  mark(marks, raw, 0, raw.length);
  const range = rangeOfWords(marks, signed);
  const least = signed ? -(2 ** (bitsStored - 1)) : 0;
  if (range[0] < least || range[1] >= least + 2 ** bitsStored) return null;
  slice.set(signed ? new Int16Array(raw.buffer, raw.byteOffset, raw.length) : raw);
  // A slice of the other sign than the series' first is the same bits, not the same values.
  return slice instanceof (signed ? Uint16Array : Int16Array) ? rangeOf(slice) : range;
}

/** Finite values alone. */
export function rangeOf(values: ScalarArray): [number, number] {
  const range: [number, number] = [Infinity, -Infinity];
  extend(range, values, 0, values.length);
  return range;
}
/** 8 or 16 bits as unsigned samples in this machine's order; a view where that is possible. */
export function rawSamples(
  { bytes, bytesPerSample, bigEndian }: DecodedFrame,
  count: number,
): Uint8Array | Uint16Array {
  if (bytesPerSample === 1) return bytes.subarray(0, count);
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  const words = new Uint16Array(aligned.buffer, aligned.byteOffset, count);
  if (!bigEndian) return words;
  const swapped = new Uint16Array(count);
  for (let n = 0; n < count; n++) {
    const word = words[n] as number;
    swapped[n] = (word << 8) | (word >>> 8);
  }
  return swapped;
}

function storeBits(raw: Uint8Array | Uint16Array, pixels: StoredPixels, slice: ScalarArray, shift: number): number {
  const { bitsStored, bitsAllocated, signed, padding } = pixels;
  const mask = 2 ** bitsStored - 1;
  const unused = 32 - bitsStored;
  const all = 2 ** bitsAllocated - 1;
  const paddingRaw = padding === null ? -1 : padding & all;
  const outside = all & ~(mask << shift);
  let stray = 0;
  for (let n = 0; n < raw.length; n++) {
    const sample = raw[n] as number;
    if (sample === paddingRaw) {
      slice[n] = padding as number;
      continue;
    }
    let value = (sample >>> shift) & mask;
    if (signed) value = (value << unused) >> unused;
    // Bits that only continue the sign are no strangers.
    if ((sample & outside) !== 0 && ((value << shift) & all) !== sample) stray++;
    slice[n] = value;
  }
  return stray;
}

/** Real numbers, and whole ones of 32 bits. @returns how many had bits outside of BitsStored */
function storeWide({ bytes, bigEndian }: DecodedFrame, pixels: StoredPixels, slice: ScalarArray): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = !bigEndian;
  const { bitsStored, signed, padding } = pixels;
  const [shift, unused] = [pixels.highBit - bitsStored + 1, 32 - bitsStored];
  const outside = ~((-1 >>> unused) << shift);
  let stray = 0;
  for (let n = 0; n < slice.length; n++) {
    if (pixels.kind === 'float') slice[n] = view.getFloat32(4 * n, little);
    else if (pixels.kind === 'double') slice[n] = view.getFloat64(8 * n, little);
    else {
      const sample = view.getInt32(4 * n, little);
      const top = (sample >>> shift) << unused;
      let value = signed ? top >> unused : top >>> unused;
      // Bits that only continue the sign are no strangers.
      if ((sample & outside) !== 0 && value << shift !== sample) {
        if (sample === padding) value = sample;
        else stray++;
      }
      if (Math.abs(value) > EXACT_F32)
        throw new VesaliusError({
          code: 'unsupported',
          what: 'DICOM pixels',
          where: 'BitsStored',
          expected: `whole numbers up to ${EXACT_F32}, which float32 holds exactly`,
          got: value,
        });
      slice[n] = value;
    }
  }
  return stray;
}
