import { broken, checked, type FrameDecoder, requireEnd, withColour } from './codeStream.ts';

/** The decoder stops when fewer bits than the longest code are left, and leaves the last sample 0: these are put before FF D9. */
const SPARE_ZEROS = 16;

export async function losslessDecoder(): Promise<FrameDecoder> {
  const { Decoder } = await import('jpeg-lossless-decoder-js');
  return {
    decode(stored, pixels) {
      const end = requireEnd(stored);
      const padded = new Uint8Array(end + SPARE_ZEROS + 2);
      padded.set(stored.subarray(0, end));
      padded.set([0xff, 0xd9], end + SPARE_ZEROS);
      const decoder = new Decoder();
      let samples: ArrayBuffer;
      try {
        samples = decoder.decompress(padded.buffer, 0, padded.length);
      } catch (thrown) {
        throw broken(thrown);
      }
      const { xDim, yDim, numComp, numBytes } = decoder;
      return withColour(checked(new Uint8Array(samples), xDim, yDim, numComp, numBytes === 1 ? 1 : 2, pixels), pixels);
    },
    close: () => {},
  };
}
