import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { isosurface, prepareIsosurface, recycle } from '#compute/isosurface.ts';
import { isosurfaceOf } from '#compute/jobs/isosurface.ts';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { affineFromRows } from '#core/space/affine.ts';
import { finishAsync } from '#core/steps.ts';
import { type ScalarType, scalarsOver } from '#core/volume/volume.ts';
import { dataFile } from '../data.ts';
import { isosurfaceTwin } from '../twin/isosurface.ts';
import { filled, type PhantomRecord, phantomVolume, unshared } from './isosurfacePhantoms.ts';

interface Oracle extends PhantomRecord {
  readonly vertices: number;
  readonly triangles: number;
  readonly areaMm2: number;
  readonly centroidMm: readonly number[];
  /** Position and normal of every so many of VTK's vertices. */
  readonly samples: readonly (readonly number[])[];
}
const oracle: { phantoms: Oracle[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, '../oracle/isosurface.json'), 'utf8'),
);
const pool = createPool(spawnNode, 2);
afterAll(() => pool.close());

const identity = affineFromRows('ras', 'ijk', [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
]);

describe('isosurface beside VTK', () => {
  for (const expected of oracle.phantoms)
    it(`${expected.name}: counts, places and normals of vtkFlyingEdges3D`, async () => {
      const volume = phantomVolume(expected);
      const mesh = await isosurface(pool, volume, expected.iso);
      expect([mesh.positions.length / 3, mesh.triangles.length / 3]).toEqual([expected.vertices, expected.triangles]);
      expect(Math.abs(areaOf(mesh) / expected.areaMm2 - 1)).toBeLessThan(1e-4);
      for (const [axis, mm] of expected.centroidMm.entries())
        expect(Math.abs(meanOf(mesh.positions, axis) - mm)).toBeLessThan(1e-3);
      for (const [x, y, z, ...normal] of expected.samples as [number, number, number, ...number[]][]) {
        // Several vertices coincide where a voxel equals the isovalue; one of them has this normal.
        const near = verticesWithin(mesh, [x, y, z], 1e-3);
        expect(near.length).toBeGreaterThan(0);
        if (Math.hypot(...normal) === 0) continue;
        const best = Math.max(...near.map((v) => dot(mesh.normals, v, normal)));
        expect(best).toBeGreaterThan(0.9995);
      }
    });

  it('a T1 head at 90 has VTK’s 930,539 vertices and 1,851,878 triangles, open at the border of the scan alone', async (context) => {
    const file = dataFile('mricron/ch2.nii.gz');
    if (!file) return context.skip('no mricron/ch2.nii.gz on this machine');
    const bytes = gunzipSync(readFileSync(file));
    const scalars = scalarsOver('u8', new SharedArrayBuffer(181 * 217 * 181));
    scalars.set(bytes.subarray(352));
    const volume = { scalars, dims: [181, 217, 181], rasFromIjk: identity, slope: 1, intercept: 0 } as const;
    const mesh = await isosurface(pool, volume, 90);
    expect([mesh.positions.length / 3, mesh.triangles.length / 3]).toEqual([930_539, 1_851_878]);
    expect(edgeUses(mesh)).toEqual({ 1: 4864, 2: 2_775_385 });
  });
});

