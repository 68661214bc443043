import { VesaliusError, type VesaliusErrorCode } from '#core/errors.ts';
import { type Affine, affineFromRows } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { type NumberType, storedBytes } from '../narrow.ts';

export interface AnalyzeHeader {
  readonly bigEndian: boolean;
  readonly dims: Dims;
  readonly timepoints: number;
  readonly stored: NumberType;
  /** Byte of the first voxel in the .img. */
  readonly voxOffset: number;
  readonly slope: number;
  readonly intercept: number;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  readonly warnings: readonly Warning[];
}

const types: Readonly<Record<number, NumberType>> = { 2: 'u8', 4: 'i16', 8: 'i32', 16: 'f32', 64: 'f64' };
const refusedTypes: Readonly<Record<number, string>> = {
  0: 'none',
  1: 'binary',
  32: 'complex',
  128: 'RGB, whose order of colours is not defined',
};

export function refuseAnalyze(
  code: VesaliusErrorCode,
  where: string,
  expected: string,
  got: string | number,
): VesaliusError {
  return new VesaliusError({ code, what: 'Analyze header', where, expected, got });
}

/**
 * @param bytes at least the 348 of the header
 * @throws VesaliusError naming the field as dbh.h does
 * Source: dbh.h of Analyze 7.5 (Mayo Clinic); scaling and `originator` as SPM2 has them and nibabel's Spm2AnalyzeImage reads them
 */
export function parseAnalyzeHeader(bytes: Uint8Array): AnalyzeHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = view.getInt32(0, true) === 348;
  const i16 = (at: number) => view.getInt16(at, little);
  const i32 = (at: number) => view.getInt32(at, little);
  const f32 = (at: number) => view.getFloat32(at, little);
  const warnings: Warning[] = [];
  const rank = i16(40);
  if (!(rank >= 1 && rank <= 7)) throw refuseAnalyze('format', 'dim[0]', '1 to 7', rank);
  const length = (n: number): number => {
    const value = n > rank ? 1 : i16(40 + 2 * n);
    if (value < 1) throw refuseAnalyze('format', `dim[${n}]`, 'at least 1', value);
    if (n > 4 && value > 1) {
      throw refuseAnalyze('unsupported', `dim[${n}]`, '1: volumes and time series are read', value);
    }
    return value;
  };
  const [ni, nj, nk, timepoints] = [1, 2, 3, 4, 5, 6, 7].map(length) as [number, number, number, number];
  const code = i16(70);
  const stored = types[code];
  if (!stored) {
    const name = refusedTypes[code];
    const got = name ? `${code} (${name})` : code;
    throw refuseAnalyze(name ? 'unsupported' : 'format', 'datatype', 'a scalar type of at most 64 bits', got);
  }
  const bitpix = i16(72);
  if (bitpix !== 8 * storedBytes[stored]) {
    warnings.push({
      code: 'bitpix-mismatch',
      where: 'bitpix',
      kept: `datatype ${code}`,
      text: `bitpix says ${bitpix} bits per voxel, datatype ${code} has ${8 * storedBytes[stored]}; datatype was kept.`,
    });
  }
  const voxOffset = f32(108);
  if (!Number.isSafeInteger(voxOffset) || voxOffset < 0) {
    throw refuseAnalyze('format', 'vox_offset', 'a whole number of bytes', voxOffset);
  }
  const dims: Dims = [ni, nj, nk];
  const spacing = [1, 2, 3].map((n) => length0(n, f32(76 + 4 * n), warnings)) as [number, number, number];
  const origin = [0, 1, 2].map((n) => i16(253 + 2 * n)) as [number, number, number];
  const orient = bytes[252] ?? 0;
  const unit = String.fromCharCode(...bytes.subarray(56, 60))
    .replace(/\0.*$/, '')
    .trim();
  if (unit !== '' && !/^mm\.?$/i.test(unit)) {
    warnings.push({
      code: 'units-not-mm',
      where: 'vox_units',
      kept: 'mm',
      text: `vox_units says ${JSON.stringify(unit)}; millimetres were taken, so lengths may be wrong.`,
    });
  }
  return {
    bigEndian: !little,
    dims,
    timepoints,
    stored,
    voxOffset,
    ...scaling(f32(112), f32(116), { calMax: f32(124), calMin: f32(128), glMax: i32(140), glMin: i32(144) }, warnings),
    rasFromIjk: placed(dims, spacing, origin, orient, warnings),
    warnings,
  };
}

