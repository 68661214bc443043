import type { DataSet } from 'dicom-parser';
import { VesaliusError } from '#core/errors.ts';
import type { Warning } from '#core/warnings.ts';
import { type DicomHeader, readHeader } from '../dicom/dataset.ts';
import { type Frame, framesOf } from '../dicom/frames.ts';
import { transferSyntaxOf } from '../dicom/transferSyntax.ts';
import type { ByteSource } from '../source.ts';
import { hexOfCieLab } from './cielab.ts';
import { codeOf, itemsOf, textIn, unsigned, wordsOf } from './dicomItems.ts';
import { paletteColors } from './palette.ts';
import type { BelongsTo, SegmentCode } from './segmentSet.ts';

export interface SegFile {
  readonly kind: 'BINARY' | 'FRACTIONAL' | 'LABELMAP';
  /** PROBABILITY or OCCUPANCY; '' unless fractional. */
  readonly fraction: string;
  /** The stored value that means 1; 0 unless fractional. */
  readonly highest: number;
  readonly rows: number;
  readonly columns: number;
  readonly frames: readonly Frame[];
  /** Segment of each frame; 0 where the pixels say it (LABELMAP). */
  readonly frameSegments: readonly number[];
  readonly segments: readonly SegItem[];
  readonly syntaxUid: string;
  readonly bitsAllocated: number;
  readonly bitsStored: number;
  /** LABELMAP: the value of what no segment holds. */
  readonly padding: number | null;
  readonly at: number;
  readonly length: number | null;
  readonly words: boolean;
  /** SpacingBetweenSlices, then SliceThickness. */
  readonly stepsMm: readonly number[];
  readonly belongsTo: BelongsTo;
  readonly warnings: readonly Warning[];
}

/** One item of SegmentSequence. */
export interface SegItem {
  readonly number: number;
  readonly name: string;
  readonly color: `#${string}` | null;
  readonly category: SegmentCode | null;
  readonly code: SegmentCode | null;
  readonly madeBy: string;
}

export const SEGMENTATION_CLASSES: ReadonlySet<string> = new Set([
  '1.2.840.10008.5.1.4.1.1.66.4',
  '1.2.840.10008.5.1.4.1.1.66.7',
]);
/** Deflated Image Frame Compression: each frame of bits deflated by itself. */
export const DEFLATED_FRAMES = '1.2.840.10008.1.2.8.1';
const MOST_FRAMES = 1_000_000;

/**
 * A DICOM segmentation's header (PS3.3, A.51 and C.8.20), checked against the size of the file before anything is made.
 * @throws VesaliusError naming the keyword, without the file's name
 */
export async function readSegHeader(source: ByteSource): Promise<SegFile> {
  const header = await readHeader(source);
  const { dataSet, pixels, syntaxUid } = header;
  const kind = wordsOf(dataSet, 'x00620001') || 'none';
  if (kind !== 'BINARY' && kind !== 'FRACTIONAL' && kind !== 'LABELMAP')
    throw refuse('SegmentationType', 'BINARY, FRACTIONAL or LABELMAP', kind);
  if (pixels === null || pixels.keyword !== 'PixelData')
    throw refuse('PixelData', 'the segments’ pixels', pixels?.keyword ?? 'none');
  const size = (tag: string, where: string) => {
    const value = unsigned(dataSet, tag);
    if (value === null || value < 1) throw refuse(where, 'a number from 1 on', value ?? 'none');
    return value;
  };
  const [rows, columns] = [size('x00280010', 'Rows'), size('x00280011', 'Columns')];
  const count = numberOfFrames(dataSet);
  const bitsAllocated = size('x00280100', 'BitsAllocated');
  const allowed = kind === 'BINARY' ? [1, 8] : kind === 'FRACTIONAL' ? [8] : [8, 16];
  if (!allowed.includes(bitsAllocated))
    throw refuse('BitsAllocated', `${allowed.join(' or ')} (${kind})`, bitsAllocated, 'unsupported');
  if (syntaxUid !== DEFLATED_FRAMES) knownSyntax(syntaxUid);
  checkLength(header, source, Math.ceil((rows * columns * count * bitsAllocated) / 8));
  const segments = segmentItems(dataSet, kind);
  const warnings: Warning[] = [];
  const frames = framesIn(dataSet, count, warnings);
  return {
    kind,
    ...fractionOf(dataSet, kind),
    rows,
    columns,
    frames,
    frameSegments: kind === 'LABELMAP' ? frames.map(() => 0) : frameSegments(dataSet, segments, count),
    segments,
    syntaxUid,
    bitsAllocated,
    bitsStored: unsigned(dataSet, 'x00280101') ?? bitsAllocated,
    padding: unsigned(dataSet, 'x00280120'),
    at: pixels.at,
    length: pixels.length,
    words: pixels.words,
    stepsMm: stepsOf(dataSet),
    belongsTo: belongsTo(dataSet),
    warnings,
  };
}

/** More functional groups than frames are left of a longer file: those of the frames that are there come first. */
function framesIn(dataSet: DataSet, count: number, warnings: Warning[]): readonly Frame[] {
  const groups = itemsOf(dataSet, 'x52009230').length;
  if (groups <= count) return framesOf(dataSet, count);
  warnings.push({
    code: 'frames-fewer',
    where: 'NumberOfFrames',
    kept: `${count} of ${groups} frames`,
    text: `The file describes ${groups} frames and holds ${count}: what is not there is missing from its segments.`,
  });
  return framesOf(dataSet, groups).slice(0, count);
}

function numberOfFrames(dataSet: DataSet): number {
  const text = wordsOf(dataSet, 'x00280008');
  const count = text === '' ? 1 : Number(text);
  if (!Number.isInteger(count) || count < 1 || count > MOST_FRAMES)
    throw refuse('NumberOfFrames', `1 to ${MOST_FRAMES}`, text);
  return count;
}

