import { nodeBuiltin } from '../nodeBuiltin.ts';
import { portableCrc32 } from './portableInflate.ts';

interface NodeZlib {
  deflateRaw(
    data: Uint8Array,
    options: { level: number; finishFlush: number },
    done: (error: Error | null, result: Uint8Array<ArrayBuffer>) => void,
  ): void;
  crc32(data: Uint8Array, value: number): number;
  readonly constants: { readonly Z_SYNC_FLUSH: number; readonly Z_FINISH: number };
}

/** Voxels shrink little more at higher levels, which take up to twice as long. */
const LEVEL = 1;
/** Blocks are deflated side by side on zlib's threads and joined to one stream, as pigz does. */
const BLOCK = 1 << 20;
const IN_FLIGHT = 6;

/** gzip of `parts` in order, in chunks; no time and no name in the header, so that the same bytes give the same bytes. */
export async function* gzipped(
  parts: readonly Uint8Array<ArrayBufferLike>[],
): AsyncGenerator<Uint8Array<ArrayBufferLike>, void, void> {
  const zlib = nodeBuiltin<NodeZlib>('node:zlib');
  if (zlib) yield* byNode(zlib, parts);
  else yield* byPlatform(parts);
}

async function* byNode(
  zlib: NodeZlib,
  parts: readonly Uint8Array<ArrayBufferLike>[],
): AsyncGenerator<Uint8Array<ArrayBufferLike>, void, void> {
  yield new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255]);
  const deflate = (block: Uint8Array, finishFlush: number) =>
    new Promise<Uint8Array<ArrayBuffer>>((resolve, reject) => {
      zlib.deflateRaw(block, { level: LEVEL, finishFlush }, (error, result) =>
        error ? reject(error) : resolve(result),
      );
    });
  const running: Promise<Uint8Array<ArrayBuffer>>[] = [];
  let crc = 0;
  let length = 0;
  for (const block of blocksOf(parts)) {
    crc = zlib.crc32(block, crc);
    length += block.length;
    running.push(deflate(block, zlib.constants.Z_SYNC_FLUSH));
    const [oldest] = running;
    if (running.length < IN_FLIGHT || !oldest) continue;
    yield await oldest;
    running.shift();
  }
  for (const rest of running) yield await rest;
  yield await deflate(new Uint8Array(0), zlib.constants.Z_FINISH);
  yield trailer(crc, length);
}

async function* byPlatform(
  parts: readonly Uint8Array<ArrayBufferLike>[],
): AsyncGenerator<Uint8Array<ArrayBufferLike>, void, void> {
  // Raw deflate: browsers differ in what they write into a gzip header.
  const stream = new CompressionStream('deflate-raw');
  const writer = stream.writable.getWriter();
  let crc = 0;
  let length = 0;
  const feed = async () => {
    for (const block of blocksOf(parts)) {
      crc = portableCrc32(block, crc);
      length += block.length;
      await writer.write(block);
    }
    await writer.close();
  };
  const fed = feed();
  fed.catch(() => undefined); // told where it is awaited
  yield new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
  const reader = stream.readable.getReader();
  for (;;) {
    const next = await reader.read();
    if (next.done) break;
    yield next.value;
  }
  await fed;
  yield trailer(crc, length);
}

function* blocksOf(parts: readonly Uint8Array<ArrayBufferLike>[]): Generator<Uint8Array<ArrayBuffer>> {
  for (const part of parts)
    for (let from = 0; from < part.length; from += BLOCK) {
      const block = part.subarray(from, from + BLOCK);
      // Platform streams refuse shared memory; one block's copy is nothing.
      yield block.buffer instanceof ArrayBuffer ? (block as Uint8Array<ArrayBuffer>) : new Uint8Array(block);
    }
}

function trailer(crc: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, crc, true);
  view.setUint32(4, length % 2 ** 32, true);
  return bytes;
}
