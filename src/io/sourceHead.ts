import { ByteReader, type Chunks, chunksOf } from './byteReader.ts';
import { type GzipEnd, gunzip, isGzip } from './gzip/gunzip.ts';
import type { ByteSource } from './source.ts';

/** The beginning of a file, and of what is inside where it is compressed. */
export interface SourceHead {
  readonly source: ByteSource;
  readonly gzip: boolean;
  /** The first bytes, inflated where `gzip`. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Enough for every fixed header, and a run that a disk gives in one read. */
const RAW = 1 << 14;
const INSIDE = 1 << 14;

export async function readHead(source: ByteSource): Promise<SourceHead> {
  const raw = await source.bytes(0, RAW);
  if (!isGzip(raw)) return { source, gzip: false, bytes: raw };
  const reader = new ByteReader(gunzip(beginningOf(source, raw)));
  try {
    return { source, gzip: true, bytes: await reader.take(INSIDE) };
  } finally {
    await reader.close();
  }
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
