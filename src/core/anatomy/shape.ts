/**
 * Signed-distance shapes in millimetres: negative inside. A distance need not be exact away from the surface, but it is first-order
 * exact on it (partial volume is read from it) and never promises more emptiness than there is by more than `SLACK`.
 */
export type Box = readonly [x0: number, y0: number, z0: number, x1: number, y1: number, z1: number];
export type Triple = readonly [number, number, number];

export interface Shape {
  /** Holds the whole inside. */
  readonly box: Box;
  distance(x: number, y: number, z: number): number;
  /** The shape as seen from within the ball (parts that cannot matter there left out); null where the ball is outside. */
  near?(x: number, y: number, z: number, radius: number): Shape | null;
}

/** How far a distance may overstate: balls are taken this much larger before anything is left out. */
export const SLACK = 1.35;

export const EVERYWHERE: Box = [-1e4, -1e4, -1e4, 1e4, 1e4, 1e4];

export function clamp01(v: number): number {
  return v < 0 ? 0 : Math.min(v, 1);
}

export function smoothstep(from: number, to: number, v: number): number {
  const t = clamp01((v - from) / (to - from));
  return t * t * (3 - 2 * t);
}

/** Polynomial smooth minimum (Quilez): equals min(a, b) where they differ by more than k. */
export function smoothMin(a: number, b: number, k: number): number {
  const h = k - Math.abs(a - b);
  return h <= 0 ? Math.min(a, b) : Math.min(a, b) - (h * h) / (4 * k);
}

export function smoothMax(a: number, b: number, k: number): number {
  return -smoothMin(-a, -b, k);
}

export function touches(box: Box, x: number, y: number, z: number, radius: number): boolean {
  const dx = x < box[0] ? box[0] - x : x > box[3] ? x - box[3] : 0;
  const dy = y < box[1] ? box[1] - y : y > box[4] ? y - box[4] : 0;
  const dz = z < box[2] ? box[2] - z : z > box[5] ? z - box[5] : 0;
  return dx * dx + dy * dy + dz * dz <= radius * radius;
}

export function boxAround(box: Box, by: number): Box {
  return [box[0] - by, box[1] - by, box[2] - by, box[3] + by, box[4] + by, box[5] + by];
}

export function ellipsoid(centre: Triple, semi: Triple, axes?: readonly [Triple, Triple, Triple]): Shape {
  const [cx, cy, cz] = centre;
  const [a, b, c] = semi;
  if (!axes) return uprightEllipsoid(centre, semi);
  const [u, v, w] = axes;
  const half = [0, 1, 2].map((i) =>
    Math.hypot(a * (u[i] as number), b * (v[i] as number), c * (w[i] as number)),
  ) as unknown as Triple;
  return {
    box: [cx - half[0], cy - half[1], cz - half[2], cx + half[0], cy + half[1], cz + half[2]],
    distance(x, y, z) {
      const px = x - cx;
      const py = y - cy;
      const pz = z - cz;
      const p = (px * u[0] + py * u[1] + pz * u[2]) / a;
      const q = (px * v[0] + py * v[1] + pz * v[2]) / b;
      const r = (px * w[0] + py * w[1] + pz * w[2]) / c;
      const k0 = Math.sqrt(p * p + q * q + r * r);
      const k1 = Math.sqrt((p * p) / (a * a) + (q * q) / (b * b) + (r * r) / (c * c));
      return k1 < 1e-9 ? -Math.min(a, b, c) : (k0 * (k0 - 1)) / k1;
    },
  };
}

/** Asked more often than any other shape. */
function uprightEllipsoid([cx, cy, cz]: Triple, [a, b, c]: Triple): Shape {
  const [aa, bb, cc] = [a * a, b * b, c * c];
  return {
    box: [cx - a, cy - b, cz - c, cx + a, cy + b, cz + c],
    distance(x, y, z) {
      const p = (x - cx) / a;
      const q = (y - cy) / b;
      const r = (z - cz) / c;
      const [pp, qq, rr] = [p * p, q * q, r * r];
      const k0 = Math.sqrt(pp + qq + rr);
      const k1 = Math.sqrt(pp / aa + qq / bb + rr / cc);
      return k1 < 1e-9 ? -Math.min(a, b, c) : (k0 * (k0 - 1)) / k1;
    },
  };
}

