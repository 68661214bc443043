import type { DataSet } from 'dicom-parser';
import { items, type Places } from './elements.ts';

/** Dimensions of the stack itself: StackID, InStackPositionNumber, ImagePositionPatient, and the sequence that holds the last. */
const OF_THE_STACK = ['x00209056', 'x00209057', 'x00200032', 'x00209113'];
/** Values count from 1; four dimensions of as many fit a number exactly. */
const MOST = 4096;

/**
 * What a frame's DimensionIndexValues say beside its place (PS3.3, C.7.6.17): the file's own order of echoes, contrasts, directions
 * of diffusion. One number, that rises as the values do, the first dimension first; null where there is none.
 */
export function dimensionIndex(places: Places, dataSet: DataSet): number | null {
  const pointers = items(dataSet, 'x00209222').map((item) => item.attributeTag('x00209165') ?? '');
  const values = places.find((place) => place.elements.x00209157);
  if (!values || pointers.length === 0) return null;
  let rank = 0;
  let any = false;
  pointers.forEach((pointer, n) => {
    if (OF_THE_STACK.includes(pointer)) return;
    rank = rank * MOST + Math.min(MOST - 1, values.uint32('x00209157', n) ?? 0);
    any = true;
  });
  return any ? rank : null;
}
