import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { invert, transform } from '#core/space/affine.ts';
import type { Volume } from '#core/volume/volume.ts';
import { evenGrid, MOST_PLANES } from '#io/dicom/evenGrid.ts';
import { openSource } from '#io/source.ts';
import { dataFile } from '../../data.ts';
import { COLUMNS, ctSlice, type DataSet, list, ROWS, read, readOnly, sources } from './dicomFile.ts';

const tilt = (20 * Math.PI) / 180;
const TILTED = [1, 0, 0, 0, Math.cos(tilt), -Math.sin(tilt)];
const SIZE = ROWS * COLUMNS;

/** A slice whose voxels are all `value`. */
const flat = (z: number, value: number, extra: DataSet = {}, orientation = [1, 0, 0, 0, 1, 0]) =>
  ctSlice({
    position: [-10, -20, z],
    orientation,
    instance: Math.round(z * 100) + 1,
    values: new Array(SIZE).fill(value),
    extra,
  });
/** What the CT is at a height: linear, so that interpolation is exact. */
const ramp = (z: number) => Math.round(10 * z);
const warning = ({ header }: Volume, code: string) => header.warnings.find((w) => w.code === code);
const planeValue = ({ scalars }: Volume, k: number) => scalars[k * SIZE] as number;

/** The largest distance of the four corners of each measured slice from where its file puts them, mm. */
function worstCorner({ header }: Volume, slices: readonly { plane: number; corners: readonly number[][] }[]): number {
  let worst = 0;
  for (const { plane, corners } of slices)
    for (const [n, [i, j]] of [
      [0, 0],
      [header.dims[0] - 1, 0],
      [0, header.dims[1] - 1],
      [header.dims[0] - 1, header.dims[1] - 1],
    ].entries()) {
      const [x, y, z] = transform(header.rasFromIjk, [i as number, j as number, plane]);
      const [p, q, r] = corners[n] as [number, number, number];
      worst = Math.max(worst, Math.hypot(-x - p, -y - q, z - r));
    }
  return worst;
}

describe('missing slices', () => {
  it('one is made up between its neighbours and named, the measured ones stay', async () => {
    const volume = await readOnly(sources([0, 5, 10, 20].map((z) => flat(z, ramp(z)))));
    expect(volume.header).toMatchObject({ dims: [4, 3, 5], spacing: [0.5, 0.75, 5], interpolatedSlices: [3] });
    expect([0, 1, 2, 3, 4].map((k) => planeValue(volume, k))).toEqual([0, 50, 100, 150, 200]);
    expect(volume.header.warnings).toHaveLength(1);
    expect(warning(volume, 'slices-interpolated')).toMatchObject({
      where: 'ImagePositionPatient',
      kept: '4 measured slices on 5 even planes of 5.000 mm, 1 interpolated between them',
      text: expect.stringContaining(
        '1 slice is missing (5.000 to 10.000 mm): S 10 mm to S 20 mm (3.dcm to 4.dcm). Measured slices keep their values and are where they were.',
      ),
    });
  });

  it('two in a row are made up; three are refused where the gap is', async () => {
    const two = await readOnly(sources([0, 3, 6, 15, 18].map((z) => flat(z, ramp(z)))));
    expect(two.header.dims[2]).toBe(7);
    expect([3, 4].map((k) => planeValue(two, k))).toEqual([90, 120]);
    expect(two.header.interpolatedSlices).toEqual([3, 4]);
    const [three] = await list(sources([0, 3, 6, 18, 21].map((z) => flat(z, 0))));
    expect(three?.error).toMatchObject({ code: 'geometry', where: 'ImagePositionPatient', file: '3.dcm' });
    expect(three?.error?.got).toBe('12.000 mm to the next slice, 3 slices are missing');
    await expect(read(three as NonNullable<typeof three>)).rejects.toMatchObject({ where: 'ImagePositionPatient' });
  });

  it('too many gaps are refused', async () => {
    const [found] = await list(sources([0, 1, 3, 4, 6, 7, 9, 10].map((z) => flat(z, 0, { x00180050: ['DS', '1'] }))));
    expect(found?.error?.got).toContain('as in more than a tenth of all steps');
  });

  it('the gap between two parts of the body is not filled', async () => {
    const [found] = await list(sources([0, 2, 4, 6, 200, 202, 204].map((z) => flat(z, 0))));
    expect(found?.error?.got).toBe('194.000 mm to the next slice, 96 slices are missing');
  });

  it('what was not measured (padding) is not mixed into what was', async () => {
    const padded = { x00280120: ['SS', [-2000]] } as const satisfies DataSet;
    const volume = await readOnly(
      sources([
        ctSlice({ position: [0, 0, 0], instance: 1, values: new Array(SIZE).fill(100), extra: padded }),
        ctSlice({ position: [0, 0, 1], instance: 2, values: new Array(SIZE).fill(100), extra: padded }),
        ctSlice({
          position: [0, 0, 3],
          instance: 3,
          values: [-2000, ...new Array(SIZE - 1).fill(300)],
          extra: padded,
        }),
      ]),
    );
    expect(Array.from(volume.scalars.slice(2 * SIZE, 2 * SIZE + 2))).toEqual([100, 200]);
  });

  it('of colours too', async () => {
    const coloured = (z: number, red: number, blue: number) =>
      flat(z, 0, {
        x00280002: ['US', [3]],
        x00280004: ['CS', 'RGB'],
        x00280006: ['US', [0]],
        x00280100: ['US', [8]],
        x00280101: ['US', [8]],
        x00280102: ['US', [7]],
        x00280103: ['US', [0]],
        x7fe00010: ['OB', Uint8Array.from({ length: 3 * SIZE }, (_, n) => [red, 40, blue][n % 3] as number)],
      });
    const { header, rgb } = await readOnly(
      sources([coloured(0, 0, 0), coloured(5, 50, 10), coloured(10, 100, 20), coloured(20, 200, 10)]),
    );
    expect(header.interpolatedSlices).toEqual([3]);
    expect([...(rgb?.slice(9 * SIZE, 9 * SIZE + 3) ?? [])]).toEqual([150, 40, 15]);
    expect([...(rgb?.slice(12 * SIZE, 12 * SIZE + 3) ?? [])]).toEqual([200, 40, 10]);
  });

  it('in each timepoint of a series', async () => {
    const pass = (n: number, z: number) =>
      flat(z, ramp(z) + 1000 * n, { x00080018: ['UI', `1.2.3.${n}.${z}`], x00200100: ['IS', String(n)] });
    const volume = await readOnly(sources([0, 5, 10, 20].flatMap((z) => [pass(2, z), pass(1, z)])));
    expect(volume.header).toMatchObject({ dims: [4, 3, 5], timepoints: 2 });
    expect([0, 3, 4, 5, 8, 9].map((k) => planeValue(volume, k))).toEqual([1000, 1150, 1200, 2000, 2150, 2200]);
    expect(volume.header.storedRange).toEqual([1000, 1200]);
  });
});

