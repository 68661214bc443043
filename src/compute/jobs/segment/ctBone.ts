import type { AsyncSteps, Steps } from '#core/steps.ts';
import { type Volume, voxelVolumeMm3 } from '#core/volume/volume.ts';
import { type BitGrid, ball, type Mask } from './bitGrid.ts';
import { findCores } from './bloodPools.ts';
import { compete } from './compete.ts';
import { findComponents } from './components.ts';
import { findBody } from './ctBody.ts';
import { bodyFrame } from './frame.ts';
import { cavities, holesInPlanes } from './holes.ts';
import { type MethodInput, type MethodOutcome, numberOf, single } from './outcome.ts';
import { leftOut } from './ranges.ts';
import { countValues, forEachVoxel, percentile } from './values.ts';

/** Cortex where there is no contrast medium to be told from. */
const CORTEX_HU = 250;
/** Soft tissue beside bone. */
const SOFT_HU = 50;
/** A hole that only one plane closes is marrow from this value on; the spinal canal is darker. */
const MARROW_HU = 80;

export async function* ctBone(input: MethodInput): AsyncSteps<MethodOutcome> {
  const { grid, volume } = input;
  const voxelMm3 = voxelVolumeMm3(volume.header.rasFromIjk);
  const frame = bodyFrame(grid, volume);
  const body = yield* frame.restore((yield* findBody(frame, -500, 10)).body);
  const dense = yield* grid.threshold(volume, numberOf(input.settings, 'lower'), Infinity, 'bone');
  grid.and(dense, body);
  const { bone: skeleton, pools, cortex } = yield* parted(input, dense, body);
  grid.drop(body);

  const solid = yield* filled(grid, volume, skeleton, pools, numberOf(input.settings, 'closeMm'));
  grid.drop(skeleton);
  const edged = yield* toTheEdge(grid, volume, solid);
  grid.drop(solid);

  const parts = yield* findComponents(grid, edged, 26, 'bone');
  const least = numberOf(input.settings, 'minMm3') / voxelMm3;
  const kept = (n: number) => (parts.sizes[n] as number) >= least;
  const bone = parts.select(kept);
  const small = parts.sizes.reduce((count, size) => count + (size < least ? 1 : 0), 0);
  const warnings = leftOut(
    small,
    grid.count(edged) - grid.count(bone),
    voxelMm3,
    `pieces from ${input.settings.minMm3} mm³`,
  );
  const poolMl = (grid.count(pools) * voxelMm3) / 1000;
  if (poolMl > 1)
    warnings.push({
      code: 'contrast-left-out',
      where: 'vessels and organs',
      kept: 'bone',
      text: `${poolMl.toPrecision(3)} ml of vessels and organs with contrast medium were told from bone and left out.`,
    });
  parts.drop();
  return { segments: single(input, bone), settings: { ...input.settings, cortex }, warnings };
}

export interface Parted {
  readonly bone: Mask;
  readonly pools: Mask;
  readonly cortex: number;
}

/** Dense voxels shared out between bone, which starts from cortex, and pools of contrast medium with the vessels that hang on them. */
export function* parted({ grid, volume, settings }: MethodInput, dense: Mask, body: Mask): Steps<Parted> {
  const { spacing } = volume.header;
  const voxelMm3 = voxelVolumeMm3(volume.header.rasFromIjk);
  const cores = yield* findCores(grid, volume, dense, body);
  const brightest = percentile(countValues(grid, volume, cores.pools), 0.99);
  const cortex =
    (settings.cortex as number | null | undefined) ?? Math.max(CORTEX_HU, Number.isNaN(brightest) ? 0 : brightest + 25);
  const bright = yield* grid.threshold(volume, cortex, Infinity, 'bone');
  grid.and(bright, dense);
  const pieces = yield* findComponents(grid, bright, 26, 'bone');
  // Specks of noise and of calcium are no bone.
  const seeds = pieces.select((n) => (pieces.sizes[n] as number) * voxelMm3 >= 100);
  pieces.drop();
  grid.or(seeds, cores.spongy);
  const reach = 5 + 1.01 * Math.max(...spacing);
  const pools = yield* grid.dilate(cores.pools, ball(spacing, reach), 'bone');
  grid.and(pools, dense);
  grid.without(pools, bright);
  grid.without(pools, seeds);
  grid.drop(bright, cores.pools, cores.spongy);
  const [bone, vessels] = yield* compete(grid, spacing, dense, [seeds, pools], 'bone');
  if (grid.count(pools) > 0) {
    // With contrast about, what is no brighter than blood counts as bone beside cortex only; marrow is filled in later.
    const beside = yield* grid.dilate(seeds, ball(spacing, Math.max(2, 1.01 * Math.max(...spacing))), 'bone');
    grid.and(bone, beside);
    grid.drop(beside);
  }
  grid.drop(seeds, pools);
  return { bone, pools: vessels, cortex };
}

