import { growTree, pointsInside, type Tree } from './branching.ts';
import { grown, intersection, union, without } from './combine.ts';
import type { Heart } from './heart.ts';
import type { Random } from './random.ts';
import { EVERYWHERE, field, type Shape, smoothMin } from './shape.ts';
import { column, type Spine } from './spine.ts';
import type { Dome, Outline } from './torso.ts';
import { cones, pairs, spline, type TubeNode, tube } from './tube.ts';
import type { GreatVessels } from './vessels.ts';

export interface Airways {
  readonly trachea: Shape;
  readonly wallOfTrachea: Shape;
  readonly tracheaDiameterMm: number;
  readonly carina: readonly [number, number, number];
  readonly main: Shape;
  readonly wallOfMain: Shape;
  readonly oesophagus: Shape;
  readonly oesophagusAir: Shape;
  readonly ends: Readonly<Record<'right' | 'left', TubeNode>>;
}

export function makeAirways(random: Random, spine: Spine): Airways {
  const r = random.between(8.2, 9.6);
  const carina = [3, spine.lineY(72) + 35, 79] as const;
  const windpipe = spline<TubeNode>(
    [
      [0, spine.lineY(186) + 30, 215, r],
      [0, spine.lineY(170) + 28, 170, r],
      [1, spine.lineY(120) + 31, 120, r],
      [carina[0], carina[1], carina[2] + 4, r * 1.02],
    ],
    6,
  );
  const right = spline<TubeNode>(
    [
      [carina[0] + 1, carina[1], carina[2] + 3, 7.6],
      [17, carina[1] - 1, 66, 7],
      [33, carina[1] - 3, 52, 6.2],
      [42, carina[1] - 6, 38, 5.2],
    ],
    5,
  );
  const left = spline<TubeNode>(
    [
      [carina[0] - 1, carina[1], carina[2] + 3, 7],
      [-14, carina[1] - 3, 66, 6.4],
      [-32, carina[1] - 7, 55, 5.8],
      [-46, carina[1] - 12, 44, 5],
    ],
    5,
  );
  const wall = (nodes: readonly TubeNode[], by: number) =>
    cones(pairs(nodes.map(([x, y, z, q]): TubeNode => [x, y, z, q + by])));
  const gullet: TubeNode[] = [
    [-3, spine.lineY(180) + 17, 215, 6],
    [-5, spine.lineY(130) + 17, 130, 6.4],
    [-4, spine.lineY(70) + 21, 70, 6.4],
    [-2, spine.lineY(10) + 24, 10, 7],
    [-8, spine.lineY(-30) + 31, -30, 7.4],
    [-17, spine.lineY(-55) + 42, -56, 8],
    [-32, spine.lineY(-55) + 46, -68, 8.4],
  ];
  return {
    trachea: cones(pairs(windpipe)),
    wallOfTrachea: wall(windpipe, 1.7),
    tracheaDiameterMm: 2 * r,
    carina,
    main: union([cones(pairs(right)), cones(pairs(left))]),
    wallOfMain: union([wall(right, 1.5), wall(left, 1.5)]),
    oesophagus: tube(gullet),
    oesophagusAir: tube(
      gullet.slice(1, 4).map(([x, y, z]): TubeNode => [x - 1, y + 1, z, 2]),
      4,
    ),
    ends: { right: right.at(-1) as TubeNode, left: left.at(-1) as TubeNode },
  };
}

export interface Lungs {
  readonly right: Shape;
  readonly left: Shape;
  readonly airway: Shape;
  readonly airwayWall: Shape;
  readonly vessels: Shape;
  readonly cavity: Shape;
  readonly trees: readonly Tree[];
  /** Signed distance (mm) to the fissure planes, for the thin line that a scan shows. */
  fissure(x: number, y: number, z: number): number;
}

