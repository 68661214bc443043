import { VesaliusError } from '#core/errors.ts';
import { type Affine, affine, invert, type Vector3 } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';

/** Bodies: these open in the page too. */
export const anatomicalCases = ['thorax', 'abdomen', 'head'] as const;
export type AnatomicalCase = (typeof anatomicalCases)[number];
export const phantomCases = [...anatomicalCases, 'geometry'] as const;
export type PhantomCase = (typeof phantomCases)[number];

/** CT in HU, or spin-echo MR by the weighting's usual short name. */
export const phantomContrasts = ['ct', 't1', 't2', 'flair', 'pd'] as const;
export type PhantomContrast = (typeof phantomContrasts)[number];

/** What a phantom is made from: same spec, same bytes. */
export interface PhantomSpec {
  readonly case: PhantomCase;
  /** 'ct' unless told; geometric objects have no other. */
  readonly contrast?: PhantomContrast;
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  /** Standard deviation of the noise in the units of the voxels (HU, or MR signal), 0 for none. */
  readonly noiseHu: number;
  /** A whole number from 0 to 2⁵³ − 1. */
  readonly seed: number;
}

/** The scanned cube's edge: a trunk with raised arms fits across it, the neck to the kidneys along it. */
export const FIELD_OF_VIEW_MM = 384;
/** The same for each case: diaphragm to hips; vertex to neck; the objects with room around them. */
export const fieldOfViewMm: Readonly<Record<PhantomCase, number>> = {
  thorax: FIELD_OF_VIEW_MM,
  abdomen: 416,
  head: 256,
  geometry: 256,
};
const DEFAULT_SIZE = 256;
const MOST_VOXELS = 2 ** 31 - 1;

/**
 * The grid for what the user asked. `size` alone: the field of view is fixed, so voxels grow as N shrinks (one number: a cube;
 * three: each axis is divided by its own). With `spacing` too, size × spacing is the field of view and the body keeps its size.
 * `spacing` alone fills the fixed field of view. Centred on the body; a given affine is taken as it is.
 * @throws VesaliusError 'usage' or 'geometry'
 */
export function phantomGrid(wanted: {
  readonly size?: number | Dims;
  readonly spacing?: number | Vector3;
  readonly rasFromIjk?: Affine<'ras', 'ijk'>;
  /** The thorax unless told. */
  readonly case?: PhantomCase;
}): { dims: Dims; rasFromIjk: Affine<'ras', 'ijk'> } {
  const { size, spacing, rasFromIjk } = wanted;
  const fieldMm = fieldOfViewMm[wanted.case ?? 'thorax'];
  const count = (step: number) => Math.max(1, Math.round(fieldMm / step));
  const steps = spacing === undefined ? undefined : triple(spacing);
  if (steps) for (const step of steps) check('spacing', step, step > 0 && step <= fieldMm, 'mm above 0');
  const dims: Dims =
    size !== undefined
      ? triple(size)
      : steps
        ? [count(steps[0]), count(steps[1]), count(steps[2])]
        : triple(DEFAULT_SIZE);
  for (const n of dims) check('size', n, Number.isInteger(n) && n >= 1 && n <= 4096, 'whole numbers from 1 to 4096');
  const voxels = dims[0] * dims[1] * dims[2];
  check('size', voxels, voxels <= MOST_VOXELS, `at most ${MOST_VOXELS} voxels`);
  if (rasFromIjk) {
    invert(rasFromIjk);
    return { dims, rasFromIjk };
  }
  const [a, b, c] = steps ?? [fieldMm / dims[0], fieldMm / dims[1], fieldMm / dims[2]];
  const origin = [a, b, c].map((step, axis) => (-step * ((dims[axis] as number) - 1)) / 2) as [number, number, number];
  return { dims, rasFromIjk: affine('ras', 'ijk', [a, 0, 0, 0, 0, b, 0, 0, 0, 0, c, 0, ...origin, 1]) };
}

function triple(value: number | Vector3): [number, number, number] {
  return typeof value === 'number' ? [value, value, value] : [value[0], value[1], value[2]];
}

function check(where: string, got: number, holds: boolean, expected: string): void {
  if (!holds) throw new VesaliusError({ code: 'usage', what: 'phantom', where, expected, got });
}