describe('uneven steps', () => {
  it('two spacings in one tilted series: even planes on which each slice stays within 0.05 mm', async () => {
    const heights = [0, 4, 8, 12, 13, 20, 27, 34];
    const volume = await readOnly(sources(heights.map((z) => flat(z, ramp(z), {}, TILTED))));
    expect(volume.header.dims[2]).toBe(35);
    expect(volume.header.warnings.map(({ code }) => code)).toEqual(['gantry-tilt', 'slices-interpolated']);
    for (let z = 0; z <= 34; z++) expect(planeValue(volume, z)).toBe(ramp(z));
    const at = transform(volume.header.rasFromIjk, [0, 0, 27]);
    expect(Math.hypot(at[0] - 10, at[1] - 20, at[2] - 27)).toBeLessThan(1e-9);
  });

  it('steps without a common measure are refused, and it says why', async () => {
    const [found] = await list(sources([0, 1, 1.07, 2.31, 2.38, 3.7, 3.75].map((z) => flat(z, 0))));
    expect(found?.error).toMatchObject({ code: 'geometry', where: 'ImagePositionPatient' });
    expect(found?.error?.expected).toContain(`at most ${MOST_PLANES} planes for each slice`);
  });

  it('slices that do not lie along one line are refused', async () => {
    const at = (x: number, z: number) => ctSlice({ position: [x, 0, z], instance: z + 1 });
    const [found] = await list(sources([at(0, 0), at(2, 3), at(0, 6)]));
    expect(found?.error).toMatchObject({ got: 'a bent or sideways row of slices' });
  });

  it('any heights: each place is as near to its plane as is said, or there is no grid', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0.3, max: 2, noNaN: true }),
        fc.double({ min: 0, max: 0.02, noNaN: true }),
        (gaps, unit, jitter) => {
          const places = [0];
          for (const [n, gap] of gaps.entries())
            places.push((places.at(-1) as number) + gap * unit + (n % 2 === 0 ? jitter : -jitter));
          const grid = evenGrid(places);
          const planesNeeded = gaps.reduce((sum, gap) => sum + gap, 1);
          if (grid === null) {
            expect(planesNeeded).toBeGreaterThan(MOST_PLANES * places.length);
            return;
          }
          expect(grid.count).toBeLessThanOrEqual(planesNeeded);
          for (const [n, place] of places.entries()) {
            const off = Math.abs(place - grid.first - (grid.planes[n] as number) * grid.step);
            expect(off).toBeLessThanOrEqual(grid.shift + 1e-9);
          }
          expect(grid.shift).toBeLessThanOrEqual(0.25);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('any stack', () => {
  it('turned, sheared, uneven, in any order: all eight corners to 0.5 mm and each slice’s own values, or a reason', async () => {
    const angle = fc.double({ min: -3, max: 3, noNaN: true });
    const shear = fc.double({ min: -0.4, max: 0.4, noNaN: true });
    let opened = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(angle, angle, shear, shear),
        fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), fc.double({ min: -0.3, max: 0.3, noNaN: true })), {
          minLength: 1,
          maxLength: 12,
        }),
        fc.constantFrom(0, 0, 0.01, 0.1, 1),
        fc.double({ min: 0.5, max: 5, noNaN: true }),
        fc.infiniteStream(fc.nat()),
        async ([a, b, sx, sy], gaps, jitter, unit, random) => {
          const x = [Math.cos(a), Math.sin(a), 0];
          const y = [-Math.sin(a) * Math.cos(b), Math.cos(a) * Math.cos(b), Math.sin(b)];
          const n = [Math.sin(a) * Math.sin(b), -Math.cos(a) * Math.sin(b), Math.cos(b)];
          const way = n.map((value, r) => value + sx * (x[r] as number) + sy * (y[r] as number));
          let mm = 0;
          const heights = [0, ...gaps.map(([steps, off]) => (mm += steps * unit + jitter * off))];
          const positions = heights.map((h) => way.map((value) => value * h) as [number, number, number]);
          const sets = positions.map((position, k) =>
            ctSlice({ position, orientation: [...x, ...y], instance: k + 1, values: new Array(SIZE).fill(k) }),
          );
          const shuffled = sets.map((set) => ({ set, key: random.next().value })).toSorted((p, q) => p.key - q.key);
          const [series, ...more] = await list(sources(shuffled.map(({ set }) => set)));
          expect(more).toEqual([]);
          if (series?.error) {
            expect(series.error).toMatchObject({ code: 'geometry', where: 'ImagePositionPatient' });
            return;
          }
          opened++;
          const volume = await read(series as NonNullable<typeof series>);
          const inside = invert(volume.header.rasFromIjk);
          const [width, height] = [0.5 * (COLUMNS - 1), 0.75 * (ROWS - 1)];
          const measured = positions.map((position, k) => {
            const corner = (right: number, down: number) =>
              position.map((p, r) => p + right * (x[r] as number) + down * (y[r] as number));
            const [i, j, plane] = transform(inside, [-position[0], -position[1], position[2]]).map(Math.round);
            expect(i === 0 && j === 0).toBe(true);
            expect(planeValue(volume, plane as number)).toBe(k);
            return {
              plane: plane as number,
              corners: [corner(0, 0), corner(width, 0), corner(0, height), corner(width, height)],
            };
          });
          expect(worstCorner(volume, measured)).toBeLessThan(0.5);
        },
      ),
      { numRuns: 150 },
    );
    expect(opened).toBeGreaterThan(40);
  });
});

