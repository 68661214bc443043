import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affine, determinant3, multiply, transform, type Vector3 } from '#core/space/affine.ts';
import { fitLandmarks } from '#core/space/fitLandmarks.ts';

const within = (reach: number) => fc.double({ min: -reach, max: reach, noNaN: true });
const point = fc.tuple(within(150), within(150), within(150));
const spread: Vector3[] = [
  [0, 0, 0],
  [90, 5, -3],
  [-10, 70, 12],
  [15, -20, 80],
  [-60, -40, 33],
];

/** From a quaternion that need not be a unit one. */
function turn([w, x, y, z]: readonly [number, number, number, number], shift: Vector3) {
  const n = w * w + x * x + y * y + z * z;
  const s = 2 / n;
  return affine('ras', 'ras', [
    ...[1 - s * (y * y + z * z), s * (x * y + w * z), s * (x * z - w * y), 0],
    ...[s * (x * y - w * z), 1 - s * (x * x + z * z), s * (y * z + w * x), 0],
    ...[s * (x * z + w * y), s * (y * z - w * x), 1 - s * (x * x + y * y), 0],
    ...shift,
    1,
  ]);
}

describe('fitLandmarks', () => {
  it('finds any turn and shift that the points were moved by, half turns too', () => {
    const quaternion = fc.tuple(within(1), within(1), within(1), within(1)).filter((q) => Math.hypot(...q) > 0.2);
    fc.assert(
      fc.property(quaternion, point, fc.boolean(), (q, shift, scaled) => {
        const rigid = turn(q, shift);
        const truth = scaled
          ? multiply(rigid, affine('ras', 'ras', [1.3, 0, 0, 0, 0, 1.3, 0, 0, 0, 0, 1.3, 0, 0, 0, 0, 1]))
          : rigid;
        const pairs = spread.map((moving) => ({ moving, fixed: transform(truth, moving) }));
        const fit = fitLandmarks(pairs, scaled ? 'similarity' : 'rigid');
        const off = fit.matrix.map((value, n) => Math.abs(value - (truth.m[n] as number)));
        expect(Math.max(...off)).toBeLessThan(1e-8);
        expect(fit.freMm).toBeLessThan(1e-8);
      }),
    );
    const half = turn([0, 0, 0, 1], [5, 6, 7]);
    const pairs = spread.map((moving) => ({ moving, fixed: transform(half, moving) }));
    expect(fitLandmarks(pairs, 'rigid').freMm).toBeLessThan(1e-8);
  });

  it('finds an affine map, and residuals that no other map betters', () => {
    const truth = affine('ras', 'ras', [1.1, 0.1, -0.05, 0, 0.02, 0.9, 0.2, 0, 0, -0.1, 1.05, 0, 4, 5, 6, 1]);
    const exact = spread.map((moving) => ({ moving, fixed: transform(truth, moving) }));
    const found = fitLandmarks(exact, 'affine').matrix;
    expect(Math.max(...found.map((value, n) => Math.abs(value - (truth.m[n] as number))))).toBeLessThan(1e-9);
    const noise = [2, -1, 1.5, -2.5, 0.5];
    const noisy = exact.map(({ moving, fixed }, n) => ({
      moving,
      fixed: [fixed[0] + (noise[n] as number), fixed[1] - (noise[4 - n] as number), fixed[2]] as Vector3,
    }));
    for (const kind of ['rigid', 'similarity', 'affine'] as const) {
      const fit = fitLandmarks(noisy, kind);
      const m = affine('ras', 'ras', fit.matrix);
      noisy.forEach(({ moving, fixed }, n) => {
        const [x, y, z] = transform(m, moving);
        expect(fit.residualsMm[n]).toBeCloseTo(Math.hypot(x - fixed[0], y - fixed[1], z - fixed[2]), 9);
      });
      expect(fit.freMm).toBeCloseTo(Math.hypot(...fit.residualsMm) / Math.sqrt(5), 9);
      if (kind === 'rigid') expect(determinant3(m)).toBeCloseTo(1, 12);
      // A little turn of the answer is worse, and for those with a scale a little scaling.
      for (const q of [
        [1, 0.01, 0, 0],
        [1, 0, -0.01, 0],
        [1, 0, 0, 0.01],
      ] as const) {
        const others = [multiply(turn(q, [0, 0, 0]), m)];
        if (kind !== 'rigid')
          others.push(multiply(affine('ras', 'ras', [1.01, 0, 0, 0, 0, 1.01, 0, 0, 0, 0, 1.01, 0, 0, 0, 0, 1]), m));
        for (const other of others) {
          const squares = noisy.reduce((sum, { moving, fixed }) => {
            const [x, y, z] = transform(other, moving);
            return sum + (x - fixed[0]) ** 2 + (y - fixed[1]) ** 2 + (z - fixed[2]) ** 2;
          }, 0);
          expect(Math.sqrt(squares / 5)).toBeGreaterThan(fit.freMm);
        }
      }
    }
  });

  it('never mirrors: mirrored landmarks keep a residual', () => {
    const pairs = spread.map((moving) => ({ moving, fixed: [-moving[0], moving[1], moving[2]] as Vector3 }));
    const fit = fitLandmarks(pairs, 'rigid');
    expect(determinant3(affine('ras', 'ras', fit.matrix))).toBeCloseTo(1, 12);
    expect(fit.freMm).toBeGreaterThan(10);
  });

  it('refuses too few points, points on a line, and for a shear points on a plane, with figures', () => {
    const pairs = (points: readonly Vector3[]) => points.map((moving) => ({ moving, fixed: moving }));
    expect(() => fitLandmarks(pairs(spread.slice(0, 2)), 'rigid')).toThrow('expected 3 pairs of points or more, got 2');
    expect(() => fitLandmarks(pairs(spread.slice(0, 3)), 'affine')).toThrow(
      'expected 4 pairs of points or more, got 3',
    );
    const line: Vector3[] = [
      [0, 0, 0],
      [10, 10, 10],
      [30, 30, 30.1],
      [50, 50, 50],
    ];
    expect(() => fitLandmarks(pairs(line), 'rigid')).toThrow(/not on a line, got spread of/);
    const plane: Vector3[] = [
      [0, 0, 5],
      [100, 0, 5],
      [0, 100, 5],
      [80, 90, 5.5],
    ];
    expect(fitLandmarks(pairs(plane), 'rigid').freMm).toBeLessThan(1e-9);
    expect(() => fitLandmarks(pairs(plane), 'affine')).toThrow(/not on a plane, got spread of/);
    // The moving ones may be well spread and the fixed ones one place.
    expect(() =>
      fitLandmarks(
        spread.map((moving) => ({ moving, fixed: [1, 2, 3] })),
        'rigid',
      ),
    ).toThrow(/fixed points/);
  });
});
