import { luminance } from '#io/colour.ts';
import type { DecodedFrame, FrameColour } from './codeStream.ts';
import type { StoredPixels } from './instance.ts';
import type { Palette } from './palette.ts';
import { rawSamples } from './storeSlice.ts';

/**
 * Puts one decoded frame of colours into the final buffers from voxel `at` on: 8 bits of each, the upper ones where there are more.
 * @param scalars their luminance; @param rgb three bytes per voxel
 */
export function storeColour(
  frame: DecodedFrame,
  pixels: StoredPixels,
  scalars: Uint8Array<ArrayBufferLike>,
  rgb: Uint8Array<ArrayBufferLike>,
  at: number,
): void {
  const count = pixels.rows * pixels.columns;
  const into = rgb.subarray(3 * at, 3 * (at + count));
  if (pixels.colour?.space === 'palette') throughPalette(rawSamples(frame, count), pixels, pixels.colour.palette, into);
  else {
    // A decoder that says nothing has decoded what the header says.
    const colour = frame.colour ?? (pixels.colour as FrameColour);
    const read = rawSamples(frame, (colour.halved ? 2 : 3) * count);
    arrange(toBytes(read, pixels), colour, count, into);
    if (colour.space === 'ybr') toRgb(into);
  }
  const grey = scalars.subarray(at, at + count);
  for (let n = 0, from = 0; n < count; n++, from += 3)
    grey[n] = luminance(into[from] as number, into[from + 1] as number, into[from + 2] as number);
}

function throughPalette(
  indices: Uint8Array | Uint16Array,
  { bitsStored, highBit, signed }: StoredPixels,
  { first, rgb }: Palette,
  into: Uint8Array<ArrayBufferLike>,
): void {
  const shift = highBit - bitsStored + 1;
  const mask = 2 ** bitsStored - 1;
  const unused = 32 - bitsStored;
  const last = rgb.length / 3 - 1;
  for (let n = 0, to = 0; n < indices.length; n++, to += 3) {
    let value = ((indices[n] as number) >>> shift) & mask;
    if (signed) value = (value << unused) >> unused;
    const entry = 3 * Math.min(Math.max(value - first, 0), last);
    into[to] = rgb[entry] as number;
    into[to + 1] = rgb[entry + 1] as number;
    into[to + 2] = rgb[entry + 2] as number;
  }
}

/** The upper 8 of BitsStored. */
function toBytes(samples: Uint8Array | Uint16Array, { highBit }: StoredPixels): ArrayLike<number> {
  // Some decoders give a clamped array.
  if (samples.BYTES_PER_ELEMENT === 1) return samples;
  const shift = highBit - 7;
  const bytes = new Uint8Array(samples.length);
  for (let n = 0; n < bytes.length; n++) bytes[n] = (samples[n] as number) >>> shift;
  return bytes;
}

/** Planes, or pairs of pixels that share their chroma, to three samples per pixel. */
function arrange(
  samples: ArrayLike<number>,
  { planar, halved }: FrameColour,
  count: number,
  into: Uint8Array<ArrayBufferLike>,
): void {
  if (halved) {
    for (let n = 0, to = 0; n < 2 * count; n += 4, to += 6) {
      into[to] = samples[n] as number;
      into[to + 3] = samples[n + 1] as number;
      into[to + 1] = into[to + 4] = samples[n + 2] as number;
      into[to + 2] = into[to + 5] = samples[n + 3] as number;
    }
  } else if (planar) {
    for (let n = 0, to = 0; n < count; n++, to += 3) {
      into[to] = samples[n] as number;
      into[to + 1] = samples[count + n] as number;
      into[to + 2] = samples[2 * count + n] as number;
    }
  } else into.set(samples);
}

/** PS3.3, C.7.6.3.1.2 solved for red, green and blue (ITU-R BT.601 with full range), rounded and clamped. */
function toRgb(pixels: Uint8Array<ArrayBufferLike>): void {
  for (let n = 0; n < pixels.length; n += 3) {
    const y = pixels[n] as number;
    const cb = (pixels[n + 1] as number) - 128;
    const cr = (pixels[n + 2] as number) - 128;
    pixels[n] = toByte(y + 1.402 * cr);
    pixels[n + 1] = toByte(y - ((0.114 * 1.772) / 0.587) * cb - ((0.299 * 1.402) / 0.587) * cr);
    pixels[n + 2] = toByte(y + 1.772 * cb);
  }
}

function toByte(value: number): number {
  return value <= 0 ? 0 : value >= 255 ? 255 : Math.floor(value + 0.5);
}
