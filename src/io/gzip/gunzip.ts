import { VesaliusError } from '#core/errors.ts';
import { ByteReader, type Chunks, chunksOf } from '../byteReader.ts';
import type { ByteSource } from '../source.ts';
import { gzipWrapper, type Wrapper, zlibWrapper } from './members.ts';
import { nodeCrc32, nodeInflate } from './nodeInflate.ts';
import { portableCrc32, portableInflate } from './portableInflate.ts';

/** How a compressed file ended. */
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
export function gunzip(source: ByteSource, engine: GzipEngine = bestEngine()): Chunks<GzipEnd> {
  return inflated(source, gzipWrapper, engine);
}

/** As gunzip, for zlib's own wrapper (RFC 1950), as MetaImage has it. */
export function inflateZlib(source: ByteSource, engine: GzipEngine = bestEngine()): Chunks<GzipEnd> {
  return inflated(source, zlibWrapper, engine);
}

function bestEngine(): GzipEngine {
  return nodeInflate ? 'node' : typeof DecompressionStream === 'undefined' ? 'portable' : 'native';
}

async function* inflated(source: ByteSource, wrapper: Wrapper, engine: GzipEngine): Chunks<GzipEnd> {
  let given = 0;
  if (engine === 'native') {
    const chunks = nativeChunks(source, wrapper);
    try {
      for (;;) {
        const next = await chunks.next();
        if (next.done) {
          if (next.value) return next.value;
          break; // the portable reader finds out why
        }
        given += next.value.length;
        yield next.value;
      }
    } finally {
      await chunks.return(null);
    }
  }
  const members = readMembers(source, wrapper, engine === 'node');
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

/** A platform stream inflates each piece whole, whoever waits: deflate makes at most 1032 times of it, here 17 MB. */
const NATIVE_PIECE = 1 << 14;

/** Ends with null where the platform refuses the stream. A source that cannot be read is an error as ever. */
async function* nativeChunks(source: ByteSource, wrapper: Wrapper): Chunks<GzipEnd | null> {
  const input = new ByteReader(chunksOf(await source.stream()));
  let broken: { readonly thrown: unknown } | null = null;
  let refused = false;
  const watched = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      let piece: Uint8Array<ArrayBufferLike> | null;
      try {
        piece = await input.some(NATIVE_PIECE);
      } catch (thrown) {
        broken = { thrown };
        throw thrown;
      }
      // The platform has given up meanwhile: nobody takes what has come.
      if (refused) return;
      if (piece) controller.enqueue(piece as Uint8Array<ArrayBuffer>);
      else controller.close();
    },
    cancel: async () => {
      refused = true;
      await input.close();
    },
  });
  const inside = chunksOf(watched.pipeThrough(new DecompressionStream(wrapper.native)));
  try {
    for (;;) {
      let next: IteratorResult<Uint8Array<ArrayBufferLike>, undefined>;
      try {
        next = await inside.next();
      } catch {
        if (broken) throw (broken as { thrown: unknown }).thrown;
        return null;
      }
      if (next.done) return { trailer: 'ok', after: 0 };
      yield next.value;
    }
  } finally {
    await inside.return(undefined).catch(() => undefined);
  }
}

async function* readMembers(source: ByteSource, wrapper: Wrapper, node: boolean): Chunks<GzipEnd> {
  const inflate = (node && nodeInflate) || portableInflate;
  const input = new ByteReader(chunksOf(await source.stream()));
  try {
    for (let member = 0; ; member++) {
      const begins = input.position;
      const header = await wrapper.readHeader(input);
      if (header !== 'ok') {
        if (member === 0) {
          const expected = `a ${wrapper.name} header`;
          throw new VesaliusError({ code: 'format', what: wrapper.name, where: wrapper.name, expected, got: header });
        }
        return { trailer: 'ok', after: source.size === null ? null : source.size - begins };
      }
      const sum = wrapper.sum((node && nodeCrc32) || portableCrc32);
      const chunks = inflate(input);
      try {
        for (;;) {
          const next = await chunks.next();
          if (next.done) break;
          sum.add(next.value);
          yield next.value;
        }
      } finally {
        await chunks.return(undefined);
      }
      const trailer = await input.take(wrapper.trailerBytes);
      if (trailer.length < wrapper.trailerBytes) return { trailer: 'missing', after: 0 };
      sum.check(trailer);
      const more = await input.some(1);
      if (!more) return { trailer: 'ok', after: 0 };
      input.unread(1);
      if (!wrapper.several) {
        return { trailer: 'ok', after: source.size === null ? null : source.size - input.position };
      }
    }
  } finally {
    await input.close();
  }
}
