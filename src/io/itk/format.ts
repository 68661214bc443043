import { type Format, latin1 } from '../format.ts';

/** What ITK reads for us, and what to call it. */
export const itkKinds = {
  minc: 'MINC 2',
  hdf5: 'ITK HDF5',
  gipl: 'GIPL',
  scanco: 'Scanco ISQ',
} as const;
export type ItkKind = keyof typeof itkKinds;

/** At byte 252, big-endian: two magic numbers are in use. */
const GIPL_MAGIC = [0xefffe9b0, 0x2ae389b8];

/** What the first bytes say; HDF5 holds MINC, ITK's own images and anything else, which only the whole file tells. */
export function itkKind(head: Uint8Array): Exclude<ItkKind, 'minc'> | null {
  if (latin1(head, 0, 8) === '\x89HDF\r\n\x1a\n') return 'hdf5';
  if (latin1(head, 0, 16) === 'CTDATA-HEADER_V1') return 'scanco';
  if (head.length < 256) return null;
  const magic = new DataView(head.buffer, head.byteOffset, head.byteLength).getUint32(252);
  return GIPL_MAGIC.includes(magic) ? 'gipl' : null;
}

export const itkFormat: Format<'itk'> = {
  id: 'itk',
  name: 'MINC 2, GIPL, ITK HDF5, Scanco ISQ',
  extensions: ['.mnc', '.mnc.gz', '.h5', '.hdf5', '.gipl', '.gipl.gz', '.isq'],
  specification: 'https://docs.itk.org/projects/wasm/en/latest/introduction/file_formats/images.html',
  matches: (head) => itkKind(head) !== null,
};
