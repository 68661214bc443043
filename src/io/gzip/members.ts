import { VesaliusError } from '#core/errors.ts';
import type { ByteReader } from '../byteReader.ts';

/** What stands around a deflate stream. */
export interface Wrapper {
  readonly name: 'gzip' | 'zlib';
  /** The same, as platform streams name it. */
  readonly native: 'gzip' | 'deflate';
  /** Several may follow each other in one file. */
  readonly several: boolean;
  readonly trailerBytes: number;
  /** 'ok', or in words what was found instead. */
  readHeader(input: ByteReader<undefined>): Promise<string>;
  sum(crc32: (data: Uint8Array, value: number) => number): Sum;
}

export interface Sum {
  add(bytes: Uint8Array): void;
  /** @throws VesaliusError 'checksum' */
  check(trailer: Uint8Array<ArrayBuffer>): void;
}

/** RFC 1952. */
export const gzipWrapper: Wrapper = {
  name: 'gzip',
  native: 'gzip',
  several: true,
  trailerBytes: 8,
  async readHeader(input) {
    const head = await input.take(10);
    if (head.length < 10) return `${head.length} bytes`;
    if (head[0] !== 0x1f || head[1] !== 0x8b) return 'other bytes';
    if (head[2] !== 8) return `compression method ${head[2]}`;
    const flags = head[3] as number;
    if (flags & 0xe0) return `flags ${flags}`;
    if (flags & 4) {
      const size = await input.take(2);
      await input.skip((size[0] ?? 0) + 256 * (size[1] ?? 0));
    }
    for (const flag of [8, 16]) {
      if (!(flags & flag)) continue;
      for (;;) {
        const next = await input.take(1);
        if (next.length === 0) return 'a header that is cut';
        if (next[0] === 0) break;
      }
    }
    if (flags & 2) await input.skip(2);
    return 'ok';
  },
  sum(crc32) {
    let crc = 0;
    let length = 0;
    return {
      add(bytes) {
        crc = crc32(bytes, crc);
        length += bytes.length;
      },
      check(trailer) {
        const view = new DataView(trailer.buffer);
        const storedCrc = view.getUint32(0, true);
        if (storedCrc !== crc >>> 0) throw wrong('gzip CRC-32', hex(storedCrc), hex(crc));
        const storedLength = view.getUint32(4, true);
        if (storedLength !== length % 2 ** 32)
          throw wrong('gzip length', `${storedLength} bytes`, `${length % 2 ** 32} bytes`);
      },
    };
  },
};

/** RFC 1950. */
export const zlibWrapper: Wrapper = {
  name: 'zlib',
  native: 'deflate',
  several: false,
  trailerBytes: 4,
  async readHeader(input) {
    const head = await input.take(2);
    if (head.length < 2) return `${head.length} bytes`;
    const [method, flags] = head as unknown as readonly [number, number];
    if ((method & 15) !== 8 || (method * 256 + flags) % 31 !== 0) return 'other bytes';
    return flags & 32 ? 'a preset dictionary' : 'ok';
  },
  sum() {
    let [a, b] = [1, 0];
    return {
      add(bytes) {
        // Short enough that neither sum leaves 31 bits, so that both stay whole numbers for the compiler.
        for (let from = 0; from < bytes.length; from += 3800) {
          const to = Math.min(bytes.length, from + 3800);
          for (let n = from; n < to; n++) {
            a += bytes[n] as number;
            b += a;
          }
          a %= 65521;
          b %= 65521;
        }
      },
      check(trailer) {
        const stored = new DataView(trailer.buffer).getUint32(0, false);
        const got = ((b << 16) | a) >>> 0;
        if (stored !== got) throw wrong('zlib Adler-32', hex(stored), hex(got));
      },
    };
  },
};

function wrong(where: string, expected: string, got: string): VesaliusError {
  return new VesaliusError({ code: 'checksum', what: 'checksum', where, expected, got });
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');
