import { describe, expect, it } from 'vitest';
import { hatchInto } from '#core/volume/resliceHatch.ts';

const SIZE = 24;
const square = (x: number, y: number) => x >= 4 && x < 20 && y >= 4 && y < 20;
const marked = (lower: number, upper: number): boolean[] => {
  const values = Float32Array.from({ length: SIZE * SIZE }, (_, n) =>
    square(n % SIZE, Math.floor(n / SIZE)) ? 300 : n === 0 ? Number.NaN : 40,
  );
  const rgba = new Uint8ClampedArray(4 * values.length).fill(100);
  hatchInto(values, SIZE, SIZE, lower, upper, 4, 1, [0, 200, 255], rgba);
  return Array.from(values, (_, n) => rgba[4 * n + 2] !== 100);
};

describe('hatchInto', () => {
  it('marks the border whole and the inside by slanted lines, nothing beside', () => {
    const marks = marked(180, 3000);
    let inside = 0;
    for (let y = 0; y < SIZE; y++)
      for (let x = 0; x < SIZE; x++) {
        const mark = marks[x + SIZE * y] as boolean;
        if (!square(x, y)) expect(mark).toBe(false);
        else if (x === 4 || x === 19 || y === 4 || y === 19) expect(mark).toBe(true);
        else {
          if (mark) inside++;
          // A line runs at 45°: the same one column further and one row less.
          if (x < 18 && y > 5) expect(marks[x + 1 + SIZE * (y - 1)]).toBe(mark);
        }
      }
    expect(inside / 196).toBeGreaterThan(0.1);
    expect(inside / 196).toBeLessThan(0.35);
  });

  it('counts both ends of the range in, and what is outside the scan never', () => {
    expect(marked(300, 300).some(Boolean)).toBe(true);
    expect(marked(300.5, 400).some(Boolean)).toBe(false);
    expect(marked(-Infinity, Infinity)[0]).toBe(false);
  });
});
