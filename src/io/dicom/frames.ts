import type { DataSet } from 'dicom-parser';
import { VesaliusError } from '#core/errors.ts';
import type { Vector3 } from '#core/space/affine.ts';

/** One picture of a file, with all that places it in space and time. LPS millimetres. Plain data. */
export interface Frame {
  readonly index: number;
  readonly position: Vector3 | null;
  readonly rowDirection: Vector3 | null;
  readonly columnDirection: Vector3 | null;
  /** mm between rows, between columns. */
  readonly pixelSpacing: readonly [number, number] | null;
  readonly spacingFrom: 'PixelSpacing' | 'ImagerPixelSpacing' | 'NominalScannedPixelSpacing' | null;
  readonly thickness: number | null;
  readonly slope: number;
  readonly intercept: number;
  readonly unit: string | null;
  /** What else sets stacks of one series apart, by keyword. */
  readonly kind: Readonly<Record<string, string>>;
  /** What may number the timepoints, by keyword, in the order in which they are asked. */
  readonly times: Readonly<Record<string, number | null>>;
  readonly instanceNumber: number;
}

/** Data sets in which an attribute of one frame is looked for, the nearest first. */
type Places = readonly DataSet[];

/**
 * The pictures of one file. An enhanced object says per frame what a classic one says once (PS3.3, C.7.6.16); a dose grid
 * gives its planes by GridFrameOffsetVector; any other object of several frames has no place for them.
 * @throws VesaliusError 'geometry' or 'format', without the file's name
 */
export function framesOf(dataSet: DataSet, count: number): Frame[] {
  const shared = items(dataSet, 'x52009229')[0];
  const perFrame = items(dataSet, 'x52009230');
  if (perFrame.length > 0 || shared) {
    if (perFrame.length !== count)
      throw refuse('PerFrameFunctionalGroupsSequence', `${count} items, as NumberOfFrames`, perFrame.length);
    return perFrame.map((own, index) => enhancedFrame(dataSet, index, shared ? [own, shared] : [own]));
  }
  const first = frameIn([dataSet], dataSet, 0);
  if (count === 1) return [first];
  return gridFrames(dataSet, first, count);
}

function enhancedFrame(dataSet: DataSet, index: number, groups: Places): Frame {
  const places: DataSet[] = [];
  for (const sequence of [
    'x00209113', // PlanePositionSequence
    'x00209116', // PlaneOrientationSequence
    'x00289110', // PixelMeasuresSequence
    'x00289145', // PixelValueTransformationSequence
    'x00209111', // FrameContentSequence
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
  const spacing = spacingIn(places);
  const slope = (numbers('x00281053', 1, 'RescaleSlope') ?? numbers('x3004000e', 1, 'DoseGridScaling'))?.[0] ?? 1;
  if (slope === 0) throw refuse('RescaleSlope', 'a number other than 0', 0);
  const number = (tag: string) => first(places, (place) => finite(place.floatString(tag)));
  const words = (tag: string) => first(places, (place) => place.string(tag)) ?? '';
  const instanceNumber = dataSet.intString('x00200013');
  return {
    index,
    position: position as Vector3 | null,
    rowDirection: orientation ? (orientation.slice(0, 3) as unknown as Vector3) : null,
    columnDirection: orientation ? (orientation.slice(3) as unknown as Vector3) : null,
    ...spacing,
    thickness: positive(number('x00180050')) ?? positive(number('x00180088')),
    slope,
    intercept: numbers('x00281052', 1, 'RescaleIntercept')?.[0] ?? 0,
    unit: unitIn(places),
    kind: {
      ImageType: words('x00089007') || (dataSet.string('x00080008') ?? ''),
      EchoTime: String(number('x00180081') ?? first(places, (place) => finite(place.double('x00189082'))) ?? ''),
      StackID: words('x00209056'),
    },
    times: {
      TemporalPositionIdentifier: number('x00200100') ?? null,
      TemporalPositionIndex: first(places, (place) => place.uint32('x00209128')) ?? null,
      TriggerTime: number('x00181060') ?? null,
      DiffusionBValue: first(places, (place) => finite(place.double('x00189087'))) ?? null,
      AcquisitionNumber: number('x00200012') ?? null,
      AcquisitionTime: secondsOf(first(places, (place) => place.string('x00080032'))),
      ContentTime: secondsOf(first(places, (place) => place.string('x00080033'))),
    },
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

function spacingIn(places: Places): Pick<Frame, 'pixelSpacing' | 'spacingFrom'> {
  for (const [tag, keyword] of [
    ['x00280030', 'PixelSpacing'],
    ['x00181164', 'ImagerPixelSpacing'],
    ['x00182010', 'NominalScannedPixelSpacing'],
  ] as const) {
    const found = decimals(places, tag, 2, keyword);
    if (!found) continue;
    if (!found.every((value) => value > 0)) throw refuse(keyword, 'two numbers above 0', found.join('\\'));
    return { pixelSpacing: found as unknown as readonly [number, number], spacingFrom: keyword };
  }
  return { pixelSpacing: null, spacingFrom: null };
}

function unitIn(places: Places): string | null {
  const type = first(places, (place) => place.string('x00281054'));
  if (type) return type;
  // Units (PET), DoseUnits.
  return first(places, (place) => place.string('x00541001') ?? place.string('x30040002')) ?? null;
}

/** A multi-valued decimal string: null where absent or empty, refused where it is not `count` finite numbers. */
function decimals(places: Places, tag: string, count: number, where: string): readonly number[] | null {
  const text = first(places, (place) => place.string(tag) || undefined);
  if (text === undefined) return null;
  const values = text.split('\\').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.length !== count || !values.every(Number.isFinite))
    throw refuse(where, count === 1 ? 'a number' : `${count} numbers`, text);
  return values;
}

function items(dataSet: DataSet, tag: string): DataSet[] {
  const element = dataSet.elements[tag];
  return (element?.items ?? []).flatMap((item) => (item.dataSet ? [item.dataSet] : []));
}

function first<Value>(places: Places, look: (place: DataSet) => Value | undefined): Value | undefined {
  for (const place of places) {
    const value = look(place);
    if (value !== undefined) return value;
  }
  return undefined;
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function positive(value: number | undefined): number | null {
  return value !== undefined && value > 0 ? value : null;
}

/** 'HHMMSS.FFFFFF' as seconds. */
function secondsOf(time: string | undefined): number | null {
  const found = time === undefined ? null : /^(\d{2})(\d{2})?(\d{2}(?:\.\d+)?)?/.exec(time);
  return found ? Number(found[1]) * 3600 + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0) : null;
}

function refuse(where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code: 'geometry', what: 'DICOM geometry', where, expected, got });
}
