import { VesaliusError, type VesaliusErrorCode } from '#core/errors.ts';
import { latin1 } from '../format.ts';

type NetcdfValue = string | readonly number[];
/** External types by their number. */
const netcdfTypes = { 1: 'byte', 2: 'char', 3: 'short', 4: 'int', 5: 'float', 6: 'double' } as const;
type NetcdfType = (typeof netcdfTypes)[keyof typeof netcdfTypes];
export const netcdfBytes: Readonly<Record<NetcdfType, number>> = {
  byte: 1,
  char: 1,
  short: 2,
  int: 4,
  float: 4,
  double: 8,
};

interface NetcdfDimension {
  readonly name: string;
  /** 0: the record dimension, which grows. */
  readonly length: number;
}
export interface NetcdfVariable {
  readonly name: string;
  readonly dimensions: readonly NetcdfDimension[];
  readonly attributes: ReadonlyMap<string, NetcdfValue>;
  readonly type: NetcdfType;
  /** Byte of its first value. */
  readonly begin: number;
}

export function refuseMinc(
  code: VesaliusErrorCode,
  where: string,
  expected: string,
  got: string | number,
): VesaliusError {
  return new VesaliusError({ code, what: 'MINC header', where, expected, got });
}

/** Longer lists and names are not of a scan. */
const MOST = 1 << 16;

/**
 * The variables of a NetCDF classic file; null where `bytes` ends before its header does.
 * @throws VesaliusError where it is none
 * Source: The NetCDF Classic Format Specification, Unidata
 */
export function parseNetcdf(bytes: Uint8Array): ReadonlyMap<string, NetcdfVariable> | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 4;
  const need = (count: number): void => {
    if (at + count > bytes.length) throw new RangeError('header goes on');
  };
  const word = (): number => {
    need(4);
    at += 4;
    return view.getUint32(at - 4);
  };
  const count = (): number => {
    const value = word();
    if (value > MOST) throw refuseMinc('format', 'NetCDF header', `at most ${MOST} items`, value);
    return value;
  };
  const padded = (length: number): number => {
    const from = at;
    need(length);
    at += Math.ceil(length / 4) * 4;
    return from;
  };
  const name = (): string => {
    const length = count();
    return latin1(bytes, padded(length), length);
  };
  const typed = (): NetcdfType => {
    const code = word();
    const type = netcdfTypes[code as keyof typeof netcdfTypes];
    if (!type) throw refuseMinc('format', 'NetCDF type', '1 to 6', code);
    return type;
  };
  const list = (tag: number): number => {
    const found = word();
    const length = count();
    if (found !== tag && (found !== 0 || length !== 0)) throw refuseMinc('format', 'NetCDF tag', String(tag), found);
    return length;
  };
  const attributes = (): Map<string, NetcdfValue> => {
    const found = new Map<string, NetcdfValue>();
    for (let left = list(0x0c); left > 0; left--) {
      const key = name();
      const type = typed();
      const length = word();
      const from = padded(length * netcdfBytes[type]);
      found.set(key, type === 'char' ? latin1(bytes, from, length) : numbersAt(view, from, type, length));
    }
    return found;
  };
  try {
    word();
    const dimensions = Array.from({ length: list(0x0a) }, () => ({ name: name(), length: word() }));
    attributes();
    const variables = new Map<string, NetcdfVariable>();
    for (let left = list(0x0b); left > 0; left--) {
      const key = name();
      const ofIt = Array.from({ length: count() }, () => {
        const dimension = dimensions[word()];
        if (!dimension) throw refuseMinc('format', key, 'dimensions of the file', 'another');
        return dimension;
      });
      const said = attributes();
      const type = typed();
      word();
      const begin = bytes[3] === 2 ? word() * 2 ** 32 + word() : word();
      variables.set(key, { name: key, dimensions: ofIt, attributes: said, type, begin });
    }
    return variables;
  } catch (thrown) {
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

const readers: Readonly<Record<Exclude<NetcdfType, 'char'>, (view: DataView, at: number) => number>> = {
  byte: (view, at) => view.getInt8(at),
  short: (view, at) => view.getInt16(at),
  int: (view, at) => view.getInt32(at),
  float: (view, at) => view.getFloat32(at),
  double: (view, at) => view.getFloat64(at),
};

/** @throws RangeError where the view ends before */
export function numbersAt(view: DataView, from: number, type: Exclude<NetcdfType, 'char'>, count: number): number[] {
  const [size, read] = [netcdfBytes[type], readers[type]];
  return Array.from({ length: count }, (_, n) => read(view, from + n * size));
}
