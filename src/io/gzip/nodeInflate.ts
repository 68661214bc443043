import { VesaliusError } from '#core/errors.ts';
import type { ByteReader, Chunks } from '../byteReader.ts';
import { nodeBuiltin } from '../nodeBuiltin.ts';

interface NodeInflate extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  write(chunk: Uint8Array, done: () => void): boolean;
  end(): void;
  destroy(): void;
  on(event: 'error', listener: () => void): void;
  readonly bytesWritten: number;
}
interface NodeZlib {
  createInflateRaw(options: { chunkSize: number; finishFlush: number; readableHighWaterMark: number }): NodeInflate;
  crc32(data: Uint8Array, value: number): number;
  readonly constants: { readonly Z_SYNC_FLUSH: number };
}

const zlib = nodeBuiltin<NodeZlib>('node:zlib');

/** Compressed bytes handed over at once, and inflated bytes per chunk: one hop to zlib's thread and back each. */
const IN = 1 << 18;
const OUT = 1 << 18;

export const nodeCrc32: ((data: Uint8Array, value: number) => number) | undefined = zlib?.crc32;

/**
 * Inflates one raw deflate stream by zlib, on its own thread; afterwards `input` stands on the first byte behind it.
 * @param out bytes of a chunk: for a beginning that is read and let go, not more than it takes
 */
export const nodeInflate: ((input: ByteReader<undefined>, out?: number) => Chunks<undefined>) | undefined =
  zlib && ((input, out = OUT) => inflate(zlib, input, out));

async function* inflate(zlib: NodeZlib, input: ByteReader<undefined>, out: number): Chunks<undefined> {
  // With a sync flush at the end, input that stops early is no error: the caller counts.
  const stream = zlib.createInflateRaw({
    chunkSize: out,
    finishFlush: zlib.constants.Z_SYNC_FLUSH,
    readableHighWaterMark: out,
  });
  stream.on('error', () => undefined); // told by the iteration below
  let written = 0;
  let failed: { readonly thrown: unknown } | null = null;
  // Takes no further chunk once the deflate stream is over, which shows in bytes that are left over.
  const feed = async (): Promise<void> => {
    for (;;) {
      const chunk = await input.some(IN);
      if (!chunk) return stream.end();
      written += chunk.length;
      await new Promise<void>((done) => stream.write(chunk, done));
      if (stream.bytesWritten < written) return;
    }
  };
  feed().catch((thrown: unknown) => {
    failed = { thrown };
    stream.destroy();
  });
  try {
    for await (const chunk of stream) yield chunk;
  } catch (thrown) {
    if (failed) throw (failed as { thrown: unknown }).thrown;
    throw new VesaliusError({
      code: 'format',
      what: 'gzip',
      where: 'gzip data',
      expected: 'a sound deflate stream',
      got: thrown instanceof Error ? thrown.message : String(thrown),
    });
  }
  input.unread(written - stream.bytesWritten);
  return undefined;
}
