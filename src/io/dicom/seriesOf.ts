import { asVesaliusError, fieldsOf, VesaliusError } from '#core/errors.ts';
import type { Warning } from '#core/warnings.ts';
import type { ByteSource, SourceRef } from '#io/source.ts';
import { type OrderedStack, orderStack } from './geometry.ts';
import type { Instance, StoredPixels } from './instance.ts';
import type { DicomSeries, PlannedSlice } from './series.ts';
import { headerOf } from './seriesHeader.ts';
import { type Slice, type Stack, splitByAcquisition, stacksOf } from './stack.ts';
import { stackLabels } from './stackLabel.ts';
import { withoutTwins } from './twins.ts';

/** The files of a listing and what their headers say, in the same order. */
export interface ReadFiles {
  readonly files: readonly ByteSource[];
  readonly instances: readonly Instance[];
}

interface Found {
  readonly stack: Stack;
  readonly result: OrderedStack | VesaliusError;
  readonly warnings: readonly Warning[];
}

/** The volumes that the files of one series hold, the largest first: it is what was scanned, others are scouts and leftovers. */
export async function seriesOf(group: readonly number[], read: ReadFiles): Promise<DicomSeries[]> {
  const { files } = read;
  const of = (file: number) => read.instances[file] as Instance;
  const broken = group.map((file) => of(file).error).find((error) => error !== null);
  if (broken) return [unreadable(group, new VesaliusError(broken), read)];

  const warnings: Warning[] = [];
  if (of(group[0] as number).seriesUid === '' && group.length > 1) warnings.push(NO_UID);
  const kept = withoutCopies(group, read, warnings);
  const bodyOf = bodies(kept, read, warnings);
  const slices: Slice[] = kept.flatMap((file) =>
    of(file).frames.map((frame) => ({
      file,
      body: bodyOf(file),
      name: (files[file] as ByteSource).name,
      pixels: of(file).pixels as StoredPixels,
      frame,
    })),
  );
  const found: Found[] = [];
  for (const stack of stacksOf(slices)) found.push(...(await ordered(stack, files)));
  const sorted = found.toSorted(
    (a, b) => b.stack.slices.length - a.stack.slices.length || echoTime(a.stack) - echoTime(b.stack),
  );
  const labels = stackLabels(sorted.map(({ stack }) => stack));
  return sorted.map(({ stack, result, warnings: own }, n) => {
    // Without a UID it is the path of the first slice, which is the same in whatever order its files are given.
    const first = (result instanceof VesaliusError ? stack : result).slices[0] as Slice;
    const name = uidOf(of(first.file), files[first.file]);
    const uid = sorted.length > 1 ? `${name}#${n + 1}` : name;
    if (result instanceof VesaliusError) {
      const those = stack.slices.map(({ file }) => file);
      return { ...unreadable(those, result, read), uid };
    }
    const more = sorted.length > 1 ? [...warnings, ...own, splitWarning(stack, sorted.length)] : [...warnings, ...own];
    return { ...readable(result, more, labels[n] as string, read), uid };
  });
}

const NO_UID: Warning = {
  code: 'series-uid-missing',
  where: 'SeriesInstanceUID',
  kept: 'files of one study, frame of reference, series number, modality and description',
  text: 'The files do not say which series they belong to; those of one study, series number and description are read as one.',
};

/**
 * One series lies in one frame of reference by definition. Where files that share a SeriesInstanceUID do not (two patients whose
 * identifiers an anonymiser made the same), they are no one body; where nearly each has a frame of its own, that tells nothing.
 */
function bodies(kept: readonly number[], { instances }: ReadFiles, warnings: Warning[]): (file: number) => string {
  const body = (file: number) => {
    const { studyUid, facts } = instances[file] as Instance;
    return `${studyUid} ${facts.frameOfReferenceUid ?? ''}`;
  };
  // Pictures that are no slices stand each for itself anyway.
  const placed = kept.filter((file) => instances[file]?.frames.some(({ alone }) => !alone));
  const count = new Set(placed.map(body)).size;
  if (count > 1 && count <= placed.length / 2) return body;
  if (count > 1)
    warnings.push({
      code: 'frames-of-reference-differ',
      where: 'FrameOfReferenceUID',
      kept: 'one body',
      text: `The ${placed.length} files of the series name ${count} studies or frames of reference; they were taken to lie in one body.`,
    });
  return () => '';
}

