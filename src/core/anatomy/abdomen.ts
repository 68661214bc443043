import { growTree, pointsInside } from './branching.ts';
import { grown, intersection, uneven, union, without } from './combine.ts';
import type { Random } from './random.ts';
import { EVERYWHERE, ellipsoid, field, halfSpace, type Shape, type Triple } from './shape.ts';
import { column, type Spine } from './spine.ts';
import type { Dome, Outline } from './torso.ts';
import { cones, pairs, spline, type TubeNode, tube } from './tube.ts';
import { unit } from './vector.ts';

export interface Kidney {
  readonly shape: Shape;
  readonly sinus: Shape;
  readonly centre: Triple;
}

export interface Abdomen {
  /** Inside of belly wall and diaphragm. */
  readonly cavity: Shape;
  readonly diaphragm: Shape;
  readonly liver: Shape;
  readonly liverVessels: Shape;
  readonly gallbladder: Shape;
  readonly spleen: Shape;
  readonly stomach: Shape;
  readonly stomachLumen: Shape;
  readonly colon: Shape;
  readonly colonLumen: Shape;
  readonly duodenum: Shape;
  readonly pancreas: Shape;
  readonly kidneys: { readonly right: Kidney; readonly left: Kidney };
  readonly adrenals: Shape;
  /** Height of the fluid level (patient on the back): gas lies in front of it. */
  readonly fluidY: number;
}

