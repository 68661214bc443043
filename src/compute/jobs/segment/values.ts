import type { Volume } from '#core/volume/volume.ts';
import type { BitGrid, Mask } from './bitGrid.ts';

/** Calls `visit` with each voxel of the mask: its index and its place. The mask lies on the volume's own grid. */
export function forEachVoxel(
  grid: BitGrid,
  mask: Mask,
  visit: (n: number, i: number, j: number, k: number) => void,
): void {
  const [ni, nj, nk] = grid.dims;
  const words = grid.view(mask);
  const perRow = 2 * grid.words;
  for (let k = 0, at = 0; k < nk; k++)
    for (let j = 0; j < nj; j++, at += perRow) {
      const row = ni * (j + nj * k);
      for (let word = 0; word < perRow; word++) {
        let bits = words[at + word] as number;
        while (bits !== 0) {
          const i = 32 * word + 31 - Math.clz32(bits & -bits);
          bits &= bits - 1;
          visit(row + i, i, j, k);
        }
      }
    }
}

/** Counts of rescaled values in steps of 1 from LEAST; what is beyond the ends counts in the last bins. */
export interface ValueCounts {
  readonly counts: Uint32Array;
  readonly total: number;
}
const LEAST = -1100;
const BINS = 5300;

export function countValues(grid: BitGrid, volume: Volume, mask: Mask): ValueCounts {
  const { scalars, header } = volume;
  const { slope, intercept } = header;
  const counts = new Uint32Array(BINS);
  let total = 0;
  forEachVoxel(grid, mask, (n) => {
    const bin = Math.round(slope * (scalars[n] as number) + intercept) - LEAST;
    const clamped = bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
    counts[clamped] = (counts[clamped] as number) + 1;
    total++;
  });
  return { counts, total };
}

/** The value below which `share` of the voxels lie; NaN where there are none. */
export function percentile({ counts, total }: ValueCounts, share: number): number {
  if (total === 0) return Number.NaN;
  let seen = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    seen += counts[bin] as number;
    if (seen >= share * total) return bin + LEAST;
  }
  return counts.length - 1 + LEAST;
}

/** Median of |v(i + 1) − v(i − 1)|: how rough the values are, noise or texture. */
export function roughness(grid: BitGrid, volume: Volume, mask: Mask): number {
  const { scalars, header } = volume;
  const [ni] = grid.dims;
  const scale = Math.abs(header.slope);
  const counts = new Uint32Array(4096);
  let total = 0;
  forEachVoxel(grid, mask, (n, i) => {
    if (i === 0 || i === ni - 1) return;
    const step = Math.min(4095, Math.round(scale * Math.abs((scalars[n + 1] as number) - (scalars[n - 1] as number))));
    counts[step] = (counts[step] as number) + 1;
    total++;
  });
  let seen = 0;
  for (let step = 0; step < counts.length; step++) {
    seen += counts[step] as number;
    if (total > 0 && seen >= total / 2) return step;
  }
  return 0;
}
