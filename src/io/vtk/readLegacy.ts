import type { Warning } from '#core/warnings.ts';
import { latin1 } from '../format.ts';
import { Fans, type MeshFile, refuseMesh, spaceIn } from '../mesh/meshData.ts';

/** Bytes of one value; `bit` and strings are passed over by line. */
const sizes: Readonly<Record<string, number>> = {
  char: 1,
  unsigned_char: 1,
  short: 2,
  unsigned_short: 2,
  int: 4,
  unsigned_int: 4,
  long: 8,
  unsigned_long: 8,
  float: 4,
  double: 8,
  vtkIdType: 4,
  vtktypeint64: 8,
  vtktypeuint64: 8,
  vtktypeint32: 4,
  vtktypeuint32: 4,
};

/**
 * A legacy VTK file (versions 1 to 5.1, text or big-endian binary) with polygonal data: POINTS, POLYGONS, TRIANGLE_STRIPS; lines and single
 * points are no surface and are said; attributes end the reading.
 * @throws VesaliusError without the file's name. Source: VTK file formats, docs.vtk.org
 */
export function readVtkLegacy(bytes: Uint8Array<ArrayBuffer>): MeshFile {
  const reader = new LegacyReader(bytes);
  const version = Number(/Version\s+([\d.]+)/.exec(reader.line())?.[1] ?? 'none');
  if (!(version >= 1 && version < 6))
    throw refuseMesh('VTK file', 'version', '1.0 to 5.1', Number.isNaN(version) ? 'none' : version, 'unsupported');
  const title = reader.line();
  const format = reader.line().trim().toUpperCase();
  if (format !== 'ASCII' && format !== 'BINARY')
    throw refuseMesh('VTK file', 'format, line 3', 'ASCII or BINARY', format.slice(0, 40) || 'none');
  reader.binary = format === 'BINARY';
  const dataset = reader.words();
  if (dataset[0] !== 'DATASET' || dataset[1] !== 'POLYDATA')
    throw refuseMesh('VTK file', 'DATASET', 'POLYDATA', dataset[1] ?? 'none', 'unsupported');
  let positions: Float64Array | null = null;
  const fans = new Fans();
  const warnings: Warning[] = [];
  for (let words = reader.words(); words.length > 0; words = reader.words()) {
    const [key = '', first = '', second = ''] = words;
    if (key === 'POINTS') {
      const count = whole('POINTS', first, reader.left);
      positions = reader.numbers(3 * count, second, 'POINTS');
    } else if (key === 'POLYGONS' || key === 'TRIANGLE_STRIPS') {
      if (!positions) throw refuseMesh('VTK file', key, 'POINTS before it', 'none');
      cells(reader, key, first, second, (corner, count) => {
        const vertices = (positions as Float64Array).length / 3;
        if (key === 'POLYGONS') fans.add(corner, count, vertices, 'VTK file', key);
        else fans.addStrip(corner, count, vertices, 'VTK file', key);
      });
    } else if (key === 'VERTICES' || key === 'LINES') {
      cells(reader, key, first, second, () => undefined);
      warnings.push({
        code: 'mesh-not-surface',
        where: key,
        kept: 'polygons',
        text: `${first} cells of ${key} are no surface and were left out.`,
      });
    } else if (key === 'FIELD') reader.field(whole('FIELD', second, reader.left));
    else if (key === 'METADATA') reader.skipBlock();
    // Values at points and cells; their sizes are not needed.
    else if (key === 'POINT_DATA' || key === 'CELL_DATA') break;
    else
      throw refuseMesh('VTK file', 'keyword', 'POINTS, POLYGONS, TRIANGLE_STRIPS, LINES or VERTICES', key.slice(0, 40));
  }
  if (!positions || fans.length === 0) throw refuseMesh('VTK file', 'POLYGONS', 'at least one polygon', 'none');
  return { meshes: [{ name: '', color: null, positions, triangles: fans.done() }], ...spaceIn(title), warnings };
}

