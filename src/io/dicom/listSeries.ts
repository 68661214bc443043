import { asVesaliusError, fieldsOf, VesaliusError, type VesaliusErrorFields } from '#core/errors.ts';
import { spacingOf } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Modality, ScalarType, SeriesFacts, VolumeHeader } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import type { ByteSource, SourceRef } from '#io/source.ts';
import { type OrderedStack, orderStack } from './geometry.ts';
import { type Instance, readInstance, type StoredPixels } from './instance.ts';
import { type Slice, type Stack, splitByAcquisition, stacksOf } from './stack.ts';

/** One stack of pictures that can be read as a volume, or why it cannot. Plain data, cloneable. */
export interface DicomSeries {
  /** SeriesInstanceUID (the first file's path where there is none); with `#n` behind where one series holds several stacks. */
  readonly uid: string;
  readonly facts: SeriesFacts;
  readonly header: Omit<VolumeHeader, 'storedRange'> | null;
  /** The files, in the order in which their slices lie (each once). */
  readonly sources: readonly SourceRef[];
  /** Where each slice of the volume is, k fastest, then the timepoint; empty where the series cannot be read. */
  readonly slices: readonly PlannedSlice[];
  readonly error?: VesaliusErrorFields;
}

export interface PlannedSlice {
  /** Index into `sources`. */
  readonly source: number;
  /** The file's base name, for words. */
  readonly name: string;
  readonly frame: number;
  readonly pixels: StoredPixels;
  readonly slope: number;
  readonly intercept: number;
}

/** Headers that are waited for at once. */
const AT_ONCE = 8;

/**
 * Reads the headers of DICOM files (no pixels) and says which volumes they hold: grouped by SeriesInstanceUID, split where
 * one UID holds several stacks, slices ordered by their place along the normal, sorted by series number. What cannot be
 * read stands there with its `error`; index files (DICOMDIR) are passed over unless there is nothing else.
 * Long: yields `list`, in files.
 */
export async function* listDicomSeries(files: readonly ByteSource[]): AsyncSteps<DicomSeries[]> {
  const instances: Instance[] = [];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    instances.push(...(await Promise.all(files.slice(from, from + AT_ONCE).map(readInstance))));
    yield { stage: 'list', done: instances.length, of: files.length };
  }
  const bySeries = new Map<string, number[]>();
  instances.forEach((instance, file) => {
    // Files that say neither a series nor what they belong to are not taken for one.
    const kinship = instance.kinship === '' || instance.error !== null ? `file ${file}` : instance.kinship;
    const key = instance.seriesUid === '' ? kinship : instance.seriesUid;
    const group = bySeries.get(key);
    if (group) group.push(file);
    else bySeries.set(key, [file]);
  });
  const all: DicomSeries[] = [];
  for (const group of bySeries.values()) all.push(...seriesOf(group, instances, files));
  const images = all.filter((series) => !isIndex(series, instances, files));
  return (images.length > 0 ? images : all).toSorted(bySeriesNumber);
}

function bySeriesNumber(a: DicomSeries, b: DicomSeries): number {
  const [m, n] = [a.facts.number, b.facts.number];
  if (m !== n) return m === null ? 1 : n === null ? -1 : m - n;
  return a.facts.uid < b.facts.uid ? -1 : a.facts.uid > b.facts.uid ? 1 : 0;
}

function isIndex(series: DicomSeries, instances: readonly Instance[], files: readonly ByteSource[]): boolean {
  const only = series.sources[0];
  return only !== undefined && instances.some((instance, file) => instance.index && files[file]?.ref === only);
}

