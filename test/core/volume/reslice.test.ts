import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { affine, invert, transform, type Vector3 } from '#core/space/affine.ts';
import { nearestVoxel, reslice, resliceLabels, valueAtRas, windowInto } from '#core/volume/reslice.ts';
import { planeNames, rasOfPixel, type SliceGrid, slicePlane } from '#core/volume/slicePlane.ts';
import type { Volume } from '#core/volume/volume.ts';
import { leaningGrid, straightGrids, volumeOf } from './grids.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const CENTRE: Vector3 = [12, -7, 31];
const grids = straightGrids([30, 24, 36], [1, 1.5, 2], CENTRE);
const leaning = leaningGrid([26, 31, 19], CENTRE);

/** The definition, pixel by pixel, from the eight voxels around it. */
function byDefinition({ header, scalars }: Volume, grid: SliceGrid, x: number, y: number): number {
  const { dims, slope, intercept } = header;
  const ijk = transform(invert(header.rasFromIjk), rasOfPixel(grid, x, y));
  if (ijk.some((at, axis) => at < -0.5 - 1e-6 || at > (dims[axis] as number) - 0.5 + 1e-6)) return Number.NaN;
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    let weight = 1;
    const at = [0, 1, 2].map((axis) => {
      const held = Math.max(0, Math.min((dims[axis] as number) - 1, ijk[axis] as number));
      const low = Math.floor(held);
      const upper = (corner >> axis) & 1;
      weight *= upper ? held - low : 1 - (held - low);
      return Math.min((dims[axis] as number) - 1, low + upper);
    }) as [number, number, number];
    if (weight > 0) sum += weight * (scalars[at[0] + dims[0] * (at[1] + dims[1] * at[2])] as number);
  }
  return slope * sum + intercept;
}

const cut = (volume: Volume, grid: SliceGrid): Float32Array => {
  const into = new Float32Array(grid.width * grid.height).fill(123456);
  reslice(volume, grid, into);
  return into;
};

/** Largest difference; the pixels outside the scan have to be the same ones. */
function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let n = 0; n < a.length; n++) {
    if (Number.isNaN(a[n]) !== Number.isNaN(b[n])) return Infinity;
    if (!Number.isNaN(a[n])) most = Math.max(most, Math.abs((a[n] as number) - (b[n] as number)));
  }
  return most;
}

describe('reslice', () => {
  it('agrees with its definition on random voxels, straight and leaning', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...grids, leaning),
        fc.constantFrom(...planeNames),
        fc.constantFrom('radiological' as const, 'neurological' as const),
        fc.constantFrom('u8' as const, 'i16' as const, 'u16' as const, 'f32' as const),
        fc.double({ min: 0.6, max: 5, noNaN: true }),
        fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -19, max: 19, noNaN: true }))),
        fc.integer(),
        (grid, name, convention, type, zoom, offset, noise) => {
          let state = noise | 1;
          const random = () => {
            state = (Math.imul(state, 1664525) + 1013904223) | 0;
            return ((state >>> 8) & 0xff) * 1;
          };
          const volume = volumeOf(grid, random, type, 2, -100);
          for (let n = 0; n < volume.scalars.length; n++) volume.scalars[n] = random();
          const point = CENTRE.map((value, axis) => value + (offset[axis] as number)) as unknown as Vector3;
          const plane = slicePlane(grid.dims, grid.rasFromIjk, name, point, convention, [37, 29], {
            zoom,
            middle: point,
          });
          const got = cut(volume, plane);
          const expected = Float32Array.from({ length: 37 * 29 }, (_, n) =>
            byDefinition(volume, plane, n % 37, Math.floor(n / 37)),
          );
          expect(largestDifference(got, expected)).toBeLessThan(1e-3);
        },
      ),
      { seed, numRuns: 120 },
    );
  });

  it('gives a field that is linear in RAS exactly, in all 48 orders and directions and on a leaning grid', () => {
    const field = ([r, a, s]: Vector3) => 3 * r - 2 * a + 0.5 * s + 40;
    for (const grid of [...grids, leaning]) {
      const volume = volumeOf(grid, field);
      for (const name of planeNames) {
        // Inside the outer centres: between the centre and the face a voxel's value holds.
        const plane = slicePlane(grid.dims, grid.rasFromIjk, name, [12.3, -6.6, 31.7], 'radiological', [40, 30], {
          zoom: 2.4,
          middle: CENTRE,
        });
        const got = cut(volume, plane);
        for (let n = 0; n < got.length; n++)
          expect(got[n]).toBeCloseTo(field(rasOfPixel(plane, n % 40, Math.floor(n / 40))), 3);
      }
    }
  });

  it('gives one picture whatever the order and direction of the axes', () => {
    const field = ([r, a, s]: Vector3) => 100 * Math.sin(r / 5) + 60 * Math.cos(a / 4) + 10 * s;
    for (const name of planeNames) {
      const pictures = grids.map((grid) =>
        cut(
          volumeOf(grid, field),
          slicePlane(grid.dims, grid.rasFromIjk, name, [11.2, -8.9, 30.3], 'neurological', [80, 60]),
        ),
      );
      const [first] = pictures as [Float32Array];
      // Not an empty one.
      expect(first.filter((value) => !Number.isNaN(value)).length).toBeGreaterThan(1500);
      for (const picture of pictures) expect(largestDifference(picture, first)).toBeLessThan(1e-3);
    }
  });

  it('is the voxels themselves where a pixel is a voxel', () => {
    const [grid] = grids as [(typeof grids)[number]];
    const volume = volumeOf(grid, ([r, a, s]) => Math.round(r) + 100 * Math.round(a) + Math.round(s), 'i16');
    const [ni, nj] = grid.dims;
    const origin = transform(grid.rasFromIjk, [0, 0, 5]);
    const got = cut(volume, { origin, right: [1, 0, 0], down: [0, 1.5, 0], width: ni, height: nj });
    expect([...got]).toEqual([...volume.scalars.subarray(5 * ni * nj, 6 * ni * nj)]);
  });

  it('is NaN more than half a voxel beyond the outer centres, and the outer voxel within', () => {
    const grid = {
      dims: [4, 4, 4],
      rasFromIjk: affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]),
    } as const;
    const volume = volumeOf(grid, ([r]) => 10 * r);
    const row = cut(volume, { origin: [-0.75, 1, 1], right: [0.25, 0, 0], down: [0, 1, 0], width: 20, height: 1 });
    expect([...row.slice(0, 5)]).toEqual([Number.NaN, 0, 0, 0, 2.5]);
    expect([...row.slice(14)]).toEqual([27.5, 30, 30, 30, Number.NaN, Number.NaN]);
    for (const s of [-0.6, 3.6])
      expect([...cut(volume, { origin: [0, 0, s], right: [1, 0, 0], down: [0, 1, 0], width: 4, height: 4 })]).toEqual(
        new Array(16).fill(Number.NaN),
      );
    const beside = cut(volume, { origin: [0, -3, 0], right: [1, 0, 0], down: [0, 1, 0], width: 2, height: 5 });
    expect([...beside]).toEqual([Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 0, 10, 0, 10]);
  });

  it('reads a scan of one slice, one row or one voxel', () => {
    for (const dims of [
      [5, 4, 1],
      [5, 1, 3],
      [1, 4, 3],
      [1, 1, 1],
    ] as const) {
      const rasFromIjk = affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
      const volume = volumeOf({ dims, rasFromIjk }, ([r, a, s]) => r + 10 * a + 100 * s);
      for (const name of planeNames) {
        const plane = slicePlane(dims, rasFromIjk, name, [0.2, 0.2, 0.2], 'radiological', [12, 9]);
        const expected = Float32Array.from({ length: 108 }, (_, n) =>
          byDefinition(volume, plane, n % 12, Math.floor(n / 12)),
        );
        expect(largestDifference(cut(volume, plane), expected)).toBeLessThan(1e-4);
      }
    }
  });
});

