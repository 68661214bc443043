// ZIP's central directory: APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16 and 4.5.3 (zip64).
import { VesaliusError, type VesaliusErrorCode } from '#core/errors.ts';
import type { ByteSource } from '../source.ts';
import type { ZipEntry } from './entry.ts';

/** A file as the directory lists it; `entry` is null where it cannot be read, and `why` says the reason. */
export interface ListedFile {
  /** Relative, with `/`: no `..`, no drive, no control characters. */
  readonly path: string;
  readonly entry: ZipEntry | null;
  readonly why: '' | 'encrypted' | `method ${number}`;
}

/** Bounds on what an archive may claim. A study of a few thousand slices is far below each. */
export const LIMITS = {
  files: 100_000,
  directoryBytes: 2 ** 26,
  /** Of all files together, as declared. */
  totalBytes: 2 ** 36,
  /** Deflate makes at most 1032 bytes of one; a block's head needs a few more. */
  ratio: 1032,
} as const;

const END = 0x06054b50;
const END_64 = 0x06064b50;
const LOCATOR_64 = 0x07064b50;
const FILE = 0x02014b50;
const END_BYTES = 22;
const LONGEST_COMMENT = 0xffff;
const LOCAL_HEADER_BYTES = 30;

/**
 * The files of an archive, in the directory's order; folders are left out. Reads the archive's end and its directory alone.
 * @throws VesaliusError 'format' or 'truncated' (no directory, contradictions), 'too-large' (a bomb, by what it declares),
 *   'unsupported' (several volumes)
 */
export async function readDirectory(archive: ByteSource, size: number): Promise<ListedFile[]> {
  const { count, at, bytes, shift } = await findDirectory(archive, size);
  if (count > LIMITS.files) throw refuse('too-large', 'total number of entries', `at most ${LIMITS.files}`, count);
  if (bytes > LIMITS.directoryBytes)
    throw refuse('too-large', 'size of the central directory', `at most ${LIMITS.directoryBytes} bytes`, bytes);
  const directory = await archive.bytes(at, at + bytes);
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength);
  const files: ListedFile[] = [];
  let [total, packed] = [0, 0];
  for (let n = 0, from = 0; n < count; n++) {
    if (from + 46 > directory.length || view.getUint32(from, true) !== FILE)
      throw refuse('format', 'central directory', `${count} entries`, n);
    const [name, extra, comment] = [28, 30, 32].map((o) => view.getUint16(from + o, true)) as [number, number, number];
    const end = from + 46 + name + extra + comment;
    if (end > directory.length) throw refuse('truncated', 'central directory', `${end} bytes`, directory.length);
    const flags = view.getUint16(from + 8, true);
    const path = decodeName(directory.subarray(from + 46, from + 46 + name), (flags & 0x800) !== 0);
    const sizes = wideSizes(view, from, from + 46 + name, extra);
    from = end;
    if (/[/\\]$/.test(path)) continue;
    const method = view.getUint16(end - comment - extra - name - 46 + 10, true);
    const entry: ZipEntry = {
      at: sizes.at + shift,
      method: method === 0 ? 'stored' : 'deflated',
      packed: sizes.packed,
      size: sizes.size,
      crc32: view.getUint32(end - comment - extra - name - 46 + 16, true),
    };
    const why = flags & 1 ? 'encrypted' : method !== 0 && method !== 8 ? (`method ${method}` as const) : '';
    check(path, entry, why, size);
    total += entry.size;
    packed += entry.packed + LOCAL_HEADER_BYTES;
    files.push({ path: harmless(path), entry: why === '' ? entry : null, why });
  }
  // Files that lie over each other are how a small archive declares without end what it holds once.
  if (packed > size)
    throw refuse('format', 'compressed sizes', `at most the archive's ${size} bytes`, `${packed} bytes, overlapping`);
  if (total > LIMITS.totalBytes)
    throw refuse('too-large', 'uncompressed sizes', `at most ${LIMITS.totalBytes} bytes in all`, total);
  return files;
}

