import { type Affine, affine, multiply } from '#core/space/affine.ts';
import type { Dims, Volume } from '#core/volume/volume.ts';

/** A volume at every step-th voxel, as rescaled values, with one voxel of `outside` around it. */
export interface CoarseGrid {
  readonly step: number;
  readonly dims: Dims;
  readonly values: Float32Array<ArrayBuffer>;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
}

/** About this many voxels make a first picture within milliseconds. */
const GOAL = 150_000;

/** Samples voxels, it does not average them: what is drawn lies at true voxels, and one read per sample is all it costs. */
export function coarseGrid({ header, scalars }: Volume, outside: number): CoarseGrid {
  const [ni, nj, nk] = header.dims;
  const step = Math.max(1, Math.ceil(Math.cbrt((ni * nj * nk) / GOAL)));
  const inner = header.dims.map((n) => Math.floor((n - 1) / step) + 1) as unknown as Dims;
  const dims: Dims = [inner[0] + 2, inner[1] + 2, inner[2] + 2];
  const values = new Float32Array(dims[0] * dims[1] * dims[2]).fill(outside);
  const { slope, intercept } = header;
  for (let k = 0; k < inner[2]; k++)
    for (let j = 0; j < inner[1]; j++) {
      const from = ni * (step * j + nj * step * k);
      const to = 1 + dims[0] * (j + 1 + dims[1] * (k + 1));
      for (let i = 0; i < inner[0]; i++) values[to + i] = slope * (scalars[from + step * i] as number) + intercept;
    }
  const toFine = affine('ijk', 'ijk', [step, 0, 0, 0, 0, step, 0, 0, 0, 0, step, 0, -step, -step, -step, 1]);
  return { step, dims, values, rasFromIjk: multiply(header.rasFromIjk, toFine) };
}

/** Otsu's threshold over 256 bins between the 0.1 and 99.9 percentiles. Otsu 1979. */
export function otsuOf(values: Float32Array<ArrayBuffer>): number {
  // Sorting is what costs: 16,000 are enough for percentiles and 256 bins.
  const step = Math.max(1, Math.floor(values.length / 16_000));
  const sample = values.filter((_, n) => n % step === 0).sort();
  const low = sample[Math.floor(0.001 * sample.length)] as number;
  const high = sample[Math.floor(0.999 * (sample.length - 1))] as number;
  if (!(high > low)) return low;
  const bins = new Float64Array(256);
  for (const value of sample) {
    const bin = Math.min(255, Math.max(0, Math.floor((256 * (value - low)) / (high - low))));
    bins[bin] = (bins[bin] as number) + 1;
  }
  let total = 0;
  for (let n = 0; n < 256; n++) total += n * (bins[n] as number);
  let below = 0;
  let sumBelow = 0;
  let best = 0;
  let found = 0;
  for (let n = 0; n < 256; n++) {
    below += bins[n] as number;
    sumBelow += n * (bins[n] as number);
    const above = sample.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sumBelow / below - (total - sumBelow) / above) ** 2;
    if (between > best) {
      best = between;
      found = n;
    }
  }
  return low + ((found + 1) * (high - low)) / 256;
}

/**
 * Leaves the largest connected part (6 neighbours) of what is at or above `iso`; the rest becomes `outside`.
 * In place. The table and specks go; so small a grid needs no kernel.
 */
export function keepLargest({ dims, values }: Pick<CoarseGrid, 'dims' | 'values'>, iso: number, outside: number): void {
  const [ni, nj] = dims;
  const label = new Int32Array(values.length);
  const stack = new Int32Array(values.length);
  const steps = [1, -1, ni, -ni, ni * nj, -ni * nj];
  let count = 0;
  let largest = 0;
  let largestSize = 0;
  for (let seed = 0; seed < values.length; seed++) {
    if (label[seed] !== 0 || !((values[seed] as number) >= iso)) continue;
    count++;
    let size = 0;
    let top = 0;
    stack[top++] = seed;
    label[seed] = count;
    while (top > 0) {
      const at = stack[--top] as number;
      size++;
      // The grid has a border of `outside`, so no step leaves it.
      for (const step of steps) {
        const next = at + step;
        if (label[next] !== 0 || !((values[next] as number) >= iso)) continue;
        label[next] = count;
        stack[top++] = next;
      }
    }
    if (size > largestSize) [largest, largestSize] = [count, size];
  }
  for (let n = 0; n < values.length; n++) if (label[n] !== 0 && label[n] !== largest) values[n] = outside;
}
