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

export interface LosslessOptions {
  readonly precision: number;
  readonly components: number;
  readonly predictor: number;
  /** Pt of ITU-T T.81. */
  readonly shift: number;
  /** Lines between restart markers; 0: none. */
  readonly restart: number;
}

/** JPEG lossless (process 14): seventeen categories in codes of five bits, so that any difference has one. */
export function jpegLossless(
  samples: readonly number[],
  width: number,
  { precision, components, predictor, shift, restart }: LosslessOptions,
): Uint8Array<ArrayBuffer> {
  const height = samples.length / width / components;
  const at = (x: number, y: number, c: number) => (samples[(y * width + x) * components + c] as number) >> shift;
  const guess = (x: number, y: number, c: number): number => {
    const begins = restart > 0 ? y % restart === 0 : y === 0;
    if (begins) return x === 0 ? 2 ** (precision - shift - 1) : at(x - 1, y, c);
    if (x === 0) return at(0, y - 1, c);
    const [a, b, ab] = [at(x - 1, y, c), at(x, y - 1, c), at(x - 1, y - 1, c)];
    return [a, b, ab, a + b - ab, a + Math.floor((b - ab) / 2), b + Math.floor((a - ab) / 2), Math.floor((a + b) / 2)][
      predictor - 1
    ] as number;
  };
  const out: number[] = [];
  let bits = '';
  const flush = () => {
    bits = bits.padEnd(8 * Math.ceil(bits.length / 8), '1');
    for (let n = 0; n < bits.length; n += 8) {
      const byte = Number.parseInt(bits.slice(n, n + 8), 2);
      out.push(byte, ...(byte === 255 ? [0] : []));
    }
    bits = '';
  };
  for (let y = 0; y < height; y++) {
    if (restart > 0 && y > 0 && y % restart === 0) {
      flush();
      out.push(0xff, 0xd0 + ((y / restart - 1) & 7));
    }
    for (let x = 0; x < width; x++)
      for (let c = 0; c < components; c++) {
        // Modulo 2^16, from −32767 to 32768 (H.1.2.1).
        const raw = (at(x, y, c) - guess(x, y, c)) & 0xffff;
        const difference = raw > 32768 ? raw - 65536 : raw;
        const size = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
        const value = difference < 0 ? difference + 2 ** size - 1 : difference;
        const rest = size === 0 || size === 16 ? '' : value.toString(2).padStart(size, '0');
        bits += size.toString(2).padStart(5, '0') + rest;
      }
  }
  flush();
  const segment = (code: number, ...bytes: number[]) => {
    const length = bytes.length + 2;
    return [0xff, code, length >> 8, length & 255, ...bytes];
  };
  const each = Array.from({ length: components }, (_, c) => c + 1);
  const interval = restart * width;
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...segment(0xc4, 0, 0, 0, 0, 0, 17, ...new Array(11).fill(0), ...Array.from({ length: 17 }, (_, n) => n)),
    ...segment(
      0xc3,
      precision,
      height >> 8,
      height & 255,
      width >> 8,
      width & 255,
      components,
      ...each.flatMap((id) => [id, 0x11, 0]),
    ),
    ...(restart > 0 ? segment(0xdd, interval >> 8, interval & 255) : []),
    ...segment(0xda, components, ...each.flatMap((id) => [id, 0]), predictor, 0, shift),
    ...out,
    ...[0xff, 0xd9],
  ]);
}
