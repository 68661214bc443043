import { VesaliusError } from '#core/errors.ts';
import { brokenStream } from './byteReader.ts';
import { nodeBuiltin } from './nodeBuiltin.ts';
import type { ZipEntry } from './zip/entry.ts';

/** Where bytes come from, as plain data that crosses a worker's border. */
export type SourceRef =
  | {
      readonly kind: 'file';
      readonly file: File;
      /** Relative path inside the dropped folder, else the file's name. */
      readonly path: string;
    }
  | { readonly kind: 'url'; readonly url: string; readonly path: string }
  | { readonly kind: 'disk'; readonly disk: string; readonly path: string }
  | {
      readonly kind: 'zip';
      /** Never a `zip` itself: an archive inside an archive is not unpacked. */
      readonly archive: SourceRef;
      readonly entry: ZipEntry;
      /** The archive's path, then the path inside: 'study.zip/IM/0001'. */
      readonly path: string;
    };

/**
 * Memory that one reading after the other takes, so that none leaves an array behind: a slice a millisecond is garbage faster than
 * it is collected. While it is read into, and after a reading that failed, `bytes` may be empty.
 */
export interface ReadingRoom {
  bytes: Uint8Array<ArrayBuffer>;
}

export function readingRoom(): ReadingRoom {
  return { bytes: new Uint8Array(0) };
}

/** A readable run of bytes. `name` is the base name as the user gave it: it goes into errors. */
export interface ByteSource {
  readonly ref: SourceRef;
  readonly name: string;
  /** null where a server does not say. */
  readonly size: number | null;
  /**
   * Bytes [from, to), fewer at the end; the caller's own copy.
   * @param room where the source can, what comes is a view of its memory, good until it is read into again
   */
  bytes(from: number, to: number, room?: ReadingRoom): Promise<Uint8Array<ArrayBuffer>>;
  stream(): Promise<ReadableStream<Uint8Array<ArrayBuffer>>>;
}

/** Large enough that the cost per read vanishes, small enough that cancel is felt at once. */
const DISK_CHUNK = 1 << 19;

/**
 * Opens nothing yet, but a file on disk is looked at: one that is not there is refused here.
 * A `url` is absolute, or it stands on the origin of the page; a path relative to the page is the caller's to resolve,
 * since a worker does not know the page's address.
 * @throws VesaliusError 'missing' or 'io' (disk), 'usage' (a relative URL where there is no origin)
 */
export function openSource(ref: SourceRef): ByteSource {
  switch (ref.kind) {
    case 'file':
      return openFile(ref);
    case 'url':
      return openUrl(ref);
    case 'disk':
      return openDisk(ref);
    case 'zip':
      return openZipped(ref);
  }
}

export function baseName(path: string): string {
  const trimmed = path.replace(/[/\\]+$/, '');
  return trimmed.slice(Math.max(trimmed.lastIndexOf('/'), trimmed.lastIndexOf('\\')) + 1) || path;
}

function openFile(ref: Extract<SourceRef, { kind: 'file' }>): ByteSource {
  const { file, path } = ref;
  const name = baseName(path);
  return {
    ref,
    name,
    size: file.size,
    async bytes(from, to, room) {
      try {
        const part = file.slice(from, to);
        const reader = room && byteReaderOf(part);
        if (reader) return await readInto(room, reader, part.size);
        return new Uint8Array(await part.arrayBuffer());
      } catch (thrown) {
        throw cannotRead(name, thrown);
      }
    },
    stream: async () => file.stream(),
  };
}

/** null in a browser whose files are no byte streams. */
function byteReaderOf(part: Blob): ReadableStreamBYOBReader | null {
  try {
    return part.stream().getReader({ mode: 'byob' });
  } catch {
    return null;
  }
}

