import { NIFTI1, NIFTI2 } from 'nifti-reader-js';
import type { Affine } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { colourWarning, isColour } from '../colour.ts';
import type { StoredType } from '../narrow.ts';
import { niftiOrientation } from './orientation.ts';
import { refuse } from './refuse.ts';

/** What a NIfTI header says, checked; everything that could not be taken as it stands is a warning. */
export interface NiftiHeader {
  readonly version: 1 | 2;
  readonly bigEndian: boolean;
  /** Voxels in a file of their own (.img). */
  readonly pair: boolean;
  readonly dims: Dims;
  readonly timepoints: number;
  /** From one timepoint to the next, ms; NaN where the file does not say. */
  readonly stepMs: number;
  readonly stored: StoredType;
  readonly datatype: number;
  /** Byte of the first voxel. */
  readonly voxOffset: number;
  readonly slope: number;
  readonly intercept: number;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  readonly description: string;
  /** 1002: the values are labels. */
  readonly intentCode: number;
  readonly warnings: readonly Warning[];
}

const NIFTI1_BYTES = 348;
const NIFTI2_BYTES = 540;

const stored: Readonly<Record<number, StoredType>> = {
  2: 'u8',
  4: 'i16',
  8: 'i32',
  16: 'f32',
  64: 'f64',
  128: 'rgb24',
  256: 'i8',
  512: 'u16',
  768: 'u32',
  1024: 'i64',
  1280: 'u64',
  2304: 'rgba32',
};
const refusedTypes: Readonly<Record<number, string>> = {
  0: 'none',
  1: 'binary',
  32: 'complex64',
  1536: 'float128',
  1792: 'complex128',
  2048: 'complex256',
};
const bits: Readonly<Record<StoredType, number>> = {
  u8: 8,
  i8: 8,
  i16: 16,
  u16: 16,
  i32: 32,
  u32: 32,
  f32: 32,
  f64: 64,
  i64: 64,
  u64: 64,
  rgb24: 24,
  rgba32: 32,
};
/** The time part of xyzt_units: seconds, milliseconds, microseconds. */
const unitMs: Readonly<Record<number, number>> = { 8: 1000, 16: 1, 24: 0.001 };

/** 1 or 2 by `sizeof_hdr` in either byte order or by the magic, 0 where neither says NIfTI. */
export function niftiVersion(head: Uint8Array): 0 | 1 | 2 {
  if (head.length >= 4) {
    const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
    for (const little of [true, false]) {
      const size = view.getInt32(0, little);
      if (size === NIFTI1_BYTES) return 1;
      if (size === NIFTI2_BYTES) return 2;
    }
  }
  const text = (at: number) => String.fromCharCode(...head.subarray(at, at + 3));
  if (text(4) === 'n+2' || text(4) === 'ni2') return 2;
  return text(344) === 'n+1' || text(344) === 'ni1' ? 1 : 0;
}

/**
 * @param bytes the first 348 or 540 bytes of the header file, or fewer where it is shorter
 * @throws VesaliusError naming the field as the standard does
 * Source: nifti1.h (2007) and nifti2.h (2011), nifti.nimh.nih.gov
 */
export function parseNiftiHeader(bytes: Uint8Array<ArrayBuffer>): NiftiHeader {
  const version = niftiVersion(bytes);
  if (version === 0) throw refuse('format', 'sizeof_hdr', '348 or 540', first4(bytes));
  const size = version === 1 ? NIFTI1_BYTES : NIFTI2_BYTES;
  if (bytes.length < size) throw refuse('truncated', 'header', `${size} bytes`, `${bytes.length} bytes`);
  const buffer = bytes.slice(0, size).buffer;
  const view = new DataView(buffer);
  const little = view.getInt32(0, true) === size;
  if (!little && view.getInt32(0, false) !== size) {
    throw refuse('format', 'sizeof_hdr', String(size), view.getInt32(0, true));
  }
  const fields = version === 1 ? new NIFTI1() : new NIFTI2();
  try {
    fields.readHeader(buffer);
  } catch (thrown) {
    throw refuse('format', 'header', 'a NIfTI header', thrown instanceof Error ? thrown.message : String(thrown));
  }
  const warnings: Warning[] = [];
  const pair = magicSaysPair(bytes, version);
  const { dims, timepoints } = checkDims(fields.dims);
  const type = checkDatatype(fields.datatypeCode, fields.numBitsPerVoxel, warnings);
  const voxOffset = checkOffset(fields.vox_offset, size + 4, pair, warnings);
  // nifti1.h: scl_slope does not apply to colours.
  const { slope, intercept } = isColour(type)
    ? { slope: 1, intercept: 0 }
    : checkScaling(fields.scl_slope, fields.scl_inter);
  const rasFromIjk = niftiOrientation(
    {
      dims,
      pixdim: fields.pixDims,
      qformCode: fields.qform_code,
      sformCode: fields.sform_code,
      quatern: [fields.quatern_b, fields.quatern_c, fields.quatern_d],
      qoffset: [fields.qoffset_x, fields.qoffset_y, fields.qoffset_z],
      srow: srows(view, version, little),
      units: fields.xyzt_units & 7,
    },
    warnings,
  );
  return {
    version,
    bigEndian: !little,
    pair,
    dims,
    timepoints,
    stepMs: (fields.pixDims[4] ?? Number.NaN) * (unitMs[fields.xyzt_units & 0x38] ?? Number.NaN),
    stored: type,
    datatype: fields.datatypeCode,
    voxOffset,
    slope,
    intercept,
    rasFromIjk,
    description: fields.description.split('\0')[0]?.trim() ?? '',
    intentCode: fields.intent_code,
    warnings,
  };
}

