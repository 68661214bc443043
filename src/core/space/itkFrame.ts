import { VesaliusError } from '#core/errors.ts';
import type { Affine, Vector3 } from '#core/space/affine.ts';
import { spacingOf } from '#core/space/affine.ts';

/**
 * The border to ITK, whose patient space has x to the left and y to the back: the same millimetres, turned by half a turn about
 * the long axis, diag(−1, −1, 1). It is its own inverse and mirrors nothing.
 */
const turn = (row: number, column: number) => (row < 2 ? -1 : 1) * (column < 2 ? -1 : 1);

/** A 4×4 (column-major) that maps RAS mm to RAS mm, as the one that maps the same points in ITK's space; and back, by the same call. */
export function turnMatrix(m: readonly number[]): number[] {
  return m.map((value, n) => value * turn(n % 4, Math.floor(n / 4)));
}

export function turnPoint([x, y, z]: Vector3): Vector3 {
  return [-x, -y, z];
}

/** The geometry of a grid as an ITK image has it; `direction` is row-major and its columns are the axes. */
export interface ItkGeometry {
  readonly size: readonly [number, number, number];
  readonly spacing: Vector3;
  readonly origin: Vector3;
  readonly direction: Float64Array<ArrayBuffer>;
}

/**
 * @throws VesaliusError 'geometry' where the axes are not at right angles (1e-4 of cosine): elastix takes the direction for a rotation
 */
export function itkGeometry(dims: readonly [number, number, number], rasFromIjk: Affine<'ras', 'ijk'>): ItkGeometry {
  const spacing = spacingOf(rasFromIjk);
  const { m } = rasFromIjk;
  const direction = new Float64Array(9);
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++)
      direction[3 * row + column] =
        ((row < 2 ? -1 : 1) * (m[4 * column + row] as number)) / (spacing[column] as number);
  for (const [a, b] of [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const) {
    let cosine = 0;
    for (let row = 0; row < 3; row++) cosine += (direction[3 * row + a] as number) * (direction[3 * row + b] as number);
    if (Math.abs(cosine) > 1e-4) {
      throw new VesaliusError({
        code: 'geometry',
        what: 'grid',
        where: 'axes',
        expected: 'right angles',
        got: `cosine ${cosine}`,
      });
    }
  }
  return { size: [...dims], spacing, origin: turnPoint([m[12], m[13], m[14]] as unknown as Vector3), direction };
}
