import type { Pool, RunOptions } from '#compute/pool.ts';
import { BRICK, brickGrid, type LabelmapData } from '#core/labelmap/labelmap.ts';
import type { SegmentMesh } from '#core/mesh/mesh.ts';
import type { Affine } from '#core/space/affine.ts';
import type { Step } from '#core/steps.ts';
import { reachOf } from './jobs/surfaceNets.ts';
import type { NetMeshes, NetOffsets } from './jobs/surfaceNetsMeshes.ts';

export interface LabelSurfaceOptions {
  /** Segment values to mesh, in this order; those that are absent are left out. Without it all, in rising order. */
  readonly values?: readonly number[];
  /** Pairs of smoothing passes; 0 leaves the net at the cells' centres. */
  readonly iterations?: number;
  readonly signal?: AbortSignal;
  readonly onStep?: (step: Step) => void;
  /** At most so many workers of the pool. */
  readonly workers?: number;
}

/** Enough that the steps of voxels are gone (99 % of the vertices within 0.4 voxel of a ball, all within 0.51); reach below a brick. */
const DEFAULT_ITERATIONS = 12;

/**
 * One closed mesh per segment of a labelmap, in RAS mm, triangles outward, normals of the smoothed surface. Where two segments
 * touch, both have the same triangles at exactly the same places, wound the opposite way. Beyond the grid all is 0, so meshes
 * are capped at the scan's border. Each mesh encloses the volume of its voxels (0.1 %), and no vertex leaves its cell.
 * The result does not depend on the number of workers.
 */
export async function labelSurfaces(
  pool: Pool,
  labelmap: LabelmapData,
  rasFromIjk: Affine<'ras', 'ijk'>,
  options: LabelSurfaceOptions = {},
): Promise<SegmentMesh[]> {
  return (await labelNets(pool, labelmap, rasFromIjk, options)).meshes;
}

/** As `labelSurfaces`, with the offsets that a later re-meshing of some bricks needs. */
export async function labelNets(
  pool: Pool,
  labelmap: LabelmapData,
  rasFromIjk: Affine<'ras', 'ijk'>,
  options: LabelSurfaceOptions = {},
): Promise<NetMeshes> {
  const { values, iterations = DEFAULT_ITERATIONS, signal, onStep, workers = pool.size } = options;
  const bounds = slabBounds(labelmap, Math.max(1, Math.min(workers, pool.size)));
  const run: RunOptions = signal ? { signal } : {};
  const done = new Array<number>(bounds.length - 1).fill(0);
  const parts = await Promise.all(
    bounds.slice(1).map((z1, n) => {
      const z0 = bounds[n] as number;
      const near = nearSlab(labelmap, z0 - reachOf(iterations) - 1, z1 + reachOf(iterations));
      return pool.run('surfaceNetsSlab', [near, z0, z1, iterations], {
        ...run,
        onStep(step) {
          done[n] = step.done / step.of;
          const sum = done.reduce((a, b) => a + b, 0);
          onStep?.({ stage: 'surface', done: Math.round((800 * sum) / done.length), of: 1000 });
        },
      });
    }),
  );
  return pool.run('surfaceNetsMeshes', [parts, rasFromIjk, values ?? null], {
    ...run,
    transfer: parts.flatMap((part) => [part.cells.buffer, part.moved.buffer, part.quads.buffer, part.sides.buffer]),
    onStep: (step) => onStep?.({ stage: 'surface', done: 800 + Math.round((200 * step.done) / step.of), of: 1000 }),
  });
}

