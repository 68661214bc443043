import type { DataSet } from 'dicom-parser';
import type { Vector3 } from '#core/space/affine.ts';
import { dayNumber } from './dayNumber.ts';
import { dimensionIndex } from './dimensionIndex.ts';
import { decimals, finite, first, items, type Places, positive, refuseGeometry as refuse } from './elements.ts';
import { frameTimes } from './frameTimes.ts';
import { letteredPlane } from './letters.ts';
import { type PixelSize, pixelSize } from './pixelSpacing.ts';

/** One picture of a file, with all that places it in space and time. LPS millimetres. Plain data. */
export interface Frame extends PixelSize {
  readonly index: number;
  readonly position: Vector3 | null;
  readonly rowDirection: Vector3 | null;
  readonly columnDirection: Vector3 | null;
  /**
   * A picture that is no slice of a body (a radiograph, an ultrasound scan, a photograph): it has no place among others, and the
   * frames of its file follow each other in time.
   */
  readonly alone: boolean;
  /** Of such frames: ms after the first, where the file says. */
  readonly timeMs: number | null;
  readonly thickness: number | null;
  readonly slope: number;
  readonly intercept: number;
  readonly unit: string | null;
  /** What else sets stacks of one series apart, by keyword. */
  readonly kind: Readonly<Record<string, string>>;
  /** What may number the timepoints, by keyword, in the order in which they are asked. */
  readonly times: Readonly<Record<string, number | null>>;
  /** ms from one temporal position to the next. */
  readonly temporalResolutionMs: number | null;
  readonly instanceNumber: number;
}

/** Their pictures are slices: without a place among others they are refused. */
const SLICED = ['CT', 'MR', 'PT'];
/** Several frames of these are no film, but detectors, planes of a dose, tiles of a slide, cuts through a retina. */
const NO_FILM = ['NM', 'RTDOSE', 'SEG', 'SM', 'OPT'];

/**
 * The pictures of one file. An enhanced object says per frame what a classic one says once (PS3.3, C.7.6.16); a dose grid
 * gives its planes by GridFrameOffsetVector; of pictures that have no place (ultrasound, angiography, photographs) frames are a film.
 * @throws VesaliusError 'geometry' or 'format', without the file's name
 */
export function framesOf(dataSet: DataSet, count: number): Frame[] {
  const shared = items(dataSet, 'x52009229')[0];
  const perFrame = items(dataSet, 'x52009230');
  if (perFrame.length > 0 || shared) {
    if (perFrame.length !== count)
      throw refuse('PerFrameFunctionalGroupsSequence', `${count} items, as NumberOfFrames`, perFrame.length);
    const frames = perFrame.map((own, index) => enhancedFrame(dataSet, index, shared ? [own, shared] : [own]));
    return frames.every(({ alone }) => alone) ? film(dataSet, frames) : frames;
  }
  const lead = frameIn([dataSet], dataSet, 0);
  if (count === 1) return [lead];
  if (!lead.alone || dataSet.elements.x3004000c) return gridFrames(dataSet, lead, count);
  const instance = (index: number) => lead.instanceNumber + index;
  return film(
    dataSet,
    Array.from({ length: count }, (_, index) => ({ ...lead, index, instanceNumber: instance(index) })),
  );
}

/** Frames without a place follow each other in time. */
function film(dataSet: DataSet, frames: readonly Frame[]): Frame[] {
  const modality = dataSet.string('x00080060') ?? '';
  if (frames.length > 1 && NO_FILM.includes(modality))
    throw refuse('NumberOfFrames', `one frame, or a place for each (${modality})`, frames.length);
  const times = frameTimes(dataSet, frames.length);
  return frames.map((frame) => ({ ...frame, timeMs: times?.[frame.index] ?? null }));
}

function enhancedFrame(dataSet: DataSet, index: number, groups: Places): Frame {
  const places: DataSet[] = [];
  for (const sequence of [
    'x00209113', // PlanePositionSequence
    'x00209116', // PlaneOrientationSequence
    'x00289110', // PixelMeasuresSequence
    'x00289145', // PixelValueTransformationSequence
    'x00209111', // FrameContentSequence
    'x00189118', // CardiacSynchronizationSequence
    'x00209310', // TemporalPositionSequence
    'x00189226', // MRImageFrameTypeSequence
    'x00189329', // CTImageFrameTypeSequence
    'x00189114', // MREchoSequence
    'x00189117', // MRDiffusionSequence
  ]) {
    const found = groups.map((group) => items(group, sequence)[0]).find((item) => item !== undefined);
    if (found) places.push(found);
  }
  return frameIn([...places, dataSet], dataSet, index);
}

