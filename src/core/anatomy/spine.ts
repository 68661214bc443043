import { grown, union } from './combine.ts';
import type { Random } from './random.ts';
import { boxAround, capsule, ellipsoid, field, type Shape, smoothMax, type Triple } from './shape.ts';
import { cones, flatTube, spline, tube } from './tube.ts';

/** One level: the centre of the body in the midplane, its tilt (radians, positive: top leans forward) and half sizes in mm. */
export interface Vertebra {
  readonly name: string;
  readonly y: number;
  readonly z: number;
  readonly tilt: number;
  readonly half: { readonly width: number; readonly depth: number; readonly height: number };
  readonly shape: Shape;
}

export interface Spine {
  readonly vertebrae: readonly Vertebra[];
  readonly discs: readonly { readonly name: string; readonly shape: Shape }[];
  readonly canal: Shape;
  readonly cord: Shape;
  /** y of the bodies' centre line at height z. */
  lineY(z: number): number;
}

/** name, distance to the next body's centre below, half width, half depth, half height, spinous process (length, drop) */
export type Level = readonly [string, number, number, number, number, number, number];

/** A stretch of the spine: its levels from above, the height of the first, and the bodies' centre line (bend about 1). */
export interface Stretch {
  readonly levels: readonly Level[];
  readonly top: number;
  lineY(z: number, bend: number): number;
}

const THORACIC: readonly Level[] = [
  ['c6', 17, 12, 8, 6.5, 26, 4],
  ['c7', 18.5, 13, 8.5, 7, 33, 9],
  ['t1', 20, 15, 9, 8, 34, 14],
  ['t2', 20, 14.5, 9.5, 8.3, 32, 18],
  ['t3', 20.5, 13.8, 10.3, 8.6, 31, 22],
  ['t4', 21.3, 13.5, 11.2, 8.9, 30, 27],
  ['t5', 22, 13.8, 12.2, 9.2, 30, 31],
  ['t6', 22.4, 14.3, 13.2, 9.4, 30, 33],
  ['t7', 22.8, 15, 14, 9.6, 30, 33],
  ['t8', 23.4, 15.8, 14.6, 9.9, 30, 31],
  ['t9', 24.4, 16.6, 15, 10.3, 30, 26],
  ['t10', 25.4, 17.4, 15.2, 10.8, 30, 20],
  ['t11', 27, 18.5, 15.4, 11.3, 30, 14],
  ['t12', 29.5, 20, 15.8, 12, 30, 10],
  ['l1', 32, 21.5, 16.5, 12.8, 32, 9],
  ['l2', 33.5, 22.5, 17, 13.2, 33, 9],
  ['l3', 34, 23.5, 17.5, 13.4, 34, 9],
];

const thoracic: Stretch = {
  levels: THORACIC,
  top: 184,
  lineY: (z, bend) => {
    const d = z - 15;
    return -60 + bend * (d > 0 ? 0.00165 * d * d : 0.00062 * d * d);
  },
};

/** The last levels of `thoracic`, for stretches that go on below: each with its height. */
export function levelsFrom(name: string): { levels: readonly Level[]; top: number } {
  const at = THORACIC.findIndex((level) => level[0] === name);
  let top = thoracic.top;
  for (const level of THORACIC.slice(0, at)) top -= level[1];
  return { levels: THORACIC.slice(at), top };
}

export function makeSpine(random: Random, stretch: Stretch = thoracic): Spine {
  const bend = random.around(1, 0.12);
  const size = random.around(1, 0.03);
  const { levels } = stretch;
  const lineY = (z: number) => stretch.lineY(z, bend);
  const slope = (z: number) => (lineY(z + 1) - lineY(z - 1)) / 2;
  const vertebrae: Vertebra[] = [];
  const discs: { name: string; shape: Shape }[] = [];
  let z = stretch.top;
  for (const [name, pitch, width, depth, height, spinous, drop] of levels) {
    const tilt = Math.atan(slope(z));
    const half = { width: width * size, depth: depth * size, height: height * size };
    const lumbar = name.startsWith('l');
    const local = vertebraShape(half, spinous, drop, lumbar, name.startsWith('c'));
    vertebrae.push({ name, y: lineY(z), z, tilt, half, shape: placed(local, lineY(z), z, tilt) });
    const next = z - pitch;
    const gap = pitch - half.height - half.height * 1.03;
    const middle = z - half.height - gap / 2;
    const disc = cylinder(half.width * 0.98, half.depth * 0.98, gap / 2 + 0.9, 1.6, 0);
    const below = levels[levels.findIndex((level) => level[0] === name) + 1]?.[0];
    if (below)
      discs.push({
        name: `${name}-${below}`,
        shape: placed(disc, lineY(middle), middle, Math.atan(slope(middle))),
      });
    z = next;
  }
  const line = vertebrae.map((v) => {
    const back = v.half.depth + 8.2;
    return [0, v.y - back * Math.cos(v.tilt), v.z + back * Math.sin(v.tilt), 8] as const;
  });
  const first = line[0] as (typeof line)[number];
  const last = line.at(-1) as (typeof line)[number];
  const whole = [[0, first[1] + 4, first[2] + 40, 8] as const, ...line, [0, last[1] + 2, last[2] - 40, 8] as const];
  return {
    vertebrae,
    discs,
    canal: tube(whole, 3),
    cord: cones(
      spline(
        whole.map(([x, y, q]) => [x, y, q, q > -150 ? 4.6 : 3.2] as const),
        3,
      )
        .slice(1)
        .map((b, n, all) => [n === 0 ? b : (all[n - 1] as typeof b), b] as const),
    ),
    lineY,
  };
}

