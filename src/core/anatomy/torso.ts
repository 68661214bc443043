import type { Random } from './random.ts';
import { type Box, EVERYWHERE, field, remembered, type Shape, smoothMax } from './shape.ts';
import { spline } from './tube.ts';

/** A level of an outline: half width, and how far it reaches forwards and backwards, all at height z (mm, RAS). */
export type Level = readonly [z: number, half: number, front: number, back: number];

/**
 * A trunk-like outline: at each height a closed curve between an ellipse and a superellipse of exponent 4.
 * Levels are joined smoothly; above and below the table the last level goes on.
 */
export interface Outline {
  readonly shape: Shape;
  half(z: number): number;
  front(z: number): number;
  back(z: number): number;
  /** y of the back surface at (x, z); the midline's where x lies outside. */
  backAt(x: number, z: number): number;
  frontAt(x: number, z: number): number;
}

const STEP = 2;

/** @param square 0: ellipse, 1: superellipse of exponent 4 */
export function outline(levels: readonly Level[], square: number): Outline {
  const rows = spline(levels, 24);
  const z0 = (levels[0] as Level)[0];
  const z1 = (levels.at(-1) as Level)[0];
  const count = Math.ceil((z1 - z0) / STEP) + 1;
  // half, centre, front half depth, back half depth, cosine of the wall's slant
  const table = new Float64Array(count * 5);
  let at = 0;
  for (let n = 0; n < count; n++) {
    const z = Math.min(z1, z0 + n * STEP);
    while (at + 2 < rows.length && (rows[at + 1] as Level)[0] < z) at++;
    const a = rows[at] as Level;
    const b = rows[at + 1] as Level;
    const t = Math.max(0, Math.min(1, (z - a[0]) / (b[0] - a[0])));
    const mix = (c: 1 | 2 | 3) => a[c] + t * (b[c] - a[c]);
    const middle = 0.45 * mix(2) + 0.55 * mix(3);
    const slope = Math.max(Math.abs(b[1] - a[1]), Math.abs(b[2] - a[2]), Math.abs(b[3] - a[3])) / (b[0] - a[0]);
    table.set([mix(1), middle, mix(2) - middle, middle - mix(3), 1 / Math.sqrt(1 + slope * slope)], n * 5);
  }
  const read = (z: number, c: number) => {
    const f = Math.max(0, Math.min(count - 1.0001, (z - z0) / STEP));
    const n = Math.floor(f);
    const v = table[n * 5 + c] as number;
    return v + (f - n) * ((table[n * 5 + 5 + c] as number) - v);
  };
  let widest = 0;
  let deepest = 0;
  for (const [, half, front, back] of levels) {
    widest = Math.max(widest, half);
    deepest = Math.max(deepest, Math.abs(front), Math.abs(back));
  }
  const box: Box = [-widest - 6, -deepest - 6, -1e4, widest + 6, deepest + 6, 1e4];
  const depthAt = (x: number, z: number) => {
    const q = Math.min(1, Math.abs(x) / read(z, 0));
    const round = Math.sqrt(1 - q * q);
    const flat = Math.sqrt(Math.sqrt(1 - q ** 4));
    return round + square * (flat - round);
  };
  return {
    half: (z) => read(z, 0),
    front: (z) => read(z, 1) + read(z, 2),
    back: (z) => read(z, 1) - read(z, 3),
    backAt: (x, z) => read(z, 1) - read(z, 3) * depthAt(x, z),
    frontAt: (x, z) => read(z, 1) + read(z, 2) * depthAt(x, z),
    shape: remembered(
      field(box, (x, y, z) => {
        const f = Math.max(0, Math.min(count - 1.0001, (z - z0) / STEP));
        const n = Math.floor(f);
        const t = f - n;
        const o = n * 5;
        const half = (table[o] as number) + t * ((table[o + 5] as number) - (table[o] as number));
        const middle = (table[o + 1] as number) + t * ((table[o + 6] as number) - (table[o + 1] as number));
        const side = y > middle ? 2 : 3;
        const depth = (table[o + side] as number) + t * ((table[o + 5 + side] as number) - (table[o + side] as number));
        const cosine = (table[o + 4] as number) + t * ((table[o + 9] as number) - (table[o + 4] as number));
        const dy = y - middle;
        const X = (x * x) / (half * half);
        const Y = (dy * dy) / (depth * depth);
        const q2 = Math.sqrt(X + Y);
        if (q2 < 1e-6) return -Math.min(half, depth);
        const q4 = Math.sqrt(Math.sqrt(X * X + Y * Y));
        const q = q2 + square * (q4 - q2);
        // Gradient of q: of the ellipse's norm and of the superellipse's, mixed alike.
        const s2 = (1 - square) / q2;
        const s4 = square / (q4 * q4 * q4 + 1e-12);
        const gx = (x / (half * half)) * (s2 + s4 * X);
        const gy = (dy / (depth * depth)) * (s2 + s4 * Y);
        return ((q - 1) / Math.sqrt(gx * gx + gy * gy)) * cosine;
      }),
    ),
  };
}

