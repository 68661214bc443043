import type { Steps } from '#core/steps.ts';
import { type Volume, voxelVolumeMm3 } from '#core/volume/volume.ts';
import { type BitGrid, ball, type Mask } from './bitGrid.ts';
import { type ComponentFacts, findComponents } from './components.ts';
import { countValues, percentile, roughness } from './values.ts';

/** A pool is at least this thick and its core this large; thinner vessels are found from the pools they spring from. */
const RIM_MM = 5;
const LEAST_CORE_MM3 = 1000;
/** Cortex walls a pool off from the bone beside it at one of these values, whatever the contrast's own. */
const CEILINGS_HU = [350, 450, 550];
/** Blood is as smooth as other soft tissue; spongy bone has a texture. Ratio of roughness. */
const ROUGHEST = 1.7;
const MOST_CORES = 40;

export interface Cores {
  /** Deep voxels of blood pools and of organs full of contrast. */
  readonly pools: Mask;
  /** Deep voxels of spongy bone. */
  readonly spongy: Mask;
}

/**
 * Tells thick dense regions apart: a pool's rim is no brighter than its core and it is smooth; spongy bone has a brighter rim, its
 * cortex. Both masks are the caller's, on the volume's grid.
 * @param dense all that may be bone
 */
export function* findCores(grid: BitGrid, volume: Volume, dense: Mask, body: Mask): Steps<Cores> {
  const { spacing } = volume.header;
  const voxelMm3 = voxelVolumeMm3(volume.header.rasFromIjk);
  const pools = grid.mask();
  const spongy = grid.mask();
  const noise = yield* softNoise(grid, volume, body);
  const inner = yield* grid.erode(dense, ball(spacing, 3), 'bone');
  const surface = grid.copy(dense);
  grid.without(surface, inner);
  grid.drop(inner);
  for (const ceiling of CEILINGS_HU) {
    const region = yield* grid.threshold(volume, -Infinity, ceiling, 'bone');
    grid.and(region, dense);
    const known = yield* grid.dilate(spongy, ball(spacing, 4), 'bone');
    grid.without(region, known);
    const deep = yield* grid.erode(region, ball(spacing, RIM_MM), 'bone');
    grid.drop(region, known);
    const parts = yield* findComponents(grid, deep, 6, 'bone');
    const large = parts.bySize(MOST_CORES, LEAST_CORE_MM3 / voxelMm3);
    for (const [n, facts] of parts.facts(large).entries()) {
      const core = parts.select((one) => one === large[n]);
      const isPool = yield* looksLikePool(grid, volume, core, surface, facts, noise);
      grid.or(isPool ? pools : spongy, core);
      grid.drop(core);
      yield { stage: 'bone', done: n + 1, of: large.length };
    }
    parts.drop();
    grid.drop(deep);
  }
  grid.drop(surface);
  grid.without(spongy, pools);
  return { pools, spongy };
}

function* softNoise(grid: BitGrid, volume: Volume, body: Mask): Steps<number> {
  const tissue = yield* grid.threshold(volume, -20, 120, 'bone');
  grid.and(tissue, body);
  const deep = yield* grid.erode(tissue, ball(volume.header.spacing, 4), 'bone');
  const noise = roughness(grid, volume, deep);
  grid.drop(tissue, deep);
  return Math.max(1, noise);
}

function* looksLikePool(
  grid: BitGrid,
  volume: Volume,
  core: Mask,
  surface: Mask,
  facts: ComponentFacts,
  noise: number,
): Steps<boolean> {
  if (roughness(grid, volume, core) > ROUGHEST * noise) return false;
  const { spacing } = volume.header;
  const reach = RIM_MM + 1.01 * Math.max(...spacing);
  const near = yield* grid.dilate(core, ball(spacing, reach), 'bone', facts.from[2], facts.to[2] + 1);
  grid.and(near, surface);
  const rim = percentile(countValues(grid, volume, near), 0.9);
  grid.drop(near);
  return rim < percentile(countValues(grid, volume, core), 0.95) + 15;
}