/** A stream takes the buffer that it is to fill, and gives its memory back as a buffer of its own. */
async function readInto(
  room: ReadingRoom,
  reader: ReadableStreamBYOBReader,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let at = 0;
  makeRoom(room, size);
  while (at < size) {
    const { done, value } = await reader.read(room.bytes.subarray(at, size));
    if (value) room.bytes = new Uint8Array(value.buffer);
    if (done) break;
    at += value.length;
  }
  // Its end was not asked for; whether it is let go does not matter to what has been read.
  reader.cancel().catch(() => undefined);
  return room.bytes.subarray(0, at);
}

/** A quarter more than is asked for, since compressed slices differ in length. */
function makeRoom(room: ReadingRoom, bytes: number): void {
  if (room.bytes.length < bytes) room.bytes = new Uint8Array(bytes + (bytes >> 2));
}

/** The reading itself is loaded when an archive is there. */
function openZipped(ref: Extract<SourceRef, { kind: 'zip' }>): ByteSource {
  const { entry, path } = ref;
  const name = baseName(path);
  const archive = openSource(ref.archive);
  let opened: Promise<Pick<ByteSource, 'bytes' | 'stream'>> | null = null;
  const open = () => {
    opened ??= import('./zip/member.ts').then(({ openMember }) => openMember(archive, entry, name));
    return opened;
  };
  return {
    ref,
    name,
    size: entry.size,
    bytes: async (from, to) => (await open()).bytes(from, to),
    stream: async () => (await open()).stream(),
  };
}

interface NodeFs {
  statSync(path: string): { readonly size: number; isDirectory(): boolean };
  openSync(path: string, flags: string): number;
  closeSync(fd: number): void;
  read(
    fd: number,
    into: Uint8Array,
    at: number,
    count: number,
    from: number,
    done: (error: Error | null, read: number) => void,
  ): void;
}

function openDisk(ref: Extract<SourceRef, { kind: 'disk' }>): ByteSource {
  const fs = nodeBuiltin<NodeFs>('node:fs');
  const name = baseName(ref.path);
  if (!fs) {
    throw new VesaliusError({ code: 'usage', what: 'file', where: 'path', expected: 'a file or a URL', got: ref.disk });
  }
  let size: number;
  try {
    const stat = fs.statSync(ref.disk);
    if (stat.isDirectory()) throw new VesaliusError({ ...NOT_A_FILE, file: name, got: 'a folder' });
    size = stat.size;
  } catch (thrown) {
    if (thrown instanceof VesaliusError) throw thrown;
    if ((thrown as { code?: string }).code === 'ENOENT') {
      throw new VesaliusError({ ...NOT_A_FILE, code: 'missing', file: name, got: 'nothing there' });
    }
    throw cannotRead(name, thrown);
  }
  const read = (fd: number, into: Uint8Array, at: number, count: number, from: number): Promise<number> =>
    new Promise((resolve, reject) => {
      fs.read(fd, into, at, count, from, (error, got) => (error ? reject(cannotRead(name, error)) : resolve(got)));
    });
  const open = (): number => {
    try {
      return fs.openSync(ref.disk, 'r');
    } catch (thrown) {
      throw cannotRead(name, thrown);
    }
  };
  return {
    ref,
    name,
    size,
    async bytes(from, to, room) {
      const length = Math.max(0, Math.min(to, size) - from);
      if (room) makeRoom(room, length);
      const bytes = room ? room.bytes.subarray(0, length) : new Uint8Array(length);
      const fd = open();
      try {
        let at = 0;
        while (at < bytes.length) {
          const got = await read(fd, bytes, at, bytes.length - at, from + at);
          if (got === 0) break;
          at += got;
        }
        return at === bytes.length ? bytes : bytes.slice(0, at);
      } finally {
        fs.closeSync(fd);
      }
    },
    async stream() {
      // Opened at the first pull, so that a stream which nobody reads holds no file.
      let fd: number | null = null;
      let from = 0;
      const close = () => {
        if (fd !== null) fs.closeSync(fd);
        fd = null;
      };
      const source: UnderlyingSource<Uint8Array<ArrayBuffer>> = {
        async pull(controller) {
          fd ??= open();
          const chunk = new Uint8Array(Math.max(1, Math.min(DISK_CHUNK, size - from)));
          try {
            const got = from < size ? await read(fd, chunk, 0, chunk.length, from) : 0;
            if (got > 0) {
              from += got;
              controller.enqueue(got === chunk.length ? chunk : chunk.subarray(0, got));
              return;
            }
          } catch (thrown) {
            close();
            throw thrown;
          }
          close();
          controller.close();
        },
        cancel: close,
      };
      return new ReadableStream(source, { highWaterMark: 0 });
    },
  };
}

