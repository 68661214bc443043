import { grown, intersection } from './combine.ts';
import type { Random } from './random.ts';
import { type Shape, sine } from './shape.ts';
import { mottle, type Tissue } from './tissue.ts';
import { cones, pairs, spline, type TubeNode } from './tube.ts';

/** A stretch of bowel: the outside of its wall, and what it holds. */
export interface Bowel {
  readonly shape: Shape;
  readonly lumen: Shape;
}

/** `room`: the cavity of the belly, which the bowel does not leave. */
export function makeColon(random: Random, room: Shape): { colon: Bowel; rectum: Bowel } {
  const wide = random.around(1, 0.08);
  const nodes = spline<TubeNode>(
    [
      [80, 20, -306, 15],
      [86, 16, -290, 25],
      [89, 12, -262, 24],
      [92, 8, -228, 22],
      [92, 6, -195, 21],
      [84, 20, -172, 21],
      [68, 46, -172, 18],
      [36, 62, -190, 18],
      [0, 64, -198, 18],
      [-36, 60, -188, 17],
      [-70, 40, -160, 16.5],
      [-93, 6, -128, 17],
      [-98, -12, -160, 15],
      [-100, -10, -210, 14],
      [-99, 2, -252, 13.5],
      [-90, 18, -284, 13],
      [-66, 34, -308, 14],
      [-40, 26, -300, 15],
      [-16, 12, -296, 15],
      [0, -10, -306, 15],
      [4, -32, -322, 15],
    ],
    12,
  );
  // Haustra: deep where the colon is wide, none in the sigmoid.
  const haustra = nodes.map(([x, y, z, r], n): TubeNode => {
    const deep = 0.15 * Math.max(0.25, 1 - n / nodes.length);
    return [x, y, z, wide * r * (1 + deep * (Math.abs(sine(n * 0.47)) * 1.6 - 0.9))];
  });
  const end = spline<TubeNode>(
    [
      [4, -32, -322, 15],
      [2, -50, -338, 17],
      [0, -54, -358, 19],
      [0, -46, -378, 16],
      [0, -34, -392, 8],
      [0, -38, -420, 6],
    ],
    6,
  );
  return { colon: bowel(haustra, 2.6, room), rectum: bowel(end, 3.2, null) };
}

/** Loops from the upper left to the lower right, in two layers, each row swinging up and down. */
export function makeSmallBowel(random: Random, room: Shape): Bowel {
  const rows: TubeNode[] = [];
  const layers = [
    [-206, 24, 62],
    [-222, 52, 66],
    [-236, 22, 62],
    [-250, 54, 74],
    [-264, 26, 62],
    [-280, 54, 72],
    [-294, 30, 58],
    [-310, 54, 60],
    [-322, 34, 44],
  ] as const;
  rows.push([-22, 14, -186, 11.5], [-34, 30, -192, 12]);
  layers.forEach(([z, y, reach], row) => {
    const way = row % 2 === 0 ? 1 : -1;
    const steps = 6;
    for (let n = 0; n <= steps; n++) {
      const t = (2 * n) / steps - 1;
      const swing = (n % 2 === 0 ? 1 : -1) * random.between(5, 11);
      const from = row === 0 ? Math.max(t, -0.55) : t;
      const x = way * from * reach + random.between(-4, 4) - (row === layers.length - 1 ? -10 : 4);
      const limit = Math.abs(x) > 58 ? 0.5 : 1;
      rows.push([x, y + random.between(-6, 6) - 6 * Math.abs(t), z + swing * limit, random.between(9.6, 12.4)]);
    }
  });
  rows.push([52, 20, -304, 9.5], [70, 16, -288, 9]);
  const folds = spline(rows, 7).map(([x, y, z, r], n): TubeNode => [x, y, z, r * (1 + 0.045 * sine(n * 1.9))]);
  return bowel(folds, 2.2, room);
}

function bowel(nodes: readonly TubeNode[], wall: number, room: Shape | null): Bowel {
  const outside = cones(pairs(nodes));
  const inside = cones(pairs(nodes.map(([x, y, z, r]): TubeNode => [x, y, z, Math.max(0.8, r - wall)])));
  if (!room) return { shape: outside, lumen: inside };
  return {
    shape: intersection([outside, grown(room, -2)], 4),
    lumen: intersection([inside, grown(room, -2 - wall)], 4),
  };
}

/** Wall, fluid or stool, and gas where a loop rises above the level `gasFrom` (the patient lies on the back). */
export function contents(
  { lumen }: Bowel,
  hu: { readonly wall: number; readonly juice: number; readonly spread: number; readonly bubbles: number },
  gasFrom: number,
): Tissue {
  return (x, y, z, _d, width) => {
    const blur = Math.max(1, width);
    const inside = Math.max(0, Math.min(1, 0.5 - lumen.distance(x, y, z) / blur));
    if (inside === 0) return hu.wall;
    // The level lies a little differently in each loop.
    const level = gasFrom + 7 * mottle(x, 0, z, 120);
    const gas = Math.max(0, Math.min(1, (y - level) / blur + 0.5));
    const specks = hu.bubbles > 0 ? Math.max(0, mottle(x, y, z, 9) - 0.62) * hu.bubbles : 0;
    const filled = hu.juice + hu.spread * mottle(x, y, z, 14) - specks;
    return hu.wall + inside * (filled + gas * (-985 - filled) - hu.wall);
  };
}

/** A hollow organ given as the thickness of its wall and what it holds. */
export function walled(wall: number, wallHu: number, juice: number): Tissue {
  return (_x, _y, _z, d, width) => {
    const inside = Math.max(0, Math.min(1, (-d - wall) / Math.max(1, width) + 0.5));
    return wallHu + inside * (juice - wallHu);
  };
}
