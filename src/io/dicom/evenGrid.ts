/** Even planes on which places of uneven steps lie. */
export interface EvenGrid {
  readonly count: number;
  /** mm from plane to plane. */
  readonly step: number;
  /** Where plane 0 is. */
  readonly first: number;
  /** The plane of each place; rising, the first is 0 and the last is `count - 1`. */
  readonly planes: readonly number[];
  /** The largest distance of a place from its plane, mm. */
  readonly shift: number;
}

/** A place may be this far off its plane: a tenth of a fine pixel. */
export const EXACT_MM = 0.05;
/** Where no grid is that near, this far, which is said; so is the part of the smallest step. */
const NEAR_MM = 0.25;
const NEAR_STEP = 0.1;
/** On planes nearer to each other than this many times what is allowed, any place would fall by chance. */
const BY_CHANCE = 4;
/** Planes for each place, at most. */
export const MOST_PLANES = 8;

/**
 * The coarsest even grid on which all places fall: within 0.05 mm where there is one, else within 0.25 mm and a tenth of the
 * smallest step. A posterior fossa in 4 mm and a vault in 7 mm steps make planes of 1 mm; one slice that is missing is a plane.
 * Each number of planes is tried, from the fewest on; for each, the grid is the line of least squares, centred between extremes.
 * @param places mm, rising
 * @returns null where that would take more than 8 planes for each place
 */
export function evenGrid(places: readonly number[]): EvenGrid | null {
  const [start, end] = [places[0] as number, places.at(-1) as number];
  let smallest = Infinity;
  for (let n = 1; n < places.length; n++)
    smallest = Math.min(smallest, (places[n] as number) - (places[n - 1] as number));
  const near = Math.min(NEAR_MM, NEAR_STEP * smallest);
  const exact = Math.min(EXACT_MM, near);
  let nearest: EvenGrid | null = null;
  for (let steps = places.length - 1; steps < MOST_PLANES * places.length; steps++) {
    const step = (end - start) / steps;
    if (step < BY_CHANCE * exact) break;
    const enough = nearest === null && step >= BY_CHANCE * near ? near : exact;
    const grid = gridOf(places, start, step, 2 * enough);
    if (grid === null || grid.shift > enough) continue;
    if (grid.shift <= exact) return grid;
    nearest = grid;
  }
  return nearest;
}

/** null where two places would share a plane, or one is further off than it could be on a grid that is near enough. */
function gridOf(places: readonly number[], start: number, step: number, far: number): EvenGrid | null {
  const planes: number[] = [];
  for (const place of places) {
    const plane = Math.round((place - start) / step);
    if (plane <= (planes.at(-1) ?? -1) || Math.abs(place - start - plane * step) > far) return null;
    planes.push(plane);
  }
  // The line of least squares through (plane, place), then centred between the extremes.
  const count = places.length;
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / count;
  const [meanPlane, meanPlace] = [mean(planes), mean(places)];
  let [xy, xx] = [0, 0];
  planes.forEach((plane, n) => {
    xy += (plane - meanPlane) * ((places[n] as number) - meanPlace);
    xx += (plane - meanPlane) ** 2;
  });
  const fitted = xy / xx;
  const off = planes.map((plane, n) => (places[n] as number) - fitted * plane);
  const [low, high] = [Math.min(...off), Math.max(...off)];
  return {
    count: (planes.at(-1) as number) + 1,
    step: fitted,
    first: (low + high) / 2,
    planes,
    shift: (high - low) / 2,
  };
}