async function ordered(stack: Stack, files: readonly ByteSource[]): Promise<Found[]> {
  try {
    const result = orderStack(stack.slices);
    // Time points that nothing numbers may be one, stored twice.
    const doubtful = result?.warnings.some(({ code }) => code === 'timepoint-order') ?? true;
    if (result !== null && !doubtful) return [{ stack, result, warnings: [] }];
    const parts = result === null ? splitByAcquisition(stack.slices) : null;
    if (parts !== null) return (await Promise.all(parts.map((part) => ordered(part, files)))).flat();
    const single = await withoutTwins(stack.slices, files);
    const again = single && orderStack(single.slices);
    if (single && again)
      return [{ stack: { ...stack, slices: single.slices }, result: again, warnings: [single.warning] }];
    return [{ stack, result: result ?? doubled(stack), warnings: [] }];
  } catch (thrown) {
    return [{ stack, result: asVesaliusError(thrown), warnings: [] }];
  }
}

function doubled(stack: Stack): VesaliusError {
  const seen = new Map<string, Slice>();
  const refuse = (slice: Slice, got: string) =>
    new VesaliusError({
      code: 'geometry',
      what: 'DICOM geometry',
      where: 'ImagePositionPatient',
      expected: 'as many slices at each place',
      got,
      file: slice.name,
    });
  for (const slice of stack.slices) {
    const place = (slice.frame.position ?? []).map((value) => value.toFixed(2)).join('\\');
    const other = seen.get(place);
    if (other) return refuse(slice, `${place} twice (also in ${other.name}), with another picture`);
    seen.set(place, slice);
  }
  return refuse(stack.slices[0] as Slice, 'some places twice');
}

function echoTime({ slices, splitBy }: Stack): number {
  return splitBy === 'EchoTime' ? Number(slices[0]?.frame.kind.EchoTime) : 0;
}

/** The same object twice in a folder (a copy, a backup) is one. */
function withoutCopies(group: readonly number[], { files, instances }: ReadFiles, warnings: Warning[]): number[] {
  const seen = new Set<string>();
  const kept = group.filter((file) => {
    const { instanceUid, frames } = instances[file] as Instance;
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

function uidOf(lead: Instance, file: ByteSource | undefined): string {
  return lead.facts.uid || (file?.ref.path ?? '');
}

export function unreadable(
  group: readonly number[],
  error: VesaliusError,
  { files, instances }: ReadFiles,
): DicomSeries {
  const lead = group[0] as number;
  const sources = [...new Set(group)].map((file) => (files[file] as ByteSource).ref);
  const { facts } = instances[lead] as Instance;
  const uid = uidOf(instances[lead] as Instance, files[lead]);
  return { uid, facts, header: null, sources, slices: [], error: fieldsOf(error) };
}

function readable(
  stack: OrderedStack,
  warnings: readonly Warning[],
  label: string,
  { files, instances }: ReadFiles,
): Omit<DicomSeries, 'uid'> {
  const sources: SourceRef[] = [];
  const sourceOf = new Map<number, number>();
  const perTimepoint = stack.slices.length / stack.timepoints;
  const slices = stack.slices.map(({ file, name, pixels, frame }, n): PlannedSlice => {
    let source = sourceOf.get(file);
    if (source === undefined) {
      source = sources.push((files[file] as ByteSource).ref) - 1;
      sourceOf.set(file, source);
    }
    const place = n % perTimepoint;
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
  const those = [...sourceOf.keys()].map((file) => instances[file] as Instance);
  const header = headerOf(stack, slices, those, warnings);
  const { facts } = those[0] as Instance;
  return { facts, sources, slices, header: label === '' ? header : { ...header, name: `${header.name}, ${label}` } };
}