export function makeAbdomen(
  random: Random,
  parts: {
    cage: Outline;
    dome: Dome;
    spine: Spine;
    keepOut: readonly Shape[];
    /** How much lower the liver's edge lies, and how much larger the spleen is; the chest's own unless told. */
    grownBy?: { readonly liverMm: number; readonly spleen: number };
  },
): Abdomen {
  const { cage, dome, spine, keepOut, grownBy = { liverMm: 0, spleen: 1 } } = parts;
  const big = random.around(1, 0.05);
  const under = (by: number) => grown(dome.below, -by);
  const wall = grown(cage.shape, -10);
  const cavity = intersection([wall, under(4)], 3);
  const diaphragm = intersection([grown(cage.shape, -9.5), under(0), field(EVERYWHERE, (_x, _y, z) => -152 - z)], 2);
  const back = column(spine, 8);
  // The liver is what dome, wall and a slanting lower face leave; the left lobe thins out to an edge.
  const lower = halfSpace([0, 10, -99 - grownBy.liverMm], [-0.5 * big, 0.18, -1]);
  const leftEnd = field(EVERYWHERE, (x, y, z) => -(x + 62 * big + 0.25 * (z + 60) - 0.12 * (y - 40)) * 0.94);
  const behind = field(EVERYWHERE, (x, y, z) => (-(y - 2) + (x - 8) * -0.9 - 0.1 * (z + 60)) * 0.72);
  const hilum = ellipsoid([14, 6, -122], [46, 40, 40]);
  const liver = uneven(
    without(
      without(intersection([grown(wall, -1.5), under(7), lower, leftEnd, behind], 16), hilum, 18),
      union(
        [grown(back, 2), ...keepOut.map((shape) => grown(shape, 1.5)), ellipsoid([64, -56, -128], [36, 36, 56])],
        6,
      ),
      6,
    ),
    0.9,
    72,
    random.between(0, 6),
  );
  const portal: TubeNode = [24, 12, -86, 6.4];
  const cloud = pointsInside(liver, 230, 5, random.fork('liver'));
  const portalTree = growTree({
    root: portal,
    targets: cloud,
    random: random.fork('portal'),
    exponent: 2.8,
    thinnest: 0.9,
  });
  const hepatic = [[36, 2, -46, 5.2] as const, [26, 8, -44, 4.8] as const, [16, 6, -46, 4.6] as const];
  const order = [...cloud].sort((a, b) => b[0] - a[0]);
  const share = Math.ceil(order.length / 3);
  const veins = hepatic.map((root, n) =>
    growTree({
      root,
      targets: order
        .slice(n * share, (n + 1) * share)
        .filter((_, m) => m % 2 === 0)
        .map(([x, y, z]) => [x, y + 5, z + 6] as const),
      random: random.fork(`hepatic ${n}`),
      exponent: 2.7,
      thinnest: 0.9,
      reach: 0.5,
    }),
  );
  const trunkOfPortal = tube(
    [
      [-2, 14, -134, 6],
      [8, 12, -112, 6.6],
      [24, 12, -86, 6.6],
    ],
    4,
  );
  const stubs = hepatic.map((root) => tube([[29, -8, -42, root[3] + 1], root], 3));
  const liverVessels = union([trunkOfPortal, portalTree.shape, ...veins.map((tree) => tree.shape), ...stubs]);
  const gallbladder = tube(
    [
      [34, 28, -98, 5],
      [42, 44, -108, 12],
      [48, 56, -120, 13],
      [50, 60, -126, 11],
    ],
    5,
  );
  const axis = unit([-0.35, 0.55, -0.75]);
  const across = unit([-0.8, -0.6, -0.07]);
  const third: Triple = [
    axis[1] * across[2] - axis[2] * across[1],
    axis[2] * across[0] - axis[0] * across[2],
    axis[0] * across[1] - axis[1] * across[0],
  ];
  const spleen = uneven(
    without(
      intersection(
        [
          ellipsoid(
            [-94, -42, -84],
            [58 * big * grownBy.spleen, 33 * big * grownBy.spleen, 37 * big * grownBy.spleen],
            [axis, across, unit(third)],
          ),
          grown(wall, -1.5),
          under(7),
        ],
        8,
      ),
      union([ellipsoid([-60, -6, -80], [34, 34, 46]), ellipsoid([-62, -56, -122], [33, 32, 52])]),
      10,
    ),
    0.8,
    52,
    random.between(0, 6),
  );
  const path = spline<TubeNode>(
    [
      [-46, -14, -58, 26],
      [-60, -8, -64, 33],
      [-66, 8, -84, 31],
      [-62, 30, -106, 27],
      [-46, 48, -126, 23],
      [-22, 56, -138, 20],
      [4, 52, -138, 16],
      [24, 42, -128, 11.5],
    ],
    6,
  ).map((node): TubeNode => [node[0], node[1], node[2], node[3] * big]);
  const inner = (nodes: readonly TubeNode[], by: number) =>
    cones(pairs(nodes.map(([x, y, z, r]): TubeNode => [x, y, z, r - by])));
  const gastricRoom = [grown(wall, -2), under(8)];
  const stomach = uneven(intersection([cones(pairs(path)), ...gastricRoom], 5), 0.9, 58, 1.7);
  const stomachLumen = uneven(
    intersection([inner(path, 4.2), ...gastricRoom.map((shape) => grown(shape, -4.2))], 5),
    1.2,
    26,
    0.4,
  );
  const loops = spline<TubeNode>(
    [
      [88, 14, -205, 21],
      [86, 22, -172, 22],
      [76, 38, -160, 18],
      [48, 50, -168, 17],
      [10, 53, -178, 17],
      [-30, 51, -170, 17],
      [-66, 34, -150, 17],
      [-92, 6, -128, 17],
      [-96, -16, -150, 15],
      [-94, -10, -205, 14],
    ],
    10,
  ).map((node, n): TubeNode => [node[0], node[1], node[2], node[3] * (1 + 0.13 * Math.sin(n * 1.15))]);
  const bowelRoom = [grown(wall, -2)];
  const colon = intersection([cones(pairs(loops)), ...bowelRoom], 4);
  const colonLumen = intersection([inner(loops, 2.6), ...bowelRoom.map((shape) => grown(shape, -2.6))], 4);
  const duodenum = tube(
    [
      [24, 42, -128, 11],
      [42, 28, -132, 13],
      [46, 14, -150, 13],
      [40, 8, -174, 13],
      [14, 10, -186, 12],
      [-20, 12, -184, 12],
      [-30, 24, -168, 12],
    ],
    5,
  );
  const pancreas = uneven(
    tube(
      [
        [32, 16, -152, 13],
        [18, 18, -142, 13],
        [-2, 22, -136, 9],
        [-28, 16, -128, 10],
        [-54, -6, -118, 10],
        [-74, -24, -108, 8],
      ],
      6,
    ),
    1.6,
    13,
    0.3,
  );
  const keptBack = grown(back, 3);
  const kidney = (x: number, z: number, turn: number): Kidney => {
    const s = Math.sign(x);
    const centre: Triple = [x, spine.lineY(z) + 2, z];
    const long = unit([s * 0.24 * -1, -0.12, 1]);
    const out = unit([s * Math.cos(turn), -Math.sin(turn), s * s * 0.24 * Math.cos(turn)]);
    const depth: Triple = [
      long[1] * out[2] - long[2] * out[1],
      long[2] * out[0] - long[0] * out[2],
      long[0] * out[1] - long[1] * out[0],
    ];
    const along = (a: number, b: number, c: number): Triple => [
      centre[0] + a * long[0] + b * out[0] + c * depth[0],
      centre[1] + a * long[1] + b * out[1] + c * depth[1],
      centre[2] + a * long[2] + b * out[2] + c * depth[2],
    ];
    const bean = without(
      union(
        [
          ellipsoid(along(0, 2, 0), [50 * big, 25 * big, 21 * big], [long, out, unit(depth)]),
          ellipsoid(along(26, -4, 0), [26 * big, 22 * big, 21 * big], [long, out, unit(depth)]),
          ellipsoid(along(-26, -4, 0), [26 * big, 22 * big, 21 * big], [long, out, unit(depth)]),
        ],
        8,
      ),
      ellipsoid(along(0, -29, 2), [17, 22, 14], [long, out, unit(depth)]),
      9,
    );
    return {
      centre,
      shape: intersection([without(bean, keptBack, 4), grown(wall, -3)], 4),
      sinus: ellipsoid(along(0, -9, 0), [22, 12, 8], [long, out, unit(depth)]),
    };
  };
  return {
    cavity,
    diaphragm,
    liver,
    liverVessels,
    gallbladder,
    spleen,
    stomach,
    stomachLumen,
    colon,
    colonLumen,
    duodenum,
    pancreas,
    kidneys: { right: kidney(60, -130, 0.5), left: kidney(-60, -121, 0.5) },
    adrenals: union([
      tube(
        [
          [32, -30, -76, 2.4],
          [36, -34, -84, 3.4],
          [44, -40, -90, 2.2],
        ],
        3,
      ),
      tube(
        [
          [-34, -28, -80, 2.4],
          [-36, -32, -88, 3.4],
          [-42, -40, -92, 2.2],
        ],
        3,
      ),
    ]),
    fluidY: random.between(16, 26),
  };
}
