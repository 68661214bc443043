import type { Pool, RunOptions } from '#compute/pool.ts';
import { VesaliusError } from '#core/errors.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import type { Step } from '#core/steps.ts';
import type { Warning } from '#core/warnings.ts';
import type { SimplifiedPart } from './jobs/simplifyBricks.ts';

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
/** Triangles of a slab, roughly. */
const SLAB_TRIANGLES = 500_000;

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

  let bricks: SimplifiedPart[] = [];
  const share = (BRICK_SHARE * goal) / count;
  if (share < 0.75) {
    const slabs = Math.max(1, Math.ceil(count / SLAB_TRIANGLES));
    const done = new Array<number>(slabs).fill(0);
    bricks = await atMost(options.workers ?? pool.size, slabs, (slab) =>
      pool.run('simplifyBricks', [positions, triangles, slab, slabs, { share, errorMm: BRICK_ERROR * voxelMm }], {
        ...run,
        onStep(step) {
          done[slab] = step.done / step.of;
          onStep?.({ stage: 'simplify', done: Math.round((800 * done.reduce((a, b) => a + b, 0)) / slabs), of: 1000 });
        },
      }),
    );
  }
  const parts = bricks.length > 0 ? bricks.map((part) => part.triangles) : [triangles];
  const whole = await pool.run('simplifySeams', [positions, parts, Math.floor(1.03 * goal), SEAM_ERROR * voxelMm], run);
  onStep?.({ stage: 'simplify', done: 1000, of: 1000 });

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
    mesh: gather(mesh, whole.triangles),
    errorMm: Math.max(whole.errorMm, ...bricks.map((part) => part.errorMm)),
    ...{ p99Mm: Number.NaN, p999Mm: Number.NaN, maxMm: Number.NaN },
    warnings,
  };
}

/** The vertices that are used, in the order of use. */
function gather(mesh: Mesh, triangles: Uint32Array<ArrayBufferLike>): Mesh {
  const numbers = new Map<number, number>();
  const used: number[] = [];
  const own = new Uint32Array(triangles.length);
  for (let n = 0; n < triangles.length; n++) {
    const v = triangles[n] as number;
    let number = numbers.get(v);
    if (number === undefined) {
      number = used.length;
      numbers.set(v, number);
      used.push(v);
    }
    own[n] = number;
  }
  const positions = new Float32Array(3 * used.length);
  const normals = new Float32Array(3 * used.length);
  for (const [n, v] of used.entries()) {
    positions.set(mesh.positions.subarray(3 * v, 3 * v + 3), 3 * n);
    normals.set(mesh.normals.subarray(3 * v, 3 * v + 3), 3 * n);
  }
  return { positions, normals, triangles: own };
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
