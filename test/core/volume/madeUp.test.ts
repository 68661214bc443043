// Planes that were made up between measured ones: where they are, and that a picture marks them and nothing else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Affine, affine, determinant3, invert, transform, type Vector3 } from '#core/space/affine.ts';
import { type DisplacementField, movingFromFixed, type SpatialTransform } from '#core/space/registration.ts';
import { crossesMadeUp, type PartlyMeasured, planeSteps, stepsAt } from '#core/volume/madeUp.ts';
import { hatchMadeUp } from '#core/volume/resliceMadeUp.ts';
import { rasOfPixel, type SliceGrid, slicePlane } from '#core/volume/slicePlane.ts';
import { ctSlice, readOnly, sources } from '../../io/dicom/dicomFile.ts';

const seed = Number(process.env.SEED ?? 11);
const upright = affine('ras', 'ijk', [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 5, 0, 0, 0, 0, 1]);

/** A matrix of three columns near the axes, leaning, sheared, of either handedness; null where it is nearly flat. */
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const matrix = fc.tuple(
  fc.shuffledSubarray([0, 1, 2], { minLength: 3, maxLength: 3 }),
  fc.array(number(0.4, 4), { minLength: 3, maxLength: 3 }),
  fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
  fc.array(number(-0.5, 0.5), { minLength: 9, maxLength: 9 }),
  fc.array(number(-20, 20), { minLength: 3, maxLength: 3 }),
);
function matrixOf([order, sizes, signs, lean, move]: typeof matrix extends fc.Arbitrary<infer Value> ? Value : never) {
  const m = new Array<number>(16).fill(0);
  for (let c = 0; c < 3; c++)
    for (let r = 0; r < 3; r++) {
      const size = (sizes[c] as number) * (signs[c] ? -1 : 1);
      m[4 * c + r] = size * ((order[c] === r ? 1 : 0) + (lean[3 * c + r] as number));
    }
  for (let r = 0; r < 3; r++) m[12 + r] = move[r] as number;
  m[15] = 1;
  return m;
}

/** Far enough from every face between voxels that the last digit does not decide; null where it is not. */
function voxelOf(ijk: Vector3, dims: readonly number[]): Vector3 | null | 'outside' {
  const at = ijk.map((v) => Math.round(v)) as unknown as Vector3;
  if (ijk.some((v) => Math.abs(v + 0.5 - Math.round(v + 0.5)) < 1e-5)) return null;
  return at.every((v, axis) => v >= 0 && v < (dims[axis] as number)) ? at : 'outside';
}

const made = fc.record({
  dims: fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 30 }), fc.integer({ min: 3, max: 14 })),
  affine: matrix,
  planes: fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 8 }),
  right: fc.tuple(number(-0.8, 0.8), number(-0.8, 0.8), number(-0.8, 0.8)),
  down: fc.tuple(number(-0.8, 0.8), number(-0.8, 0.8), number(-0.8, 0.8)),
  size: fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 })),
  placed: fc.option(fc.tuple(matrix, fc.boolean(), fc.infiniteStream(number(-3, 3)))),
  density: fc.constantFrom(1, 1.25, 2),
});

