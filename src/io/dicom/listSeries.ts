import { asVesaliusError, fieldsOf, VesaliusError, type VesaliusErrorFields } from '#core/errors.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Warning } from '#core/warnings.ts';
import type { ByteSource, SourceRef } from '#io/source.ts';
import { type OrderedStack, orderStack } from './geometry.ts';
import { type Instance, readInstance, type StoredPixels } from './instance.ts';
import type { DicomSeries, PlannedSlice } from './series.ts';
import { headerOf } from './seriesHeader.ts';
import { type Slice, type Stack, splitByAcquisition, stacksOf } from './stack.ts';

export type { DicomSeries };

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
  const perTimepoint = stack.slices.length / stack.timepoints;
  const slices = stack.slices.map(({ file, name, pixels, frame }, n): PlannedSlice => {
    const place = n % perTimepoint;
    let source = sourceOf.get(file);
    if (source === undefined) {
      source = sources.push((files[file] as ByteSource).ref) - 1;
      sourceOf.set(file, source);
    }
    return {
      source,
      name,
      frame: frame.index,
      plane: stack.planes?.[place] ?? place,
      pixels,
      slope: frame.slope,
      intercept: frame.intercept,
    };
  });
  return { facts: lead.facts, sources, slices, header: headerOf(stack, slices, lead, warnings) };
}