function check(path: string, { at, packed, size, method }: ZipEntry, why: string, archive: number): void {
  const said = `${path}: `;
  if (at < 0 || at + LOCAL_HEADER_BYTES + packed > archive)
    throw refuse('truncated', `${said}offset and size`, `an entry within ${archive} bytes`, `${at} + ${packed}`);
  if (why !== '') return;
  if (method === 'stored' && size !== packed)
    throw refuse('format', `${said}uncompressed size`, `${packed} bytes, as stored`, size);
  if (size > (packed + 64) * LIMITS.ratio)
    throw refuse('too-large', `${said}uncompressed size`, `at most ${LIMITS.ratio} times ${packed} bytes`, size);
}

/** The 32-bit sizes and offset of an entry, or their 64-bit ones from extra field 1 where they are full of ones. */
function wideSizes(view: DataView, from: number, extraAt: number, extraBytes: number) {
  let packed = view.getUint32(from + 20, true);
  let size = view.getUint32(from + 24, true);
  let at = view.getUint32(from + 42, true);
  for (let field = extraAt; field + 4 <= extraAt + extraBytes; ) {
    const length = view.getUint16(field + 2, true);
    if (view.getUint16(field, true) === 1) {
      let next = field + 4;
      const end = Math.min(next + length, extraAt + extraBytes);
      const wide = (narrow: number): number => {
        if (narrow !== 0xffffffff || next + 8 > end) return narrow;
        next += 8;
        return Number(view.getBigUint64(next - 8, true));
      };
      size = wide(size);
      packed = wide(packed);
      at = wide(at);
    }
    field += 4 + length;
  }
  return { packed, size, at };
}

/** `shift`: bytes before the archive proper (a self-extracting program), which its offsets do not count. */
async function findDirectory(archive: ByteSource, size: number) {
  const from = Math.max(0, size - END_BYTES - LONGEST_COMMENT - 20);
  const tail = await archive.bytes(from, size);
  const view = new DataView(tail.buffer, tail.byteOffset, tail.byteLength);
  let end = -1;
  for (let at = tail.length - END_BYTES; at >= 0 && end < 0; at--)
    if (view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) <= tail.length) end = at;
  if (end < 0) throw refuse('truncated', 'end of central directory', 'one at the end of the archive', 'none');
  if (view.getUint16(end + 4, true) !== view.getUint16(end + 6, true))
    throw refuse('unsupported', 'number of this disk', 'an archive in one file', 'a part of several');
  let count = view.getUint16(end + 10, true);
  let bytes = view.getUint32(end + 12, true);
  let at = view.getUint32(end + 16, true);
  let behind = from + end;
  if (end >= 20 && view.getUint32(end - 20, true) === LOCATOR_64) {
    const said = Number(view.getBigUint64(end - 12, true));
    // Where a program stands before the archive, the locator is off by its length: the record is right before it then.
    for (const place of [said, from + end - 20 - 56]) {
      const record = await archive.bytes(place, place + 56);
      const wide = new DataView(record.buffer, record.byteOffset, record.byteLength);
      if (record.length < 56 || wide.getUint32(0, true) !== END_64) continue;
      count = Number(wide.getBigUint64(32, true));
      bytes = Number(wide.getBigUint64(40, true));
      at = Number(wide.getBigUint64(48, true));
      behind = place;
      break;
    }
  }
  const shift = behind - bytes - at;
  if (shift < 0) throw refuse('format', 'central directory', `one that ends before byte ${behind}`, `${at} + ${bytes}`);
  return { count, bytes, at: at + shift, shift };
}

/** UTF-8 where the flag says so or the bytes are; else Latin-1: the name is for words alone. */
function decodeName(bytes: Uint8Array, utf8: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: !utf8 }).decode(bytes);
  } catch {
    return new TextDecoder('latin1').decode(bytes);
  }
}

/** Nothing is ever written under an entry's name; it is still kept from looking like a path elsewhere. */
function harmless(path: string): string {
  const parts = path.split(/[/\\]/).filter((part) => part !== '' && part !== '.' && part !== '..');
  if (/^[a-z]:$/i.test(parts[0] ?? '')) parts.shift();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
  return parts.join('/').replace(/[\u0000-\u001f\u007f-\u009f]/g, '?') || '?';
}

function refuse(code: VesaliusErrorCode, where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code, what: 'ZIP archive', where, expected, got });
}
