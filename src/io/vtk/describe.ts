import { VesaliusError, type VesaliusErrorCode } from '#core/errors.ts';
import { affineFromRows } from '#core/space/affine.ts';
import { type Dims, voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { ByteReader } from '../byteReader.ts';
import { colourWarning, isColour } from '../colour.ts';
import { latin1 } from '../format.ts';
import type { GzipEnd } from '../gzip/gunzip.ts';
import { refuseUnreadable } from '../memory.ts';
import { firstScalarType, type NumberType, type StoredType, storedBytes } from '../narrow.ts';
import { headerFacts, type RasterFile } from '../raster.ts';
import type { ByteSource } from '../source.ts';
import { openBytes, type SourceHead } from '../sourceHead.ts';
import { hasTextNumbers, textNumbers } from '../textNumbers.ts';

/** `long` is left out: its size is that of the machine that wrote it. */
const types: Readonly<Record<string, NumberType>> = {
  char: 'i8',
  signed_char: 'i8',
  unsigned_char: 'u8',
  short: 'i16',
  unsigned_short: 'u16',
  int: 'i32',
  unsigned_int: 'u32',
  vtktypeint64: 'i64',
  vtktypeuint64: 'u64',
  float: 'f32',
  double: 'f64',
};

interface Header {
  readonly binary: boolean;
  readonly dims: Dims;
  readonly spacing: readonly [number, number, number];
  readonly origin: readonly [number, number, number];
  readonly stored: StoredType;
  /** Byte of the first voxel. */
  readonly offset: number;
}

/**
 * A legacy VTK file of structured points, text or binary (big-endian), one array on its points.
 * VTK does not know a patient: x, y, z are taken as left, posterior, superior, as ITK does, and that is said.
 * @throws VesaliusError naming the keyword
 */
export async function describeVtk(head: SourceHead): Promise<RasterFile> {
  const { source, gzip } = head;
  const { binary, dims, spacing, origin, stored, offset } = parseHeader(head.bytes);
  const count = voxelCount(dims);
  refuseUnreadable(count * storedBytes[stored], 'DIMENSIONS', dims);
  const warnings: Warning[] = [];
  if (isColour(stored)) warnings.push(colourWarning('COLOR_SCALARS', stored));
  warnings.push({
    code: 'orientation-missing',
    where: 'DATASET',
    kept: 'left, posterior, superior',
    text: 'VTK images do not say how the scan lies to the patient; x, y, z were taken as left, posterior, superior; left may be right.',
  });
  const [[si, sj, sk], [x, y, z]] = [spacing, origin];
  const rasFromIjk = affineFromRows('ras', 'ijk', [
    [-si, 0, 0, -x],
    [0, -sj, 0, -y],
    [0, 0, sk, z],
  ]);
  const size = gzip || source.size === null ? null : Math.max(0, source.size - offset);
  const next = binary && size !== null ? await arrayAfter(source, offset + count * storedBytes[stored]) : null;
  if (next !== null) {
    warnings.push({
      code: 'arrays-left-out',
      where: next,
      kept: 'the first array',
      text: `More values per point, or values of cells, follow the first array (${next}); they were not read.`,
    });
  }
  const fields = { type: 'SCALARS', size: 'DIMENSIONS', data: 'POINT_DATA' };
  // The shortest text of a number is a digit and a blank; the last blank may be missing.
  if (!binary && size !== null && size + 1 < 2 * count) {
    throw refuse('truncated', fields.data, `${count} numbers`, `${size} bytes`);
  }
  return {
    facts: headerFacts(
      { name: source.name, dims, timepoints: 1, slope: 1, intercept: 0, rasFromIjk, format: 'vtk', warnings },
      firstScalarType(stored),
    ),
    sources: [source],
    plan: {
      stored,
      bigEndian: binary && storedBytes[stored] > 1 && !isColour(stored),
      dims,
      timepoints: 1,
      fields,
      available: binary ? size : null,
      packed: gzip && binary ? source.size : null,
      // Other arrays and notes on these may follow.
      footer: 0,
      async open() {
        const reader = await openBytes(source, gzip);
        await reader.skip(offset);
        if (binary || isColour(stored) || !hasTextNumbers(stored)) return reader;
        return new ByteReader<GzipEnd | undefined>(textNumbers(reader, stored, count, fields.data));
      },
    },
  };
}

/** The keyword of what follows the first array, where that is another; null where it is notes, or nothing. */
async function arrayAfter(source: ByteSource, at: number): Promise<string | null> {
  const text = latin1(await source.bytes(at, at + 64), 0, 64);
  return (
    /^\s*(SCALARS|COLOR_SCALARS|VECTORS|NORMALS|TEXTURE_COORDINATES|TENSORS|FIELD|CELL_DATA)\s/.exec(text)?.[1] ?? null
  );
}

function refuse(code: VesaliusErrorCode, where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code, what: 'VTK header', where, expected, got });
}

