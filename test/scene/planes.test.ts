import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affine, type Vector3 } from '#core/space/affine.ts';
import { boundsRas, normalAxis, planeNames, rasOfPixel } from '#core/volume/slicePlane.ts';
import { clearAround } from '#scene/planes/clearAround.ts';
import { alongNormal, dragPlane, planeGrid, planeHits } from '#scene/planes/planeGeometry.ts';
import type { RasPoint } from '#state/viewer.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const dims = [60, 40, 30] as const;
// i to the left, j to the back, k up.
const rasFromIjk = affine('ras', 'ijk', [-2, 0, 0, 0, 0, -1, 0, 0, 0, 0, 3, 0, 70, 15, -20, 1]);
const { low, high } = boundsRas(dims, rasFromIjk);
const point: RasPoint = [10, -4, 25];
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const triple = fc.tuple(number(-150, 150), number(-150, 150), number(-150, 150));

describe('planeGrid', () => {
  it('reaches from face to face of the scan, through the point', () => {
    for (const name of planeNames) {
      const grid = planeGrid(dims, rasFromIjk, name, point, 64);
      expect(Math.max(grid.width, grid.height)).toBe(64);
      const first = rasOfPixel(grid, -0.5, -0.5);
      const last = rasOfPixel(grid, grid.width - 0.5, grid.height - 0.5);
      for (const axis of [0, 1, 2] as const) {
        if (axis === normalAxis[name]) expect([first[axis], last[axis]]).toEqual([point[axis], point[axis]]);
        else {
          expect(first[axis]).toBeCloseTo(high[axis], 9);
          expect(last[axis]).toBeCloseTo(low[axis], 9);
        }
      }
    }
  });
});

describe('planeHits', () => {
  it('lie on the ray, on their plane, inside the scan, nearest first', () => {
    fc.assert(
      fc.property(triple, triple, (origin, direction) => {
        if (Math.hypot(...direction) < 1e-3) return;
        const hits = planeHits(dims, rasFromIjk, point, origin, direction);
        let before = 0;
        for (const { name, ras, distanceMm, edgeMm } of hits) {
          expect(ras[normalAxis[name]]).toBe(point[normalAxis[name]]);
          expect(distanceMm).toBeGreaterThanOrEqual(before);
          before = distanceMm;
          const length = Math.hypot(...direction);
          for (const axis of [0, 1, 2] as const) {
            expect(origin[axis] + (direction[axis] * distanceMm) / length).toBeCloseTo(ras[axis], 5);
            expect(ras[axis]).toBeGreaterThanOrEqual(low[axis] - 1e-9);
            expect(ras[axis]).toBeLessThanOrEqual(high[axis] + 1e-9);
          }
          expect(edgeMm).toBeGreaterThanOrEqual(0);
        }
      }),
      { seed, numRuns: 300 },
    );
  });

  it('knows how far the side is, and reaches beside it when asked', () => {
    const from: RasPoint = [high[0] + 3, -4, 200];
    const down: RasPoint = [0, 0, -1];
    expect(planeHits(dims, rasFromIjk, point, from, down)).toEqual([]);
    const [hit] = planeHits(dims, rasFromIjk, point, from, down, 5);
    expect(hit?.name).toBe('axial');
    expect(hit?.edgeMm).toBeCloseTo(-3, 9);
    const [inside] = planeHits(dims, rasFromIjk, point, [high[0] - 7, -4, 200], down);
    expect(inside?.edgeMm).toBeCloseTo(7, 9);
  });
});

describe('dragging', () => {
  it('moves the planes’ meeting point along the normal alone', () => {
    expect(dragPlane('axial', [1, 2, 3], [40, 50, 10], [7, 8, 9])).toEqual([7, 8, 16]);
    expect(dragPlane('coronal', [1, 2, 3], [40, 50, 10], [7, 8, 9])).toEqual([7, 56, 9]);
    expect(dragPlane('sagittal', [1, 2, 3], [40, 50, 10], [7, 8, 9])).toEqual([46, 8, 9]);
  });

  it('finds the place on the normal that is nearest to the ray', () => {
    fc.assert(
      fc.property(fc.constantFrom(...planeNames), triple, triple, triple, (name, from, origin, direction) => {
        const length = Math.hypot(...direction);
        if (length < 1) return;
        const found = alongNormal(name, from, origin, direction);
        const axis = normalAxis[name];
        if (!found) {
          expect(Math.abs(direction[axis]) / length).toBeGreaterThan(0.98);
          return;
        }
        const distance = (at: Vector3) => {
          const w = at.map((value, n) => value - (origin[n] as number));
          const t = w.reduce((sum, value, n) => sum + value * (direction[n] as number), 0) / length ** 2;
          return Math.hypot(...w.map((value, n) => value - t * (direction[n] as number)));
        };
        const best = distance(found);
        for (const step of [-1, -0.01, 0.01, 1]) {
          const beside = [...found] as [number, number, number];
          beside[axis] += step;
          expect(distance(beside)).toBeGreaterThanOrEqual(best - 1e-9);
        }
      }),
      { seed, numRuns: 300 },
    );
  });
});

describe('clearAround', () => {
  const scene = (rows: readonly string[]) => {
    const values = Float32Array.from(rows.join(''), (letter) =>
      letter === '.' ? -1000 : letter === '?' ? Number.NaN : 40,
    );
    const rgba = new Uint8ClampedArray(4 * values.length).fill(255);
    return {
      clear(allSides: boolean): string[] {
        clearAround(values, rows[0]?.length ?? 0, rows.length, -300, allSides, rgba);
        const alpha = Array.from(values, (_, n) => (rgba[4 * n + 3] === 0 ? '.' : '#')).join('');
        return rows.map((row, y) => alpha.slice(y * row.length, (y + 1) * row.length));
      },
    };
  };

  it('clears the air beside the body and keeps the air inside', () => {
    expect(scene(['.......', '.#####.', '.#...#.', '.#####.', '.......']).clear(true)).toEqual([
      '.......',
      '.#####.',
      '.#####.',
      '.#####.',
      '.......',
    ]);
  });

  it('does not run into a lung that the scan’s first slice opens', () => {
    const rows = ['.##.##.', '.#..##.', '.#..##.', '.#####.'];
    expect(scene(rows).clear(false)).toEqual(['.#####.', '.#####.', '.#####.', '.#####.']);
    expect(scene(rows).clear(true)).toEqual(rows);
  });

  it('clears what lies outside the scan, and the air behind it', () => {
    expect(scene(['??..##', '??..##', '??####']).clear(false)).toEqual(['....##', '....##', '..####']);
  });
});
