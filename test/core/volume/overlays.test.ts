// What lies over the scan: where it is read, and how it is drawn.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Affine, affine, invert, transform, type Vector3 } from '#core/space/affine.ts';
import { type DisplacementField, movingFromFixed, type SpatialTransform } from '#core/space/registration.ts';
import { rigidParts, withRigidParts } from '#core/space/rigidParts.ts';
import { colorTable, lightness } from '#core/volume/colorMaps.ts';
import { blendInto, checkerInto, coverInto, differenceInto } from '#core/volume/overlayInto.ts';
import { resliceColour } from '#core/volume/resliceColour.ts';
import { reslicePlaced } from '#core/volume/reslicePlaced.ts';
import { planeNames, rasOfPixel, type SlicePlane, slicePlane } from '#core/volume/slicePlane.ts';
import { timepointOf } from '#core/volume/timepoint.ts';
import type { Dims, Volume } from '#core/volume/volume.ts';

const RAS = (m: readonly number[]) => affine('ras', 'ijk', m);
const turned = (degrees: number, [x, y, z]: Vector3, scale = 1): number[] => {
  const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [scale * c, s, 0.02, 0, -s, c, 0, 0, 0, 0.03, 1, 0, x, y, z, 1];
};

function madeVolume(dims: Dims, rasFromIjk: Affine<'ras', 'ijk'>, seed: number, timepoints = 1): Volume {
  let state = seed | 1;
  const count = dims[0] * dims[1] * dims[2] * timepoints;
  const scalars = Int16Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return (state >>> 16) % 2000;
  });
  return {
    scalars,
    header: {
      name: 'made',
      dims,
      timepoints,
      scalarType: 'i16',
      slope: 2,
      intercept: -7,
      rasFromIjk,
      spacing: [1, 1, 1],
      modality: 'MR',
      modalityGuessed: false,
      unit: '',
      format: 'phantom',
      synthetic: true,
      warnings: [],
      storedRange: [0, 2000],
    },
  };
}

/** By the definition: the eight voxels around the point, weighed; NaN where it is more than half a voxel outside. */
function valueByDefinition({ header, scalars }: Volume, ras: Vector3): number {
  const at = transform(invert(header.rasFromIjk), ras);
  if (at.some((v, axis) => v < -0.5 - 1e-6 || v > (header.dims[axis] as number) - 0.5 + 1e-6)) return Number.NaN;
  const held = at.map((v, axis) => Math.min((header.dims[axis] as number) - 1, Math.max(0, v)));
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    let weight = 1;
    const ijk = held.map((v, axis) => {
      const low = Math.min(Math.floor(v), Math.max(0, (header.dims[axis] as number) - 2));
      const up = (corner >> axis) & 1;
      weight *= up ? v - low : 1 - (v - low);
      return Math.min((header.dims[axis] as number) - 1, low + up);
    }) as [number, number, number];
    sum += weight * (scalars[ijk[0] + header.dims[0] * (ijk[1] + header.dims[1] * ijk[2])] as number);
  }
  return header.slope * sum + header.intercept;
}

function madeField(rasFromIjk: Affine<'ras', 'ijk'>, dims: Dims = [6, 5, 7]): DisplacementField {
  const mm = new Float32Array(3 * dims[0] * dims[1] * dims[2]);
  for (let n = 0; n < mm.length; n++) mm[n] = 3 * Math.sin(n * 1.7) + Math.cos(n * 0.3);
  return { dims, rasFromIjk, mm };
}

describe('a volume that was brought into place', () => {
  const base = RAS([-1.2, 0, 0, 0, 0, 1.1, 0, 0, 0, 0, 1.6, 0, 20, -22, -18, 1]);
  const volume = madeVolume([22, 19, 17], RAS([-1.5, 0.1, 0, 0, 0, 1.7, 0.2, 0, 0, 0, 1.9, 0, 17, -15, -16, 1]), 5);
  const fields: readonly (DisplacementField | null)[] = [
    null,
    madeField(RAS([9, 0, 0, 0, 0, 10, 0, 0, 0, 0, 8, 0, -22, -20, -20, 1])),
    madeField(RAS([8, 2, 0, 0, -2, 9, 1, 0, 0, 1, 8, 0, -20, -22, -20, 1])),
  ];

  it('is read where the inverse of its place says, straight, turned and bent', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...planeNames),
        fc.constantFrom(...fields),
        fc.double({ min: -40, max: 40, noNaN: true }),
        fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -9, max: 9, noNaN: true }))),
        fc.double({ min: 0.7, max: 1.4, noNaN: true }),
        (name, field, degrees, shift, scale) => {
          const placed: SpatialTransform = { matrix: turned(degrees, shift as unknown as Vector3, scale), field };
          const plane = slicePlane([34, 40, 22], base, name, [1, -1, 2], 'radiological', [23, 19]);
          const got = new Float32Array(23 * 19).fill(4321);
          reslicePlaced(volume, placed, plane, got);
          const back = movingFromFixed(placed);
          for (let y = 0, n = 0; y < 19; y++)
            for (let x = 0; x < 23; x++, n++) {
              const expected = valueByDefinition(volume, back(rasOfPixel(plane, x, y)));
              const value = got[n] as number;
              // A place on a face may fall to either side by the last digit.
              if (Number.isNaN(expected) || Number.isNaN(value)) {
                if (Number.isNaN(expected) !== Number.isNaN(value)) {
                  const at = transform(invert(volume.header.rasFromIjk), back(rasOfPixel(plane, x, y)));
                  const face = at.map((v, axis) =>
                    Math.min(Math.abs(v + 0.5), Math.abs(v + 0.5 - (volume.header.dims[axis] as number))),
                  );
                  expect(Math.min(...face)).toBeLessThan(1e-4);
                }
              } else expect(Math.abs(value - expected)).toBeLessThan(0.02);
            }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('lies as its file says where nothing brought it anywhere', () => {
    const plane = slicePlane([34, 40, 22], base, 'axial', [1, -1, 2], 'radiological', [40, 40]);
    const a = new Float32Array(1600);
    const b = new Float32Array(1600);
    reslicePlaced(volume, null, plane, a);
    reslicePlaced(volume, { matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], field: null }, plane, b);
    expect(a.some((value) => !Number.isNaN(value))).toBe(true);
    expect(b).toEqual(a);
  });
});

