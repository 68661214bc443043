import { grown, intersection, mirrored, uneven, union } from './combine.ts';
import type { Cranium } from './cranium.ts';
import type { Random } from './random.ts';
import { clamp01, EVERYWHERE, ellipsoid, field, remembered, type Shape, sine, smoothstep, touches } from './shape.ts';
import { flatTube, spline, type TubeNode, tube } from './tube.ts';
import { mottle } from './tissue.ts';

export interface Brain {
  /** Folded surface of the hemispheres. */
  readonly pia: Shape;
  /** What lies beneath the cortex. */
  readonly white: Shape;
  readonly cerebellum: Shape;
  readonly brainstem: Shape;
  readonly callosum: Shape;
  readonly ventricles: { readonly right: Shape; readonly left: Shape; readonly third: Shape; readonly fourth: Shape };
  readonly nuclei: readonly { readonly name: string; readonly shape: Shape }[];
  readonly falx: Shape;
  readonly tentorium: Shape;
}

const CORTEX_MM = 2.7;
const WAVES = 10;
/** Sulci are about half of this apart. */
const FOLD_MM = 26;
/** Rows of kx, ky, kz, phase. */
type Waves = Float64Array;

function makeWaves(random: Random): Waves {
  const waves = new Float64Array(WAVES * 4);
  for (let n = 0; n < WAVES; n++) {
    const z = -1 + (2 * n + 1) / WAVES;
    const turn = n * 2.39996 + random.between(-0.3, 0.3);
    const k = (2 * Math.PI) / (FOLD_MM * random.between(0.86, 1.16));
    const r = Math.sqrt(1 - z * z);
    waves.set([k * r * Math.cos(turn), k * r * Math.sin(turn), k * z, random.between(0, 2 * Math.PI)], n * 4);
  }
  return waves;
}

/** Abramowitz & Stegun 4.4.45, error below 7e-5: the same in every engine. */
function arcsine(t: number): number {
  return Math.PI / 2 - Math.sqrt(1 - t) * (1.5707288 + t * (-0.2121144 + t * (0.074261 - t * 0.0187293)));
}

/**
 * Cortex: sulci are the zero sheets of a sum of plane waves of one wavelength (their zero lines wind as gyri do), standing on the
 * hull and ending at a depth that varies; grey matter lines the hull and both walls of each sheet. `pressing` lies between brain and
 * skull: the cortex gives way to it.
 */
export function makeBrain(random: Random, cranium: Cranium, pressing: readonly Shape[]): Brain {
  const { cavity, vault } = cranium;
  const waves = makeWaves(random.fork('folds'));
  const tent = (x: number, y: number) => cranium.tentorium(x, y);
  const floor = field(EVERYWHERE, (x, y, z) => {
    const front = 5 + 10 * smoothstep(4, 40, y);
    const back = smoothstep(-8, -30, y);
    return (front * (1 - back) + (tent(x, y) + 1.8) * back - z) * 0.93;
  });
  const within = grown(cavity, -1.5);
  const temporal = mirrored(ellipsoid([42, 7, 0], [24, 38, 21]));
  const hull = union([intersection([grown(vault, -1.7), floor], 8), intersection([temporal, within], 3)], 3);
  // Within this ellipse the hemispheres are one: commissures and deep grey matter, without sulci.
  const core = (x: number, y: number, z: number) => {
    const [p, q, r] = [(y + 6) / 47, (z - 16) / 31, x / 34];
    return (1 - Math.sqrt(p * p + q * q + r * r)) * 31;
  };
  const folded = folds({ waves, hull, core, pressing });
  return {
    ...folded,
    ...deepParts(random, cranium),
    falx: falxOf(cavity, tent),
    tentorium: intersection(
      [
        within,
        field(EVERYWHERE, (x, y, z) =>
          Math.max((Math.abs(z - tent(x, y)) - 0.8) * 0.92, y + 24, 22 - Math.hypot(x, y + 22)),
        ),
      ],
      0,
    ),
  };
}

type Field = (x: number, y: number, z: number) => number;

