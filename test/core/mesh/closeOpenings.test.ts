// Surfaces with openings, beside what they enclose by formula.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closeOpenings } from '#core/mesh/closeOpenings.ts';
import { edgeCensus } from '#core/mesh/edgeCensus.ts';
import { signedVolumeMm3 } from '#core/mesh/signedVolumeMm3.ts';
import { weld } from '#core/mesh/weld.ts';
import { icosphere } from '../../io/mesh/meshes.ts';

interface Lists {
  readonly positions: readonly number[];
  readonly triangles: readonly number[];
}
const meshOf = ({ positions, triangles }: Lists) =>
  weld({ positions: Float32Array.from(positions), triangles: Uint32Array.from(triangles) });
const without = ({ positions, triangles }: Lists, gone: (centre: readonly number[], n: number) => boolean) =>
  meshOf({
    positions,
    triangles: triangles.filter((_, at) => {
      const n = Math.floor(at / 3);
      const corners = [0, 1, 2].map((side) => 3 * (triangles[3 * n + side] as number));
      const centre = [0, 1, 2].map(
        (axis) => corners.reduce((sum, corner) => sum + (positions[corner + axis] as number), 0) / 3,
      );
      return !gone(centre, n);
    }),
  });

/** The wall of a prism over any outline, without floor and roof, outwards. */
function wall(outline: readonly (readonly [number, number])[], height: number) {
  const positions = outline.flatMap(([x, y]) => [x, y, 0, x, y, height]);
  const triangles = outline.flatMap((_, n) => {
    const [a, b] = [2 * n, 2 * ((n + 1) % outline.length)];
    return [a, b, b + 1, a, b + 1, a + 1];
  });
  return meshOf({ positions, triangles });
}

describe('lids over the openings of a surface', () => {
  it('a tube without ends encloses its cylinder, the widths are its own', () => {
    const outline = Array.from({ length: 240 }, (_, n) => {
      const angle = (2 * Math.PI * n) / 240;
      return [10 * Math.cos(angle), 10 * Math.sin(angle)] as const;
    });
    const closed = closeOpenings(wall(outline, 30));
    expect(closed?.widthsMm.map((width) => width.toFixed(3))).toEqual(['20.000', '20.000']);
    expect(edgeCensus(closed?.mesh ?? meshOf({ positions: [], triangles: [] }))).toMatchObject({
      boundaryEdges: 0,
      unbalancedEdges: 0,
    });
    const polygon = 240 * 0.5 * 100 * Math.sin((2 * Math.PI) / 240);
    expect((closed ? signedVolumeMm3(closed.mesh) : 0) / (polygon * 30)).toBeCloseTo(1, 6);
  });

  it('a flat rim of any shape is closed as by a flat lid', () => {
    // An L: the middle of its rim's corners is not all of it in sight.
    const l = [
      [0, 0],
      [30, 0],
      [30, 4],
      [4, 4],
      [4, 50],
      [0, 50],
    ] as const;
    const closed = closeOpenings(wall(l, 7));
    expect(closed ? signedVolumeMm3(closed.mesh) : 0).toBeCloseTo((30 * 4 + 4 * 46) * 7, 3);
  });

  it('a ball cut flat by its equator encloses half of it', () => {
    const ball = icosphere(10, [0, 0, 0], 5);
    const half = without(ball, ([, , z]) => (z ?? 0) > 0);
    const closed = closeOpenings(half);
    expect(closed?.widthsMm).toHaveLength(1);
    // The rim runs along triangles 0.3 mm high, some 0.1 mm off the plane.
    expect(Math.abs((closed ? signedVolumeMm3(closed.mesh) : 0) / ((2 / 3) * Math.PI * 1000) - 1)).toBeLessThan(0.015);
  });

  it('whatever triangles are gone, each edge is run through once each way afterwards', () => {
    const ball = icosphere(10, [3, -4, 5], 2);
    const count = ball.triangles.length / 3;
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(count - 1), { maxLength: count - 1 }), (gone) => {
        const some = new Set(gone);
        const open = without(ball, (_, n) => some.has(n));
        const before = edgeCensus(open);
        const closed = closeOpenings(open);
        if (!closed) throw new Error('a part of a ball is wound one way');
        const after = edgeCensus(closed.mesh);
        expect(after).toMatchObject({ boundaryEdges: 0, unbalancedEdges: 0 });
        expect(closed.mesh.triangles.length / 3 - open.triangles.length / 3).toBe(before.boundaryEdges);
        expect(closed.widthsMm.length === 0).toBe(gone.length === 0);
        for (const width of closed.widthsMm) expect(width).toBeLessThanOrEqual(40);
      }),
      { numRuns: 200 },
    );
  });

  it('rims that touch at a vertex are rims of their own', () => {
    const ball = icosphere(10, [0, 0, 0], 3);
    // Every other triangle around one vertex.
    const around = Array.from({ length: ball.triangles.length / 3 }, (_, n) => n).filter((n) =>
      ball.triangles.slice(3 * n, 3 * n + 3).includes(0),
    );
    const first = around[0] as number;
    const apart = around.find(
      (n) =>
        [0, 1, 2].filter((side) =>
          ball.triangles.slice(3 * n, 3 * n + 3).includes(ball.triangles[3 * first + side] as number),
        ).length === 1,
    );
    const closed = closeOpenings(without(ball, (_, n) => n === first || n === apart));
    expect(closed?.widthsMm).toHaveLength(2);
  });

  it('nothing is guessed where triangles are wound against each other', () => {
    const ball = icosphere(10, [0, 0, 0], 1);
    const turned = { ...ball, triangles: [...ball.triangles.slice(0, 3).toReversed(), ...ball.triangles.slice(3, -3)] };
    expect(closeOpenings(meshOf(turned))).toBeNull();
  });
});
