import { describe, expect, it } from 'vitest';
import { areaMm2 } from '#core/mesh/areaMm2.ts';
import { edgeCensus, eulerCharacteristic } from '#core/mesh/edgeCensus.ts';
import { pieceSizes } from '#core/mesh/pieceSizes.ts';
import { signedVolumeMm3 } from '#core/mesh/signedVolumeMm3.ts';
import { weld } from '#core/mesh/weld.ts';

/** A box with corners (x, y, z) and (x + a, y + b, z + c), outward. */
function box([x, y, z]: number[], [a, b, c]: number[]) {
  const positions = new Float32Array(24);
  for (let n = 0; n < 8; n++)
    positions.set(
      [(x ?? 0) + (n & 1 ? (a ?? 0) : 0), (y ?? 0) + (n & 2 ? (b ?? 0) : 0), (z ?? 0) + (n & 4 ? (c ?? 0) : 0)],
      3 * n,
    );
  const quads = [
    [0, 2, 3, 1],
    [4, 5, 7, 6],
    [0, 1, 5, 4],
    [2, 6, 7, 3],
    [0, 4, 6, 2],
    [1, 3, 7, 5],
  ];
  const triangles = Uint32Array.from(quads.flatMap(([p, q, r, s]) => [p, q, r, p, r, s] as number[]));
  return { positions, triangles };
}

/** The same triangles with three vertices of their own each, as an STL file has them. */
function soup({ positions, triangles }: ReturnType<typeof box>) {
  return {
    positions: Float32Array.from([...triangles].flatMap((v) => [...positions.subarray(3 * v, 3 * v + 3)])),
    triangles: Uint32Array.from(triangles, (_, n) => n),
  };
}

describe('measures of a mesh', () => {
  const brick = box([1000, -2000, 500], [2, 3, 4]);

  it('volume and area of a box, far from the origin', () => {
    expect(signedVolumeMm3(brick)).toBeCloseTo(24, 9);
    expect(areaMm2(brick)).toBeCloseTo(52, 9);
    const inward = { ...brick, triangles: brick.triangles.slice().reverse() };
    expect(signedVolumeMm3(inward)).toBeCloseTo(-24, 9);
  });

  it('edges of a closed box, of one with a triangle gone, and of one with a triangle turned', () => {
    expect(edgeCensus(brick)).toEqual({ edges: 18, boundaryEdges: 0, unbalancedEdges: 0, closed: true });
    const open = { ...brick, triangles: brick.triangles.slice(3) };
    expect(edgeCensus(open)).toMatchObject({ boundaryEdges: 3, unbalancedEdges: 3, closed: false });
    const turned = { ...brick, triangles: brick.triangles.slice() };
    turned.triangles.subarray(0, 3).reverse();
    expect(edgeCensus(turned)).toMatchObject({ boundaryEdges: 0, unbalancedEdges: 3, closed: true });
    expect(eulerCharacteristic(brick)).toBe(2);
  });

  it('a soup has only boundary edges; welded it is the box again', () => {
    const loose = soup(brick);
    expect(edgeCensus(loose)).toMatchObject({ edges: 36, boundaryEdges: 36, closed: false });
    expect(edgeCensus(weld(loose))).toEqual(edgeCensus(brick));
    expect(pieceSizes(loose)).toHaveLength(12);
    expect(pieceSizes(weld(loose))).toEqual([12]);
  });

  it('weld takes −0 for 0 and drops triangles without an area', () => {
    const positions = new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0, -0, 0, -0]);
    const triangles = new Uint32Array([0, 1, 2, 0, 1, 3, 3, 1, 2]);
    expect([...weld({ positions, triangles }).triangles]).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it('pieces are told apart by vertex number', () => {
    const far = box([10, 0, 0], [1, 1, 1]);
    const positions = new Float32Array([...brick.positions, ...far.positions]);
    const triangles = Uint32Array.from([...brick.triangles, ...far.triangles.slice(3).map((v) => v + 8)]);
    expect(pieceSizes({ positions, triangles })).toEqual([12, 11]);
  });
});
