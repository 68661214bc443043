import type { Dims } from '#core/volume/volume.ts';

/**
 * 95th percentile of the distances from each set's surface voxels to the nearest surface voxel of the other, both ways together, in mm.
 * NaN where a set is empty.
 * Distances by Felzenszwalb & Huttenlocher, Distance Transforms of Sampled Functions, 2012.
 */
export function hausdorff95(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  dims: Dims,
  spacing: readonly [number, number, number],
): number {
  const [first, second] = [surfaceOf(a, dims), surfaceOf(b, dims)];
  const toFirst = squaredDistances(first, dims, spacing);
  const toSecond = squaredDistances(second, dims, spacing);
  const found: number[] = [];
  for (let n = 0; n < first.length; n++) {
    if (first[n]) found.push(toSecond[n] as number);
    if (second[n]) found.push(toFirst[n] as number);
  }
  found.sort((x, y) => x - y);
  const at = found[Math.floor(0.95 * (found.length - 1))];
  return at === undefined || !Number.isFinite(at) ? Number.NaN : Math.sqrt(at);
}

/** Voxels of the set with a neighbour by a face outside it, the grid's border being outside. */
function surfaceOf(set: ArrayLike<number>, [ni, nj, nk]: Dims): Uint8Array {
  const surface = new Uint8Array(ni * nj * nk);
  for (let k = 0, n = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++, n++) {
        if (!set[n]) continue;
        const inner = i > 0 && j > 0 && k > 0 && i < ni - 1 && j < nj - 1 && k < nk - 1;
        const plane = ni * nj;
        if (!inner || !(set[n - 1] && set[n + 1] && set[n - ni] && set[n + ni] && set[n - plane] && set[n + plane]))
          surface[n] = 1;
      }
  return surface;
}

function squaredDistances(set: Uint8Array, dims: Dims, spacing: readonly [number, number, number]): Float64Array {
  const distances = new Float64Array(set.length);
  for (let n = 0; n < set.length; n++) distances[n] = set[n] ? 0 : Infinity;
  const strides = [1, dims[0], dims[0] * dims[1]] as const;
  for (const axis of [0, 1, 2] as const) {
    const [b, c] = [0, 1, 2].filter((other) => other !== axis) as [0 | 1 | 2, 0 | 1 | 2];
    for (let y = 0; y < dims[c]; y++)
      for (let x = 0; x < dims[b]; x++)
        alongLine(distances, x * strides[b] + y * strides[c], strides[axis], dims[axis], spacing[axis]);
  }
  return distances;
}

/** Lower envelope of the parabolas that stand on one line. */
function alongLine(values: Float64Array, start: number, stride: number, count: number, mm: number): void {
  const feet: number[] = [];
  const from: number[] = [];
  const height = (n: number) => values[start + n * stride] as number;
  for (let n = 0; n < count; n++) {
    if (height(n) === Infinity) continue;
    let begins = -Infinity;
    while (feet.length > 0) {
      const last = feet.at(-1) as number;
      begins = (height(n) - height(last) + mm * mm * (n * n - last * last)) / (2 * mm * mm * (n - last));
      if (begins > (from.at(-1) as number)) break;
      feet.pop();
      from.pop();
      begins = -Infinity;
    }
    feet.push(n);
    from.push(begins);
  }
  if (feet.length === 0) return;
  const heights = feet.map(height);
  for (let n = 0, at = 0; n < count; n++) {
    while (at + 1 < feet.length && (from[at + 1] as number) <= n) at++;
    values[start + n * stride] = (heights[at] as number) + (mm * (n - (feet[at] as number))) ** 2;
  }
}
