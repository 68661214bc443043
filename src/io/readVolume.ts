import { asVesaliusError, fieldsOf, VesaliusError, type VesaliusErrorFields } from '#core/errors.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Coarser } from '#core/volume/coarser.ts';
import type { Volume } from '#core/volume/volume.ts';
import { isBundle, isVolumeOfBundle } from './bundle/format.ts';
import type { Instance } from './dicom/instance.ts';
import type { ReadSeriesOptions } from './dicom/readSeries.ts';
import { coarserFacts } from './coarser.ts';
import { claimsToBeScan, describeBytes, type FormatId, formats, sniff } from './formats.ts';
import { type HeaderFacts, type OnSlab, type RasterFile, readRaster } from './raster.ts';
import type { ByteSource, SourceRef } from './source.ts';
import { headReader, type SourceHead } from './sourceHead.ts';
import { unpacked } from './unpacked.ts';
import { isZip } from './zip/entry.ts';

/** One scan among those that were opened, known from its headers. */
export interface SeriesEntry {
  /** DICOM: the SeriesInstanceUID; else the file's path. */
  readonly uid: string;
  /** Shown to the user: series description or file name. */
  readonly name: string;
  /** null where the headers could not be read. Before the voxels are read, `modality` and `scalarType` may be a first guess. */
  readonly header: HeaderFacts | null;
  readonly sources: readonly SourceRef[];
  readonly error?: VesaliusErrorFields;
}

export interface ReadOptions {
  /** Number from 1 in the order of `listSeries`, or UID. May be left out where there is one. */
  readonly series?: string | number | undefined;
  /** The voxels in a SharedArrayBuffer. */
  readonly shared: boolean;
  /** Means over blocks of so many voxels along each axis, named as such in the header: its name, and the warning `read-coarser`. */
  readonly coarser?: Coarser | undefined;
  readonly onSlab?: OnSlab | undefined;
  /** What the user opened, as it is named in errors about all of it; by default the folder that the sources share. */
  readonly name?: string | undefined;
}

export interface ReadResult {
  readonly volume: Volume;
  readonly series: readonly SeriesEntry[];
  /** Paths of files that are no scans and do not claim to be. */
  readonly skipped: readonly string[];
}

interface Found extends SeriesEntry {
  read(options: ReadOptions): AsyncSteps<Volume>;
}

/**
 * The scans among `sources`, from their headers: files of one scan are put together, what cannot be read has an `error`.
 * @throws VesaliusError where there is no scan at all
 */
export async function* listSeries(sources: readonly ByteSource[], name?: string): AsyncSteps<SeriesEntry[]> {
  const { found } = yield* find(sources, name);
  return found.map(plain);
}

/**
 * Reads one scan whole, into its final buffer.
 * @throws VesaliusError; where there are several scans and none is named, `NAME: series: expected one, got N`
 */
export async function* readVolume(sources: readonly ByteSource[], options: ReadOptions): AsyncSteps<ReadResult> {
  const { found, skipped } = yield* find(sources, options.name);
  const chosen = choose(found, options, options.name ?? sharedFolder(sources));
  if (chosen.error) throw new VesaliusError(chosen.error);
  const volume = yield* chosen.read(options);
  const { storedRange: _, ...header } = volume.header;
  return {
    volume,
    series: found.map((entry) => (entry === chosen ? { ...plain(entry), header } : plain(entry))),
    skipped,
  };
}

function plain({ uid, name, header, sources, error }: Found): SeriesEntry {
  return { uid, name, header, sources, ...(error ? { error } : {}) };
}