/** The ribcage's outer surface (the plane of the ribs' outer faces) and the skin of the trunk without arms. */
export function trunk(random: Random): { cage: Outline; skin: Outline } {
  const wide = random.around(1, 0.04);
  const deep = random.around(1, 0.04);
  const coat = random.between(-4, 5);
  const fit = (levels: readonly Level[], extra = 0): Level[] =>
    levels.map(([z, half, front, back]) => [z, half * wide + extra, front * deep + extra, back * deep - extra * 0.8]);
  const cage = outline(
    fit([
      [-200, 112, 66, -76],
      [-160, 120, 72, -82],
      [-110, 130, 82, -91],
      [-60, 136, 90, -98],
      [-20, 137, 91, -102],
      [20, 133, 87, -104],
      [60, 124, 78, -103],
      [100, 106, 63, -95],
      [125, 84, 48, -80],
      [142, 60, 32, -62],
      [156, 30, 12, -44],
      [164, 6, -8, -24],
    ]),
    0.35,
  );
  const skin = outline(
    fit(
      [
        [-200, 146, 88, -104],
        [-150, 149, 93, -109],
        [-100, 155, 102, -116],
        [-50, 160, 109, -122],
        [0, 163, 113, -125],
        [40, 163, 109, -126],
        [80, 160, 98, -124],
        [110, 152, 84, -119],
        [132, 138, 68, -111],
        [148, 114, 55, -102],
        [164, 84, 45, -92],
        [180, 66, 40, -82],
        [205, 60, 40, -78],
      ],
      coat,
    ),
    0.45,
  );
  return { cage, skin };
}

/** The same for a belly, down to the hips: the cavity's wall runs on into the pelvis; no arms. */
export function bellyTrunk(random: Random): { cage: Outline; skin: Outline } {
  const wide = random.around(1, 0.04);
  const deep = random.around(1, 0.04);
  const coat = random.between(-3, 8);
  const fit = (levels: readonly Level[], extra = 0): Level[] =>
    levels.map(([z, half, front, back]) => [z, half * wide + extra, front * deep + extra, back * deep - extra * 0.6]);
  const cage = outline(
    fit([
      [-430, 30, 10, -44],
      [-400, 46, 34, -56],
      [-370, 66, 54, -66],
      [-340, 86, 66, -72],
      [-310, 110, 82, -66],
      [-275, 121, 91, -64],
      [-235, 126, 94, -70],
      [-200, 126, 92, -76],
      [-160, 127, 88, -83],
      [-110, 131, 84, -91],
      [-60, 136, 90, -98],
      [-20, 137, 91, -102],
      [20, 133, 87, -104],
      [60, 124, 78, -103],
    ]),
    0.35,
  );
  const skin = outline(
    fit(
      [
        [-430, 166, 74, -104],
        [-400, 174, 84, -118],
        [-365, 178, 90, -130],
        [-330, 174, 96, -130],
        [-290, 163, 102, -118],
        [-250, 153, 106, -108],
        [-210, 148, 107, -106],
        [-170, 149, 106, -109],
        [-120, 154, 106, -114],
        [-60, 160, 110, -121],
        [0, 163, 113, -125],
        [40, 163, 109, -126],
      ],
      coat,
    ),
    0.5,
  );
  return { cage, skin };
}

/** The diaphragm's upper face. */
export interface Dome {
  /** Its height over (x, y). */
  height(x: number, y: number): number;
  /** Everything below it. */
  readonly below: Shape;
}

/** Right side higher, steep towards the wall, a saddle under the heart; `lift` mm raises it (breath out). */
export function makeDome(cage: Outline, lift: number): Dome {
  const half = cage.half(-40);
  const front = cage.front(-40);
  const back = cage.back(-60);
  const height = (x: number, y: number) => {
    const right = x > 0;
    const top = lift + (right ? -10 : -26);
    const cx = right ? half * 0.47 : -half * 0.47;
    const cy = 0.5 * (front + back) + 8;
    const u = (x - cx) / (half * 0.62);
    const v = (y - cy) / (y > cy ? (front - cy) * 0.98 : (cy - back) * 1.02);
    const q = u * u + v * v;
    const dome = top - 30 * q - 23 * q * q - (y < cy ? 26 * v * v : 0);
    // Between the domes the central tendon under the heart.
    const mu = x / (half * 0.5);
    const mv = (y - 22) / 62;
    const saddle = lift - 33 - 14 * mu * mu - 20 * mv * mv;
    return Math.max(-150, smoothMax(dome, saddle, 14));
  };
  let [px, py, h, cosine] = [Number.NaN, 0, 0, 1];
  const below = field(EVERYWHERE, (x, y, z) => {
    if (x !== px || y !== py) {
      h = height(x, y);
      const sx = height(x + 1, y) - h;
      const sy = height(x, y + 1) - h;
      // The slope's correction keeps the distance honest at the steep sides.
      cosine = 1 / Math.sqrt(1 + sx * sx + sy * sy);
      px = x;
      py = y;
    }
    return (z - h) * cosine;
  });
  return { height, below };
}
