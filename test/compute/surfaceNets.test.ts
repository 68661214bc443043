import { afterAll, describe, expect, it } from 'vitest';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { brickSurfaces, bricksNear, labelNets, labelSurfaces } from '#compute/surfaceNets.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { areaMm2 } from '#core/mesh/areaMm2.ts';
import { edgeCensus, eulerCharacteristic } from '#core/mesh/edgeCensus.ts';
import type { Mesh, SegmentMesh } from '#core/mesh/mesh.ts';
import { pieceSizes } from '#core/mesh/pieceSizes.ts';
import { signedVolumeMm3 } from '#core/mesh/signedVolumeMm3.ts';
import { affineFromRows } from '#core/space/affine.ts';
import { type Dims, voxelVolumeMm3 } from '#core/volume/volume.ts';

const pool = createPool(spawnNode, 2);
afterAll(() => pool.close());

const unit = affineFromRows('ras', 'ijk', [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
  [0, 0, 0, 1],
]);
/** Oblique, anisotropic, not mirrored. */
const oblique = affineFromRows('ras', 'ijk', [
  [0.96, -0.3, 0, -80],
  [0.24, 1.1, 0.2, 30],
  [0, -0.2, 1.6, 900],
  [0, 0, 0, 1],
]);
/** The same with i running the other way: determinant below 0. */
const mirrored = affineFromRows('ras', 'ijk', [
  [-0.96, -0.3, 0, -20],
  [-0.24, 1.1, 0.2, 45],
  [0, -0.2, 1.6, 900],
  [0, 0, 0, 1],
]);

function paint(dims: Dims, value: (i: number, j: number, k: number) => number): Uint8Array {
  const [ni, nj, nk] = dims;
  const labels = new Uint8Array(ni * nj * nk);
  for (let k = 0, n = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) for (let i = 0; i < ni; i++, n++) labels[n] = value(i, j, k);
  return labels;
}

/** Two halves of a ball, wavy between them, a third one on their border, and a bar that leaves the grid: all of them meet. */
const dims: Dims = [50, 44, 70];
const meeting = paint(dims, (i, j, k) => {
  const inBall = Math.hypot((i - 24.3) / 19, (j - 21.8) / 17, (k - 33) / 26) < 1;
  if (Math.hypot(i - 24, j - 21, k - 33) < 6) return 12;
  if (inBall) return i + 3 * Math.sin(k / 6) < 25 ? 3 : 7;
  return Math.abs(i - 24) < 4 && Math.abs(j - 21) < 4 && k > 40 ? 9 : 0;
});
const count = (labels: Uint8Array, value: number) => labels.reduce((sum, label) => sum + (label === value ? 1 : 0), 0);

/** A triangle by its corners' positions, the first corner being the smallest: equal for equal triangles wound the same way. */
function key({ positions, triangles }: Mesh, n: number, turned = false): string {
  const corners = [0, 1, 2].map((c) => {
    const v = 3 * (triangles[n + c] as number);
    return positions.subarray(v, v + 3).join();
  });
  if (turned) corners.reverse();
  const first = corners.indexOf([...corners].sort()[0] as string);
  return [0, 1, 2].map((c) => corners[(first + c) % 3]).join(' ');
}
const keys = (mesh: Mesh, turned = false) =>
  Array.from({ length: mesh.triangles.length / 3 }, (_, n) => key(mesh, 3 * n, turned));

function expectSound(mesh: SegmentMesh): void {
  expect(edgeCensus(mesh)).toMatchObject({ boundaryEdges: 0, unbalancedEdges: 0 });
  expect(signedVolumeMm3(mesh)).toBeGreaterThan(0);
  for (let n = 0; n < mesh.normals.length; n += 3)
    expect(Math.hypot(...mesh.normals.subarray(n, n + 3))).toBeCloseTo(1, 5);
}

