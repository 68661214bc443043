import { VesaliusError } from '#core/errors.ts';
import { wasmDecoder } from './codecs.ts';
import { broken, checked, type FrameDecoder, requireEnd } from './codeStream.ts';
import { frameOf } from './jpegMarkers.ts';

const ADOBE = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0];

/**
 * JPEG with a discrete cosine transform: 8 bits by libjpeg-turbo, 12 bits by our own decoder. Which of the two is said by the code
 * stream, not by the transfer syntax: extended sequential and progressive ones (.51, .53, .55) come with either.
 */
export async function jpegFrames(): Promise<FrameDecoder> {
  let turbo: Awaited<ReturnType<typeof wasmDecoder>> | null = null;
  return {
    async decode(stored, pixels) {
      requireEnd(stored);
      const frame = frameOf(stored);
      if (frame?.precision === 12) {
        const { decodeDct } = await import('./jpegDct.ts');
        const { width, height, components, samples } = decodeDct(stored, pixels);
        const bytes = new Uint8Array(samples.buffer);
        return checked(bytes, width, height, components, 2, pixels);
      }
      if (frame && frame.process > 0xc2)
        throw new VesaliusError({
          code: 'unsupported',
          what: 'DICOM pixels',
          where: 'PixelData',
          expected: 'a baseline, extended or progressive Huffman-coded JPEG',
          got: `a frame of kind FF${frame.process.toString(16).toUpperCase()}`,
        });
      turbo ??= await wasmDecoder('jpeg');
      const stream = pixels.colour?.space === 'rgb' && saysNoColours(stored) ? asRgb(stored) : stored;
      try {
        turbo.getEncodedBuffer(stream.length).set(stream);
        turbo.decode();
      } catch (thrown) {
        throw broken(thrown);
      }
      const { width, height, componentCount } = turbo.getFrameInfo();
      const decoded = checked(turbo.getDecodedBuffer(), width, height, componentCount, 1, pixels);
      // It has turned them into red, green and blue.
      return componentCount === 1 ? decoded : { ...decoded, colour: { space: 'rgb', planar: false, halved: false } };
    },
    close: () => turbo?.delete(),
  };
}

/** Neither JFIF nor Adobe marker before the frame: the library guesses chroma then, and the header knows better. */
function saysNoColours(stored: Uint8Array): boolean {
  const end = frameOf(stored)?.at ?? 0;
  for (let at = 2; at + 3 < end; at += 2 + (((stored[at + 2] as number) << 8) | (stored[at + 3] as number)))
    if (stored[at + 1] === 0xe0 || stored[at + 1] === 0xee) return false;
  return true;
}

function asRgb(stored: Uint8Array): Uint8Array {
  const said = new Uint8Array(stored.length + ADOBE.length);
  said.set(stored.subarray(0, 2));
  said.set(ADOBE, 2);
  said.set(stored.subarray(2), 2 + ADOBE.length);
  return said;
}
