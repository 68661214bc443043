import type { Affine, Vector3 } from '#core/space/affine.ts';
import type { Warning } from '#core/warnings.ts';

export type Dims = readonly [ni: number, nj: number, nk: number];

/**
 * Voxel types that leave io. Readers bring every other stored type to one of these: losslessly where the range allows it,
 * with a warning where a float64 loses digits, refused where a whole number would.
 */
export type ScalarType = 'u8' | 'i16' | 'u16' | 'f32';
export type ScalarArray =
  | Uint8Array<ArrayBufferLike>
  | Int16Array<ArrayBufferLike>
  | Uint16Array<ArrayBufferLike>
  | Float32Array<ArrayBufferLike>;

export type Modality = 'CT' | 'MR' | 'PT' | 'US' | 'CR' | 'SEG' | 'OT';

export const volumeFormats = [
  'nifti',
  'analyze',
  'dicom',
  'nrrd',
  'metaimage',
  'mgh',
  'minc',
  'vtk',
  'phantom',
  /** A grid around a mesh. */
  'mesh',
  'itk',
] as const;
export type VolumeFormat = (typeof volumeFormats)[number];

/** What is known of a volume without its voxels. Plain data, cloneable. */
export interface VolumeHeader {
  /** Shown to the user: series description or file name. */
  readonly name: string;
  readonly dims: Dims;
  /** 1 unless the file has several; the scalars of a further timepoint follow those of the one before. */
  readonly timepoints: number;
  readonly scalarType: ScalarType;
  /** Rescaled value = slope × stored + intercept. */
  readonly slope: number;
  readonly intercept: number;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  /** mm between centres along i, j, k: the columns of rasFromIjk. */
  readonly spacing: Vector3;
  readonly modality: Modality;
  /** The file did not say; it was taken from the values (CT where the minimum is ≤ −900, else MR). */
  readonly modalityGuessed: boolean;
  /** Of the rescaled values: 'HU' for CT, else '' where the file does not say. */
  readonly unit: string;
  readonly format: VolumeFormat;
  readonly synthetic: boolean;
  readonly warnings: readonly Warning[];
  /** DICOM: what is shown on the case line. Never the patient's name unless asked for. */
  readonly series?: SeriesFacts;
  /** When each timepoint began, ms after the first; absent where the file does not say. */
  readonly timesMs?: readonly number[];
  /** Planes (k) that were not measured but made up between their neighbours; a warning says where and why. */
  readonly interpolatedSlices?: readonly number[];
  /** PET: SUV by body weight (g/ml) = suvFactor × rescaled value; absent where the tags do not allow it. */
  readonly suvFactor?: number;
  /** Smallest and largest stored value of the first timepoint. */
  readonly storedRange: readonly [number, number];
}

export interface SeriesFacts {
  readonly uid: string;
  /** Scans of one frame of reference lie in one space. */
  readonly frameOfReferenceUid?: string;
  readonly number: number | null;
  readonly description: string;
  /** ISO 8601 date or ''. */
  readonly date: string;
  readonly patientName?: string;
}

/** Voxels on a grid. `scalars` is i-fastest, `n = i + ni·(j + nj·k)`; over a SharedArrayBuffer where the page is isolated. */
export interface Volume {
  readonly header: VolumeHeader;
  readonly scalars: ScalarArray;
  /**
   * Of a colour picture: red, green, blue of each voxel, in the order of `scalars`, which are its luminance (ITU-R BT.601) then:
   * what is thresholded is the grey, what a slice shows is the colour.
   */
  readonly rgb?: Uint8Array<ArrayBufferLike>;
}

export const bytesPerVoxel = { u8: 1, i16: 2, u16: 2, f32: 4 } as const satisfies Record<ScalarType, number>;

export function voxelCount([ni, nj, nk]: Dims): number {
  return ni * nj * nk;
}

/** Volume of one voxel in mm³, sheared grids included. */
export function voxelVolumeMm3(rasFromIjk: Affine<'ras', 'ijk'>): number {
  const m = rasFromIjk.m as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Math.abs(
    m[0] * (m[5] * m[10] - m[6] * m[9]) - m[4] * (m[1] * m[10] - m[2] * m[9]) + m[8] * (m[1] * m[6] - m[2] * m[5]),
  );
}

/** Makes the final buffer; `shared` where the thread is cross-origin isolated (always in Node). */
export function allocateScalars(type: ScalarType, count: number, shared: boolean): ScalarArray {
  const bytes = count * bytesPerVoxel[type];
  const buffer = shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  return scalarsOver(type, buffer);
}

export function scalarsOver(type: ScalarType, buffer: ArrayBufferLike): ScalarArray {
  switch (type) {
    case 'u8':
      return new Uint8Array(buffer);
    case 'i16':
      return new Int16Array(buffer);
    case 'u16':
      return new Uint16Array(buffer);
    case 'f32':
      return new Float32Array(buffer);
  }
}
