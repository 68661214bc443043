import { analyzeFormat } from './analyze/format.ts';
import { dicomFormat } from './dicom/format.ts';
import { latin1 } from './format.ts';
import { itkFormat } from './itk/format.ts';
import { metaImageFormat } from './metaimage/format.ts';
import { mghFormat } from './mgh/format.ts';
import { mincFormat } from './minc/format.ts';
import { niftiFormat } from './nifti/format.ts';
import { nrrdFormat } from './nrrd/format.ts';
import { vtkFormat } from './vtk/format.ts';

/** In the order in which they are asked: those with a magic word first. */
export const formats = [
  nrrdFormat,
  dicomFormat,
  analyzeFormat,
  niftiFormat,
  mghFormat,
  vtkFormat,
  mincFormat,
  itkFormat,
  metaImageFormat,
] as const;
export type FormatId = (typeof formats)[number]['id'];

/** null where the bytes are of no format that is read. */
export function sniff(head: Uint8Array): FormatId | null {
  return formats.find((format) => format.matches(head))?.id ?? null;
}

/** The name says that it is a scan: then it is refused with words, and not passed over. */
export function claimsToBeScan(name: string): boolean {
  const lower = name.toLowerCase();
  return formats.some(({ extensions }) => extensions.some((extension) => lower.endsWith(extension)));
}

/** What a file that is not read begins like, in words. */
export function describeBytes(head: Uint8Array): string {
  if (head.length === 0) return 'an empty file';
  for (const [words, test] of others) if (test(head)) return words;
  const printable = head.subarray(0, 256).every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
  return printable
    ? 'a text file'
    : `bytes ${[...head.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
}

type Other = readonly [words: string, test: (head: Uint8Array) => boolean];
const starts =
  (magic: string) =>
  (head: Uint8Array): boolean =>
    latin1(head, 0, magic.length) === magic;
const others: readonly Other[] = [
  ['a ZIP archive', starts('PK\x03\x04')],
  ['a gzip file inside the gzip file', starts('\x1f\x8b')],
  ['an xz archive', starts('\xfd7zXZ')],
  ['a Zstandard archive', starts('\x28\xb5\x2f\xfd')],
  ['a bzip2 archive', starts('BZh')],
  ['a 7z archive', starts("7z\xbc\xaf'\x1c")],
  ['a Philips PAR header', (head) => /^# === DATA DESCRIPTION FILE ===/.test(latin1(head, 0, 64))],
  ['an MRC map, whose lengths are ångström', (head) => latin1(head, 208, 4) === 'MAP '],
  ['an AFNI header', (head) => /^\s*type\s*=\s*\S+-attribute/.test(latin1(head, 0, 256))],
  ['a VTK file', starts('# vtk DataFile')],
  ['a web page', (head) => /^\s*<(!doctype html|html|head|body)/i.test(latin1(head, 0, 256))],
  ['an XML file', (head) => /^\s*<\?xml/.test(latin1(head, 0, 64))],
  ['a PNG picture', starts('\x89PNG')],
  ['a JPEG picture', starts('\xff\xd8\xff')],
  ['a TIFF picture', (head) => starts('II*\0')(head) || starts('MM\0*')(head)],
  ['a PDF document', starts('%PDF')],
  ['a glTF mesh', starts('glTF')],
  ['a PLY mesh', (head) => /^ply\r?\n/.test(latin1(head, 0, 5))],
  ['an STL mesh', (head) => /^solid\s/.test(latin1(head, 0, 6))],
];