function frameIn(places: Places, dataSet: DataSet, index: number): Frame {
  const numbers = (tag: string, count: number, where: string) => decimals(places, tag, count, where);
  const position = numbers('x00200032', 3, 'ImagePositionPatient');
  const orientation = numbers('x00200037', 6, 'ImageOrientationPatient');
  const slope = (numbers('x00281053', 1, 'RescaleSlope') ?? numbers('x3004000e', 1, 'DoseGridScaling'))?.[0] ?? 1;
  if (slope === 0) throw refuse('RescaleSlope', 'a number other than 0', 0);
  const number = (tag: string) => first(places, (place) => finite(place.floatString(tag)));
  const words = (tag: string) => first(places, (place) => place.string(tag)) ?? '';
  const instanceNumber = dataSet.intString('x00200013');
  const size = pixelSize(places, dataSet);
  const alone = position === null && orientation === null && !SLICED.includes(dataSet.string('x00080060') ?? '');
  const lettered = alone ? letteredPlane(dataSet.string('x00200020')) : null;
  return {
    index,
    position: position as Vector3 | null,
    rowDirection: orientation ? (orientation.slice(0, 3) as unknown as Vector3) : (lettered?.rowDirection ?? null),
    columnDirection: orientation ? (orientation.slice(3) as unknown as Vector3) : (lettered?.columnDirection ?? null),
    ...size,
    warnings: lettered ? [lettered.warning, ...size.warnings] : size.warnings,
    alone,
    timeMs: null,
    thickness: positive(number('x00180050')) ?? positive(number('x00180088')),
    slope,
    intercept: numbers('x00281052', 1, 'RescaleIntercept')?.[0] ?? 0,
    unit: unitIn(places),
    kind: {
      ImageType: words('x00089007') || (dataSet.string('x00080008') ?? ''),
      EchoTime: String(number('x00180081') ?? first(places, (place) => finite(place.double('x00189082'))) ?? ''),
      StackID: words('x00209056'),
      ConvolutionKernel: words('x00181210'),
    },
    times: {
      TemporalPositionIdentifier: number('x00200100') ?? null,
      TemporalPositionIndex: first(places, (place) => place.uint32('x00209128')) ?? null,
      TriggerTime: number('x00181060') ?? null,
      DiffusionBValue: first(places, (place) => finite(place.double('x00189087'))) ?? null,
      AcquisitionNumber: number('x00200012') ?? null,
      AcquisitionTime: secondsOf(first(places, (place) => place.string('x00080032'))),
      ContentTime: secondsOf(first(places, (place) => place.string('x00080033'))),
      NominalCardiacTriggerDelayTime: first(places, (place) => finite(place.double('x00209153'))) ?? null,
      TemporalPositionTimeOffset: first(places, (place) => finite(place.double('x0020930d'))) ?? null,
      FrameReferenceTime: number('x00541300') ?? null,
      DimensionIndexValues: dimensionIndex(places, dataSet),
      FrameAcquisitionDateTime: dateTimeSeconds(first(places, (place) => place.string('x00189074'))),
    },
    temporalResolutionMs: positive(number('x00200110')),
    instanceNumber: (instanceNumber !== undefined && Number.isFinite(instanceNumber) ? instanceNumber : 0) + index,
  };
}

function gridFrames(dataSet: DataSet, frame: Frame, count: number): Frame[] {
  const offsets = decimals([dataSet], 'x3004000c', count, 'GridFrameOffsetVector');
  const { position, rowDirection: x, columnDirection: y } = frame;
  if (!offsets || !position || !x || !y)
    throw refuse('NumberOfFrames', 'one frame, or functional groups that place each', count);
  const normal = [x[1] * y[2] - x[2] * y[1], x[2] * y[0] - x[0] * y[2], x[0] * y[1] - x[1] * y[0]] as const;
  return offsets.map((offset, index) => ({
    ...frame,
    index,
    // A vector that begins with 0 counts from the first plane; the other kind holds the patient's own z (PS3.3, C.8.8.3.2).
    position: position.map(
      (p, axis) => p + (offset - (offsets[0] as number)) * (normal[axis] as number),
    ) as unknown as Vector3,
    instanceNumber: frame.instanceNumber + index,
  }));
}

function unitIn(places: Places): string | null {
  const type = first(places, (place) => place.string('x00281054'));
  if (type) return type;
  // Units (PET), DoseUnits.
  return first(places, (place) => place.string('x00541001') ?? place.string('x30040002')) ?? null;
}

/** 'HHMMSS.FFFFFF' as seconds. */
function secondsOf(time: string | undefined): number | null {
  const found = time === undefined ? null : /^(\d{2})(\d{2})?(\d{2}(?:\.\d+)?)?/.exec(time);
  return found ? Number(found[1]) * 3600 + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0) : null;
}

/** 'YYYYMMDDHHMMSS.FFFFFF' as seconds from a fixed day on. */
function dateTimeSeconds(text: string | undefined): number | null {
  const found = text === undefined ? null : /^(\d{4})(\d{2})(\d{2})(\d{2}.*)$/.exec(text);
  const seconds = secondsOf(found?.[4]);
  if (!found || seconds === null) return null;
  return dayNumber(Number(found[1]), Number(found[2]), Number(found[3])) * 86_400 + seconds;
}
