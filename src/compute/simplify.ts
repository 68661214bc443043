import type { Pool, RunOptions } from '#compute/pool.ts';
import { canShare, isShared } from '#compute/sharing.ts';
import { VesaliusError } from '#core/errors.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import type { Step } from '#core/steps.ts';
import type { Warning } from '#core/warnings.ts';
import { BRICK_TRIANGLES, partCount, slabCount } from './jobs/simplifyCuts.ts';
import type { JoinedParts } from './jobs/simplifySeams.ts';
import type { Surface } from './jobs/surfaceDistance.ts';

export interface SimplifyOptions {
  /** The goal. The result has 0.5 to 1.05 times as many, unless the distances below would be passed. */
  readonly triangles: number;
  /** Smallest distance between voxel centres: what distances are held against. */
  readonly voxelMm: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: Step) => void;
  /** At most so many workers of the pool. */
  readonly workers?: number;
  /** false: distances are not measured (NaN) and the goal wins; for timing. */
  readonly measure?: boolean;
}

export interface Simplified {
  readonly mesh: Mesh;
  /** meshoptimizer's own measure of the last pass and of the bricks, the larger. */
  readonly errorMm: number;
  /** Distance between the two surfaces by samples spread over their areas, both ways, the larger. */
  readonly p99Mm: number;
  readonly p999Mm: number;
  readonly maxMm: number;
  readonly warnings: readonly Warning[];
}

/** Bricks are simplified to a little less than their share, or until a collapse would cost more than this many voxels. */
const BRICK_SHARE = 0.9;
const BRICK_ERROR = 0.35;
/** The seam pass ends here at the latest, in voxels; what it left is then measured. */
const SEAM_ERROR = 0.6;
/** The goal is passed by so little that what stays locked along the parts does not bring the count above 1.05. */
const AIM = 1.03;
/** Of the distance to the full surface, in voxels, over pieces of at least SMALLEST_PIECE triangles. */
const P99_LIMIT = 0.5;
const P999_LIMIT = 1;
const SMALLEST_PIECE = 100;
const SAMPLES = 20_000;
/** Each further attempt allows this much of the error that the one before had. */
const TIGHTER = 0.7;
const ATTEMPTS = 4;

/**
 * Fewer triangles, with the surface where it was: bricks are simplified side by side with their borders locked (meshoptimizer),
 * then larger parts go on to the goal, seams first. Vertices are a subset of the given ones, with their normals; coincident
 * ones and triangles without an area are gone; what is closed stays closed. The same mesh and goal give the same result on any
 * number of workers. Where the goal would take more than 1 % of the surface half a voxel away (or 0.1 % a whole one), the
 * distance wins and a warning says so. `mesh` is left as it was.
 * Garland & Heckbert, Surface Simplification Using Quadric Error Metrics, SIGGRAPH 1997, as in meshoptimizer.
 */
export async function simplify(pool: Pool, mesh: Mesh, options: SimplifyOptions): Promise<Simplified> {
  const { triangles: goal, voxelMm, measure = true } = options;
  if (!(goal >= 4)) throw usage('triangles', 'at least 4', goal);
  if (!(voxelMm > 0)) throw usage('voxelMm', 'more than 0', voxelMm);
  const surface: Surface = { positions: shared(mesh.positions), triangles: shared(mesh.triangles) };
  let brickMm = BRICK_ERROR * voxelMm;
  let seamMm = SEAM_ERROR * voxelMm;
  for (let attempt = 1; ; attempt++) {
    const joined = await collapse(pool, surface, { ...options, brickMm, seamMm });
    const simple = gather(mesh, joined);
    if (!measure) {
      const unknown = { p99Mm: Number.NaN, p999Mm: Number.NaN, maxMm: Number.NaN };
      return { mesh: simple, errorMm: joined.errorMm, ...unknown, warnings: countWarnings(simple, goal) };
    }
    const found = await distanceBetween(pool, surface, simple, options);
    const within = found.p99Mm <= P99_LIMIT * voxelMm && found.p999Mm <= P999_LIMIT * voxelMm;
    if (within || attempt === ATTEMPTS || joined.errorMm === 0) {
      const warnings = [...countWarnings(simple, goal), ...(within ? [] : [distanceWarning(found, voxelMm)])];
      const { p99Mm, p999Mm, maxMm } = found;
      return { mesh: simple, errorMm: joined.errorMm, p99Mm, p999Mm, maxMm, warnings };
    }
    seamMm = TIGHTER * joined.errorMm;
    brickMm = Math.min(brickMm, seamMm);
  }
}

