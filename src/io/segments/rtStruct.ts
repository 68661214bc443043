import type { DataSet } from 'dicom-parser';
import { VesaliusError } from '#core/errors.ts';
import { readHeader } from '../dicom/dataset.ts';
import type { ByteSource } from '../source.ts';
import { hexOf } from './cielab.ts';
import { codeOf, itemsOf, textIn, wordsOf } from './dicomItems.ts';
import type { BelongsTo, SegmentCode } from './segmentSet.ts';

/** One region of an RT structure set. */
export interface Roi {
  readonly number: number;
  readonly name: string;
  readonly color: `#${string}` | null;
  readonly code: SegmentCode | null;
  /** ROIGenerationAlgorithm. */
  readonly madeBy: string;
  /** RTROIInterpretedType: EXTERNAL, ORGAN, GTV, … */
  readonly interpreted: string;
  /** Closed planar contours, each 3 numbers a point, LPS mm. */
  readonly contours: readonly Float64Array[];
  /** Contours of other kinds: POINT, OPEN_PLANAR, … and how many of each. */
  readonly others: ReadonlyMap<string, number>;
}

export interface RtStruct {
  readonly rois: readonly Roi[];
  readonly belongsTo: BelongsTo;
}

const CLOSED = new Set(['CLOSED_PLANAR', 'CLOSEDPLANAR_XOR', 'CLOSED_PLANAR_XOR']);

/** @throws VesaliusError naming the keyword, without the file's name. Source: PS3.3, A.19, C.8.8.5 and C.8.8.6 */
export async function readStructureSet(source: ByteSource): Promise<RtStruct> {
  const { dataSet } = await readHeader(source);
  const listed = itemsOf(dataSet, 'x30060020');
  if (listed.length === 0) throw refuse('StructureSetROISequence', 'at least one region', 'none');
  const drawn = byNumber(itemsOf(dataSet, 'x30060039'));
  const observed = byNumber(itemsOf(dataSet, 'x30060080'));
  const rois = listed.map((item, index): Roi => {
    const number = Number(wordsOf(item, 'x30060022') || 'none');
    if (!Number.isInteger(number))
      throw refuse('ROINumber', 'a whole number', wordsOf(item, 'x30060022') || `none in item ${index + 1}`);
    const contour = drawn.get(number);
    const observation = observed.get(number);
    const code = observation ? codeOf(observation, 'x30060086', dataSet) : null;
    return {
      number,
      name: (textIn(item, 'x30060026', dataSet) || code?.meaning || `ROI ${number}`).slice(0, 200),
      color: colorOf(contour),
      code,
      madeBy: wordsOf(item, 'x30060036'),
      interpreted: wordsOf(observation, 'x300600a4'),
      ...contoursOf(contour, number),
    };
  });
  return { rois, belongsTo: belongsTo(dataSet) };
}

function byNumber(items: readonly DataSet[]): Map<number, DataSet> {
  const found = new Map<number, DataSet>();
  for (const item of items) {
    const number = Number(wordsOf(item, 'x30060084') || 'none');
    if (!found.has(number)) found.set(number, item);
  }
  return found;
}

/** ROIDisplayColor: three numbers from 0 to 255. */
function colorOf(contour: DataSet | undefined): `#${string}` | null {
  const channels = wordsOf(contour, 'x3006002a')
    .split('\\')
    .map((word) => (word.trim() === '' ? Number.NaN : Number(word)));
  return channels.length === 3 && channels.every((value) => value >= 0 && value <= 255) ? hexOf(channels) : null;
}

function contoursOf(roi: DataSet | undefined, number: number): Pick<Roi, 'contours' | 'others'> {
  const contours: Float64Array[] = [];
  const others = new Map<string, number>();
  for (const [index, item] of itemsOf(roi, 'x30060040').entries()) {
    const kind = wordsOf(item, 'x30060042') || 'none';
    if (!CLOSED.has(kind)) {
      others.set(kind, (others.get(kind) ?? 0) + 1);
      continue;
    }
    const words = wordsOf(item, 'x30060050').split('\\');
    const points = Number(wordsOf(item, 'x30060046') || words.length / 3);
    const where = `contour ${index + 1} of ROI ${number}`;
    if (words.length !== 3 * points)
      throw refuse('ContourData', `3 × ${points} numbers, as NumberOfContourPoints`, `${words.length} in ${where}`);
    const data = Float64Array.from(words, (word) => (word.trim() === '' ? Number.NaN : Number(word)));
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0) throw refuse('ContourData', 'numbers', `${words[bad] || 'nothing'} in ${where}`);
    contours.push(data);
  }
  return { contours, others };
}

function belongsTo(dataSet: DataSet): BelongsTo {
  const frame = itemsOf(dataSet, 'x30060010')[0];
  const series = itemsOf(frame, 'x30060012').flatMap((study) => itemsOf(study, 'x30060014'));
  const sopUids = series.flatMap((one) => itemsOf(one, 'x30060016').map((image) => wordsOf(image, 'x00081155')));
  return {
    frameOfReferenceUid: wordsOf(frame, 'x00200052') || undefined,
    seriesUid: wordsOf(series[0], 'x0020000e') || undefined,
    ...(sopUids.length > 0 ? { sopUids } : {}),
  };
}

function refuse(where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code: 'format', what: 'RT structure set', where, expected, got });
}
