import { affine, invert, transform, type Vector3 } from '#core/space/affine.ts';
import { turnPoint } from '#core/space/itkFrame.ts';
import { numbers } from './elastixMaps.ts';
import type { ParameterMap } from './elastixModule.ts';

/**
 * A cubic B-spline map of elastix as a function of RAS points: p ↦ p + Σ w·c over the 4³ control points around it; where those are
 * not all in the grid, p itself, as in ITK.
 */
export function bsplineOf(map: ParameterMap): (p: Vector3) => Vector3 {
  const [gi, gj, gk] = numbers(map, 'GridSize') as [number, number, number];
  const spacing = numbers(map, 'GridSpacing');
  const origin = numbers(map, 'GridOrigin');
  // elastix writes the direction column by column.
  const direction = numbers(map, 'GridDirection');
  const coefficients = Float64Array.from(numbers(map, 'TransformParameters'));
  const count = gi * gj * gk;
  const itkFromGrid = affine('ras', 'ijk', [
    ...[0, 1, 2].flatMap((c) => [
      ...[0, 1, 2].map((r) => (direction[3 * c + r] as number) * (spacing[c] as number)),
      0,
    ]),
    ...origin,
    1,
  ]);
  const gridFromItk = invert(itkFromGrid);
  const [wx, wy, wz] = [new Float64Array(4), new Float64Array(4), new Float64Array(4)];
  return (p) => {
    const q = turnPoint(p);
    const [x, y, z] = transform(gridFromItk, q);
    const [i, j, k] = [Math.floor(x) - 1, Math.floor(y) - 1, Math.floor(z) - 1];
    if (!(i >= 0 && j >= 0 && k >= 0 && i + 3 < gi && j + 3 < gj && k + 3 < gk)) return p;
    weights(x - i - 1, wx);
    weights(y - j - 1, wy);
    weights(z - k - 1, wz);
    let [ux, uy, uz] = [0, 0, 0];
    for (let c = 0; c < 4; c++)
      for (let b = 0; b < 4; b++) {
        const row = i + gi * (j + b + gj * (k + c));
        const w = (wy[b] as number) * (wz[c] as number);
        for (let a = 0; a < 4; a++) {
          const v = w * (wx[a] as number);
          ux += v * (coefficients[row + a] as number);
          uy += v * (coefficients[count + row + a] as number);
          uz += v * (coefficients[2 * count + row + a] as number);
        }
      }
    return turnPoint([q[0] + ux, q[1] + uy, q[2] + uz]);
  };
}

/** The four cubic weights at `t` of the way between the second and the third control point. */
function weights(t: number, into: Float64Array): void {
  const s = 1 - t;
  into[0] = (s * s * s) / 6;
  into[1] = (3 * t * t * t - 6 * t * t + 4) / 6;
  into[2] = (3 * s * s * s - 6 * s * s + 4) / 6;
  into[3] = (t * t * t) / 6;
}
