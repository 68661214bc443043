import { grown, intersection, union, without } from './combine.ts';
import type { Random } from './random.ts';
import { ellipsoid, halfSpace, type Shape, type Triple } from './shape.ts';
import type { Outline } from './torso.ts';
import { cones, pairs, spline, type TubeNode, tube } from './tube.ts';
import { add, cross, scaled, unit } from './vector.ts';

export interface Heart {
  readonly leftVentricle: Shape;
  readonly rightVentricle: Shape;
  readonly leftAtrium: Shape;
  readonly rightAtrium: Shape;
  /** Muscle of the ventricles, cavities included: they are drawn over it. An atrium's thin wall belongs to the atrium. */
  readonly muscle: Shape;
  readonly coronaries: Shape;
  /** Pericardium with its fat: what the lungs lie against. */
  readonly sac: Shape;
  readonly rasOf: (along: number, right: number, up: number) => Triple;
}

/** Blood-filled chambers in a muscle; the long axis points left, forwards and down. Lengths in mm. */
export function makeHeart(random: Random, cage: Outline): Heart {
  const size = random.around(1, 0.05);
  const axis = unit([-0.66, 0.56, -0.5]);
  // `up` leads to the face on the diaphragm, `side` (times flip) to the right ventricle.
  const side = unit(cross(axis, unit([0.52, 0.12, -0.85])));
  const up = unit(cross(side, axis));
  const base: Triple = [1, 6, 20];
  const rasOf = (along: number, right: number, high: number): Triple =>
    add(base, add(scaled(axis, along * size), add(scaled(side, right * size), scaled(up, high * size))));
  const flip = side[1] < 0 ? -1 : 1;
  const axes = [axis, side, up] as const;
  const egg = (along: number, right: number, high: number, a: number, b: number, c: number) =>
    ellipsoid(rasOf(along, right * flip, high), [a * size, b * size, c * size], axes);
  const wall = random.between(9, 11);
  const leftOuter = union([egg(40, -8, 0, 52, 33, 33), egg(16, -8, 0, 30, 34, 33)], 12);
  const leftVentricle = intersection(
    [
      union([egg(36, -8, 0, 44, 33 - wall, 33 - wall), egg(14, -8, 0, 26, 33 - wall, 33 - wall)], 10),
      halfSpace(rasOf(2, 0, 0), scaled(axis, -1)),
    ],
    4,
  );
  // It lies against the breastbone, flattened by it.
  const room = grown(cage.shape, -14);
  const rightOuter = intersection([union([egg(36, 22, 2, 46, 28, 34), egg(8, 30, 16, 28, 22, 24)], 12), room], 10);
  const outflow = tube(
    [
      [...rasOf(18, 34 * flip, 14), 17],
      [-10, 46, 42, 15],
      [-13, 41, 54, 13.5],
    ],
    4,
  );
  const rightVentricle = without(union([grown(rightOuter, -4.4), grown(outflow, -3)], 8), grown(leftOuter, 0.5), 3);
  const rightAtrium = union(
    [
      ellipsoid([37, 10, 6], [22 * size, 24 * size, 31 * size]),
      ellipsoid([30, 24, 26], [15 * size, 15 * size, 15 * size]),
    ],
    10,
  );
  const leftAtrium = union(
    [
      ellipsoid([0, -9, 26], [33 * size, 18 * size, 23 * size]),
      tube(
        [
          [-28, -2, 34, 9],
          [-36, 12, 38, 8],
          [-38, 24, 38, 6],
        ],
        4,
      ),
    ],
    8,
  );
  const muscle = intersection([union([leftOuter, rightOuter, outflow], 7), room], 6);
  const whole = union([muscle, rightAtrium, leftAtrium], 4);
  // Each point of a groove is laid on the surface: between them the tube stays on it.
  const groove = (points: readonly (readonly [number, number, number])[], radius: number) =>
    cones(
      pairs(
        spline(points, 5).map(
          ([a, r, h]): TubeNode => [...onSurface(whole, rasOf(a, r * flip, -h), rasOf(30, 0, 0)), radius],
        ),
      ),
    );
  const coronaries = union([
    groove(
      [
        [0, -10, 40],
        [18, 8, 44],
        [40, 12, 44],
        [62, 10, 40],
        [84, 4, 24],
      ],
      1.9,
    ),
    groove(
      [
        [2, -16, 38],
        [-2, -40, 22],
        [0, -48, -6],
        [4, -40, -30],
      ],
      1.7,
    ),
    groove(
      [
        [-4, 24, 46],
        [-6, 44, 30],
        [-4, 52, 4],
        [2, 40, -26],
        [20, 14, -42],
        [50, 6, -44],
      ],
      1.8,
    ),
  ]);
  return { leftVentricle, rightVentricle, leftAtrium, rightAtrium, muscle, coronaries, sac: grown(whole, 4), rasOf };
}

/** Moves `p` along the line from `inside` until it lies 1.4 mm outside `shape`. */
function onSurface(shape: Shape, p: Triple, inside: Triple): Triple {
  let [low, high] = [0, 2.5];
  for (let n = 0; n < 24; n++) {
    const t = (low + high) / 2;
    const q: Triple = [
      inside[0] + t * (p[0] - inside[0]),
      inside[1] + t * (p[1] - inside[1]),
      inside[2] + t * (p[2] - inside[2]),
    ];
    if (shape.distance(...q) < 1.4) low = t;
    else high = t;
  }
  return [
    inside[0] + low * (p[0] - inside[0]),
    inside[1] + low * (p[1] - inside[1]),
    inside[2] + low * (p[2] - inside[2]),
  ];
}
