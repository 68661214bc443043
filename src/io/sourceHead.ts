import { ByteReader, type Chunks, chunksOf } from './byteReader.ts';
import { type GzipEnd, gunzip, isGzip } from './gzip/gunzip.ts';
import { type ByteSource, type ReadingRoom, readingRoom } from './source.ts';

/** The beginning of a file, and of what is inside where it is compressed. */
export interface SourceHead {
  readonly source: ByteSource;
  readonly gzip: boolean;
  /** The first bytes, inflated where `gzip`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Enough for every fixed header and nearly every DICOM one, and a run that a disk gives in one read. */
export const HEAD_BYTES = 1 << 14;
const INSIDE = 1 << 14;

/** @param room its `bytes` may lie there, and be good until it is read into again */
export async function readHead(source: ByteSource, room?: ReadingRoom): Promise<SourceHead> {
  const raw = await source.bytes(0, HEAD_BYTES, room);
  if (!isGzip(raw)) return { source, gzip: false, bytes: raw };
  const reader = new ByteReader(gunzip(beginningOf(source, raw)));
  try {
    return { source, gzip: true, bytes: await reader.take(INSIDE) };
  } finally {
    await reader.close();
  }
}

/** Beginnings that are on their way at once. */
const AHEAD = 8;

/**
 * Beginnings of files in their order. Those of the next few are asked for before their turn, since a far disk, a server and a browser's
 * files each let one wait; all of them take turns in a few rooms.
 * @returns the head of source `n`, its `bytes` good until the next one is asked for; sources behind `n` may come and go
 */
export function headReader(): (sources: readonly ByteSource[], n: number) => Promise<SourceHead> {
  const free: ReadingRoom[] = Array.from({ length: AHEAD }, readingRoom);
  const asked = new Map<ByteSource, { readonly room: ReadingRoom; readonly head: Promise<SourceHead> }>();
  let last: ReadingRoom | null = null;
  return (sources, n) => {
    if (last) free.push(last);
    last = null;
    for (const source of sources.slice(n, n + AHEAD)) {
      if (asked.has(source)) continue;
      const room = free.pop();
      if (!room) break;
      const head = readHead(source, room);
      // Its fault is told when its turn comes, if it does.
      head.catch(() => undefined);
      asked.set(source, { room, head });
    }
    const source = sources[n] as ByteSource;
    const own = asked.get(source);
    asked.delete(source);
    last = own?.room ?? null;
    return own?.head ?? readHead(source);
  };
}

function beginningOf(source: ByteSource, raw: Uint8Array<ArrayBuffer>): ByteSource {
  return {
    ref: source.ref,
    name: source.name,
    size: raw.length,
    bytes: async (from, to) => raw.slice(from, to),
    stream: async () =>
      new ReadableStream<Uint8Array<ArrayBuffer>>({
        start(controller) {
          if (raw.length > 0) controller.enqueue(raw);
          controller.close();
        },
      }),
  };
}

/** A reader over a file's bytes from its beginning, inflated where it is compressed. */
export async function openBytes(source: ByteSource, gzip: boolean): Promise<ByteReader<GzipEnd | undefined>> {
  const chunks: Chunks<GzipEnd | undefined> = gzip ? gunzip(source) : chunksOf(await source.stream());
  return new ByteReader(chunks);
}
