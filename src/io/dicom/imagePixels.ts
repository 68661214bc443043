import type { DataSet } from 'dicom-parser';
import { VesaliusError } from '#core/errors.ts';
import type { ByteSource } from '#io/source.ts';
import type { DicomHeader } from './dataset.ts';
import type { StoredPixels } from './instance.ts';
import { frameBytes, storedColour } from './storedColour.ts';
import { EXPLICIT_BIG, type TransferSyntax, transferSyntaxOf } from './transferSyntax.ts';

/** Objects whose pixels are not samples of a body, by SOP class. */
const OTHER_OBJECTS: Readonly<Record<string, string>> = {
  '1.2.840.10008.5.1.4.1.1.66.4': 'a segmentation',
  '1.2.840.10008.5.1.4.1.1.66.7': 'a label map segmentation',
};

export function storedPixels({ dataSet, syntaxUid, pixels }: DicomHeader, source: ByteSource): StoredPixels {
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

  const signed = pixels.keyword === 'PixelData' && dataSet.uint16('x00280103') === 1;
  const colour = storedColour(dataSet, syntaxUid, syntax.packing, signed);

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
  if (colour !== null && (kind !== 'whole' || bitsAllocated === 32))
    throw refuse('BitsAllocated', '8 or 16 where pixels are colours', bitsAllocated, 'unsupported');
  if (colour !== null && colour.space !== 'palette' && bitsStored < 8)
    throw refuse('BitsStored', '8 to 16 where pixels are colours', bitsStored, 'unsupported');
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
    monochrome1: (dataSet.string('x00280004') ?? '').trim() === 'MONOCHROME1',
    colour,
    unread: unreadElements(dataSet),
    padding: (signed ? dataSet.int16('x00280120') : dataSet.uint16('x00280120')) ?? null,
    lossy: syntax.lossy || dataSet.string('x00282110') === '01',
    at: pixels.at,
    length: pixels.length,
    bytePairs: syntaxUid === EXPLICIT_BIG && bitsAllocated === 8 && pixels.words,
  };
  checkLength(stored, syntax, source, refuse);
  return stored;
}

/** What changes what is seen and is not applied: said, so that nobody takes the values for more than they are. */
export interface UnreadElement {
  readonly code: 'overlay-not-shown' | 'modality-lut-not-applied' | 'palette-not-applied';
  readonly where: string;
}

function unreadElements(dataSet: DataSet): UnreadElement[] {
  const there = (tag: string) => dataSet.elements[tag] !== undefined;
  const found: UnreadElement[] = [];
  // OverlayData of the sixteen groups 6000 to 601E.
  const overlay = Array.from({ length: 16 }, (_, n) => `x60${(2 * n).toString(16).padStart(2, '0')}3000`).find(there);
  if (overlay) found.push({ code: 'overlay-not-shown', where: 'OverlayData' });
  if (there('x00283000')) found.push({ code: 'modality-lut-not-applied', where: 'ModalityLUTSequence' });
  if (there('x00281201') && dataSet.uint16('x00280002') === 1 && dataSet.string('x00280004') !== 'PALETTE COLOR')
    found.push({ code: 'palette-not-applied', where: 'RedPaletteColorLookupTableData' });
  return found;
}

/** '(0008,0012)' */
function lastTag(dataSet: DataSet): string {
  const tag = Object.keys(dataSet.elements).toSorted().at(-1) ?? 'x00000000';
  return `(${tag.slice(1, 5)},${tag.slice(5)})`;
}

/** Each is a place, a time and a kind in memory: bytes that pretend more are refused instead of filling it. */
const MOST_FRAMES = 100_000;
/** Of an item's tag and length. */
const ITEM_BYTES = 8;

type Refuse = (where: string, expected: string, got: string | number) => VesaliusError;

function frameCount(dataSet: DataSet, refuse: Refuse): number {
  const text = dataSet.string('x00280008');
  if (text === undefined || text === '') return 1;
  const frames = Number(text);
  if (!Number.isInteger(frames) || frames < 1) throw refuse('NumberOfFrames', 'a whole number from 1 on', text);
  if (frames > MOST_FRAMES)
    throw new VesaliusError({
      code: 'too-large',
      what: 'DICOM image',
      where: 'NumberOfFrames',
      expected: `at most ${MOST_FRAMES}`,
      got: frames,
    });
  return frames;
}

/** What is missing at the end is found here, before anything is allocated. */
function checkLength(stored: StoredPixels, syntax: TransferSyntax, source: ByteSource, refuse: Refuse): void {
  const { frames, length, at } = stored;
  if (syntax.packing.kind !== 'native') {
    // Each frame takes an item of its own, behind that of the offset table.
    const least = ITEM_BYTES * (frames + 1);
    if (source.size !== null && source.size - at < least) throw truncated(least, source.size - at);
    if (length !== null && length > 0 && source.size !== null && at + length > source.size)
      throw truncated(length, source.size - at);
    return;
  }
  if (length === null) throw refuse('PixelData', 'a length, since it is not encapsulated', 'an undefined length');
  const needed = Math.ceil(frameBytes(stored) * frames);
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
