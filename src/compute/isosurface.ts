import type { IsosurfaceGrid } from '#compute/jobs/isosurface.ts';
import { createLedger, rewind, stopAll, totalsBefore } from '#compute/jobs/isosurfaceLedger.ts';
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
  const { signal, onStep } = options;
  const optionsOf = account(signal, onStep);
  return isShared(scalars.buffer)
    ? inPlace(pool, grid, iso, workers, optionsOf)
    : joined(pool, grid, iso, workers, optionsOf);
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

const memories = new WeakMap<ArrayBufferLike, MeshMemory>();
let spare: MeshMemory | undefined;

/** Memory that is new gets this much more room than a sample of the planes says; what is not used is not touched either. */
const ROOM = 1.25;
/** The options of the n-th of several jobs. */
type OptionsOf = (n: number) => RunOptions;

/** Workers take chunks of planes in order and write them where they belong: see isosurfaceLedger.ts. */
async function inPlace(
  pool: Pool,
  grid: IsosurfaceGrid,
  iso: number,
  workers: number,
  optionsOf: OptionsOf,
): Promise<Mesh> {
  const layout = slabLayout(grid.dims, typeOf(grid.scalars), 0);
  const ledger = createLedger(Math.ceil(grid.dims[2] / layout.planesAtOnce));
  const parts = Math.min(workers, ledger.chunks);
  const write = async (memory: MeshMemory) => {
    const jobs = Array.from({ length: parts }, (_, part) =>
      pool.run('isosurfaceShare', [grid, iso, ledger, memory, part, parts === 1], optionsOf(part)),
    );
    await Promise.all(jobs).catch((thrown: unknown) => {
      stopAll(ledger);
      throw thrown;
    });
    return totalsBefore(ledger, ledger.chunks);
  };
  let memory = takeSpare(parts, layout.end);
  if (!memory) {
    const sample = await pool.run('isosurfaceSample', [grid, iso], optionsOf(0));
    // Where so much cannot be addressed, or only just, all is counted first.
    const share = ROOM * (24 * sample.vertices + 12 * sample.triangles) < 3e9 ? ROOM : 0;
    const room = (count: number) => Math.ceil(share * count) + 4096;
    memory = meshMemory(parts, layout.end, room(sample.vertices), room(sample.triangles));
  }
  const { vertices, triangles } = await write(memory);
  // Memory that is far too large for what came would be held for nothing.
  if (vertices > memory.vertexRoom || triangles > memory.triangleRoom || memory.vertexRoom > 2 * vertices + 8192) {
    memory = meshMemory(parts, layout.end, vertices, triangles);
    rewind(ledger);
    if (vertices > 0) await write(memory);
  }
  memories.set(memory.memory.buffer, memory);
  return meshIn(memory, vertices, triangles);
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
  workers: number,
  optionsOf: OptionsOf,
): Promise<Mesh> {
  const [ni, nj, nk] = grid.dims;
  const parts = await Promise.all(
    Array.from({ length: workers }, (_, n) => {
      const [from, to] = [Math.floor((nk * n) / workers), Math.floor((nk * (n + 1)) / workers)];
      const firstPlane = Math.max(0, from - 1);
      const scalars = grid.scalars.slice(ni * nj * firstPlane, ni * nj * Math.min(nk, to + 2));
      return pool.run('isosurfacePart', [{ ...grid, scalars, firstPlane }, iso, from, to], {
        ...optionsOf(n),
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

/** One account of all workers' steps, each in its own share of the same whole. */
function account(signal: AbortSignal | undefined, onStep: ((step: Step) => void) | undefined): OptionsOf {
  const done: number[] = [];
  let told = 0;
  return (n) => ({
    ...(signal ? { signal } : {}),
    ...(onStep && {
      onStep(step) {
        done[n] = step.done;
        const all = Math.min(
          step.of,
          done.reduce((sum, one) => sum + one, 0),
        );
        if (all <= told) return;
        told = all;
        onStep({ ...step, done: all });
      },
    }),
  });
}
