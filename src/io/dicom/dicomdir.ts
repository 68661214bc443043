import type { DataSet } from 'dicom-parser';
import { VesaliusError } from '#core/errors.ts';
import type { Warning } from '#core/warnings.ts';
import type { ByteSource } from '#io/source.ts';

/** A file that an index names, and its series: that of the series record before it. */
export interface IndexedFile {
  /** Relative to the index's folder, with `/`. */
  readonly path: string;
  readonly seriesUid: string;
}

/** What a DICOMDIR lists (PS3.3, F.3.2.2); null where the file is none. */
export function indexedFiles(dataSet: DataSet): readonly IndexedFile[] | null {
  const records = dataSet.elements.x00041220;
  if (!records) return null;
  const files: IndexedFile[] = [];
  let seriesUid = '';
  for (const { dataSet: record } of records.items ?? []) {
    if (!record) continue;
    const type = record.string('x00041430') ?? '';
    if (type === 'PATIENT' || type === 'STUDY') seriesUid = '';
    if (type === 'SERIES') seriesUid = record.string('x0020000e') ?? '';
    const parts = (record.string('x00041500') ?? '').split('\\').map((part) => part.trim());
    if (parts[0]) files.push({ path: parts.join('/'), seriesUid });
  }
  return files;
}

/** Those that are not among the sources. Names on discs differ in case and in a version behind them. */
export function missingFiles(
  index: ByteSource,
  listed: readonly IndexedFile[],
  sources: readonly ByteSource[],
): readonly IndexedFile[] {
  const plain = (path: string) =>
    path
      .replaceAll('\\', '/')
      .toUpperCase()
      .replace(/(\.?;1|\.)$/, '');
  const there = new Set(sources.map(({ ref }) => plain(ref.path)));
  const { path } = index.ref;
  const folder = path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
  return listed.filter((file) => !there.has(plain(folder + file.path)));
}

/** Files that the index of a series' folder names and that were not given, or none. */
export function missingWarning(missing: readonly IndexedFile[], seriesUid: string): Warning[] {
  if (missing.length === 0) return [];
  const own = missing.filter((file) => file.seriesUid === seriesUid);
  const others = missing.length - own.length;
  const named = own.slice(0, 3).map(({ path }) => path.slice(-80));
  const words = [
    ...(own.length > 0
      ? [`${files(own.length)} of this series (${named.join(', ')}${own.length > named.length ? ', …' : ''})`]
      : []),
    ...(others > 0 ? [`${files(others)} of other series`] : []),
  ];
  return [
    {
      code: 'dicomdir-missing-files',
      where: 'ReferencedFileID',
      kept: 'the files that are there',
      text: `The DICOMDIR names ${words.join(' and ')} that ${missing.length === 1 ? 'is' : 'are'} not there.`,
    },
  ];
}

/** An index that was given without what it lists. */
export function indexAlone(index: ByteSource, listed: readonly IndexedFile[]): VesaliusError {
  return new VesaliusError({
    code: 'missing',
    what: 'DICOMDIR',
    where: 'ReferencedFileID',
    expected: 'the files that it lists: open the folder that it lies in',
    got: `an index of ${files(listed.length)} and none of them`,
    file: index.name,
  });
}

function files(count: number): string {
  return count === 1 ? '1 file' : `${count} files`;
}