/** Marrow filled in: holes that two planes close, or one where the value is not the spinal canal's; gaps in the cortex closed. */
function* filled(grid: BitGrid, volume: Volume, bone: Mask, pools: Mask, closeMm: number): Steps<Mask> {
  const { spacing } = volume.header;
  const radius = Math.max(closeMm, 1.01 * Math.max(spacing[0], spacing[1]));
  const closed = yield* grid.close(bone, ball(spacing, radius), 'marrow');
  const holes: Mask[] = [];
  for (const axis of [0, 1, 2] as const) holes.push(yield* holesInPlanes(grid, closed, axis));
  const [a, b, c] = holes as [Mask, Mask, Mask];
  const once = grid.copy(a);
  grid.or(once, b);
  grid.or(once, c);
  const twice = grid.copy(a);
  grid.and(twice, b);
  grid.or(a, b);
  grid.and(a, c);
  grid.or(twice, a);
  const marrow = yield* grid.threshold(volume, MARROW_HU, Infinity, 'marrow');
  grid.and(once, marrow);
  grid.and(closed, marrow);
  const solid = grid.copy(bone);
  for (const more of [once, closed]) grid.or(solid, more);
  grid.without(solid, pools);
  // What two planes close is inside bone, even where contrast seemed to reach in through thin cortex.
  grid.or(solid, twice);
  grid.or(solid, bone);
  const inner = yield* cavities(grid, solid, [0, 1, 2]);
  grid.or(solid, inner);
  grid.drop(a, b, c, once, twice, marrow, closed, inner);
  return solid;
}

/**
 * Moves the outer surface from the first faint voxel to the bone's edge: a surface voxel goes where it is darker than a share of the
 * brightest voxel around it. How large the share is follows from how bright the scan shows cortex at all: thin or blurred cortex is dim,
 * and its edge lies lower.
 */
function* toTheEdge(grid: BitGrid, volume: Volume, solid: Mask): Steps<Mask> {
  const { scalars, header } = volume;
  const { slope, intercept } = header;
  const [ni, nj, nk] = grid.dims;
  const voxelMm = Math.cbrt(voxelVolumeMm3(header.rasFromIjk));
  const outside = grid.copy(solid);
  grid.invert(outside);
  const touched = yield* grid.dilate(
    outside,
    { rj: 1, rk: 1, reaches: new Int32Array([-1, 0, -1, 0, 1, 0, -1, 0, -1]) },
    'edge',
  );
  grid.drop(outside);
  grid.and(touched, solid);
  const around = (n: number, i: number, j: number, k: number) => {
    let best = -Infinity;
    for (let dk = k > 0 ? -1 : 0; dk <= (k < nk - 1 ? 1 : 0); dk++)
      for (let dj = j > 0 ? -1 : 0; dj <= (j < nj - 1 ? 1 : 0); dj++)
        for (let di = i > 0 ? -1 : 0; di <= (i < ni - 1 ? 1 : 0); di++) {
          const value = slope * (scalars[n + di + ni * (dj + nj * dk)] as number) + intercept;
          if (value > best) best = value;
        }
    return best;
  };
  const total = grid.count(touched);
  const peaks = new Float32Array(total);
  let at = 0;
  forEachVoxel(grid, touched, (n, i, j, k) => {
    peaks[at++] = around(n, i, j, k);
  });
  yield { stage: 'edge', done: 1, of: 2 };
  const sorted = peaks.slice().sort();
  const dim = sorted[Math.floor(0.1 * total)] ?? 0;
  const share = Math.min(
    0.5 + 0.15 * Math.min(1, Math.max(0, (voxelMm - 1) / 1.4)),
    Math.max(0.2, (dim - SOFT_HU) / 570),
  );
  const edged = grid.copy(solid);
  const bytes = new Uint8Array(grid.memory.buffer);
  at = 0;
  forEachVoxel(grid, touched, (n, i, j, k) => {
    const peak = peaks[at++] as number;
    if (slope * (scalars[n] as number) + intercept >= SOFT_HU + share * (peak - SOFT_HU)) return;
    const byte = edged + 8 * grid.words * (j + nj * k) + (i >> 3);
    bytes[byte] = (bytes[byte] as number) & ~(1 << (i & 7));
  });
  grid.drop(touched);
  return edged;
}