/** No sulcus reaches deeper than this below the hull. */
const DEEPEST_MM = 24;

function folds(parts: { waves: Waves; hull: Shape; core: Field; pressing: readonly Shape[] }): {
  pia: Shape;
  white: Shape;
} {
  const { waves, hull, core, pressing } = parts;
  const [at, value] = [new Float64Array(3).fill(Number.NaN), new Float64Array(2)];
  const ask = (x: number, y: number, z: number, which: 0 | 1): number => {
    if (x !== at[0] || y !== at[1] || z !== at[2]) {
      at[0] = x;
      at[1] = y;
      at[2] = z;
      let depth = Math.min(-hull.distance(x, y, z), Math.max(Math.abs(x) - 1.5, core(0, y, z)));
      for (const shape of pressing) depth = Math.min(depth, shape.distance(x, y, z) - 0.5);
      if (depth < -12) value.fill(-depth);
      else {
        const sheet = Math.max(core(x, y, z), Math.min(foldSheet(waves, x, y, z, depth), sylvian(x, y, z)));
        const half = 0.3 + 1.5 * clamp01(1 - Math.max(0, depth) / 9) ** 3;
        value[0] = Math.max(-depth, half - sheet);
        value[1] = Math.max(CORTEX_MM - depth, half + CORTEX_MM - sheet);
      }
    }
    return value[which] as number;
  };
  // Both surfaces are asked for the same balls, one after the other: they share what is left of the hull there.
  let ball: readonly number[] = [];
  let part: { pia: Shape; white: Shape } | null = null;
  const near = (x: number, y: number, z: number, radius: number) => {
    if (x !== ball[0] || y !== ball[1] || z !== ball[2] || radius !== ball[3]) {
      ball = [x, y, z, radius];
      const seen = hull.near ? hull.near(x, y, z, radius + DEEPEST_MM) : hull;
      const close = pressing.filter((shape) => touches(shape.box, x, y, z, radius + DEEPEST_MM));
      part = seen && folds({ waves, hull: { ...seen, box: hull.box }, core, pressing: close });
    }
    return part;
  };
  return {
    pia: { box: hull.box, distance: (x, y, z) => ask(x, y, z, 0), near: (x, y, z, r) => near(x, y, z, r)?.pia ?? null },
    white: {
      box: hull.box,
      distance: (x, y, z) => ask(x, y, z, 1),
      near: (x, y, z, r) => near(x, y, z, r)?.white ?? null,
    },
  };
}

/** Distance to the nearest sulcus' middle sheet, also from below its end. */
function foldSheet(waves: Waves, x: number, y: number, z: number, depth: number): number {
  // The pattern stands on the hull: it is read between the point itself and its projection from the middle.
  const [u, v, w] = [x / 69, (y + 9) / 88, (z - 34) / 66];
  const out = Math.max(0.3, Math.sqrt(u * u + v * v + w * w));
  const stretch = 0.5 / out + 0.5;
  const qx = x * stretch;
  const qy = (y + 9) * stretch + 4 * sine(0.07 * z + 0.05 * x);
  const qz = (z - 34) * stretch + 4 * sine(0.075 * y + 0.06 * x);
  let [f, gx, gy, gz] = [0, 0, 0, 0];
  for (let n = 0; n < WAVES * 4; n += 4) {
    const [a, b, c] = [waves[n] as number, waves[n + 1] as number, waves[n + 2] as number];
    const phase = a * qx + b * qy + c * qz + (waves[n + 3] as number);
    f += sine(phase);
    const slope = sine(phase + Math.PI / 2);
    gx += a * slope;
    gy += b * slope;
    gz += c * slope;
  }
  const k = (2 * Math.PI) / FOLD_MM;
  const steep = (gx * gx + gy * gy + gz * gz) / (k * k);
  const away = arcsine(Math.sqrt((f * f) / (f * f + steep + 1e-9))) / (k * stretch);
  // Where it reaches nothing two gyri are one: that is how they come to wind.
  const ends = Math.max(0, Math.min(19, 11.5 + 15 * mottle(x, y, z, 58)));
  const below = Math.max(0, depth - ends);
  return Math.sqrt(away * away + below * below);
}

