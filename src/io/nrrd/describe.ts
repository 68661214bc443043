import { voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { colourWarning, isColour } from '../colour.ts';
import { type DataLayout, numberedFiles, openLayout } from '../dataFiles.ts';
import { latin1 } from '../format.ts';
import { refuseUnreadable } from '../memory.ts';
import { firstScalarType, type NumberType, storedBytes } from '../narrow.ts';
import { headerFacts, type RasterFile } from '../raster.ts';
import { sibling } from '../sibling.ts';
import type { ByteSource } from '../source.ts';
import { openBytes, type SourceHead } from '../sourceHead.ts';
import { hasTextNumbers, textPlan } from '../textNumbers.ts';
import { timesMs } from '../timesMs.ts';
import { nrrdGrid } from './grid.ts';
import { type NrrdHeader, parseNrrdHeader, refuseNrrd, wordsOf } from './header.ts';

const types: Readonly<Record<string, NumberType>> = Object.fromEntries(
  (
    [
      ['i8', 'signed char|int8|int8_t'],
      ['u8', 'uchar|unsigned char|uint8|uint8_t'],
      ['i16', 'short|short int|signed short|signed short int|int16|int16_t'],
      ['u16', 'ushort|unsigned short|unsigned short int|uint16|uint16_t'],
      ['i32', 'int|signed int|int32|int32_t'],
      ['u32', 'uint|unsigned int|uint32|uint32_t'],
      ['i64', 'longlong|long long|long long int|signed long long|signed long long int|int64|int64_t'],
      ['u64', 'ulonglong|unsigned long long|unsigned long long int|uint64|uint64_t'],
      ['f32', 'float'],
      ['f64', 'double'],
    ] as const
  ).flatMap(([stored, names]) => names.split('|').map((name) => [name, stored])),
);

/** Headers of segmentations may hold thousands of notes; more than this is no header. */
const LONGEST_HEADER = 1 << 24;
/** Bytes looked at for ends of lines at once. */
const PIECE = 1 << 16;

/**
 * NRRD with its data attached or in files of their own, raw, gzip or text.
 * @param others files that were opened with it; data files are looked for there first
 * @throws VesaliusError naming the field
 */
export async function describeNrrd(head: SourceHead, others: readonly ByteSource[]): Promise<RasterFile> {
  const header = await wholeHeader(head);
  const { fields } = header;
  const warnings: Warning[] = [];
  const { dims, timepoints, stepMs, components, rasFromIjk } = nrrdGrid(fields, warnings);
  const typeName = fields.get('type') ?? 'none';
  const number = types[typeName.toLowerCase().replace(/\s+/g, ' ')];
  if (!number) {
    const code = typeName === 'block' ? 'unsupported' : 'format';
    throw refuseNrrd(code, 'type', 'a whole number of 8 to 64 bits, float or double', typeName);
  }
  if (components > 1 && number !== 'u8') {
    throw refuseNrrd('unsupported', 'type', 'unsigned char for colours', typeName);
  }
  const stored = components === 3 ? 'rgb24' : components === 4 ? 'rgba32' : number;
  if (isColour(stored)) warnings.push(colourWarning('kinds', stored));
  const bytes = voxelCount(dims) * timepoints * storedBytes[stored];
  refuseUnreadable(bytes, 'sizes', [...dims, timepoints]);
  const layout = await layoutOf(head, header, bytes, others);
  const text = isText(fields);
  if (text && !hasTextNumbers(number)) throw refuseNrrd('unsupported', 'encoding', 'raw or gzip for 64 bits', 'text');
  // Slicer's segmentations name their labels in notes like Segment0_Name.
  const segments = /\nSegment\d+_/.test(latin1(head.bytes, 0, Math.min(head.bytes.length, header.length)));
  return {
    labels: segments ? 'Segment0_ID' : undefined,
    sources: [head.source, ...layout.files.filter((file) => file !== head.source)],
    facts: headerFacts(
      {
        name: head.source.name,
        dims,
        timepoints,
        ...timesMs(timepoints, stepMs, 'sizes'),
        slope: 1,
        intercept: 0,
        rasFromIjk,
        format: 'nrrd',
        warnings,
      },
      firstScalarType(stored),
    ),
    plan: {
      stored,
      bigEndian: !text && storedBytes[number] > 1 && isBigEndian(fields),
      dims,
      timepoints,
      fields: { type: 'type', size: 'sizes', data: layout.field },
      ...(text && hasTextNumbers(number)
        ? textPlan(openLayout(layout), number, bytes / storedBytes[number], layout.field)
        : openLayout(layout)),
    },
  };
}

async function wholeHeader(head: SourceHead): Promise<NrrdHeader> {
  let header = parseNrrdHeader(head.bytes);
  for (let size = 4 * head.bytes.length; !header.ended && size <= LONGEST_HEADER; size *= 4) {
    if (head.source.size !== null && !head.gzip && head.bytes.length >= head.source.size) break;
    const reader = await openBytes(head.source, head.gzip);
    const bytes = await reader.take(size);
    await reader.close();
    header = parseNrrdHeader(bytes);
    if (bytes.length < size) break;
  }
  return header;
}

function isText(fields: ReadonlyMap<string, string>): boolean {
  return /^(text|txt|ascii)$/i.test(fields.get('encoding') ?? '');
}

function isBigEndian(fields: ReadonlyMap<string, string>): boolean {
  const endian = fields.get('endian')?.toLowerCase();
  if (endian !== 'little' && endian !== 'big') throw refuseNrrd('format', 'endian', 'little or big', endian ?? 'none');
  return endian === 'big';
}

async function layoutOf(
  head: SourceHead,
  header: NrrdHeader,
  bytes: number,
  others: readonly ByteSource[],
): Promise<DataLayout> {
  const { fields } = header;
  const encoding = (fields.get('encoding') ?? 'none').toLowerCase();
  const gzip = encoding === 'gzip' || encoding === 'gz';
  const text = isText(fields);
  if (!gzip && !text && encoding !== 'raw') {
    throw refuseNrrd('unsupported', 'encoding', 'raw, gzip or text', encoding);
  }
  const lines = whole(fields, 'lineskip', 0);
  const skip = whole(fields, 'byteskip', -1);
  const names = dataFileNames(header);
  if (text && skip < 0) throw refuseNrrd('unsupported', 'byte skip', 'at least 0 with text', skip);
  if (text && names && names.length > 1) throw refuseNrrd('unsupported', 'data file', 'one with text', names.length);
  const packing = gzip ? 'gzip' : 'none';
  if (!names) {
    if (!header.ended) throw refuseNrrd('truncated', 'data', 'a blank line, then the data', 'the end of the file');
    if (head.gzip && gzip) throw refuseNrrd('unsupported', 'encoding', 'gzip once', 'gzip twice');
    const field = 'data';
    // A file that is compressed as a whole is unpacked first, then its header is passed over.
    if (head.gzip) {
      if (lines > 0) throw refuseNrrd('unsupported', 'line skip', '0 in a file that is compressed as a whole', lines);
      return { files: [head.source], from: 0, packing: 'gzip', skip: header.length + Math.max(0, skip), bytes, field };
    }
    const start = await afterLines(head.source, header.length, lines);
    const from = skip < 0 ? null : start + (gzip ? 0 : skip);
    return { files: [head.source], from, packing, skip: gzip ? Math.max(0, skip) : 0, bytes, field };
  }
  const files: ByteSource[] = [];
  for (const name of names) files.push(await sibling(head.source, name, others, 'data file'));
  if (lines > 0 && files.length > 1) throw refuseNrrd('unsupported', 'line skip', '0 with several files', lines);
  const start = lines > 0 ? await afterLines(files[0] as ByteSource, 0, lines) : 0;
  const from = skip < 0 ? null : start + (gzip ? 0 : skip);
  return { files, from, packing, skip: gzip ? Math.max(0, skip) : 0, bytes, field: 'data file' };
}

/** Byte behind `lines` lines, before anything is unpacked. */
async function afterLines(source: ByteSource, from: number, lines: number): Promise<number> {
  let at = from;
  for (let left = lines; left > 0; ) {
    const bytes = await source.bytes(at, at + PIECE);
    for (let n = 0; n < bytes.length && left > 0; n++, at++) if (bytes[n] === 10) left--;
    if (bytes.length === 0 || at - from > LONGEST_HEADER)
      throw refuseNrrd('truncated', 'line skip', `${lines} lines`, `${lines - left}`);
  }
  return at;
}

/** -1 for byte skip: the data are the last bytes of the file. */
function whole(fields: ReadonlyMap<string, string>, name: 'lineskip' | 'byteskip', least: number): number {
  const value = Number(fields.get(name) ?? 0);
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw refuseNrrd('format', name.replace('skip', ' skip'), `a whole number from ${least}`, fields.get(name) ?? '');
}

/** null where the data are attached. */
function dataFileNames({ fields, list }: NrrdHeader): string[] | null {
  const value = fields.get('datafile');
  if (value === undefined) return null;
  if (/^LIST\b/.test(value)) {
    if (list.length === 0) throw refuseNrrd('format', 'data file', 'names below LIST', 'none');
    return [...list];
  }
  const pattern = /^(\S*%0?\d*d\S*)\s+(-?\d+)\s+(-?\d+)\s+(-?\d+)(\s+\d+)?$/.exec(value);
  if (!pattern) return [wordsOf(value).length === 1 ? value.replaceAll('"', '') : value];
  return numberedFiles(pattern[1] ?? '', Number(pattern[2]), Number(pattern[3]), Number(pattern[4]), 'data file');
}
