import type { DataSet } from 'dicom-parser';
import { VesaliusError } from '#core/errors.ts';
import type { StoredPixels } from './instance.ts';
import { type Palette, paletteOf } from './palette.ts';
import { EXPLICIT_BIG, type PixelPacking } from './transferSyntax.ts';

/** How the samples of a pixel are a colour. Plain data. */
export type StoredColour =
  | {
      /** As the header says: what a decoder makes of it, it says itself. */
      readonly space: 'rgb' | 'ybr';
      readonly planar: boolean;
      /** Two pixels as Y Y Cb Cr; said of uncompressed pictures alone. */
      readonly halved: boolean;
    }
  | { readonly space: 'palette'; readonly palette: Palette };

/** PS3.3, C.7.6.3.1.2, of those that are in use: what three samples are. */
const THREE: Readonly<Record<string, 'rgb' | 'ybr'>> = {
  RGB: 'rgb',
  YBR_FULL: 'ybr',
  YBR_FULL_422: 'ybr',
  // The inverse of these two is part of the code stream's decoding.
  YBR_ICT: 'rgb',
  YBR_RCT: 'rgb',
};

/**
 * null for grey.
 * @throws VesaliusError 'unsupported' or 'format', naming the element
 */
export function storedColour(
  dataSet: DataSet,
  syntaxUid: string,
  packing: PixelPacking,
  signed: boolean,
): StoredColour | null {
  const photometric = (dataSet.string('x00280004') ?? 'MONOCHROME2').trim();
  const samples = dataSet.uint16('x00280002') ?? 1;
  const refuse = (where: string, expected: string, got: string | number, code: 'format' | 'unsupported' = 'format') =>
    new VesaliusError({ code, what: 'DICOM image', where, expected, got });
  const space = THREE[photometric];
  const grey = photometric === 'MONOCHROME1' || photometric === 'MONOCHROME2';
  if (!space && !grey && photometric !== 'PALETTE COLOR')
    throw refuse(
      'PhotometricInterpretation',
      `MONOCHROME1, MONOCHROME2, PALETTE COLOR, ${Object.keys(THREE).join(', ')}`,
      photometric || 'none',
      'unsupported',
    );
  if (samples !== (space ? 3 : 1)) throw refuse('SamplesPerPixel', `${space ? 3 : 1} (${photometric})`, samples);
  if (grey) return null;
  if (!space) return { space: 'palette', palette: paletteOf(dataSet, signed, syntaxUid === EXPLICIT_BIG) };
  if (signed) throw refuse('PixelRepresentation', '0 (unsigned) where pixels are colours', 1);
  const jpeg2000 = packing.kind === 'codec' && (packing.codec === 'jpeg2000' || packing.codec === 'htj2k');
  if ((photometric === 'YBR_ICT' || photometric === 'YBR_RCT') && !jpeg2000)
    throw refuse('PhotometricInterpretation', 'YBR_ICT and YBR_RCT in JPEG 2000 alone', photometric);
  const halved = photometric === 'YBR_FULL_422' && packing.kind === 'native';
  if (halved && (dataSet.uint16('x00280011') ?? 0) % 2 === 1)
    throw refuse('Columns', 'an even number (YBR_FULL_422)', dataSet.uint16('x00280011') ?? 0);
  return { space, halved, planar: !halved && dataSet.uint16('x00280006') === 1 };
}

export function samplesPerPixel({ colour }: StoredPixels): 1 | 3 {
  return colour !== null && colour.space !== 'palette' ? 3 : 1;
}

/** Of one uncompressed frame; may be half a byte more than whole where a frame has an odd number of bits. */
export function frameBytes(pixels: StoredPixels): number {
  const { rows, columns, bitsAllocated, colour } = pixels;
  const samples = colour !== null && colour.space !== 'palette' && colour.halved ? 2 : samplesPerPixel(pixels);
  return (rows * columns * samples * bitsAllocated) / 8;
}
