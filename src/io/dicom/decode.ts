import { VesaliusError } from '#core/errors.ts';
import { wasmDecoder } from './codecs.ts';
import { broken, checked, type DecodedFrame, type FrameDecoder, requireEnd } from './codeStream.ts';
import type { StoredPixels } from './instance.ts';
import { losslessDecoder } from './jpegLossless.ts';
import { decodeRle } from './rle.ts';
import { transferSyntaxOf } from './transferSyntax.ts';

/** Loads what the syntax needs, nothing else. */
export async function frameDecoder(syntaxUid: string): Promise<FrameDecoder> {
  const packing = transferSyntaxOf(syntaxUid)?.packing;
  const none = () => {};
  switch (packing?.kind) {
    case 'native': {
      const { bigEndian } = packing;
      const decode = (bytes: Uint8Array<ArrayBuffer>, pixels: StoredPixels): DecodedFrame => {
        // Bytes that a big-endian file keeps in 16-bit words stand in pairs the wrong way round.
        if (pixels.bytePairs) swapPairs(bytes);
        return { bytes, bytesPerSample: (pixels.bitsAllocated / 8) as 1 | 2 | 4 | 8, bigEndian };
      };
      return { decode, close: none };
    }
    case 'rle': {
      const decode = (bytes: Uint8Array<ArrayBuffer>, pixels: StoredPixels): DecodedFrame => {
        const bytesPerSample = (pixels.bitsAllocated / 8) as 1 | 2 | 4;
        const count = pixels.rows * pixels.columns;
        return { bytes: decodeRle(bytes, count, bytesPerSample), bytesPerSample, bigEndian: false };
      };
      return { decode, close: none };
    }
    case 'codec':
      return packing.codec === 'jpegLossless' ? losslessDecoder() : wasmFrames(packing.codec);
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

async function wasmFrames(name: 'jpeg' | 'jpegLs' | 'jpeg2000' | 'htj2k'): Promise<FrameDecoder> {
  const decoder = await wasmDecoder(name);
  return {
    decode(stored, pixels) {
      requireEnd(stored);
      try {
        decoder.getEncodedBuffer(stored.length).set(stored);
        decoder.decode();
      } catch (thrown) {
        throw broken(thrown);
      }
      const { width, height, bitsPerSample, componentCount } = decoder.getFrameInfo();
      const bytesPerSample = bitsPerSample > 8 ? 2 : 1;
      return checked(decoder.getDecodedBuffer(), width, height, componentCount, bytesPerSample, pixels);
    },
    close: () => decoder.delete(),
  };
}

function swapPairs(bytes: Uint8Array): void {
  for (let n = 0; n + 1 < bytes.length; n += 2) {
    const first = bytes[n] as number;
    bytes[n] = bytes[n + 1] as number;
    bytes[n + 1] = first;
  }
}
