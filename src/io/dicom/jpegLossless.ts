import { checked, type FrameDecoder, requireEnd, withColour } from './codeStream.ts';
import { decodeLossless } from './jpegPredictive.ts';

export function losslessDecoder(): FrameDecoder {
  return {
    decode(stored, pixels) {
      requireEnd(stored);
      const { width, height, components, samples } = decodeLossless(stored, pixels);
      const bytes = new Uint8Array(samples.buffer);
      const decoded = checked(bytes, width, height, components, samples.BYTES_PER_ELEMENT as 1 | 2, pixels);
      return withColour(decoded, pixels);
    },
    close: () => {},
  };
}
