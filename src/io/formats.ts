import { niftiVersion } from './nifti/header.ts';

export type FormatId = 'nifti' | 'dicom' | 'nrrd' | 'metaimage';

/** A format that is read. Recognised by its bytes; extensions only tell what a file claims to be. */
export interface Format {
  readonly id: FormatId;
  readonly name: string;
  readonly extensions: readonly string[];
  readonly specification: string;
  /** @param head the first bytes, at least 544 where the file has them, inflated */
  matches(head: Uint8Array): boolean;
}

export const formats: readonly Format[] = [
  {
    id: 'nrrd',
    name: 'NRRD',
    extensions: ['.nrrd', '.nhdr'],
    specification: 'https://teem.sourceforge.net/nrrd/format.html',
    matches: (head) => text(head, 0, 4) === 'NRRD',
  },
  {
    id: 'dicom',
    name: 'DICOM',
    extensions: ['.dcm', '.dicom', '.ima'],
    specification: 'https://dicom.nema.org/medical/dicom/current/output/html/part10.html',
    matches: (head) => text(head, 128, 4) === 'DICM' || startsWithElement(head),
  },
  {
    id: 'nifti',
    name: 'NIfTI',
    extensions: ['.nii', '.nii.gz', '.hdr', '.img', '.img.gz', '.hdr.gz'],
    specification: 'https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h',
    matches: (head) => niftiVersion(head) !== 0,
  },
  {
    id: 'metaimage',
    name: 'MetaImage',
    extensions: ['.mha', '.mhd'],
    specification: 'https://itk.org/Wiki/ITK/MetaIO/Documentation',
    matches: (head) => /^(\s*(#[^\n]*|Comment\s*=[^\n]*)\n)*\s*(ObjectType|NDims)\s*=/i.test(text(head, 0, 1024)),
  },
];

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
    text(head, 0, magic.length) === magic;
const others: readonly Other[] = [
  ['a ZIP archive', starts('PK\x03\x04')],
  ['a gzip file inside the gzip file', starts('\x1f\x8b')],
  ['an xz archive', starts('\xfd7zXZ')],
  ['a Zstandard archive', starts('\x28\xb5\x2f\xfd')],
  ['a bzip2 archive', starts('BZh')],
  ['a 7z archive', starts("7z\xbc\xaf'\x1c")],
  ['a MINC 1 scan (NetCDF)', (head) => text(head, 0, 3) === 'CDF' && (head[3] ?? 9) <= 2],
  ['a MINC 2 scan or another HDF5 file', starts('\x89HDF\r\n\x1a\n')],
  ['a FreeSurfer MGH scan', isMgh],
  ['an AFNI header', (head) => /^\s*type\s*=\s*\S+-attribute/.test(text(head, 0, 256))],
  ['a VTK file', starts('# vtk DataFile')],
  ['a web page', (head) => /^\s*<(!doctype html|html|head|body)/i.test(text(head, 0, 256))],
  ['an XML file', (head) => /^\s*<\?xml/.test(text(head, 0, 64))],
  ['a PNG picture', starts('\x89PNG')],
  ['a JPEG picture', starts('\xff\xd8\xff')],
  ['a TIFF picture', (head) => starts('II*\0')(head) || starts('MM\0*')(head)],
  ['a PDF document', starts('%PDF')],
  ['a glTF mesh', starts('glTF')],
  ['a PLY mesh', (head) => /^ply\r?\n/.test(text(head, 0, 5))],
  ['an STL mesh', (head) => /^solid\s/.test(text(head, 0, 6))],
];

function text(head: Uint8Array, at: number, count: number): string {
  let words = '';
  for (const byte of head.subarray(at, at + count)) words += String.fromCharCode(byte);
  return words;
}

/** Version 1, then four sizes and one of its four types, all big-endian. */
function isMgh(head: Uint8Array): boolean {
  if (head.length < 284) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const words = [0, 1, 2, 3, 4, 5].map((n) => view.getInt32(4 * n));
  return words[0] === 1 && words.slice(1, 5).every((size) => size > 0) && [0, 1, 3, 4].includes(words[5] ?? -1);
}

/** DICOM without its preamble: the first element is of group 2 or 8, small, with a sound length. */
function startsWithElement(head: Uint8Array): boolean {
  if (head.length < 16) return false;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  for (const little of [true, false]) {
    const group = view.getUint16(0, little);
    if (group !== 2 && group !== 8) continue;
    const element = view.getUint16(2, little);
    if (group === 8 ? element > 0x3e : element > 0x16) continue;
    if (/^[A-Z]{2}$/.test(text(head, 4, 2))) return view.getUint16(6, little) <= 1024;
    if (view.getUint32(4, little) <= 256) return true;
  }
  return false;
}
