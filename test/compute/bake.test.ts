import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { bakeChunks, bakeContact, CONTACT_SIZE, makeOccupancy } from '#compute/bake.ts';
import { coneMemory } from '#compute/jobs/bakeMemory.ts';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { occupancyOf } from '#core/labelmap/occupancy.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { readOctahedral } from '#core/mesh/octahedral.ts';
import { LIGHT_STRIDE, OPENNESS, packChunk } from '#core/mesh/pack.ts';
import { coneDirections, coneSamples } from '#core/mesh/vertexLight.ts';
import { affine } from '#core/space/affine.ts';
import { finish } from '#core/steps.ts';
import type { Dims } from '#core/volume/volume.ts';
import { coneLight } from '../twin/coneLight.ts';

const pool = createPool(spawnNode, 2);
afterAll(() => pool.close());
const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);

const DIMS: Dims = [64, 64, 64];
const identity = affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);

function labelsOf(inside: (i: number, j: number, k: number) => number, dims: Dims = DIMS) {
  const dense = new Uint8Array(dims[0] * dims[1] * dims[2]);
  for (let k = 0, n = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++) for (let i = 0; i < dims[0]; i++) dense[n++] = inside(i, j, k);
  return labelmapFromDense(dense, dims);
}

/** Points with a normal each, as tiny triangles: what is asked of is the light of their vertices. */
function probes(points: readonly (readonly [place: readonly number[], normal: readonly number[]])[]): Mesh {
  const positions: number[] = [];
  const normals: number[] = [];
  for (const [place, normal] of points)
    for (const shift of [0, 0.01, 0.02]) {
      positions.push((place[0] as number) + shift, (place[1] as number) + shift * shift, place[2] as number);
      normals.push(...normal);
    }
  return {
    positions: new Float32Array(positions),
    normals: new Float32Array(normals),
    triangles: new Uint32Array(positions.length / 3).map((_, n) => n),
  };
}

async function openness(
  labels: ReturnType<typeof labelsOf>,
  values: readonly number[],
  points: Parameters<typeof probes>[0],
  grid = identity,
) {
  const chunk = packChunk([{ slot: 1, mesh: probes(points) }], 'c', 'full');
  const source = { layers: [{ labels, values }], rasFromIjk: grid, dims: labels.dims };
  const light = (await bakeChunks(pool, source, [chunk])).get('c') as Uint8Array;
  expect(light.length).toBe(chunk.light.length);
  return points.map((_, n) => {
    const at = LIGHT_STRIDE * 3 * n;
    const bent = [0, 0, 0];
    readOctahedral(light, at + 2, bent);
    return { open: (light[at + OPENNESS] as number) / 255, bent };
  });
}