/** Round cone between two points (radii ra, rb). */
export function capsule(a: Triple, b: Triple, ra: number, rb = ra): Shape {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  const dz = b[2] - a[2];
  const inverse = 1 / Math.max(1e-9, dx * dx + dy * dy + dz * dz);
  const r = Math.max(ra, rb);
  return {
    box: [
      Math.min(a[0], b[0]) - r,
      Math.min(a[1], b[1]) - r,
      Math.min(a[2], b[2]) - r,
      Math.max(a[0], b[0]) + r,
      Math.max(a[1], b[1]) + r,
      Math.max(a[2], b[2]) + r,
    ],
    distance(x, y, z) {
      const px = x - a[0];
      const py = y - a[1];
      const pz = z - a[2];
      const t = clamp01((px * dx + py * dy + pz * dz) * inverse);
      const qx = px - t * dx;
      const qy = py - t * dy;
      const qz = pz - t * dz;
      return Math.sqrt(qx * qx + qy * qy + qz * qz) - (ra + t * (rb - ra));
    },
  };
}

/** A triangle's plate of half thickness `r`, rounded. */
export function plate(a: Triple, b: Triple, c: Triple, r: number): Shape {
  const sub = (p: Triple, q: Triple): Triple => [p[0] - q[0], p[1] - q[1], p[2] - q[2]];
  const cross = (p: Triple, q: Triple): Triple => [
    p[1] * q[2] - p[2] * q[1],
    p[2] * q[0] - p[0] * q[2],
    p[0] * q[1] - p[1] * q[0],
  ];
  const dot = (p: Triple, q: Triple) => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
  const ba = sub(b, a);
  const cb = sub(c, b);
  const ac = sub(a, c);
  const n = cross(ba, ac);
  const nn = dot(n, n);
  const inner = [cross(ba, n), cross(cb, n), cross(ac, n)] as const;
  const edges = [
    [a, ba, 1 / dot(ba, ba)],
    [b, cb, 1 / dot(cb, cb)],
    [c, ac, 1 / dot(ac, ac)],
  ] as const;
  const low = (i: 0 | 1 | 2) => Math.min(a[i], b[i], c[i]) - r;
  const high = (i: 0 | 1 | 2) => Math.max(a[i], b[i], c[i]) + r;
  return {
    box: [low(0), low(1), low(2), high(0), high(1), high(2)],
    distance(x, y, z) {
      let within = true;
      let best = Number.POSITIVE_INFINITY;
      for (let e = 0; e < 3; e++) {
        const [o, d, inverse] = edges[e] as (typeof edges)[number];
        const m = inner[e] as Triple;
        const px = x - o[0];
        const py = y - o[1];
        const pz = z - o[2];
        if (m[0] * px + m[1] * py + m[2] * pz < 0) within = false;
        const t = clamp01((px * d[0] + py * d[1] + pz * d[2]) * inverse);
        const qx = px - t * d[0];
        const qy = py - t * d[1];
        const qz = pz - t * d[2];
        best = Math.min(best, qx * qx + qy * qy + qz * qz);
      }
      if (!within) return Math.sqrt(best) - r;
      const h = n[0] * (x - a[0]) + n[1] * (y - a[1]) + n[2] * (z - a[2]);
      return Math.abs(h) / Math.sqrt(nn) - r;
    },
  };
}

/** The same, but asked again for one point it answers from memory: a wall is part of many muscles. */
export function remembered(shape: Shape): Shape {
  let [px, py, pz, d] = [Number.NaN, 0, 0, 0];
  return {
    ...shape,
    distance(x, y, z) {
      if (x !== px || y !== py || z !== pz) {
        d = shape.distance(x, y, z);
        px = x;
        py = y;
        pz = z;
      }
      return d;
    },
  };
}

const SINES = Float64Array.from({ length: 4096 }, (_, n) => Math.sin((n * Math.PI) / 2048));

/** Sine from a table (error below 0.0016): fast, and the same to the last bit in every engine. */
export function sine(v: number): number {
  return SINES[Math.floor(v * (2048 / Math.PI)) & 4095] as number;
}

/** Anything that is a function of the point; the caller vouches for the box and the slope (at most 1). */
export function field(box: Box, distance: (x: number, y: number, z: number) => number): Shape {
  return { box, distance };
}

/** Half space z' ≤ 0 in the direction of `normal` (unit) through `point`. */
export function halfSpace(point: Triple, normal: Triple): Shape {
  const length = Math.hypot(...normal);
  const [a, b, c] = [normal[0] / length, normal[1] / length, normal[2] / length];
  const d = a * point[0] + b * point[1] + c * point[2];
  return field(EVERYWHERE, (x, y, z) => a * x + b * y + c * z - d);
}
