import { VesaliusError, type VesaliusErrorCode } from '#core/errors.ts';
import { type Affine, affineFromRows } from '#core/space/affine.ts';
import { type Dims, voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { colourWarning, isColour } from '../colour.ts';
import { type DataLayout, numberedFiles, openLayout } from '../dataFiles.ts';
import { isFlat } from '../isFlat.ts';
import { lengthScale } from '../lengthUnit.ts';
import { refuseUnreadable } from '../memory.ts';
import { firstScalarType, type NumberType, storedBytes } from '../narrow.ts';
import { headerFacts, type RasterFile } from '../raster.ts';
import { sibling } from '../sibling.ts';
import type { ByteSource } from '../source.ts';
import type { SourceHead } from '../sourceHead.ts';
import { hasTextNumbers, textPlan } from '../textNumbers.ts';

const types: Readonly<Record<string, NumberType>> = {
  MET_CHAR: 'i8',
  MET_UCHAR: 'u8',
  MET_SHORT: 'i16',
  MET_USHORT: 'u16',
  MET_INT: 'i32',
  MET_UINT: 'u32',
  MET_LONG_LONG: 'i64',
  MET_ULONG_LONG: 'u64',
  MET_FLOAT: 'f32',
  MET_DOUBLE: 'f64',
};

/** 4 bytes in files of older writers of MetaIO, 8 in those of newer ones. */
const longs: Readonly<Record<string, readonly [four: NumberType, eight: NumberType]>> = {
  MET_LONG: ['i32', 'i64'],
  MET_ULONG: ['u32', 'u64'],
};

interface Header {
  readonly fields: ReadonlyMap<string, string>;
  /** Names below `ElementDataFile = LIST`. */
  readonly list: readonly string[];
  readonly length: number;
}

/**
 * MetaImage with its data behind the header (.mha) or in files of their own (.mhd), raw or compressed.
 * @param others files that were opened with it; data files are looked for there first
 * @throws VesaliusError naming the field
 * Source: itk.org/Wiki/ITK/MetaIO/Documentation; matrix and offset as ITK's MetaImageIO takes them, in LPS
 */
export async function describeMetaImage(head: SourceHead, others: readonly ByteSource[]): Promise<RasterFile> {
  if (head.gzip) throw refuse('unsupported', 'format', 'a MetaImage that is not compressed as a whole', 'gzip');
  const header = parseHeader(head.bytes);
  const { fields } = header;
  const warnings: Warning[] = [];
  const kind = fields.get('ObjectType') ?? 'Image';
  if (kind !== 'Image') throw refuse('unsupported', 'ObjectType', 'Image', kind);
  const { dims, timepoints, rank } = sizesOf(fields);
  const channels = Number(fields.get('ElementNumberOfChannels') ?? 1);
  // With several channels older writers add _ARRAY to the type.
  const typeName = (fields.get('ElementType') ?? 'none').replace(/_ARRAY$/, '');
  const number = types[typeName] ?? (await longType(typeName, head, header, others));
  if (!number) throw refuse('unsupported', 'ElementType', Object.keys(types).join(' '), typeName);
  const colour = number === 'u8' && (channels === 3 ? 'rgb24' : channels === 4 ? 'rgba32' : null);
  if (channels !== 1 && !colour) {
    throw refuse('unsupported', 'ElementNumberOfChannels', '1, or 3 or 4 of MET_UCHAR as colour', channels);
  }
  const stored = colour || number;
  if (isColour(stored)) warnings.push(colourWarning('ElementNumberOfChannels', stored));
  const rasFromIjk = matrixOf(fields, rank, warnings);
  const bytes = voxelCount(dims) * timepoints * storedBytes[stored];
  refuseUnreadable(bytes, 'DimSize', [...dims, timepoints]);
  const layout = await layoutOf(head, header, { bytes, slices: dims[2] * timepoints }, others);
  const text = !isTrue(fields.get('BinaryData') ?? 'True');
  if (text && (!hasTextNumbers(number) || layout.files.length > 1 || layout.from === null)) {
    throw refuse('unsupported', 'BinaryData', 'True for 64 bits, several files and HeaderSize -1', 'False');
  }
  const big = fields.get('ElementByteOrderMSB') ?? fields.get('BinaryDataByteOrderMSB') ?? 'False';
  return {
    sources: [head.source, ...layout.files.filter((file) => file !== head.source)],
    facts: headerFacts(
      {
        name: head.source.name,
        dims,
        timepoints,
        ...(isColour(stored) ? { slope: 1, intercept: 0 } : scalingOf(fields, warnings)),
        rasFromIjk,
        format: 'metaimage',
        warnings,
      },
      firstScalarType(stored),
    ),
    plan: {
      stored,
      bigEndian: !text && storedBytes[number] > 1 && isTrue(big),
      dims,
      timepoints,
      fields: { type: 'ElementType', size: 'DimSize', data: 'ElementDataFile' },
      ...(text && hasTextNumbers(number)
        ? textPlan(openLayout(layout), number, bytes / storedBytes[number], 'ElementDataFile')
        : openLayout(layout)),
    },
  };
}

/** By the length of data that are not compressed. @throws VesaliusError 'unsupported' where that does not tell */
async function longType(
  name: string,
  head: SourceHead,
  header: Header,
  others: readonly ByteSource[],
): Promise<NumberType | null> {
  const pair = longs[name];
  if (!pair) return null;
  const { dims, timepoints } = sizesOf(header.fields);
  const count = voxelCount(dims) * timepoints;
  const text = !isTrue(header.fields.get('BinaryData') ?? 'True');
  const layout = await layoutOf(head, header, { bytes: 8 * count, slices: dims[2] * timepoints }, others);
  const { available } = openLayout(layout);
  if (text || available === null || layout.from === null)
    throw refuse('unsupported', 'ElementType', 'MET_INT or MET_LONG_LONG, whose size is sure', name);
  return available >= 8 * count ? pair[1] : pair[0];
}

/** ElementToIntensityFunction, where the file has one. */
function scalingOf(
  fields: ReadonlyMap<string, string>,
  warnings: Warning[],
): { readonly slope: number; readonly intercept: number } {
  const one = (name: string, unsaid: number) => numbersOf(fields, name, 1)?.[0] ?? unsaid;
  const [slopeName, offsetName] = ['ElementToIntensityFunctionSlope', 'ElementToIntensityFunctionOffset'] as const;
  const [slope, intercept] = [one(slopeName, 1), one(offsetName, 0)];
  if (slope === 0) throw refuse('format', slopeName, 'a number other than 0', slope);
  if (slope !== 1 || intercept !== 0) {
    warnings.push({
      code: 'scaling-by-metaimage',
      where: slopeName,
      kept: `${slope} × stored + ${intercept}`,
      text: `Values are ${slope} × stored + ${intercept}, as the file says; ITK, and what is built on it, shows them as stored.`,
    });
  }
  return { slope, intercept };
}

function refuse(code: VesaliusErrorCode, where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code, what: 'MetaImage header', where, expected, got });
}

