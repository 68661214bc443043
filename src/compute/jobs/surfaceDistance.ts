import { ensureBytes, loadKernel } from '#compute/loadKernel.ts';
import type { AsyncSteps } from '#core/steps.ts';

type Pointer = number;

/** src/kernels/meshDistance.ts */
interface Kernel {
  pieces(triangles: Pointer, count: number, roots: Pointer, vertices: number): void;
  pieceSizes(triangles: Pointer, count: number, roots: Pointer, sizes: Pointer): void;
  runningAreas(
    ...args: [
      ...[triangles: Pointer, count: number, positions: Pointer, roots: Pointer, sizes: Pointer],
      ...[smallest: number, sums: Pointer],
    ]
  ): number;
  spreadPoints(
    ...args: [triangles: Pointer, positions: Pointer, sums: Pointer, total: number, points: Pointer, count: number]
  ): void;
  setGrid(x: number, y: number, z: number, cell: number, nx: number, ny: number, nz: number): void;
  gridTriangles(
    ...args: [
      ...[triangles: Pointer, first: number, end: number, positions: Pointer, starts: Pointer],
      ...[list: Pointer, fill: number],
    ]
  ): void;
  startsFromCounts(starts: Pointer, cells: number): number;
  distances(
    ...args: [
      ...[points: Pointer, first: number, end: number, triangles: Pointer, positions: Pointer],
      ...[ends: Pointer, list: Pointer, target: Pointer],
    ]
  ): void;
}

export interface Surface {
  /** RAS mm, 3 per vertex. */
  readonly positions: Float32Array<ArrayBufferLike>;
  readonly triangles: Uint32Array<ArrayBufferLike>;
}

export interface SurfaceDistance {
  readonly p99Mm: number;
  readonly p999Mm: number;
  readonly maxMm: number;
  readonly meanMm: number;
  readonly samples: number;
}

let loaded: Promise<{ exports: Kernel; memory: WebAssembly.Memory }> | undefined;

/**
 * Distances from points spread evenly over the area of `from` to the surface `to`, exact, in mm.
 * @param smallest pieces of `from` (joined by vertices) with fewer triangles are left out
 * @param cellMm how fine the grid over `to` is; of no effect on the result
 */
export async function* surfaceDistance(
  from: Surface,
  to: Surface,
  samples: number,
  smallest: number,
  cellMm: number,
): AsyncSteps<SurfaceDistance> {
  loaded ??= loadKernel<Kernel>('meshDistance', 2);
  const { exports: kernel, memory } = await loaded;
  const align = (pointer: number) => (pointer + 15) & ~15;
  const step = { stage: 'distance', done: 0, of: 1 };

  // The points first; what only they need is written over afterwards.
  const points = 65536;
  const target = align(points + samples * 12);
  const start = align(target + samples * 4);
  const fromCount = from.triangles.length / 3;
  const vertices = from.positions.length / 3;
  const [triangles, positions] = [start, align(start + from.triangles.length * 4)];
  const roots = align(positions + from.positions.length * 4);
  const sizes = align(roots + vertices * 4);
  const sums = align(sizes + vertices * 4);
  ensureBytes(memory, sums + fromCount * 8);
  copyIn(memory, from, triangles, positions);
  yield step;
  if (smallest > 0) {
    kernel.pieces(triangles, fromCount, roots, vertices);
    new Uint32Array(memory.buffer, sizes, vertices).fill(0);
    kernel.pieceSizes(triangles, fromCount, roots, sizes);
    yield step;
  }
  const total = kernel.runningAreas(triangles, fromCount, positions, smallest > 0 ? roots : 0, sizes, smallest, sums);
  if (!(total > 0) || to.triangles.length === 0) {
    const far = to.triangles.length === 0 && total > 0 ? Infinity : 0;
    return { p99Mm: far, p999Mm: far, maxMm: far, meanMm: far, samples: 0 };
  }
  kernel.spreadPoints(triangles, positions, sums, total, points, samples);
  yield step;

  const toCount = to.triangles.length / 3;
  const { low, dims, cell } = gridOver(to.positions, cellMm);
  const cells = dims[0] * dims[1] * dims[2];
  const toPositions = align(start + to.triangles.length * 4);
  const starts = align(toPositions + to.positions.length * 4);
  const list = align(starts + (cells + 1) * 4);
  ensureBytes(memory, list);
  copyIn(memory, to, start, toPositions);
  new Uint32Array(memory.buffer, starts, cells + 1).fill(0);
  kernel.setGrid(...low, cell, ...dims);
  const chunk = 1 << 19;
  for (const fill of [0, 1]) {
    for (let first = 0; first < toCount; first += chunk) {
      kernel.gridTriangles(start, first, Math.min(toCount, first + chunk), toPositions, starts, list, fill);
      yield step;
    }
    if (fill === 0) ensureBytes(memory, list + 4 * kernel.startsFromCounts(starts, cells));
  }
  for (let first = 0; first < samples; first += 2048) {
    kernel.distances(points, first, Math.min(samples, first + 2048), start, toPositions, starts, list, target);
    yield { stage: 'distance', done: first, of: samples };
  }
  const sorted = new Float32Array(memory.buffer, target, samples).slice().sort();
  const quantile = (share: number) => sorted[Math.min(samples - 1, Math.floor(share * samples))] as number;
  const meanMm = sorted.reduce((sum, distance) => sum + distance, 0) / samples;
  return { p99Mm: quantile(0.99), p999Mm: quantile(0.999), maxMm: quantile(1), meanMm, samples };
}

function copyIn(memory: WebAssembly.Memory, surface: Surface, triangles: Pointer, positions: Pointer): void {
  new Uint32Array(memory.buffer, triangles, surface.triangles.length).set(surface.triangles);
  new Float32Array(memory.buffer, positions, surface.positions.length).set(surface.positions);
}

/** A grid over the vertices' box with cells of about `cellMm`, four million of them at most. */
function gridOver(positions: Float32Array<ArrayBufferLike>, cellMm: number) {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let n = 0; n < positions.length; n += 3)
    for (const c of [0, 1, 2] as const) {
      const at = positions[n + c] as number;
      if (at < low[c]) low[c] = at;
      if (at > high[c]) high[c] = at;
    }
  const size = [0, 1, 2].map((c) => Math.max(1e-6, (high[c] as number) - (low[c] as number)));
  const volume = (size[0] as number) * (size[1] as number) * (size[2] as number);
  const cell = Math.max(cellMm, Math.cbrt(volume / 4e6), Math.max(...size) / 4096);
  const dims = size.map((length) => Math.max(1, Math.ceil(length / cell))) as [number, number, number];
  return { low, dims, cell };
}
