import { VesaliusError } from '#core/errors.ts';
import { type Affine, affine, invert, multiply, transform, type Vector3 } from '#core/space/affine.ts';
import type { Steps } from '#core/steps.ts';
import type { Dims, Volume } from '#core/volume/volume.ts';
import { trilinear } from './sampling.ts';

/**
 * A scan brought down to a bounded grid for registering: rescaled values on cubes, axes at right angles along the scan's own,
 * values cut at the range that holds all but 0.1 % at either end.
 */
export interface WorkingCopy {
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  readonly spacingMm: number;
  readonly values: Float32Array<ArrayBuffer>;
  /** What was cut: [lowest, highest] rescaled value kept. */
  readonly range: readonly [number, number];
}

/** A box in the scan's RAS mm; what lies outside it is not looked at. */
export type Region = readonly [min: Vector3, max: Vector3];

/**
 * The first timepoint of `volume` with at most `most` voxels along an axis. Fine voxels are averaged in blocks before they are
 * interpolated, so that nothing finer than the new grid folds into it. A sheared scan gets a grid at right angles around it;
 * where the scan has nothing, the lowest value stands.
 */
export function* workingCopy(volume: Volume, most: number, region: Region | null, stage: string): Steps<WorkingCopy> {
  const { header } = volume;
  const box = uprightBox(header.dims, header.rasFromIjk, region);
  const spacingMm = Math.max(Math.min(...header.spacing), Math.max(...box.lengths) / most);
  const dims = box.lengths.map((mm) => Math.max(2, Math.round(mm / spacingMm))) as unknown as Dims;
  const { axes } = box;
  // Centred in the box, whose length is rarely a whole number of voxels.
  const first = box.lengths.map((mm, c) => (box.lows[c] as number) + (mm - ((dims[c] as number) - 1) * spacingMm) / 2);
  const origin = [0, 1, 2].map((row) =>
    axes.reduce((sum, axis, c) => sum + (axis[row] as number) * (first[c] as number), 0),
  );
  const rasFromIjk = affine('ras', 'ijk', [
    ...axes.flatMap((axis) => [...axis.map((v) => v * spacingMm), 0]),
    ...origin,
    1,
  ]);
  const factors = header.spacing.map((mm) => Math.max(1, Math.floor(spacingMm / mm + 1e-6))) as unknown as Dims;
  const blocks = yield* blockMeans(volume, factors, stage);
  const range = robustRange(blocks.values);
  const [low, high] = range;
  const [ni, nj, nk] = dims;
  const values = new Float32Array(ni * nj * nk);
  const [bi, bj, bk] = blocks.dims;
  // From the new grid to the blocks: a block's centre is at the middle of its voxels.
  const fromIjk = multiply(
    affine('ijk', 'ijk', [
      ...[0, 1, 2].flatMap((c) => [0, 1, 2, 3].map((r) => (r === c ? 1 / (factors[c] as number) : 0))),
      ...factors.map((f) => (1 - f) / 2 / f),
      1,
    ]),
    multiply(invert(header.rasFromIjk), rasFromIjk),
  );
  let n = 0;
  for (let k = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++, n++) {
        const [x, y, z] = transform(fromIjk, [i, j, k]);
        const inside = x >= -0.5 && y >= -0.5 && z >= -0.5 && x <= bi - 0.5 && y <= bj - 0.5 && z <= bk - 0.5;
        const value = inside ? trilinear(blocks.values, bi, bj, bk, x, y, z) : low;
        // A hole in the scan is not a number, and takes the lowest value too.
        values[n] = value > low ? Math.min(value, high) : low;
      }
    if (k % 4 === 0) yield { stage, done: nk + k, of: 2 * nk };
  }
  return { dims, rasFromIjk, spacingMm, values, range };
}