/** One way to the goal or to the errors given. */
async function collapse(
  pool: Pool,
  { positions, triangles }: Surface,
  options: SimplifyOptions & { brickMm: number; seamMm: number },
): Promise<JoinedParts & { errorMm: number }> {
  const { triangles: goal, signal, onStep, workers = pool.size, brickMm, seamMm } = options;
  const run: RunOptions = signal ? { signal } : {};
  const tell = (done: number) => onStep?.({ stage: 'simplify', done: Math.round(1000 * done), of: 1000 });
  const count = triangles.length / 3;
  const share = (BRICK_SHARE * goal) / count;
  const inBricks = share < 0.75 && count > BRICK_TRIANGLES;
  let parts: Uint32Array<ArrayBufferLike>[][] = [[triangles]];
  let errorMm = 0;
  if (inBricks) {
    // One job to a worker: each has to look through all triangles for its own.
    const slabs = slabCount(count);
    const jobs = Math.max(1, Math.min(workers, slabs));
    const done = new Array<number>(jobs).fill(0);
    const bricks = await atMost(workers, jobs, (job) => {
      const [first, end] = [Math.floor((slabs * job) / jobs), Math.floor((slabs * (job + 1)) / jobs)];
      return pool.run('simplifyBricks', [positions, triangles, first, end, { share, errorMm: brickMm }], {
        ...run,
        onStep(step) {
          done[job] = step.done / step.of;
          tell((0.8 * done.reduce((a, b) => a + b, 0)) / jobs);
        },
      });
    });
    errorMm = Math.max(...bricks.map((slab) => slab.errorMm));
    parts = Array.from({ length: partCount(count) }, (_, part) =>
      bricks.map((slab) => slab.parts[part] as Uint32Array<ArrayBuffer>).filter((list) => list.length > 0),
    );
  }
  const sizes = parts.map((part) => part.reduce((sum, list) => sum + list.length / 3, 0));
  const total = sizes.reduce((a, b) => a + b, 0);
  const seamed = await atMost(workers, parts.length, (n) => {
    const lists = parts[n] as Uint32Array<ArrayBufferLike>[];
    const target = Math.floor((AIM * goal * (sizes[n] as number)) / total);
    const transfer = inBricks ? lists.map((list) => list.buffer) : [];
    return pool.run('simplifySeams', [positions, lists, target, seamMm, parts.length === 1], { ...run, transfer });
  });
  errorMm = Math.max(errorMm, ...seamed.map((part) => part.errorMm));
  const lists = seamed.map((part) => part.triangles);
  const joined = await pool.run('joinParts', [positions, lists], {
    ...run,
    transfer: lists.map((list) => list.buffer),
  });
  tell(1);
  return { ...joined, errorMm };
}

/** Both ways, the larger of each figure. */
async function distanceBetween(pool: Pool, full: Surface, simple: Mesh, { voxelMm, signal }: SimplifyOptions) {
  const run: RunOptions = signal ? { signal } : {};
  const { positions, triangles } = simple;
  const [there, back] = await Promise.all([
    pool.run('surfaceDistance', [full, { positions, triangles }, SAMPLES, SMALLEST_PIECE, 2 * voxelMm], run),
    pool.run('surfaceDistance', [{ positions, triangles }, full, SAMPLES, 0, voxelMm], run),
  ]);
  return {
    p99Mm: Math.max(there.p99Mm, back.p99Mm),
    p999Mm: Math.max(there.p999Mm, back.p999Mm),
    maxMm: Math.max(there.maxMm, back.maxMm),
  };
}

function countWarnings({ triangles }: Mesh, goal: number): Warning[] {
  const count = triangles.length / 3;
  if (count <= 1.05 * goal) return [];
  const text = `${count} triangles were kept of the ${goal} asked for: fewer would leave the full surface too far.`;
  return [{ code: 'simplify-bound', where: 'triangles', kept: String(count), text }];
}

function distanceWarning(found: { p99Mm: number; p999Mm: number }, voxelMm: number): Warning {
  const [p99, p999] = [found.p99Mm / voxelMm, found.p999Mm / voxelMm].map((voxels) => voxels.toFixed(2));
  const text = `The simplified surface is farther from the full one than meant: 99 % within ${p99} voxels, 99.9 % within ${p999}.`;
  return { code: 'simplify-distance', where: 'triangles', kept: `${p99} voxels`, text };
}

function gather(mesh: Mesh, { vertices, triangles }: JoinedParts): Mesh {
  const positions = new Float32Array(3 * vertices.length);
  const normals = new Float32Array(3 * vertices.length);
  for (let n = 0; n < vertices.length; n++) {
    const v = vertices[n] as number;
    for (let c = 0; c < 3; c++) {
      positions[3 * n + c] = mesh.positions[3 * v + c] as number;
      normals[3 * n + c] = mesh.normals[3 * v + c] as number;
    }
  }
  return { positions, normals, triangles };
}

/** A copy that all workers read, where the page is isolated; without isolation it is copied to each as it is. */
function shared<Values extends Float32Array<ArrayBufferLike> | Uint32Array<ArrayBufferLike>>(values: Values): Values {
  if (!canShare() || isShared(values.buffer)) return values;
  const buffer = new SharedArrayBuffer(values.byteLength);
  const copy = values instanceof Float32Array ? new Float32Array(buffer) : new Uint32Array(buffer);
  copy.set(values);
  return copy as Values;
}

/** Runs `count` jobs, no more than `limit` at once. */
export async function atMost<Value>(
  limit: number,
  count: number,
  job: (n: number) => Promise<Value>,
): Promise<Value[]> {
  const results = new Array<Value>(count);
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const n = next++;
      results[n] = await job(n);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, count)) }, lane));
  return results;
}

function usage(where: string, expected: string, got: number): VesaliusError {
  return new VesaliusError({ code: 'usage', what: 'simplify', where, expected, got });
}
