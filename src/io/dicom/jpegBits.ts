import { VesaliusError } from '#core/errors.ts';
import { jpegFault } from './jpegMarkers.ts';

/** By the next 16 bits: length of the code × 256 + its symbol; 0 where no code begins so. */
export type HuffmanTable = Uint16Array;

/** @param lengths how many codes of 1 to 16 bits; @param symbols in the order of the codes (ITU-T T.81, annex C) */
function huffmanTable(lengths: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const table = new Uint16Array(65536);
  let at = 0;
  let symbol = 0;
  for (let length = 1; length <= 16; length++) {
    const span = 1 << (16 - length);
    for (let n = lengths[length - 1] as number; n > 0; n--, at += span)
      table.fill((length << 8) | (symbols[symbol++] as number), at, at + span);
  }
  return table;
}

export interface DifferenceTable {
  readonly codes: HuffmanTable;
  /** By the next 16 bits: the difference × 32 + how many bits it takes; 0 where those are more than 16. */
  readonly differences: Int32Array;
}

export function differenceTable(codes: HuffmanTable): DifferenceTable {
  const differences = new Int32Array(65536);
  for (let bits = 0; bits < 65536; bits++) {
    const code = codes[bits] as number;
    const [length, size] = [code >> 8, code & 255];
    const total = length + size;
    if (length === 0 || total > 16) continue;
    const value = (bits >> (16 - total)) & ((1 << size) - 1);
    const difference = size > 0 && value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
    differences[bits] = difference * 32 + total;
  }
  return { codes, differences };
}

/** The tables of one DHT segment, by their numbers (T.81, B.2.4.2). */
export function readHuffman(
  bytes: Uint8Array,
  from: number,
  end: number,
  dc: (HuffmanTable | undefined)[],
  ac: (HuffmanTable | undefined)[],
): void {
  for (let at = from; at < end; ) {
    const head = bytes[at] as number;
    const lengths = bytes.subarray(at + 1, at + 17);
    const count = lengths.reduce((sum, n) => sum + n, 0);
    if (at + 17 + count > end) throw jpegFault(`a Huffman table of ${count} codes`, 'fewer bytes');
    const table = huffmanTable(lengths, bytes.subarray(at + 17, at + 17 + count));
    (head >> 4 === 0 ? dc : ac)[head & 15] = table;
    at += 17 + count;
  }
}

/** Reads bits of one scan; zeros stand behind its last byte, and `check` tells whether one of them was used. */
export class BitReader {
  private readonly bytes: Uint8Array;
  private at: number;
  private bits = 0;
  private count = 0;
  /** Of `count`, the last so many are none of the stream's. */
  private invented = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  private fill(): void {
    while (this.count <= 16) {
      let next = 0;
      const byte = this.bytes[this.at];
      if (byte === undefined || (byte === 0xff && this.bytes[this.at + 1] !== 0)) this.invented += 8;
      else {
        next = byte;
        this.at += byte === 0xff ? 2 : 1;
      }
      this.bits = (this.bits << 8) | next;
      this.count += 8;
    }
  }

  symbol(table: HuffmanTable): number {
    if (this.count < 16) this.fill();
    const found = table[(this.bits >>> (this.count - 16)) & 0xffff] as number;
    if (found === 0) throw jpegFault('a Huffman code of the table', 'other bits');
    this.count -= found >> 8;
    return found & 255;
  }

  /** @param length at most 16 */
  receive(length: number): number {
    if (this.count < length) this.fill();
    this.count -= length;
    return (this.bits >>> this.count) & ((1 << length) - 1);
  }

  bit(): number {
    if (this.count === 0) this.fill();
    this.count--;
    return (this.bits >>> this.count) & 1;
  }

  /** T.81, F.2.2.1: RECEIVE and EXTEND. */
  signed(length: number): number {
    if (length === 0) return 0;
    const value = this.receive(length);
    return value < 1 << (length - 1) ? value - (1 << length) + 1 : value;
  }

  /**
   * Differences of a line (T.81, H.1.2.2: a category and its bits, of 16 there are none), by each table in turn. Mostly code and bits
   * lie within 16: one look-up.
   */
  differences(tables: readonly DifferenceTable[], into: Int32Array): void {
    const { bytes } = this;
    let { at, bits, count } = this;
    const { length } = tables;
    let n = 0;
    let { codes, differences } = tables[0] as DifferenceTable;
    for (let to = 0; to < into.length; to++) {
      if (length > 1) {
        ({ codes, differences } = tables[n] as DifferenceTable);
        n = n + 1 === length ? 0 : n + 1;
      }
      if (count < 16) {
        const [first, second] = [bytes[at] as number, bytes[at + 1] as number];
        if (first !== 255 && second !== 255 && at + 1 < bytes.length) {
          bits = (bits << 16) | (first << 8) | second;
          count += 16;
          at += 2;
        } else {
          this.at = at;
          this.bits = bits;
          this.count = count;
          this.fill();
          ({ at, bits, count } = this);
        }
      }
      const found = differences[(bits >>> (count - 16)) & 0xffff] as number;
      if (found !== 0) {
        count -= found & 31;
        into[to] = found >> 5;
        continue;
      }
      this.at = at;
      this.bits = bits;
      this.count = count;
      const size = this.symbol(codes);
      into[to] = size === 16 ? 32768 : this.signed(size & 15);
      ({ at, bits, count } = this);
    }
    this.at = at;
    this.bits = bits;
    this.count = count;
  }

  /** @throws VesaliusError 'truncated' where bits were asked for that the scan does not hold */
  check(): void {
    if (this.count < this.invented)
      throw new VesaliusError({
        code: 'truncated',
        what: 'JPEG picture',
        where: 'PixelData',
        expected: 'entropy-coded bytes for all blocks',
        got: `an end at byte ${this.at}`,
      });
  }

  /** Steps over RSTn. */
  restart(number: number): void {
    const at = this.end();
    if (this.bytes[at + 1] !== 0xd0 + (number & 7))
      throw jpegFault(`restart marker ${number & 7}`, `other bytes at ${at}`);
    this.at = at + 2;
    this.bits = 0;
    this.count = 0;
    this.invented = 0;
  }

  /** Where the marker behind the bits that were read is. */
  end(): number {
    let at = this.at;
    while (at < this.bytes.length && (this.bytes[at] !== 0xff || this.bytes[at + 1] === 0)) at++;
    while (this.bytes[at + 1] === 0xff) at++;
    return at;
  }
}
