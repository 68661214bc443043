import type { DataSet } from 'dicom-parser';
import { VesaliusError } from '#core/errors.ts';
import { swapPairs } from './bytePairs.ts';

/** Colours of stored values (PS3.3, C.7.6.3.1.5 and .6). Plain data. */
export interface Palette {
  /** The stored value of the first colour; what lies below has it too, what lies behind the last one has the last one. */
  readonly first: number;
  /** Red, green, blue of each entry: 8 bits, or the upper 8 of 16. */
  readonly rgb: Uint8Array<ArrayBuffer>;
}

const NAMES = ['Red', 'Green', 'Blue'] as const;
const DESCRIPTORS = ['x00281101', 'x00281102', 'x00281103'] as const;
const TABLES = ['x00281201', 'x00281202', 'x00281203'] as const;
const SEGMENTED = ['x00281221', 'x00281222', 'x00281223'] as const;

/**
 * The three tables of a PALETTE COLOR picture; segmented ones are drawn out (PS3.3, C.7.9.2).
 * @param signed PixelRepresentation, which decides what the first value is
 * @param bigEndian of the data set
 * @throws VesaliusError 'format' naming the element
 */
export function paletteOf(dataSet: DataSet, signed: boolean, bigEndian: boolean): Palette {
  const tables = NAMES.map((_, n) => channel(dataSet, n, signed, bigEndian));
  const [red, green, blue] = tables as [Channel, Channel, Channel];
  const length = red.values.length;
  for (const [n, table] of tables.entries())
    if (table.values.length !== length || table.first !== red.first)
      throw refuse(`${NAMES[n]}PaletteColorLookupTableDescriptor`, 'the entries of the red table', table.values.length);
  const rgb = new Uint8Array(3 * length);
  for (const [n, { values, shift }] of [red, green, blue].entries())
    for (let entry = 0; entry < length; entry++) rgb[3 * entry + n] = (values[entry] as number) >> shift;
  return { first: red.first, rgb };
}

interface Channel {
  readonly first: number;
  readonly values: Uint16Array | Uint8Array;
  /** From the width of an entry to 8 bits. */
  readonly shift: 0 | 8;
}

function channel(dataSet: DataSet, n: number, signed: boolean, bigEndian: boolean): Channel {
  const descriptor = DESCRIPTORS[n] as string;
  const where = `${NAMES[n]}PaletteColorLookupTable`;
  const count = dataSet.uint16(descriptor, 0);
  const first = signed ? dataSet.int16(descriptor, 1) : dataSet.uint16(descriptor, 1);
  const bits = dataSet.uint16(descriptor, 2);
  if (count === undefined || first === undefined || bits === undefined)
    throw refuse(`${where}Descriptor`, 'three numbers', 'fewer');
  if (bits !== 8 && bits !== 16) throw refuse(`${where}Descriptor`, '8 or 16 bits', bits);
  // 0 stands for what 16 bits cannot say.
  const entries = count === 0 ? 65536 : count;
  const plain = dataSet.elements[TABLES[n] as string];
  if (plain) {
    // Entries of 8 bits lie in bytes, or (an older reading) each in a word of its own: the length tells.
    const wide = plain.length >= 2 * entries;
    if (!wide && (bits === 16 || plain.length < entries))
      throw refuse(`${where}Data`, `${entries} entries of ${bits} bits`, `${plain.length} bytes`);
    const read = wide ? words(dataSet, TABLES[n] as string) : bytes(dataSet, TABLES[n] as string, bigEndian);
    return { first, values: read.subarray(0, entries), shift: wide && bits === 16 ? 8 : 0 };
  }
  const segmented = SEGMENTED[n] as string;
  if (!dataSet.elements[segmented]) throw refuse(`${where}Data`, 'a table', 'none');
  const source = bits === 16 ? words(dataSet, segmented) : bytes(dataSet, segmented, bigEndian);
  const values = expanded(source, bits, entries, `Segmented${where}Data`);
  return { first, values, shift: bits === 16 ? 8 : 0 };
}

function words(dataSet: DataSet, tag: string): Uint16Array {
  const count = Math.floor((dataSet.elements[tag]?.length ?? 0) / 2);
  return Uint16Array.from({ length: count }, (_, n) => dataSet.uint16(tag, n) ?? 0);
}

/** Bytes that a big-endian file keeps in words stand in pairs the wrong way round. */
function bytes(dataSet: DataSet, tag: string, bigEndian: boolean): Uint8Array {
  const element = dataSet.elements[tag];
  if (!element) return new Uint8Array(0);
  const found = Uint8Array.from(dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length));
  return bigEndian && element.vr === 'OW' ? swapPairs(found) : found;
}

/** Discrete, linear and indirect segments into `count` entries. */
function expanded(source: Uint8Array | Uint16Array, bits: 8 | 16, count: number, where: string): Uint16Array {
  const into = new Uint16Array(count);
  let filled = 0;
  const put = (value: number): void => {
    if (filled === count) throw refuse(where, `${count} entries`, 'more');
    into[filled++] = value;
  };
  const need = (at: number): number => {
    const value = source[at];
    if (value === undefined) throw refuse(where, 'whole segments', 'an end within one');
    return value;
  };
  /** Draws `limit` segments from `at` on; where the next one begins. */
  const draw = (from: number, limit: number, nested: boolean): number => {
    let at = from;
    for (let n = 0; n < limit && at + 1 < source.length; n++) {
      const [kind, length] = [need(at), need(at + 1)];
      at += 2;
      if (kind === 0) for (let m = 0; m < length; m++) put(need(at++));
      else if (kind === 1) {
        if (filled === 0) throw refuse(where, 'a first segment that is discrete', 'a linear one');
        const start = into[filled - 1] as number;
        const end = need(at++);
        for (let m = 1; m <= length; m++) put(halfToEven(start + ((end - start) * m) / length));
      } else if (kind === 2 && !nested) {
        const width = bits === 8 ? 4 : 2;
        let offset = 0;
        // The lower word first; bytes of a word as they lie (least significant first).
        for (let m = width - 1; m >= 0; m--) offset = offset * 2 ** bits + need(at + m);
        at += width;
        draw(bits === 8 ? offset : offset / 2, length, true);
      } else throw refuse(where, 'segments of type 0, 1 or 2, the last not within another', kind);
    }
    return at;
  };
  draw(0, Number.POSITIVE_INFINITY, false);
  if (filled < count) throw refuse(where, `${count} entries`, filled);
  return into;
}

function halfToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}

function refuse(where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code: 'format', what: 'DICOM palette', where, expected, got });
}