describe('bakeChunks', () => {
  it('an open plane sees the whole sky', async () => {
    // Heights that the coarse levels meet at their borders, and half-way between.
    for (const height of [32, 20, 13]) {
      const labels = labelsOf((_i, _j, k) => (k < height ? 1 : 0));
      const [top] = await openness(
        labels,
        [1],
        [
          [
            [32, 32, height - 0.5],
            [0, 0, 1],
          ],
        ],
      );
      expect(top?.open).toBeGreaterThan(0.95);
      expect(top?.bent[2]).toBeGreaterThan(0.99);
    }
  });

  it('the bottom of a pit is dark, its rim half so, and the open way is upwards', async () => {
    // A shaft 8 wide and 24 deep in a block.
    const labels = labelsOf((i, j, k) =>
      k < 40 && !(Math.abs(i - 32) < 4 && Math.abs(j - 32) < 4 && k >= 16) ? 1 : 0,
    );
    const [bottom, half, brim] = await openness(
      labels,
      [1],
      [
        [
          [32, 32, 15.5],
          [0, 0, 1],
        ],
        [
          [28.4, 32, 36],
          [1, 0, 0],
        ],
        [
          [12, 32, 39.5],
          [0, 0, 1],
        ],
      ],
    );
    expect(bottom?.open).toBeLessThan(0.3);
    expect(bottom?.bent[2]).toBeGreaterThan(0.95);
    // A wall near the mouth: most is the other wall, and what is open lies upwards.
    expect(half?.open).toBeLessThan(0.55);
    expect(half?.open).toBeGreaterThan(bottom?.open ?? 1);
    expect(half?.bent[2]).toBeGreaterThan(0.3);
    expect(brim?.open).toBeGreaterThan(0.95);
  });

  it('inside a closed tube there is next to nothing', async () => {
    const labels = labelsOf((i, j) => (Math.hypot(i - 32, j - 32) < 5 ? 0 : 1));
    const [wall] = await openness(
      labels,
      [1],
      [
        [
          [37, 32, 32],
          [-1, 0, 0],
        ],
      ],
    );
    expect(wall?.open).toBeLessThan(0.12);
  });

  it('a corner of two walls is about half open, and the way out halves the angle', async () => {
    const labels = labelsOf((i, _j, k) => (k < 20 || i < 20 ? 1 : 0));
    const [corner] = await openness(
      labels,
      [1],
      [
        [
          [20.6, 32, 19.5],
          [0, 0, 1],
        ],
      ],
    );
    expect(corner?.open).toBeGreaterThan(0.28);
    expect(corner?.open).toBeLessThan(0.65);
    expect(corner?.bent[0]).toBeGreaterThan(0.3);
    expect(Math.abs(corner?.bent[1] ?? 1)).toBeLessThan(0.15);
  });

  it('a shadow goes with what cast it', async () => {
    // A plate 6 mm over a block; then the plate is hidden.
    const labels = labelsOf((_i, _j, k) => (k < 20 ? 1 : k >= 26 && k < 30 ? 2 : 0));
    const under = [
      [
        [32, 32, 19.5],
        [0, 0, 1],
      ],
    ] as const;
    const [covered] = await openness(labels, [1, 2], under);
    const [free] = await openness(labels, [1], under);
    expect(covered?.open).toBeLessThan(0.35);
    expect(free?.open).toBeGreaterThan(0.95);
  });

  it('what is cut off casts no shadow', async () => {
    const labels = labelsOf((_i, _j, k) => (k < 20 ? 1 : k >= 26 ? 2 : 0));
    const chunk = packChunk(
      [
        {
          slot: 1,
          mesh: probes([
            [
              [32, 32, 19.5],
              [0, 0, 1],
            ],
          ]),
        },
      ],
      'c',
      'full',
    );
    const cut = { point: [0, 0, 23], normal: [0, 0, -1] } as const;
    const source = { layers: [{ labels, values: [1, 2] }], rasFromIjk: identity, dims: DIMS };
    const open = async (light: Promise<Map<string, Uint8Array>>) => (await light).get('c')?.[OPENNESS] ?? -1;
    expect(await open(bakeChunks(pool, source, [chunk]))).toBeLessThan(90);
    expect(await open(bakeChunks(pool, { ...source, cut }, [chunk]))).toBeGreaterThan(242);
  });

  it('keeps the bytes of slots that are not asked for', async () => {
    const labels = labelsOf((_i, _j, k) => (k < 20 ? 1 : k >= 22 ? 2 : 0));
    const at = probes([
      [
        [32, 32, 19.5],
        [0, 0, 1],
      ],
    ]);
    const chunk = packChunk(
      [
        { slot: 1, mesh: at },
        { slot: 2, mesh: at },
      ],
      'c',
      'full',
    );
    const source = { layers: [{ labels, values: [1, 2] }], rasFromIjk: identity, dims: DIMS };
    const light = (await bakeChunks(pool, source, [chunk], { slots: new Set([2]) })).get('c') as Uint8Array;
    expect([...light.subarray(0, 3 * LIGHT_STRIDE)]).toEqual([...chunk.light.subarray(0, 3 * LIGHT_STRIDE)]);
    expect(light[3 * LIGHT_STRIDE + OPENNESS]).toBeLessThan(100);
    expect(chunk.light[3 * LIGHT_STRIDE + OPENNESS]).toBe(255);
  });

  it('a grid that is turned, mirrored and of long voxels bakes the same light in RAS', async () => {
    const dims: Dims = [64, 64, 16];
    // i runs left, j runs up, k runs forward; voxels 1 × 1 × 4.
    const grid = affine('ras', 'ijk', [-1, 0, 0, 0, 0, 0, 1, 0, 0, 4, 0, 0, 70, -30, 9, 1]);
    // Solid under S = 41 (j < 32), and a wall on the patient's right (small i).
    const labels = labelsOf((i, j) => (j < 32 || i < 20 ? 1 : 0), dims);
    const [corner] = await openness(
      labels,
      [1],
      [
        [
          [70 - 20.6, 0, 40.5],
          [0, 0, 1],
        ],
      ],
      grid,
    );
    expect(corner?.open).toBeGreaterThan(0.28);
    expect(corner?.open).toBeLessThan(0.65);
    expect(corner?.bent[0]).toBeLessThan(-0.3);
  });
});

describe('bakeContact', () => {
  it('is dark under the body and open beside it', async () => {
    const labels = labelsOf((i, j, k) => (k < 40 && Math.abs(i - 32) < 8 && Math.abs(j - 32) < 8 ? 1 : 0));
    const source = { layers: [{ labels, values: [1] }], rasFromIjk: identity, dims: DIMS };
    const floor = await bakeContact(pool, source, { centre: [32, 32, -4], halfMm: 60 });
    const at = (column: number, row: number) => floor[column + CONTACT_SIZE * row] as number;
    expect(at(48, 48)).toBeLessThan(90);
    expect(at(2, 2)).toBeGreaterThan(240);
  });
});

