import type { AsyncSteps, Steps } from '#core/steps.ts';
import type { Warning } from '#core/warnings.ts';
import { findTrachea, growAirway } from './airway.ts';
import { ball, type Mask } from './bitGrid.ts';
import { type Components, findComponents } from './components.ts';
import { findBody } from './ctBody.ts';
import { bodyFrame, type Frame } from './frame.ts';
import { cavities } from './holes.ts';
import { type MethodInput, type MethodOutcome, numberOf } from './outcome.ts';
import { splitInTwo } from './split.ts';

/** Gas in stomach and bowel is darker than any lung: a part with more than this share at or below GAS_HU is not lung. */
const GAS_HU = -940;
const GAS_SHARE = 0.6;
/** A piece of lung (a lobe apart, a tip cut off by the scan's end) has at least this share of all lung. */
const PIECE_SHARE = 0.01;

type Centre = readonly [number, number, number];

export async function* ctLungs(input: MethodInput): AsyncSteps<MethodOutcome> {
  const { grid: volumeGrid, volume, settings, method } = input;
  const frame = bodyFrame(volumeGrid, volume);
  const { grid, spacing, r, voxelMm3 } = frame;
  const warnings: Warning[] = [];
  const warn = (code: string, where: string, kept: string, text: string) => warnings.push({ code, where, kept, text });
  const upper = numberOf(settings, 'upper');
  const { body } = yield* findBody(frame, -500, 10);
  const air = yield* frame.threshold(-Infinity, upper, 'lungs');
  grid.and(air, body);
  const bodyMiddle = yield* centreOf(frame, body);

  const airMiddle = yield* lungMiddle(frame, air);
  let airway: Mask | null = null;
  const seed = airMiddle && (yield* findTrachea(frame, air, [bodyMiddle[0], bodyMiddle[1], airMiddle[2]]));
  if (seed) {
    const grown = yield* growAirway(frame, body, air, seed, upper);
    airway = grown?.mask ?? null;
  }
  grid.drop(body);
  if (airway) grid.without(air, airway);
  else warn('no-trachea', 'airway', 'lungs as found', 'No trachea was found: airways may be part of the lungs.');

  const parts = yield* findComponents(grid, air, 6, 'lungs');
  const lungs = yield* chooseLungs(frame, parts);
  const total = lungs.reduce((sum, n) => sum + (parts.sizes[n] as number), 0);
  const allAir = parts.sizes.reduce((sum, voxels) => sum + voxels, 0);
  if (allAir > total)
    warn(
      'parts-left-out',
      'components',
      'lungs',
      `${(((allAir - total) * voxelMm3) / 1000).toPrecision(3)} ml of other air in the body were left out: bowel gas and specks.`,
    );
  const sides = yield* sidesOf(frame, parts, lungs, bodyMiddle[r], warn);
  parts.drop();
  grid.drop(air);

  const large = airway ? yield* grid.open(airway, ball(spacing, 2.5), 'airway') : null;
  const radius = numberOf(settings, 'closeMm') / 2;
  for (const [n, side] of sides.entries()) {
    const other = sides[1 - n];
    const closed = yield* grid.close(side, ball(spacing, radius), 'lungs');
    const inner = yield* cavities(grid, closed, [0, 1, 2]);
    grid.or(closed, inner);
    if (large) grid.without(closed, large);
    if (other) grid.without(closed, other);
    grid.drop(inner, side);
    sides[n] = closed;
  }
  const masks = [...sides, ...(settings.airway && airway ? [airway] : [])];
  if (settings.airway && airway) for (const side of sides) grid.without(airway, side);
  const segments: MethodOutcome['segments'][number][] = [];
  for (const [n, mask] of masks.entries()) {
    const output = method.outputs[n];
    if (output) segments.push({ ...output, mask: yield* frame.restore(mask) });
  }
  return { segments, settings, warnings };
}

/** The parts of the air that are lung, the largest first. */
function* chooseLungs(frame: Frame, parts: Components): Steps<number[]> {
  const gas = yield* frame.threshold(-Infinity, GAS_HU, 'lungs');
  const dark = parts.overlap(gas);
  frame.grid.drop(gas);
  const lung = parts.bySize(200, 2).filter((n) => (dark[n] as number) < GAS_SHARE * (parts.sizes[n] as number));
  const total = lung.reduce((sum, n) => sum + (parts.sizes[n] as number), 0);
  return lung.filter((n) => (parts.sizes[n] as number) >= PIECE_SHARE * total);
}

function* lungMiddle(frame: Frame, air: Mask): Steps<Centre | null> {
  const parts = yield* findComponents(frame.grid, air, 6, 'lungs');
  const lungs = yield* chooseLungs(frame, parts);
  const facts = parts.facts(lungs.slice(0, 2));
  parts.drop();
  if (facts.length === 0) return null;
  const voxels = facts.reduce((sum, fact) => sum + fact.voxels, 0);
  const mean = (axis: 0 | 1 | 2) => facts.reduce((sum, fact) => sum + fact.centre[axis] * fact.voxels, 0) / voxels;
  return [mean(0), mean(1), mean(2)];
}

function* centreOf(frame: Frame, mask: Mask): Steps<Centre> {
  const { grid } = frame;
  const parts = yield* findComponents(grid, mask, 6, 'body');
  const largest = parts.largest();
  const [fact] = largest < 0 ? [] : parts.facts([largest]);
  parts.drop();
  return fact ? fact.centre : [grid.dims[0] / 2, grid.dims[1] / 2, grid.dims[2] / 2];
}

/** [right, left], each a new mask, empty where there is no lung on that side. */
function* sidesOf(
  frame: Frame,
  parts: Components,
  lungs: readonly number[],
  bodyMiddle: number,
  warn: (code: string, where: string, kept: string, text: string) => unknown,
): Steps<[Mask, Mask]> {
  const { grid, r } = frame;
  const facts = parts.facts(lungs);
  const rasX = (centre: Centre) => frame.rasAt(centre)[0];
  const [first] = facts;
  const rightOfBody = (centre: Centre) => {
    const index: [number, number, number] = [centre[0], centre[1], centre[2]];
    index[r] = bodyMiddle;
    return rasX(centre) > rasX(index);
  };
  if (!first) return [grid.mask(), grid.mask()];
  const chosen = new Set(lungs);
  const opposite = facts.find(
    (fact) => fact.voxels >= 0.1 * first.voxels && rightOfBody(fact.centre) !== rightOfBody(first.centre),
  );
  if (opposite) {
    // Each piece goes to the lung on whose side it lies.
    const right = new Set(lungs.filter((_, n) => rightOfBody((facts[n] as { centre: Centre }).centre)));
    return [parts.select((n) => right.has(n)), parts.select((n) => chosen.has(n) && !right.has(n))];
  }
  const all = parts.select((n) => chosen.has(n));
  const split = yield* splitInTwo(frame, all);
  if (!split) {
    warn(
      'one-lung',
      'lungs',
      rightOfBody(first.centre) ? 'right lung' : 'left lung',
      'Only one lung was found; its side was taken from the middle of the body.',
    );
    return rightOfBody(first.centre) ? [all, grid.mask()] : [grid.mask(), all];
  }
  grid.drop(all);
  warn('lungs-touch', 'lungs', 'two lungs', 'The lungs touch; they were parted at their narrowest place.');
  const [a, b] = split;
  return rasX(yield* centreOf(frame, a)) > rasX(yield* centreOf(frame, b)) ? [a, b] : [b, a];
}