describe('segments that touch', () => {
  it('each is closed, outward and has the volume of its voxels, on an oblique and on a mirrored grid', async () => {
    for (const rasFromIjk of [oblique, mirrored]) {
      const meshes = await labelSurfaces(pool, labelmapFromDense(meeting, dims), rasFromIjk);
      expect(meshes.map((mesh) => mesh.value)).toEqual([3, 7, 9, 12]);
      for (const mesh of meshes) {
        expectSound(mesh);
        const voxelsMm3 = count(meeting, mesh.value) * voxelVolumeMm3(rasFromIjk);
        expect(Math.abs(signedVolumeMm3(mesh) / voxelsMm3 - 1), `segment ${mesh.value}`).toBeLessThan(0.005);
      }
    }
  });

  it('have the same triangles on their common border, wound the opposite way; what is left is the surface of all', async () => {
    const meshes = await labelSurfaces(pool, labelmapFromDense(meeting, dims), oblique);
    const owner = new Map<string, number>();
    for (const mesh of meshes) for (const name of keys(mesh)) owner.set(name, mesh.value);
    const outer: string[] = [];
    const shared = new Map<string, number>();
    for (const mesh of meshes) {
      const own = keys(mesh);
      for (const [n, name] of keys(mesh, true).entries()) {
        const other = owner.get(name);
        if (other === undefined) outer.push(own[n] as string);
        else {
          const pair = [mesh.value, other].sort((a, b) => a - b).join('|');
          shared.set(pair, (shared.get(pair) ?? 0) + 1);
        }
      }
    }
    // Each pair of voxels of two segments that touch by a face makes two triangles, seen from both sides.
    for (const [a, b] of [
      [3, 7],
      [3, 12],
      [7, 12],
      [3, 9],
    ] as const)
      expect(shared.get(`${a}|${b}`) ?? 0, `${a} and ${b}`).toBe(4 * facesBetween(meeting, dims, a, b));
    const whole = await labelSurfaces(
      pool,
      labelmapFromDense(
        meeting.map((v) => (v > 0 ? 1 : 0)),
        dims,
      ),
      oblique,
      {
        iterations: 0,
      },
    );
    expect(outer.length).toBe((whole[0] as Mesh).triangles.length / 3);
    expect(edgeCensus(fromKeys(outer))).toMatchObject({ boundaryEdges: 0, unbalancedEdges: 0 });
  });

  it('the result does not depend on the number of workers, nor on which segments are asked for', async () => {
    const labelmap = labelmapFromDense(meeting, dims);
    const one = await labelSurfaces(pool, labelmap, oblique, { workers: 1 });
    expect(await labelSurfaces(pool, labelmap, oblique, { workers: 2 })).toEqual(one);
    const some = await labelSurfaces(pool, labelmap, oblique, { values: [12, 3, 200] });
    expect(some).toEqual([one[3], one[0]]);
  });
});

function facesBetween(labels: Uint8Array, [ni, nj, nk]: Dims, a: number, b: number): number {
  let faces = 0;
  for (let n = 0; n < ni * nj * nk; n++)
    for (const [step, inside] of [
      [1, n % ni < ni - 1],
      [ni, Math.floor(n / ni) % nj < nj - 1],
      [ni * nj, n < ni * nj * (nk - 1)],
    ] as const) {
      if (!inside) continue;
      const pair = [labels[n], labels[n + step]];
      if (pair.includes(a) && pair.includes(b)) faces++;
    }
  return faces;
}

function fromKeys(triangles: string[]): Pick<Mesh, 'positions' | 'triangles'> {
  const numbers = new Map<string, number>();
  const corners = triangles.flatMap((name) => name.split(' '));
  for (const corner of corners) if (!numbers.has(corner)) numbers.set(corner, numbers.size);
  return {
    positions: Float32Array.from([...numbers.keys()].flatMap((corner) => corner.split(',').map(Number))),
    triangles: Uint32Array.from(corners, (corner) => numbers.get(corner) as number),
  };
}

