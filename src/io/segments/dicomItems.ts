import type { DataSet } from 'dicom-parser';
import { textOf } from '../dicom/text.ts';
import type { SegmentCode } from './segmentSet.ts';

/** The items of a sequence; none where it is absent. */
export function itemsOf(dataSet: DataSet | undefined, tag: string): DataSet[] {
  const element = dataSet?.elements[tag];
  return (element?.items ?? []).flatMap((item) => (item.dataSet ? [item.dataSet] : []));
}

/** A whole number of US, null where it is absent. */
export function unsigned(dataSet: DataSet | undefined, tag: string, index = 0): number | null {
  const element = dataSet?.elements[tag];
  return dataSet && element && element.length >= 2 * index + 2 ? (dataSet.uint16(tag, index) ?? null) : null;
}

/** The first item of a code sequence (PS3.3, 8.8): CodeValue, or the long or URN form of it. */
export function codeOf(dataSet: DataSet, tag: string, alphabet: DataSet): SegmentCode | null {
  const [item] = itemsOf(dataSet, tag);
  if (!item) return null;
  const value = wordsOf(item, 'x00080100') || wordsOf(item, 'x00080119') || wordsOf(item, 'x00080120');
  if (value === '') return null;
  return {
    scheme: wordsOf(item, 'x00080102').slice(0, 16),
    value: value.slice(0, 64),
    meaning: textIn(item, 'x00080104', alphabet).slice(0, 200),
  };
}

/** Text in an item, in the alphabet of the whole data set unless the item has its own. */
export function textIn(item: DataSet, tag: string, whole: DataSet): string {
  if (item.elements.x00080005 || !whole.elements.x00080005) return textOf(item, tag);
  const set = whole.string('x00080005') ?? '';
  // An item that says nothing of its alphabet has that of what it lies in.
  const lent = Object.create(item) as DataSet;
  Object.defineProperty(lent, 'string', {
    value: (asked: string) => (asked === 'x00080005' ? set : item.string(asked)),
  });
  return textOf(lent, tag);
}

export function wordsOf(dataSet: DataSet | undefined, tag: string): string {
  return (dataSet?.string(tag) ?? '').trim();
}