describe('drawn over the scan', () => {
  const look = { level: 50, width: 100, colorMap: 'hot', opacity: 0.5 } as const;
  const picture = (greys: readonly number[]) =>
    Uint8ClampedArray.from(greys.flatMap((grey) => [grey, grey, grey, 255]));

  it('blends by opacity; a colour map leaves its quiet end clear, grey does not; outside nothing changes', () => {
    const values = Float32Array.from([Number.NaN, 0, 50, 1000]);
    const hot = picture([80, 80, 80, 80]);
    blendInto(values, look, hot);
    expect([...hot.slice(0, 8)]).toEqual([80, 80, 80, 255, 80, 80, 80, 255]);
    const table = colorTable('hot');
    const middle = 3 * 128;
    for (const c of [0, 1, 2]) {
      expect(Math.abs((hot[8 + c] as number) - (80 + (table[middle + c] as number)) / 2)).toBeLessThanOrEqual(1);
      expect(hot[12 + c]).toBe(Math.floor((80 + 255) / 2));
    }
    const grey = picture([80, 80, 80, 80]);
    blendInto(values, { ...look, colorMap: 'grey' }, grey);
    expect([grey[0], grey[4]]).toEqual([80, 40]);
    const full = picture([80, 80, 80, 80]);
    blendInto(values, { ...look, opacity: 1 }, full);
    expect([...full.slice(12)]).toEqual([255, 255, 255, 255]);
    const none = picture([80, 80, 80, 80]);
    blendInto(values, { ...look, opacity: 0 }, none);
    expect(none).toEqual(picture([80, 80, 80, 80]));
  });

  it('the squares of the checkerboard are 20 mm and stand still in the patient', () => {
    const grid = RAS([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -50, -50, -50, 1]);
    const seen = new Map<string, boolean>();
    for (const [zoom, middle] of [
      [1, null],
      [2.5, [7, -11, 3]],
    ] as const) {
      const plane: SlicePlane = slicePlane([100, 100, 100], grid, 'coronal', [0, 0, 0], 'radiological', [90, 90], {
        zoom,
        middle,
      });
      const drawn = picture(new Array(8100).fill(10));
      checkerInto(new Float32Array(8100).fill(1000), plane, 20, look, drawn);
      for (let y = 0; y < 90; y++)
        for (let x = 0; x < 90; x++) {
          const [r, , s] = rasOfPixel(plane, x, y);
          const square = `${Math.floor(r / 20)} ${Math.floor(s / 20)}`;
          const over = drawn[4 * (x + 90 * y)] === 255;
          expect(seen.get(square) ?? over).toBe(over);
          seen.set(square, over);
        }
    }
    for (const [square, over] of seen) {
      const [r, s] = square.split(' ').map(Number) as [number, number];
      expect(seen.get(`${r + 1} ${s}`) ?? !over).toBe(!over);
      expect(seen.get(`${r} ${s + 1}`) ?? !over).toBe(!over);
    }
  });

  it('the difference is of shares of each one’s own window: equal is mid-grey, outside black', () => {
    const base = Float32Array.from([-160, 40, 240, 40, Number.NaN]);
    const over = Float32Array.from([0, 50, 0, 100, 50]);
    const into = picture([1, 1, 1, 1, 1]);
    differenceInto(base, { level: 40, width: 400 }, over, look, into);
    expect([into[0], into[4], into[8], into[12], into[16]]).toEqual([128, 128, 0, 191, 0]);
    coverInto(over, { ...look, colorMap: 'grey' }, into);
    expect([into[0], into[4], into[12]]).toEqual([0, 127, 255]);
  });
});