describe('hatchMadeUp', () => {
  it('marks, on its lines, the pixels whose nearest voxel was made up, and no other: any grid, plane and place', () => {
    let seen = 0;
    fc.assert(
      fc.property(made, ({ dims, affine: of, planes, right, down, size: [width, height], placed, density }) => {
        const rasFromIjk: Affine<'ras', 'ijk'> = affine('ras', 'ijk', matrixOf(of));
        fc.pre(Math.abs(determinant3(rasFromIjk)) > 0.05);
        const interpolatedSlices = planes.filter((k) => k < dims[2] - 1).sort((a, b) => a - b);
        const volume: PartlyMeasured = { dims, rasFromIjk, interpolatedSlices };
        const to = placed === null ? null : spatial(placed[0], placed[1], placed[2]);
        fc.pre(to === null || Math.abs(determinant3(affine('ras', 'ras', to.matrix))) > 0.05);
        // The middle of the grid, where it lies on the picture's scan, is in the middle of the picture.
        const middle = transform(rasFromIjk, dims.map((n) => (n - 1) / 2) as unknown as Vector3);
        const there = to === null ? middle : transform(affine('ras', 'ras', to.matrix), middle);
        const origin = there.map(
          (v, n) => v - ((width - 1) / 2) * (right[n] as number) - ((height - 1) / 2) * (down[n] as number),
        ) as unknown as Vector3;
        const grid: SliceGrid = { origin, right, down, width, height };
        const back = invert(rasFromIjk);
        const own = to === null ? (p: Vector3) => p : movingFromFixed(to);
        const ijk = (x: number, y: number) => transform(back, own(rasOfPixel(grid, x, y)));

        // How far apart the lines are: as wide as the thinnest band of planes, within 5 and 9 pixels.
        const linear = to === null ? own : movingFromFixed({ ...to, field: null });
        const k = (x: number, y: number) => transform(back, linear(rasOfPixel(grid, x, y)))[2];
        const bands = bandsOf(interpolatedSlices);
        const pixels = Math.min(...bands) / Math.hypot(k(1, 0) - k(0, 0), k(0, 1) - k(0, 0));
        const period = Math.max(5 * density, Math.min(9 * density, pixels)) * Math.SQRT2;
        fc.pre(Math.abs(period - Math.floor(period) - 0.5) > 1e-3);
        const every = Math.max(2, Math.round(period));
        const wide = Math.max(1, Math.round(density * Math.SQRT2));

        const rgba = new Uint8ClampedArray(4 * width * height).fill(100);
        const marked = hatchMadeUp(volume, to, grid, { density }, rgba);
        let any = false;
        for (let y = 0, n = 0; y < height; y++)
          for (let x = 0; x < width; x++, n++) {
            const changed = rgba[4 * n] !== 100;
            any ||= changed;
            const voxel = voxelOf(ijk(x, y), dims);
            if (voxel === null) continue;
            const onLine = (((x - y) % every) + every) % every < wide;
            const expected = onLine && voxel !== 'outside' && interpolatedSlices.includes(voxel[2]);
            if (expected) seen++;
            if (changed !== expected) expect([x, y, voxel, changed]).toEqual([x, y, voxel, expected]);
            if (rgba[4 * n + 3] !== 100) expect(rgba[4 * n + 3]).toBe(100);
          }
        expect(marked).toBe(any);
      }),
      { seed, numRuns: 300 },
    );
    expect(seen).toBeGreaterThan(50);
  });

  it('of a slice that was made up is all over it; the measured ones beside it have none', () => {
    const volume: PartlyMeasured = { dims: [64, 64, 5], rasFromIjk: upright, interpolatedSlices: [3] };
    for (let k = 0; k < 5; k++) {
      const plane = slicePlane(volume.dims, upright, 'axial', [-30, -30, 5 * k], 'radiological', [96, 96]);
      const rgba = new Uint8ClampedArray(4 * 96 * 96);
      expect(hatchMadeUp(volume, null, plane, { density: 1 }, rgba)).toBe(k === 3);
      const share = rgba.reduce((sum, value, n) => sum + (n % 4 === 0 && value > 0 ? 1 : 0), 0) / (96 * 96);
      // Between a seventh and a twentieth of the pixels: the picture is read.
      if (k === 3) expect(share).toBeGreaterThan(0.05);
      if (k === 3) expect(share).toBeLessThan(0.15);
      if (k !== 3) expect(share).toBe(0);
    }
  });

  it('leaves the pixels that do not show the volume, and fades with it', () => {
    const volume: PartlyMeasured = { dims: [64, 64, 5], rasFromIjk: upright, interpolatedSlices: [2] };
    const plane = slicePlane(volume.dims, upright, 'axial', [-30, -30, 10], 'radiological', [64, 64]);
    const draw = (look: Parameters<typeof hatchMadeUp>[3]) => {
      const rgba = new Uint8ClampedArray(4 * 64 * 64);
      const marked = hatchMadeUp(volume, null, plane, look, rgba);
      return { marked, rgba };
    };
    const half = draw({ density: 1, shows: (x) => x < 32 });
    for (let n = 0; n < 64 * 64; n++) if (n % 64 >= 32) expect(half.rgba[4 * n]).toBe(0);
    expect(half.marked).toBe(true);
    expect(draw({ density: 1, shows: () => false }).marked).toBe(false);
    expect(draw({ density: 1, opacity: 0 }).marked).toBe(false);
    const [full, faint] = [draw({ density: 1 }), draw({ density: 1, opacity: 0.5 })].map(({ rgba }) =>
      Math.max(...rgba),
    );
    expect((faint as number) / (full as number)).toBeCloseTo(0.5, 1);
  });
});

