import type { Steps } from '#core/steps.ts';
import { type BitGrid, ball, type Mask } from './bitGrid.ts';
import { findComponents } from './components.ts';

/**
 * Shares `room` out between two seeds: both grow by layers inside it, each keeping what it reaches first. Parts that hold one kind of
 * seed alone go to it at once, parts without any to none. Two new masks; the seeds stay.
 * Source: Adams & Bischof, Seeded Region Growing, IEEE PAMI 16(6), 1994, with distance in place of similarity.
 */
export function* compete(
  grid: BitGrid,
  spacing: readonly [number, number, number],
  room: Mask,
  seeds: readonly [Mask, Mask],
  stage: string,
): Steps<[Mask, Mask]> {
  const parts = yield* findComponents(grid, room, 26, stage);
  const [first, second] = [parts.overlap(seeds[0]), parts.overlap(seeds[1])];
  const has = (counts: Uint32Array, n: number) => (counts[n] as number) > 0;
  const alone: [Mask, Mask] = [
    parts.select((n) => has(first, n) && !has(second, n)),
    parts.select((n) => has(second, n) && !has(first, n)),
  ];
  const both = parts.select((n) => has(first, n) && has(second, n));
  parts.drop();
  const step = ball(spacing, Math.max(2, 1.01 * Math.max(...spacing)));
  const own: [Mask, Mask] = [grid.copy(seeds[0]), grid.copy(seeds[1])];
  for (const n of [0, 1] as const) grid.and(own[n], both);
  grid.without(own[1], own[0]);
  let before = -1;
  let count = grid.count(own[0]) + grid.count(own[1]);
  while (count !== before) {
    before = count;
    for (const n of [0, 1] as const) {
      const wider = yield* grid.dilate(own[n], step, stage);
      grid.and(wider, both);
      grid.without(wider, own[n === 0 ? 1 : 0]);
      grid.drop(own[n]);
      own[n] = wider;
    }
    count = grid.count(own[0]) + grid.count(own[1]);
  }
  for (const n of [0, 1] as const) {
    grid.or(own[n], alone[n]);
    grid.drop(alone[n]);
  }
  grid.drop(both);
  return own;
}
