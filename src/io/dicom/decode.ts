import { VesaliusError } from '#core/errors.ts';
import { release } from '#io/release.ts';
import { wasmDecoder } from './codecs.ts';
import { broken, checked, type DecodedFrame, type FrameDecoder, requireEnd, withColour } from './codeStream.ts';
import type { StoredPixels } from './instance.ts';
import { jpegFrames } from './jpegFrames.ts';
import { losslessDecoder } from './jpegLossless.ts';
import { decodeRle } from './rle.ts';
import { samplesPerPixel } from './storedColour.ts';
import { transferSyntaxOf } from './transferSyntax.ts';

/** Loads what the syntax needs, nothing else. */
export async function frameDecoder(syntaxUid: string): Promise<FrameDecoder> {
  const packing = transferSyntaxOf(syntaxUid)?.packing;
  const none = () => {};
  switch (packing?.kind) {
    case 'native': {
      const { bigEndian } = packing;
      const decode = (bytes: Uint8Array<ArrayBuffer>, pixels: StoredPixels): DecodedFrame => {
        return { bytes, bytesPerSample: (pixels.bitsAllocated / 8) as 1 | 2 | 4 | 8, bigEndian };
      };
      return { decode, close: none };
    }
    case 'rle': {
      // A frame is valid until the next one is decoded, as those of the WebAssembly decoders are.
      let room: Uint8Array<ArrayBuffer> | undefined;
      const decode = (bytes: Uint8Array<ArrayBuffer>, pixels: StoredPixels): DecodedFrame => {
        const bytesPerSample = (pixels.bitsAllocated / 8) as 1 | 2 | 4;
        const samples = samplesPerPixel(pixels);
        const decoded = decodeRle(bytes, pixels.rows * pixels.columns, bytesPerSample, samples, room);
        room = decoded;
        // Each sample has planes of its own there, whatever PlanarConfiguration says; they come out side by side.
        return withColour({ bytes: decoded, bytesPerSample, bigEndian: false }, pixels);
      };
      return { decode, close: none };
    }
    case 'codec':
      if (packing.codec === 'jpegLossless') return losslessDecoder();
      return packing.codec === 'jpeg' ? jpegFrames() : wasmFrames(packing.codec);
    default:
      throw new VesaliusError({
        code: 'unsupported',
        what: 'DICOM pixels',
        where: 'TransferSyntaxUID',
        expected: 'a transfer syntax that is read',
        got: syntaxUid,
      });
  }
}

async function wasmFrames(name: 'jpegLs' | 'jpeg2000' | 'htj2k'): Promise<FrameDecoder> {
  const decoder = await wasmDecoder(name);
  // A frame is valid until the next one is decoded.
  let last: Uint8Array<ArrayBufferLike> | null = null;
  return {
    decode(stored, pixels) {
      if (last) release(last);
      requireEnd(stored);
      try {
        decoder.getEncodedBuffer(stored.length).set(stored);
        decoder.decode();
      } catch (thrown) {
        throw broken(thrown);
      }
      const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo();
      // What openjpeg says of a stream whose header it did not take.
      if (width === 0 || height === 0) throw broken('no picture in the code stream');
      const bytesPerSample = bitsPerSample > 8 ? 2 : 1;
      last = decoder.getDecodedBuffer();
      const decoded = checked(last, width, height, componentCount, bytesPerSample, pixels);
      // JPEG-LS gives planes where its scans do; JPEG 2000 the samples of a pixel together, its own transform undone.
      return withColour(decoded, pixels, decoder.getInterleaveMode?.() === 0);
    },
    close: () => decoder.delete(),
  };
}