describe('isosurface', () => {
  it('has the same bytes from one, two and five slabs, shared memory or not, fresh or recycled', async () => {
    const five = createPool(spawnNode, 5);
    for (const record of oracle.phantoms) {
      const volume = phantomVolume(record);
      const one = await isosurface(five, volume, record.iso, { workers: 1 });
      const kept = copyOf(one);
      recycle(one);
      for (const workers of [1, 2, 5]) {
        expect(copyOf(await isosurface(five, volume, record.iso, { workers }))).toEqual(kept);
        expect(copyOf(await isosurface(five, unshared(volume, record.kind), record.iso, { workers }))).toEqual(kept);
      }
    }
    five.close();
  });

  it('is the same where the sample of planes, or the memory given back, promised far less or far more', async () => {
    const dims = [60, 60, 64] as const;
    // Planes 2, 7, 12, … are looked at: nothing there, all between; and the other way round.
    const between = filled('u8', dims, (i, j, k) => (k % 5 === 4 ? (i * 31 + j * 57 + i * j * k) & 255 : 0));
    const only = filled('u8', dims, (i, j, k) => (k % 5 === 2 ? (i * 31 + j * 57 + i * j * k) & 255 : 0));
    const little = filled('u8', dims, (i, j, k) => (i + j + k === 40 ? 255 : 0));
    const everywhere = filled('u8', dims, (i, j, k) => (i * 31 + j * 57 + k * 83 + i * j * k) & 255);
    for (const volume of [between, only, little, everywhere, between, little, everywhere]) {
      const grid = { ...volume, rasFromIjk: identity, slope: 1, intercept: 0 };
      const expected = await isosurface(pool, unshared(grid, 'u8'), 128);
      for (const workers of [1, 2]) {
        const mesh = await isosurface(pool, grid, 128, { workers });
        expect(same(mesh, expected)).toBe(true);
        recycle(mesh);
      }
    }
  });

  it('counts its steps once, whoever took them, up to all of them', async () => {
    const noise = filled('u8', [120, 120, 120], (i, j, k) => (i * 31 + j * 57 + k * 83 + i * j * k) & 255);
    const steps: number[] = [];
    await isosurface(pool, { ...noise, rasFromIjk: identity, slope: 1, intercept: 0 }, 128, {
      onStep({ done, of }) {
        expect(of).toBe(240);
        steps.push(done);
      },
    });
    for (const [n, done] of steps.entries()) expect(done).toBeGreaterThan(steps[n - 1] ?? 0);
    expect(steps.at(-1) ?? 0).toBeLessThanOrEqual(240);
  });

  it('is the same where planes are so large that they are worked on in several runs', async () => {
    const sizes = { u8: [523, 401, 21], f32: [251, 203, 23] } as const;
    for (const kind of ['u8', 'f32'] as const) {
      const [ni, nj] = sizes[kind];
      const value = (i: number, j: number, k: number) =>
        kind === 'f32' && i > 120 && j === 100 && k > 6
          ? Number.NaN
          : 250 - Math.round(0.01 * ((i - ni / 2) ** 2 + (j - nj / 2) ** 2) + 0.6 * (k - 10) ** 2 + ((i * j) % 7));
      const volume = filled(kind, sizes[kind], (i, j, k) => Math.max(0, value(i, j, k)));
      const grid = { ...volume, rasFromIjk: identity, slope: 1, intercept: 0 };
      const twin = isosurfaceTwin(grid, 131);
      expect(twin.triangles.length).toBeGreaterThan(30_000);
      for (const workers of [1, 2]) {
        const mesh = await isosurface(pool, grid, 131, { workers });
        expect(same(mesh, twin)).toBe(true);
        recycle(mesh);
      }
      expect(same(await isosurface(pool, unshared(grid, kind), 131), twin)).toBe(true);
    }
  });

  it('agrees with its twin bit for bit', async () => {
    const types: ScalarType[] = ['u8', 'i16', 'u16', 'f32'];
    const grids = fc.record({
      kind: fc.constantFrom(...types),
      dims: fc.tuple(
        fc.oneof(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 60, max: 68 })),
        fc.integer({ min: 2, max: 7 }),
        fc.integer({ min: 2, max: 9 }),
      ),
      seed: fc.integer(),
      levels: fc.integer({ min: 2, max: 9 }),
      holes: fc.boolean(),
      slope: fc.constantFrom(1, -1, 0.5, -0.1),
      mirrored: fc.boolean(),
      at: fc.integer({ min: 1, max: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(grids, async ({ kind, dims, seed, levels, holes, slope, mirrored, at }) => {
        let state = seed >>> 0;
        const next = () => {
          state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
          return state >>> 8;
        };
        const low = kind === 'i16' ? -20000 : 0;
        const unit = kind === 'u8' ? 28 : kind === 'f32' ? 3.25 : 6000;
        const volume = filled(kind, dims, () =>
          kind === 'f32' && holes && next() % 7 === 0 ? Number.NaN : low + unit * (next() % levels),
        );
        const rasFromIjk = affineFromRows('ras', 'ijk', [
          [mirrored ? -0.9 : 0.9, 0.1, 0, 12],
          [0, 1.1, -0.2, -40],
          [0.3, 0, 2, 7],
        ]);
        const grid = { ...volume, rasFromIjk, slope, intercept: 10 };
        const iso = slope * (low + unit * at) + 10;
        const mesh = await finishAsync(isosurfaceOf(grid, iso));
        expect(mesh).toEqual(isosurfaceTwin(grid, iso));
        for (const value of mesh.positions) expect(Number.isFinite(value)).toBe(true);
        for (const value of mesh.normals) expect(Number.isFinite(value)).toBe(true);
      }),
      { numRuns: 150, seed: seedForThisRun() },
    );
  });

  it('a sphere is one closed surface, its normals and faces point outwards', async () => {
    const [centre, radius] = [[20.3, 19.6, 11.2] as const, 9.4];
    const rasFromIjk = affineFromRows('ras', 'ijk', [
      [-0.5, 0, 0, 20],
      [0, 0.5, 0, -9],
      [0, 0, 1, 4],
    ]);
    const volume = filled(
      'f32',
      [60, 58, 30],
      (i, j, k) =>
        radius - Math.hypot(20 - 0.5 * i - centre[0] + 15, -9 + 0.5 * j - centre[1] + 15, 4 + k - centre[2] - 8),
    );
    const mesh = await isosurface(pool, { ...volume, rasFromIjk, slope: 1, intercept: 0 }, 0);
    const middle = [centre[0] - 15, centre[1] - 15, centre[2] + 8];
    expect(edgeUses(mesh)).toEqual({ 2: (mesh.triangles.length / 3) * 1.5 });
    expect(mesh.positions.length / 3 - mesh.triangles.length / 2 + mesh.triangles.length / 3).toBe(2);
    expect(volumeOf(mesh) / ((4 / 3) * Math.PI * radius ** 3)).toBeCloseTo(1, 2);
    for (let v = 0; v < mesh.positions.length / 3; v++) {
      const out = [0, 1, 2].map((axis) => (mesh.positions[3 * v + axis] as number) - (middle[axis] as number));
      const length = Math.hypot(...out);
      expect(Math.abs(length - radius)).toBeLessThan(0.03);
      expect(dot(mesh.normals, v, out) / length).toBeGreaterThan(0.999);
    }
  });

  it('a negative slope turns inside out, and mirrors nothing', async () => {
    const dims = [24, 24, 24] as const;
    const ball = (i: number, j: number, k: number) => Math.round(400 - 30 * Math.hypot(i - 11.5, j - 11.5, k - 11.5));
    const upright = filled('i16', dims, ball);
    const turned = filled('i16', dims, (i, j, k) => -ball(i, j, k));
    const one = await isosurface(pool, { ...upright, rasFromIjk: identity, slope: 1, intercept: 0 }, 130);
    const other = await isosurface(pool, { ...turned, rasFromIjk: identity, slope: -1, intercept: 0 }, 130);
    expect(copyOf(other)).toEqual(copyOf(one));
  });

  it('is empty where nothing is cut, and refuses an isovalue that is not a number', async () => {
    const flat = { ...filled('u8', [5, 5, 5], () => 7), rasFromIjk: identity, slope: 1, intercept: 0 };
    for (const iso of [-3, 7, 7.5, 300]) expect((await isosurface(pool, flat, iso)).triangles.length).toBe(0);
    const sheet = { ...filled('u8', [5, 5, 1], (i) => 50 * i), rasFromIjk: identity, slope: 1, intercept: 0 };
    expect((await isosurface(pool, sheet, 60)).positions.length).toBe(0);
    await expect(isosurface(pool, flat, Number.NaN)).rejects.toMatchObject({ code: 'usage', where: 'iso' });
  });

  it('can be readied beforehand', async () => {
    await prepareIsosurface(pool);
    const small = phantomVolume(oracle.phantoms[0] as Oracle);
    expect((await isosurface(pool, small, 120.5)).positions.length / 3).toBe(726);
  });

  it('stops when told to, and the next one runs', async () => {
    const noise = filled('u8', [160, 160, 160], (i, j, k) => (i * 31 + j * 57 + k * 83 + i * j * k) & 255);
    const volume = { ...noise, rasFromIjk: identity, slope: 1, intercept: 0 };
    const abort = new AbortController();
    const running = isosurface(pool, volume, 128, { signal: abort.signal });
    setTimeout(() => abort.abort(), 20);
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    const small = phantomVolume(oracle.phantoms[0] as Oracle);
    expect((await isosurface(pool, small, 120.5)).positions.length).toBeGreaterThan(0);
  });
});

function seedForThisRun(): number {
  return Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
}
function copyOf({ positions, normals, triangles }: Mesh): Mesh {
  return { positions: positions.slice(), normals: normals.slice(), triangles: triangles.slice() };
}
/** Byte for byte; said as one word, since a difference in a million numbers is no message. */
function same(a: Mesh, b: Mesh): boolean {
  const bytes = (array: Float32Array<ArrayBufferLike> | Uint32Array<ArrayBufferLike>) =>
    Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  return (['positions', 'normals', 'triangles'] as const).every((name) => bytes(a[name]).equals(bytes(b[name])));
}
function dot(array: Float32Array<ArrayBufferLike>, vertex: number, v: readonly number[]): number {
  return v.reduce((sum, value, axis) => sum + value * (array[3 * vertex + axis] as number), 0);
}
function meanOf(positions: Float32Array<ArrayBufferLike>, axis: number): number {
  let sum = 0;
  for (let n = axis; n < positions.length; n += 3) sum += positions[n] as number;
  return (3 * sum) / positions.length;
}
function verticesWithin({ positions }: Mesh, [x, y, z]: readonly [number, number, number], mm: number): number[] {
  const found: number[] = [];
  for (let v = 0; v < positions.length / 3; v++) {
    const [px, py, pz] = positions.subarray(3 * v, 3 * v + 3) as unknown as [number, number, number];
    if (Math.hypot(px - x, py - y, pz - z) <= mm) found.push(v);
  }
  return found;
}
/** Twice the area's vector and the corner itself, of each triangle. */
function forTriangles(mesh: Mesh, visit: (cross: readonly number[], corner: readonly number[]) => void): void {
  const at = (n: number) => [...mesh.positions.subarray(3 * n, 3 * n + 3)] as [number, number, number];
  for (let n = 0; n < mesh.triangles.length; n += 3) {
    const [a, b, c] = [0, 1, 2].map((corner) => at(mesh.triangles[n + corner] as number)) as unknown as number[][] as [
      number[],
      number[],
      number[],
    ];
    const [u, v] = [b, c].map((p) => p.map((value, axis) => value - (a[axis] as number))) as [number[], number[]];
    const part = (i: number, j: number) => (u[i] as number) * (v[j] as number) - (u[j] as number) * (v[i] as number);
    visit([part(1, 2), part(2, 0), part(0, 1)], a);
  }
}
function areaOf(mesh: Mesh): number {
  let area = 0;
  forTriangles(mesh, (cross) => {
    area += Math.hypot(...cross) / 2;
  });
  return area;
}
function volumeOf(mesh: Mesh): number {
  let volume = 0;
  forTriangles(mesh, (cross, corner) => {
    volume += cross.reduce((sum, value, axis) => sum + value * (corner[axis] as number), 0) / 6;
  });
  return volume;
}
/** How many edges are used once, twice, … */
function edgeUses({ positions, triangles }: Mesh): Record<number, number> {
  const vertices = positions.length / 3;
  const edges = new Float64Array(triangles.length);
  for (let n = 0; n < triangles.length; n++) {
    const a = triangles[n] as number;
    const b = triangles[n % 3 === 2 ? n - 2 : n + 1] as number;
    edges[n] = Math.min(a, b) * vertices + Math.max(a, b);
  }
  edges.sort();
  const uses: Record<number, number> = {};
  for (let from = 0, to = 0; from < edges.length; from = to) {
    while (to < edges.length && edges[to] === edges[from]) to++;
    uses[to - from] = (uses[to - from] ?? 0) + 1;
  }
  return uses;
}
