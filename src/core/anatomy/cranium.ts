import { grown, intersection, mirrored, shared, union } from './combine.ts';
import type { Exact } from './body.ts';
import { type Box, EVERYWHERE, ellipsoid, field, type Shape, smoothstep, type Triple } from './shape.ts';
import { add, scaled, unit } from './vector.ts';

/** Half axes and centre of the vault's inner surface, mm. */
const [A, B, C] = [69, 88, 66] as const;
const CENTRE: Triple = [0, -9, 34];

/** The brain case. Its vault is a ball in `ball` coordinates, and their map keeps volumes: what is a ball there has a ball's volume × ABC. */
export interface Cranium {
  /** The vault alone, a closed egg: the cavity above the skull's base. */
  readonly vault: Shape;
  /** All that the dura lines: vault above the base, middle and posterior fossae. */
  readonly cavity: Shape;
  /** Height of the tentorium over (x, y). */
  tentorium(x: number, y: number): number;
  /** Place (mm) of a point given in ball coordinates. */
  place(u: Triple): Triple;
  /** mm³ of a unit volume in ball coordinates. */
  readonly unitMm3: number;
  /** A ball in ball coordinates as a shape. */
  ballShape(centre: Triple, radius: number): Shape;
}

/** Narrower in front, widest behind the middle; what it takes from the width it gives to the height. */
const narrow = (v: number) => 1 - 0.1 * (near(v) + 0.25) * (near(v) + 0.25);
/** Lower in front and behind: a shear, so that volumes stay. */
const sink = (v: number) => -7 * near(v) * near(v);
/** Far in front and behind nothing bends further. */
const near = (v: number) => Math.max(-1.4, Math.min(1.4, v));

export function makeCranium(): Cranium {
  const ballShape = (centre: Triple, radius: number): Shape => {
    const reach = 1.25 * radius;
    const [x, y, z] = place(centre);
    const box: Box = [
      x - A * reach,
      y - B * radius,
      z - C * reach - 8,
      x + A * reach,
      y + B * radius,
      z + C * reach + 8,
    ];
    return field(box, (px, py, pz) => {
      const v = (py - CENTRE[1]) / B;
      const g = narrow(v);
      const slope = -0.2 * (v + 0.25);
      const p = px / (A * g) - centre[0];
      const q = v - centre[1];
      const w = ((pz - CENTRE[2] - sink(v)) * g) / C;
      const r = w - centre[2];
      const length = Math.sqrt(p * p + q * q + r * r);
      if (length < 1e-6) return -radius * C;
      const alongU = (-(p + centre[0]) * slope) / g;
      const alongW = (14 * v * g) / C + (w * slope) / g;
      const dx = p / (A * g);
      const dy = (q + p * alongU + r * alongW) / B;
      const dz = (r * g) / C;
      return ((length - radius) * length) / Math.sqrt(dx * dx + dy * dy + dz * dz);
    });
  };
  const vault = ballShape([0, 0, 0], 1);
  const tentorium = (x: number, y: number) => {
    const r = Math.sqrt(0.8 * x * x + (y + 34) * (y + 34));
    return 2 + 15 * (1 - smoothstep(0, 56, r));
  };
  const base = field(EVERYWHERE, (_x, y, z) => (8 + 0.11 * y - z) * 0.99);
  const middle = mirrored(ellipsoid([43, 6, 0], [24, 38, 21]));
  const posterior = ellipsoid([0, -52, -10], [55, 41, 33]);
  const foramen = ellipsoid([0, -34, -36], [17, 18, 14]);
  const sella = ellipsoid([0, 12, 4], [17, 14, 9]);
  const clivus = ellipsoid([0, -18, -14], [20, 16, 26]);
  return {
    vault,
    cavity: shared(
      union(
        [intersection([vault, base], 6), intersection([middle, grown(vault, 4)], 4), posterior, foramen, sella, clivus],
        5,
      ),
    ),
    tentorium,
    place,
    unitMm3: A * B * C,
    ballShape,
  };
}

function place([u, v, w]: Triple): Triple {
  const g = narrow(v);
  return [A * g * u, CENTRE[1] + B * v, CENTRE[2] + sink(v) + (C * w) / g];
}

/**
 * A crescent under the vault: the vault's ball without a larger ball that is pushed the other way. Thickest in the middle, it thins
 * out to an edge.
 * @param way unit, in ball coordinates @param thickness at its thickest, in ball units
 */
export function crescent(
  cranium: Cranium,
  way: Triple,
  thickness: number,
  flatter: number,
): { shape: Shape; exact: Exact } {
  const apart = flatter - 1 + thickness;
  const cutter = cranium.ballShape(scaled(way, -apart), flatter);
  const shape: Shape = {
    box: cranium.vault.box,
    distance: (x, y, z) => Math.max(cranium.vault.distance(x, y, z), -cutter.distance(x, y, z)),
  };
  const shared = lensVolume(1, flatter, apart);
  const [outer, inner] = [cranium.place(way), cranium.place(scaled(way, 1 - thickness))];
  return {
    shape,
    exact: {
      volumeMl: (((4 / 3) * Math.PI - shared) * cranium.unitMm3) / 1000,
      thicknessMm: Math.hypot(outer[0] - inner[0], outer[1] - inner[1], outer[2] - inner[2]),
      centreRas: cranium.place(scaled(way, 1 - thickness / 2)),
    },
  };
}

/** What two balls at distance d share (both surfaces cross). */
function lensVolume(r: number, R: number, d: number): number {
  return (Math.PI * (R + r - d) ** 2 * (d * d + 2 * d * (r + R) - 3 * (R - r) ** 2)) / (12 * d);
}

/** An ellipsoid that lies against the vault from within, `gap` mm from it at the nearest. */
export function againstVault(
  cranium: Cranium,
  way: Triple,
  semi: Triple,
  gap: number,
): { shape: Shape; centre: Triple } {
  const direction = unit(way);
  const outward = unit([direction[0] / A, direction[1] / B, direction[2] / C]);
  let centre = cranium.place(direction);
  for (let pass = 0; pass < 40; pass++) {
    const shape = ellipsoid(centre, semi);
    let nearest = Number.NEGATIVE_INFINITY;
    for (const u of DIRECTIONS) {
      const p = add(centre, [u[0] * semi[0], u[1] * semi[1], u[2] * semi[2]]);
      nearest = Math.max(nearest, cranium.vault.distance(...p));
    }
    if (Math.abs(nearest + gap) < 0.01) return { shape, centre };
    centre = add(centre, scaled(outward, -(nearest + gap)));
  }
  return { shape: ellipsoid(centre, semi), centre };
}

/** Points spread over a sphere (Fibonacci). */
export const DIRECTIONS: readonly Triple[] = Array.from({ length: 1200 }, (_, n) => {
  const z = 1 - (2 * n + 1) / 1200;
  const r = Math.sqrt(1 - z * z);
  const turn = n * Math.PI * (3 - Math.sqrt(5));
  return [r * Math.cos(turn), r * Math.sin(turn), z];
});
