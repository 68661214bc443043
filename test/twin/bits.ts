import type { Dims } from '#core/volume/volume.ts';

/** Plain twins of the bit kernels: one byte per voxel, i-fastest, every definition written out. */
export type Voxels = Uint8Array;

const index = ([ni, nj]: Dims, i: number, j: number, k: number) => i + ni * (j + nj * k);
const inside = ([ni, nj, nk]: Dims, i: number, j: number, k: number) =>
  i >= 0 && j >= 0 && k >= 0 && i < ni && j < nj && k < nk;

function forEach([ni, nj, nk]: Dims, visit: (i: number, j: number, k: number) => void): void {
  for (let k = 0; k < nk; k++) for (let j = 0; j < nj; j++) for (let i = 0; i < ni; i++) visit(i, j, k);
}

/** 1 where slope · stored + intercept is in [lower, upper]. */
export function threshold(
  scalars: ArrayLike<number>,
  slope: number,
  intercept: number,
  lower: number,
  upper: number,
): Voxels {
  return Uint8Array.from(scalars, (stored) => {
    const value = slope * stored + intercept;
    return value >= lower && value <= upper ? 1 : 0;
  });
}

/** Offsets whose distance in mm is at most the radius. */
export function ballOffsets(spacing: readonly number[], radius: number): [number, number, number][] {
  const reach = spacing.map((mm) => Math.ceil(radius / mm));
  const offsets: [number, number, number][] = [];
  const [ri, rj, rk] = reach as [number, number, number];
  for (let k = -rk; k <= rk; k++)
    for (let j = -rj; j <= rj; j++)
      for (let i = -ri; i <= ri; i++) {
        const mm2 = [i, j, k].reduce((sum, n, axis) => sum + (n * (spacing[axis] as number)) ** 2, 0);
        if (mm2 <= radius ** 2 * (1 + 1e-6)) offsets.push([i, j, k]);
      }
  return offsets;
}

export function dilate(voxels: Voxels, dims: Dims, offsets: readonly [number, number, number][]): Voxels {
  const target = new Uint8Array(voxels.length);
  forEach(dims, (i, j, k) => {
    if (voxels[index(dims, i, j, k)] === 0) return;
    for (const [di, dj, dk] of offsets)
      if (inside(dims, i + di, j + dj, k + dk)) target[index(dims, i + di, j + dj, k + dk)] = 1;
  });
  return target;
}

/** Set where every voxel of the grid under the element is set. */
export function erode(voxels: Voxels, dims: Dims, offsets: readonly [number, number, number][]): Voxels {
  const target = new Uint8Array(voxels.length);
  forEach(dims, (i, j, k) => {
    const held = offsets.every(
      ([di, dj, dk]) => !inside(dims, i + di, j + dj, k + dk) || voxels[index(dims, i + di, j + dj, k + dk)] === 1,
    );
    target[index(dims, i, j, k)] = held ? 1 : 0;
  });
  return target;
}

/** Closing in a space that goes on, empty, beyond the grid. */
export function close(voxels: Voxels, dims: Dims, offsets: readonly [number, number, number][]): Voxels {
  const margin = offsets.reduce((most, offset) => Math.max(most, ...offset.map(Math.abs)), 0);
  const wide: Dims = [dims[0] + 2 * margin, dims[1] + 2 * margin, dims[2] + 2 * margin];
  const padded = new Uint8Array(wide[0] * wide[1] * wide[2]);
  forEach(dims, (i, j, k) => {
    padded[index(wide, i + margin, j + margin, k + margin)] = voxels[index(dims, i, j, k)] as number;
  });
  const closed = erode(dilate(padded, wide, offsets), wide, offsets);
  const target = new Uint8Array(voxels.length);
  forEach(dims, (i, j, k) => {
    target[index(dims, i, j, k)] = closed[index(wide, i + margin, j + margin, k + margin)] as number;
  });
  return target;
}

/** Component of each voxel, 1, 2, … in the order of first voxels, 0 outside, by flooding. */
export function label(voxels: Voxels, dims: Dims, connected: (d: [number, number, number]) => boolean): Int32Array {
  const steps: [number, number, number][] = [];
  for (let k = -1; k <= 1; k++)
    for (let j = -1; j <= 1; j++)
      for (let i = -1; i <= 1; i++) if ((i || j || k) && connected([i, j, k])) steps.push([i, j, k]);
  const labels = new Int32Array(voxels.length);
  let next = 0;
  forEach(dims, (i, j, k) => {
    if (voxels[index(dims, i, j, k)] === 0 || labels[index(dims, i, j, k)] !== 0) return;
    labels[index(dims, i, j, k)] = ++next;
    const stack = [[i, j, k] as [number, number, number]];
    for (let at = stack.pop(); at; at = stack.pop())
      for (const [di, dj, dk] of steps) {
        const [a, b, c] = [at[0] + di, at[1] + dj, at[2] + dk];
        if (!inside(dims, a, b, c)) continue;
        const n = index(dims, a, b, c);
        if (voxels[n] === 0 || labels[n] !== 0) continue;
        labels[n] = next;
        stack.push([a, b, c]);
      }
  });
  return labels;
}
