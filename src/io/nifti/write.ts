import { VesaliusError } from '#core/errors.ts';
import { type Affine, determinant3, rowsOf, spacingOf } from '#core/space/affine.ts';
import type { Dims, ScalarArray } from '#core/volume/volume.ts';
import { gzipped } from '../gzip/gzipped.ts';
import { cornersApartMm, qformMatrix } from './orientation.ts';
import { refuse } from './refuse.ts';

export interface NiftiFile {
  readonly dims: Dims;
  /** 1 unless given; further ones follow in `scalars`. */
  readonly timepoints?: number;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  /** i-fastest; read, never written. */
  readonly scalars: ScalarArray;
  /** Written in place of `scalars` as DT_RGB24: red, green, blue of each voxel. */
  readonly rgb?: Uint8Array<ArrayBufferLike> | undefined;
  readonly slope?: number;
  readonly intercept?: number;
  /** At most 79 ASCII characters are kept. */
  readonly description?: string;
}

const HEADER = 352;
const RGB24 = [128, 24] as const;
/** A qform further from the sform than this, by its rounding to float32 or by shear, is not written. */
const QFORM_LIMIT_MM = 0.005;

/** NIfTI-1 in one piece, not compressed. @throws VesaliusError 'unsupported' (a size over 32767), 'usage' (sizes that do not match) */
export function writeNifti(file: NiftiFile): Uint8Array<ArrayBuffer> {
  const header = niftiHeader(file);
  const voxels = littleEndianBytes(file.rgb ?? file.scalars);
  const bytes = new Uint8Array(HEADER + voxels.length);
  bytes.set(header);
  bytes.set(voxels, HEADER);
  return bytes;
}

/** The same file in chunks, gzipped unless told; the same voxels give the same bytes, since no time is written. */
export async function* gzippedNifti(
  file: NiftiFile,
  { gzip = true }: { readonly gzip?: boolean } = {},
): AsyncGenerator<Uint8Array<ArrayBufferLike>, void, void> {
  const parts = [niftiHeader(file), littleEndianBytes(file.rgb ?? file.scalars)];
  if (gzip) yield* gzipped(parts);
  else yield* parts;
}

/**
 * Header and the four bytes that say that no extension follows. sform always; qform too where the grid has no shear.
 * Source: nifti1.h (2007)
 */
function niftiHeader(file: NiftiFile): Uint8Array<ArrayBuffer> {
  const { dims, timepoints = 1, rasFromIjk, scalars, slope = 1, intercept = 0, description = '' } = file;
  const count = dims[0] * dims[1] * dims[2] * timepoints;
  if (scalars.length !== count) {
    const expected = `${count} voxels for ${[...dims, timepoints].join(' × ')}`;
    throw new VesaliusError({ code: 'usage', what: 'NIfTI', where: 'scalars', expected, got: scalars.length });
  }
  const bytes = new Uint8Array(HEADER);
  const view = new DataView(bytes.buffer);
  const short = (at: number, value: number) => view.setInt16(at, value, true);
  const float = (at: number, value: number) => view.setFloat32(at, value, true);
  view.setInt32(0, 348, true);
  bytes[38] = 0x72; // 'r': regular
  const sizes = [timepoints > 1 ? 4 : 3, ...dims, timepoints, 1, 1, 1];
  for (const [n, size] of sizes.entries()) {
    if (size > 32767) throw refuse('unsupported', `dim[${n}]`, 'at most 32767 in NIfTI-1', size);
    short(40 + 2 * n, size);
  }
  const [datatype, bitpix] = file.rgb ? RGB24 : typeOf(scalars);
  short(70, datatype);
  short(72, bitpix);
  const { quatern, qfac, spacing } = qformOf(rasFromIjk);
  for (const [n, value] of [qfac, ...spacing, 1, 1, 1, 1].entries()) float(76 + 4 * n, value);
  float(108, HEADER);
  float(112, slope);
  float(116, intercept);
  bytes[123] = timepoints > 1 ? 2 | 8 : 2; // mm, seconds
  bytes.set(new TextEncoder().encode(description.replace(/[^\x20-\x7e]/g, '?').slice(0, 79)), 148);
  const rows = rowsOf(rasFromIjk);
  const qoffset = rows.slice(0, 3).map((row) => Math.fround(row[3] as number)) as [number, number, number];
  const asRead = qformMatrix(
    quatern.map(Math.fround) as [number, number, number],
    qoffset,
    spacing.map(Math.fround) as [number, number, number],
    qfac,
  );
  const scanner = 1;
  short(252, cornersApartMm(rasFromIjk, asRead, dims) <= QFORM_LIMIT_MM ? scanner : 0);
  short(254, scanner);
  for (const [n, value] of [...quatern, ...qoffset].entries()) float(256 + 4 * n, value);
  for (const [row, values] of rows.slice(0, 3).entries())
    for (const [column, value] of values.entries()) float(280 + 4 * (4 * row + column), value);
  bytes.set([0x6e, 0x2b, 0x31, 0], 344); // n+1
  return bytes;
}

function typeOf(scalars: ScalarArray): readonly [datatype: number, bitpix: number] {
  if (scalars instanceof Uint8Array) return [2, 8];
  if (scalars instanceof Int16Array) return [4, 16];
  return scalars instanceof Uint16Array ? [512, 16] : [16, 32];
}

/** Every platform that runs this is little-endian, as the file is. */
function littleEndianBytes(scalars: ScalarArray): Uint8Array<ArrayBufferLike> {
  return new Uint8Array(scalars.buffer, scalars.byteOffset, scalars.byteLength);
}

/** Quaternion of the rotation next to the matrix's own axes; a is left out, as the format does, and made positive. */
function qformOf(rasFromIjk: Affine<'ras', 'ijk'>): {
  quatern: [number, number, number];
  qfac: 1 | -1;
  spacing: [number, number, number];
} {
  const spacing = [...spacingOf(rasFromIjk)] as [number, number, number];
  const qfac = determinant3(rasFromIjk) < 0 ? -1 : 1;
  const scale = [1 / spacing[0], 1 / spacing[1], qfac / spacing[2]];
  const rows = rowsOf(rasFromIjk);
  const r = (row: number, column: number) => (rows[row]?.[column] ?? 0) * (scale[column] ?? 0);
  const [xx, yy, zz] = [r(0, 0), r(1, 1), r(2, 2)];
  // Shepperd 1978: divide by the largest of the four.
  const candidates = [1 + xx + yy + zz, 1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz];
  const largest = candidates.indexOf(Math.max(...candidates));
  const root = Math.sqrt(Math.max(0, candidates[largest] ?? 0)) / 2;
  const q = 1 / (4 * root);
  const [ab, ac, ad] = [r(2, 1) - r(1, 2), r(0, 2) - r(2, 0), r(1, 0) - r(0, 1)];
  const [bc, bd, cd] = [r(0, 1) + r(1, 0), r(0, 2) + r(2, 0), r(1, 2) + r(2, 1)];
  const all = [
    [root, ab * q, ac * q, ad * q],
    [ab * q, root, bc * q, bd * q],
    [ac * q, bc * q, root, cd * q],
    [ad * q, bd * q, cd * q, root],
  ][largest] as [number, number, number, number];
  const length = Math.hypot(...all) * (all[0] < 0 ? -1 : 1);
  return { quatern: [all[1] / length, all[2] / length, all[3] / length], qfac, spacing };
}
