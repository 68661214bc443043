import { VesaliusError } from '#core/errors.ts';

/**
 * RLE of one frame (PS3.5, annex G): byte planes, sample after sample and in each the most significant first, packed by PackBits.
 * @param count pixels; @param samples of each
 * @param into where the samples are written if it has their length
 * @returns little-endian samples of `bytesPerSample` bytes, those of a pixel together
 * @throws VesaliusError 'truncated' or 'format'
 */
export function decodeRle(
  bytes: Uint8Array<ArrayBuffer>,
  count: number,
  bytesPerSample: number,
  samples = 1,
  into?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const stride = samples * bytesPerSample;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const planes = bytes.length >= 64 ? view.getUint32(0, true) : 0;
  if (planes !== stride)
    throw new VesaliusError({
      code: 'format',
      what: 'RLE frame',
      where: 'PixelData',
      expected: `${stride} RLE segments`,
      got: planes,
    });
  // Two bytes make 128 at most: a header that asks for more is not believed, nor its size allocated.
  if (count * stride > bytes.length * 64)
    throw new VesaliusError({
      code: 'truncated',
      what: 'RLE frame',
      where: 'PixelData',
      expected: `${count * stride} bytes when unpacked`,
      got: `${bytes.length} packed`,
    });
  const result = into?.length === count * stride ? into : new Uint8Array(count * stride);
  for (let plane = 0; plane < planes; plane++) {
    const from = view.getUint32(4 + 4 * plane, true);
    const to = plane + 1 < planes ? view.getUint32(8 + 4 * plane, true) : bytes.length;
    const sample = Math.floor(plane / bytesPerSample);
    const first = sample * bytesPerSample + bytesPerSample - 1 - (plane % bytesPerSample);
    const written = unpack(bytes, from, Math.min(to, bytes.length), result, first, stride);
    if (written < count)
      throw new VesaliusError({
        code: 'truncated',
        what: 'RLE frame',
        where: 'PixelData',
        expected: `${count} bytes in RLE segment ${plane + 1}`,
        got: written,
      });
  }
  return result;
}

/** PackBits into every `stride`-th byte from `first` on; what would lie beyond the frame is padding. Returns bytes written. */
function unpack(packed: Uint8Array, from: number, to: number, into: Uint8Array, first: number, stride: number): number {
  let at = first;
  const end = into.length;
  for (let n = from; n < to && at < end; ) {
    const control = packed[n++] as number;
    if (control < 128) {
      const stop = Math.min(n + control + 1, to);
      for (; n < stop && at < end; at += stride) into[at] = packed[n++] as number;
    } else if (control > 128 && n < to) {
      const value = packed[n++] as number;
      const stop = Math.min(end, at + (257 - control) * stride);
      for (; at < stop; at += stride) into[at] = value;
    }
  }
  return Math.floor((Math.min(at, end) - first + stride - 1) / stride);
}
