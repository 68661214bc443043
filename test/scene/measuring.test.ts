import { describe, expect, it } from 'vitest';
import { pointCounts, withPoint } from '#scene/measuring.ts';
import type { RasPoint } from '#state/viewer.ts';

describe('points of a measurement that is being made', () => {
  it('come one by one; the second press of a double click is none', () => {
    const places: RasPoint[] = [
      [0, 0, 0],
      [0, 0, 0],
      [10, 0, 0],
      [10, 0, 0.0005],
      [10, 5, 0],
    ];
    let points: readonly RasPoint[] = [];
    const counts = places.map((ras) => {
      points = withPoint(points, ras);
      return points.length;
    });
    expect(counts).toEqual([1, 1, 2, 2, 3]);
    expect(counts.at(-1)).toBe(pointCounts.angle);
  });
});
