import { VesaliusError } from '#core/errors.ts';
import { countLabels } from '#core/labelmap/denseLabels.ts';
import { labelValues } from '#core/labelmap/labelValues.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { openLayout } from '../dataFiles.ts';
import { refuseTooLarge } from '../memory.ts';
import { type StoredType, storedBytes } from '../narrow.ts';
import { nrrdGrid } from '../nrrd/grid.ts';
import { type NrrdHeader, parseNrrdHeader, refuseNrrd, wordsOf } from '../nrrd/header.ts';
import { readVoxels } from '../readVoxels.ts';
import { openBytes, type SourceHead } from '../sourceHead.ts';
import { hexOf } from './cielab.ts';
import type { LabelValues, ReadSegment, SegmentCode, SegmentSet } from './segmentSet.ts';
import { tissueOf } from './tissueOf.ts';

const LONGEST_HEADER = 1 << 24;
const types: Readonly<Record<string, StoredType>> = {
  'unsigned char': 'u8',
  uchar: 'u8',
  uint8: 'u8',
  uint8_t: 'u8',
  'signed char': 'i8',
  int8: 'i8',
  int8_t: 'i8',
  short: 'i16',
  'short int': 'i16',
  'signed short': 'i16',
  int16: 'i16',
  int16_t: 'i16',
  'unsigned short': 'u16',
  ushort: 'u16',
  uint16: 'u16',
  uint16_t: 'u16',
  int: 'i32',
  'signed int': 'i32',
  int32: 'i32',
  int32_t: 'i32',
  'unsigned int': 'u32',
  uint: 'u32',
  uint32: 'u32',
  uint32_t: 'u32',
};

/** Whether the beginning of an NRRD holds what 3D Slicer notes of segments. */
export function isSegNrrd(head: Uint8Array): boolean {
  const text = new TextDecoder('latin1').decode(head.subarray(0, 1 << 14));
  return text.startsWith('NRRD') && /\nSegment\d+_[A-Za-z]+:=/.test(text);
}

/**
 * 3D Slicer's segmentation (.seg.nrrd): one labelmap, or a list of them (a first axis of kind `list`) where segments overlap, with name,
 * colour, value, layer and terminology of each segment as notes in the header.
 * Source: Slicer, Libs/vtkSegmentationCore and vtkMRMLSegmentationStorageNode.cxx
 * @throws VesaliusError naming the field and the file
 */
export async function* readSegNrrd(head: SourceHead): AsyncSteps<SegmentSet> {
  try {
    const { header, notes } = await wholeHeader(head);
    const warnings: Warning[] = [];
    const { fields, count } = spatialFields(header);
    const { dims, timepoints, rasFromIjk } = nrrdGrid(fields, warnings);
    if (timepoints !== 1)
      throw refuseNrrd('unsupported', 'sizes', 'three axes in space and at most one list', timepoints);
    const stored = types[(fields.get('type') ?? 'none').toLowerCase().replace(/\s+/g, ' ')];
    if (!stored)
      throw refuseNrrd('unsupported', 'type', 'a whole number of 8 to 32 bits', fields.get('type') ?? 'none');
    const [ni, nj, nk] = dims;
    const bytes = count * ni * nj * nk * storedBytes[stored];
    refuseTooLarge(bytes, 'sizes', [count, ...dims]);
    const plan = {
      stored,
      bigEndian: storedBytes[stored] > 1 && bigEndian(fields),
      dims: [count * ni, nj, nk] as Dims,
      timepoints: 1,
      fields: { type: 'type', size: 'sizes', data: 'data' },
      ...openLayout(layout(head, header, fields, bytes)),
    };
    const read = yield* readVoxels(plan, { shared: false });
    warnings.push(...read.warnings);
    const all = labelValues(read.scalars, 1, 0, head.source.name);
    const layers = count === 1 ? [all] : deinterleaved(all, count);
    const segments = segmentsOf(notes, layers, warnings);
    return { format: 'seg-nrrd', grid: { dims, rasFromIjk }, segments, layers, belongsTo: null, warnings };
  } catch (thrown) {
    throw thrown instanceof VesaliusError ? thrown.in(head.source.name) : thrown;
  }
}