function parseHeader(bytes: Uint8Array): Header {
  let at = 0;
  const line = (): string | null => {
    while (at < bytes.length) {
      const end = bytes.indexOf(10, at);
      const to = end < 0 ? bytes.length : end;
      const text = latin1(bytes, at, to - at).trim();
      at = to + 1;
      if (text !== '') return text;
    }
    return null;
  };
  line();
  // The title may be an empty line, which is its own.
  const title = bytes.indexOf(10, at);
  at = title < 0 ? bytes.length : title + 1;
  const form = (line() ?? 'none').toUpperCase();
  if (form !== 'BINARY' && form !== 'ASCII') throw refuse('format', 'BINARY', 'BINARY or ASCII', form);
  const numbers = new Map<string, readonly [number, number, number]>();
  let points: number | null = null;
  for (let text = line(); text !== null; text = line()) {
    const [keyword = '', ...words] = text.split(/\s+/);
    const name = keyword.toUpperCase();
    switch (name) {
      case 'DATASET':
        break;
      case 'DIMENSIONS':
      case 'SPACING':
      case 'ASPECT_RATIO':
      case 'ORIGIN':
        numbers.set(name === 'ASPECT_RATIO' ? 'SPACING' : name, three(name, words));
        break;
      case 'POINT_DATA':
        points = Number(words[0]);
        break;
      case 'SCALARS':
      case 'COLOR_SCALARS':
      case 'FIELD': {
        const { dims, spacing, origin } = gridOf(numbers, points);
        const stored = arrayOf(name, words, line, form === 'BINARY', voxelCount(dims));
        return { binary: form === 'BINARY', dims, spacing, origin, stored, offset: at };
      }
      default:
        throw refuse(
          'unsupported',
          name.slice(0, 40),
          'SCALARS, COLOR_SCALARS or one FIELD on POINT_DATA',
          'another keyword',
        );
    }
  }
  throw refuse('truncated', 'SCALARS', 'SCALARS, COLOR_SCALARS or FIELD', 'the end of the header');
}

function three(name: string, words: readonly string[]): readonly [number, number, number] {
  const values = words.map(Number);
  if (values.length !== 3 || !values.every(Number.isFinite)) throw refuse('format', name, '3 numbers', words.join(' '));
  return values as unknown as readonly [number, number, number];
}

function gridOf(
  numbers: ReadonlyMap<string, readonly [number, number, number]>,
  points: number | null,
): Pick<Header, 'dims' | 'spacing' | 'origin'> {
  const given = (name: string) => {
    const value = numbers.get(name);
    if (!value) throw refuse('format', name, '3 numbers', 'none');
    return value;
  };
  const [dims, spacing, origin] = [given('DIMENSIONS'), given('SPACING'), given('ORIGIN')];
  for (const size of dims)
    if (!(size >= 1 && Number.isSafeInteger(size))) throw refuse('format', 'DIMENSIONS', 'at least 1 each', size);
  for (const length of spacing) if (!(length > 0)) throw refuse('format', 'SPACING', 'lengths above 0', length);
  if (points === null) throw refuse('unsupported', 'POINT_DATA', 'values on points', 'none');
  if (points !== voxelCount(dims)) throw refuse('format', 'POINT_DATA', String(voxelCount(dims)), points);
  return { dims, spacing, origin };
}

/** The type of the one array; the header has been passed when this returns. */
function arrayOf(
  keyword: 'SCALARS' | 'COLOR_SCALARS' | 'FIELD',
  words: readonly string[],
  line: () => string | null,
  binary: boolean,
  count: number,
): StoredType {
  if (keyword === 'COLOR_SCALARS') {
    const components = Number(words[1]);
    // As text colours are fractions of 1, which another program may have rounded.
    if (!binary) throw refuse('unsupported', 'COLOR_SCALARS', 'BINARY', 'ASCII');
    return typeOf(keyword, 'unsigned_char', components, binary);
  }
  if (keyword === 'FIELD') {
    if (Number(words[1]) !== 1) throw refuse('unsupported', 'FIELD', 'one array', words[1] ?? 'none');
    const [, components, tuples, type] = (line() ?? '').split(/\s+/);
    if (Number(tuples) !== count) throw refuse('format', 'FIELD', `${count} tuples`, tuples ?? 'none');
    return typeOf(keyword, type ?? 'none', Number(components), binary);
  }
  const table = (line() ?? 'none').split(/\s+/)[0] ?? '';
  if (table.toUpperCase() !== 'LOOKUP_TABLE')
    throw refuse('format', 'LOOKUP_TABLE', 'a table by name', table.slice(0, 40));
  return typeOf(keyword, words[1] ?? 'none', Number(words[2] ?? 1), binary);
}

function typeOf(keyword: string, name: string, components: number, binary: boolean): StoredType {
  const type = types[name.toLowerCase()];
  if (!type) {
    const code = /^(bit|long|unsigned_long|vtkidtype|string)$/i.test(name) ? 'unsupported' : 'format';
    throw refuse(code, keyword, Object.keys(types).join(' '), name.slice(0, 40));
  }
  if (!binary && !hasTextNumbers(type))
    throw refuse('unsupported', keyword, 'BINARY where numbers have 64 bits', 'ASCII');
  if (components === 1) return type;
  if (binary && type === 'u8' && components === 3) return 'rgb24';
  if (binary && type === 'u8' && components === 4) return 'rgba32';
  throw refuse('unsupported', keyword, '1 component, or 3 or 4 of unsigned_char as colour', components);
}
