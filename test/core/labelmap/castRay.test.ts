import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { castRay, refineHit, segmentField } from '#core/labelmap/castRay.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { type Affine, affine, determinant3, invert, transform, transformVector } from '#core/space/affine.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

/** The nearest box of a voxel that stops the ray, all of them tried. */
function bruteForce(
  dense: Uint8Array,
  dims: readonly [number, number, number],
  rasFromIjk: Affine<'ras', 'ijk'>,
  origin: readonly [number, number, number],
  direction: readonly [number, number, number],
  stops: (value: number) => boolean,
): { distanceMm: number; values: Set<number> } | null {
  const inverse = invert(rasFromIjk);
  const o = transform(inverse, origin);
  const d = transformVector(inverse, direction).map((x) => x / Math.hypot(...direction));
  let best = Infinity;
  let values = new Set<number>();
  for (let k = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++)
      for (let i = 0; i < dims[0]; i++) {
        const value = dense[i + dims[0] * (j + dims[1] * k)] as number;
        if (value === 0 || !stops(value)) continue;
        let near = 0;
        let far = Infinity;
        for (const [axis, centre] of [i, j, k].entries()) {
          const a = (centre - 0.5 - (o[axis] as number)) / (d[axis] as number);
          const b = (centre + 0.5 - (o[axis] as number)) / (d[axis] as number);
          if (d[axis] === 0) {
            if (Math.abs((o[axis] as number) - centre) > 0.5) far = -1;
            continue;
          }
          near = Math.max(near, Math.min(a, b));
          far = Math.min(far, Math.max(a, b));
        }
        if (near > far) continue;
        if (near < best - 1e-7) {
          best = near;
          values = new Set([value]);
        } else if (near < best + 1e-7) values.add(value);
      }
  return best < Infinity ? { distanceMm: best, values } : null;
}

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
/** Rotated, scaled, sheared and mirrored grids. */
const grids = fc
  .tuple(fc.array(number(-1, 1), { minLength: 9, maxLength: 9 }), number(0.4, 3), fc.boolean())
  .map(([m, size, mirror]) => {
    const columns = [0, 1, 2].map((c) =>
      [0, 1, 2].map((r) => size * ((r === c ? 2 : 0) + (m[3 * c + r] as number) * 0.7)),
    );
    if (mirror) columns[0] = (columns[0] as number[]).map((x) => -x);
    return affine('ras', 'ijk', [...columns.flatMap((column) => [...column, 0]), 5, -7, 11, 1]);
  })
  .filter((a) => Math.abs(determinant3(a)) > 0.05);
const scenes = fc.record({
  dims: fc.tuple(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 36 })),
  grid: grids,
  blobs: fc.array(fc.tuple(number(0, 1), number(0, 1), number(0, 1), number(0.5, 9), fc.integer({ min: 1, max: 4 })), {
    maxLength: 9,
  }),
  from: fc.tuple(number(-0.6, 1.6), number(-0.6, 1.6), number(-0.6, 1.6)),
  to: fc.tuple(number(0, 1), number(0, 1), number(0, 1)),
  hidden: fc.integer({ min: 0, max: 4 }),
  along: fc.integer({ min: 0, max: 3 }),
});

describe('castRay', () => {
  it(`finds what trying every voxel finds (seed ${seed})`, () => {
    let hits = 0;
    let handedness = 0;
    fc.assert(
      fc.property(scenes, ({ dims, grid, blobs, from, to, hidden, along }) => {
        const dense = new Uint8Array(dims[0] * dims[1] * dims[2]);
        for (const [x, y, z, radius, value] of blobs)
          for (let k = 0, n = 0; k < dims[2]; k++)
            for (let j = 0; j < dims[1]; j++)
              for (let i = 0; i < dims[0]; i++, n++)
                if (Math.hypot(i - x * dims[0], j - y * dims[1], k - z * dims[2]) < radius) dense[n] = value;
        const at = (share: readonly number[]) =>
          transform(grid, share.map((s, axis) => s * (dims[axis] as number)) as [number, number, number]);
        const origin = at(from);
        const goal = at(to);
        // One in four runs along an axis of the grid.
        const direction =
          along < 3
            ? transformVector(grid, [0, 1, 2].map((axis) => (axis === along ? 1 : 0)) as [number, number, number])
            : ([0, 1, 2].map((axis) => (goal[axis] as number) - (origin[axis] as number)) as [number, number, number]);
        if (Math.hypot(...direction) < 1e-6) return;
        const stops = (value: number) => value !== hidden;
        const expected = bruteForce(dense, dims, grid, origin, direction, stops);
        const got = castRay(labelmapFromDense(dense, dims), grid, origin, direction, stops);
        if (!expected) {
          expect(got).toBeNull();
          return;
        }
        hits++;
        handedness |= determinant3(grid) > 0 ? 1 : 2;
        expect(got).not.toBeNull();
        expect(got?.distanceMm).toBeCloseTo(expected.distanceMm, 5);
        expect(expected.values.has(got?.value ?? -1)).toBe(true);
      }),
      { seed, numRuns: 400 },
    );
    expect(hits).toBeGreaterThan(60);
    expect(handedness).toBe(3);
  });

  it('has no answer for a ray without direction', () => {
    const labels = labelmapFromDense(new Uint8Array([1]), [1, 1, 1]);
    const grid = affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    expect(castRay(labels, grid, [0, 0, -5], [0, 0, 0], () => true)).toBeNull();
  });
});

describe('refineHit', () => {
  it('moves from the face of the voxel to half-way between centres', () => {
    const dims = [20, 20, 20] as const;
    const dense = new Uint8Array(8000);
    for (let k = 10; k < 20; k++) dense.fill(3, 400 * k, 400 * (k + 1));
    const labels = labelmapFromDense(dense, dims);
    const grid = affine('ras', 'ijk', [2, 0, 0, 0, 0, -2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]);
    const origin = [18, -18, -30] as const;
    const hit = castRay(labels, grid, origin, [0, 0, 1], () => true);
    expect(hit?.distanceMm).toBeCloseTo(49, 6);
    expect(refineHit(segmentField(labels, 3), grid, origin, [0, 0, 1], 49, 3)).toBeCloseTo(49, 2);
    // An isovalue a quarter of the way to the first centre inside.
    const field = (_i: number, _j: number, k: number) => k - 9.75;
    expect(refineHit(field, grid, origin, [0, 0, 5], 49, 3)).toBeCloseTo(49.5, 2);
  });
});