describe('shapes', () => {
  const one = async (size: Dims, labels: Uint8Array, iterations = 12) => {
    const meshes = await labelSurfaces(pool, labelmapFromDense(labels, size), unit, { iterations });
    expect(meshes).toHaveLength(1);
    expectSound(meshes[0] as SegmentMesh);
    return meshes[0] as SegmentMesh;
  };

  it('an unsmoothed net is the voxels’ faces: volume and area are exact', async () => {
    const mesh = await one(
      [6, 5, 4],
      paint([6, 5, 4], (i, j, k) => (i > 0 && i < 4 && j > 1 && k < 3 ? 1 : 0)),
      0,
    );
    expect(signedVolumeMm3(mesh)).toBeCloseTo(3 * 3 * 3, 6);
    expect(areaMm2(mesh)).toBeCloseTo(6 * 9, 6);
  });

  it('a voxel alone, also in the corner of the grid, keeps its volume', async () => {
    for (const at of [0, 2]) {
      const mesh = await one(
        [5, 5, 5],
        paint([5, 5, 5], (i, j, k) => (i === at && j === at && k === at ? 4 : 0)),
      );
      expect(mesh.triangles.length / 3).toBe(12);
      expect(signedVolumeMm3(mesh)).toBeCloseTo(1, 1);
      expect(Math.abs(signedVolumeMm3(mesh) - 1)).toBeLessThan(0.01);
    }
  });

  it('voxels that touch by an edge or a corner only: closed, and still one piece', async () => {
    const edge = await one(
      [6, 6, 6],
      paint([6, 6, 6], (i, j, k) => (k === 2 && i === j && i > 1 && i < 4 ? 1 : 0)),
    );
    expect(pieceSizes(edge)).toEqual([24]);
    const corner = await one(
      [6, 6, 6],
      paint([6, 6, 6], (i, j, k) => (i === j && j === k && i > 1 && i < 4 ? 1 : 0)),
    );
    expect(pieceSizes(corner)).toEqual([24]);
  });

  it('a sheet one voxel thick keeps both sides apart, its hole and its volume', async () => {
    const size: Dims = [40, 40, 9];
    const mesh = await one(
      size,
      paint(size, (i, j, k) => {
        const r = Math.hypot(i - 19.5, j - 19.5);
        return k === 4 && r < 17 && r > 5 ? 1 : 0;
      }),
    );
    expect(eulerCharacteristic(mesh)).toBe(0);
    const voxels = count(
      paint(size, (i, j, k) =>
        k === 4 && Math.hypot(i - 19.5, j - 19.5) < 17 && Math.hypot(i - 19.5, j - 19.5) > 5 ? 1 : 0,
      ),
      1,
    );
    expect(Math.abs(signedVolumeMm3(mesh) / voxels - 1)).toBeLessThan(0.01);
  });

  it('a segment that fills the grid is capped at its border', async () => {
    const size: Dims = [33, 7, 5];
    const mesh = await one(
      size,
      paint(size, () => 2),
    );
    expect(Math.abs(signedVolumeMm3(mesh) / (33 * 7 * 5) - 1)).toBeLessThan(0.01);
    expect(eulerCharacteristic(mesh)).toBe(2);
    for (let n = 0; n < mesh.positions.length; n += 3) expect(mesh.positions[n]).toBeLessThan(33);
  });

  it('no voxels, no meshes', async () => {
    expect(await labelSurfaces(pool, labelmapFromDense(new Uint8Array(8), [2, 2, 2]), unit)).toEqual([]);
  });
});

