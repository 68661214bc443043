import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Surface, surfaceDistance } from '#compute/jobs/surfaceDistance.ts';
import { finishAsync } from '#core/steps.ts';
import { distanceToSurface } from './distanceToSurface.ts';

const coordinate = fc.float({ min: -50, max: 50, noNaN: true });
const point = fc.array(coordinate, { minLength: 3, maxLength: 3 });
const any = fc.tuple(point, point, point);
/** All but a line: the third corner lies on the side of the other two, or off it by less than rounding or than a hair. */
const thin = fc
  .tuple(point, point, fc.double({ min: -0.5, max: 1.5, noNaN: true }), fc.constantFrom(0, 1e-6, 1e-4, 1e-2))
  .map(([a, b, share, off]) => [
    a,
    b,
    a.map((x, axis) => x + share * ((b[axis] as number) - x) + (axis === 1 ? off : 0)),
  ]);
const surface = fc.array(fc.oneof(any, thin), { minLength: 1, maxLength: 30 }).map(
  (triangles): Surface => ({
    positions: Float32Array.from(triangles.flat(2)),
    triangles: Uint32Array.from({ length: 3 * triangles.length }, (_, n) => n),
  }),
);
const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));

describe(`distance kernel (seed ${seed})`, () => {
  it('finds the distance that brute force finds, whatever the grid', async () => {
    await fc.assert(
      fc.asyncProperty(surface, point, fc.double({ min: 0.5, max: 40, noNaN: true }), async (to, at, cellMm) => {
        // A triangle so small that its samples are one point.
        const from: Surface = {
          positions: Float32Array.from([
            ...at,
            ...at.map((x) => x + 1e-4),
            (at[0] as number) + 1e-4,
            at[1] as number,
            at[2] as number,
          ]),
          triangles: new Uint32Array([0, 1, 2]),
        };
        const found = await finishAsync(surfaceDistance(from, to, 3, 0, cellMm));
        fc.pre(found.samples > 0);
        expect(Math.abs(found.maxMm - distanceToSurface(to)(at.map(Math.fround)))).toBeLessThan(4e-4);
      }),
      { seed, numRuns: 300 },
    );
  });

  it('spreads its samples over the area, and leaves small pieces out', async () => {
    // A large triangle in the plane, a small one 5 mm above it; the other surface is the plane.
    const positions = Float32Array.from([0, 0, 0, 40, 0, 0, 0, 40, 0, 0, 0, 5, 8, 0, 5, 0, 10, 5]);
    const both: Surface = { positions, triangles: new Uint32Array([0, 1, 2, 3, 4, 5]) };
    const plane: Surface = { positions, triangles: new Uint32Array([0, 1, 2]) };
    const all = await finishAsync(surfaceDistance(both, plane, 10_000, 0, 1));
    expect(all.meanMm).toBeCloseTo((5 * 40) / 840, 2);
    expect(all.maxMm).toBeCloseTo(5, 5);
    const large = await finishAsync(surfaceDistance(both, plane, 1000, 2, 1));
    expect(large.samples).toBe(0);
  });
});
