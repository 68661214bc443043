import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transform, type Vector3 } from '#core/space/affine.ts';
import {
  boundsRas,
  edgeLetters,
  ijkSteps,
  movedBySlices,
  normalAxis,
  pixelOf,
  planeNames,
  rasOfPixel,
  sliceAxis,
  sliceNumber,
  slicePlane,
  sliceStepMm,
  voxelSlice,
  withinScan,
} from '#core/volume/slicePlane.ts';
import { leaningGrid, straightGrids } from './grids.ts';

const seed = Number(process.env.SEED ?? Date.now() % 2 ** 31);
const CENTRE: Vector3 = [12, -7, 31];
const grids = straightGrids([30, 24, 36], [1, 1.5, 2], CENTRE);
const leaning = leaningGrid([26, 31, 19], CENTRE);
const letterAxis = { R: [0, 1], L: [0, -1], A: [1, 1], P: [1, -1], S: [2, 1], I: [2, -1] } as const;

describe('slicePlane', () => {
  it('follows the two conventions of the textbooks', () => {
    // Radiological: seen from the feet and from the front, so the patient's right is on the left of both pictures.
    expect(edgeLetters('axial', 'radiological')).toEqual({ left: 'R', right: 'L', top: 'A', bottom: 'P' });
    expect(edgeLetters('coronal', 'radiological')).toEqual({ left: 'R', right: 'L', top: 'S', bottom: 'I' });
    expect(edgeLetters('sagittal', 'radiological')).toEqual({ left: 'A', right: 'P', top: 'S', bottom: 'I' });
    expect(edgeLetters('axial', 'neurological')).toEqual({ left: 'L', right: 'R', top: 'A', bottom: 'P' });
    expect(edgeLetters('coronal', 'neurological')).toEqual({ left: 'L', right: 'R', top: 'S', bottom: 'I' });
    expect(edgeLetters('sagittal', 'neurological')).toEqual({ left: 'A', right: 'P', top: 'S', bottom: 'I' });
  });

  it('has its letters where the picture runs to, whatever the grid', () => {
    for (const { dims, rasFromIjk } of [...grids, leaning])
      for (const name of planeNames)
        for (const convention of ['radiological', 'neurological'] as const) {
          const plane = slicePlane(dims, rasFromIjk, name, CENTRE, convention, [90, 60]);
          const letters = edgeLetters(name, convention);
          const middle = rasOfPixel(plane, 44.5, 29.5);
          const ends = {
            left: rasOfPixel(plane, 0, 29.5),
            right: rasOfPixel(plane, 89, 29.5),
            top: rasOfPixel(plane, 44.5, 0),
            bottom: rasOfPixel(plane, 44.5, 59),
          };
          for (const edge of ['left', 'right', 'top', 'bottom'] as const) {
            const [axis, sign] = letterAxis[letters[edge]];
            expect(sign * (ends[edge][axis] - middle[axis])).toBeGreaterThan(5);
          }
        }
  });

  it('lies in the plane, shows all of the scan with square pixels, and fits closely', () => {
    for (const { dims, rasFromIjk } of [...grids, leaning])
      for (const name of planeNames) {
        const [width, height] = [123, 77] as const;
        const plane = slicePlane(dims, rasFromIjk, name, [1, 2, 3], 'radiological', [width, height]);
        const axis = normalAxis[name];
        expect(plane.origin[axis]).toBe([1, 2, 3][axis]);
        expect(Math.hypot(...plane.right)).toBeCloseTo(plane.mmPerPixel, 12);
        expect(Math.hypot(...plane.down)).toBeCloseTo(plane.mmPerPixel, 12);
        const { low, high } = boundsRas(dims, rasFromIjk);
        const a = pixelOf(plane, low);
        const b = pixelOf(plane, high);
        const size = [Math.abs(a[0] - b[0]), Math.abs(a[1] - b[1])] as const;
        // From face to face: pixel −0.5 to size − 0.5.
        for (const [n, most] of [width, height].entries()) {
          expect(Math.min(a[n] as number, b[n] as number)).toBeGreaterThanOrEqual(-0.5 - 1e-9);
          expect(Math.max(a[n] as number, b[n] as number)).toBeLessThanOrEqual(most - 0.5 + 1e-9);
        }
        expect(Math.max(size[0] / width, size[1] / height)).toBeCloseTo(1, 9);
      }
  });

  it('turns pixels into places and back, zoomed about a point that stays in the middle', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...grids, leaning),
        fc.constantFrom(...planeNames),
        fc.constantFrom('radiological' as const, 'neurological' as const),
        fc.double({ min: 0.5, max: 40, noNaN: true }),
        fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -40, max: 40, noNaN: true }))),
        fc.tuple(fc.double({ min: -50, max: 300, noNaN: true }), fc.double({ min: -50, max: 300, noNaN: true })),
        ({ dims, rasFromIjk }, name, convention, zoom, point, [x, y]) => {
          const middle = point as unknown as Vector3;
          const plane = slicePlane(dims, rasFromIjk, name, middle, convention, [201, 101], { zoom, middle });
          const back = pixelOf(plane, rasOfPixel(plane, x, y));
          expect(back[0]).toBeCloseTo(x, 6);
          expect(back[1]).toBeCloseTo(y, 6);
          const centre = pixelOf(plane, middle);
          expect(centre[0]).toBeCloseTo(100, 6);
          expect(centre[1]).toBeCloseTo(50, 6);
          const whole = slicePlane(dims, rasFromIjk, name, middle, convention, [201, 101]);
          expect(whole.mmPerPixel / plane.mmPerPixel).toBeCloseTo(zoom, 9);
        },
      ),
      { seed, numRuns: 150 },
    );
  });

  it('says the voxel of each pixel', () => {
    for (const { dims, rasFromIjk } of [...grids, leaning]) {
      const plane = slicePlane(dims, rasFromIjk, 'coronal', CENTRE, 'radiological', [64, 48]);
      const { start, right, down } = ijkSteps(plane, rasFromIjk);
      const ijk = [0, 1, 2].map((n) => (start[n] as number) + 17 * (right[n] as number) + 5 * (down[n] as number));
      const ras = transform(rasFromIjk, ijk as unknown as Vector3);
      for (const axis of [0, 1, 2] as const) expect(ras[axis]).toBeCloseTo(rasOfPixel(plane, 17, 5)[axis], 9);
    }
  });
});

