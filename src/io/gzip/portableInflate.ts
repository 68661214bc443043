import { Inflate } from 'fflate';
import { VesaliusError } from '#core/errors.ts';
import type { ByteReader, Chunks } from '../byteReader.ts';

/** Small enough that the worst ratio of deflate, 1032, stays a few megabytes. */
const IN = 1 << 12;

/** fflate keeps its state in these fields; the version is pinned, and a test reads several members through them. */
interface InflateState {
  /** f: the last block has begun; l: its code table, null once it is over; p: bits of `p` used. */
  readonly s: { readonly f?: number; readonly l?: unknown; readonly p?: number };
  /** Input not used yet. */
  readonly p: Uint8Array;
}

/** Inflates one raw deflate stream without help of the platform; afterwards `input` stands on the first byte behind it. */
export async function* portableInflate(input: ByteReader<undefined>): Chunks<undefined> {
  const made: Uint8Array[] = [];
  const inflate = new Inflate((chunk) => made.push(chunk));
  const state = inflate as unknown as InflateState;
  for (;;) {
    const chunk = await input.some(IN);
    if (!chunk) return undefined;
    try {
      inflate.push(chunk);
    } catch (thrown) {
      throw new VesaliusError({
        code: 'format',
        what: 'gzip',
        where: 'gzip data',
        expected: 'a sound deflate stream',
        got: thrown instanceof Error ? thrown.message : String(thrown),
      });
    }
    for (const part of made.splice(0)) if (part.length > 0) yield part;
    if (state.s.f && !state.s.l) {
      input.unread(state.p.length - Math.ceil((state.s.p ?? 0) / 8));
      return undefined;
    }
  }
}

const table = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});

/** CRC-32 of RFC 1952, carried on from `value`. */
export function portableCrc32(data: Uint8Array, value: number): number {
  let c = ~value;
  for (let n = 0; n < data.length; n++) c = (table[(c ^ (data[n] as number)) & 255] as number) ^ (c >>> 8);
  return ~c >>> 0;
}
