import { VesaliusError } from '#core/errors.ts';
import { ByteReader, type Chunks, chunksOf } from '../byteReader.ts';
import type { ByteSource } from '../source.ts';
import { nodeCrc32, nodeInflate } from './nodeInflate.ts';
import { portableCrc32, portableInflate } from './portableInflate.ts';

/** How a gzip file ended. */
export interface GzipEnd {
  /** 'missing': the file stops before checksum and length, so that nothing proves its last bytes. */
  readonly trailer: 'ok' | 'missing';
  /** Bytes after the last member that are no member: padding, junk. null: some, of unknown number. */
  readonly after: number | null;
}

/**
 * `node`: zlib's inflate with its place in the input known. `native`: the browser's own stream, which refuses several members,
 * padding and trailing bytes, so that those are read again by `portable`: fflate, member by member. All give the same answer.
 */
export type GzipEngine = 'node' | 'native' | 'portable';

export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

/**
 * The bytes inside a gzip file. Inflates no more than is asked for, so whoever stops asking is safe from a stream without end.
 * A file that stops early ends the run without an error (`trailer: 'missing'`): the caller knows how many bytes it needs.
 * @throws VesaliusError 'format' (not gzip, broken deflate data), 'checksum' (CRC or length of a member is wrong)
 */
export async function* gunzip(source: ByteSource, engine: GzipEngine = bestEngine()): Chunks<GzipEnd> {
  let given = 0;
  if (engine === 'native') {
    const stream = (await source.stream()).pipeThrough(
      new DecompressionStream('gzip') as { readable: ReadableStream<Uint8Array<ArrayBuffer>>; writable: unknown },
    );
    const chunks = chunksOf(stream);
    try {
      for (;;) {
        let next: IteratorResult<Uint8Array<ArrayBufferLike>, undefined>;
        try {
          next = await chunks.next();
        } catch {
          break; // the portable reader finds out why
        }
        if (next.done) return { trailer: 'ok', after: 0 };
        given += next.value.length;
        yield next.value;
      }
    } finally {
      await chunks.return(undefined).catch(() => undefined);
    }
  }
  const members = readMembers(source, engine === 'node');
  try {
    let skip = given;
    for (;;) {
      const next = await members.next();
      if (next.done) return next.value;
      if (skip >= next.value.length) skip -= next.value.length;
      else {
        yield skip > 0 ? next.value.subarray(skip) : next.value;
        skip = 0;
      }
    }
  } finally {
    await members.return({ trailer: 'missing', after: null });
  }
}

function bestEngine(): GzipEngine {
  return nodeInflate ? 'node' : typeof DecompressionStream === 'undefined' ? 'portable' : 'native';
}

async function* readMembers(source: ByteSource, node: boolean): Chunks<GzipEnd> {
  const inflate = (node && nodeInflate) || portableInflate;
  const crc32 = (node && nodeCrc32) || portableCrc32;
  const input = new ByteReader(chunksOf(await source.stream()));
  try {
    for (let member = 0; ; member++) {
      const begins = input.position;
      const header = await readHeader(input);
      if (header !== 'ok') {
        if (member === 0) throw fault('format', 'gzip', 'a gzip header', header);
        const after = source.size === null ? null : source.size - begins;
        return { trailer: 'ok', after };
      }
      let crc = 0;
      let length = 0;
      const chunks = inflate(input);
      try {
        for (;;) {
          const next = await chunks.next();
          if (next.done) break;
          crc = crc32(next.value, crc);
          length += next.value.length;
          yield next.value;
        }
      } finally {
        await chunks.return(undefined);
      }
      const trailer = await input.take(8);
      if (trailer.length < 8) return { trailer: 'missing', after: 0 };
      const view = new DataView(trailer.buffer);
      const storedCrc = view.getUint32(0, true);
      if (storedCrc !== crc >>> 0) throw fault('checksum', 'gzip CRC-32', hex(storedCrc), hex(crc >>> 0));
      const storedLength = view.getUint32(4, true);
      if (storedLength !== length % 2 ** 32)
        throw fault('checksum', 'gzip length', `${storedLength} bytes`, `${length} bytes`);
      const more = await input.some(1);
      if (!more) return { trailer: 'ok', after: 0 };
      input.unread(1);
    }
  } finally {
    await input.close();
  }
}

/** RFC 1952. 'ok', or what was found instead. */
async function readHeader(input: ByteReader<undefined>): Promise<string> {
  const head = await input.take(10);
  if (head.length < 10) return `${head.length} bytes`;
  if (!isGzip(head)) return 'other bytes';
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
}

function fault(code: 'format' | 'checksum', where: string, expected: string, got: string): VesaliusError {
  return new VesaliusError({ code, what: 'gzip', where, expected, got });
}

const hex = (value: number): string => value.toString(16).padStart(8, '0');
