import { grown, intersection, mirrored, union, without } from './combine.ts';
import { capsule, EVERYWHERE, ellipsoid, field, halfSpace, plate, type Shape, type Triple } from './shape.ts';
import { flatTube, tube } from './tube.ts';

export interface Pelvis {
  readonly hips: { readonly right: Shape; readonly left: Shape };
  readonly sacrum: Shape;
  readonly coccyx: Shape;
  readonly femurs: { readonly right: Shape; readonly left: Shape };
  readonly symphysis: Shape;
  readonly hipCartilage: Shape;
  readonly muscles: readonly { readonly name: string; readonly shape: Shape }[];
}

export const FEMORAL_HEAD_MM = 24;
export const HIP: Triple = [88, 2, -366];

/** Landmarks of the right hip bone: front spine, crest, back spine, notch, socket's roof, lower front spine, sacral joint. */
const FRONT: Triple = [119, 46, -282];
const CREST: Triple = [132, 6, -238];
const CREST_BACK: Triple = [98, -48, -234];
const BACK: Triple = [50, -84, -272];
const NOTCH: Triple = [60, -58, -318];
const ROOF: Triple = [92, 2, -342];
const LOWER_FRONT: Triple = [106, 36, -324];
const JOINT: Triple = [56, -48, -288];
const WALL: Triple = [68, -26, -340];

export function makePelvis(): Pelvis {
  const wing = union(
    (
      [
        [FRONT, CREST, ROOF, 3.4],
        [CREST, CREST_BACK, ROOF, 3.2],
        [CREST_BACK, JOINT, ROOF, 4.2],
        [CREST_BACK, BACK, JOINT, 6],
        [JOINT, NOTCH, ROOF, 5],
        [FRONT, LOWER_FRONT, ROOF, 4.4],
        [NOTCH, WALL, ROOF, 5],
      ] as const
    ).map(([a, b, c, r]) => plate(a, b, c, r)),
    5,
  );
  const rim = union(
    [
      tube(
        [
          [...LOWER_FRONT, 7],
          [118, 48, -300, 5],
          [...FRONT, 7.5],
          [132, 30, -256, 6.5],
          [...CREST, 7],
          [120, -24, -228, 6.5],
          [...CREST_BACK, 7],
          [72, -74, -248, 7],
          [...BACK, 7],
        ],
        4,
      ),
      capsule(LOWER_FRONT, ROOF, 8, 12),
    ],
    4,
  );
  const ball = ellipsoid(HIP, [34, 34, 34]);
  const cup = intersection([ball, halfSpace(HIP, [0.78, 0.3, -0.42])], 3);
  const lower = union(
    [
      capsule([80, -16, -368], [70, -40, -402], 15, 13),
      capsule([70, -40, -402], [58, -44, -424], 14, 15),
      capsule([56, -38, -430], [22, 28, -412], 8, 6),
      tube(
        [
          [80, 22, -356, 12],
          [56, 42, -366, 7.5],
          [32, 54, -376, 7.5],
          [13, 58, -384, 8],
        ],
        4,
      ),
      flatTube([
        { at: [9, 58, -374], u: [0, 0.3, -0.95], wide: 6, thin: 6 },
        { at: [9, 54, -392], u: [0, 0.3, -0.95], wide: 12, thin: 6.5 },
        { at: [22, 28, -412], u: [0, 0.3, -0.95], wide: 8, thin: 5 },
      ]),
    ],
    4,
  );
  const socket = ellipsoid(HIP, [FEMORAL_HEAD_MM + 3, FEMORAL_HEAD_MM + 3, FEMORAL_HEAD_MM + 3]);
  const hip = intersection(
    [
      without(union([wing, rim, cup, lower], 6), union([socket, capsule(HIP, [124, 8, -384], 22, 27)]), 1),
      field(EVERYWHERE, (x) => 3.6 - x),
    ],
    1,
  );
  const side = (shape: Shape, s: 1 | -1): Shape =>
    s > 0
      ? shape
      : {
          box: [-shape.box[3], shape.box[1], shape.box[2], -shape.box[0], shape.box[4], shape.box[5]],
          distance: (x, y, z) => shape.distance(-x, y, z),
          near(x, y, z, radius) {
            const seen = shape.near ? shape.near(-x, y, z, radius) : shape;
            return seen && side(seen, s);
          },
        };
  const hips = { right: side(hip, 1), left: side(hip, -1) };
  const head = ellipsoid(HIP, [FEMORAL_HEAD_MM, FEMORAL_HEAD_MM, FEMORAL_HEAD_MM]);
  const femur = union(
    [
      head,
      capsule([94, 1, -370], [122, -8, -388], 15.5, 17),
      ellipsoid([130, -16, -384], [15, 18, 22]),
      capsule([128, -12, -392], [122, -2, -470], 18, 15),
      ellipsoid([108, -18, -424], [10, 10, 11]),
    ],
    7,
  );
  const bodies = flatTube(
    (
      [
        [-20, -286, 27, 16],
        [-36, -306, 24, 14],
        [-56, -326, 21, 11],
        [-72, -346, 18, 8.5],
        [-77, -362, 13, 6],
      ] as const
    ).map(([y, z, wide, thin]) => ({ at: [0, y, z], u: [1, 0, 0], wide, thin })),
  );
  const wings = flatTube(
    (
      [
        [-36, -289, 50, 12],
        [-48, -302, 49, 13],
        [-62, -320, 44, 11],
        [-74, -336, 34, 8],
        [-82, -354, 22, 5],
      ] as const
    ).map(([y, z, wide, thin]) => ({ at: [0, y, z], u: [1, 0, 0], wide, thin })),
  );
  const ridge = tube(
    [
      [0, -66, -292, 6],
      [0, -78, -312, 5.5],
      [0, -88, -334, 4.5],
    ],
    3,
  );
  const holes = mirrored(
    union(
      (
        [
          [-32, -300, 5],
          [-52, -318, 4.6],
          [-68, -335, 4],
        ] as const
      ).map(([y, z, r]) => capsule([20, y + 20, z + 5], [24, y - 40, z - 12], r)),
    ),
  );
  const canal = tube(
    [
      [0, -46, -276, 8],
      [0, -58, -302, 7],
      [0, -74, -326, 4.5],
      [0, -82, -346, 2.5],
    ],
    3,
  );
  const both = union([hips.right, hips.left]);
  const sacrum = without(without(union([bodies, wings, ridge], 5), union([holes, canal]), 2), grown(both, 1.8), 1);
  const coccyx = tube(
    [
      [0, -77, -371, 7],
      [0, -73, -382, 6],
      [0, -66, -391, 4],
    ],
    3,
  );
  return {
    hips,
    sacrum,
    coccyx,
    femurs: { right: side(femur, 1), left: side(femur, -1) },
    symphysis: intersection([ellipsoid([0, 57, -385], [6, 9, 18]), field(EVERYWHERE, (x) => Math.abs(x) - 3.8)], 1),
    hipCartilage: mirrored(without(ellipsoid(HIP, [27.4, 27.4, 27.4]), halfSpace(HIP, [-0.78, -0.3, 0.42]))),
    muscles: pelvicMuscles(),
  };
}