function knownSyntax(uid: string): void {
  const syntax = transferSyntaxOf(uid);
  if (!syntax) throw refuse('TransferSyntaxUID', 'a known transfer syntax', uid || 'none', 'unsupported');
  if (syntax.packing.kind === 'refused')
    throw refuse('TransferSyntaxUID', 'a transfer syntax that is read', `${uid} (${syntax.name})`, 'unsupported');
}

/** What is missing at the end is found before anything is allocated. */
function checkLength({ pixels, syntaxUid }: DicomHeader, source: ByteSource, needed: number): void {
  const syntax = transferSyntaxOf(syntaxUid);
  if (!pixels) return;
  const { at, length } = pixels;
  const native = syntax?.packing.kind === 'native';
  if (native && length === null)
    throw refuse('PixelData', 'a length, since it is not encapsulated', 'an undefined length');
  const there =
    source.size === null || syntax?.deflated || length === null ? length : Math.min(length, source.size - at);
  const least = native ? needed : (length ?? 0);
  if (there !== null && there < least) throw refuse('PixelData', `${least} bytes`, there, 'truncated');
}

function fractionOf(dataSet: DataSet, kind: SegFile['kind']): Pick<SegFile, 'fraction' | 'highest'> {
  if (kind !== 'FRACTIONAL') return { fraction: '', highest: 0 };
  const fraction = wordsOf(dataSet, 'x00620010') || 'none';
  if (fraction !== 'PROBABILITY' && fraction !== 'OCCUPANCY')
    throw refuse('SegmentationFractionalType', 'PROBABILITY or OCCUPANCY', fraction);
  const highest = unsigned(dataSet, 'x0062000e');
  if (highest === null || highest < 1) throw refuse('MaximumFractionalValue', 'a number from 1 on', highest ?? 'none');
  return { fraction, highest };
}

function segmentItems(dataSet: DataSet, kind: SegFile['kind']): SegItem[] {
  const items = itemsOf(dataSet, 'x00620002');
  if (items.length === 0) throw refuse('SegmentSequence', 'at least one segment', 'none');
  const palette =
    kind === 'LABELMAP' && wordsOf(dataSet, 'x00280004') === 'PALETTE COLOR' ? paletteColors(dataSet) : null;
  const seen = new Set<number>();
  return items.map((item, index) => {
    const number = unsigned(item, 'x00620004');
    if (number === null || (number === 0 && kind !== 'LABELMAP'))
      throw refuse('SegmentNumber', 'a number from 1 on', number ?? `none in item ${index + 1}`);
    if (seen.has(number)) throw refuse('SegmentNumber', 'another number for each segment', `${number} twice`);
    seen.add(number);
    const lab = [0, 1, 2].map((n) => unsigned(item, 'x0062000d', n));
    const code = codeOf(item, 'x0062000f', dataSet);
    const text = (tag: string) => textIn(item, tag, dataSet);
    const color = lab.every((value) => value !== null)
      ? hexOfCieLab(lab as [number, number, number])
      : (palette?.(number) ?? null);
    return {
      number,
      name: (text('x00620005') || code?.meaning || text('x00620006') || `segment ${number}`).slice(0, 200),
      color,
      category: codeOf(item, 'x00620003', dataSet),
      code,
      madeBy: [wordsOf(item, 'x00620008'), text('x00620009')].filter(Boolean).join(' '),
    };
  });
}

function frameSegments(dataSet: DataSet, segments: readonly SegItem[], count: number): number[] {
  const shared = referenced(itemsOf(dataSet, 'x52009229')[0]);
  const perFrame = itemsOf(dataSet, 'x52009230');
  const known = new Set(segments.map(({ number }) => number));
  return Array.from({ length: count }, (_, index) => {
    // A single segment needs no pointing at.
    const number =
      referenced(perFrame[index]) ?? shared ?? (segments.length === 1 ? (segments[0]?.number ?? null) : null);
    if (number === null)
      throw refuse('ReferencedSegmentNumber', 'a segment for each frame', `none for frame ${index + 1}`);
    if (!known.has(number))
      throw refuse('ReferencedSegmentNumber', 'a segment of SegmentSequence', `${number} for frame ${index + 1}`);
    return number;
  });
}

const referenced = (groups: DataSet | undefined): number | null =>
  unsigned(itemsOf(groups, 'x0062000a')[0], 'x0062000b');

function stepsOf(dataSet: DataSet): number[] {
  const groups = [itemsOf(dataSet, 'x52009229')[0], itemsOf(dataSet, 'x52009230')[0]];
  const measures = groups.map((group) => itemsOf(group, 'x00289110')[0]);
  return ['x00180088', 'x00180050'].flatMap((tag) =>
    [...measures, dataSet].flatMap((set) => {
      const mm = Math.abs(Number(wordsOf(set, tag) || 'none'));
      return Number.isFinite(mm) && mm > 0 ? [mm] : [];
    }),
  );
}

function belongsTo(dataSet: DataSet): BelongsTo {
  const series = itemsOf(dataSet, 'x00081115')[0];
  const sopUids = itemsOf(series, 'x0008114a').map((item) => wordsOf(item, 'x00081155'));
  return {
    frameOfReferenceUid: wordsOf(dataSet, 'x00200052') || undefined,
    seriesUid: wordsOf(series, 'x0020000e') || undefined,
    ...(sopUids.length > 0 ? { sopUids } : {}),
  };
}

function refuse(
  where: string,
  expected: string,
  got: string | number,
  code: 'format' | 'unsupported' | 'truncated' = 'format',
): VesaliusError {
  return new VesaliusError({ code, what: 'DICOM segmentation', where, expected, got });
}