describe('the planes around a place', () => {
  it('are as many as from one measured plane to the next where it was made up, else one', () => {
    const volume: PartlyMeasured = { dims: [4, 4, 9], rasFromIjk: upright, interpolatedSlices: [2, 4, 5] };
    expect([...(planeSteps(volume) ?? [])]).toEqual([1, 1, 2, 1, 3, 3, 1, 1, 1]);
    const at = stepsAt(volume);
    // Halfway between two planes belongs to the higher one, as in the status bar.
    expect([0, 7.4, 7.6, 12.4, 12.5, 15, 17.6, 27.4, 27.6].map((s) => at([-1, -1, s]))).toEqual([
      1, 1, 2, 2, 1, 1, 3, 3, 1,
    ]);
    expect([at([9, -1, 10]), at([-1, -9, 10]), at([-1, -1, -50])]).toEqual([1, 1, 1]);
    expect(planeSteps({ dims: [4, 4, 9], interpolatedSlices: [] })).toBeNull();
    expect(planeSteps({ dims: [4, 4, 9] })).toBeNull();
  });

  it('are crossed by a line that has a point in them', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { maxLength: 4 }),
        matrix,
        number(-2, 11),
        number(-2, 11),
        (planes, of, a, b) => {
          const rasFromIjk: Affine<'ras', 'ijk'> = affine('ras', 'ijk', matrixOf(of));
          fc.pre(Math.abs(determinant3(rasFromIjk)) > 0.05);
          const volume: PartlyMeasured = { dims: [4, 4, 9], rasFromIjk, interpolatedSlices: planes };
          let meets = false;
          for (let n = 0; n <= 2000; n++) meets ||= planes.includes(Math.round(a + ((b - a) * n) / 2000));
          const [from, to] = [a, b].map((k) => transform(rasFromIjk, [1, 2, k])) as [Vector3, Vector3];
          // The steps of the line are finer than any voxel that it may touch by an end alone.
          const ends = [a, b].some((v) => Math.abs(v + 0.5 - Math.round(v + 0.5)) < 0.01);
          if (!ends) expect(crossesMadeUp(volume, from, to)).toBe(meets);
        },
      ),
      { seed, numRuns: 300 },
    );
  });

  it('are those that the reader of DICOM made up for a slice that was lost', async () => {
    const flat = (z: number) =>
      ctSlice({ position: [-10, -20, z], instance: z + 1, values: new Array(12).fill(10 * z) });
    const { header } = await readOnly(sources([0, 5, 10, 20, 25].map(flat)));
    const at = stepsAt(header);
    const heights = [0, 5, 10, 12, 13, 15, 17, 18, 20, 25];
    expect(heights.map((s) => at([9, 19, s]))).toEqual([1, 1, 1, 1, 2, 2, 2, 1, 1, 1]);
    const marks = (s: number) => {
      const plane = slicePlane(header.dims, header.rasFromIjk, 'axial', [9, 19, s], 'radiological', [60, 60]);
      return hatchMadeUp(header, null, plane, { density: 1 }, new Uint8ClampedArray(4 * 3600));
    };
    expect(heights.map(marks)).toEqual(heights.map((s) => at([9, 19, s]) > 1));
  });
});

function spatial(
  of: typeof matrix extends fc.Arbitrary<infer Value> ? Value : never,
  bent: boolean,
  mm: fc.Stream<number>,
): SpatialTransform {
  const dims = [3, 4, 3] as const;
  const rasFromIjk: DisplacementField['rasFromIjk'] = affine(
    'ras',
    'ijk',
    [14, 0, 0, 0, 0, 11, 0, 0, 0, 1, 13, 0, -14, -16, -13, 1],
  );
  const field = bent ? { dims, rasFromIjk, mm: Float32Array.from(mm.take(3 * 36)) } : null;
  return { matrix: matrixOf(of), field };
}

/** Lengths of the runs. */
function bandsOf(planes: readonly number[]): number[] {
  const bands: number[] = [];
  for (const [n, k] of planes.entries()) {
    if (n > 0 && planes[n - 1] === k - 1) bands[bands.length - 1] = (bands.at(-1) as number) + 1;
    else bands.push(1);
  }
  return bands;
}