function choose(found: readonly Found[], { series }: ReadOptions, name: string): Found {
  const readable = found.filter(({ error }) => !error);
  if (series === undefined) {
    const [only] = readable.length === 1 ? readable : found;
    if (only && (readable.length === 1 || found.length === 1)) return only;
    // None can be read: the first reason is worth more than their number.
    const [first] = found;
    if (readable.length === 0 && first) return first;
    const got = found.length;
    throw new VesaliusError({ code: 'usage', what: 'series', where: 'series', expected: 'one', got, file: name });
  }
  // One stack of a series that holds several has the series' own UID where its files are opened without the others'.
  const whole = String(series).replace(/#\d+$/, '');
  const named =
    found.find(({ uid }) => uid === String(series)) ?? found.find(({ uid }) => uid === whole && found.length === 1);
  const numbered = /^\d+$/.test(String(series)) ? found[Number(series) - 1] : undefined;
  const chosen = named ?? numbered;
  if (chosen) return chosen;
  const expected = `1 to ${found.length}, or a UID of these`;
  throw new VesaliusError({ code: 'missing', what: 'series', where: 'series', expected, got: series, file: name });
}

async function* find(
  given: readonly ByteSource[],
  name: string | undefined,
): AsyncSteps<{ found: Found[]; skipped: string[] }> {
  const heads: SourceHead[] = [];
  const kinds = new Map<SourceHead, Exclude<FormatId, 'dicom'> | null>();
  // A DICOM file's header is read on the spot: a thousand beginnings are not held.
  const dicom: { readonly source: ByteSource; readonly gzip: boolean }[] = [];
  const instances = new Map<ByteSource, Instance>();
  const refused: Found[] = [];
  const skipped: string[] = [];
  const sources = [...given];
  const headOf = headReader();
  // An archive's files take its place; they come behind those that were given.
  for (let n = 0; n < sources.length; n++) {
    const source = sources[n] as ByteSource;
    let zipped = false;
    try {
      const head = await headOf(sources, n);
      zipped = isZip(head.bytes) && source.ref.kind !== 'zip' && !head.gzip;
      if (zipped) {
        const { expandZip } = await import('./zip/expand.ts');
        const inside = await expandZip(source);
        sources.splice(n--, 1);
        // Of a case bundle the scans: its labels are theirs who open it as a case.
        const scans = isBundle(head.bytes)
          ? inside.sources.filter(({ ref }) => isVolumeOfBundle(ref.path.slice(source.ref.path.length + 1)))
          : inside.sources;
        sources.push(...scans);
        if (isAsked(source, given)) refused.push(...inside.refused.map((error) => unreadable(source, error)));
        else if (inside.sources.length === 0) skipped.push(source.ref.path);
        continue;
      }
      const kind = sniff(head.bytes);
      if (kind === 'dicom') {
        const { gzip, bytes } = head;
        dicom.push({ source, gzip });
        if (!gzip) instances.set(source, await (await import('./dicom/instance.ts')).readInstance(source, bytes));
      } else {
        const kept = { ...head, bytes: head.bytes.slice() };
        heads.push(kept);
        kinds.set(kept, kind);
      }
    } catch (thrown) {
      // A document may be an archive too: what is wrong with it is nobody's matter here.
      if (zipped && !isAsked(source, given)) skipped.push(source.ref.path);
      else refused.push(unreadable(source, thrown));
    }
    yield { stage: 'list', done: n + 1, of: sources.length };
  }
  const found: Found[] = [];
  const used = new Set<ByteSource>();
  // MGH has no magic, and voxels may look like it: headers that name their data files come first.
  const ordered = heads.toSorted((a, b) => Number(kinds.get(a) === 'mgh') - Number(kinds.get(b) === 'mgh'));
  for (const head of ordered) {
    const kind = kinds.get(head);
    if (!kind || used.has(head.source)) continue;
    used.add(head.source);
    try {
      const raster = await describe(kind, head, sources);
      for (const source of raster.sources) used.add(source);
      found.push(rasterEntry(head.source, raster));
    } catch (thrown) {
      found.push(unreadable(head.source, thrown));
    }
    yield { stage: 'list', done: sources.length, of: sources.length };
  }
  const files: ByteSource[] = [];
  for (const { source, gzip } of dicom) {
    try {
      files.push(gzip ? await unpacked(source) : source);
    } catch (thrown) {
      refused.push(unreadable(source, thrown));
    }
  }
  if (files.length > 0) found.push(...(yield* findDicom(files, instances)));
  for (const head of heads) {
    const { source } = head;
    if (used.has(source)) continue;
    const asked = isAsked(source, sources) && !(sources.length > 1 && isAppleDouble(head));
    if (asked) refused.push(unreadable(source, unknownFormat(head)));
    else skipped.push(source.ref.path);
  }
  found.push(...refused);
  if (found.length > 0) return { found, skipped };
  throw new VesaliusError({
    code: 'missing',
    what: 'scan',
    where: 'files',
    expected: 'at least one scan',
    got: sources.length === 0 ? 'no file' : `none among ${sources.length} files`,
    file: name ?? sharedFolder(given),
  });
}

/** A reader is loaded when a file needs it. */
async function describe(
  kind: Exclude<FormatId, 'dicom'>,
  head: SourceHead,
  sources: readonly ByteSource[],
): Promise<RasterFile> {
  switch (kind) {
    case 'analyze':
      return (await import('./analyze/describe.ts')).describeAnalyze(head, sources);
    case 'itk':
      return (await import('./itk/describe.ts')).describeItk(head);
    case 'mgh':
      return (await import('./mgh/describe.ts')).describeMgh(head);
    case 'minc':
      return (await import('./minc/describe.ts')).describeMinc(head);
    case 'nifti':
      return (await import('./nifti/describe.ts')).describeNifti(head, sources);
    case 'nrrd':
      return (await import('./nrrd/describe.ts')).describeNrrd(head, sources);
    case 'vtk':
      return (await import('./vtk/describe.ts')).describeVtk(head);
    case 'metaimage':
      return (await import('./metaimage/describe.ts')).describeMetaImage(head, sources);
  }
}

function rasterEntry(source: ByteSource, raster: RasterFile): Found {
  return {
    uid: source.ref.path,
    name: source.name,
    header: raster.facts,
    sources: raster.sources.map(({ ref }) => ref),
    async *read(options) {
      try {
        return yield* readRaster(raster, options);
      } catch (thrown) {
        throw asVesaliusError(thrown).in(source.name);
      }
    },
  };
}

async function* findDicom(files: readonly ByteSource[], known: ReadonlyMap<ByteSource, Instance>): AsyncSteps<Found[]> {
  const { listDicomSeries } = await import('./dicom/listSeries.ts');
  const list = yield* listDicomSeries(files, known);
  return list.map((series) => ({
    uid: series.uid,
    name: series.header?.name ?? (series.facts.description || series.uid),
    header: series.header,
    sources: series.sources,
    ...(series.error ? { error: series.error } : {}),
    async *read({ shared, coarser, onSlab }) {
      if (coarser) {
        const { readCoarseSeries } = await import('./dicom/coarseSeries.ts');
        const header = series.header && coarserFacts(series.header, coarser, 'Rows, Columns');
        return yield* readCoarseSeries(series, coarser, { shared, ...slabsOf(header, onSlab) });
      }
      const { readDicomSeries } = await import('./dicom/readSeries.ts');
      return yield* readDicomSeries(series, { shared, ...slabsOf(series.header, onSlab) });
    },
  }));
}

/** DICOM tells of single slices; what is asked for is how many are there in a row. */
function slabsOf(header: HeaderFacts | null, onSlab: OnSlab | undefined): Pick<ReadSeriesOptions, 'onSlab'> {
  if (!header || !onSlab) return {};
  const there = new Set<number>();
  let ready = 0;
  return {
    onSlab({ k, timepoint, range, scalars, rgb }) {
      if (timepoint !== 0) return;
      there.add(k);
      const before = ready;
      while (there.has(ready)) ready++;
      if (ready > before) onSlab({ header: { ...header, storedRange: range }, scalars, ...(rgb && { rgb }) }, ready);
    },
  };
}

function unreadable(source: ByteSource, thrown: unknown): Found {
  const error = asVesaliusError(thrown).in(source.name);
  return {
    uid: source.ref.path,
    name: source.name,
    header: null,
    sources: [source.ref],
    error: fieldsOf(error),
    // biome-ignore lint/correctness/useYield: there is no progress in a refusal
    async *read() {
      throw error;
    },
  };
}

function unknownFormat({ bytes }: SourceHead): VesaliusError {
  const expected = formats.map(({ name }) => name).join(', ');
  const got = describeBytes(bytes);
  return new VesaliusError({ code: 'format', what: 'file', where: 'format', expected, got });
}

/** Nothing else was opened, or its name says that it is a scan or an archive: then it is refused with words, and not passed over. */
function isAsked({ name }: ByteSource, among: readonly ByteSource[]): boolean {
  return among.length === 1 || claimsToBeScan(name) || /\.zip$/i.test(name);
}

/** What macOS writes beside a file on a foreign disk, under the same name after '._'. */
function isAppleDouble({ bytes }: SourceHead): boolean {
  return bytes[0] === 0 && bytes[1] === 5 && bytes[2] === 0x16 && bytes[3] === 7;
}

/** The folder that all paths begin with, else the first file's name. */
function sharedFolder(sources: readonly ByteSource[]): string {
  const [first] = sources;
  if (!first) return 'input';
  const folder = first.ref.path.split(/[/\\]/)[0] ?? '';
  const all = sources.every(({ ref }) => ref.path.startsWith(`${folder}/`) || ref.path.startsWith(`${folder}\\`));
  return all && folder !== '' ? folder : first.name;
}
