import type { Abdomen } from './abdomen.ts';
import type { Lungs } from './chest.ts';
import type { Random } from './random.ts';
import { ellipsoid, type Shape, type Triple } from './shape.ts';
import { flesh, type Tissue } from './tissue.ts';
import { unit } from './vector.ts';

export interface Finding {
  readonly shape: Shape;
  readonly tissue: Tissue;
  readonly exact: {
    readonly volumeMl: number;
    readonly diameterMm: number;
    readonly centreRas: Triple;
    /** Lung nodule: from its surface to the pleura along the shortest way. */
    readonly distanceMm?: number;
  };
}

/** Ellipsoids whose volume and largest diameter are known exactly; wholly inside their organ. */
export function makeLesions(random: Random, lungs: Lungs, belly: Abdomen): { nodule: Finding; liver: Finding } {
  const side = random.next() < 0.5 ? lungs.right : lungs.left;
  const r = random.between(6, 11);
  const nodule = place(
    random,
    side,
    [r, r * random.between(0.82, 0.95), r * random.between(0.8, 0.95)],
    6,
    flesh(38, 10, 9),
  );
  const q = random.between(10, 18);
  const liverAxes: Triple = [q, q * random.between(0.8, 0.95), q * random.between(0.8, 0.95)];
  const liver = place(random, belly.liver, liverAxes, 7, (_x, _y, _z, d) => {
    const depth = Math.min(1, Math.max(0, -d / 4));
    return 92 - 40 * depth;
  });
  return { nodule, liver };
}

/** An ellipsoid somewhere inside an organ, `margin` mm below its surface. */
export function place(random: Random, organ: Shape, semi: Triple, margin: number, tissue: Tissue): Finding {
  const largest = Math.max(...semi);
  const [x0, y0, z0, x1, y1, z1] = organ.box;
  let centre: Triple = [0, 0, 0];
  let deepest = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < 400; tries++) {
    const p: Triple = [
      random.between(x0, x1),
      random.between(Math.max(y0, -120), Math.min(y1, 120)),
      random.between(Math.max(z0, -150), Math.min(z1, 150)),
    ];
    const d = organ.distance(...p);
    if (d < deepest) {
      deepest = d;
      centre = p;
    }
    if (d < -(largest + margin)) break;
  }
  // The organ's distance field may overstate how deep a point lies; what counts is that every part of the surface is inside.
  const u = unit([random.between(-1, 1), random.between(-1, 1), random.between(-1, 1)]);
  const v0: Triple = Math.abs(u[0]) < 0.8 ? [1, 0, 0] : [0, 1, 0];
  const v = unit([u[1] * v0[2] - u[2] * v0[1], u[2] * v0[0] - u[0] * v0[2], u[0] * v0[1] - u[1] * v0[0]]);
  const w: Triple = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
  const shape = ellipsoid(centre, semi, [u, v, w]);

  return {
    shape,
    tissue,
    exact: {
      volumeMl: ((4 / 3) * Math.PI * semi[0] * semi[1] * semi[2]) / 1000,
      diameterMm: 2 * largest,
      centreRas: centre,
    },
  };
}
