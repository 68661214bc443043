import type { IsosurfaceGrid } from '#compute/jobs/isosurface.ts';
import { type MeshMemory, meshIn, meshMemory, slabLayout, typeOf } from '#compute/jobs/isosurfaceLayout.ts';
import type { Pool, RunOptions } from '#compute/pool.ts';
import { isShared } from '#compute/sharing.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import type { Affine } from '#core/space/affine.ts';
import type { Step } from '#core/steps.ts';
import type { Dims, ScalarArray } from '#core/volume/volume.ts';

export interface IsosurfaceVolume {
  /** i fastest; read where it lies when its buffer is shared, else the slabs that workers need are copied to them. */
  readonly scalars: ScalarArray;
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  readonly slope: number;
  readonly intercept: number;
}

export interface IsosurfaceOptions {
  /** At most this many workers of the pool; all of them unless said. */
  readonly workers?: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: Step) => void;
}

/**
 * The surface between voxels at or above `iso` and those below it, by marching cubes with VTK's cases: vertices and triangles of
 * vtkFlyingEdges3D, but in RAS millimetres, normals down the gradient, one vertex to a cut edge. Open at the border of the scan.
 * The same bytes come out whatever the number of workers. A float voxel that is NaN lies outside, and the surface passes through
 * its inside neighbours; floats beyond ±1e18 count as ±1e18.
 * @param iso in rescaled units
 * @returns arrays of the caller's own, in shared memory where the volume's is; `recycle` gives them back for the next surface
 * @throws VesaliusError 'usage' where `iso` is not finite, 'cancelled'
 * Source: Schroeder, Maynard, Geveci, Flying Edges, LDAV 2015.
 */
export async function isosurface(
  pool: Pool,
  volume: IsosurfaceVolume,
  iso: number,
  options: IsosurfaceOptions = {},
): Promise<Mesh> {
  const { scalars, dims, rasFromIjk, slope, intercept } = volume;
  const grid: IsosurfaceGrid = { scalars, dims, rasFromIjk, slope, intercept };
  const planes = dims[2];
  const workers = Math.max(1, Math.min(options.workers ?? pool.size, pool.size, planes));
  const { signal } = options;
  const run: RunOptions = {
    ...(signal ? { signal } : {}),
    ...(options.onStep ? { onStep: stepsOf(workers, planes, options.onStep) } : {}),
  };
  const slabs = Array.from({ length: workers }, (_, n) => ({
    from: Math.floor((planes * n) / workers),
    to: Math.floor((planes * (n + 1)) / workers),
  }));
  return isShared(scalars.buffer) ? inPlace(pool, grid, iso, slabs, run) : joined(pool, grid, iso, slabs, run);
}

/** Starts the workers and readies their kernels: worth doing while a file is still being read. */
export async function prepareIsosurface(pool: Pool, workers = pool.size): Promise<void> {
  const shared = typeof SharedArrayBuffer !== 'undefined';
  await Promise.all(Array.from({ length: workers }, (_, worker) => pool.run('isosurfaceReady', [shared], { worker })));
}

/**
 * Gives a mesh's memory back to the next `isosurface`, where it is shared: reusing touched pages saves more than half of its time.
 * The caller keeps no view of it.
 */
export function recycle(mesh: Mesh): void {
  const memory = memories.get(mesh.positions.buffer);
  if (memory) spare = memory;
}

interface Slab {
  readonly from: number;
  readonly to: number;
}

const memories = new WeakMap<ArrayBufferLike, MeshMemory>();
let spare: MeshMemory | undefined;

