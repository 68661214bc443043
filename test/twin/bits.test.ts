import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BitGrid, ball, createBitGrid, type Mask } from '#compute/jobs/segment/bitGrid.ts';
import { type Connectivity, findComponents } from '#compute/jobs/segment/components.ts';
import { cavities, holesInPlanes } from '#compute/jobs/segment/holes.ts';
import { affine } from '#core/space/affine.ts';
import { finish } from '#core/steps.ts';
import { type Dims, type ScalarType, scalarsOver, type Volume } from '#core/volume/volume.ts';
import * as twin from './bits.ts';

const seed = Number(process.env.FC_SEED ?? Math.floor(Math.random() * 2 ** 31));
const runs = { seed, numRuns: 60 };

// Rows that end inside a word, on its border and beyond the first pair of words.
const dimsArbitrary = fc.tuple(
  fc.oneof(fc.integer({ min: 1, max: 20 }), fc.constantFrom(63, 64, 65, 127, 128, 129, 130)),
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 7 }),
) as fc.Arbitrary<Dims>;

/** Voxels of which about `share` are set. */
const scene = dimsArbitrary.chain((dims) =>
  fc.record({
    dims: fc.constant(dims),
    voxels: fc
      .tuple(fc.uint8Array({ minLength: voxels(dims), maxLength: voxels(dims) }), fc.constantFrom(20, 128, 235))
      .map(([bytes, share]) => bytes.map((byte) => (byte < share ? 1 : 0))),
  }),
);
const spacings = fc.constantFrom([1, 1, 1], [0.7, 0.7, 2.5], [2, 0.9, 1.1]) as fc.Arbitrary<[number, number, number]>;

function voxels([ni, nj, nk]: Dims): number {
  return ni * nj * nk;
}
function maskOf(grid: BitGrid, bytes: Uint8Array): Mask {
  return finish(grid.fromLabels(bytes, 1));
}
function bytesOf(grid: BitGrid, mask: Mask): Uint8Array {
  const bytes = new Uint8Array(voxels(grid.dims));
  finish(grid.paint(mask, bytes, 1));
  return bytes;
}

const arrays = {
  u8: fc.integer({ min: 0, max: 255 }),
  i16: fc.integer({ min: -32768, max: 32767 }),
  u16: fc.integer({ min: 0, max: 65535 }),
  f32: fc.oneof(fc.float({ noNaN: false }), fc.float({ min: -3, max: 3, noNaN: true })),
} as const satisfies Record<ScalarType, fc.Arbitrary<number>>;
const rescales = fc.constantFrom([1, 0], [1, -1024], [0.1, -3.3], [-2, 7], [0.3, 0]) as fc.Arbitrary<[number, number]>;

