import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { angleDegrees, lengthMm, voxelStepMm } from '#core/measure/measure.ts';
import { affine, affineFromRows } from '#core/space/affine.ts';

const seed = Number(process.env.SEED ?? 7);
const grid = affine('ras', 'ijk', [-0.8, 0, 0, 0, 0, 0.9, 0, 0, 0, 0, 2.5, 0, 12, 3, -7, 1]);
const coordinate = fc.double({ min: -200, max: 200, noNaN: true });
const point = fc.tuple(coordinate, coordinate, coordinate);

describe('length', () => {
  it('is the distance in mm; along an axis its doubt is √2 × half the spacing of that axis', () => {
    expect(lengthMm(grid, [0, 0, 0], [3, 4, 0]).value).toBe(5);
    expect(lengthMm(grid, [0, 0, 0], [10, 0, 0]).uncertainty).toBeCloseTo((Math.SQRT2 * 0.8) / 2, 12);
    expect(lengthMm(grid, [0, 0, 0], [0, 10, 0]).uncertainty).toBeCloseTo((Math.SQRT2 * 0.9) / 2, 12);
    expect(lengthMm(grid, [0, 0, 0], [0, 0, -10]).uncertainty).toBeCloseTo((Math.SQRT2 * 2.5) / 2, 12);
  });

  it('on isotropic voxels the step is the spacing in every direction, however the grid lies', () => {
    const c = Math.cos(0.3);
    const s = Math.sin(0.3);
    const tilted = affineFromRows('ras', 'ijk', [
      [1.5 * c, -1.5 * s, 0, 4],
      [1.5 * s, 1.5 * c, 0, 5],
      [0, 0, -1.5, 6],
      [0, 0, 0, 1],
    ]);
    fc.assert(
      fc.property(point, ([x, y, z]) => {
        const length = Math.hypot(x, y, z);
        fc.pre(length > 1e-3);
        expect(voxelStepMm(tilted, [x / length, y / length, z / length])).toBeCloseTo(1.5, 9);
      }),
      { seed },
    );
  });

  it('the doubt is the spread that points read to half a voxel really have', () => {
    // Each end moved along the grid's axes by ± half a step, one axis after the other: errors add as squares.
    const from = [3, -4, 10] as const;
    const to = [33, 20, -15] as const;
    const length = lengthMm(grid, from, to);
    let variance = 0;
    for (const end of [0, 1])
      for (const axis of [0, 1, 2]) {
        const half = grid.m.slice(4 * axis, 4 * axis + 3).map((v) => v / 2e6);
        const moved = [[...from], [...to]] as [[number, number, number], [number, number, number]];
        (moved[end] as number[]).forEach((v, n) => {
          (moved[end] as number[])[n] = v + (half[n] as number);
        });
        variance += ((lengthMm(grid, moved[0], moved[1]).value - length.value) * 1e6) ** 2;
      }
    expect(length.uncertainty).toBeCloseTo(Math.sqrt(variance), 3);
  });

  it('where planes were made up, the voxel at an end is as tall as the gap between the measured ones', () => {
    const at = (s: number) => (s > 4 && s < 11 ? 3 : 1);
    const planesAt = ([, , s]: readonly number[]) => at(s as number);
    const doubt = (a: number, b: number) => lengthMm(grid, [0, 0, a], [0, 0, b], planesAt).uncertainty;
    expect(doubt(0, 12)).toBeCloseTo(Math.hypot(1.25, 1.25), 12);
    expect(doubt(0, 10)).toBeCloseTo(Math.hypot(1.25, 3.75), 12);
    expect(doubt(5, 10)).toBeCloseTo(Math.hypot(3.75, 3.75), 12);
    // Across the planes it is as ever.
    expect(lengthMm(grid, [0, 0, 5], [10, 0, 5], planesAt).uncertainty).toBeCloseTo((Math.SQRT2 * 0.8) / 2, 12);
    // An angle's points are read as a length's: by a grid that is as tall where all of them lie there.
    const tall = affine('ras', 'ijk', [-0.8, 0, 0, 0, 0, 0.9, 0, 0, 0, 0, 7.5, 0, 12, 3, -7, 1]);
    const points = [
      [5, 0, 5],
      [0, 0, 6],
      [0, 7, 10],
    ] as const;
    expect(angleDegrees(grid, ...points, planesAt).uncertainty).toBeCloseTo(
      angleDegrees(tall, ...points).uncertainty,
      12,
    );
  });

  it('points that coincide are refused', () => {
    expect(() => lengthMm(grid, [1, 2, 3], [1, 2, 3])).toThrow('apart');
  });
});

describe('angle', () => {
  it('right, straight, none, and 60° of an equilateral triangle', () => {
    expect(angleDegrees(grid, [5, 0, 0], [0, 0, 0], [0, 7, 0]).value).toBeCloseTo(90, 12);
    expect(angleDegrees(grid, [5, 0, 0], [0, 0, 0], [-3, 0, 0]).value).toBeCloseTo(180, 12);
    expect(angleDegrees(grid, [5, 0, 0], [0, 0, 0], [3, 0, 0]).value).toBe(0);
    expect(angleDegrees(grid, [1, 0, 0], [0, 1, 0], [0, 0, 1]).value).toBeCloseTo(60, 12);
  });

  it('its doubt is the gradient of the three points, checked by moving each of them', () => {
    fc.assert(
      fc.property(point, point, point, (a, b, c) => {
        const measured = angleDegrees(grid, [...a], [...b], [...c]);
        const arms = [a, c].map((end) => Math.hypot(end[0] - b[0], end[1] - b[1], end[2] - b[2]));
        fc.pre(Math.min(...arms) > 5 && measured.value > 2 && measured.value < 178);
        let variance = 0;
        const h = 1e-5;
        for (let which = 0; which < 3; which++)
          for (let axis = 0; axis < 3; axis++) {
            const at = (sign: number) => {
              const points = [[...a], [...b], [...c]] as [number, number, number][];
              const moved = points[which] as [number, number, number];
              for (let n = 0; n < 3; n++) moved[n] = (moved[n] as number) + sign * h * (grid.m[4 * axis + n] as number);
              return angleDegrees(grid, ...(points as [(typeof points)[0], (typeof points)[0], (typeof points)[0]]))
                .value;
            };
            variance += ((at(1) - at(-1)) / (2 * h) / 2) ** 2;
          }
        expect(measured.uncertainty / Math.sqrt(variance)).toBeCloseTo(1, 4);
      }),
      { seed },
    );
  });

  it('a straight one has a doubt too, and an arm without length is refused', () => {
    const straight = angleDegrees(grid, [50, 0, 0], [0, 0, 0], [-50, 0, 0]).uncertainty;
    expect(straight).toBeGreaterThan(1);
    expect(straight).toBeLessThan(10);
    expect(() => angleDegrees(grid, [0, 0, 0], [0, 0, 0], [1, 0, 0])).toThrow('first arm');
  });
});
