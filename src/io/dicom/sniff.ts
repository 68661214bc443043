import { EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE } from './transferSyntax.ts';

/** Where a file's data set begins, and how it is written where no file meta header says so. */
export type DicomStart =
  | { readonly kind: 'part10' }
  /** File meta header without the preamble before it. */
  | { readonly kind: 'meta' }
  | { readonly kind: 'dataset'; readonly syntax: string };

/** Whether the first bytes of a file (some hundred are enough) are DICOM's; the name is never asked. */
export function isDicom(firstBytes: Uint8Array): boolean {
  return dicomStart(firstBytes) !== null;
}

/** 'DICM' after the preamble (PS3.10, 7.1), or a data set without one whose first elements make sense. */
export function dicomStart(bytes: Uint8Array): DicomStart | null {
  if (bytes.length >= 132 && ascii(bytes, 128, 4) === 'DICM') return { kind: 'part10' };
  if (walks(bytes, EXPLICIT_LITTLE, 0x0002)) return { kind: 'meta' };
  for (const syntax of [EXPLICIT_LITTLE, IMPLICIT_LITTLE, EXPLICIT_BIG])
    if (walks(bytes, syntax, 0x0008)) return { kind: 'dataset', syntax };
  return null;
}

const VALUE_REPRESENTATIONS =
  ' AE AS AT CS DA DS DT FL FD IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV ';
const LONG = ' OB OD OF OL OV OW SQ SV UC UN UR UT UV ';
/** Elements that have to follow each other before bytes without a magic number are believed. */
const ENOUGH = 4;

function walks(bytes: Uint8Array, syntax: string, firstGroup: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = syntax !== EXPLICIT_BIG;
  let at = 0;
  let last = -1;
  for (let seen = 0; seen < ENOUGH; seen++) {
    // Only the first few bytes of a file are looked at: running out of them after two good elements is not a fault.
    if (at + 12 > bytes.length) return seen >= 2;
    const group = view.getUint16(at, little);
    const tag = group * 0x10000 + view.getUint16(at + 2, little);
    if (seen === 0 && group !== firstGroup) return false;
    if (tag <= last || group > 0x0020) return false;
    last = tag;
    let length: number;
    if (syntax === IMPLICIT_LITTLE) {
      length = view.getUint32(at + 4, true);
      at += 8;
    } else {
      const vr = ascii(bytes, at + 4, 2);
      if (!VALUE_REPRESENTATIONS.includes(` ${vr} `)) return false;
      const long = LONG.includes(` ${vr} `);
      length = long ? view.getUint32(at + 8, little) : view.getUint16(at + 6, little);
      at += long ? 12 : 8;
    }
    // A sequence this early is skipped by not asking further.
    if (length === 0xffffffff) return seen >= 2;
    if (length % 2 !== 0 || length > 0x10000) return false;
    at += length;
  }
  return true;
}

function ascii(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}
