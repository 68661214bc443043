import { type Affine, affineFromRows } from '#core/space/affine.ts';
import {
  allocateScalars,
  type Dims,
  type ScalarArray,
  type ScalarType,
  scalarsOver,
  voxelCount,
} from '#core/volume/volume.ts';

/** The formulas of test/oracle/isosurface.py, in whole numbers so that both sides hold the very same voxels. */
const formulas: Readonly<Record<string, (i: number, j: number, k: number) => number>> = {
  ball: (i, j, k) => Math.min(255, Math.max(0, 200 - ((i - 10) ** 2 + (j - 9) ** 2 + (k - 8) ** 2) * 2)),
  steps: (i, j, k) => ((i * 7 + j * 13 + k * 29 + i * j + 3 * j * k) % 5) * 45,
  saddle: (i, j, k) => (i - 9) ** 2 * (j - 4) - (k - 6) ** 3 * 5 + 7 * i * k - 200,
  squares: (i, j, k) => ((i * i * 37 + j * j * 91 + k * k * 53) * 7) % 65536,
  long: (i, j, k) => (i * i * 3 + j * 17 + k * 31) % 251,
  fine: (i, j, k) => ((i - 6) * (j - 5) * 16 + (k - 4) * (k - 4) * 40 - (i - 6) ** 2 * 24) / 256,
};
const formulaOf: Readonly<Record<string, string>> = { turned: 'saddle', 'turned-mirrored': 'fine' };

export interface PhantomRecord {
  readonly name: string;
  readonly kind: ScalarType;
  readonly dims: Dims;
  readonly rows: readonly (readonly number[])[];
  readonly slope: number;
  readonly intercept: number;
  readonly iso: number;
}

export interface PhantomVolume {
  readonly scalars: ScalarArray;
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  readonly slope: number;
  readonly intercept: number;
}

export function phantomVolume(record: PhantomRecord, shared = true): PhantomVolume {
  const formula = formulas[formulaOf[record.name] ?? record.name];
  if (!formula) throw new Error(`no formula for ${record.name}`);
  return {
    ...filled(record.kind, record.dims, formula, shared),
    rasFromIjk: affineFromRows('ras', 'ijk', record.rows),
    slope: record.slope,
    intercept: record.intercept,
  };
}

export function filled(
  kind: ScalarType,
  dims: Dims,
  value: (i: number, j: number, k: number) => number,
  shared = true,
): { scalars: ScalarArray; dims: Dims } {
  const scalars = allocateScalars(kind, voxelCount(dims), shared);
  let n = 0;
  for (let k = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++) for (let i = 0; i < dims[0]; i++) scalars[n++] = value(i, j, k);
  return { scalars, dims };
}

/** The same volume over memory of one thread. */
export function unshared(volume: PhantomVolume, kind: ScalarType): PhantomVolume {
  const scalars = scalarsOver(kind, new ArrayBuffer(volume.scalars.byteLength));
  scalars.set(volume.scalars);
  return { ...volume, scalars };
}
