import { VesaliusError, type VesaliusErrorCode } from '#core/errors.ts';
import { ByteReader, type Chunks } from '../byteReader.ts';
import { nodeCrc32, nodeInflate } from '../gzip/nodeInflate.ts';
import { portableCrc32, portableInflate } from '../gzip/portableInflate.ts';
import type { ByteSource } from '../source.ts';
import type { ZipEntry } from './entry.ts';

/** zlib of Node, or fflate, which browsers have too. */
export type ZipEngine = 'node' | 'portable';

const LOCAL = 0x04034b50;
/** Bytes of the archive that are asked for at once. */
const PIECE = 1 << 19;
/** Up to here a read is of a file's beginning: its pieces are small, since a thousand headers are let go later than they are read. */
const BEGINNING = 1 << 16;
const SMALL_PIECE = 1 << 14;

/**
 * A file inside an archive. What is stored is read where it lies; what is deflated is inflated from its beginning, and asking
 * on from where the last answer ended goes on there. Never more than two pieces are held.
 * @throws VesaliusError, each naming the file: 'format' or 'truncated' (not what the directory says, more or fewer bytes than
 *   declared), 'checksum' (once the last byte is reached by reading in order)
 */
export function openMember(
  archive: ByteSource,
  entry: ZipEntry,
  name: string,
  engine: ZipEngine = nodeInflate ? 'node' : 'portable',
): Pick<ByteSource, 'bytes' | 'stream'> {
  let begins: Promise<number> | null = null;
  const start = () => {
    begins ??= dataStart(archive, entry);
    return begins;
  };
  const said = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (thrown) {
      throw thrown instanceof VesaliusError ? thrown.in(name) : thrown;
    }
  };
  const chunks = async (beginning: boolean) => content(archive, await start(), entry, engine, beginning);
  const inOrder = entry.method === 'stored' ? null : sequential(chunks, entry.size);
  return {
    bytes: (from, to) =>
      said(
        (async () => {
          const end = Math.min(to, entry.size);
          if (end <= from) return new Uint8Array(0);
          if (inOrder) return inOrder(from, end);
          const at = await start();
          return archive.bytes(at + from, at + end);
        })(),
      ),
    async stream() {
      const reader = new ByteReader(await said(chunks(false)));
      return new ReadableStream<Uint8Array<ArrayBuffer>>(
        {
          async pull(controller) {
            const run = await said(reader.some(PIECE));
            // The reader's own run may lie in a buffer that zlib goes on with.
            if (run) controller.enqueue(new Uint8Array(run));
            else controller.close();
          },
          cancel: () => reader.close(),
        },
        { highWaterMark: 0 },
      );
    },
  };
}

/** The local header's name and extra field are as long as it says, not as the directory says. */
async function dataStart(archive: ByteSource, { at }: ZipEntry): Promise<number> {
  const head = await archive.bytes(at, at + 30);
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.length < 30 || view.getUint32(0, true) !== LOCAL)
    throw refuse('format', 'local file header', `one at byte ${at} of the archive`, 'other bytes');
  return at + 30 + view.getUint16(26, true) + view.getUint16(28, true);
}

async function* packedBytes(archive: ByteSource, start: number, packed: number, piece: number): Chunks<undefined> {
  for (let from = 0; from < packed; ) {
    const run = await archive.bytes(start + from, start + Math.min(packed, from + piece));
    if (run.length === 0) throw refuse('truncated', 'ZIP entry data', `${packed} bytes`, from);
    from += run.length;
    yield run;
  }
  return undefined;
}

/** The entry's bytes, counted and summed: a bomb that declares little is stopped at its first byte too many. */
async function* content(
  archive: ByteSource,
  start: number,
  entry: ZipEntry,
  engine: ZipEngine,
  beginning: boolean,
): Chunks<undefined> {
  const inflate = (engine === 'node' && nodeInflate) || portableInflate;
  const packed = packedBytes(archive, start, entry.packed, beginning ? SMALL_PIECE : PIECE);
  const inside =
    entry.method === 'stored' ? packed : inflate(new ByteReader(packed), beginning ? SMALL_PIECE : undefined);
  const sum = (engine === 'node' && nodeCrc32) || portableCrc32;
  let [length, crc] = [0, 0];
  try {
    for (;;) {
      const next = await inside.next().catch((thrown: unknown) => {
        const broken = thrown instanceof VesaliusError && thrown.where === 'gzip data';
        throw broken ? refuse('format', 'ZIP entry data', 'a sound deflate stream', thrown.got) : thrown;
      });
      if (next.done) break;
      length += next.value.length;
      if (length > entry.size) throw refuse('format', 'uncompressed size', `${entry.size} bytes`, 'more');
      crc = sum(next.value, crc);
      // Whoever knows the size asks no further: the last bytes are not given before they are proved.
      if (length === entry.size && crc !== entry.crc32) throw refuse('checksum', 'CRC-32', hex(entry.crc32), hex(crc));
      yield next.value;
    }
    if (length < entry.size) throw refuse('truncated', 'uncompressed size', `${entry.size} bytes`, length);
  } finally {
    await inside.return(undefined);
    await packed.return(undefined);
  }
  return undefined;
}

/** Ranges of what can only be read in order. A header is read and let go; a longer reading stays open for what follows. */
function sequential(open: (beginning: boolean) => Promise<Chunks<undefined>>, size: number) {
  let reader: ByteReader<undefined> | null = null;
  let last: Promise<unknown> = Promise.resolve();
  const close = async () => {
    const old = reader;
    reader = null;
    await old?.close();
  };
  const range = async (from: number, to: number): Promise<Uint8Array<ArrayBuffer>> => {
    try {
      if (reader && from < reader.position) await close();
      reader ??= new ByteReader(await open(to <= BEGINNING));
      await reader.skip(from - reader.position);
      const bytes = await reader.take(to - from);
      if (to >= size || to <= BEGINNING) await close();
      return bytes;
    } catch (thrown) {
      await close().catch(() => undefined);
      throw thrown;
    }
  };
  return (from: number, to: number): Promise<Uint8Array<ArrayBuffer>> => {
    const next = last.then(() => range(from, to));
    last = next.catch(() => undefined);
    return next;
  };
}

function hex(sum: number): string {
  return (sum >>> 0).toString(16).padStart(8, '0');
}

function refuse(code: VesaliusErrorCode, where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code, what: 'ZIP entry', where, expected, got });
}
