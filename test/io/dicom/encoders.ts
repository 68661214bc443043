// Encoders for tests: RLE of our own, the others out of the packages that bring our decoders.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { joined } from './dicomFile.ts';

export interface Picture {
  readonly rows: number;
  readonly columns: number;
  /** Samples of a pixel together, little endian. */
  readonly bytes: Uint8Array;
  readonly bits: 8 | 16;
  readonly components: 1 | 3;
  readonly signed?: boolean;
}

interface Encoder {
  getDecodedBuffer(info: object): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  encode(): void;
  delete(): void;
}

const require = createRequire(import.meta.url);

async function encode<Kind extends Encoder>(
  codec: string,
  name: string,
  picture: Picture,
  options: (encoder: Kind) => void,
  more: object = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const built = await require(`@cornerstonejs/codec-${codec}/wasmjs`)({
    wasmBinary: readFileSync(require.resolve(`@cornerstonejs/codec-${codec}/wasm`)),
    print: () => {},
    printErr: () => {},
  });
  const encoder: Kind = new built[name]();
  const { rows, columns, bytes, bits, components, signed } = picture;
  const info = {
    width: columns,
    height: rows,
    bitsPerSample: bits,
    componentCount: components,
    isSigned: signed ?? false,
  };
  encoder.getDecodedBuffer({ ...info, ...more }).set(bytes);
  options(encoder);
  encoder.encode();
  const stream = Uint8Array.from(encoder.getEncodedBuffer());
  encoder.delete();
  return stream;
}

export function htj2k(picture: Picture): Promise<Uint8Array<ArrayBuffer>> {
  type Kind = Encoder & { setQuality(lossless: boolean, step: number): void };
  const more = { isUsingColorTransform: picture.components === 3 };
  return encode<Kind>('openjph', 'HTJ2KEncoder', picture, (encoder) => encoder.setQuality(true, 0), more);
}

/** Reversible; three components by way of its colour transform (YBR_RCT). */
export function jpeg2000(picture: Picture): Promise<Uint8Array<ArrayBuffer>> {
  type Kind = Encoder & { setQuality(lossless: boolean, step: number): void };
  return encode<Kind>('openjpeg', 'J2KEncoder', picture, (encoder) => encoder.setQuality(true, 0));
}

/** @param interleave 0: planes, 1: lines, 2: samples */
export function jpegLs(picture: Picture, interleave: 0 | 1 | 2): Promise<Uint8Array<ArrayBuffer>> {
  type Kind = Encoder & { setInterleaveMode(mode: number): void };
  return encode<Kind>('charls', 'JpegLSEncoder', picture, (encoder) => encoder.setInterleaveMode(interleave));
}

export function jpeg(picture: Picture, quality: number, progressive = false): Promise<Uint8Array<ArrayBuffer>> {
  type Kind = Encoder & { setQuality(quality: number): void; setProgressive(yes: boolean): void };
  return encode<Kind>('libjpeg-turbo-8bit', 'JPEGEncoder', picture, (encoder) => {
    encoder.setQuality(quality);
    encoder.setProgressive(progressive);
  });
}

/** PackBits as PS3.5, annex G asks for: literal runs and repeats, never more than 128. */
function pack(bytes: readonly number[]): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    let run = 1;
    while (run < 128 && bytes[at + run] === bytes[at]) run++;
    if (run > 1) {
      out.push(257 - run, bytes[at] as number);
      at += run;
      continue;
    }
    let stop = at + 1;
    while (stop < bytes.length && stop - at < 128 && bytes[stop] !== bytes[stop + 1]) stop++;
    out.push(stop - at - 1, ...bytes.slice(at, stop));
    at = stop;
  }
  return Uint8Array.from(out);
}

/** @param samples of a pixel together */
export function rle(samples: readonly number[], bytesPerSample: number, components = 1): Uint8Array<ArrayBuffer> {
  const planes = Array.from({ length: components * bytesPerSample }, (_, plane) => {
    const shift = 8 * (bytesPerSample - 1 - (plane % bytesPerSample));
    const component = Math.floor(plane / bytesPerSample);
    return pack(samples.filter((_, n) => n % components === component).map((v) => (v >> shift) & 255));
  });
  const head = new DataView(new ArrayBuffer(64));
  head.setUint32(0, planes.length, true);
  let at = 64;
  planes.forEach((plane, p) => {
    head.setUint32(4 + 4 * p, at, true);
    at += plane.length;
  });
  return joined([new Uint8Array(head.buffer), ...planes]);
}