const isTrue = (value: string): boolean => /^(true|1|t)$/i.test(value);

/** `ElementDataFile` is the last line by definition: with LOCAL the data follow it, with LIST the names. */
function parseHeader(bytes: Uint8Array<ArrayBuffer>): Header {
  const text = new TextDecoder('latin1').decode(bytes);
  const fields = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\n', at);
    const line = text.slice(at, end < 0 ? text.length : end);
    at = end < 0 ? text.length : end + 1;
    const pair = /^\s*([A-Za-z]\w*)\s*[=:]\s*(.*?)\s*$/.exec(line);
    if (!pair) continue;
    fields.set(pair[1] ?? '', pair[2] ?? '');
    if (pair[1] !== 'ElementDataFile') continue;
    const list = /^LIST\b/i.test(pair[2] ?? '') ? text.slice(at).split(/\r?\n/) : [];
    return { fields, list: list.map((name) => name.trim()).filter((name) => name !== ''), length: at };
  }
  throw refuse('format', 'ElementDataFile', 'LOCAL or the name of the data file', 'none');
}

function numbersOf(fields: ReadonlyMap<string, string>, name: string, count: number): number[] | null {
  const value = fields.get(name);
  if (value === undefined) return null;
  const numbers = value.split(/[\s,]+/).map(Number);
  if (numbers.length !== count || numbers.some((number) => !Number.isFinite(number)))
    throw refuse('format', name, `${count} numbers`, value === '' ? 'none' : value);
  return numbers;
}

function sizesOf(fields: ReadonlyMap<string, string>): { dims: Dims; timepoints: number; rank: number } {
  const rank = Number(fields.get('NDims'));
  if (!(rank === 2 || rank === 3 || rank === 4)) {
    throw refuse('unsupported', 'NDims', '2 to 4', fields.get('NDims') ?? 'none');
  }
  const sizes = numbersOf(fields, 'DimSize', rank);
  if (!sizes) throw refuse('format', 'DimSize', `${rank} numbers`, 'none');
  for (const size of sizes)
    if (!(size >= 1 && Number.isSafeInteger(size))) throw refuse('format', 'DimSize', 'at least 1 each', size);
  return { dims: [sizes[0] ?? 1, sizes[1] ?? 1, sizes[2] ?? 1], timepoints: sizes[3] ?? 1, rank };
}