describe('against formulas', () => {
  it('ball and ellipsoid: volume within 1 %, 99 % of the vertices within 0.4 voxel of the true surface, all within 0.51', async () => {
    const size: Dims = [64, 64, 64];
    for (const [a, b, c] of [
      [8, 8, 8],
      [20, 20, 20],
      [27, 14, 9],
    ] as const) {
      const labels = paint(size, (i, j, k) => (Math.hypot((i - 31.3) / a, (j - 31.6) / b, (k - 30.8) / c) < 1 ? 1 : 0));
      const [mesh] = await labelSurfaces(pool, labelmapFromDense(labels, size), unit);
      const { positions } = mesh as SegmentMesh;
      const exact = (4 / 3) * Math.PI * a * b * c;
      expect(Math.abs(signedVolumeMm3(mesh as SegmentMesh) / exact - 1), `${a} ${b} ${c}`).toBeLessThan(0.01);
      const far: number[] = [];
      for (let n = 0; n < positions.length; n += 3) {
        const p = [
          (positions[n] as number) - 31.3,
          (positions[n + 1] as number) - 31.6,
          (positions[n + 2] as number) - 30.8,
        ];
        far.push(distanceToEllipsoid(p, [a, b, c]));
      }
      far.sort((x, y) => x - y);
      expect(far[Math.floor(0.99 * far.length)], `${a} ${b} ${c}`).toBeLessThan(0.4);
      expect(far.at(-1), `${a} ${b} ${c}`).toBeLessThan(0.51);
      expect(eulerCharacteristic(mesh as SegmentMesh)).toBe(2);
    }
  });
});

/** By Newton on the Lagrange parameter: x = a² p / (t + a²), with Σ (a p / (t + a²))² = 1. */
function distanceToEllipsoid(p: number[], axes: number[]): number {
  let t = 0;
  for (let n = 0; n < 60; n++) {
    let [value, slope] = [-1, 0];
    for (let c = 0; c < 3; c++) {
      const a = axes[c] as number;
      const term = (a * (p[c] as number)) / (t + a * a);
      value += term * term;
      slope -= (2 * term * term) / (t + a * a);
    }
    t -= value / slope;
  }
  return Math.hypot(...p.map((at, c) => at - ((axes[c] as number) ** 2 * at) / (t + (axes[c] as number) ** 2)));
}

describe('bricks', () => {
  it('give exactly the triangles of the whole, all of them, each once', async () => {
    const labelmap = labelmapFromDense(meeting, dims);
    const { meshes, offsets } = await labelNets(pool, labelmap, mirrored, { iterations: 4 });
    const all = labelmap.bricks.map((_, brick) => brick);
    const parts = await brickSurfaces(pool, labelmap, mirrored, all, offsets, { iterations: 4 });
    for (const mesh of meshes) {
      const own = parts.flatMap((part) => part.meshes.filter((piece) => piece.value === mesh.value));
      expect(own.length).toBeGreaterThan(1);
      expect(own.flatMap((piece) => keys(piece)).sort()).toEqual(keys(mesh).sort());
    }
  });

  it('after an edit, the bricks near it and the old ones elsewhere are the surface of the new labelmap', async () => {
    const size: Dims = [40, 40, 130];
    const before = paint(size, (i, j) => (Math.hypot(i - 19.4, j - 19.7) < 12 ? (i < 20 ? 1 : 2) : 0));
    const after = before.slice();
    for (let k = 15; k < 18; k++)
      for (let j = 18; j < 24; j++) for (let i = 5; i < 36; i++) after[i + 40 * (j + 40 * k)] = 3;
    const [old, edited] = [labelmapFromDense(before, size), labelmapFromDense(after, size)];
    const { offsets } = await labelNets(pool, old, unit, { iterations: 5 });
    const touched = bricksNear(edited, [5, 18, 15], [35, 23, 17], offsets, 5);
    const all = old.bricks.map((_, brick) => brick);
    expect(touched.length).toBeLessThan(all.length);
    const [was, now, mixed] = await Promise.all([
      brickSurfaces(pool, old, unit, all, offsets, { iterations: 5 }),
      brickSurfaces(pool, edited, unit, all, offsets, { iterations: 5 }),
      brickSurfaces(pool, edited, unit, touched, offsets, { iterations: 5 }),
    ]);
    const patched = was.map((part) => mixed.find((other) => other.brick === part.brick) ?? part);
    expect(patched).toEqual(now);
  });
});