describe('colours', () => {
  it('hot and cool rise evenly in lightness from black to white', () => {
    for (const name of ['hot', 'cool'] as const) {
      const table = colorTable(name);
      for (let n = 0; n < 256; n++) {
        const [r, g, b] = table.slice(3 * n, 3 * n + 3) as unknown as [number, number, number];
        expect(Math.abs(lightness([r, g, b]) - (100 * n) / 255)).toBeLessThan(0.6);
      }
    }
  });
  it('viridis and spectrum are matplotlib’s viridis and turbo', () => {
    // matplotlib 3.5, cm.viridis(n) and cm.turbo(n), in bytes.
    const known = {
      viridis: [
        [68, 1, 84],
        [59, 82, 139],
        [33, 145, 140],
        [94, 201, 98],
        [253, 231, 37],
      ],
      spectrum: [
        [48, 18, 59],
        [40, 188, 235],
        [164, 252, 60],
        [251, 126, 33],
        [122, 4, 3],
      ],
    } as const;
    for (const name of ['viridis', 'spectrum'] as const)
      for (const [n, at] of [0, 64, 128, 192, 255].entries())
        for (const c of [0, 1, 2] as const)
          expect(Math.abs((colorTable(name)[3 * at + c] as number) - (known[name][n]?.[c] ?? Number.NaN))).toBeLessThan(
            8,
          );
  });
  it('a colour picture keeps its colours in the window of its range, and fades by another', () => {
    const { header } = madeVolume([2, 1, 1], RAS([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]), 1);
    const grid = { origin: [0, 0, 0], right: [0.5, 0, 0], down: [0, 1, 0], width: 4, height: 1 } as const;
    const into = new Uint8ClampedArray(16).fill(7);
    const rgb = Uint8Array.from([200, 100, 0, 0, 100, 200]);
    resliceColour({ header, rgb }, grid, { level: 127.5, width: 255 }, into);
    expect([...into]).toEqual([200, 100, 0, 255, 100, 100, 100, 255, 0, 100, 200, 255, 0, 100, 200, 255]);
    resliceColour({ header, rgb }, grid, { level: 50, width: 100 }, into);
    expect([...into.slice(0, 4)]).toEqual([255, 255, 0, 255]);
  });
});

describe('timepoints', () => {
  it('each is a view on the same memory, the same object every time; beyond the last is the last', () => {
    const volume = madeVolume([3, 4, 5], RAS([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]), 3, 6);
    for (let n = 0; n < 6; n++) {
      const view = timepointOf(volume, n);
      expect(view.scalars).toEqual(volume.scalars.subarray(60 * n, 60 * (n + 1)));
      expect(view.scalars.buffer).toBe(volume.scalars.buffer);
      expect(timepointOf(volume, n)).toBe(view);
      expect(view.header.timepoints).toBe(1);
    }
    expect(timepointOf(volume, 99)).toBe(timepointOf(volume, 5));
    const still = madeVolume([3, 4, 5], RAS([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]), 3);
    expect(timepointOf(still, 4)).toBe(still);
  });
});

describe('moved by hand', () => {
  const number = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
  it('is taken apart and put together again; scale and shear stay', () => {
    fc.assert(
      fc.property(
        fc.tuple(number(80), number(80), number(80)),
        fc.tuple(number(170), number(80), number(170)),
        fc.tuple(number(50), number(50), number(50)),
        number(0.2),
        (moveMm, turnDegrees, middle, shear) => {
          const stretched = [1.1, shear, 0, 0, 0, 0.9, shear / 2, 0, 0, 0, 1.2, 0, 3, 4, 5, 1];
          const matrix = withRigidParts(stretched, middle, { moveMm, turnDegrees });
          const parts = rigidParts(matrix, middle);
          for (const axis of [0, 1, 2] as const) {
            expect(parts.moveMm[axis]).toBeCloseTo(moveMm[axis], 7);
            expect(parts.turnDegrees[axis]).toBeCloseTo(turnDegrees[axis], 7);
          }
          const again = withRigidParts(matrix, middle, rigidParts(stretched, middle));
          for (const [n, value] of again.entries()) expect(value).toBeCloseTo(stretched[n] as number, 7);
        },
      ),
      { numRuns: 200 },
    );
  });
  it('turns about its own middle, right-handed: a quarter about S takes the right to the front', () => {
    const identity = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    const matrix = withRigidParts(identity, [10, 20, 30], { moveMm: [0, 0, 0], turnDegrees: [0, 0, 90] });
    const map = affine('ras', 'ras', matrix);
    for (const [from, to] of [
      [
        [10, 20, 30],
        [10, 20, 30],
      ],
      [
        [15, 20, 30],
        [10, 25, 30],
      ],
    ] as const)
      for (const axis of [0, 1, 2] as const) expect(transform(map, from)[axis]).toBeCloseTo(to[axis], 9);
  });
});