/** The lateral fissure and the cleft over the insula at its bottom. */
function sylvian(x: number, y: number, z: number): number {
  const side = Math.abs(x);
  if (side < 24) return 99;
  const behind = Math.max(0, 10 - y);
  const rise = z - (12 + 0.0075 * behind * behind) - 1.3 * sine(0.24 * y + 0.1 * side);
  const beyond = Math.max(0, y - 34, -40 - y);
  const slit = Math.hypot(rise * 0.93, Math.max(0, 40 - side), beyond);
  const bowed = 40.5 - 0.007 * (y - 2) * (y - 2) + 0.9 * sine(0.55 * y) + 0.7 * sine(0.4 * z);
  const cleft = Math.hypot(side - bowed, Math.max(0, Math.abs(rise - 2) - 12), Math.max(0, y - 26, -26 - y));
  return Math.min(slit, cleft);
}

function falxOf(cavity: Shape, tent: (x: number, y: number) => number): Shape {
  const sickle = field([-1.1, -120, 0, 1.1, 120, 120], (x, y, z) => {
    const [p, q] = [(y + 8) / 62, (z - 12) / 44];
    return Math.max(Math.abs(x) - 1, (1 - Math.sqrt(p * p + q * q)) * 44, (tent(0, y) - z) * 0.9);
  });
  return intersection([sickle, cavity]);
}

