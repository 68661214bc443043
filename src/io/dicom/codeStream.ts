import { VesaliusError } from '#core/errors.ts';
import type { StoredPixels } from './instance.ts';

/** Samples of one frame, row by row. */
export interface DecodedFrame {
  readonly bytes: Uint8Array<ArrayBufferLike>;
  readonly bytesPerSample: 1 | 2 | 4 | 8;
  readonly bigEndian: boolean;
}

/** Decodes the frames of one series; `bytes` may be a view on the decoder's memory, good until the next call. */
export interface FrameDecoder {
  decode(stored: Uint8Array<ArrayBuffer>, pixels: StoredPixels): DecodedFrame;
  close(): void;
}

/** What a decoder gave against what the header promised. */
export function checked(
  bytes: Uint8Array<ArrayBufferLike>,
  width: number,
  height: number,
  components: number,
  bytesPerSample: 1 | 2,
  { rows, columns, bitsAllocated }: StoredPixels,
): DecodedFrame {
  const refuse = (where: string, expected: string, got: string | number) =>
    new VesaliusError({ code: 'format', what: 'DICOM pixels', where, expected, got });
  if (height !== rows) throw refuse('Rows', `${rows}, as the header says`, `${height} in the code stream`);
  if (width !== columns) throw refuse('Columns', `${columns}, as the header says`, `${width} in the code stream`);
  if (components !== 1) throw refuse('SamplesPerPixel', '1, as the header says', `${components} in the code stream`);
  if (bytesPerSample * 8 > bitsAllocated)
    throw refuse('BitsAllocated', `${bitsAllocated}, as the header says`, `${bytesPerSample * 8} in the code stream`);
  if (bytes.length < rows * columns * bytesPerSample)
    throw refuse('PixelData', `${rows * columns * bytesPerSample} bytes`, bytes.length);
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

/** Emscripten throws numbers, embind its own classes. */
export function broken(thrown: unknown): VesaliusError {
  const words = thrown instanceof Error ? thrown.message : `decoder fault ${String(thrown)}`;
  return new VesaliusError({
    code: 'format',
    what: 'DICOM pixels',
    where: 'PixelData',
    expected: 'a code stream that decodes',
    got: words || 'a decoder fault',
  });
}