describe('the kernel and its plain twin', () => {
  it(`agree within float32 (seed ${seed})`, async () => {
    const cones = coneDirections([
      [0, 1],
      [50, 4],
    ]);
    const unit = (v: readonly number[]) => v.map((x) => x / Math.hypot(...v));
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(23), fc.nat(19), fc.nat(17), fc.integer({ min: 1, max: 7 })), { maxLength: 8 }),
        fc.array(fc.tuple(...[0, 1, 2, 3, 4, 5].map(() => fc.double({ min: -1, max: 1, noNaN: true }))), {
          minLength: 1,
          maxLength: 12,
        }),
        async (blobs, vertices) => {
          const dims: Dims = [24, 20, 18];
          const labels = labelsOf(
            (i, j, k) => (blobs.some(([x, y, z, r]) => Math.hypot(i - x, j - y, k - z) < r) ? 1 : 0),
            dims,
          );
          const occupancy = finish(occupancyOf([{ labels, values: [1] }], identity, dims));
          const samples = coneSamples(25, 1.2, 20, occupancy.levels.length);
          const usable = vertices.filter((v) => Math.hypot(...v.slice(3)) > 0.01);
          const kernel = await coneMemory(occupancy, cones, samples, usable.length);
          const target = new Float32Array(kernel.memory.buffer, kernel.vertices, 6 * usable.length);
          const at = (v: readonly number[]) =>
            [0, 1, 2].map((axis) => Math.fround((((v[axis] as number) + 1) / 2) * (dims[axis] as number)));
          usable.forEach((v, n) => {
            target.set([...at(v), ...unit(v.slice(3))], 6 * n);
          });
          kernel.exports.coneLight(
            kernel.vertices,
            0,
            usable.length,
            kernel.cones,
            cones.length / 4,
            kernel.samples,
            samples.length,
            1,
            kernel.light,
          );
          const got = new Float32Array(kernel.memory.buffer, kernel.light, 4 * usable.length);
          usable.forEach((v, n) => {
            const normal = [...target.subarray(6 * n + 3, 6 * n + 6)];
            const expected = coneLight(occupancy, at(v), normal, cones, samples, 1);
            expect(got[4 * n]).toBeCloseTo(expected.open, 3);
            for (let axis = 0; axis < 3; axis++)
              expect(got[4 * n + 1 + axis]).toBeCloseTo(expected.direction[axis] as number, 2);
          });
        },
      ),
      { seed, numRuns: 60 },
    );
  });
});

describe('occupancy', () => {
  it('keeps the occupied volume on grids of other cells, and its mean in each level', async () => {
    const dims: Dims = [50, 40, 9];
    const grid = affine('ras', 'ijk', [0.8, 0, 0, 0, 0, -0.8, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1]);
    const labels = labelsOf((i, j, k) => (Math.hypot(i - 25, j - 20, (k - 4) * 3) < 12 ? 7 : 0), dims);
    let voxels = 0;
    for (let k = 0; k < dims[2]; k++)
      for (let j = 0; j < dims[1]; j++)
        for (let i = 0; i < dims[0]; i++) if (Math.hypot(i - 25, j - 20, (k - 4) * 3) < 12) voxels++;
    const trueMm3 = voxels * 0.8 * 0.8 * 3;
    for (const maxCells of [1_000_000, 6_000]) {
      const occupancy = await makeOccupancyHere(labels, grid, dims, maxCells);
      const [first] = occupancy.levels;
      const sum = occupancy.cells.subarray(0, occupancy.levels[1]?.offset).reduce((a, b) => a + b, 0);
      const mm3 = (sum / 255) * occupancy.cellMm ** 3;
      expect(Math.abs(mm3 / trueMm3 - 1)).toBeLessThan(0.08);
      expect(first?.dims.reduce((a, b) => a * b, 1)).toBeLessThanOrEqual(maxCells * 1.2);
      const { offset } = occupancy.levels[1] as { offset: number };
      const next = occupancy.levels[2]?.offset ?? occupancy.cells.length;
      const coarser = occupancy.cells.subarray(offset, next).reduce((a, b) => a + b, 0);
      expect(Math.abs((8 * coarser) / sum - 1)).toBeLessThan(0.02);
    }
  });

  it('is the same from a worker', async () => {
    const labels = labelsOf((i) => (i < 20 ? 1 : 0));
    const source = { layers: [{ labels, values: [1] }], rasFromIjk: identity, dims: DIMS };
    const far = await makeOccupancy(pool, source);
    const near = await makeOccupancyHere(labels, identity, DIMS);
    expect(far.cells).toEqual(near.cells);
  });
});

function makeOccupancyHere(labels: ReturnType<typeof labelsOf>, grid: typeof identity, dims: Dims, maxCells?: number) {
  return finish(occupancyOf([{ labels, values: [1, 7] }], grid, dims, null, maxCells));
}
