import { afterAll, describe, expect, it } from 'vitest';
import { createPool } from '#compute/pool.ts';
import { simplify } from '#compute/simplify.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { edgeCensus, eulerCharacteristic } from '#core/mesh/edgeCensus.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { signedVolumeMm3 } from '#core/mesh/signedVolumeMm3.ts';
import { weld } from '#core/mesh/weld.ts';
import { affineFromRows } from '#core/space/affine.ts';
import { distanceToSurface } from '../twin/distanceToSurface.ts';

const pool = createPool(spawnNode, 2);
afterAll(() => pool.close());

/** A torus about z, by formula: positions, normals, closed, Euler number 0. */
function torus(around: number, across: number, radiusMm = 40, tubeMm = 15): Mesh {
  const positions = new Float32Array(3 * around * across);
  const normals = new Float32Array(3 * around * across);
  const triangles: number[] = [];
  for (let a = 0; a < around; a++)
    for (let b = 0; b < across; b++) {
      const [u, v] = [(2 * Math.PI * a) / around, (2 * Math.PI * b) / across];
      const n = a * across + b;
      const normal = [Math.cos(u) * Math.cos(v), Math.sin(u) * Math.cos(v), Math.sin(v)];
      normals.set(normal, 3 * n);
      positions.set(
        [Math.cos(u) * radiusMm, Math.sin(u) * radiusMm, 0].map((c, axis) => c + tubeMm * (normal[axis] as number)),
        3 * n,
      );
      const [right, up] = [((a + 1) % around) * across + b, a * across + ((b + 1) % across)];
      const far = ((a + 1) % around) * across + ((b + 1) % across);
      triangles.push(n, right, far, n, far, up);
    }
  return { positions, normals, triangles: Uint32Array.from(triangles) };
}

/** Share of triangles that face against the normals of their corners. */
function turned({ positions, normals, triangles }: Mesh): number {
  let count = 0;
  for (let n = 0; n < triangles.length; n += 3) {
    const [a, b, c] = [0, 1, 2].map((side) => 3 * (triangles[n + side] as number)) as [number, number, number];
    const at = (v: number, axis: number) => positions[v + axis] as number;
    const u = [0, 1, 2].map((axis) => at(b, axis) - at(a, axis)) as [number, number, number];
    const v = [0, 1, 2].map((axis) => at(c, axis) - at(a, axis)) as [number, number, number];
    const face = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const sum = face.reduce(
      (s, f, axis) =>
        s + f * ((normals[a + axis] as number) + (normals[b + axis] as number) + (normals[c + axis] as number)),
      0,
    );
    if (sum < 0) count++;
  }
  return count / (triangles.length / 3);
}

/** Centres of every `step`th triangle. */
function centres({ positions, triangles }: Mesh, step: number): number[][] {
  const points: number[][] = [];
  for (let n = 0; n < triangles.length; n += 3 * step)
    points.push(
      [0, 1, 2].map(
        (axis) =>
          [0, 1, 2].reduce((sum, c) => sum + (positions[3 * (triangles[n + c] as number) + axis] as number), 0) / 3,
      ),
    );
  return points;
}

/** Distances of triangle centres of one mesh to another, measured by the plain twin, sorted. */
const distances = (from: Mesh, to: Mesh, step: number) =>
  centres(from, step)
    .map(distanceToSurface(to))
    .sort((a, b) => a - b);