function first4(bytes: Uint8Array): string {
  return bytes.length === 0 ? 'an empty file' : `bytes ${[...bytes.subarray(0, 4)].join(' ')}`;
}

function magicSaysPair(bytes: Uint8Array, version: 1 | 2): boolean {
  const at = version === 1 ? 344 : 4;
  const magic = String.fromCharCode(...bytes.subarray(at, at + 3));
  if (magic === `n+${version}`) return false;
  if (magic === `ni${version}`) return true;
  // Without the magic it is at best Analyze 7.5, which does not tell left from right.
  const got = [...bytes.subarray(at, at + 4)].every((byte) => byte === 0)
    ? 'zeros, as Analyze 7.5 has, which does not tell left from right'
    : `bytes ${[...bytes.subarray(at, at + 4)].join(' ')}`;
  throw refuse('unsupported', 'magic', `n+${version} or ni${version}`, got);
}

function checkDims(dim: readonly number[]): { dims: Dims; timepoints: number } {
  const rank = dim[0] ?? 0;
  if (!(rank >= 1 && rank <= 7)) throw refuse('format', 'dim[0]', '1 to 7', rank);
  const length = (n: number): number => {
    if (n > rank) return 1;
    const value = dim[n] ?? 0;
    if (!(value >= 1 && Number.isSafeInteger(value))) throw refuse('format', `dim[${n}]`, 'at least 1', value);
    return value;
  };
  const dims: Dims = [length(1), length(2), length(3)];
  const timepoints = length(4);
  for (let n = 5; n <= 7; n++) {
    if (length(n) > 1) throw refuse('unsupported', `dim[${n}]`, '1: volumes and time series are read', length(n));
  }
  return { dims, timepoints };
}

function checkDatatype(code: number, bitpix: number, warnings: Warning[]): StoredType {
  const type = stored[code];
  if (!type) {
    const name = refusedTypes[code];
    throw refuse(
      name ? 'unsupported' : 'format',
      'datatype',
      'RGB24, RGBA32 or a scalar type of at most 64 bits',
      name ? `${code} (${name})` : code,
    );
  }
  if (isColour(type)) warnings.push(colourWarning('datatype', type));
  if (bitpix !== bits[type]) {
    warnings.push({
      code: 'bitpix-mismatch',
      where: 'bitpix',
      kept: `datatype ${code}`,
      text: `bitpix says ${bitpix} bits per voxel, datatype ${code} has ${bits[type]}; datatype was kept.`,
    });
  }
  return type;
}

function checkOffset(offset: number, least: number, pair: boolean, warnings: Warning[]): number {
  if (!Number.isSafeInteger(offset) || offset < 0) {
    throw refuse('format', 'vox_offset', 'a whole number of bytes', offset);
  }
  if (pair || offset >= least) return offset;
  if (offset !== 0) throw refuse('format', 'vox_offset', `at least ${least}`, offset);
  warnings.push({
    code: 'vox-offset-zero',
    where: 'vox_offset',
    kept: String(least),
    text: `vox_offset is 0 in a single file; the voxels were taken from byte ${least}.`,
  });
  return least;
}

/** scl_slope 0 or NaN: the values stand as they are, and scl_inter says nothing. */
function checkScaling(slope: number, inter: number): { slope: number; intercept: number } {
  if (slope === 0 || Number.isNaN(slope)) return { slope: 1, intercept: 0 };
  if (!Number.isFinite(slope)) throw refuse('format', 'scl_slope', 'a finite number', slope);
  if (!Number.isFinite(inter)) throw refuse('format', 'scl_inter', 'a finite number', inter);
  return { slope, intercept: inter };
}

/** Read here: nifti-reader-js keeps only the one of qform and sform that it prefers. */
function srows(view: DataView, version: 1 | 2, little: boolean): number[][] {
  return [0, 1, 2].map((row) =>
    [0, 1, 2, 3].map((column) =>
      version === 1
        ? view.getFloat32(280 + 4 * (4 * row + column), little)
        : view.getFloat64(400 + 8 * (4 * row + column), little),
    ),
  );
}
