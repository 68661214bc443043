import type { DataSet } from 'dicom-parser';
import { VesaliusError } from '#core/errors.ts';
import type { Vector3 } from '#core/space/affine.ts';
import type { DecodedFrame } from './codeStream.ts';
import { decimals, refuseGeometry } from './elements.ts';
import type { Frame } from './frames.ts';
import type { StoredPixels } from './instance.ts';

/** What Siemens' private header says of a picture whose tiles are the slices of a volume. LPS. */
export interface Mosaic {
  readonly slices: number;
  /** Tiles side by side, and one above the other. */
  readonly across: number;
  /** From slice to slice; it may be the opposite of the picture's own normal. */
  readonly normal: Vector3;
}

/** ImageType says so of all of them. */
const WORD = 'MOSAIC';
/** CSAImageHeaderInfo. */
const CSA = 'x00291010';

/**
 * null where a file holds no mosaic.
 * @throws VesaliusError naming the field of Siemens' header that is missing: without them nobody knows where the slices are
 * Source: nibabel's "DICOM information", Siemens mosaics and the CSA header
 */
export function mosaicOf(dataSet: DataSet): Mosaic | null {
  if (!(dataSet.string('x00080008') ?? '').split('\\').includes(WORD)) return null;
  const element = dataSet.elements[CSA];
  const bytes = element ? dataSet.byteArray.subarray(element.dataOffset, element.dataOffset + element.length) : null;
  const fields = bytes ? csaFields(bytes) : null;
  const slices = Number(fields?.get('NumberOfImagesInMosaic')?.[0]);
  const normal = fields?.get('SliceNormalVector')?.map(Number) ?? [];
  if (!(Number.isInteger(slices) && slices >= 1))
    throw refuseGeometry('NumberOfImagesInMosaic', 'the number of slices in the mosaic', 'none');
  if (normal.length !== 3 || !(Math.abs(Math.hypot(...normal) - 1) < 0.01))
    throw refuseGeometry('SliceNormalVector', 'the direction from slice to slice', normal.join('\\') || 'none');
  return { slices, across: Math.ceil(Math.sqrt(slices)), normal: normal as unknown as Vector3 };
}

/** Names and values of the header's second version, 'SV10'; null where it is another. */
function csaFields(bytes: Uint8Array): ReadonlyMap<string, readonly string[]> | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (at: number, length: number) =>
    (new TextDecoder('latin1').decode(bytes.subarray(at, at + length)).split('\0')[0] ?? '').trim();
  if (text(0, 4) !== 'SV10' || bytes.length < 16) return null;
  const fields = new Map<string, readonly string[]>();
  let at = 16;
  for (let left = view.getUint32(8, true); left > 0 && at + 84 <= bytes.length; left--) {
    const name = text(at, 64);
    const values: string[] = [];
    let items = view.getUint32(at + 76, true);
    at += 84;
    for (; items > 0 && at + 16 <= bytes.length; items--) {
      const length = view.getUint32(at + 4, true);
      const value = text(at + 16, length);
      if (value !== '') values.push(value);
      at += 16 + 4 * Math.ceil(length / 4);
    }
    fields.set(name, values);
  }
  return fields;
}

/** Of one picture's pixels those of its tiles. */
export function mosaicPixels(picture: StoredPixels, { slices, across }: Mosaic): StoredPixels {
  const { rows, columns, frames, colour } = picture;
  const refuse = (where: string, expected: string, got: string | number) =>
    new VesaliusError({ code: 'unsupported', what: 'mosaic', where, expected, got });
  if (frames > 1 || colour !== null) throw refuse('NumberOfFrames', 'one grey picture', colour ? 'colours' : frames);
  if (rows % across !== 0) throw refuse('Rows', `a multiple of ${across}, for ${slices} slices`, rows);
  if (columns % across !== 0) throw refuse('Columns', `a multiple of ${across}, for ${slices} slices`, columns);
  return {
    ...picture,
    rows: rows / across,
    columns: columns / across,
    frames: slices,
    mosaic: { rows, columns },
  };
}

/**
 * The slices of a mosaic. ImagePositionPatient is the corner of a picture as large as the whole mosaic around the middle of the first
 * slice, so that the slice's own corner lies half the difference further in.
 * @param lead the picture as one frame
 * @throws VesaliusError 'geometry' where a mosaic of several slices does not say how far they are apart
 */
export function mosaicFrames(lead: Frame, { normal, slices }: Mosaic, pixels: StoredPixels, dataSet: DataSet): Frame[] {
  const { position, rowDirection: x, columnDirection: y, pixelSpacing } = lead;
  const whole = pixels.mosaic;
  if (!position || !x || !y || !pixelSpacing || !whole)
    throw refuseGeometry('ImagePositionPatient', 'the place of the mosaic, its directions and PixelSpacing', 'none');
  const step = decimals([dataSet], 'x00180088', 1, 'SpacingBetweenSlices')?.[0] ?? null;
  if (slices > 1 && !(step !== null && step > 0))
    throw refuseGeometry('SpacingBetweenSlices', 'the distance of the slices of a mosaic', step ?? 'none');
  const across = ((whole.columns - pixels.columns) / 2) * pixelSpacing[1];
  const down = ((whole.rows - pixels.rows) / 2) * pixelSpacing[0];
  return Array.from({ length: slices }, (_, index) => {
    const along = index * (step ?? 0);
    const place = [0, 1, 2].map(
      (axis) =>
        (position[axis] as number) +
        across * (x[axis] as number) +
        down * (y[axis] as number) +
        along * (normal[axis] as number),
    );
    return { ...lead, index, position: place as unknown as Vector3, instanceNumber: lead.instanceNumber + index };
  });
}

/** The stored picture that a frame is cut from; the frame's own where it is no tile. */
export function pictureOf(pixels: StoredPixels): StoredPixels {
  return pixels.mosaic ? { ...pixels, ...pixels.mosaic, frames: 1 } : pixels;
}

/** Tile `index` of a decoded mosaic, row by row; a copy. */
export function tileOf(picture: DecodedFrame, pixels: StoredPixels, index: number): DecodedFrame {
  const { rows, columns, mosaic } = pixels;
  if (!mosaic) return picture;
  const size = picture.bytesPerSample;
  const across = mosaic.columns / columns;
  const from = (Math.floor(index / across) * rows * mosaic.columns + (index % across) * columns) * size;
  const bytes = new Uint8Array(rows * columns * size);
  for (let row = 0; row < rows; row++) {
    const start = from + row * mosaic.columns * size;
    bytes.set(picture.bytes.subarray(start, start + columns * size), row * columns * size);
  }
  return { ...picture, bytes };
}