function matrixOf(fields: ReadonlyMap<string, string>, rank: number, warnings: Warning[]): Affine<'ras', 'ijk'> {
  const named = (...names: string[]) => names.find((name) => fields.has(name));
  const spacing = spacingsOf(fields, rank, warnings);
  const matrixName = named('TransformMatrix', 'Rotation', 'Orientation');
  const offsetName = named('Offset', 'Position', 'Origin');
  const matrix = matrixName ? numbersOf(fields, matrixName, rank * rank) : null;
  const offset = offsetName ? numbersOf(fields, offsetName, rank) : null;
  const scale = lengthScale(fields.get('DistanceUnits'), 'DistanceUnits', warnings);
  if (!matrix) {
    warnings.push({
      code: 'orientation-missing',
      where: 'TransformMatrix',
      kept: 'left, posterior, superior',
      text: 'The file does not say how the scan lies; its axes were taken as left, posterior, superior; left may be right.',
    });
  }
  // The first `rank` numbers are the direction of the first axis. LPS to RAS turns the signs of x and y.
  const rows = [0, 1, 2].map((row) => {
    const sign = row < 2 ? -1 : 1;
    const columns = [0, 1, 2].map((axis) => {
      const inFile = axis < rank && row < rank && matrix;
      const cosine = inFile ? (matrix[axis * rank + row] ?? 0) : Number(axis === row);
      return sign * cosine * (spacing[axis] ?? 1) * scale;
    });
    return [...columns, sign * (offset?.[row] ?? 0) * scale];
  });
  const rasFromIjk = affineFromRows('ras', 'ijk', rows);
  if (isFlat(rasFromIjk)) {
    throw refuse(
      'geometry',
      matrixName ?? 'TransformMatrix',
      'axes that span a volume',
      fields.get(matrixName ?? '') ?? 'none',
    );
  }
  return rasFromIjk;
}

function spacingsOf(fields: ReadonlyMap<string, string>, rank: number, warnings: Warning[]): number[] {
  const name = fields.has('ElementSpacing') ? 'ElementSpacing' : 'ElementSize';
  const values = numbersOf(fields, name, rank);
  if (!values) {
    warnings.push({
      code: 'spacing-missing',
      where: 'ElementSpacing',
      kept: '1 mm',
      text: 'The file does not say how far its voxels are apart; 1 mm was taken, so lengths may be wrong.',
    });
    return [1, 1, 1];
  }
  for (const value of values) {
    if (value === 0) throw refuse('format', name, 'lengths above 0', value);
    if (value > 0) continue;
    warnings.push({
      code: 'spacing-negative',
      where: name,
      kept: `${-value}, the other way`,
      text: `${name} holds ${value}: its axis was taken to run the other way, as ITK does.`,
    });
  }
  return values;
}

async function layoutOf(
  head: SourceHead,
  { fields, list, length }: Header,
  { bytes, slices }: { readonly bytes: number; readonly slices: number },
  others: readonly ByteSource[],
): Promise<DataLayout> {
  const field = 'ElementDataFile';
  const packing = isTrue(fields.get('CompressedData') ?? 'False') ? 'zlib or gzip' : 'none';
  const headerSize = Number(fields.get('HeaderSize') ?? 0);
  if (!Number.isSafeInteger(headerSize) || headerSize < -1) {
    throw refuse('format', 'HeaderSize', 'a number of bytes, or -1', fields.get('HeaderSize') ?? '');
  }
  const from = headerSize === -1 ? null : headerSize;
  const value = fields.get(field) ?? '';
  // Of attached data it counts from the first byte of the file.
  if (/^local$/i.test(value))
    return { files: [head.source], from: from === 0 ? length : from, packing, skip: 0, bytes, field };
  const pattern = /^(\S*%0?\d*d\S*)\s+(-?\d+)\s+(-?\d+)(?:\s+(-?\d+))?$/.exec(value);
  let names = [value];
  if (/^LIST\b/i.test(value)) names = [...list];
  else if (pattern) {
    names = numberedFiles(pattern[1] ?? '', Number(pattern[2]), Number(pattern[3]), Number(pattern[4] ?? 1), field);
  }
  if (names.length === 0 || names.includes('')) throw refuse('format', field, 'the name of the data file', 'none');
  if (names.length > 1 && slices % names.length !== 0) {
    throw refuse('format', field, `files that share ${slices} slices evenly`, `${names.length} files`);
  }
  const files: ByteSource[] = [];
  for (const name of names) files.push(await sibling(head.source, name, others, field));
  return { files, from, packing, skip: 0, bytes, field };
}