async function wholeHeader(head: SourceHead): Promise<{ header: NrrdHeader; notes: ReadonlyMap<string, string> }> {
  let bytes = head.bytes;
  let header = parseNrrdHeader(bytes);
  for (let size = 4 * bytes.length; !header.ended && size <= LONGEST_HEADER; size *= 4) {
    const reader = await openBytes(head.source, head.gzip);
    bytes = await reader.take(size);
    await reader.close();
    header = parseNrrdHeader(bytes);
    if (bytes.length < size) break;
  }
  if (!header.ended) throw refuseNrrd('truncated', 'data', 'a blank line, then the data', 'the end of the file');
  const notes = new Map<string, string>();
  for (const line of new TextDecoder().decode(bytes.subarray(0, header.length)).split(/\r?\n/)) {
    const pair = /^([^:#]+):=(.*)$/.exec(line);
    if (pair) notes.set(pair[1] as string, (pair[2] as string).trim());
  }
  return { header, notes };
}

/** The fields of the grid alone, and how many labelmaps lie in it, voxel by voxel. */
function spatialFields({ fields }: NrrdHeader): { fields: ReadonlyMap<string, string>; count: number } {
  const kinds = wordsOf(fields.get('kinds') ?? '').map((kind) => kind.toLowerCase());
  const directions = wordsOf(fields.get('spacedirections') ?? '');
  const sizes = wordsOf(fields.get('sizes') ?? '');
  if (fields.get('dimension') !== '4' || (kinds[0] !== 'list' && directions[0] !== 'none')) return { fields, count: 1 };
  const count = Number(sizes[0]);
  if (!(Number.isInteger(count) && count >= 1 && count <= 4096))
    throw refuseNrrd('format', 'sizes', '1 to 4096 layers', sizes[0] ?? 'none');
  const rest = new Map(fields);
  rest.set('dimension', '3');
  rest.set('sizes', sizes.slice(1).join(' '));
  for (const [name, words] of [
    ['kinds', kinds],
    ['spacedirections', directions],
  ] as const)
    if (words.length > 0) rest.set(name, words.slice(1).join(' '));
  return { fields: rest, count };
}

function layout(head: SourceHead, header: NrrdHeader, fields: ReadonlyMap<string, string>, bytes: number) {
  if (fields.has('datafile'))
    throw refuseNrrd('unsupported', 'data file', 'segments in the file itself', fields.get('datafile') ?? '');
  const encoding = (fields.get('encoding') ?? 'none').toLowerCase();
  const gzip = encoding === 'gzip' || encoding === 'gz';
  if (!gzip && encoding !== 'raw') throw refuseNrrd('unsupported', 'encoding', 'raw or gzip', encoding);
  if (head.gzip && gzip) throw refuseNrrd('unsupported', 'encoding', 'gzip once', 'gzip twice');
  for (const name of ['lineskip', 'byteskip'])
    if ((fields.get(name) ?? '0') !== '0')
      throw refuseNrrd('unsupported', name.replace('skip', ' skip'), '0', fields.get(name) ?? '');
  const common = { files: [head.source], bytes, field: 'data' } as const;
  return head.gzip
    ? { ...common, from: 0, packing: 'gzip' as const, skip: header.length }
    : { ...common, from: header.length, packing: gzip ? ('gzip' as const) : ('none' as const), skip: 0 };
}

function bigEndian(fields: ReadonlyMap<string, string>): boolean {
  const endian = fields.get('endian')?.toLowerCase();
  if (endian !== 'little' && endian !== 'big') throw refuseNrrd('format', 'endian', 'little or big', endian ?? 'none');
  return endian === 'big';
}

function deinterleaved(all: LabelValues, count: number): LabelValues[] {
  const voxels = all.length / count;
  return Array.from({ length: count }, (_, layer) => {
    const values: LabelValues = all instanceof Uint8Array ? new Uint8Array(voxels) : new Uint16Array(voxels);
    for (let n = 0, from = layer; n < voxels; n++, from += count) values[n] = all[from] as number;
    return values;
  });
}

function segmentsOf(
  notes: ReadonlyMap<string, string>,
  layers: readonly LabelValues[],
  warnings: Warning[],
): ReadSegment[] {
  const counts = layers.map(countLabels);
  const segments: ReadSegment[] = [];
  for (
    let n = 0;
    notes.has(`Segment${n}_ID`) || notes.has(`Segment${n}_Name`) || notes.has(`Segment${n}_LabelValue`);
    n++
  ) {
    const note = (name: string) => notes.get(`Segment${n}_${name}`);
    // Before Slicer 4.11 a segment was a layer of ones, in the order of the segments.
    const old = note('LabelValue') === undefined;
    const value = Number(note('LabelValue') ?? 1);
    const layer = Number(note('Layer') ?? (old && layers.length > 1 ? n : 0));
    const name = (note('Name') || note('ID') || `segment ${n}`).slice(0, 200);
    if (!(Number.isInteger(value) && value >= 1 && value <= 65535))
      throw refuseNrrd('format', `Segment${n}_LabelValue`, '1 to 65535', note('LabelValue') ?? 'none');
    if (!(Number.isInteger(layer) && layer >= 0 && layer < layers.length))
      throw refuseNrrd('format', `Segment${n}_Layer`, `0 to ${layers.length - 1}`, note('Layer') ?? layer);
    const twin = segments.find((other) => other.layer === layer && other.value === value);
    if (twin) {
      warnings.push(
        said(
          `Segment${n}_LabelValue`,
          'labels-value-twice',
          twin.name,
          `${name} and ${twin.name} have the same value ${value} in one layer: the voxels are ${twin.name}’s.`,
        ),
      );
      continue;
    }
    const { code, category } = terminology(note('Tags') ?? '');
    const color = colorOf(note('Color'));
    segments.push({
      value,
      layer,
      name,
      color,
      code,
      ...tissueOf(name, code, category),
      madeBy: '',
      voxels: counts[layer]?.get(value) ?? 0,
    });
  }
  counts.forEach((found, layer) => {
    for (const [value, voxels] of found) {
      if (segments.some((segment) => segment.layer === layer && segment.value === value)) continue;
      warnings.push(
        said(
          `LabelValue ${value}`,
          'labels-unnamed',
          `label ${value}`,
          `${voxels} voxels have the value ${value}, of which the header says nothing.`,
        ),
      );
      segments.push({
        value,
        layer,
        name: `label ${value}`,
        color: null,
        code: null,
        ...tissueOf('', null),
        madeBy: '',
        voxels,
      });
    }
  });
  return segments;
}

const said = (where: string, code: string, kept: string, text: string): Warning => ({ code, where, kept, text });

/** Three numbers from 0 to 1. */
function colorOf(text: string | undefined): `#${string}` | null {
  const channels = (text ?? '').trim().split(/\s+/).map(Number);
  return channels.length === 3 && channels.every((value) => value >= 0 && value <= 1)
    ? hexOf(channels.map((value) => 255 * value))
    : null;
}

/** `TerminologyEntry:context~scheme^value^meaning (category)~scheme^value^meaning (type)~…|other:tags` */
function terminology(tags: string): { category: SegmentCode | null; code: SegmentCode | null } {
  const entry = tags.split('|').find((tag) => tag.startsWith('TerminologyEntry:'));
  const parts = (entry ?? '').split('~');
  const triple = (part: string | undefined): SegmentCode | null => {
    const [scheme, value, meaning] = (part ?? '').split('^');
    return scheme && value
      ? { scheme: scheme.slice(0, 16), value: value.slice(0, 64), meaning: (meaning ?? '').slice(0, 200) }
      : null;
  };
  return { category: triple(parts[1]), code: triple(parts[2]) };
}
