import {
  type Counts,
  type IsosurfaceGrid,
  type SlabKernel,
  slabKernel,
  storedLevel,
} from '#compute/jobs/isosurfaceKernel.ts';
import {
  createLedger,
  enterCounts,
  isStopped,
  type Ledger,
  takeChunk,
  totalsBefore,
} from '#compute/jobs/isosurfaceLedger.ts';
import { type MeshMemory, meshMemory, slabLayout } from '#compute/jobs/isosurfaceLayout.ts';
import { transferring } from '#compute/protocol.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { allocateScalars, type Dims } from '#core/volume/volume.ts';

export type { IsosurfaceGrid } from '#compute/jobs/isosurfaceKernel.ts';

/** Work goes on for this long before a step is told: short enough to be cancelled at once. */
const STEP_MS = 12;
/** About so many planes tell how large a surface will be. */
const SAMPLED_PLANES = 12;

/** How large the surface is, roughly: some planes are counted. */
export async function* isosurfaceSample(grid: IsosurfaceGrid, iso: number): AsyncSteps<Counts> {
  const level = storedLevel(grid, iso);
  if (!level) return { vertices: 0, triangles: 0 };
  const kernel = await slabKernel(grid, level);
  const planes = grid.dims[2];
  const step = Math.max(1, Math.floor(planes / SAMPLED_PLANES));
  let [vertices, triangles, sampled] = [0, 0, 0];
  for (let k = step >> 1; k < planes; k += step, sampled++) {
    kernel.load(k, k + 1, false);
    const counts = kernel.count(true);
    vertices += counts.vertices;
    triangles += counts.triangles;
    yield { stage: 'isosurface', done: 0, of: 2 * planes };
  }
  return { vertices: (vertices * planes) / sampled, triangles: (triangles * planes) / sampled };
}

/**
 * Meshes the chunks of planes that it can take into their place in a shared mesh, working in part `part` of its memory. Where the mesh
 * has too little room, the chunks are counted alone. The grid's scalars are shared, and hold all planes.
 * @param alone nobody else takes chunks, so that none need be counted before it is written
 */
export async function* isosurfaceShare(
  grid: IsosurfaceGrid,
  iso: number,
  ledger: Ledger,
  of: MeshMemory,
  part: number,
  alone: boolean,
): AsyncSteps<null> {
  const level = storedLevel(grid, iso);
  if (!level) return null;
  const kernel = await slabKernel(grid, level, { of, part });
  const planes = grid.dims[2];
  const step = { stage: 'isosurface', done: 0, of: 2 * planes };
  let told = performance.now();
  for (let chunk = takeChunk(ledger); chunk !== undefined; chunk = takeChunk(ledger)) {
    const from = chunk * kernel.planesAtOnce;
    const to = Math.min(planes, from + kernel.planesAtOnce);
    kernel.load(from, to, true);
    let counts = kernel.count(!alone);
    let first = alone ? totalsBefore(ledger, chunk) : enterCounts(ledger, chunk, counts);
    while (!first) {
      if (isStopped(ledger)) return null;
      yield step;
      first = enterCounts(ledger, chunk, counts);
    }
    if (alone && !fits(first, counts, of)) counts = kernel.count(true);
    const room = fits(first, counts, of);
    if (room) {
      const triangles = kernel.write(first, sum(first, counts));
      if (alone) counts = { ...counts, triangles };
    }
    if (alone) enterCounts(ledger, chunk, counts);
    step.done += (room ? 2 : 1) * (to - from);
    const now = performance.now();
    if (now - told < STEP_MS) continue;
    told = now;
    yield step;
  }
  return null;
}

function sum(a: Counts, b: Counts): Counts {
  return { vertices: a.vertices + b.vertices, triangles: a.triangles + b.triangles };
}
function fits(first: Counts, more: Counts, { vertexRoom, triangleRoom }: MeshMemory): boolean {
  const end = sum(first, more);
  return end.vertices <= vertexRoom && end.triangles <= triangleRoom;
}

/** Isosurface of a whole grid by one worker: see isosurface in src/compute. The arrays are the caller's own, exactly as long as they say. */
export function isosurfaceOf(grid: IsosurfaceGrid, iso: number): AsyncSteps<Mesh> {
  return isosurfacePart(grid, iso, 0, grid.dims[2]);
}

/** Planes [from, to) of it, numbered from 0: numbers from the part's own vertex count on are the next part's first vertices. */
export async function* isosurfacePart(grid: IsosurfaceGrid, iso: number, from: number, to: number): AsyncSteps<Mesh> {
  const level = storedLevel(grid, iso);
  const kernel = level ? await slabKernel(grid, level) : undefined;
  const planes = to - from;
  let [vertices, triangles] = [0, 0];
  for (const run of kernel ? runs(kernel, from, to, false) : []) {
    const counts = run.kernel.count(true);
    vertices += counts.vertices;
    triangles += counts.triangles;
    if (run.tell) yield { stage: 'isosurface', done: run.to - from, of: 2 * planes };
  }
  const mesh = {
    positions: new Float32Array(3 * vertices),
    normals: new Float32Array(3 * vertices),
    triangles: new Uint32Array(3 * triangles),
  };
  let [vertex, corner] = [0, 0];
  for (const run of kernel && vertices > 0 ? runs(kernel, from, to, true) : []) {
    const counts = run.kernel.count(false);
    let at = 3 * vertex;
    for (let k = run.from; k < run.to; k++) {
      const plane = run.kernel.vertices(k);
      mesh.positions.set(plane.positions, at);
      mesh.normals.set(plane.normals, at);
      at += plane.positions.length;
      if (k + 1 === grid.dims[2]) break;
      const corners = run.kernel.triangles(k, vertex);
      mesh.triangles.set(corners, corner);
      corner += corners.length;
    }
    vertex += counts.vertices;
    if (run.tell) yield { stage: 'isosurface', done: planes + run.to - from, of: 2 * planes };
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
  const layout = slabLayout(dims, 'f32', 0);
  const memory = shared ? meshMemory(1, layout.end, 3 * n ** 3, 5 * n ** 3) : undefined;
  for (const type of types) {
    const scalars = allocateScalars(type, n ** 3, false);
    for (let at = 0; at < scalars.length; at++) scalars[at] = (at * 37 + (at >> 5) * 101) & 255;
    const grid: IsosurfaceGrid = { scalars, dims, rasFromIjk, slope: 1, intercept: 0 };
    for (let round = 0; round < rounds; round++) {
      if (memory) {
        yield* isosurfaceSample(grid, 128);
        yield* isosurfaceShare(grid, 128, createLedger(Math.ceil(n / layout.planesAtOnce)), memory, 0, true);
        yield* isosurfaceShare(grid, 128, createLedger(Math.ceil(n / layout.planesAtOnce)), memory, 0, false);
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
): Generator<{ readonly kernel: SlabKernel; readonly from: number; readonly to: number; readonly tell: boolean }> {
  let told = performance.now();
  for (let at = from; at < to; at += kernel.planesAtOnce) {
    const end = Math.min(to, at + kernel.planesAtOnce);
    kernel.load(at, end, withNeighbours);
    const now = performance.now();
    const tell = now - told > STEP_MS;
    if (tell) told = now;
    yield { kernel, from: at, to: end, tell };
  }
}