function deepParts(random: Random, { cavity, tentorium }: Cranium) {
  const wide = random.fork('ventricles').around(1, 0.18);
  const horn = (side: 1 | -1) => {
    const nodes = (rows: readonly TubeNode[]) =>
      spline(rows, 4).map(([x, y, z, r]): TubeNode => [side * x, y, z, r * wide]);
    const flat = flatTube(
      nodes([
        [6, 33, 26, 3.4],
        [8, 24, 31, 4.4],
        [9.5, 8, 36, 4.2],
        [12, -12, 37, 4.4],
        [17, -28, 33, 5.2],
        [23, -39, 24, 6],
      ]).map(([x, y, z, r], n) => ({
        at: [x, y, z],
        u: [side * 0.5, 0, n < 9 ? 0.86 : 0.95],
        wide: r * 1.75,
        thin: r * 0.82,
      })),
    );
    const occipital = tube(
      nodes([
        [23, -38, 23, 6],
        [24.5, -50, 19, 4.6],
        [23, -63, 17, 2.4],
      ]),
      2,
    );
    const inferior = tube(
      nodes([
        [23, -38, 23, 6],
        [31, -34, 12, 4],
        [33, -20, 3, 3],
        [31, 0, -1, 2.4],
      ]),
      2,
    );
    return union([flat, occipital, inferior], 2);
  };
  const third = flatTube([
    { at: [0, 11, 15], u: [0, 0.2, 0.98], wide: 8, thin: 2.1 * wide },
    { at: [0, -2, 20], u: [0, 0, 1], wide: 10, thin: 2.5 * wide },
    { at: [0, -15, 21], u: [0, 0.3, 0.95], wide: 5, thin: 2.1 * wide },
  ]);
  const aqueduct = tube([
    [0, -15, 17, 1.6],
    [0, -23, 8, 1.4],
    [0, -30, 0, 2],
  ]);
  const fourth = union([aqueduct, ellipsoid([0, -34.5, -9], [8, 4.6, 12])], 3);
  const both = (name: string, make: (side: 1 | -1) => Shape) =>
    ([1, -1] as const).map((side) => ({ name: `${side > 0 ? 'right' : 'left'} ${name}`, shape: make(side) }));
  const nuclei = [
    ...both('thalamus', (s) =>
      intersection([
        uneven(ellipsoid([s * 11.5, -9, 20.5], [9, 15.5, 9.5]), 0.5, 20, s),
        field(EVERYWHERE, (x) => 2.2 - s * x),
      ]),
    ),
    ...both('caudate', (s) =>
      union(
        [
          ellipsoid([s * 14.5, 21, 25], [5.4, 9.5, 8.4]),
          tube(
            [
              [s * 16, 16, 31, 4.4],
              [s * 18.5, 0, 37, 3.4],
              [s * 20.5, -16, 37, 2.7],
              [s * 27, -34, 28, 2.1],
              [s * 33, -32, 13, 1.7],
              [s * 35, -18, 7, 1.5],
            ],
            5,
          ),
        ],
        3,
      ),
    ),
    ...both('hippocampus', (s) =>
      tube([
        [s * 25, 5, -3, 6.5],
        [s * 27, -8, 0, 5.4],
        [s * 28, -22, 4, 4.4],
        [s * 22, -36, 13, 3.2],
      ]),
    ),
    ...both('globus pallidus', (s) => ellipsoid([s * 20, 4.5, 15.5], [4.2, 10.5, 7])),
    ...both('putamen', (s) => uneven(ellipsoid([s * 26.5, 8, 18], [5.4, 17.5, 11.5]), 0.5, 18, 2 * s)),
  ];
  const callosum = flatTube(
    spline<readonly [number, number, number, number]>(
      [
        [20, 15, 1.8, 8],
        [31, 19, 2.8, 12],
        [36.5, 28, 5, 15],
        [30, 38, 3.8, 18],
        [12, 45, 3, 20],
        [-10, 47, 2.8, 20],
        [-30, 43, 3.2, 20],
        [-43, 33, 5.6, 19],
        [-40, 27, 4.6, 14],
      ],
      4,
    ).map(([y, z, thin, width]) => ({ at: [0, y, z], u: [1, 0, 0], wide: width, thin })),
  );
  const brainstem = union(
    [
      ...[1, -1].map((s) =>
        tube(
          [
            [s * 16, -8, 13, 7],
            [s * 9, -14, 5, 7],
            [s * 6, -17, -4, 7],
          ],
          3,
        ),
      ),
      tube([
        [0, -21, 6, 9],
        [0, -22, -4, 10],
        [0, -25, -20, 9.5],
        [0, -31, -36, 7.4],
        [0, -35, -48, 5.6],
        [0, -36, -60, 5],
      ]),
      ellipsoid([0, -16, -11], [16.5, 11.5, 13]),
      ...[1, -1].map((s) =>
        tube(
          [
            [s * 8, -18, -11, 8.5],
            [s * 19, -29, -13, 7.5],
            [s * 24, -40, -14, 6],
          ],
          3,
        ),
      ),
    ],
    4,
  );
  const underTent = field(EVERYWHERE, (x, y, z) => (z - tentorium(x, y) + 2.2) * 0.92);
  const lobes = union(
    [...[1, -1].map((s) => ellipsoid([s * 26, -60, -12], [30, 31, 27])), ellipsoid([0, -60, -8], [14, 29, 25])],
    5,
  );
  const cerebellum = remembered(
    intersection(
      [grooved(lobes), underTent, grown(cavity, -2), field(EVERYWHERE, (x, y) => (y + 33 + 0.12 * Math.abs(x)) * 0.98)],
      2,
    ),
  );
  return {
    cerebellum,
    brainstem,
    callosum,
    ventricles: { right: horn(1), left: horn(-1), third, fourth },
    nuclei,
  };
}

/** The cerebellum's own coordinate across its folia, in radians. */
export function foliaPhase(x: number, y: number, z: number): number {
  const turn = Math.atan2(z + 10, -(y + 36));
  return 26 * turn + 0.5 * mottle(x, y, z, 30);
}

/** Furrows along the folia, each fourth a deep one. */
function grooved(lobes: Shape): Shape {
  return {
    box: lobes.box,
    distance(x, y, z) {
      const d = lobes.distance(x, y, z);
      if (d < -9 || d > 6) return d;
      const phase = foliaPhase(x, y, z);
      const fine = Math.max(0, sine(phase) - 0.55) * 1.6;
      const deep = Math.max(0, sine(phase / 4 + 0.4) - 0.86) * 16;
      return d + (fine + deep) * 0.7;
    },
  };
}