function seriesOf(
  group: readonly number[],
  instances: readonly Instance[],
  files: readonly ByteSource[],
): DicomSeries[] {
  const of = (file: number) => instances[file] as Instance;
  const broken = group.find((file) => of(file).error !== null);
  if (broken !== undefined) return [unreadable(group, of(broken).error as VesaliusErrorFields, of(broken), files)];

  const warnings: Warning[] = [];
  if (of(group[0] as number).seriesUid === '' && group.length > 1) warnings.push(NO_UID);
  const kept = withoutCopies(group, of, files, warnings);
  const slices: Slice[] = kept.flatMap((file) =>
    of(file).frames.map((frame) => ({
      file,
      name: (files[file] as ByteSource).name,
      pixels: of(file).pixels as StoredPixels,
      frame,
    })),
  );
  const found = stacksOf(slices).flatMap((stack) => ordered(stack));
  // The largest first: it is what was scanned, the others are scouts and leftovers.
  const sorted = found.toSorted((a, b) => b.stack.slices.length - a.stack.slices.length);
  return sorted.map(({ stack, result }, n) => {
    const lead = of((stack.slices[0] as Slice).file);
    const name = uidOf(lead, stack.slices[0]?.file, files);
    const uid = sorted.length > 1 ? `${name}#${n + 1}` : name;
    if (result instanceof VesaliusError)
      return {
        ...unreadable(
          stack.slices.map((slice) => slice.file),
          fieldsOf(result),
          lead,
          files,
        ),
        uid,
      };
    const more = sorted.length > 1 ? [...warnings, splitWarning(stack, sorted.length)] : warnings;
    return { ...readable(result, lead, more, files), uid };
  });
}

const NO_UID: Warning = {
  code: 'series-uid-missing',
  where: 'SeriesInstanceUID',
  kept: 'files of one study, frame of reference, series number, modality and description',
  text: 'The files do not say which series they belong to; those of one study, series number and description are read as one.',
};

function ordered(stack: Stack): { stack: Stack; result: OrderedStack | VesaliusError }[] {
  try {
    const result = orderStack(stack.slices);
    if (result !== null) return [{ stack, result }];
    const parts = splitByAcquisition(stack.slices);
    if (parts !== null) return parts.flatMap(ordered);
    return [{ stack, result: doubled(stack) }];
  } catch (thrown) {
    return [{ stack, result: asVesaliusError(thrown) }];
  }
}

function doubled(stack: Stack): VesaliusError {
  const seen = new Map<string, Slice>();
  for (const slice of stack.slices) {
    const place = (slice.frame.position ?? []).map((value) => value.toFixed(2)).join('\\');
    const other = seen.get(place);
    if (other)
      return new VesaliusError({
        code: 'geometry',
        what: 'DICOM geometry',
        where: 'ImagePositionPatient',
        expected: 'as many slices at each place',
        got: `${place} twice (also in ${other.name})`,
        file: slice.name,
      });
    seen.set(place, slice);
  }
  return new VesaliusError({
    code: 'geometry',
    what: 'DICOM geometry',
    where: 'ImagePositionPatient',
    expected: 'as many slices at each place',
    got: 'some places twice',
    file: (stack.slices[0] as Slice).name,
  });
}

