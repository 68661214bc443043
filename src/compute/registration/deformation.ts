import { affine, multiply, transform, type Vector3 } from '#core/space/affine.ts';
import type { DisplacementField } from '#core/space/registration.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { WorkingCopy } from './workingCopy.ts';

/** The displacement is kept at every other voxel of the working grid: a third of the finest control spacing. */
const STRIDE = 2;

/**
 * u(x) = matrix · T(x) − x on a grid around the fixed scan, where T maps fixed to moving RAS mm and `matrix` moving to fixed:
 * what a deformation adds to its linear part, told in the fixed scan's space.
 */
export function fieldOf(
  fixed: WorkingCopy,
  matrix: readonly number[],
  movingFromFixed: (p: Vector3) => Vector3,
): DisplacementField {
  const forth = affine('ras', 'ras', matrix);
  const dims = fixed.dims.map((n) => Math.ceil((n - 1) / STRIDE) + 1) as unknown as Dims;
  const rasFromIjk = multiply(
    fixed.rasFromIjk,
    affine('ijk', 'ijk', [STRIDE, 0, 0, 0, 0, STRIDE, 0, 0, 0, 0, STRIDE, 0, 0, 0, 0, 1]),
  );
  const mm = new Float32Array(3 * dims[0] * dims[1] * dims[2]);
  let at = 0;
  for (let k = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++)
      for (let i = 0; i < dims[0]; i++, at += 3) {
        const x = transform(rasFromIjk, [i, j, k]);
        const y = transform(forth, movingFromFixed(x));
        for (let axis = 0; axis < 3; axis++) mm[at + axis] = (y[axis] as number) - (x[axis] as number);
      }
  return { dims, rasFromIjk, mm };
}

export interface FieldFacts {
  readonly maxMm: number;
  /** The least determinant of the derivative of x + u(x): 1 keeps volume, 0 and below is a fold. */
  readonly minJacobian: number;
}

/** Over the field's own grid, by central differences. */
export function fieldFacts({ dims: [ni, nj, nk], rasFromIjk, mm }: DisplacementField): FieldFacts {
  const { m } = rasFromIjk;
  // The field's grid is made of cubes at right angles; its axes need not be R, A, S.
  const step = Math.hypot(m[0] as number, m[1] as number, m[2] as number);
  const axes = [0, 1, 2].map((c) => [0, 1, 2].map((r) => (m[4 * c + r] as number) / step));
  let [maxMm, minJacobian] = [0, Number.POSITIVE_INFINITY];
  const strides = [3, 3 * ni, 3 * ni * nj];
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++) {
        const at = 3 * (i + ni * (j + nj * k));
        maxMm = Math.max(maxMm, Math.hypot(mm[at] as number, mm[at + 1] as number, mm[at + 2] as number));
        if (i === 0 || j === 0 || k === 0 || i === ni - 1 || j === nj - 1 || k === nk - 1) continue;
        // Derivatives along the grid's axes, then turned to R, A, S: J = I + Σ du/da ⊗ a.
        const jacobian = [1, 0, 0, 0, 1, 0, 0, 0, 1];
        strides.forEach((stride, c) => {
          for (let row = 0; row < 3; row++) {
            const slope = ((mm[at + stride + row] as number) - (mm[at - stride + row] as number)) / (2 * step);
            for (let column = 0; column < 3; column++)
              jacobian[3 * row + column] =
                (jacobian[3 * row + column] as number) + slope * (axes[c]?.[column] as number);
          }
        });
        minJacobian = Math.min(minJacobian, determinant(jacobian));
      }
  return { maxMm, minJacobian };
}

function determinant(j: readonly number[]): number {
  const [a, b, c, d, e, f, g, h, i] = j as unknown as readonly [
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
  return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g);
}