/** Lungs fill what cage, diaphragm and mediastinum leave them. */
export function makeLungs(
  random: Random,
  parts: {
    cage: Outline;
    dome: Dome;
    spine: Spine;
    heart: Heart;
    vessels: GreatVessels;
    airways: Airways;
  },
): Lungs {
  const { cage, dome, spine, heart, vessels, airways } = parts;
  const inner = grown(cage.shape, -9.5);
  const above = without(
    field(EVERYWHERE, () => -1e4),
    dome.below,
  );
  const apex = field([-1e4, -1e4, -1e4, 1e4, 1e4, 151], (_x, _y, z) => z - 151);
  const cavity = intersection([inner, above], 3);
  const half = cage.half(20);
  // Where no organ stands between them the lungs meet behind the sternum; their inner walls follow the mediastinum.
  const septum = field(EVERYWHERE, (x, y, z) => {
    const front = y > 30 ? 5 + 0.1 * Math.max(0, 62 - Math.abs(z - 60)) * 0 : 8;
    const high = z > 100 ? (z - 100) * 0.42 : 0;
    const low = z < 10 ? (10 - z) * 0.1 : 0;
    return Math.abs(x + (z < 40 ? 5 : 0)) - (front + high + low);
  });
  const middle = union(
    [
      septum,
      grown(heart.sac, 0.5),
      column(spine, 5.5),
      ...vessels.mediastinal.map((shape) => grown(shape, 2.6)),
      grown(airways.wallOfTrachea, 2.5),
      grown(airways.oesophagus, 2.5),
      tube(
        [
          [20, -14, 56, 17],
          [44, -10, 44, 12],
        ],
        3,
      ),
      tube(
        [
          [-20, -14, 60, 17],
          [-48, -14, 50, 11],
        ],
        3,
      ),
    ],
    7,
  );
  const [, y0, , , y1] = cage.shape.box;
  const sideBox = (sign: number) =>
    field([sign > 0 ? 0 : -half - 20, y0, -155, sign > 0 ? half + 20 : 0, y1, 152], (x) => -sign * x - 2);
  const lung = (sign: number) => without(intersection([sideBox(sign), inner, above, apex], 5), middle, 5);
  const right = lung(1);
  const left = lung(-1);
  const trees: Tree[] = [];
  const airwayTrees: Tree[] = [];
  for (const [side, shape] of [
    ['right', right],
    ['left', left],
  ] as const) {
    const own = random.fork(side);
    const count = side === 'right' ? 430 : 370;
    const targets = pointsInside(shape, count, 4, own);
    const airwayTargets = targets.filter((_, n) => n % 3 === 0);
    airwayTrees.push(
      growTree({
        root: airways.ends[side],
        targets: airwayTargets,
        random: own.fork('airway'),
        exponent: 2.7,
        thinnest: 0.95,
        reach: 0.55,
      }),
    );
    trees.push(
      growTree({
        root: vessels.hila[side].artery,
        targets,
        random: own.fork('artery'),
        exponent: 3,
        thinnest: 0.5,
        reach: 0.55,
      }),
    );
    const split = [...targets].sort((a, b) => a[2] + 0.6 * a[1] - b[2] - 0.6 * b[1]);
    const cut = Math.floor(split.length * 0.52);
    const [upper, lower] = [split.slice(cut), split.slice(0, cut)];
    vessels.hila[side].veins.forEach((root, n) => {
      const cloud = (n === 0 ? upper : lower).map(([x, y, z]) => [x + 4, y + 5, z - 6] as const);
      trees.push(
        growTree({ root, targets: cloud, random: own.fork(`vein ${n}`), exponent: 3, thinnest: 0.5, reach: 0.55 }),
      );
    });
  }
  const wide = airwayTrees.flatMap((tree) => tree.branches).map(({ from, to }) => [from, to] as const);
  const walls = wide.filter(([from]) => from[3] > 1.3).map(([from, to]) => [thick(from), thick(to)] as const);
  return {
    right,
    left,
    cavity,
    airway: cones(wide),
    airwayWall: cones(walls),
    vessels: union(trees.map((tree) => tree.shape)),
    trees,
    fissure: (x, y, z) => {
      const oblique = (z - 6 + (y + 10) * 0.92) / 1.36;
      if (x < 0) return Math.abs(oblique);
      const horizontal = y > -24 ? Math.abs(z - 26 - 0.05 * x) : 1e3;
      return smoothMin(Math.abs(oblique), oblique > 0 ? horizontal : 1e3, 0.1);
    },
  };
}

function thick([x, y, z, r]: TubeNode): TubeNode {
  return [x, y, z, r + 0.5 + 0.16 * r];
}
