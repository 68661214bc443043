import { VesaliusError } from '#core/errors.ts';
import type { ScalarArray } from '#core/volume/volume.ts';
import type { DecodedFrame } from './codeStream.ts';
import type { StoredPixels } from './instance.ts';

/** Rescaled while stored: only where a series has no common slope and intercept. */
export interface Rescale {
  readonly slope: number;
  readonly intercept: number;
}

/** Whole numbers up to here are exact in float32. */
const EXACT_F32 = 2 ** 24;

/**
 * Puts one decoded frame into the final buffer from voxel `at` on: BitsStored under HighBit, sign extended. A raw value
 * equal to PixelPaddingValue stays as it is, bits above HighBit included.
 * @param target of the type that the series' header names; written from `at` to `at + rows × columns`
 * @returns how many samples had bits outside of BitsStored, which were cut off (overlays of old files)
 * @throws VesaliusError 'unsupported' where a whole number of 32 bits is not exact in float32
 */
export function storeSlice(
  frame: DecodedFrame,
  pixels: StoredPixels,
  target: ScalarArray,
  at: number,
  rescale: Rescale | null,
): number {
  const count = pixels.rows * pixels.columns;
  const slice = target.subarray(at, at + count);
  let stray = 0;
  if (pixels.kind !== 'whole' || pixels.bitsAllocated === 32) stray = storeWide(frame, pixels, slice);
  else {
    const raw = rawSamples(frame, count);
    const { bitsStored, highBit, bitsAllocated } = pixels;
    if (bitsStored === bitsAllocated && (raw.BYTES_PER_ELEMENT * 8 === bitsAllocated || !pixels.signed)) {
      if (!pixels.signed) slice.set(raw);
      else if (bitsAllocated === 8) slice.set(new Int8Array(raw.buffer, raw.byteOffset, count));
      else slice.set(new Int16Array(raw.buffer, raw.byteOffset, count));
    } else stray = storeBits(raw, pixels, slice, highBit - bitsStored + 1);
  }
  if (rescale) for (let n = 0; n < count; n++) slice[n] = (slice[n] as number) * rescale.slope + rescale.intercept;
  return stray;
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
