import type { SegmentRecord } from '#state/viewer.ts';

/** Triangles drawn for one eye, all passes, when everything that is shown at first is shown; two eyes and 500 k are what a headset holds. */
export const TRIANGLE_GOAL = 215_000;
/** For what is hidden at first, beside that. */
export const HIDDEN_GOAL = 90_000;
/** No segment is thinned below this, however small its share. */
const LEAST_TRIANGLES = 320;
/** Larger surfaces are smoother: their share grows less than their size. */
const EXPONENT = 0.75;

/** How often a segment's triangles are drawn: glass is drawn once for its depth and once for its colour. */
export function passesOf({ opacity }: Pick<SegmentRecord, 'opacity'>): number {
  return opacity > 0.995 ? 1 : 2;
}

/** Each surface's goal, so that all passes together have `goal` triangles; none has more than its size. */
export function shareOut(
  surfaces: readonly { readonly size: number; readonly passes: number }[],
  goal: number,
): number[] {
  const at = (factor: number) =>
    surfaces.map(({ size, passes }) =>
      Math.min(size, Math.max(LEAST_TRIANGLES, Math.round((factor * size ** EXPONENT) / passes))),
    );
  const cost = (goals: readonly number[]) =>
    goals.reduce((sum, triangles, n) => sum + triangles * (surfaces[n]?.passes ?? 1), 0);
  let [low, high] = [0, 1e4];
  if (cost(at(high)) <= goal) return at(high);
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (cost(at(middle)) <= goal) low = middle;
    else high = middle;
  }
  return at(low);
}
