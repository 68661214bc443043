import type { DataSet } from 'dicom-parser';
import { VesaliusError } from '#core/errors.ts';

/** Data sets in which an attribute of one frame is looked for, the nearest first. */
export type Places = readonly DataSet[];

export function first<Value>(places: Places, look: (place: DataSet) => Value | undefined): Value | undefined {
  for (const place of places) {
    const value = look(place);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** A multi-valued decimal string: null where absent or empty, refused where it is not `count` finite numbers. */
export function decimals(places: Places, tag: string, count: number, where: string): readonly number[] | null {
  const text = first(places, (place) => place.string(tag) || undefined);
  if (text === undefined) return null;
  const values = text.split('\\').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.length !== count || !values.every(Number.isFinite))
    throw refuseGeometry(where, count === 1 ? 'a number' : `${count} numbers`, text);
  return values;
}

/** The data sets of a sequence's items. */
export function items(dataSet: DataSet, tag: string): DataSet[] {
  const element = dataSet.elements[tag];
  return (element?.items ?? []).flatMap((item) => (item.dataSet ? [item.dataSet] : []));
}

export function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

export function positive(value: number | undefined): number | null {
  return value !== undefined && value > 0 ? value : null;
}

export function refuseGeometry(where: string, expected: string, got: string | number): VesaliusError {
  return new VesaliusError({ code: 'geometry', what: 'DICOM geometry', where, expected, got });
}