/** Elliptical cylinder with its axis along z and slightly waisted, edges rounded by `round`. */
function cylinder(width: number, depth: number, height: number, round: number, waist: number): Shape {
  return field([-width, -depth, -height, width, depth, height], (x, y, z) => {
    const t = Math.min(1, Math.abs(z) / height);
    const shrink = waist * (1 - t * t);
    const a = width - shrink;
    // The back of a body is flat to hollow.
    const b = (y < 0 ? depth * 0.93 : depth) - shrink;
    const p = x / a;
    const q = y / b;
    const k0 = Math.sqrt(p * p + q * q);
    const k1 = Math.sqrt((p * p) / (a * a) + (q * q) / (b * b));
    const side = k1 < 1e-9 ? -Math.min(a, b) : (k0 * (k0 - 1)) / k1;
    return smoothMax(side, Math.abs(z) - height, round * 2);
  });
}

/** A vertebra about the origin (x right, y forwards, z up), symmetrical. */
function vertebraShape(
  half: Vertebra['half'],
  spinous: number,
  drop: number,
  lumbar: boolean,
  cervical: boolean,
): Shape {
  const { width: w, depth: d, height: h } = half;
  const canalY = -d - 8.2;
  const back = canalY - 8.6;
  const transverse: Triple = lumbar
    ? [w + 19, back + 5, h * 0.1]
    : cervical
      ? [w + 9, canalY + 8, 0]
      : [w + 14, back - 7, h * 0.25];
  const root: Triple = [10.5, canalY - 3, h * 0.2];
  const half1: Shape[] = [
    // pedicle
    capsule([w * 0.72, -d * 0.75, h * 0.3], [11.2, canalY - 1, h * 0.28], lumbar ? 5 : 4.1, lumbar ? 4.6 : 3.9),
    // lamina
    flatTube([
      { at: [11, canalY - 2, h * 0.15], u: [0, 0, 1], wide: h * 0.72, thin: 3.1 },
      { at: [6, back + 1.5, -h * 0.15], u: [0, 0, 1], wide: h * 0.8, thin: 3.1 },
      { at: [0, back - 1, -h * 0.3], u: [0, 0, 1], wide: h * 0.75, thin: 3.2 },
    ]),
    // transverse process with a knob
    capsule(root, transverse, lumbar ? 4.4 : 4.6, lumbar ? 3.2 : 4.6),
    ellipsoid(transverse, lumbar ? [4, 3.4, 5] : [5, 4.8, 6]),
    // articular facets above and below
    ellipsoid([12.2, canalY - 3.5, h * 1.12], [5, 3.4, 6.5]),
    ellipsoid([11.2, back + 1.5, -h * 1.12], [5, 3.2, 7]),
  ];
  const mirror = (shape: Shape): Shape => ({
    box: [-shape.box[3], shape.box[1], shape.box[2], shape.box[3], shape.box[4], shape.box[5]],
    distance: (x, y, z) => shape.distance(Math.abs(x), y, z),
  });
  const tip: Triple = [0, back - spinous * 0.86, -h * 0.4 - drop];
  const process = flatTube([
    { at: [0, back + 1, -h * 0.2], u: [0, 0, 1], wide: h * (lumbar ? 0.95 : 0.7), thin: 3.2 },
    {
      at: [0, (back + tip[1]) / 2, -h * 0.35 - drop * 0.45],
      u: [0, 0.3, 0.95],
      wide: h * (lumbar ? 0.95 : 0.5),
      thin: 2.9,
    },
    { at: tip, u: [0, 0.3, 0.95], wide: lumbar ? 10 : 5.4, thin: lumbar ? 3.9 : 3.8 },
  ]);
  const arch = union([mirror(union(half1, 3)), process], 3);
  return union([cylinder(w, d, h, 1.5, 1.7), arch], 2.5);
}

/** Turned by `tilt` about x and moved to (0, y, z). */
function placed(shape: Shape, y: number, z: number, tilt: number): Shape {
  const c = Math.cos(tilt);
  const s = Math.sin(tilt);
  const [x0, y0, z0, x1, y1, z1] = shape.box;
  const ys = [y0, y1].flatMap((p) => [z0, z1].map((q) => y + c * p + s * q));
  const zs = [y0, y1].flatMap((p) => [z0, z1].map((q) => z - s * p + c * q));
  const result: Shape = {
    box: boxAround([x0, Math.min(...ys), Math.min(...zs), x1, Math.max(...ys), Math.max(...zs)], 0),
    distance(px, py, pz) {
      const dy = py - y;
      const dz = pz - z;
      return shape.distance(px, c * dy - s * dz, s * dy + c * dz);
    },
    near(px, py, pz, radius) {
      if (!shape.near) return this;
      const dy = py - y;
      const dz = pz - z;
      const seen = shape.near(px, c * dy - s * dz, s * dy + c * dz, radius);
      return seen && placed({ ...seen, box: shape.box }, y, z, tilt);
    },
  };
  return result;
}

/** What the lungs and the mediastinum see of the spine: the bodies' column with its ligaments. */
export function column(spine: Spine, by: number): Shape {
  const nodes = spine.vertebrae.map((v) => [0, v.y - 2, v.z, v.half.width + 1] as const);
  const first = nodes[0] as (typeof nodes)[number];
  const last = nodes.at(-1) as (typeof nodes)[number];
  return grown(tube([[0, first[1] + 4, first[2] + 40, 14], ...nodes, [0, last[1], last[2] - 40, 24]], 2), by);
}
