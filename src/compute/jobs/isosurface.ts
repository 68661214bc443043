import { type IsosurfaceGrid, type SlabKernel, slabKernel, storedLevel } from '#compute/jobs/isosurfaceKernel.ts';
import { type MeshMemory, meshMemory, slabLayout } from '#compute/jobs/isosurfaceLayout.ts';
import { transferring } from '#compute/protocol.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { allocateScalars, type Dims } from '#core/volume/volume.ts';

export type { IsosurfaceGrid } from '#compute/jobs/isosurfaceKernel.ts';

/** Of each plane of a slab: its vertices, and the triangles between it and the next. */
export interface SlabCounts {
  readonly vertices: Uint32Array<ArrayBufferLike>;
  readonly triangles: Uint32Array<ArrayBufferLike>;
}

/** Work goes on for this long before a step is told: short enough to be cancelled at once. */
const STEP_MS = 12;

/** Counts planes [from, to). The grid's scalars hold the plane after them too, where there is one. */
export async function* isosurfaceCounts(
  grid: IsosurfaceGrid,
  iso: number,
  from: number,
  to: number,
): AsyncSteps<SlabCounts> {
  const counts = { vertices: new Uint32Array(to - from), triangles: new Uint32Array(to - from) };
  const level = storedLevel(grid, iso);
  if (!level) return counts;
  const kernel = await slabKernel(grid, level);
  for (const done of runs(kernel, from, to, false)) {
    for (let k = done.from; k < done.to; k++) {
      counts.vertices[k - from] = kernel.number(k, 0);
      counts.triangles[k - from] = kernel.countTriangles(k);
    }
    if (done.tell) yield { stage: 'isosurface', done: done.to - from, of: 2 * (to - from) };
  }
  return counts;
}

/** A share of a mesh: planes [from, to), and the vertices and triangles that it may write. */
export interface Share {
  readonly from: number;
  readonly to: number;
  readonly firstVertex: number;
  readonly endVertex: number;
  readonly firstTriangle: number;
  readonly endTriangle: number;
}

/**
 * Meshes planes into their place in a shared mesh, in part `part` of its memory. Vertices of plane `to` are the next share's, and
 * numbered as its first. The grid's scalars are shared, and hold all planes.
 * @returns the numbers after the last vertex and triangle; null where the share is too small (what it holds is then of no use)
 */
export async function* isosurfaceShare(
  grid: IsosurfaceGrid,
  iso: number,
  share: Share,
  of: MeshMemory,
  part: number,
): AsyncSteps<{ readonly vertices: number; readonly triangles: number } | null> {
  const level = storedLevel(grid, iso);
  if (!level) return { vertices: share.firstVertex, triangles: share.firstTriangle };
  const kernel = await slabKernel(grid, level, { of, part });
  return yield* meshShare(kernel, grid.dims, share, kernel.mesh as Mesh);
}

async function* meshShare(
  kernel: SlabKernel,
  [ni, nj, nk]: Dims,
  { from, to, ...share }: Share,
  target: Mesh,
): AsyncSteps<{ readonly vertices: number; readonly triangles: number } | null> {
  const mostTriangles = 5 * (ni - 1) * (nj - 1);
  let vertex = share.firstVertex;
  let triangle = share.firstTriangle;
  for (const run of runs(kernel, from, to, true)) {
    let end = kernel.number(run.from, vertex);
    for (let k = run.from; k < run.to; k++) {
      const after = end;
      if (k + 1 < nk) end = kernel.number(k + 1, after);
      if (after > share.endVertex) return null;
      // In place writes run over by up to three, which later planes of this share put right; its last planes are copied.
      if (kernel.mesh && after + 3 <= share.endVertex) kernel.verticesInPlace(k, vertex);
      else if (after > vertex) {
        const { positions, normals } = kernel.vertices(k, vertex);
        target.positions.set(positions, 3 * vertex);
        target.normals.set(normals, 3 * vertex);
      }
      vertex = after;
      if (k + 1 === nk) continue;
      const room = share.endTriangle - triangle;
      const count = room >= mostTriangles + 3 ? mostTriangles : kernel.countTriangles(k);
      if (count > room) return null;
      if (kernel.mesh && count + 3 <= room) triangle += kernel.trianglesInPlace(k, triangle);
      else {
        const triangles = kernel.triangles(k, triangle);
        target.triangles.set(triangles, 3 * triangle);
        triangle += triangles.length / 3;
      }
    }
    if (run.tell) yield { stage: 'isosurface', done: to - from + run.to - from, of: 2 * (to - from) };
  }
  return { vertices: vertex, triangles: triangle };
}