const NOT_A_FILE = { code: 'io', what: 'file', where: 'file', expected: 'a file' } as const;

function openUrl(ref: Extract<SourceRef, { kind: 'url' }>): ByteSource {
  const name = baseName(ref.path);
  const url = absolute(ref.url, name);
  /** As long as the server has not shown otherwise. */
  let ranges = true;
  const ask = async (headers: Record<string, string>): Promise<Response> => {
    let answer: Response;
    try {
      answer = await fetch(url, { headers });
    } catch (thrown) {
      throw cannotRead(name, thrown);
    }
    if (!answer.ok) {
      await answer.body?.cancel();
      const code = answer.status === 404 || answer.status === 410 ? 'missing' : 'io';
      throw new VesaliusError({ code, what: 'URL', where: 'HTTP', expected: '200', got: answer.status, file: name });
    }
    return answer;
  };
  return {
    ref,
    name,
    size: null,
    async bytes(from, to) {
      if (to <= from) return new Uint8Array(0);
      if (ranges) {
        try {
          const answer = await ask({ range: `bytes=${from}-${to - 1}` });
          // A range of what the server itself has compressed cannot be unpacked, with an error or without one; the whole can.
          ranges = answer.status === 206 && (answer.headers.get('content-encoding') ?? 'identity') === 'identity';
          if (ranges) return await readRun(answer, 0, to - from);
          // A server that knows no ranges has begun to send everything.
          if (answer.status !== 206) return await readRun(answer, from, to - from);
          await answer.body?.cancel().catch(() => undefined);
        } catch (thrown) {
          // 416: nothing at or after `from`.
          if (thrown instanceof VesaliusError && thrown.got === 416) return new Uint8Array(0);
          throw thrown instanceof VesaliusError ? thrown.in(name) : thrown;
        }
      }
      return readRun(await ask({}), from, to - from);
    },
    async stream() {
      const { body } = await ask({});
      return body ?? new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (controller) => controller.close() });
    },
  };
}

function absolute(url: string, name: string): string {
  const { location } = globalThis as { location?: { origin: string } };
  try {
    return location && location.origin !== 'null' ? new URL(url, location.origin).href : new URL(url).href;
  } catch {
    throw new VesaliusError({
      code: 'usage',
      what: 'URL',
      where: 'url',
      expected: 'an absolute URL',
      got: url,
      file: name,
    });
  }
}

async function readRun(answer: Response, skip: number, count: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = answer.body?.getReader();
  const parts: Uint8Array[] = [];
  let left = skip;
  let have = 0;
  while (reader && have < count) {
    const next = await reader.read().catch((thrown: unknown) => {
      throw brokenStream(thrown);
    });
    if (next.done) break;
    const part = next.value.subarray(Math.min(left, next.value.length));
    left -= next.value.length - part.length;
    parts.push(part.subarray(0, count - have));
    have += Math.min(part.length, count - have);
  }
  await reader?.cancel().catch(() => undefined);
  const run = new Uint8Array(have);
  let at = 0;
  for (const part of parts) {
    run.set(part, at);
    at += part.length;
  }
  return run;
}

function cannotRead(name: string, thrown: unknown): VesaliusError {
  const error = thrown as { code?: string; message?: string; cause?: { code?: string } };
  const got = error.code ?? error.cause?.code ?? error.message ?? String(thrown);
  return new VesaliusError({
    code: 'io',
    what: 'reading',
    where: 'file',
    expected: 'a file that can be read',
    got,
    file: name,
  });
}
