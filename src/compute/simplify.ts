import type { Pool, RunOptions } from '#compute/pool.ts';
import { VesaliusError } from '#core/errors.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import type { Step } from '#core/steps.ts';
import type { Warning } from '#core/warnings.ts';
import { partCount, slabCount } from './jobs/simplifyCuts.ts';
import type { JoinedParts } from './jobs/simplifySeams.ts';

export interface SimplifyOptions {
  /** The goal. The result has 0.5 to 1.05 times as many, unless the distances below would be passed. */
  readonly triangles: number;
  /** Smallest distance between voxel centres: what distances are held against. */
  readonly voxelMm: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: Step) => void;
  /** At most so many workers of the pool. */
  readonly workers?: number;
}

export interface Simplified {
  readonly mesh: Mesh;
  /** meshoptimizer's own measure of the last pass and of the bricks, the larger. */
  readonly errorMm: number;
  /** Distance between the two surfaces, both ways, the larger. */
  readonly p99Mm: number;
  readonly p999Mm: number;
  readonly maxMm: number;
  readonly warnings: readonly Warning[];
}

/** Bricks are simplified to a little less than their share, or until a collapse would cost more than this many voxels. */
const BRICK_SHARE = 0.9;
const BRICK_ERROR = 0.35;
/** The seam pass ends here at the latest: beyond, 1 % of the surface is more than half a voxel away. */
const SEAM_ERROR = 0.45;
/** The goal is passed by so little that what stays locked along the parts does not bring the count above 1.05. */
const AIM = 1.03;

/**
 * Fewer triangles, with the surface where it was: bricks are simplified side by side with their borders locked (meshoptimizer),
 * then the whole goes on to the goal, seams first. Vertices are a subset of the given ones, with their normals; what is closed
 * stays closed. The same mesh and goal give the same result on any number of workers. `mesh` is left as it was.
 * Garland & Heckbert, Surface Simplification Using Quadric Error Metrics, SIGGRAPH 1997, as in meshoptimizer.
 */
export async function simplify(pool: Pool, mesh: Mesh, options: SimplifyOptions): Promise<Simplified> {
  const { triangles: goal, voxelMm, signal, onStep } = options;
  if (!(goal >= 4)) throw usage('triangles', 'at least 4', goal);
  if (!(voxelMm > 0)) throw usage('voxelMm', 'more than 0', voxelMm);
  const positions = shared(mesh.positions);
  const triangles = shared(mesh.triangles);
  const run: RunOptions = signal ? { signal } : {};
  const count = triangles.length / 3;

  const workers = options.workers ?? pool.size;
  const tell = (done: number) => onStep?.({ stage: 'simplify', done: Math.round(1000 * done), of: 1000 });
  const slabs = slabCount(count);
  const share = (BRICK_SHARE * goal) / count;
  let parts: Uint32Array<ArrayBufferLike>[][] = [[triangles]];
  let errorMm = 0;
  if (share < 0.75) {
    const done = new Array<number>(slabs).fill(0);
    const bricks = await atMost(workers, slabs, (slab) =>
      pool.run('simplifyBricks', [positions, triangles, slab, { share, errorMm: BRICK_ERROR * voxelMm }], {
        ...run,
        onStep(step) {
          done[slab] = step.done / step.of;
          tell((0.8 * done.reduce((a, b) => a + b, 0)) / slabs);
        },
      }),
    );
    errorMm = Math.max(...bricks.map((slab) => slab.errorMm));
    parts = Array.from({ length: partCount(count) }, (_, part) =>
      bricks.map((slab) => slab.parts[part] as Uint32Array<ArrayBuffer>).filter((list) => list.length > 0),
    );
  }
  const total = parts.flat().reduce((sum, list) => sum + list.length / 3, 0);
  const seamed = await atMost(workers, parts.length, (n) => {
    const lists = parts[n] as Uint32Array<ArrayBufferLike>[];
    const own = lists.reduce((sum, list) => sum + list.length / 3, 0);
    const target = Math.floor((AIM * goal * own) / total);
    const transfer = share < 0.75 ? lists.map((list) => list.buffer) : [];
    return pool.run('simplifySeams', [positions, lists, target, SEAM_ERROR * voxelMm, parts.length === 1], {
      ...run,
      transfer,
    });
  });
  errorMm = Math.max(errorMm, ...seamed.map((part) => part.errorMm));
  const lists = seamed.map((part) => part.triangles);
  const whole = await pool.run('joinParts', [positions, lists], { ...run, transfer: lists.map((list) => list.buffer) });
  tell(1);

  const warnings: Warning[] = [];
  const got = whole.triangles.length / 3;
  if (got > 1.05 * goal)
    warnings.push({
      code: 'simplify-bound',
      where: 'triangles',
      kept: String(got),
      text: `${got} triangles were kept of the ${goal} asked for: fewer would leave the surface by more than half a voxel.`,
    });
  return {
    mesh: gather(mesh, whole),
    errorMm,
    ...{ p99Mm: Number.NaN, p999Mm: Number.NaN, maxMm: Number.NaN },
    warnings,
  };
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
  const isolated = typeof crossOriginIsolated === 'undefined' || crossOriginIsolated;
  if (typeof SharedArrayBuffer === 'undefined' || !isolated || values.buffer instanceof SharedArrayBuffer)
    return values;
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