/** The mean of each block of `factors` voxels, rescaled; blocks at the end hold what is left. */
function* blockMeans(
  { header, scalars }: Volume,
  [fi, fj, fk]: Dims,
  stage: string,
): Steps<{ dims: Dims; values: Float32Array<ArrayBuffer> }> {
  const [ni, nj, nk] = header.dims;
  const [bi, bj, bk] = [Math.ceil(ni / fi), Math.ceil(nj / fj), Math.ceil(nk / fk)];
  const values = new Float32Array(bi * bj * bk);
  const counts = new Float32Array(bi * bj);
  let start = 0;
  for (let b = 0; b < bk; b++) {
    const plane = values.subarray(b * bi * bj, (b + 1) * bi * bj);
    counts.fill(0);
    for (let k = b * fk; k < Math.min(nk, (b + 1) * fk); k++) {
      for (let j = 0; j < nj; j++) {
        const row = ni * (j + nj * k);
        const into = bi * Math.floor(j / fj);
        let at = into;
        let left = fi;
        for (let i = 0; i < ni; i++) {
          const value = scalars[row + i] as number;
          // A hole in the values (NaN, infinity) is no part of a mean.
          if (Number.isFinite(value)) {
            plane[at] = (plane[at] as number) + value;
            counts[at] = (counts[at] as number) + 1;
          }
          if (--left === 0) {
            at++;
            left = fi;
          }
        }
      }
      start += ni * nj;
      if (start > 1 << 19) {
        start = 0;
        yield { stage, done: b, of: 2 * bk };
      }
    }
    for (let n = 0; n < plane.length; n++) {
      const count = counts[n] as number;
      plane[n] = count > 0 ? header.slope * ((plane[n] as number) / count) + header.intercept : Number.NaN;
    }
  }
  return { dims: [bi, bj, bk], values };
}

/** The scan's box along its own axes made right-angled (Gram–Schmidt), cut to the region: lengths and low faces in mm. */
function uprightBox([ni, nj, nk]: Dims, rasFromIjk: Affine<'ras', 'ijk'>, region: Region | null) {
  const { m } = rasFromIjk;
  const column = (c: number) => [m[4 * c], m[4 * c + 1], m[4 * c + 2]] as number[];
  const a = unit(column(0));
  const b = unit(less(column(1), a));
  const c = unit(less(less(column(2), a), b));
  const axes = [a, b, c];
  const extent = (points: readonly (readonly number[])[]) =>
    axes.map((axis) => {
      const along = points.map((p) => dot(axis, p));
      return [Math.min(...along), Math.max(...along)] as const;
    });
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
    transform(rasFromIjk, [n & 1 ? ni - 0.5 : -0.5, n & 2 ? nj - 0.5 : -0.5, n & 4 ? nk - 0.5 : -0.5]),
  );
  const whole = extent(corners);
  const part = region
    ? extent(
        [0, 1, 2, 3, 4, 5, 6, 7].map((n) =>
          [0, 1, 2].map((axis) => (region[(n >> axis) & 1] as Vector3)[axis] as number),
        ),
      )
    : whole;
  const lows = whole.map(([low], n) => Math.max(low, part[n]?.[0] as number));
  const lengths = whole.map(([, high], n) => Math.min(high, part[n]?.[1] as number) - (lows[n] as number));
  if (!lengths.every((mm) => mm > 0)) {
    throw new VesaliusError({
      code: 'geometry',
      what: 'registration',
      where: 'region',
      expected: 'a box that meets the scan',
      got: JSON.stringify(region),
    });
  }
  return { axes, lows, lengths };
}

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, n) => sum + v * (b[n] as number), 0);
const unit = (a: readonly number[]) => a.map((v) => v / Math.hypot(...a));
const less = (a: readonly number[], axis: readonly number[]) => a.map((v, n) => v - dot(a, axis) * (axis[n] as number));

/** The values between which all but 0.1 % at either end lie, from a histogram of 4096 bins; values that are no numbers do not count. */
function robustRange(values: Float32Array): readonly [number, number] {
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (!(max > min)) return [count > 0 ? min : 0, count > 0 ? min : 0];
  const bins = new Uint32Array(4096);
  const scale = 4095.999 / (max - min);
  for (const value of values)
    if (!Number.isNaN(value))
      bins[Math.floor((value - min) * scale)] = (bins[Math.floor((value - min) * scale)] as number) + 1;
  const most = count / 1000;
  let [low, high] = [0, 4095];
  for (let sum = 0; low < high; low++) {
    sum += bins[low] as number;
    if (sum > most) break;
  }
  for (let sum = 0; high > low; high--) {
    sum += bins[high] as number;
    if (sum > most) break;
  }
  return [min + low / scale, Math.min(max, min + (high + 1) / scale)];
}