describe('simplify', () => {
  it('a torus of 180,000 triangles in bricks: the goal, closed, one hole, nothing turned, near the full surface', async () => {
    const full = torus(450, 200);
    const voxelMm = 0.5;
    const result = await simplify(pool, full, { triangles: 9000, voxelMm });
    const { mesh } = result;
    expect(result.warnings).toEqual([]);
    expect(mesh.triangles.length / 3).toBeGreaterThanOrEqual(4500);
    expect(mesh.triangles.length / 3).toBeLessThanOrEqual(1.05 * 9000);
    expect(edgeCensus(weld(mesh))).toMatchObject({ boundaryEdges: 0, unbalancedEdges: 0 });
    expect(eulerCharacteristic(weld(mesh))).toBe(0);
    expect(turned(mesh)).toBeLessThan(0.001);
    const exact = 2 * Math.PI ** 2 * 40 * 15 ** 2;
    expect(Math.abs(signedVolumeMm3(mesh) / exact - 1)).toBeLessThan(0.01);
    // The formula tells the distance: what is measured is at most what is said.
    const there = distances(full, mesh, 97);
    const back = centres(mesh, 1)
      .map(([x = 0, y = 0, z = 0]) => Math.abs(Math.hypot(Math.hypot(x, y) - 40, z) - 15))
      .sort((a, b) => a - b);
    for (const found of [there, back]) expect(found[Math.floor(0.99 * found.length)]).toBeLessThan(0.5 * voxelMm);
    expect(there.at(-1)).toBeLessThanOrEqual(result.maxMm * 1.5 + 0.02);
    expect(
      Math.max(there[Math.floor(0.99 * there.length)] as number, back[Math.floor(0.99 * back.length)] as number),
    ).toBeCloseTo(result.p99Mm, 1);
  });

  it('vertices are the input’s, with their normals', async () => {
    const full = torus(120, 60);
    const { mesh } = await simplify(pool, full, { triangles: 3000, voxelMm: 1 });
    const place = (m: Mesh, v: number) => [...m.positions.subarray(3 * v, 3 * v + 3)].join();
    const normal = new Map(
      Array.from({ length: full.positions.length / 3 }, (_, v) => [
        place(full, v),
        full.normals.slice(3 * v, 3 * v + 3),
      ]),
    );
    for (let v = 0; v < mesh.positions.length / 3; v++)
      expect(mesh.normals.slice(3 * v, 3 * v + 3)).toEqual(normal.get(place(mesh, v)));
  });

  it('the result does not depend on the number of workers', async () => {
    const full = torus(900, 600);
    const one = await simplify(pool, full, { triangles: 60_000, voxelMm: 0.3, workers: 1, measure: false });
    const two = await simplify(pool, full, { triangles: 60_000, voxelMm: 0.3, workers: 2, measure: false });
    expect(two.mesh).toEqual(one.mesh);
    expect(edgeCensus(weld(two.mesh)).closed).toBe(true);
  });

  it('the distance wins over the goal, and says so', async () => {
    const full = torus(300, 150);
    const voxelMm = 0.1;
    const result = await simplify(pool, full, { triangles: 200, voxelMm });
    expect(result.mesh.triangles.length / 3).toBeGreaterThan(210);
    expect(result.warnings.map((warning) => warning.code)).toEqual(['simplify-bound']);
    expect(result.p99Mm).toBeLessThanOrEqual(0.5 * voxelMm);
    const found = distances(full, result.mesh, 41);
    expect(found[Math.floor(0.99 * found.length)]).toBeLessThanOrEqual(0.55 * voxelMm);
  });

  it('coincident vertices and triangles without an area are gone, and it is closed where it was', async () => {
    const loose = torus(200, 100);
    // Each corner its own vertex, and a triangle without an area after every tenth.
    const triangles: number[] = [];
    const positions: number[] = [];
    const normals: number[] = [];
    for (let n = 0; n < loose.triangles.length; n++) {
      const v = 3 * (loose.triangles[n] as number);
      positions.push(...loose.positions.subarray(v, v + 3));
      normals.push(...loose.normals.subarray(v, v + 3));
      triangles.push(n);
      if (n % 30 === 29) triangles.push(n, n, n - 1);
    }
    const soup: Mesh = {
      positions: Float32Array.from(positions),
      normals: Float32Array.from(normals),
      triangles: Uint32Array.from(triangles),
    };
    const { mesh } = await simplify(pool, soup, { triangles: 4000, voxelMm: 1 });
    expect(mesh.triangles.length / 3).toBeLessThanOrEqual(4200);
    expect(edgeCensus(mesh)).toMatchObject({ boundaryEdges: 0, unbalancedEdges: 0 });
  });

  it('a segment of a labelmap stays closed, with its volume', async () => {
    const n = 90;
    const labels = new Uint8Array(n ** 3);
    for (let k = 0; k < n; k++)
      for (let j = 0; j < n; j++)
        for (let i = 0; i < n; i++)
          if (Math.hypot(i - 44, j - 45, k - 43) + 4 * Math.sin(i / 5) * Math.cos(j / 6) < 36)
            labels[i + n * (j + n * k)] = 1;
    const unit = affineFromRows(
      'ras',
      'ijk',
      [0, 1, 2, 3].map((r) => [0, 1, 2, 3].map((c) => (r === c ? 1 : 0))),
    );
    const [full] = await labelSurfaces(pool, labelmapFromDense(labels, [n, n, n]), unit);
    if (!full) throw new Error('no surface');
    const result = await simplify(pool, full, { triangles: 8000, voxelMm: 1 });
    expect(result.mesh.triangles.length / 3).toBeLessThanOrEqual(8400);
    expect(edgeCensus(weld(result.mesh))).toMatchObject({ boundaryEdges: 0, unbalancedEdges: 0 });
    expect(Math.abs(signedVolumeMm3(result.mesh) / signedVolumeMm3(full) - 1)).toBeLessThan(0.01);
    expect(turned(result.mesh)).toBeLessThan(0.001);
    expect(result.p99Mm).toBeLessThanOrEqual(0.5);
  });

  it('a goal or a voxel that makes no sense is refused', async () => {
    const full = torus(20, 10);
    await expect(simplify(pool, full, { triangles: 0, voxelMm: 1 })).rejects.toMatchObject({ code: 'usage' });
    await expect(simplify(pool, full, { triangles: 100, voxelMm: Number.NaN })).rejects.toMatchObject({
      code: 'usage',
    });
  });
});