describe.skipIf(dataFile('dcm_qa_ct/GE') === null)('a head with 4, 1.08 and 7 mm steps under a gantry of 18.5°', () => {
  const folder = dataFile('dcm_qa_ct/GE') as string;
  const file = (name: string) => openSource({ kind: 'disk', disk: join(folder, name), path: name });

  it('each measured slice keeps its values, and its corners to 0.05 mm', async () => {
    const names = readdirSync(folder).toSorted();
    const volume = await readOnly(names.map(file));
    expect(volume.header.dims).toEqual([512, 512, 101]);
    expect(volume.header.spacing[2]).toBeCloseTo(1.0557, 3);
    const measured = names.map((name, n) => ({
      name,
      plane: n < 10 ? 4 * n : 37 + 7 * (n - 10),
      z: n < 10 ? 22.7160586 + 4.22 * n : 61.8360586 + 7.38 * (n - 10),
    }));
    // ImagePositionPatient and ImageOrientationPatient as pydicom prints them, 511 columns and rows of 0.488281 mm.
    const mm = 511 * 0.488281;
    const corners = measured.map(({ plane, z }) => ({
      plane,
      corners: [
        [0, 0],
        [mm, 0],
        [0, mm],
        [mm, mm],
      ].map(([right, down]) => [
        -125 + (right as number),
        -123.5404569 + (down as number) * 0.9483236552,
        z - (down as number) * 0.3173046564,
      ]),
    }));
    expect(worstCorner(volume, corners)).toBeLessThan(0.05);
    for (const { name, plane } of measured) {
      const alone = await readOnly([file(name)]);
      const size = 512 * 512;
      const mine = volume.scalars.subarray(plane * size, (plane + 1) * size);
      expect(Buffer.from(alone.scalars.buffer).equals(Buffer.from(mine.slice().buffer))).toBe(true);
    }
    expect(warning(volume, 'slices-interpolated')?.kept).toContain('20 measured slices on 101 even planes of 1.001 mm');
    expect(warning(volume, 'slices-interpolated')?.text).toContain('moved by at most 0.045 mm');
  });
});
