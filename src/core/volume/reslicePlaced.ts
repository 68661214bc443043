// A volume that was brought to another one, on a plane of that one. It is read at its own grid, through the transform: nothing is
// resampled in between.
import { affine, invert, type Point, transform, transformVector } from '#core/space/affine.ts';
import { displacementAt, movingFromFixed, type SpatialTransform } from '#core/space/registration.ts';
import { reslice } from './reslice.ts';
import type { SliceGrid } from './slicePlane.ts';
import type { Volume } from './volume.ts';

/**
 * Rescaled values on a plane of the fixed scan, trilinear between the volume's own voxel centres, NaN outside its grid.
 * `placed` null: it lies as its own file says. `into` has width × height numbers, rows from the top. One timepoint.
 */
export function reslicePlaced(
  volume: Volume,
  placed: SpatialTransform | null,
  grid: SliceGrid,
  into: Float32Array,
): void {
  if (placed === null) reslice(volume, grid, into);
  else if (placed.field === null) reslice(volume, ownGrid(placed, grid), into);
  else resliceWarped(volume, placed, grid, into);
}

/** The plane as the volume's own space has it, a displacement field left out. */
export function ownGrid({ matrix }: Pick<SpatialTransform, 'matrix'>, grid: SliceGrid): SliceGrid {
  const back = invert(affine('ras', 'ras', matrix));
  return {
    ...grid,
    origin: transform(back, grid.origin),
    right: transformVector(back, grid.right),
    down: transformVector(back, grid.down),
  };
}

/** Where the voxel at a point of the fixed scan (RAS mm) is read, in the volume's own RAS mm. */
export function ownPoint(placed: SpatialTransform | null, ras: Point<'ras'>): Point<'ras'> {
  return placed === null ? ras : movingFromFixed(placed)(ras);
}

/** Of a voxel: as in reslice.ts, a face belongs to its voxel. */
const LOWEST = -0.5 - 1e-6;

/**
 * With a displacement field: x → matrix⁻¹ · (x + u(x)). One row of the picture at a time; where the picture runs along the
 * field's own grid the field is mixed once for the row, else at every pixel.
 */
function resliceWarped(volume: Volume, placed: SpatialTransform, grid: SliceGrid, into: Float32Array): void {
  const { header, scalars } = volume;
  const { slope, intercept } = header;
  const [ni, nj, nk] = header.dims;
  const field = placed.field as NonNullable<SpatialTransform['field']>;
  const rasFromFixed = invert(affine('ras', 'ras', placed.matrix));
  const ijkFromOwn = invert(header.rasFromIjk);
  const own = ownGrid(placed, grid);
  const start = transform(ijkFromOwn, own.origin);
  const right = transformVector(ijkFromOwn, own.right);
  const down = transformVector(ijkFromOwn, own.down);
  // What a displacement along R, A, S adds to the voxel index.
  const [byR, byA, byS] = [[1, 0, 0] as const, [0, 1, 0] as const, [0, 0, 1] as const].map((axis) =>
    transformVector(ijkFromOwn, transformVector(rasFromFixed, axis)),
  ) as [readonly [number, number, number], readonly [number, number, number], readonly [number, number, number]];
  const rowOf = displacementRows(field, grid);
  const row = new Float64Array(3 * grid.width);
  for (let y = 0, n = 0; y < grid.height; y++) {
    rowOf(y, row);
    const i0 = start[0] + y * down[0];
    const j0 = start[1] + y * down[1];
    const k0 = start[2] + y * down[2];
    for (let x = 0; x < grid.width; x++, n++) {
      const r = row[3 * x] as number;
      const a = row[3 * x + 1] as number;
      const s = row[3 * x + 2] as number;
      const i = i0 + x * right[0] + r * byR[0] + a * byA[0] + s * byS[0];
      const j = j0 + x * right[1] + r * byR[1] + a * byA[1] + s * byS[1];
      const k = k0 + x * right[2] + r * byR[2] + a * byA[2] + s * byS[2];
      into[n] =
        i >= LOWEST &&
        j >= LOWEST &&
        k >= LOWEST &&
        i <= ni - 1 - LOWEST &&
        j <= nj - 1 - LOWEST &&
        k <= nk - 1 - LOWEST
          ? slope * trilinear(scalars, ni, nj, nk, i, j, k) + intercept
          : Number.NaN;
    }
  }
}