/** Two rounds: count, so that every share knows its place in the mesh, then write there. */
async function inPlace(
  pool: Pool,
  grid: IsosurfaceGrid,
  iso: number,
  slabs: readonly Slab[],
  run: RunOptions,
): Promise<Mesh> {
  const planes = grid.dims[2];
  const partBytes = slabLayout(grid.dims, typeOf(grid.scalars), 0).end;
  const again = takeSpare(slabs.length, partBytes);
  // One worker need not count where given-back memory happens to be large enough.
  if (again && slabs.length === 1) {
    const all = { firstVertex: 0, endVertex: again.vertexRoom, firstTriangle: 0, endTriangle: again.triangleRoom };
    const counts = await pool.run('isosurfaceShare', [grid, iso, { from: 0, to: planes, ...all }, again, 0], run);
    // Memory that is far too large for what came would be held for nothing.
    if (counts && 2 * counts.vertices >= again.vertexRoom) return meshIn(again, counts.vertices, counts.triangles);
  }
  const counts = await Promise.all(
    slabs.map(({ from, to }) => pool.run('isosurfaceCounts', [grid, iso, from, to], run)),
  );
  const vertices = running(counts.flatMap((slab) => [...slab.vertices]));
  const triangles = running(counts.flatMap((slab) => [...slab.triangles]));
  const vertexCount = vertices.at(-1) as number;
  const triangleCount = triangles.at(-1) as number;
  const fits =
    again &&
    again.vertexRoom >= vertexCount &&
    again.triangleRoom >= triangleCount &&
    again.vertexRoom <= 2 * vertexCount;
  const memory = fits ? again : meshMemory(slabs.length, partBytes, vertexCount, triangleCount);
  memories.set(memory.memory.buffer, memory);
  // Even shares of the vertices, not of the planes.
  const cuts = slabs.map((_, n) => vertices.findIndex((before) => before >= (vertexCount * n) / slabs.length));
  await Promise.all(
    cuts.map(async (from, part) => {
      const to = cuts[part + 1] ?? planes;
      if (to === from || vertexCount === 0) return;
      const [firstVertex, endVertex] = [vertices[from] as number, vertices[to] as number];
      const [firstTriangle, endTriangle] = [triangles[from] as number, triangles[to] as number];
      const share = { from, to, firstVertex, endVertex, firstTriangle, endTriangle };
      await pool.run('isosurfaceShare', [grid, iso, share, memory, part], run);
    }),
  );
  return meshIn(memory, vertexCount, triangleCount);
}

function takeSpare(parts: number, partBytes: number): MeshMemory | undefined {
  const memory = spare;
  spare = undefined;
  return memory && memory.partCount >= parts && memory.partBytes >= partBytes ? memory : undefined;
}

/** Without shared memory: each worker gets its planes and their neighbours, and gives its own arrays back. */
async function joined(
  pool: Pool,
  grid: IsosurfaceGrid,
  iso: number,
  slabs: readonly Slab[],
  run: RunOptions,
): Promise<Mesh> {
  const [ni, nj, nk] = grid.dims;
  const parts = await Promise.all(
    slabs.map(({ from, to }) => {
      const firstPlane = Math.max(0, from - 1);
      const scalars = grid.scalars.slice(ni * nj * firstPlane, ni * nj * Math.min(nk, to + 2));
      return pool.run('isosurfacePart', [{ ...grid, scalars, firstPlane }, iso, from, to], {
        ...run,
        transfer: [scalars.buffer],
      });
    }),
  );
  if (parts.length === 1) return parts[0] as Mesh;
  const vertices = running(parts.map((part) => part.positions.length / 3));
  const triangles = running(parts.map((part) => part.triangles.length / 3));
  const mesh: Mesh = {
    positions: new Float32Array(3 * (vertices.at(-1) as number)),
    normals: new Float32Array(3 * (vertices.at(-1) as number)),
    triangles: new Uint32Array(3 * (triangles.at(-1) as number)),
  };
  for (const [n, part] of parts.entries()) {
    const first = vertices[n] as number;
    mesh.positions.set(part.positions, 3 * first);
    mesh.normals.set(part.normals, 3 * first);
    const corners = part.triangles;
    for (let at = 0; at < corners.length; at++) corners[at] = (corners[at] as number) + first;
    mesh.triangles.set(corners, 3 * (triangles[n] as number));
  }
  return mesh;
}

/** Sums of all before each, and of all at the end. */
function running(counts: readonly number[]): number[] {
  const sums = [0];
  for (const count of counts) sums.push((sums.at(-1) as number) + count);
  return sums;
}

/** One account of all workers' steps: planes counted and planes meshed. */
function stepsOf(workers: number, planes: number, onStep: (step: Step) => void): (step: Step) => void {
  let told = 0;
  return ({ stage, done, of }) => {
    const share = Math.round(((done / of) * 2 * planes) / workers);
    if (share <= told) return;
    told = share;
    onStep({ stage, done: Math.min(2 * planes, share * workers), of: 2 * planes });
  };
}
