import type { IsosurfaceGrid } from '#compute/jobs/isosurface.ts';
import { isosurfaceCases } from '#compute/jobs/isosurfaceCases.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { determinant3, invert } from '#core/space/affine.ts';

const f = Math.fround;

/**
 * The isosurface kernel said plainly: a vertex for each cut edge, plane by plane, in each along i, then j, then k; then the
 * triangles of each cell. Lorensen & Cline, Marching Cubes, 1987, with VTK's table; arithmetic in float32 as the kernel's.
 */
export function isosurfaceTwin(grid: IsosurfaceGrid, iso: number): Mesh {
  const { dims, scalars, slope, intercept, rasFromIjk } = grid;
  const [ni, nj, nk] = dims;
  const floats = scalars instanceof Float32Array;
  const index = (i: number, j: number, k: number) => i + ni * (j + nj * k);
  const inside = (n: number) => slope * (scalars[n] as number) + intercept >= iso;
  /** The stored value as it is computed with: what is missing lies far outside. */
  const stored = (n: number) => {
    const value = scalars[n] as number;
    if (!floats) return value;
    return Number.isNaN(value) ? f(slope > 0 ? -1e18 : 1e18) : Math.max(-f(1e18), Math.min(f(1e18), value));
  };
  const level = f((iso - intercept) / slope);
  const m = rasFromIjk.m.map(f);
  const inverse = invert(rasFromIjk).m;
  const outward = (row: number, column: number) => f((slope < 0 ? 1 : -1) * (inverse[column + 4 * row] as number));
  const steps = [1, ni, ni * nj];

  /** Twice the gradient at a voxel, one-sided at the border. */
  const gradient = (at: readonly number[], axis: number) => {
    const here = index(at[0] as number, at[1] as number, at[2] as number);
    const step = steps[axis] as number;
    const count = dims[axis] as number;
    if (at[axis] === 0) return f(2 * f(stored(here + step) - stored(here)));
    if (at[axis] === count - 1) return f(2 * f(stored(here) - stored(here - step)));
    return f(stored(here + step) - stored(here - step));
  };

  const positions: number[] = [];
  const normals: number[] = [];
  const numbers = [0, 1, 2].map(() => new Map<number, number>());
  for (let k = 0; k < nk; k++)
    for (let axis = 0; axis < 3; axis++)
      for (let j = 0; j < nj; j++)
        for (let i = 0; i < ni; i++) {
          const at = [i, j, k];
          if ((at[axis] as number) + 1 >= (dims[axis] as number)) continue;
          const n = index(i, j, k);
          const next = n + (steps[axis] as number);
          if (inside(n) === inside(next)) continue;
          const end = at.map((value, a) => (a === axis ? value + 1 : value));
          const rise = f(stored(next) - stored(n));
          const t = f(f(level - stored(n)) / rise);
          const [x, y, z] = at.map((value, a) => (a === axis ? f(value + t) : value)) as [number, number, number];
          (numbers[axis] as Map<number, number>).set(n, positions.length / 3);
          for (let row = 0; row < 3; row++) {
            const [a, b, c, d] = [m[row], m[row + 4], m[row + 8], m[row + 12]] as [number, number, number, number];
            positions.push(f(f(f(x * a) + f(y * b)) + f(f(z * c) + d)));
          }
          const g = [0, 1, 2].map((a) => {
            const from = gradient(at, a);
            return f(from + f(t * f(gradient(end, a) - from)));
          });
          const turned = [0, 1, 2].map((row) =>
            f(
              f(f((g[0] as number) * outward(row, 0)) + f((g[1] as number) * outward(row, 1))) +
                f((g[2] as number) * outward(row, 2)),
            ),
          );
          const flat = squareOf(turned) === 0;
          const normal = flat ? [0, 1, 2].map((row) => f(rise * outward(row, axis))) : turned;
          const scale = f(1 / f(Math.sqrt(squareOf(normal))));
          for (const value of normal) normals.push(f(value * scale));
        }

  const corners: number[] = [];
  const mirrored = determinant3(rasFromIjk) < 0;
  for (let k = 0; k + 1 < nk; k++)
    for (let j = 0; j + 1 < nj; j++)
      for (let i = 0; i + 1 < ni; i++) {
        let code = 0;
        for (let corner = 0; corner < 8; corner++)
          if (inside(index(i + (corner & 1), j + ((corner >> 1) & 1), k + (corner >> 2)))) code |= 1 << corner;
        const number = (edge: number) => {
          if (edge < 4) return numbers[0]?.get(index(i, j + (edge & 1), k + (edge >> 1)));
          const right = edge < 8 ? 0 : 1;
          const which = edge & 3;
          if (which < 2) return numbers[1]?.get(index(i + right, j, k + which));
          return numbers[2]?.get(index(i + right, j + (which - 2), k));
        };
        for (const triangle of (isosurfaceCases[code] as string).split(' ').filter(Boolean)) {
          const [a, b, c] = [...triangle].map((digit) => number(Number.parseInt(digit, 16)) as number);
          corners.push(a as number, (mirrored ? c : b) as number, (mirrored ? b : c) as number);
        }
      }
  return {
    positions: new Float32Array(positions),
    normals: new Float32Array(normals),
    triangles: new Uint32Array(corners),
  };
}

function squareOf(vector: readonly number[]): number {
  const [x, y, z] = vector as [number, number, number];
  return f(f(f(x * x) + f(y * y)) + f(z * z));
}
