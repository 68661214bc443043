import type { AsyncSteps } from '#core/steps.ts';
import type { Warning } from '#core/warnings.ts';
import type { ByteSource } from '#io/source.ts';
import { type IndexedFile, indexAlone, missingFiles, missingWarning } from './dicomdir.ts';
import { type Instance, readInstance } from './instance.ts';
import type { DicomSeries } from './series.ts';
import { type ReadFiles, seriesOf, unreadable } from './seriesOf.ts';

export type { DicomSeries };

/** Headers that are waited for at once. */
const AT_ONCE = 8;

/**
 * Reads the headers of DICOM files and says which volumes they hold: grouped by SeriesInstanceUID, split where one UID holds
 * several stacks, slices ordered by their place along the normal, sorted by series number. What cannot be read stands there
 * with its `error`. An index (DICOMDIR) is passed over, but for the files that it names and that are not there. No pixels are
 * read, but for those of places that have more slices than others.
 * Long: yields `list`, in files.
 * @param known of files whose headers have been read, what they say
 */
export async function* listDicomSeries(
  files: readonly ByteSource[],
  known?: ReadonlyMap<ByteSource, Instance>,
): AsyncSteps<DicomSeries[]> {
  const instances: Instance[] = [];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const some = files.slice(from, from + AT_ONCE);
    instances.push(...(await Promise.all(some.map((file) => known?.get(file) ?? readInstance(file)))));
    yield { stage: 'list', done: instances.length, of: files.length };
  }
  const read: ReadFiles = { files, instances };
  const missing: IndexedFile[] = [];
  const bySeries = new Map<string, number[]>();
  const all: DicomSeries[] = [];
  instances.forEach((instance, file) => {
    if (instance.listed !== null) {
      const index = files[file] as ByteSource;
      const gone = missingFiles(index, instance.listed, files);
      if (gone.length === instance.listed.length)
        all.push(unreadable([file], indexAlone(index, instance.listed), read));
      missing.push(...gone);
      return;
    }
    // Files that say neither a series nor what they belong to are not taken for one.
    const kinship = instance.kinship === '' || instance.error !== null ? `file ${file}` : instance.kinship;
    const key = instance.seriesUid === '' ? kinship : instance.seriesUid;
    const group = bySeries.get(key);
    if (group) group.push(file);
    else bySeries.set(key, [file]);
  });
  // An index without any of its files says so where there is nothing else.
  if (bySeries.size > 0) all.length = 0;
  for (const group of bySeries.values())
    for (const series of await seriesOf(group, read))
      all.push(withWarnings(series, missingWarning(missing, series.facts.uid)));
  return all.toSorted(bySeriesNumber);
}

function withWarnings(series: DicomSeries, warnings: readonly Warning[]): DicomSeries {
  const { header } = series;
  return header === null || warnings.length === 0
    ? series
    : { ...series, header: { ...header, warnings: [...header.warnings, ...warnings] } };
}

function bySeriesNumber(a: DicomSeries, b: DicomSeries): number {
  const [m, n] = [a.facts.number, b.facts.number];
  if (m !== n) return m === null ? 1 : n === null ? -1 : m - n;
  return a.facts.uid < b.facts.uid ? -1 : a.facts.uid > b.facts.uid ? 1 : 0;
}
