import { VesaliusError } from '#core/errors.ts';
import type { StoredPixels } from './instance.ts';
import { samplesPerPixel } from './storedColour.ts';

/** Samples of one frame, row by row. */
export interface DecodedFrame {
  readonly bytes: Uint8Array<ArrayBufferLike>;
  readonly bytesPerSample: 1 | 2 | 4 | 8;
  readonly bigEndian: boolean;
  /** Where a pixel has three samples. */
  readonly colour?: FrameColour;
}

export interface FrameColour {
  readonly space: 'rgb' | 'ybr';
  /** All of the first sample, then all of the second; else the three of a pixel together. */
  readonly planar: boolean;
  /** Two pixels as Y Y Cb Cr (YBR_FULL_422, uncompressed). */
  readonly halved: boolean;
}

/** Decodes the frames of one series; `bytes` may be a view on the decoder's memory, good until the next call. */
export interface FrameDecoder {
  decode(stored: Uint8Array<ArrayBuffer>, pixels: StoredPixels): DecodedFrame | Promise<DecodedFrame>;
  close(): void;
}

/** Of a picture that a decoder gave: its samples are what the header says, in an order of the decoder's. */
export function withColour(frame: DecodedFrame, { colour }: StoredPixels, planar = false): DecodedFrame {
  if (colour === null || colour.space === 'palette') return frame;
  return { ...frame, colour: { space: colour.space, planar, halved: false } };
}

/** What a decoder gave against what the header promised. */
export function checked(
  bytes: Uint8Array<ArrayBufferLike>,
  width: number,
  height: number,
  components: number,
  bytesPerSample: 1 | 2,
  pixels: StoredPixels,
): DecodedFrame {
  const { rows, columns, bitsAllocated } = pixels;
  const samples = samplesPerPixel(pixels);
  const refuse = (where: string, expected: string, got: string | number) =>
    new VesaliusError({ code: 'format', what: 'DICOM pixels', where, expected, got });
  if (height !== rows) throw refuse('Rows', `${rows}, as the header says`, `${height} in the code stream`);
  if (width !== columns) throw refuse('Columns', `${columns}, as the header says`, `${width} in the code stream`);
  if (components !== samples)
    throw refuse('SamplesPerPixel', `${samples}, as the header says`, `${components} in the code stream`);
  if (bytesPerSample * 8 > bitsAllocated)
    throw refuse('BitsAllocated', `${bitsAllocated}, as the header says`, `${bytesPerSample * 8} in the code stream`);
  const needed = rows * columns * samples * bytesPerSample;
  if (bytes.length < needed) throw refuse('PixelData', `${needed} bytes`, bytes.length);
  return { bytes, bytesPerSample, bigEndian: false };
}

/**
 * Every JPEG-like stream ends in FF D9 (perhaps with padding behind: zeros, or a few other bytes). Decoders go on without it and fill up what is
 * missing in silence, so its absence is refused here.
 */
export function requireEnd(stored: Uint8Array): number {
  let last = stored.length - 1;
  while (last > 0 && stored[last] === 0) last--;
  for (let at = last - 1; at >= Math.max(0, last - 16); at--)
    if (stored[at] === 0xff && stored[at + 1] === 0xd9) return at;
  throw new VesaliusError({
    code: 'truncated',
    what: 'DICOM pixels',
    where: 'PixelData',
    expected: 'a code stream that ends in FF D9',
    got: `${stored.length} bytes without it`,
  });
}

/** Emscripten throws numbers, embind its own classes; words are ours. */
export function broken(thrown: unknown): VesaliusError {
  const words =
    thrown instanceof Error ? thrown.message : typeof thrown === 'string' ? thrown : `decoder fault ${String(thrown)}`;
  return new VesaliusError({
    code: 'format',
    what: 'DICOM pixels',
    where: 'PixelData',
    expected: 'a code stream that decodes',
    got: words || 'a decoder fault',
  });
}
