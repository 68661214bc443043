import { type Format, latin1 } from '../format.ts';

/** NetCDF classic, with 32- or 64-bit offsets; MINC 2 is HDF5 and read by ITK. */
export const mincFormat: Format<'minc'> = {
  id: 'minc',
  name: 'MINC 1',
  extensions: ['.mnc', '.mnc.gz'],
  specification: 'https://en.wikibooks.org/wiki/MINC/Reference/MINC1-programmers-guide',
  matches: (head) => latin1(head, 0, 3) === 'CDF' && (head[3] === 1 || head[3] === 2),
};