/** Cells where each slab begins, and the end: whole layers of bricks, so that each slab has about as many bricks with a surface. */
function slabBounds(labelmap: LabelmapData, slabs: number): number[] {
  const [bi, bj, bk] = brickGrid(labelmap.dims);
  const work = Array.from({ length: bk }, (_, k) => {
    let sum = 1;
    for (let n = bi * bj * k; n < bi * bj * (k + 1); n++) if (typeof labelmap.bricks[n] !== 'number') sum++;
    return sum;
  });
  const total = work.reduce((a, b) => a + b, 0);
  const bounds = [0];
  let sum = 0;
  for (let k = 0; k < bk - 1; k++) {
    sum += work[k] as number;
    if (sum >= (total * bounds.length) / slabs && bounds.length < slabs) bounds.push((k + 1) * BRICK);
  }
  bounds.push(labelmap.dims[2] + 1);
  return bounds;
}

/** The bricks that voxel planes k0 to k1 touch; the others become 0, so that they do not travel. */
function nearSlab({ dims, bricks }: LabelmapData, k0: number, k1: number): LabelmapData {
  const [bi, bj] = brickGrid(dims);
  return {
    dims,
    bricks: bricks.map((brick, n) => {
      const k = BRICK * Math.floor(n / (bi * bj));
      return k + BRICK <= k0 || k > k1 ? 0 : brick;
    }),
  };
}

export interface BrickSurfaces {
  /** Number of the brick, as in `LabelmapData.bricks`. */
  readonly brick: number;
  /** Of each segment value whose surface passes through it, the triangles of its cells: open where the brick ends. */
  readonly meshes: readonly SegmentMesh[];
}

/**
 * The surfaces of some bricks, as after an edit: exactly the triangles and positions that `labelNets` gives for their cells with
 * the same offsets, so that bricks meshed at different times join without a crack wherever their voxels did not change.
 * A voxel moves vertices up to `reachOf(iterations)` + `offsets.length` cells away: `bricksNear` names the bricks to ask for.
 */
export async function brickSurfaces(
  pool: Pool,
  labelmap: LabelmapData,
  rasFromIjk: Affine<'ras', 'ijk'>,
  bricks: readonly number[],
  offsets: NetOffsets,
  options: Pick<LabelSurfaceOptions, 'iterations' | 'signal'> = {},
): Promise<BrickSurfaces[]> {
  const { iterations = DEFAULT_ITERATIONS, signal } = options;
  const margin = reachOf(iterations) + offsets.length + 2;
  return Promise.all(
    bricks.map(async (brick) => {
      const near = nearBrick(labelmap, brick, margin);
      const meshes = await pool.run('surfaceNetsBrick', [near, brick, rasFromIjk, iterations, offsets], {
        ...(signal ? { signal } : {}),
      });
      return { brick, meshes };
    }),
  );
}

/** Bricks whose surface may change when voxels from ≤ (i, j, k) ≤ to did. */
export function bricksNear(
  { dims }: LabelmapData,
  from: readonly [number, number, number],
  to: readonly [number, number, number],
  offsets: NetOffsets,
  iterations = DEFAULT_ITERATIONS,
): number[] {
  const margin = reachOf(iterations) + offsets.length + 2;
  const grid = brickGrid(dims);
  const range = (axis: 0 | 1 | 2) => {
    const first = Math.max(0, Math.floor((from[axis] - margin) / BRICK));
    const last = Math.min(grid[axis] - 1, Math.floor((to[axis] + margin) / BRICK));
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, n) => first + n);
  };
  return range(2).flatMap((k) => range(1).flatMap((j) => range(0).map((i) => i + grid[0] * (j + grid[1] * k))));
}

/** A brick and those within `margin` voxels; the others become 0, so that they do not travel. */
function nearBrick({ dims, bricks }: LabelmapData, brick: number, margin: number): LabelmapData {
  const [bi, bj] = brickGrid(dims);
  const place = (n: number) => [n % bi, Math.floor(n / bi) % bj, Math.floor(n / (bi * bj))] as const;
  const own = place(brick);
  const far = Math.ceil(margin / BRICK);
  const isNear = (n: number) => place(n).every((at, axis) => Math.abs(at - (own[axis] as number)) <= far);
  return { dims, bricks: bricks.map((data, n) => (data !== 0 && isNear(n) ? data : 0)) };
}
