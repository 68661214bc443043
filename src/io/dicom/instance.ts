import type { DataSet } from 'dicom-parser';
import { fieldsOf, VesaliusError, type VesaliusErrorFields } from '#core/errors.ts';
import type { SeriesFacts } from '#core/volume/volume.ts';
import type { ByteSource } from '#io/source.ts';
import { readHeader } from './dataset.ts';
import { type IndexedFile, indexedFiles } from './dicomdir.ts';
import { type Frame, framesOf } from './frames.ts';
import { storedPixels, type UnreadElement } from './imagePixels.ts';
import { mosaicFrames, mosaicOf, mosaicPixels } from './mosaic.ts';
import type { StoredColour } from './storedColour.ts';
import { type PetFacts, petFacts } from './suv.ts';
import { isoDate, textOf } from './text.ts';

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
  /** null: grey. */
  readonly colour: StoredColour | null;
  /** What the file holds besides and is not read: a code and a keyword each. */
  readonly unread: readonly UnreadElement[];
  /** The raw value that stands where nothing was measured. */
  readonly padding: number | null;
  readonly lossy: boolean;
  readonly at: number;
  readonly length: number | null;
  /** Samples of 8 bits written as big-endian words of 16. */
  readonly bytePairs: boolean;
  /** Frames are tiles of one stored picture of this size (mosaic.ts). */
  readonly mosaic?: { readonly rows: number; readonly columns: number };
}

export interface Instance {
  /** SeriesInstanceUID, '' where there is none. */
  readonly seriesUid: string;
  readonly studyUid: string;
  /** What the files of a series have in common where anonymising took its UID away; '' where that is nothing. */
  readonly kinship: string;
  /** Of a DICOMDIR, the files that it lists, being none itself; null of every other file. */
  readonly listed: readonly IndexedFile[] | null;
  /** Of a PET image. */
  readonly pet: PetFacts | null;
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
  studyUid: '',
  kinship: '',
  listed: null,
  pet: null,
  instanceUid: '',
  modality: '',
  protocol: '',
  facts: { uid: '', number: null, description: '', date: '' },
} as const;

/**
 * A file's header as plain facts; what is wrong with it stands in `error` and never stops its neighbours.
 * @param beginning as for `readHeader`
 */
export async function readInstance(source: ByteSource, beginning?: Uint8Array<ArrayBuffer>): Promise<Instance> {
  let known: Omit<Instance, 'pixels' | 'frames' | 'error'> = NOTHING_KNOWN;
  try {
    const header = await readHeader(source, beginning);
    known = describe(header.dataSet);
    const picture = storedPixels(header, source);
    const mosaic = mosaicOf(header.dataSet);
    const pixels = mosaic ? mosaicPixels(picture, mosaic) : picture;
    const whole = framesOf(header.dataSet, picture.frames);
    const frames = mosaic ? mosaicFrames(whole[0] as Frame, mosaic, pixels, header.dataSet) : whole;
    // Colours are not measured in anything: no slope, no unit.
    const plain = (frame: Frame): Frame => ({ ...frame, slope: 1, intercept: 0, unit: '' });
    return { ...known, pixels, frames: pixels.colour === null ? frames : frames.map(plain), error: null };
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
    studyUid: dataSet.string('x0020000d') ?? '',
    kinship: kinshipOf(dataSet),
    listed: indexedFiles(dataSet),
    pet: petFacts(dataSet),
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