/** Between the eight voxel centres around a place; beyond the outer centres the outer voxel's value holds. */
export function trilinear(
  scalars: Volume['scalars'],
  ni: number,
  nj: number,
  nk: number,
  i: number,
  j: number,
  k: number,
): number {
  const ci = Math.max(0, Math.min(ni - 1, i));
  const cj = Math.max(0, Math.min(nj - 1, j));
  const ck = Math.max(0, Math.min(nk - 1, k));
  const i0 = ci | 0;
  const j0 = cj | 0;
  const k0 = ck | 0;
  const at = i0 + ni * (j0 + nj * k0);
  const di = i0 + 1 < ni ? 1 : 0;
  const dj = j0 + 1 < nj ? ni : 0;
  const dk = k0 + 1 < nk ? ni * nj : 0;
  const fi = ci - i0;
  const fj = cj - j0;
  const fk = ck - k0;
  const a0 = scalars[at] as number;
  const a = a0 + fi * ((scalars[at + di] as number) - a0);
  const b0 = scalars[at + dj] as number;
  const b = b0 + fi * ((scalars[at + dj + di] as number) - b0);
  const c0 = scalars[at + dk] as number;
  const c = c0 + fi * ((scalars[at + dk + di] as number) - c0);
  const d0 = scalars[at + dk + dj] as number;
  const d = d0 + fi * ((scalars[at + dk + dj + di] as number) - d0);
  const low = a + fj * (b - a);
  return low + fk * (c + fj * (d - c) - low);
}

/** Writes the displacements of a row of the picture, R, A, S of each pixel. */
function displacementRows(
  field: NonNullable<SpatialTransform['field']>,
  grid: SliceGrid,
): (y: number, into: Float64Array) => void {
  const ijkFromRas = invert(field.rasFromIjk);
  const start = transform(ijkFromRas, grid.origin);
  const right = transformVector(ijkFromRas, grid.right);
  const down = transformVector(ijkFromRas, grid.down);
  const axis = ([0, 1, 2] as const).find((each) =>
    right.every((value, other) => other === each || Math.abs(value) * grid.width < 1e-6),
  );
  if (axis === undefined) {
    const at = displacementAt(field);
    const { origin, right: across, down: along } = grid;
    return (y, into) => {
      for (let x = 0; x < grid.width; x++) {
        const place = (n: 0 | 1 | 2) => origin[n] + x * across[n] + y * along[n];
        into.set(at([place(0), place(1), place(2)]), 3 * x);
      }
    };
  }
  const { dims, mm } = field;
  const strides = [3, 3 * dims[0], 3 * dims[0] * dims[1]] as const;
  const [u, v] = ([0, 1, 2] as const).filter((each) => each !== axis) as [0 | 1 | 2, 0 | 1 | 2];
  const count = dims[axis];
  const line = new Float64Array(3 * count);
  // Between which two of the field's points each pixel of a row lies; the rows of the picture may lean along the axis.
  const firstAt = new Int32Array(grid.width);
  const shareAt = new Float64Array(grid.width);
  const columns = (from: number) => {
    for (let x = 0; x < grid.width; x++) {
      const held = Math.max(0, Math.min(count - 1, from + x * right[axis]));
      const first = Math.min(Math.floor(held), Math.max(0, count - 2));
      firstAt[x] = 3 * first;
      shareAt[x] = held - first;
    }
  };
  columns(start[axis]);
  const next = count > 1 ? 3 : 0;
  const between = (place: number, size: number) => {
    const held = Math.max(0, Math.min(size - 1, place));
    const first = Math.min(Math.floor(held), Math.max(0, size - 2));
    return [first, held - first, size > 1 ? 1 : 0] as const;
  };
  return (y, into) => {
    const [u0, fu, du] = between(start[u] + y * down[u], dims[u]);
    const [v0, fv, dv] = between(start[v] + y * down[v], dims[v]);
    const base = u0 * strides[u] + v0 * strides[v];
    const [toU, toV] = [du * strides[u], dv * strides[v]];
    for (let n = 0; n < count; n++)
      for (let c = 0; c < 3; c++) {
        const at = base + n * strides[axis] + c;
        const low = (mm[at] as number) + fu * ((mm[at + toU] as number) - (mm[at] as number));
        const high = (mm[at + toV] as number) + fu * ((mm[at + toV + toU] as number) - (mm[at + toV] as number));
        line[3 * n + c] = low + fv * (high - low);
      }
    if (down[axis] !== 0) columns(start[axis] + y * down[axis]);
    for (let x = 0; x < grid.width; x++) {
      const at = firstAt[x] as number;
      const share = shareAt[x] as number;
      for (let c = 0; c < 3; c++) {
        const low = line[at + c] as number;
        into[3 * x + c] = low + share * ((line[at + next + c] as number) - low);
      }
    }
  };
}
