import type { Affine } from '#core/space/affine.ts';

export type Axis = 0 | 1 | 2;

/** The index axis that runs most nearly along R, A and S, each once. */
export function anatomicalAxes(rasFromIjk: Affine<'ras', 'ijk'>): {
  readonly r: Axis;
  readonly a: Axis;
  readonly s: Axis;
} {
  const { m } = rasFromIjk;
  const share = (axis: number, row: number) =>
    Math.abs(m[4 * axis + row] as number) /
    Math.hypot(m[4 * axis] as number, m[4 * axis + 1] as number, m[4 * axis + 2] as number);
  const orders: readonly (readonly [Axis, Axis, Axis])[] = [
    [0, 1, 2],
    [0, 2, 1],
    [1, 0, 2],
    [1, 2, 0],
    [2, 0, 1],
    [2, 1, 0],
  ];
  let best = orders[0] as readonly [Axis, Axis, Axis];
  let most = -1;
  for (const order of orders) {
    const fit = share(order[0], 0) + share(order[1], 1) + share(order[2], 2);
    if (fit > most + 1e-9) [best, most] = [order, fit];
  }
  return { r: best[0], a: best[1], s: best[2] };
}
