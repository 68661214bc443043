import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { voxelise } from '#core/mesh/voxelise.ts';
import { affine, transform } from '#core/space/affine.ts';
import { finish } from '#core/steps.ts';
import type { LabelGrid } from '#io/segments/segmentSet.ts';
import { box, countInside, grid, icosphere, type Surface, together, torus, turnedInside } from './meshes.ts';

const fill = ({ positions, triangles }: Surface, on: LabelGrid, rule?: 'even-odd') =>
  finish(voxelise({ positions, triangles: Uint32Array.from(triangles) }, on, rule));
/** Dense labels of runs; a voxel twice is a fault. */
function dense(runs: Uint32Array, [ni, nj, nk]: readonly [number, number, number]): Uint8Array {
  const voxels = new Uint8Array(ni * nj * nk);
  for (let n = 0; n < runs.length; n += 2)
    for (let v = runs[n] as number; v < (runs[n] as number) + (runs[n + 1] as number); v++) {
      if (voxels[v] !== 0) throw new Error(`voxel ${v} twice`);
      voxels[v] = 1;
    }
  return voxels;
}

describe('voxelise', () => {
  it('a sphere and a torus hold the voxels whose centres the formula says, but for the facets’ flatness', () => {
    const on = grid([90, 90, 70], [1, 1, 1.25], [-33.3, -63.7, -10.1]);
    const sphere = icosphere(30, [10, -20, 30], 6);
    const found = fill(sphere, on);
    const formula = countInside(on, (x, y, z) => Math.hypot(x - 10, y + 20, z - 30) < 30);
    expect(Math.abs(found.voxels / formula - 1)).toBeLessThan(0.001);
    expect(Math.abs((found.voxels * 1.25) / ((4 / 3) * Math.PI * 27000) - 1)).toBeLessThan(0.002);
    expect(found.evenOddVoxels).toBe(found.voxels);
    const ring = fill(torus(20, 8, [10, -20, 30], 200, 100), on);
    expect(
      Math.abs(ring.voxels / countInside(on, (x, y, z) => Math.hypot(Math.hypot(x - 10, y + 20) - 20, z - 30) < 8) - 1),
    ).toBeLessThan(0.003);
  });

  it('a box whose faces and edges run through voxel centres is half-open: boxes side by side share no voxel and leave none', () => {
    const on = grid([12, 12, 12], [1, 1, 1], [0, 0, 0]);
    const parts = [
      box([0, 0, 0], [4, 4, 4]),
      box([4, 0, 0], [8, 4, 4]),
      box([0, 4, 0], [4, 8, 4]),
      box([0, 0, 4], [4, 4, 8]),
    ].map((part) => dense(fill(part, on).runs, on.dims));
    for (const part of parts) expect(part.reduce((sum, v) => sum + v, 0)).toBe(64);
    const sum = parts[0]?.map((_, n) => parts.reduce((all, part) => all + (part[n] as number), 0));
    expect(Math.max(...(sum ?? []))).toBe(1);
  });

  it('rays through vertices and along edges lose nothing: random closed meshes on grid points agree with solid angles', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 7 }), { minLength: 12, maxLength: 12 }), (numbers) => {
        // A tetrahedron with corners on voxel centres; inside by the signs of four volumes.
        const corners = [0, 1, 2, 3].map((n) => numbers.slice(3 * n, 3 * n + 3) as [number, number, number]);
        const six = (a: number[], b: number[], c: number[], d: number[]) => {
          const [u, v, w] = [b, c, d].map((p) => p.map((value, axis) => value - (a[axis] as number))) as [
            number[],
            number[],
            number[],
          ];
          return (
            (u[0] as number) * ((v[1] as number) * (w[2] as number) - (v[2] as number) * (w[1] as number)) -
            (u[1] as number) * ((v[0] as number) * (w[2] as number) - (v[2] as number) * (w[0] as number)) +
            (u[2] as number) * ((v[0] as number) * (w[1] as number) - (v[1] as number) * (w[0] as number))
          );
        };
        const volume = six(
          corners[0] as number[],
          corners[1] as number[],
          corners[2] as number[],
          corners[3] as number[],
        );
        if (volume === 0) return;
        const surface = {
          positions: corners.flat(),
          triangles: volume > 0 ? [0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3] : [0, 1, 2, 0, 3, 1, 0, 2, 3, 1, 3, 2],
        };
        const on = grid([8, 8, 8], [1, 1, 1], [0, 0, 0]);
        const voxels = dense(fill(surface, on).runs, on.dims);
        let wrong = 0;
        for (let n = 0; n < 512; n++) {
          const p = [n % 8, (n >> 3) % 8, n >> 6];
          const sides = corners.map(
            (_, c) =>
              six(...(corners.map((corner, m) => (m === c ? p : corner)) as [number[], number[], number[], number[]])) *
              Math.sign(volume),
          );
          // On a face either answer is right.
          if (voxels[n] === 0 ? sides.every((side) => side > 0) : sides.some((side) => side < 0)) wrong++;
        }
        expect(wrong).toBe(0);
      }),
      { seed: 8, numRuns: 500 },
    );
  });

  it('shells: a cavity turned inwards, shells over each other as one, apart by even-odd', () => {
    const on = grid([40, 40, 40], [1, 1, 1], [-20, -20, -20]);
    const [outer, inner] = [icosphere(15, [0, 0, 0], 4), icosphere(8, [0.2, 0.1, 0.3], 4)];
    const [big, small] = [fill(outer, on).voxels, fill(inner, on).voxels];
    expect(fill(together(outer, turnedInside(inner)), on).voxels).toBe(big - small);
    const both = fill(together(outer, inner), on);
    expect([both.voxels, both.evenOddVoxels]).toEqual([big, big - small]);
    expect(fill(together(outer, inner), on, 'even-odd').voxels).toBe(big - small);
    // Turned inside out it is the same body.
    expect(fill(turnedInside(outer), on).voxels).toBe(big);
  });

  it('on an oblique, mirrored grid and where the grid cuts it off', () => {
    const c = Math.cos(0.4);
    const s = Math.sin(0.4);
    const on: LabelGrid = {
      dims: [50, 44, 40],
      rasFromIjk: affine('ras', 'ijk', [-c, -s, 0, 0, -s, c, 0.1, 0, 0, 0.2, 1.2, 0, 30, -8, -20, 1]),
    };
    const centre = transform(on.rasFromIjk, [25, 20, 0]);
    const radius = 14;
    const voxels = dense(fill(icosphere(radius, [...centre] as [number, number, number], 6), on).runs, on.dims);
    let [wrong, all] = [0, 0];
    for (let n = 0; n < voxels.length; n++) {
      const p = transform(on.rasFromIjk, [n % 50, Math.floor(n / 50) % 44, Math.floor(n / 2200)]);
      const distance = Math.hypot(p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]);
      all += voxels[n] as number;
      if (Math.abs(distance - radius) > 0.02 && (voxels[n] === 1) !== distance < radius) wrong++;
    }
    expect(wrong).toBe(0);
    expect(all).toBeGreaterThan(4000);
  });
});

it('a mesh that would fill the memory is refused: sheets over the whole grid, one above the other', () => {
  const sheets = together(
    ...Array.from({ length: 400 }, (_, n) => box([-19 + n / 100, -30, -30], [19 - n / 100, 30, 30])),
  );
  expect(() => fill(sheets, grid([40, 40, 40], [1, 1, 1], [-20, -20, -20]))).toThrow(
    /expected a surface that a ray crosses 256 times at most/,
  );
});
