import type { DataSet } from 'dicom-parser';
import { fieldsOf, VesaliusError, type VesaliusErrorFields } from '#core/errors.ts';
import type { SeriesFacts } from '#core/volume/volume.ts';
import type { ByteSource } from '#io/source.ts';
import { type DicomHeader, readHeader } from './dataset.ts';
import { type Frame, framesOf } from './frames.ts';
import { isoDate, textOf } from './text.ts';
import { EXPLICIT_BIG, type TransferSyntax, transferSyntaxOf } from './transferSyntax.ts';

/** How one file's pixels are stored. Plain data. */
export interface StoredPixels {
  readonly syntaxUid: string;
  readonly rows: number;
  readonly columns: number;
  readonly frames: number;
  readonly kind: 'whole' | 'float' | 'double';
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  readonly highBit: number;
  readonly signed: boolean;
  readonly monochrome1: boolean;
  /** The raw value that stands where nothing was measured. */
  readonly padding: number | null;
  readonly lossy: boolean;
  readonly at: number;
  readonly length: number | null;
  /** Samples of 8 bits written as big-endian words of 16. */
  readonly bytePairs: boolean;
}

export interface Instance {
  /** SeriesInstanceUID, '' where there is none. */
  readonly seriesUid: string;
  /** What the files of a series have in common where anonymising took its UID away; '' where that is nothing. */
  readonly kinship: string;
  /** A DICOMDIR: it lists other files and is none itself. */
  readonly index: boolean;
  readonly instanceUid: string;
  readonly modality: string;
  readonly facts: SeriesFacts;
  readonly protocol: string;
  readonly pixels: StoredPixels | null;
  readonly frames: readonly Frame[];
  readonly error: VesaliusErrorFields | null;
}

const NOTHING_KNOWN = {
  seriesUid: '',
  kinship: '',
  index: false,
  instanceUid: '',
  modality: '',
  protocol: '',
  facts: { uid: '', number: null, description: '', date: '' },
} as const;

/** A file's header as plain facts; what is wrong with it stands in `error` and never stops its neighbours. */
export async function readInstance(source: ByteSource): Promise<Instance> {
  let known: Omit<Instance, 'pixels' | 'frames' | 'error'> = NOTHING_KNOWN;
  try {
    const header = await readHeader(source);
    known = describe(header.dataSet);
    const pixels = storedPixels(header, source);
    return { ...known, pixels, frames: framesOf(header.dataSet, pixels.frames), error: null };
  } catch (thrown) {
    const error = thrown instanceof VesaliusError ? thrown : unreadableElement(thrown);
    return { ...known, pixels: null, frames: [], error: fieldsOf(error.in(source.name)) };
  }
}

/** dicom-parser's getters throw where an element's length or type is not what its tag needs. */
function unreadableElement(thrown: unknown): VesaliusError {
  return new VesaliusError({
    code: 'format',
    what: 'DICOM header',
    where: 'data set',
    expected: 'elements that can be read',
    got: thrown instanceof Error ? thrown.message : String(thrown),
  });
}

function kinshipOf(dataSet: DataSet): string {
  // StudyInstanceUID, FrameOfReferenceUID, SeriesNumber; then what tells apart where these are the same.
  const ids = ['x0020000d', 'x00200052', 'x00200011'].map((tag) => dataSet.string(tag) ?? '');
  if (ids.every((id) => id === '')) return '';
  return [...ids, dataSet.string('x00080060') ?? '', textOf(dataSet, 'x0008103e')].join('|');
}

function describe(dataSet: DataSet): Omit<Instance, 'pixels' | 'frames' | 'error'> {
  const number = dataSet.intString('x00200011');
  const patientName = textOf(dataSet, 'x00100010');
  const date = isoDate(dataSet.string('x00080021') ?? dataSet.string('x00080022') ?? dataSet.string('x00080020') ?? '');
  return {
    seriesUid: dataSet.string('x0020000e') ?? '',
    kinship: kinshipOf(dataSet),
    // Only an index has a DirectoryRecordSequence.
    index: dataSet.elements.x00041220 !== undefined,
    instanceUid: dataSet.string('x00080018') ?? '',
    modality: dataSet.string('x00080060') ?? '',
    protocol: textOf(dataSet, 'x00181030'),
    facts: {
      uid: dataSet.string('x0020000e') ?? '',
      ...(dataSet.string('x00200052') ? { frameOfReferenceUid: dataSet.string('x00200052') as string } : {}),
      number: number !== undefined && Number.isFinite(number) ? number : null,
      description: textOf(dataSet, 'x0008103e'),
      date,
      ...(patientName === '' ? {} : { patientName }),
    },
  };
}

/** Objects whose pixels are not samples of a body, by SOP class. */
const OTHER_OBJECTS: Readonly<Record<string, string>> = {
  '1.2.840.10008.5.1.4.1.1.66.4': 'a segmentation',
  '1.2.840.10008.5.1.4.1.1.66.7': 'a label map segmentation',
};

