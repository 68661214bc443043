import { VesaliusError } from '#core/errors.ts';
import type { ByteSource, ReadingRoom } from '#io/source.ts';
import { swapPairs } from './bytePairs.ts';
import { inflatePrefix } from './inflate.ts';
import type { StoredPixels } from './instance.ts';
import { frameBytes } from './storedColour.ts';
import { DEFLATED, transferSyntaxOf } from './transferSyntax.ts';

/** The stored bytes of one frame after the other, of one file. */
export interface PixelSource {
  /**
   * Uncompressed syntaxes: exactly the frame's bytes; others: its code stream, fragments joined. The caller's own, or a view of
   * the room that was free.
   */
  frame(index: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Reads no more of the file than the frames that are asked for. */
export function pixelSource(source: ByteSource, pixels: StoredPixels, room?: () => ReadingRoom): PixelSource {
  const packing = transferSyntaxOf(pixels.syntaxUid)?.packing;
  if (packing?.kind !== 'native') return encapsulated(source, pixels, room);
  const size = frameBytes(pixels);
  const whole = (bytes: Uint8Array<ArrayBuffer>) => {
    if (bytes.length < size) throw truncated(`${size} bytes`, bytes.length);
    return bytes;
  };
  if (pixels.bytePairs) {
    // Whole words are read, and a frame may begin or end within one.
    return {
      async frame(index) {
        const [from, to] = [index * size, (index + 1) * size];
        const bytes = await source.bytes(pixels.at + from - (from % 2), pixels.at + to + (to % 2));
        return whole(swapPairs(bytes).slice(from % 2, (from % 2) + size));
      },
    };
  }
  if (pixels.syntaxUid !== DEFLATED) {
    return {
      async frame(index) {
        const from = pixels.at + index * size;
        return whole(await source.bytes(from, from + size, room?.()));
      },
    };
  }
  let inflated: Promise<Uint8Array> | null = null;
  return {
    async frame(index) {
      inflated ??= inflate(source, pixels.at + size * pixels.frames);
      const from = pixels.at + index * size;
      return whole((await inflated).slice(from, from + size) as Uint8Array<ArrayBuffer>);
    },
  };
}

/** The data set of a deflated file: what follows the file meta header, whose length its first element says. */
async function inflate(source: ByteSource, needed: number): Promise<Uint8Array> {
  const file = await source.bytes(0, source.size ?? FAR);
  const view = new DataView(file.buffer);
  // (0002,0000) FileMetaInformationGroupLength, explicit little endian, right after 'DICM'.
  const grouped = view.getUint32(132, true) === 0x00000002 && view.getUint16(138, true) === 4;
  if (!grouped)
    throw new VesaliusError({
      code: 'unsupported',
      what: 'deflated DICOM',
      where: 'FileMetaInformationGroupLength',
      expected: 'the length of the file meta header',
      got: 'none',
    });
  const from = 144 + view.getUint32(140, true);
  try {
    return inflatePrefix(file.subarray(from), needed).bytes;
  } catch (thrown) {
    throw truncated('a whole deflate stream', thrown instanceof Error ? thrown.message : String(thrown));
  }
}

/** Where a server does not say how long a file is: its end is what comes back short. */
const FAR = 2 ** 40;
const ITEM = 0xfffee000;
const SEQUENCE_END = 0xfffee0dd;

interface Fragment {
  /** Offset of the item's tag from the first fragment's: what an offset table counts. */
  readonly offset: number;
  readonly from: number;
  readonly length: number;
}

function encapsulated(source: ByteSource, pixels: StoredPixels, room?: () => ReadingRoom): PixelSource {
  let open: Promise<{ get: Get; frames: readonly (readonly Fragment[])[] }> | null = null;
  const start = async () => {
    // One frame, or no size to go by: one read. Several frames: item headers first, then each frame's own bytes.
    let get: Get = (from, length) => source.bytes(from, from + length);
    if (pixels.frames === 1 || source.size === null) {
      const all = await source.bytes(pixels.at, source.size ?? FAR, room?.());
      get = async (from, length) => all.subarray(from - pixels.at, from - pixels.at + length);
    }
    const { table, fragments } = await walk(get, pixels.at);
    return { get, frames: await frameFragments(get, table, fragments, pixels.frames) };
  };
  return {
    async frame(index) {
      open ??= start();
      const { get, frames } = await open;
      const fragments = frames[index] ?? [];
      const [only] = fragments;
      if (only && fragments.length === 1) return wholeFragment(await get(only.from, only.length), only);
      const length = fragments.reduce((sum, fragment) => sum + fragment.length, 0);
      const joined = new Uint8Array(length);
      let at = 0;
      for (const fragment of fragments) {
        const bytes = wholeFragment(await get(fragment.from, fragment.length), fragment);
        joined.set(bytes, at);
        at += bytes.length;
      }
      return joined;
    },
  };
}

function wholeFragment(bytes: Uint8Array<ArrayBuffer>, { length }: Fragment): Uint8Array<ArrayBuffer> {
  if (bytes.length < length) throw truncated(`a fragment of ${length} bytes`, bytes.length);
  return bytes;
}

type Get = (from: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;

/** PS3.5, annex A.4: a basic offset table, then fragments, each an item. */
async function walk(get: Get, at: number): Promise<{ table: number[]; fragments: Fragment[] }> {
  const fragments: Fragment[] = [];
  let table: number[] | null = null;
  let first = 0;
  for (let here = at; ; ) {
    const head = await get(here, 8);
    // Some writers leave the delimiter out: a file that ends after a whole fragment is whole.
    if (head.length < 8 && fragments.length > 0) break;
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    const tag = head.length < 8 ? 0 : view.getUint16(0, true) * 0x10000 + view.getUint16(2, true);
    if (tag === SEQUENCE_END && table !== null) break;
    if (tag !== ITEM)
      throw truncated(
        'items of encapsulated pixel data',
        `${head.length < 8 ? 'the end' : 'other bytes'} at byte ${here}`,
      );
    const length = view.getUint32(4, true);
    if (table === null) {
      const bytes = await get(here + 8, length);
      if (bytes.length < length) throw truncated(`an offset table of ${length} bytes`, bytes.length);
      const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      table = Array.from({ length: Math.floor(length / 4) }, (_, n) => words.getUint32(4 * n, true));
      first = here + 8 + length;
    } else fragments.push({ offset: here - first, from: here + 8, length });
    here += 8 + length;
  }
  return { table: table ?? [], fragments };
}

/** Which fragments make which frame: by the offset table, else one each, else by where a code stream starts. */
async function frameFragments(
  get: Get,
  table: readonly number[],
  fragments: readonly Fragment[],
  frames: number,
): Promise<Fragment[][]> {
  if (frames === 1) return [[...fragments]];
  if (fragments.length === frames) return fragments.map((fragment) => [fragment]);
  let starts: number[];
  if (table.length === frames) starts = table.map((offset) => fragments.findIndex((f) => f.offset === offset));
  else {
    starts = [];
    for (const [n, fragment] of fragments.entries()) {
      const [a, b] = await get(fragment.from, 2);
      // FF D8: JPEG and JPEG-LS; FF 4F: JPEG 2000.
      if (a === 0xff && (b === 0xd8 || b === 0x4f)) starts.push(n);
    }
  }
  if (starts.length !== frames || starts.some((start, n) => start < 0 || start <= (starts[n - 1] ?? -1)))
    throw truncated(`${frames} frames`, `${fragments.length} fragments that begin ${starts.length} frames`);
  return starts.map((start, n) => fragments.slice(start, starts[n + 1] ?? fragments.length));
}

function truncated(expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code: 'truncated', what: 'DICOM pixels', where: 'PixelData', expected, got });
}