/** The same object twice in a folder (a copy, a backup) is one. */
function withoutCopies(
  group: readonly number[],
  of: (file: number) => Instance,
  files: readonly ByteSource[],
  warnings: Warning[],
): number[] {
  const seen = new Set<string>();
  const kept = group.filter((file) => {
    const { instanceUid, frames } = of(file);
    if (instanceUid === '') return true;
    const key = `${instanceUid} ${files[file]?.size} ${frames[0]?.position?.join()} ${frames[0]?.instanceNumber}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  if (kept.length < group.length)
    warnings.push({
      code: 'duplicate-instance',
      where: 'SOPInstanceUID',
      kept: 'the first of each',
      text: `${group.length - kept.length} of ${group.length} files are copies of others by SOPInstanceUID, size and place; each is used once.`,
    });
  return kept;
}

function splitWarning(stack: Stack, count: number): Warning {
  return {
    code: 'series-split',
    where: stack.splitBy,
    kept: `one volume of ${count}`,
    text: `The series holds ${count} stacks that differ in ${stack.splitBy}; each is a volume of its own.`,
  };
}

function uidOf(lead: Instance, file: number | undefined, files: readonly ByteSource[]): string {
  return lead.facts.uid || (files[file ?? 0]?.ref.path ?? '');
}

function unreadable(
  group: readonly number[],
  error: VesaliusErrorFields,
  lead: Instance,
  files: readonly ByteSource[],
): DicomSeries {
  const sources = [...new Set(group)].map((file) => (files[file] as ByteSource).ref);
  return { uid: uidOf(lead, group[0], files), facts: lead.facts, header: null, sources, slices: [], error };
}

function readable(
  stack: OrderedStack,
  lead: Instance,
  warnings: readonly Warning[],
  files: readonly ByteSource[],
): Omit<DicomSeries, 'uid'> {
  const sources: SourceRef[] = [];
  const sourceOf = new Map<number, number>();
  const slices = stack.slices.map(({ file, name, pixels, frame }): PlannedSlice => {
    let source = sourceOf.get(file);
    if (source === undefined) {
      source = sources.push((files[file] as ByteSource).ref) - 1;
      sourceOf.set(file, source);
    }
    return { source, name, frame: frame.index, pixels, slope: frame.slope, intercept: frame.intercept };
  });
  const first = slices[0] as PlannedSlice;
  const even = slices.every((slice) => slice.slope === first.slope && slice.intercept === first.intercept);
  const frame = (stack.slices[0] as Slice).frame;
  const modality = modalityOf(lead.modality);
  return {
    facts: lead.facts,
    sources,
    slices,
    header: {
      name: nameOf(lead),
      dims: [first.pixels.columns, first.pixels.rows, stack.nk],
      timepoints: stack.timepoints,
      scalarType: even ? scalarTypeOf(first.pixels) : 'f32',
      slope: even ? first.slope : 1,
      intercept: even ? first.intercept : 0,
      rasFromIjk: stack.rasFromIjk,
      spacing: spacingOf(stack.rasFromIjk),
      modality,
      modalityGuessed: false,
      unit: unitOf(modality, frame.unit),
      format: 'dicom',
      synthetic: false,
      warnings: [...warnings, ...stack.warnings, ...pixelWarnings(slices, even)],
      series: lead.facts,
    },
  };
}

function pixelWarnings(slices: readonly PlannedSlice[], even: boolean): Warning[] {
  const warnings: Warning[] = [];
  if (!even)
    warnings.push({
      code: 'rescale-differs',
      where: 'RescaleSlope',
      kept: 'rescaled values as float32',
      text: 'RescaleSlope or RescaleIntercept differ from slice to slice; each slice is rescaled by its own.',
    });
  if (slices.some((slice) => slice.pixels.kind === 'double'))
    warnings.push({
      code: 'float64-narrowed',
      where: 'DoubleFloatPixelData',
      kept: 'float32',
      text: 'Values of 64 bits are kept with 24 bits of precision.',
    });
  if (slices.some((slice) => slice.pixels.lossy))
    warnings.push({
      code: 'lossy-compression',
      where: 'LossyImageCompression',
      kept: 'the values as compressed',
      text: 'The pictures were compressed with loss: values are near to what was measured, not equal.',
    });
  if (slices.some((slice) => slice.pixels.monochrome1))
    warnings.push({
      code: 'monochrome1',
      where: 'PhotometricInterpretation',
      kept: 'the values as stored',
      text: 'The smallest value is meant to be shown white (MONOCHROME1); values are kept as stored.',
    });
  return warnings;
}

/** What holds every stored value: 12 bits stay 16 bits; whole numbers of 32 bits are checked when they are read. */
function scalarTypeOf({ kind, bitsAllocated, signed }: StoredPixels): ScalarType {
  if (kind !== 'whole' || bitsAllocated === 32) return 'f32';
  if (signed) return 'i16';
  return bitsAllocated === 8 ? 'u8' : 'u16';
}

const MODALITIES: Readonly<Record<string, Modality>> = {
  CT: 'CT',
  MR: 'MR',
  PT: 'PT',
  US: 'US',
  CR: 'CR',
  DX: 'CR',
  DR: 'CR',
};

function modalityOf(modality: string): Modality {
  return MODALITIES[modality] ?? 'OT';
}

/** RescaleType where it says something ('US' is "unspecified"); a CT that says nothing is in Hounsfield units (PS3.3, C.8.2.1). */
function unitOf(modality: Modality, said: string | null): string {
  if (said === null) return modality === 'CT' ? 'HU' : '';
  return said === 'US' ? '' : said;
}

function nameOf({ facts, protocol, modality }: Instance): string {
  return facts.description || protocol || `${modality || 'DICOM'} ${facts.number ?? ''}`.trim();
}