/** Isosurface of a whole grid by one worker: see isosurface in src/compute. The arrays are the caller's own, exactly as long as they say. */
export function isosurfaceOf(grid: IsosurfaceGrid, iso: number): AsyncSteps<Mesh> {
  return isosurfacePart(grid, iso, 0, grid.dims[2]);
}

/** Planes [from, to) of it, numbered from 0: numbers from the part's own vertex count on are the next part's first vertices. */
export async function* isosurfacePart(grid: IsosurfaceGrid, iso: number, from: number, to: number): AsyncSteps<Mesh> {
  const counts = yield* isosurfaceCounts(grid, iso, from, to);
  const vertices = counts.vertices.reduce((sum, count) => sum + count, 0);
  const triangles = counts.triangles.reduce((sum, count) => sum + count, 0);
  const mesh = {
    positions: new Float32Array(3 * vertices),
    normals: new Float32Array(3 * vertices),
    triangles: new Uint32Array(3 * triangles),
  };
  const level = storedLevel(grid, iso);
  if (level && vertices > 0) {
    const share = { from, to, firstVertex: 0, endVertex: vertices, firstTriangle: 0, endTriangle: triangles };
    yield* meshShare(await slabKernel(grid, level), grid.dims, share, mesh);
  }
  return transferring(mesh, [mesh.positions.buffer, mesh.normals.buffer, mesh.triangles.buffer]);
}

/**
 * Loads the kernels and works until they are compiled for speed (some 80 ms), so that the first surface does not wait for that.
 * `shared`: the one that surfaces are written in place with, else the one of private memory.
 */
export async function* isosurfaceReady(shared: boolean): AsyncSteps<null> {
  const [n, rounds, types] = [48, 6, ['u8', 'i16', 'f32'] as const];
  const dims: Dims = [n, n, n];
  const rasFromIjk = { to: 'ras', from: 'ijk', m: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] } as const;
  const room = { firstVertex: 0, endVertex: 3 * n ** 3, firstTriangle: 0, endTriangle: 5 * n ** 3 };
  const partBytes = slabLayout(dims, 'f32', 0).end;
  const memory = shared ? meshMemory(1, partBytes, room.endVertex, room.endTriangle) : undefined;
  for (const type of types) {
    const scalars = allocateScalars(type, n ** 3, false);
    for (let at = 0; at < scalars.length; at++) scalars[at] = (at * 37 + (at >> 5) * 101) & 255;
    const grid: IsosurfaceGrid = { scalars, dims, rasFromIjk, slope: 1, intercept: 0 };
    for (let round = 0; round < rounds; round++) {
      if (memory) {
        yield* isosurfaceCounts(grid, 128, 0, n);
        yield* isosurfaceShare(grid, 128, { from: 0, to: n, ...room }, memory, 0);
      } else yield* isosurfaceOf(grid, 128);
      yield { stage: 'prepare', done: round + 1 + rounds * types.indexOf(type), of: rounds * types.length };
    }
  }
  return null;
}

/** Loads run after run of planes; `tell` when it is time for a step. */
function* runs(
  kernel: SlabKernel,
  from: number,
  to: number,
  withNeighbours: boolean,
): Generator<{ readonly from: number; readonly to: number; readonly tell: boolean }> {
  let told = performance.now();
  for (let at = from; at < to; at += kernel.planesAtOnce) {
    const end = Math.min(to, at + kernel.planesAtOnce);
    kernel.load(at, end, withNeighbours);
    const now = performance.now();
    const tell = now - told > STEP_MS;
    if (tell) told = now;
    yield { from: at, to: end, tell };
  }
}