function length0(n: number, value: number, warnings: Warning[]): number {
  if (!Number.isFinite(value)) throw refuseAnalyze('format', `pixdim[${n}]`, 'a length above 0', value);
  if (value > 0) return value;
  const kept = value === 0 ? 1 : -value;
  warnings.push({
    code: value === 0 ? 'pixdim-zero' : 'pixdim-negative',
    where: `pixdim[${n}]`,
    kept: String(kept),
    text: `pixdim[${n}] is ${value}; ${kept} was taken, so lengths along that axis may be wrong.`,
  });
  return kept;
}

/**
 * Analyze has no place in space. By SPM's convention i runs to the patient's left, j to anterior, k to superior, and
 * `originator` is the voxel, counted from 1, at the origin; where it names none near the grid, the grid's middle is there.
 */
function placed(
  dims: Dims,
  [si, sj, sk]: readonly [number, number, number],
  origin: readonly [number, number, number],
  orient: number,
  warnings: Warning[],
): Affine<'ras', 'ijk'> {
  const near =
    origin.some((at) => at !== 0) && origin.every((at, n) => at > -(dims[n] ?? 0) && at < 2 * (dims[n] ?? 0));
  const at = origin.map((index, n) => (near ? index - 1 : ((dims[n] ?? 1) - 1) / 2));
  const said = orient === 0 ? '' : ` Its field orient (${orient}) was not used, since programs fill it differently.`;
  warnings.push({
    code: 'orientation-missing',
    where: 'hdr',
    kept: near ? 'left, anterior, superior; origin by originator' : 'left, anterior, superior; origin in the middle',
    text: `Analyze 7.5 does not tell left from right. The axes were taken as left, anterior, superior, as SPM does; left may be right.${said}`,
  });
  return affineFromRows('ras', 'ijk', [
    [-si, 0, 0, si * (at[0] ?? 0)],
    [0, sj, 0, -sj * (at[1] ?? 0)],
    [0, 0, sk, -sk * (at[2] ?? 0)],
  ]);
}

interface Calibration {
  readonly calMax: number;
  readonly calMin: number;
  readonly glMax: number;
  readonly glMin: number;
}

/** SPM's scale factor in funused1 and its offset in funused2, else the map from gl to cal, else none. */
function scaling(
  slope: number,
  inter: number,
  { calMax, calMin, glMax, glMin }: Calibration,
  warnings: Warning[],
): { slope: number; intercept: number } {
  if (Number.isFinite(slope) && slope !== 0) {
    const intercept = Number.isFinite(inter) ? inter : 0;
    if (slope !== 1 || intercept !== 0) {
      warnings.push({
        code: 'scaling-by-spm',
        where: 'funused1, funused2',
        kept: `${slope} × stored + ${intercept}`,
        text: `Analyze 7.5 has no scaling of values; SPM's factor ${slope} and offset ${intercept} in funused1 and funused2 were taken.`,
      });
    }
    return { slope, intercept };
  }
  const factor = (calMax - calMin) / (glMax - glMin);
  if (!(Number.isFinite(factor) && factor !== 0)) return { slope: 1, intercept: 0 };
  const intercept = calMin - factor * glMin;
  if (factor !== 1 || intercept !== 0) {
    warnings.push({
      code: 'scaling-by-spm',
      where: 'cal_max, cal_min, glmax, glmin',
      kept: `${factor} × stored + ${intercept}`,
      text: `Analyze 7.5 has no scaling of values; glmin to glmax were mapped to cal_min to cal_max, as SPM does.`,
    });
  }
  return { slope: factor, intercept };
}
