import { grown, intersection, mirrored, receded, shared, uneven, union, without } from './combine.ts';
import type { Cranium } from './cranium.ts';
import { capsule, EVERYWHERE, ellipsoid, field, type Shape, type Triple } from './shape.ts';
import { APEX, EYE } from './skull.ts';
import { flatTube, tube } from './tube.ts';

export interface HeadSoft {
  readonly skin: Shape;
  /** Under scalp and fat. */
  readonly fascia: Shape;
  readonly scalp: Shape;
  readonly muscles: readonly { readonly name: string; readonly shape: Shape }[];
  readonly glands: readonly { readonly name: string; readonly shape: Shape }[];
  readonly tongue: Shape;
  readonly larynx: Shape;
  readonly pharynx: Shape;
  readonly ears: Shape;
  readonly eyes: readonly {
    readonly side: 'right' | 'left';
    readonly globe: Shape;
    readonly lens: Shape;
    readonly centre: Triple;
    readonly volumeMl: number;
    readonly nerve: Shape;
  }[];
  readonly chiasm: Shape;
}

export const GLOBE_MM = 12.1;
const LENS: Triple = [4.6, 2.1, 4.6];

export function makeHeadSoft({ vault }: Cranium): HeadSoft {
  const neck = field([-75, -95, -1e4, 75, 70, 30], (x, y, z) => {
    const wide = 57 + 0.0035 * Math.max(0, -88 - z) ** 2;
    const deep = 60 + 0.001 * Math.max(0, -88 - z) ** 2;
    const [p, q] = [x / wide, (y + 18 - 0.06 * (z + 90)) / deep];
    const r = Math.sqrt(p * p + q * q);
    const steep = Math.sqrt((p / wide) ** 2 + (q / deep) ** 2) / Math.max(1e-6, r);
    return Math.max((r - 1) / Math.max(1e-6, steep), z - 10);
  });
  const nose = union(
    [
      capsule([0, 90, 12], [0, 110, -20], 7, 10),
      ellipsoid([0, 110, -21], [10, 10, 9]),
      ...[1, -1].map((s) => ellipsoid([s * 11, 101, -23], [8, 10, 8])),
    ],
    6,
  );
  const face = union(
    [
      grown(vault, 12.6),
      // the occiput, over the posterior fossa
      ellipsoid([0, -52, -10], [66, 54, 45]),
      mirrored(ellipsoid([46, -20, -22], [28, 32, 36])),
      // cheek and jaw's angle
      mirrored(ellipsoid([45, 6, -46], [28, 34, 36])),
      ellipsoid([0, 44, -8], [71, 52, 46]),
      ellipsoid([0, 42, -42], [63, 55, 44]),
      mirrored(ellipsoid([42, 62, -18], [26, 28, 24])),
      mirrored(ellipsoid([36, 34, -66], [26, 42, 30])),
      ellipsoid([0, 72, -58], [38, 27, 30]),
      ellipsoid([0, 84, -82], [24, 16, 16]),
      ellipsoid([0, 20, -84], [50, 52, 22]),
      neck,
    ],
    14,
  );
  const sockets = mirrored(ellipsoid([33, 99, 3], [17, 13, 9]));
  const lips = union(
    [-50, -59].map((z) => capsule([-16, 95, z], [16, 95, z], 5.2)),
    3,
  );
  const ear = mirrored(
    without(
      ellipsoid(
        [80, -19, -2],
        [6, 17, 30],
        [
          [0.9, 0.43, 0],
          [-0.43, 0.9, 0],
          [0, 0, 1],
        ],
      ),
      ellipsoid(
        [87, -12, 3],
        [5.5, 9, 19],
        [
          [0.9, 0.43, 0],
          [-0.43, 0.9, 0],
          [0, 0, 1],
        ],
      ),
      3,
    ),
  );
  const lids = mirrored(ellipsoid([31.5, 74, 1], [15.5, 13.2, 12.5]));
  const body = shared(union([without(union([face, nose], 8), sockets, 8), lips, lids], 5));
  const nostrils = mirrored(
    tube(
      [
        [5.5, 107, -34, 2.6],
        [6, 101, -28, 3],
        [7.5, 94.5, -24, 2.6],
      ],
      3,
    ),
  );
  const skin = uneven(union([without(body, nostrils, 2), ear], 4), 0.5, 60);
  const fascia = shared(
    receded(
      body,
      (x, y, z) => 5 + Math.max(0, Math.min(5, (-z - 10) * 0.08)) + (y < -50 ? 1 : 0) - (Math.abs(x) > 60 ? 1 : 0),
      12,
    ),
  );
  const wing = (f: (x: number, y: number, z: number) => number) => field(EVERYWHERE, (x, y, z) => f(Math.abs(x), y, z));
  const temporalis = intersection(
    [
      grown(fascia, -0.8),
      wing((x, y, z) => {
        const [p, q] = [(y - 16 + 0.2 * (z - 20)) / 44, (z - 18) / 42];
        return Math.max((Math.sqrt(p * p + q * q) - 1) * 40, 40 - x);
      }),
    ],
    4,
  );
  const masseter = mirrored(
    flatTube([
      { at: [62, 24, -18], u: [0, 1, 0], wide: 15, thin: 5 },
      { at: [59, 20, -42], u: [0, 0.97, 0.2], wide: 16, thin: 7.5 },
      { at: [53, 16, -70], u: [0, 0.97, 0.2], wide: 13, thin: 5 },
    ]),
  );
  const pterygoid = mirrored(
    union([capsule([19, 30, -26], [45, 8, -58], 7, 8), capsule([22, 34, -14], [48, 6, -18], 7, 5)], 3),
  );
  const strap = mirrored(
    flatTube([
      { at: [60, -24, -40], u: [0.4, 0.9, 0], wide: 12, thin: 6 },
      { at: [54, -8, -80], u: [0.5, 0.86, 0], wide: 15, thin: 7 },
      { at: [42, 16, -140], u: [0.7, 0.7, 0], wide: 15, thin: 7 },
    ]),
  );
  const nape = intersection(
    [
      grown(fascia, -1),
      wing((x, y, z) => Math.max((z + 34 + 0.22 * x + 0.3 * (y + 60)) * 0.92, y + 22 - 0.35 * x, x - 50)),
    ],
    16,
  );
  const floor = union([ellipsoid([0, 44, -80], [32, 34, 6]), mirrored(capsule([9, 74, -78], [9, 28, -88], 5))], 4);
  const recti = mirrored(
    union(
      (
        [
          [31.5, 69, 13.6],
          [31.5, 69, -11.6],
          [19.6, 69, 1],
          [43, 66, 1],
        ] as const
      ).map((end, n) =>
        tube(
          [
            [APEX[0], APEX[1], APEX[2], 1.6],
            [
              (APEX[0] + end[0]) / 2 + (n === 3 ? 4 : n === 2 ? -2 : 1),
              52,
              (APEX[2] + end[2]) / 2 + (n === 0 ? 5 : n === 1 ? -4 : 0),
              2.7,
            ],
            [end[0], end[1], end[2], 1.5],
          ],
          4,
        ),
      ),
    ),
  );
  const mimic = intersection(
    [
      without(grown(fascia, -0.8), grown(fascia, -6)),
      wing((x, y, z) => Math.max(z + 8 - 0.2 * x, -96 - z, 34 - y, x - 62)),
    ],
    3,
  );
  const throat = union(
    [
      ...[1, -1].map((s) =>
        tube(
          [
            [s * 13, 34, -92, 6],
            [s * 14, 36, -120, 6],
            [s * 13, 34, -150, 6],
          ],
          3,
        ),
      ),
      ellipsoid([0, 38, -92], [22, 9, 9]),
    ],
    5,
  );
  const globeVolume = (4 / 3) * Math.PI * (GLOBE_MM ** 3 - LENS[0] * LENS[1] * LENS[2]);
  return {
    skin,
    fascia,
    scalp: intersection([skin, field(EVERYWHERE, (_x, y, z) => (10 + 0.32 * y - z) * 0.95)]),
    ears: ear,
    muscles: [
      { name: 'muscle eye', shape: recti },
      { name: 'muscle temporalis', shape: temporalis },
      { name: 'muscle masseter', shape: masseter },
      { name: 'muscle pterygoid', shape: pterygoid },
      { name: 'muscle mouth floor', shape: floor },
      { name: 'muscle face', shape: mimic },
      {
        name: 'muscle prevertebral',
        shape: mirrored(
          tube(
            [
              [8, -6, -48, 5],
              [9, -1, -90, 7],
              [9, -2, -150, 7],
            ],
            3,
          ),
        ),
      },
      { name: 'muscle throat', shape: throat },
      { name: 'muscle neck', shape: union([strap, nape]) },
    ],
    glands: [
      ...([1, -1] as const).flatMap((s) => {
        const side = s > 0 ? 'right' : 'left';
        return [
          { name: `${side} parotid gland`, shape: uneven(ellipsoid([s * 58, -4, -44], [11, 15, 24]), 1, 14, s) },
          { name: `${side} submandibular gland`, shape: uneven(ellipsoid([s * 27, 26, -88], [9, 15, 10]), 0.8, 12, s) },
          { name: `${side} lacrimal gland`, shape: ellipsoid([s * 45, 73, 12], [4, 6, 5]) },
        ];
      }),
    ],
    tongue: uneven(union([ellipsoid([0, 46, -57], [21, 33, 16]), ellipsoid([0, 26, -68], [18, 15, 18])], 8), 0.7, 26),
    larynx: without(
      mirrored(
        flatTube([
          { at: [2, 36, -108], u: [0, 0, 1], wide: 15, thin: 2 },
          { at: [13, 24, -108], u: [0, 0, 1], wide: 13, thin: 1.8 },
          { at: [18, 8, -108], u: [0, 0, 1], wide: 14, thin: 1.6 },
        ]),
      ),
      ellipsoid([0, 22, -108], [9, 11, 40]),
    ),
    pharynx: flatTube([
      { at: [0, 20, -22], u: [1, 0, 0], wide: 11, thin: 6 },
      { at: [0, 10, -40], u: [1, 0, 0], wide: 12, thin: 5.5 },
      { at: [0, 6, -62], u: [1, 0, 0], wide: 14, thin: 6 },
      { at: [0, 7, -84], u: [1, 0, 0], wide: 12, thin: 6 },
      { at: [0, 16, -104], u: [1, 0, 0], wide: 7, thin: 8 },
      { at: [0, 17, -150], u: [1, 0, 0], wide: 8, thin: 8.5 },
    ]),
    eyes: ([1, -1] as const).map((s) => {
      const centre: Triple = [s * EYE[0], EYE[1], EYE[2]];
      return {
        side: s > 0 ? 'right' : 'left',
        centre,
        globe: ellipsoid(centre, [GLOBE_MM, GLOBE_MM, GLOBE_MM]),
        lens: ellipsoid([centre[0], centre[1] + 8, centre[2]], LENS),
        volumeMl: globeVolume / 1000,
        nerve: tube([
          [s * 30, 60, 1, 2.3],
          [s * 23, 47, 3, 2.2],
          [s * APEX[0], APEX[1], 3, 2],
          [s * 10, 26, 5, 2.1],
          [s * 3, 17, 7.5, 2.3],
          [s * 9, 6, 8, 2],
          [s * 17, -6, 11, 1.8],
        ]),
      };
    }),
    chiasm: flatTube([
      { at: [-4, 16.5, 7.5], u: [0, 1, 0], wide: 3.2, thin: 2 },
      { at: [4, 16.5, 7.5], u: [0, 1, 0], wide: 3.2, thin: 2 },
    ]),
  };
}
