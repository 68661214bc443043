import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { traceOutlines } from '#core/volume/resliceOutlines.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

interface Loop {
  readonly value: number;
  readonly points: readonly (readonly [number, number])[];
}
function trace(labels: Uint16Array, width: number, drawn: readonly number[], inset = 0): Loop[] {
  const table = new Uint8Array(65536);
  for (const value of drawn) table[value] = 1;
  const loops: Loop[] = [];
  traceOutlines(labels, width, labels.length / width, table, inset, (value, points, count) => {
    loops.push({
      value,
      points: Array.from({ length: count }, (_, n) => [points[2 * n] as number, points[2 * n + 1] as number] as const),
    });
  });
  return loops;
}
/** Signed: positive where the border runs counter-clockwise on the screen (y down). */
const area = (points: Loop['points']): number =>
  points.reduce((sum, [x, y], n) => {
    const [u, v] = points[(n + 1) % points.length] as readonly [number, number];
    return sum - (x * v - u * y) / 2;
  }, 0);
const picture = (rows: readonly string[]): Uint16Array =>
  Uint16Array.from(rows.join(''), (letter) => (letter === '.' ? 0 : Number(letter)));

describe('traceOutlines', () => {
  it('draws a diamond round one pixel', () => {
    const [loop, ...more] = trace(picture(['...', '.5.', '...']), 3, [5]);
    expect(more).toEqual([]);
    expect(loop?.value).toBe(5);
    expect(new Set(loop?.points.map(String))).toEqual(new Set(['0.5,1', '1,0.5', '1.5,1', '1,1.5']));
    expect(area(loop?.points ?? [])).toBeCloseTo(0.5, 6);
  });

  it('goes round a square and, the other way, round its hole', () => {
    const loops = trace(picture(['.....', '.111.', '.1.1.', '.111.', '.....']), 5, [1]);
    // Corners are cut by an eighth of a pixel each.
    expect(loops.map(({ points }) => area(points)).sort((a, b) => a - b)).toEqual([-0.5, 9 - 0.5]);
  });

  it('closes at the sides of the picture', () => {
    const [loop, ...more] = trace(new Uint16Array(12).fill(3), 4, [3]);
    expect(more).toEqual([]);
    expect(area(loop?.points ?? [])).toBeCloseTo(12 - 0.5, 6);
    expect(Math.min(...(loop?.points.map(([x]) => x) ?? []))).toBe(-0.5);
  });

  it('gives each of two neighbours its own border, side by side when inset', () => {
    const rows = picture(['......', '.1122.', '.1122.', '......']);
    const one = trace(rows, 6, [1, 2]);
    expect(one.map(({ value }) => value).sort()).toEqual([1, 2]);
    const between = (loops: Loop[], value: number) =>
      (loops.find((loop) => loop.value === value)?.points ?? []).filter(
        ([x, y]) => x > 2 && x < 3 && y > 0.9 && y < 2.1,
      );
    expect(between(one, 1).map(([x]) => x)).toEqual([2.5, 2.5]);
    expect(between(one, 2).map(([x]) => x)).toEqual([2.5, 2.5]);
    const inset = trace(rows, 6, [1, 2], 0.2);
    for (const [x] of between(inset, 1)) expect(x).toBeCloseTo(2.3, 6);
    for (const [x] of between(inset, 2)) expect(x).toBeCloseTo(2.7, 6);
  });

  it('leaves out what is not drawn', () => {
    expect(trace(picture(['......', '.1122.', '......']), 6, [2]).map(({ value }) => value)).toEqual([2]);
    expect(trace(picture(['.11.']), 4, [])).toEqual([]);
  });

  it('keeps pixels that touch by their corners apart', () => {
    const loops = trace(picture(['....', '.1..', '..1.', '....']), 4, [1]);
    expect(loops.length).toBe(2);
  });

  it('on any picture: as long as its crossings, closed, and about the area of its pixels; the same a second time', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 14 }).chain((width) =>
          fc.record({
            width: fc.constant(width),
            labels: fc
              .array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: width, maxLength: width }), {
                minLength: 1,
                maxLength: 12,
              })
              .map((rows) => Uint16Array.from(rows.flat())),
          }),
        ),
        ({ width, labels }) => {
          const height = labels.length / width;
          const at = (x: number, y: number) =>
            x < 0 || y < 0 || x >= width || y >= height ? 0 : labels[x + y * width];
          const loops = trace(labels, width, [1, 2, 3]);
          for (const value of [1, 2, 3]) {
            const mine = loops.filter((loop) => loop.value === value);
            let crossings = 0;
            let corners = 0;
            let pixels = 0;
            for (let y = -1; y <= height; y++)
              for (let x = -1; x <= width; x++) {
                const inside = [at(x, y), at(x + 1, y), at(x + 1, y + 1), at(x, y + 1)].map((label) => label === value);
                crossings += Number(inside[0] !== inside[1]) + Number(inside[0] !== inside[3]);
                const count = inside.filter(Boolean).length;
                // Of a cell's four corners: one alone is an eighth where its pixel has a quarter, and so on; diagonals are two alone.
                corners += count === 1 ? -1 : count === 3 ? 1 : count === 2 && inside[0] === inside[2] ? -2 : 0;
                pixels += Number(inside[0]);
              }
            expect(mine.reduce((sum, { points }) => sum + points.length, 0)).toBe(crossings);
            expect(mine.reduce((sum, { points }) => sum + area(points), 0)).toBeCloseTo(pixels + corners / 8, 4);
            for (const { points } of mine)
              for (const [n, [x, y]] of points.entries()) {
                const [u, v] = points[(n + 1) % points.length] as readonly [number, number];
                expect(Math.max(Math.abs(u - x), Math.abs(v - y))).toBeLessThanOrEqual(1);
              }
          }
          expect(trace(labels, width, [1, 2, 3])).toEqual(loops);
        },
      ),
      { seed, numRuns: 200 },
    );
  });
});
