import type { Steps } from '#core/steps.ts';
import { ball, type Mask } from './bitGrid.ts';
import { findComponents } from './components.ts';
import type { Frame } from './frame.ts';

/** A trachea in an axial slice: its area and how wide it may be. */
const AREA_MM2 = [40, 900] as const;
const WIDEST_MM = 42;
/** Trachea, bronchi and their branches hold less than this; a leak into a lung holds far more. */
const MOST_ML = 160;

interface Spot {
  readonly slice: number;
  readonly x: number;
  readonly y: number;
  readonly at: readonly [number, number, number];
}

/**
 * The voxel where the trachea is surest, null where there is none: round spots of air, one below the other over 25 mm or more, near the
 * middle of the body and above the middle of the lungs.
 * @param air free air inside the body
 * @param middle the body's and the lungs' centre in the frame's grid
 */
export function* findTrachea(
  frame: Frame,
  air: Mask,
  middle: readonly [number, number, number],
): Steps<readonly [number, number, number] | null> {
  const { grid, spacing, up, r } = frame;
  const parts = yield* findComponents(grid, air, 4, 'airway');
  const pixel = spacing[0] * spacing[1];
  const likely: number[] = [];
  for (let n = 0; n < parts.count; n++) {
    const area = (parts.sizes[n] as number) * pixel;
    if (area >= AREA_MM2[0] && area <= AREA_MM2[1]) likely.push(n);
  }
  const spots: Spot[] = [];
  for (const { from, to, centre, voxels } of parts.facts(likely)) {
    const [wide, high] = [(to[0] - from[0] + 1) * spacing[0], (to[1] - from[1] + 1) * spacing[1]];
    // A disc fills 0.785 of its box.
    if (Math.max(wide, high) > WIDEST_MM || Math.max(wide, high) > 3 * Math.min(wide, high)) continue;
    if ((voxels * pixel) / (wide * high) < 0.5) continue;
    const at = [Math.round(centre[0]), Math.round(centre[1]), from[2]] as const;
    spots.push({ slice: from[2], x: centre[0] * spacing[0], y: centre[1] * spacing[1], at });
  }
  parts.drop();
  // Chains downwards: each spot takes the nearest one in the slice below.
  spots.sort((a, b) => up * (b.slice - a.slice));
  const reach = 4 + 0.7 * spacing[2];
  const used = new Set<Spot>();
  let best: { chain: Spot[]; score: number } | null = null;
  for (const first of spots) {
    if (used.has(first)) continue;
    const chain = [first];
    for (;;) {
      const last = chain.at(-1) as Spot;
      const below = spots.filter((spot) => spot.slice === last.slice - up && !used.has(spot));
      const next = nearest(below, last);
      if (!next || distance(next, last) > reach) break;
      chain.push(next);
      used.add(next);
    }
    const length = chain.length * spacing[2];
    const centre = chain[chain.length >> 1] as Spot;
    const aside = Math.abs((r === 0 ? centre.x : centre.y) - middle[r] * spacing[r]);
    const above = up * (centre.slice - middle[2]) * spacing[2];
    if (length < 25 || above < 0 || aside > 50) continue;
    const score = Math.min(length, 120) - aside;
    if (!best || score > best.score) best = { chain, score };
  }
  if (!best) return null;
  // The middle of the chain's upper half: below it bronchi may have begun.
  const { chain } = best;
  const seed = chain[Math.floor(chain.length / 4)] as Spot;
  return grid.has(air, ...seed.at) ? seed.at : null;
}

function distance(a: Spot, b: Spot): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
function nearest(spots: readonly Spot[], to: Spot): Spot | null {
  return spots.reduce<Spot | null>(
    (best, spot) => (!best || distance(spot, to) < distance(best, to) ? spot : best),
    null,
  );
}

export interface Airway {
  /** Lumen with its blurred rim. */
  readonly mask: Mask;
  /** Threshold at which it was grown. */
  readonly upperHu: number;
}

/**
 * Trachea and bronchi from a seed: the highest threshold at which the region does not leak into a lung, found by halving (Mori et al.
 * 1996), then widened to the rim that partial volume blurs. null where even the darkest air leaks.
 */
export function* growAirway(
  frame: Frame,
  body: Mask,
  air: Mask,
  seed: readonly [number, number, number],
  highestHu: number,
): Steps<Airway | null> {
  const { grid, spacing, voxelMm3 } = frame;
  const grown = function* (upper: number): Steps<Mask | null> {
    const dark = yield* frame.threshold(-Infinity, upper, 'airway');
    grid.and(dark, body);
    const parts = yield* findComponents(grid, dark, 6, 'airway');
    grid.drop(dark);
    const number = parts.at(...seed);
    const small = number >= 0 && ((parts.sizes[number] as number) * voxelMm3) / 1000 <= MOST_ML;
    const mask = small ? parts.select((n) => n === number) : null;
    // Not yet begun is not a leak.
    const result = number < 0 ? grid.mask() : mask;
    parts.drop();
    return result;
  };
  let [low, high] = [-1000, highestHu];
  let lumen = yield* grown(high);
  if (lumen) low = high;
  while (high - low > 8) {
    const middle = (low + high) / 2;
    const trial = yield* grown(middle);
    if (!trial) {
      high = middle;
      continue;
    }
    if (lumen) grid.drop(lumen);
    [lumen, low] = [trial, middle];
  }
  if (!lumen) return null;
  if (grid.count(lumen) === 0) {
    grid.drop(lumen);
    return null;
  }
  const rim = yield* grid.dilate(
    lumen,
    ball(spacing, Math.max(1.5, 1.01 * Math.min(spacing[0], spacing[1]))),
    'airway',
  );
  grid.drop(lumen);
  grid.and(rim, air);
  return { mask: rim, upperHu: low };
}