function storedPixels({ dataSet, syntaxUid, pixels }: DicomHeader, source: ByteSource): StoredPixels {
  const refuse = (where: string, expected: string, got: string | number, code: 'format' | 'unsupported' = 'format') =>
    new VesaliusError({ code, what: 'DICOM image', where, expected, got });
  const sopClass = dataSet.string('x00080016') ?? '';
  if (pixels === null) {
    const modality = dataSet.string('x00080060');
    throw refuse(
      'PixelData',
      'an image',
      modality ? `none (${modality})` : `the end of the file after ${lastTag(dataSet)}`,
    );
  }
  const other = OTHER_OBJECTS[sopClass];
  if (other) throw refuse('SOPClassUID', 'an image of a scan', other, 'unsupported');

  const us = (tag: string, where: string, least: number): number => {
    const value = dataSet.uint16(tag);
    if (value === undefined || value < least) throw refuse(where, `a number from ${least} on`, value ?? 'none');
    return value;
  };
  const rows = us('x00280010', 'Rows', 1);
  const columns = us('x00280011', 'Columns', 1);
  const syntax = transferSyntaxOf(syntaxUid);
  if (!syntax) throw refuse('TransferSyntaxUID', 'a known transfer syntax', syntaxUid || 'none', 'unsupported');
  if (syntax.packing.kind === 'refused')
    throw refuse('TransferSyntaxUID', 'a transfer syntax that is read', `${syntaxUid} (${syntax.name})`, 'unsupported');

  const photometric = dataSet.string('x00280004') ?? 'MONOCHROME2';
  const samples = dataSet.uint16('x00280002') ?? 1;
  if (samples !== 1 || !photometric.startsWith('MONOCHROME'))
    throw refuse('PhotometricInterpretation', 'MONOCHROME1 or MONOCHROME2', photometric, 'unsupported');

  const kind = pixels.keyword === 'PixelData' ? 'whole' : pixels.keyword === 'FloatPixelData' ? 'float' : 'double';
  const bitsAllocated = kind === 'float' ? 32 : kind === 'double' ? 64 : us('x00280100', 'BitsAllocated', 1);
  if (kind === 'whole' && bitsAllocated !== 8 && bitsAllocated !== 16 && bitsAllocated !== 32)
    throw refuse('BitsAllocated', '8, 16 or 32', bitsAllocated, 'unsupported');
  const bitsStored = kind === 'whole' ? (dataSet.uint16('x00280101') ?? bitsAllocated) : bitsAllocated;
  if (bitsStored < 1 || bitsStored > bitsAllocated)
    throw refuse('BitsStored', `1 to BitsAllocated (${bitsAllocated})`, bitsStored);
  const highBit = kind === 'whole' ? (dataSet.uint16('x00280102') ?? bitsStored - 1) : bitsAllocated - 1;
  if (highBit < bitsStored - 1 || highBit >= bitsAllocated)
    throw refuse('HighBit', `${bitsStored - 1} to ${bitsAllocated - 1}`, highBit);
  const signed = kind === 'whole' && dataSet.uint16('x00280103') === 1;
  const frames = frameCount(dataSet, refuse);

  const stored: StoredPixels = {
    syntaxUid,
    rows,
    columns,
    frames,
    kind,
    bitsAllocated,
    bitsStored,
    highBit,
    signed,
    monochrome1: photometric === 'MONOCHROME1',
    padding: (signed ? dataSet.int16('x00280120') : dataSet.uint16('x00280120')) ?? null,
    lossy: syntax.lossy || dataSet.string('x00282110') === '01',
    at: pixels.at,
    length: pixels.length,
    bytePairs: syntaxUid === EXPLICIT_BIG && bitsAllocated === 8 && pixels.words,
  };
  checkLength(stored, syntax, source, refuse);
  return stored;
}

/** '(0008,0012)' */
function lastTag(dataSet: DataSet): string {
  const tag = Object.keys(dataSet.elements).toSorted().at(-1) ?? 'x00000000';
  return `(${tag.slice(1, 5)},${tag.slice(5)})`;
}

type Refuse = (where: string, expected: string, got: string | number) => VesaliusError;

function frameCount(dataSet: DataSet, refuse: Refuse): number {
  const text = dataSet.string('x00280008');
  if (text === undefined || text === '') return 1;
  const frames = Number(text);
  if (!Number.isInteger(frames) || frames < 1) throw refuse('NumberOfFrames', 'a whole number from 1 on', text);
  return frames;
}

/** What is missing at the end is found here, before anything is allocated. */
function checkLength(stored: StoredPixels, syntax: TransferSyntax, source: ByteSource, refuse: Refuse): void {
  const { rows, columns, frames, bitsAllocated, length, at } = stored;
  if (syntax.packing.kind !== 'native') {
    if (length !== null && length > 0 && source.size !== null && at + length > source.size)
      throw truncated(length, source.size - at);
    return;
  }
  if (length === null) throw refuse('PixelData', 'a length, since it is not encapsulated', 'an undefined length');
  const needed = (rows * columns * frames * bitsAllocated) / 8;
  const there = syntax.deflated || source.size === null ? length : Math.min(length, source.size - at);
  if (there < needed) throw truncated(needed, there);
}

function truncated(needed: number, there: number): VesaliusError {
  return new VesaliusError({
    code: 'truncated',
    what: 'DICOM pixels',
    where: 'PixelData',
    expected: `${needed} bytes`,
    got: there,
  });
}
