/** How the pixel data of a file are packed. */
export type PixelPacking =
  | { readonly kind: 'native'; readonly bigEndian: boolean }
  | { readonly kind: 'rle' }
  | { readonly kind: 'codec'; readonly codec: 'jpeg' | 'jpegLossless' | 'jpegLs' | 'jpeg2000' | 'htj2k' }
  /** Known by name, not read. */
  | { readonly kind: 'refused' };

export interface TransferSyntax {
  readonly uid: string;
  readonly name: string;
  readonly explicit: boolean;
  readonly deflated: boolean;
  readonly packing: PixelPacking;
  /** The coding itself loses values, whatever LossyImageCompression says. */
  readonly lossy: boolean;
}

export const IMPLICIT_LITTLE = '1.2.840.10008.1.2';
export const EXPLICIT_LITTLE = '1.2.840.10008.1.2.1';
export const EXPLICIT_BIG = '1.2.840.10008.1.2.2';
export const DEFLATED = '1.2.840.10008.1.2.1.99';

const little: PixelPacking = { kind: 'native', bigEndian: false };
const big: PixelPacking = { kind: 'native', bigEndian: true };
const codec = (name: Extract<PixelPacking, { kind: 'codec' }>['codec']): PixelPacking => ({
  kind: 'codec',
  codec: name,
});
const refused: PixelPacking = { kind: 'refused' };

/** DICOM PS3.5 annex A and PS3.6 annex A. */
const rows: readonly (readonly [uid: string, name: string, packing: PixelPacking, lossy?: 'lossy'])[] = [
  [IMPLICIT_LITTLE, 'implicit VR little endian', little],
  [EXPLICIT_LITTLE, 'explicit VR little endian', little],
  [EXPLICIT_BIG, 'explicit VR big endian', big],
  [DEFLATED, 'deflated explicit VR little endian', little],
  ['1.2.840.10008.1.2.5', 'RLE', { kind: 'rle' }],
  ['1.2.840.10008.1.2.4.50', 'JPEG baseline', codec('jpeg'), 'lossy'],
  ['1.2.840.10008.1.2.4.51', 'JPEG extended', codec('jpeg'), 'lossy'],
  ['1.2.840.10008.1.2.4.53', 'JPEG spectral selection', codec('jpeg'), 'lossy'],
  ['1.2.840.10008.1.2.4.55', 'JPEG progressive', codec('jpeg'), 'lossy'],
  ['1.2.840.10008.1.2.4.57', 'JPEG lossless', codec('jpegLossless')],
  ['1.2.840.10008.1.2.4.70', 'JPEG lossless, first-order prediction', codec('jpegLossless')],
  ['1.2.840.10008.1.2.4.80', 'JPEG-LS lossless', codec('jpegLs')],
  ['1.2.840.10008.1.2.4.81', 'JPEG-LS near-lossless', codec('jpegLs')],
  ['1.2.840.10008.1.2.4.90', 'JPEG 2000 lossless', codec('jpeg2000')],
  ['1.2.840.10008.1.2.4.91', 'JPEG 2000', codec('jpeg2000')],
  ['1.2.840.10008.1.2.4.201', 'HTJ2K lossless', codec('htj2k')],
  ['1.2.840.10008.1.2.4.202', 'HTJ2K lossless, RPCL', codec('htj2k')],
  ['1.2.840.10008.1.2.4.203', 'HTJ2K', codec('htj2k')],
  ['1.2.840.10008.1.2.4.92', 'JPEG 2000 part 2 lossless', refused],
  ['1.2.840.10008.1.2.4.93', 'JPEG 2000 part 2', refused],
  ['1.2.840.10008.1.2.4.100', 'MPEG-2', refused, 'lossy'],
  ['1.2.840.10008.1.2.4.102', 'MPEG-4', refused, 'lossy'],
  ['1.2.840.10008.1.2.4.110', 'JPEG XL lossless', refused],
  ['1.2.840.10008.1.2.4.112', 'JPEG XL', refused],
];

const table = new Map<string, TransferSyntax>(
  rows.map(([uid, name, packing, lossy]) => [
    uid,
    { uid, name, packing, explicit: uid !== IMPLICIT_LITTLE, deflated: uid === DEFLATED, lossy: lossy === 'lossy' },
  ]),
);

/** undefined for a UID that the standard's table above does not hold. */
export function transferSyntaxOf(uid: string): TransferSyntax | undefined {
  return table.get(uid);
}