describe(`bit kernels and their plain twins (seed ${seed})`, () => {
  it.each(['u8', 'i16', 'u16', 'f32'] as const)('threshold of %s voxels, bounds included', async (type) => {
    const input = dimsArbitrary.chain((dims) =>
      fc.tuple(
        fc.constant(dims),
        fc.array(arrays[type], { minLength: voxels(dims), maxLength: voxels(dims) }),
        rescales,
        fc.nat(),
        fc.nat(),
      ),
    );
    await fc.assert(
      fc.asyncProperty(input, async ([dims, values, [slope, intercept], a, b]) => {
        const scalars = scalarsOver(type, new ArrayBuffer(values.length * { u8: 1, i16: 2, u16: 2, f32: 4 }[type]));
        scalars.set(values);
        // Bounds that are voxels' own values: where ≤ and < differ.
        const at = (n: number) => slope * (scalars[n % values.length] as number) + intercept;
        const ends = [at(a), at(b)].map((end) => (Number.isNaN(end) ? 0 : end)).sort((x, y) => x - y);
        const [lower, upper] = ends as [number, number];
        const rasFromIjk = affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
        const volume = {
          header: { dims, scalarType: type, slope, intercept, rasFromIjk },
          scalars,
        } as unknown as Volume;
        const grid = await createBitGrid(dims);
        const found = bytesOf(grid, finish(grid.threshold(volume, lower, upper)));
        expect(found).toEqual(twin.threshold(scalars, slope, intercept, lower, upper));
      }),
      runs,
    );
  });

  it('dilation, erosion, closing', async () => {
    await fc.assert(
      fc.asyncProperty(
        scene,
        spacings,
        fc.constantFrom(0.5, 1, 2.2, 3.6),
        async ({ dims, voxels: bytes }, spacing, radius) => {
          const grid = await createBitGrid(dims);
          const mask = maskOf(grid, bytes);
          const offsets = twin.ballOffsets(spacing, radius);
          const element = ball(spacing, radius);
          expect(bytesOf(grid, finish(grid.dilate(mask, element)))).toEqual(twin.dilate(bytes, dims, offsets));
          expect(bytesOf(grid, finish(grid.erode(mask, element)))).toEqual(twin.erode(bytes, dims, offsets));
          expect(bytesOf(grid, finish(grid.close(mask, element)))).toEqual(twin.close(bytes, dims, offsets));
        },
      ),
      { ...runs, numRuns: 25 },
    );
  });

  const neighbours: Record<Connectivity, (d: [number, number, number]) => boolean> = {
    4: ([i, j, k]) => k === 0 && Math.abs(i) + Math.abs(j) === 1,
    5: ([i, j, k]) => j === 0 && Math.abs(i) + Math.abs(k) === 1,
    6: ([i, j, k]) => Math.abs(i) + Math.abs(j) + Math.abs(k) === 1,
    8: ([, , k]) => k === 0,
    18: ([i, j, k]) => Math.abs(i) + Math.abs(j) + Math.abs(k) <= 2,
    26: () => true,
  };
  it.each([4, 5, 6, 8, 18, 26] as const)(
    'components, connectivity %i: numbers, sizes, places',
    async (connectivity) => {
      await fc.assert(
        fc.asyncProperty(scene, async ({ dims, voxels: bytes }) => {
          const labels = twin.label(bytes, dims, neighbours[connectivity]);
          const grid = await createBitGrid(dims);
          const parts = finish(findComponents(grid, maskOf(grid, bytes), connectivity));
          expect(parts.count).toBe(labels.reduce((most, n) => Math.max(most, n), 0));
          const sizes = new Uint32Array(parts.count);
          const sums = Array.from({ length: parts.count }, () => [0, 0, 0]);
          labels.forEach((n, v) => {
            const place = [v % dims[0], Math.floor(v / dims[0]) % dims[1], Math.floor(v / (dims[0] * dims[1]))];
            expect(parts.at(...(place as [number, number, number]))).toBe(n - 1);
            if (n === 0) return;
            sizes[n - 1] = (sizes[n - 1] as number) + 1;
            place.forEach((x, axis) => {
              (sums[n - 1] as number[])[axis] = ((sums[n - 1] as number[])[axis] as number) + x;
            });
          });
          expect(parts.sizes).toEqual(sizes);
          const facts = parts.facts(parts.bySize(5));
          parts.bySize(5).forEach((n, slot) => {
            for (const axis of [0, 1, 2] as const)
              expect(facts[slot]?.centre[axis]).toBeCloseTo((sums[n]?.[axis] as number) / (sizes[n] as number), 9);
          });
          expect(
            bytesOf(
              grid,
              parts.select((n) => n % 2 === 0),
            ),
          ).toEqual(Uint8Array.from(labels, (n) => n % 2));
        }),
        { ...runs, numRuns: 20 },
      );
    },
  );

  it('holes of planes across each axis, and cavities', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ dims, voxels: bytes }) => {
        const grid = await createBitGrid(dims);
        const mask = maskOf(grid, bytes);
        const free = bytes.map((byte) => 1 - byte);
        const holes = (connected: (d: [number, number, number]) => boolean, axes: readonly number[]) => {
          const labels = twin.label(free, dims, connected);
          const open = new Set<number>();
          labels.forEach((n, v) => {
            const place = [v % dims[0], Math.floor(v / dims[0]) % dims[1], Math.floor(v / (dims[0] * dims[1]))];
            if (axes.some((axis) => place[axis] === 0 || place[axis] === (dims[axis] as number) - 1)) open.add(n);
          });
          return Uint8Array.from(labels, (n) => (n > 0 && !open.has(n) ? 1 : 0));
        };
        for (const axis of [0, 1, 2] as const) {
          const connected = (d: [number, number, number]) => d[axis] === 0 && neighbours[6](d);
          const rest = [0, 1, 2].filter((one) => one !== axis);
          expect(bytesOf(grid, finish(holesInPlanes(grid, mask, axis)))).toEqual(holes(connected, rest));
        }
        expect(bytesOf(grid, finish(cavities(grid, mask, [0, 1, 2])))).toEqual(holes(neighbours[6], [0, 1, 2]));
        expect(bytesOf(grid, finish(cavities(grid, mask, [0, 1])))).toEqual(holes(neighbours[6], [0, 1]));
      }),
      { ...runs, numRuns: 20 },
    );
  });
});