describe('resliceLabels', () => {
  it('is the nearest voxel of each pixel, in every order of axes and on a leaning grid', () => {
    const value = ([r, a, s]: Vector3) => 1 + (Math.floor((r + 40) / 5) % 7) + 10 * (Math.floor((a + s + 90) / 6) % 5);
    for (const grid of [...grids.filter((_, n) => n % 5 === 0), leaning]) {
      const { dims, rasFromIjk } = grid;
      const dense = new Uint16Array(dims[0] * dims[1] * dims[2]);
      for (let k = 0, n = 0; k < dims[2]; k++)
        for (let j = 0; j < dims[1]; j++)
          for (let i = 0; i < dims[0]; i++, n++) dense[n] = value(transform(rasFromIjk, [i, j, k]));
      const labels = labelmapFromDense(dense, dims);
      for (const name of planeNames)
        for (const zoom of [0.7, 6]) {
          const plane = slicePlane(dims, rasFromIjk, name, [12.2, -6.4, 31.3], 'radiological', [61, 47], { zoom });
          const got = new Uint16Array(61 * 47).fill(999);
          resliceLabels(labels, rasFromIjk, plane, got);
          const differing = got.filter((label, n) => {
            const ijk = transform(invert(rasFromIjk), rasOfPixel(plane, n % 61, Math.floor(n / 61)));
            // Halfway between two voxels either is right.
            if (ijk.some((at) => Math.abs(at - Math.floor(at) - 0.5) < 1e-6)) return false;
            const [i, j, k] = ijk.map(Math.round) as [number, number, number];
            const inside = i >= 0 && j >= 0 && k >= 0 && i < dims[0] && j < dims[1] && k < dims[2];
            return label !== (inside ? dense[i + dims[0] * (j + dims[1] * k)] : 0);
          });
          expect(differing.length).toBe(0);
          expect(new Set(got).size).toBeGreaterThan(1);
        }
    }
  });
});

describe('values', () => {
  it('are those of the nearest voxel, rescaled, and none outside', () => {
    for (const grid of [grids[11], leaning] as (typeof leaning)[]) {
      const volume = volumeOf(grid, ([r, a, s]) => Math.round(10 * r + a - s), 'i16', 0.5, 3);
      const [i, j, k] = [4, 5, 6];
      const ras = transform(grid.rasFromIjk, [i + 0.3, j - 0.4, k + 0.2]);
      expect(nearestVoxel(grid.dims, grid.rasFromIjk, ras)).toEqual([i, j, k]);
      const stored = volume.scalars[i + grid.dims[0] * (j + grid.dims[1] * k)] as number;
      expect(valueAtRas(volume, ras)).toBe(0.5 * stored + 3);
      expect(valueAtRas(volume, transform(grid.rasFromIjk, [-0.6, 2, 2]))).toBeNull();
      expect(valueAtRas(volume, transform(grid.rasFromIjk, [grid.dims[0] - 0.4, 2, 2]))).toBeNull();
    }
  });

  it('become grey by window and level', () => {
    const values = new Float32Array([-161, -160, 41, 240, 241, 140, Number.NaN]);
    const into = new Uint8ClampedArray(28);
    windowInto(values, 40, 400, into, [1, 2, 3, 4]);
    expect([0, 1, 2, 3, 4, 5].map((n) => into[4 * n])).toEqual([0, 0, 128, 255, 255, 191]);
    expect([...into.subarray(8, 12)]).toEqual([128, 128, 128, 255]);
    expect([...into.subarray(24)]).toEqual([1, 2, 3, 4]);
  });
});