/** Version 5: OFFSETS and CONNECTIVITY; before: a count before each cell's corners. */
function cells(
  reader: LegacyReader,
  key: string,
  first: string,
  second: string,
  tell: (corner: (n: number) => number, count: number) => void,
): void {
  const [count, size] = [whole(key, first, reader.left + 1), whole(key, second, reader.left)];
  const mark = reader.at;
  const words = reader.words();
  if (words[0] === 'OFFSETS') {
    const offsets = reader.numbers(count, words[1] ?? '', `${key} OFFSETS`);
    const next = reader.words();
    if (next[0] !== 'CONNECTIVITY') throw refuseMesh('VTK file', key, 'CONNECTIVITY', next[0] ?? 'none');
    const connectivity = reader.numbers(size, next[1] ?? '', `${key} CONNECTIVITY`);
    for (let cell = 0; cell + 1 < count; cell++) {
      const [from, to] = [offsets[cell] as number, offsets[cell + 1] as number];
      if (!(from >= 0 && to >= from && to <= size))
        throw refuseMesh('VTK file', `${key} OFFSETS`, `rising numbers up to ${size}`, `${from}, ${to}`);
      tell((n) => connectivity[from + n] as number, to - from);
    }
    return;
  }
  reader.at = mark;
  const all = reader.numbers(size, 'int', key);
  let at = 0;
  for (let cell = 0; cell < count; cell++) {
    const corners = all[at] as number;
    if (!(corners >= 0 && at + corners < size))
      throw refuseMesh('VTK file', key, `${count} cells in ${size} numbers`, `an end within cell ${cell + 1}`);
    const from = at + 1;
    tell((n) => all[from + n] as number, corners);
    at = from + corners;
  }
}

function whole(where: string, word: string, most: number): number {
  const value = Number(word || 'none');
  if (!(Number.isSafeInteger(value) && value >= 0)) throw refuseMesh('VTK file', where, 'a number', word || 'none');
  // A value takes at least a byte, a digit and a space two.
  if (value > most) throw refuseMesh('VTK file', where, `at most ${most}, the bytes that are left`, value, 'truncated');
  return value;
}

class LegacyReader {
  at = 0;
  binary = false;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.at;
  }

  line(): string {
    const end = this.#bytes.indexOf(10, this.at);
    const to = end < 0 ? this.#bytes.length : end;
    const words = latin1(this.#bytes, this.at, Math.min(to - this.at, 1 << 16));
    this.at = end < 0 ? to : end + 1;
    return words;
  }

  /** The words of the next line that has any; none at the end. */
  words(): string[] {
    while (this.at < this.#bytes.length) {
      const words = this.line().trim();
      if (words !== '') return words.split(/\s+/);
    }
    return [];
  }

  numbers(count: number, type: string, where: string): Float64Array {
    const size = sizes[type];
    if (size === undefined) throw refuseMesh('VTK file', where, 'a numeric type', type || 'none', 'unsupported');
    const needed = this.binary ? count * size : 2 * count - 1;
    if (needed > this.left) throw refuseMesh('VTK file', where, `${needed} bytes`, this.left, 'truncated');
    const values = new Float64Array(count);
    if (!this.binary) {
      for (let n = 0; n < count; n++) values[n] = this.#word(where);
      return values;
    }
    for (let n = 0; n < count; n++) values[n] = this.#value(this.at + n * size, type);
    this.at += count * size;
    return values;
  }

  #word(where: string): number {
    const bytes = this.#bytes;
    while (this.at < bytes.length && (bytes[this.at] as number) <= 32) this.at++;
    const from = this.at;
    while (this.at < bytes.length && (bytes[this.at] as number) > 32) this.at++;
    const word = latin1(bytes, from, Math.min(64, this.at - from));
    const value = Number(word || 'none');
    if (!Number.isFinite(value))
      throw refuseMesh('VTK file', where, 'numbers', word || 'the end of the file', word ? 'format' : 'truncated');
    return value;
  }

  #value(at: number, type: string): number {
    switch (type) {
      case 'char':
        return this.#view.getInt8(at);
      case 'unsigned_char':
        return this.#view.getUint8(at);
      case 'short':
        return this.#view.getInt16(at);
      case 'unsigned_short':
        return this.#view.getUint16(at);
      case 'unsigned_int':
      case 'vtktypeuint32':
        return this.#view.getUint32(at);
      case 'float':
        return this.#view.getFloat32(at);
      case 'double':
        return this.#view.getFloat64(at);
      case 'long':
      case 'vtktypeint64':
        return Number(this.#view.getBigInt64(at));
      case 'unsigned_long':
      case 'vtktypeuint64':
        return Number(this.#view.getBigUint64(at));
      default:
        return this.#view.getInt32(at);
    }
  }

  /** Arrays before the points: name, components, tuples, type, values. */
  field(arrays: number): void {
    for (let n = 0; n < arrays; n++) {
      let words = this.words();
      while (words[0] === 'METADATA') {
        this.skipBlock();
        words = this.words();
      }
      const [, components = '', tuples = '', type = ''] = words;
      const count = whole('FIELD', components, this.left) * whole('FIELD', tuples, this.left);
      if (sizes[type] === undefined) for (let line = 0; line < count; line++) this.line();
      else this.numbers(count, type, 'FIELD');
    }
  }

  /** A METADATA block ends with a blank line. */
  skipBlock(): void {
    while (this.at < this.#bytes.length && this.line().trim() !== '');
  }
}
