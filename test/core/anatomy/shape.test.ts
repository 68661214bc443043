import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { growTree, pointsInside } from '#core/anatomy/branching.ts';
import { grown, intersection, mirrored, union, without } from '#core/anatomy/combine.ts';
import { seeded } from '#core/anatomy/random.ts';
import { capsule, ellipsoid, halfSpace, plate, type Shape, sine } from '#core/anatomy/shape.ts';
import { flatTube, tube } from '#core/anatomy/tube.ts';

/** Volume by counting cell centres. */
function volume(shape: Shape, step: number): number {
  const [x0, y0, z0, x1, y1, z1] = shape.box;
  let inside = 0;
  for (let z = z0 + step / 2; z < z1; z += step)
    for (let y = y0 + step / 2; y < y1; y += step)
      for (let x = x0 + step / 2; x < x1; x += step) if (shape.distance(x, y, z) < 0) inside++;
  return inside * step ** 3;
}

describe('shapes', () => {
  it('have the volumes of their formulas', () => {
    expect(volume(ellipsoid([1, 2, 3], [12, 8, 5]), 0.4) / ((4 / 3) * Math.PI * 12 * 8 * 5)).toBeCloseTo(1, 2);
    const rod = capsule([0, 0, 0], [10, 10, 10], 4);
    expect(volume(rod, 0.13) / (Math.PI * 16 * Math.sqrt(300) + (4 / 3) * Math.PI * 64)).toBeCloseTo(1, 2);
    const disc = plate([0, 0, 0], [30, 0, 0], [0, 30, 0], 1);
    // Prism plus half a tube along the three edges plus the corners: one ball.
    const edges = 60 + Math.sqrt(1800);
    expect(volume(disc, 0.2) / (450 * 2 + (Math.PI / 2) * edges + (4 / 3) * Math.PI)).toBeCloseTo(1, 1);
    const strap = flatTube([
      { at: [0, 0, 0], u: [0, 0, 1], wide: 9, thin: 3 },
      { at: [60, 0, 0], u: [0, 0, 1], wide: 9, thin: 3 },
    ]);
    expect(volume(strap, 0.17) / (Math.PI * 27 * 60 + (4 / 3) * Math.PI * 9 * 3 * 3)).toBeCloseTo(1, 2);
  });

  it('are first-order exact at the surface: a step of 0.1 mm along the normal changes the distance by 0.1 mm', () => {
    const shapes = [ellipsoid([0, 0, 0], [30, 12, 18]), capsule([0, 0, 0], [20, 0, 0], 6, 4)];
    for (const shape of shapes)
      for (let n = 0; n < 200; n++) {
        const [u, v] = [Math.acos(1 - (2 * (n + 0.5)) / 200), n * 2.4];
        const way = [Math.sin(u) * Math.cos(v), Math.sin(u) * Math.sin(v), Math.cos(u)] as const;
        let [low, high] = [0, 80];
        for (let s = 0; s < 60; s++) {
          const t = (low + high) / 2;
          if (shape.distance(way[0] * t, way[1] * t, way[2] * t) < 0) low = t;
          else high = t;
        }
        const p = way.map((c) => c * low) as [number, number, number];
        const g = [0, 1, 2].map((a) => {
          const [q, r] = [[...p], [...p]] as [number[], number[]];
          q[a] = (q[a] as number) + 1e-4;
          r[a] = (r[a] as number) - 1e-4;
          return (
            (shape.distance(...(q as [number, number, number])) - shape.distance(...(r as [number, number, number]))) /
            2e-4
          );
        });
        expect(Math.hypot(...g)).toBeGreaterThan(0.97);
        expect(Math.hypot(...g)).toBeLessThan(1.03);
      }
  });

  it('seen from a ball, a shape is the same inside that ball', () => {
    const ball = ellipsoid([5, 0, 0], [22, 14, 17]);
    const knot = tube(
      [
        [-30, 0, 0, 3],
        [-10, 12, 5, 5],
        [10, -12, -5, 4],
        [30, 0, 10, 2],
      ],
      8,
    );
    const shapes = [
      knot,
      union([ball, knot, capsule([0, 20, 0], [0, 40, 10], 5)], 6),
      without(ball, knot, 3),
      intersection([ball, halfSpace([0, 0, 4], [0, 0.3, 1]), grown(knot, 12)], 4),
      mirrored(union([ball, capsule([12, 0, 0], [30, 20, 0], 4)], 3)),
    ];
    const coordinate = fc.double({ min: -45, max: 45, noNaN: true });
    fc.assert(
      fc.property(
        fc.nat(shapes.length - 1),
        coordinate,
        coordinate,
        coordinate,
        fc.double({ min: 1, max: 12, noNaN: true }),
        fc.nat(),
        (which, x, y, z, radius, seed) => {
          const shape = shapes[which] as Shape;
          const near = shape.near as NonNullable<Shape['near']>;
          const seen = near.call(shape, x, y, z, radius);
          const random = seeded(seed);
          for (let n = 0; n < 20; n++) {
            const r = radius * Math.cbrt(random.next());
            const [u, v] = [Math.acos(2 * random.next() - 1), 2 * Math.PI * random.next()];
            const p = [
              x + r * Math.sin(u) * Math.cos(v),
              y + r * Math.sin(u) * Math.sin(v),
              z + r * Math.cos(u),
            ] as const;
            const whole = shape.distance(...p);
            if (!seen) expect(whole).toBeGreaterThan(0);
            else if (Math.abs(whole) < 0.5) expect(seen.distance(...p)).toBeCloseTo(whole, 6);
            else expect(Math.sign(seen.distance(...p))).toBe(Math.sign(whole));
          }
        },
      ),
      { numRuns: 1500 },
    );
  });

  it('the table’s sine is the sine', () => {
    for (let v = -40; v < 40; v += 0.0137) expect(Math.abs(sine(v) - Math.sin(v))).toBeLessThan(0.0016);
  });
});

describe('growTree', () => {
  const room = ellipsoid([0, 0, 0], [60, 40, 80]);
  const make = (seed: number) => {
    const random = seeded(seed);
    const targets = pointsInside(room, 300, 3, random);
    return {
      targets,
      tree: growTree({ root: [-50, 0, 0, 6], targets, random, exponent: 3, thinnest: 0.5, reach: 0.55 }),
    };
  };

  it('fills its room: every part is near a branch and every branch within', () => {
    const { targets, tree } = make(5);
    expect(targets).toHaveLength(300);
    const far = targets.filter((p) => tree.shape.distance(...p) > 9).length;
    expect(far).toBeLessThan(6);
    for (const { to } of tree.branches) expect(room.distance(to[0], to[1], to[2])).toBeLessThan(3);
  });

  it('tapers by Murray’s law, connected from root to leaf', () => {
    const { tree } = make(6);
    const deepest = Math.max(...tree.branches.map(({ depth }) => depth));
    expect(deepest).toBeGreaterThanOrEqual(7);
    for (const { to, leaves } of tree.branches.filter((_, n) => n % 2 === 1))
      expect(to[3]).toBeCloseTo(6 * (leaves / 300) ** (1 / 3), 6);
    const ends = new Set(tree.branches.map(({ to }) => `${to[0]} ${to[1]} ${to[2]}`));
    for (const { from } of tree.branches.slice(1))
      expect(ends.has(`${from[0]} ${from[1]} ${from[2]}`) || from[0] === -50).toBe(true);
  });

  it('is the same for one seed and another for another', () => {
    expect(make(7).tree.branches).toEqual(make(7).tree.branches);
    expect(make(8).tree.branches).not.toEqual(make(7).tree.branches);
  });
});
