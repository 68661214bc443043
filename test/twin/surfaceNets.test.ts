import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CELL_LIMIT, reachOf, SMOOTHING_RATES, surfaceNetsSlab } from '#compute/jobs/surfaceNets.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { finishAsync } from '#core/steps.ts';
import type { Dims } from '#core/volume/volume.ts';
import { surfaceNets } from './surfaceNets.ts';

/** A few overlapping boxes and single voxels of a few values, in grids that cross the borders of bricks. */
const labelmaps = fc
  .record({
    dims: fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 40 })),
    boxes: fc.array(
      fc.record({
        value: fc.constantFrom(0, 1, 2, 3, 900, 65535),
        from: fc.tuple(fc.nat(39), fc.nat(11), fc.nat(39)),
        size: fc.tuple(
          fc.integer({ min: 1, max: 30 }),
          fc.integer({ min: 1, max: 9 }),
          fc.integer({ min: 1, max: 30 }),
        ),
      }),
      { maxLength: 9 },
    ),
  })
  .map(({ dims, boxes }) => {
    const [ni, nj, nk] = dims;
    const labels = new Uint16Array(ni * nj * nk);
    for (const { value, from, size } of boxes)
      for (let k = from[2]; k < Math.min(nk, from[2] + size[2]); k++)
        for (let j = from[1]; j < Math.min(nj, from[1] + size[1]); j++)
          for (let i = from[0]; i < Math.min(ni, from[0] + size[0]); i++) labels[i + ni * (j + nj * k)] = value;
    return { dims: dims as Dims, labels };
  });

const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));

describe(`surface nets kernel (seed ${seed})`, () => {
  it('gives the vertices, quads and displacements of its plain twin, bit for bit', async () => {
    await fc.assert(
      fc.asyncProperty(labelmaps, fc.integer({ min: 0, max: 3 }), async ({ dims, labels }, iterations) => {
        const rates = Array.from({ length: iterations }, () => SMOOTHING_RATES).flat();
        const plain = surfaceNets(labels, dims, rates, CELL_LIMIT);
        const net = await finishAsync(surfaceNetsSlab(labelmapFromDense(labels, dims), 0, dims[2] + 1, iterations));
        const groups = (values: ArrayLike<number>, size: number, kept: number) =>
          Array.from({ length: values.length / size }, (_, n) =>
            Array.from({ length: kept }, (_, c) => (values[n * size + c] as number) + 0),
          );
        expect(groups(net.cells, 4, 3)).toEqual(plain.cells);
        expect(groups(net.quads, 4, 4)).toEqual(plain.quads);
        expect(groups(net.sides, 2, 2)).toEqual(plain.sides);
        expect(groups(net.moved, 4, 3)).toEqual(plain.moved.map((moved) => moved.map((at) => at + 0)));
        const counts = new Map<number, number>();
        for (const value of labels) if (value > 0) counts.set(value, (counts.get(value) ?? 0) + 1);
        expect(new Map(net.voxels)).toEqual(counts);
      }),
      { seed, numRuns: 60 },
    );
  });

  it('a slab has the vertices that the whole has there', async () => {
    await fc.assert(
      fc.asyncProperty(labelmaps, async ({ dims, labels }) => {
        const labelmap = labelmapFromDense(labels, dims);
        const whole = await finishAsync(surfaceNetsSlab(labelmap, 0, dims[2] + 1, 2));
        const cut = Math.min(32, dims[2]);
        const low = await finishAsync(surfaceNetsSlab(labelmap, 0, cut, 2));
        const high = await finishAsync(surfaceNetsSlab(labelmap, cut, dims[2] + 1, 2));
        expect(reachOf(2)).toBeGreaterThanOrEqual(5);
        expect([...low.cells, ...high.cells]).toEqual([...whole.cells]);
        expect([...low.moved, ...high.moved].filter((_, n) => n % 4 < 3)).toEqual(
          [...whole.moved].filter((_, n) => n % 4 < 3),
        );
        const base = low.cells.length / 4 - high.before;
        expect([...low.quads, ...high.quads.map((v) => v + base)]).toEqual([...whole.quads]);
      }),
      { seed, numRuns: 60 },
    );
  });
});
