import { NATURAL_ORDER } from './inverseDct.ts';
import type { BitReader, HuffmanTable } from './jpegBits.ts';
import { jpegFault } from './jpegMarkers.ts';

/** One component of the picture: its blocks row by row, 64 coefficients each in natural order. */
export interface Component {
  readonly id: number;
  readonly quantization: number;
  readonly across: number;
  readonly down: number;
  readonly coefficients: Int16Array;
}

interface Part {
  readonly component: Component;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
}

/** Ss, Se, Ah, Al of T.81. */
export interface Scan {
  readonly parts: readonly Part[];
  readonly first: number;
  readonly last: number;
  readonly high: number;
  readonly low: number;
  readonly progressive: boolean;
  /** Blocks between restart markers; 0: none. */
  readonly restart: number;
}

interface State {
  readonly reader: BitReader;
  readonly scan: Scan;
  /** Of each part. */
  readonly predictions: Int32Array;
  /** Blocks that end here without a further bit (EOBRUN). */
  skip: number;
}

type DecodeBlock = (state: State, part: number, at: number) => void;

/** Adds one scan to the coefficients (T.81, F.2 and G.2). Components of full size: an MCU is one block of each part. */
export function decodeScan(reader: BitReader, scan: Scan): void {
  const state: State = { reader, scan, predictions: new Int32Array(scan.parts.length), skip: 0 };
  const decode = blockDecoder(scan);
  const { across, down } = (scan.parts[0] as Part).component;
  const blocks = across * down;
  for (let block = 0; block < blocks; block++) {
    if (scan.restart > 0 && block > 0 && block % scan.restart === 0) {
      reader.restart(block / scan.restart - 1);
      state.predictions.fill(0);
      state.skip = 0;
    }
    for (let part = 0; part < scan.parts.length; part++) decode(state, part, 64 * block);
    reader.check();
  }
}

function blockDecoder({ progressive, first, last, high, low, parts }: Scan): DecodeBlock {
  const needs = (dc: boolean, ac: boolean): void => {
    for (const part of parts)
      if ((dc && !part.dc) || (ac && !part.ac)) throw jpegFault('the Huffman tables that a scan names', 'none');
  };
  if (!progressive) {
    needs(true, true);
    return sequentialBlock;
  }
  if (last > 63 || first > last || low > 13 || (first === 0) !== (last === 0) || (first > 0 && parts.length > 1))
    throw jpegFault('a progressive scan', `Ss ${first}, Se ${last}, Al ${low}, ${parts.length} components`);
  if (first === 0) {
    if (high > 0) return refineDc;
    needs(true, false);
    return firstDc;
  }
  needs(false, true);
  return high > 0 ? refineAc : firstAc;
}

function sequentialBlock({ reader, scan, predictions }: State, n: number, at: number): void {
  const part = scan.parts[n] as Part;
  const { coefficients } = part.component;
  // needs(): both tables are there.
  const ac = part.ac as HuffmanTable;
  const dc = (predictions[n] as number) + reader.signed(reader.symbol(part.dc as HuffmanTable) & 15);
  predictions[n] = dc;
  coefficients[at] = dc;
  for (let k = 1; k < 64; k++) {
    const symbol = reader.symbol(ac);
    const size = symbol & 15;
    if (size === 0) {
      if (symbol !== 0xf0) return;
      k += 15;
      continue;
    }
    k += symbol >> 4;
    if (k > 63) throw jpegFault('64 coefficients in a block', 'more');
    coefficients[at + (NATURAL_ORDER[k] as number)] = reader.signed(size);
  }
}

function firstDc({ reader, scan, predictions }: State, n: number, at: number): void {
  const part = scan.parts[n] as Part;
  const dc = (predictions[n] as number) + reader.signed(reader.symbol(part.dc as HuffmanTable) & 15);
  predictions[n] = dc;
  part.component.coefficients[at] = dc << scan.low;
}

function refineDc({ reader, scan }: State, n: number, at: number): void {
  const { coefficients } = (scan.parts[n] as Part).component;
  if (reader.bit() === 1) coefficients[at] = (coefficients[at] as number) | (1 << scan.low);
}

function firstAc(state: State, n: number, at: number): void {
  const { reader, scan } = state;
  if (state.skip > 0) {
    state.skip--;
    return;
  }
  const part = scan.parts[n] as Part;
  const { coefficients } = part.component;
  for (let k = scan.first; k <= scan.last; k++) {
    const symbol = reader.symbol(part.ac as HuffmanTable);
    const [run, size] = [symbol >> 4, symbol & 15];
    if (size === 0) {
      if (run < 15) {
        state.skip = (1 << run) + reader.receive(run) - 1;
        return;
      }
      k += 15;
      continue;
    }
    k += run;
    if (k > 63) throw jpegFault('64 coefficients in a block', 'more');
    coefficients[at + (NATURAL_ORDER[k] as number)] = reader.signed(size) << scan.low;
  }
}

/** G.1.2.3: each coefficient that is not 0 yet gets its correction bit as it is passed. */
function refineAc(state: State, n: number, at: number): void {
  const { reader, scan } = state;
  const part = scan.parts[n] as Part;
  const { coefficients } = part.component;
  const plus = 1 << scan.low;
  let k = scan.first;
  const correct = (place: number, value: number): void => {
    if (reader.bit() === 1 && (value & plus) === 0) coefficients[place] = value + (value > 0 ? plus : -plus);
  };
  if (state.skip === 0) {
    for (; k <= scan.last; k++) {
      const symbol = reader.symbol(part.ac as HuffmanTable);
      let run = symbol >> 4;
      const size = symbol & 15;
      if (size > 1) throw jpegFault('a correction of one bit', `${size} bits`);
      let fresh = 0;
      if (size === 1) fresh = reader.bit() === 1 ? plus : -plus;
      else if (run < 15) {
        state.skip = (1 << run) + reader.receive(run);
        break;
      }
      for (; k <= scan.last; k++) {
        const place = at + (NATURAL_ORDER[k] as number);
        const value = coefficients[place] as number;
        if (value !== 0) correct(place, value);
        else if (--run < 0) break;
      }
      if (fresh !== 0) {
        if (k > scan.last) throw jpegFault('a coefficient within the band', 'one behind it');
        coefficients[at + (NATURAL_ORDER[k] as number)] = fresh;
      }
    }
  }
  if (state.skip > 0) {
    for (; k <= scan.last; k++) {
      const place = at + (NATURAL_ORDER[k] as number);
      const value = coefficients[place] as number;
      if (value !== 0) correct(place, value);
    }
    state.skip--;
  }
}
