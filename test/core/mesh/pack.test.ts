import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Mesh } from '#core/mesh/mesh.ts';
import { readOctahedral, writeOctahedral } from '#core/mesh/octahedral.ts';
import { CONCAVITY, DEPTH, LIGHT_STRIDE, OPENNESS, PLACE_STRIDE, packChunk, unpackVertices } from '#core/mesh/pack.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

function meshOf(points: readonly (readonly number[])[], normals: readonly (readonly number[])[]): Mesh {
  return {
    positions: new Float32Array(points.flat()),
    normals: new Float32Array(normals.flat()),
    triangles: new Uint32Array(points.map((_, n) => n)),
  };
}

const coordinate = fc.float({ min: -400, max: 900, noNaN: true });
const point = fc.tuple(coordinate, coordinate, coordinate);
const direction = fc
  .tuple(...[0, 1, 2].map(() => fc.double({ min: -1, max: 1, noNaN: true })))
  .map((v) => v as [number, number, number])
  .filter((v) => Math.hypot(...v) > 1e-3)
  .map((v) => v.map((x) => x / Math.hypot(...v)));

describe('octahedral bytes', () => {
  it(`keep every direction within one degree (seed ${seed})`, () => {
    const bytes = new Uint8Array(2);
    const back = [0, 0, 0];
    let worst = 0;
    fc.assert(
      fc.property(direction, (d) => {
        writeOctahedral(bytes, 0, ...(d as [number, number, number]));
        readOctahedral(bytes, 0, back);
        const cosine = d.reduce((sum, x, n) => sum + x * (back[n] as number), 0);
        worst = Math.max(worst, (Math.acos(Math.min(1, cosine)) * 180) / Math.PI);
        expect(Math.hypot(...back)).toBeCloseTo(1, 6);
      }),
      { seed, numRuns: 4000 },
    );
    expect(worst).toBeLessThan(1);
  });
  it('says +z for no direction at all', () => {
    const bytes = new Uint8Array(2);
    writeOctahedral(bytes, 0, 0, 0, 0);
    const back = [0, 0, 0];
    readOctahedral(bytes, 0, back);
    expect(back[2]).toBeGreaterThan(0.99);
  });
});

describe('packChunk', () => {
  it(`moves no vertex by more than half a step (seed ${seed})`, () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(point, direction), { minLength: 3, maxLength: 60 }), (vertices) => {
        const usable = vertices.slice(0, vertices.length - (vertices.length % 3));
        const mesh = meshOf(
          usable.map(([p]) => p),
          usable.map(([, n]) => n),
        );
        const chunk = packChunk([{ slot: 7, mesh }], 'c', 'full');
        const { positions } = unpackVertices(chunk);
        const sides = [0, 1, 2].map((axis) => {
          const along = usable.map(([p]) => Math.fround(p[axis] as number));
          return Math.max(...along) - Math.min(...along);
        });
        const longest = Math.max(...sides);
        if (longest > 0) expect(chunk.scale).toBeCloseTo(longest / 65534, 9);
        for (let n = 0; n < positions.length; n++) {
          const error = Math.abs((positions[n] as number) - (mesh.positions[n] as number));
          // Half a step, and what float32 itself leaves of numbers of this size.
          expect(error).toBeLessThanOrEqual(chunk.scale / 2 + 1e-4);
        }
      }),
      { seed, numRuns: 200 },
    );
  });

  it('sorts by slot, joins meshes of one slot, and keeps each triangle in its own vertices', () => {
    const tri = (x: number) =>
      meshOf(
        [
          [x, 0, 0],
          [x + 1, 0, 0],
          [x, 1, 0],
        ],
        [
          [0, 0, 1],
          [0, 0, 1],
          [0, 0, 1],
        ],
      );
    const chunk = packChunk(
      [
        { slot: 9, mesh: tri(0) },
        { slot: 2, mesh: tri(10) },
        { slot: 9, mesh: tri(20) },
        { slot: 5, mesh: meshOf([], []) },
      ],
      'id',
      'coarse',
    );
    expect(chunk.ranges).toEqual([
      { slot: 2, start: 0, count: 3 },
      { slot: 9, start: 3, count: 6 },
    ]);
    for (const { slot, start, count } of chunk.ranges)
      for (let n = start; n < start + count; n++)
        expect(chunk.place[PLACE_STRIDE * (chunk.triangles[n] as number) + 3]).toBe(slot);
    const { positions } = unpackVertices(chunk);
    expect(positions[0]).toBeCloseTo(10, 3);
    // Neutral light: open, bent normal = normal, flat, deep.
    expect(chunk.light[OPENNESS]).toBe(255);
    expect(chunk.light[CONCAVITY]).toBe(128);
    expect(chunk.light[DEPTH]).toBe(255);
    expect([...chunk.light.subarray(2, 4)]).toEqual([...chunk.light.subarray(0, 2)]);
    expect(chunk.place.byteLength + chunk.light.byteLength).toBe(16 * (chunk.light.length / LIGHT_STRIDE));
  });

  it('packs nothing into a chunk of nothing', () => {
    const chunk = packChunk([], 'empty', 'full');
    expect(chunk.place.length + chunk.light.length + chunk.triangles.length + chunk.ranges.length).toBe(0);
    expect(chunk.scale).toBeGreaterThan(0);
  });
});