describe('slices of the scan', () => {
  it('are as far apart as the voxels along the normal, and counted along that axis', () => {
    for (const { dims, rasFromIjk } of grids) {
      expect(planeNames.map((name) => sliceStepMm(rasFromIjk, name))).toEqual([2, 1.5, 1]);
      const counts = planeNames.map((name) => sliceNumber(dims, rasFromIjk, name, CENTRE).count);
      expect(counts).toEqual([18, 16, 30]);
    }
    expect(new Set(planeNames.map((name) => sliceAxis(leaning.rasFromIjk, name))).size).toBe(3);
    expect(planeNames.map((name) => sliceAxis(leaning.rasFromIjk, name))).toEqual([2, 1, 0]);
  });

  it('are numbered from 1 in the order of the file', () => {
    for (const { dims, rasFromIjk } of grids)
      for (const name of planeNames) {
        const axis = sliceAxis(rasFromIjk, name);
        for (const index of [0, 1, 7, dims[axis] - 1]) {
          const ijk = [3, 3, 3];
          ijk[axis] = index;
          const point = transform(rasFromIjk, ijk as unknown as Vector3);
          expect(sliceNumber(dims, rasFromIjk, name, point)).toEqual({ number: index + 1, count: dims[axis] });
        }
      }
  });

  it('follow each other by one step, and end at the outer centres', () => {
    for (const { dims, rasFromIjk } of grids)
      for (const name of planeNames) {
        const axis = normalAxis[name];
        const step = sliceStepMm(rasFromIjk, name);
        const next = movedBySlices(dims, rasFromIjk, name, CENTRE, 1);
        expect(next[axis] - CENTRE[axis]).toBeCloseTo(step, 9);
        expect(next.filter((_, n) => n !== axis)).toEqual(CENTRE.filter((_, n) => n !== axis));
        expect(
          sliceNumber(dims, rasFromIjk, name, next).number - sliceNumber(dims, rasFromIjk, name, CENTRE).number,
        ).toBe((rasFromIjk.m[4 * sliceAxis(rasFromIjk, name) + axis] as number) > 0 ? 1 : -1);
        const { low, high } = boundsRas(dims, rasFromIjk, 0);
        expect(movedBySlices(dims, rasFromIjk, name, CENTRE, 999)[axis]).toBe(high[axis]);
        expect(movedBySlices(dims, rasFromIjk, name, CENTRE, -999)[axis]).toBe(low[axis]);
      }
  });

  it('hold every point of the scan', () => {
    const [{ dims, rasFromIjk }] = grids as [(typeof grids)[number]];
    expect(withinScan(dims, rasFromIjk, CENTRE)).toEqual(CENTRE);
    const { high } = boundsRas(dims, rasFromIjk, 0);
    expect(withinScan(dims, rasFromIjk, [999, -7, 31])).toEqual([high[0], -7, 31]);
  });
});

describe('voxelSlice', () => {
  it('has a point at each voxel centre of a straight grid, and covers the picture', () => {
    for (const { dims, rasFromIjk } of grids)
      for (const name of planeNames) {
        const plane = slicePlane(dims, rasFromIjk, name, CENTRE, 'neurological', [150, 130], {
          zoom: 1.7,
          middle: [14, -5, 33],
        });
        const { grid, first, step } = voxelSlice(plane, rasFromIjk, 1);
        const { start, right, down } = ijkSteps(grid, rasFromIjk);
        for (const direction of [right, down]) {
          const axis = direction.findIndex((value) => Math.abs(value) > 0.5) as 0 | 1 | 2;
          expect(Math.abs(direction[axis])).toBeCloseTo(1, 9);
          expect(Math.abs(start[axis] - Math.round(start[axis]))).toBeLessThan(1e-6);
        }
        for (const n of [0, 1] as const) {
          expect(first[n]).toBeLessThanOrEqual(-1 + 1e-9);
          const last = first[n] + (([grid.width, grid.height][n] as number) - 1) * step[n];
          expect(last).toBeGreaterThanOrEqual([plane.width, plane.height][n] as number);
        }
        const there = pixelOf(plane, rasOfPixel(grid, 3, 2));
        expect(there[0]).toBeCloseTo(first[0] + 3 * step[0], 9);
        expect(there[1]).toBeCloseTo(first[1] + 2 * step[1], 9);
      }
  });

  it('is never denser than asked', () => {
    const plane = slicePlane(leaning.dims, leaning.rasFromIjk, 'axial', CENTRE, 'radiological', [20, 14]);
    const { step } = voxelSlice(plane, leaning.rasFromIjk, 1);
    expect(Math.min(...step)).toBeGreaterThanOrEqual(1);
  });
});
