import { latin1 } from '../format.ts';

/** The archive's first entry, stored as it is: what the file is, its bytes say at once (as in EPUB and OpenDocument). */
export const MIMETYPE = 'application/vnd.vesalius.case+zip';

/** @param head the file's first 128 bytes */
export function isBundle(head: Uint8Array): boolean {
  if (latin1(head, 0, 4) !== 'PK\x03\x04' || latin1(head, 30, 8) !== 'mimetype') return false;
  const extra = (head[28] ?? 0) + 256 * (head[29] ?? 0);
  return latin1(head, 38 + extra, MIMETYPE.length) === MIMETYPE;
}

/** The scans in a bundle, where it is read as an archive like any other. */
export function isVolumeOfBundle(path: string): boolean {
  return /^volumes\/\d+\.nii\.gz$/.test(path);
}