function pelvicMuscles(): { name: string; shape: Shape }[] {
  const iliacus = union(
    [
      plate([108, 40, -286], [122, 4, -246], [88, 12, -334], 9),
      plate([122, 4, -246], [94, -38, -246], [88, 8, -334], 9),
      plate([94, -38, -246], [66, -40, -288], [84, 0, -334], 7),
    ],
    6,
  );
  const iliopsoas = tube(
    [
      [74, 14, -318, 17],
      [88, 34, -344, 15],
      [98, 30, -374, 14],
      [104, 4, -410, 12],
    ],
    4,
  );
  return [
    { name: 'muscle iliacus', shape: mirrored(union([iliacus, iliopsoas], 5)) },
    {
      name: 'muscle piriformis',
      shape: mirrored(
        tube(
          [
            [16, -62, -332, 8],
            [50, -56, -344, 11],
            [90, -44, -362, 8],
            [126, -22, -368, 4],
          ],
          4,
        ),
      ),
    },
    {
      name: 'muscle obturator',
      shape: mirrored(
        union(
          [
            flatTube([
              { at: [54, 16, -370], u: [0, 0.2, -0.98], wide: 20, thin: 6 },
              { at: [60, -20, -380], u: [0, 0.2, -0.98], wide: 24, thin: 7 },
            ]),
            capsule([40, 40, -398], [104, -24, -400], 11, 7),
          ],
          4,
        ),
      ),
    },
    {
      name: 'muscle pelvic floor',
      shape: mirrored(
        union([
          plate([3, 44, -396], [6, -62, -386], [52, -16, -372], 2.4),
          plate([3, 44, -396], [48, 30, -374], [52, -16, -372], 2.4),
        ]),
      ),
    },
  ];
}
