import { describe, expect, it } from 'vitest';
import type { Structure } from '#core/anatomy/body.ts';
import { makeGeometry } from '#core/anatomy/geometry.ts';
import { phantomGrid } from '#core/anatomy/phantomSpec.ts';
import { affine, transform } from '#core/space/affine.ts';

const { dims, rasFromIjk } = phantomGrid({ case: 'geometry', size: 128 });
const body = makeGeometry(rasFromIjk, dims);

/** Points spread over a box (Roberts' R3 sequence: no lattice that an upright face could fall in step with). */
function* spread(
  [x0, y0, z0, x1, y1, z1]: readonly number[],
  count: number,
): Generator<readonly [number, number, number]> {
  const g = 1.2207440846057596;
  for (let n = 1; n <= count; n++)
    yield [
      (x0 as number) + ((n / g) % 1) * ((x1 as number) - (x0 as number)),
      (y0 as number) + ((n / g ** 2) % 1) * ((y1 as number) - (y0 as number)),
      (z0 as number) + ((n / g ** 3) % 1) * ((z1 as number) - (z0 as number)),
    ];
}

/** Volume (mm³) of all points whose distance lies between the two. */
function volumeBetween({ shape }: Structure, low: number, high: number): number {
  const [x0, y0, z0, x1, y1, z1] = shape.box;
  const box = [x0 - high, y0 - high, z0 - high, x1 + high, y1 + high, z1 + high] as const;
  let inside = 0;
  for (const p of spread(box, SAMPLES)) {
    const d = shape.distance(...p);
    if (d >= low && d < high) inside++;
  }
  return (inside / SAMPLES) * (box[3] - box[0]) * (box[4] - box[1]) * (box[5] - box[2]);
}
const SAMPLES = 300_000;

const wanted = [
  ...['cube 100 mm', 'tilted box', 'sphere 60 mm', 'sphere 40 mm', 'sphere 20 mm', 'sphere 10 mm', 'sphere 4 mm'],
  ...['ellipsoid', 'torus', 'cylinder', 'shell 1 voxel', 'shell 2 voxels', 'shell 4 voxels'],
  ...['touching sphere large', 'touching sphere small'],
  ...[6, 4, 3, 2, 1].map((width) => `line pairs ${width} mm`),
];

describe('makeGeometry', () => {
  it('has each object once', () => {
    expect(body.structures.map(({ name }) => name)).toEqual(wanted);
  });

  it.each(wanted)('%s: its volume by formula is its volume by sampling', (name) => {
    const structure = body.structures.find((s) => s.name === name) as Structure;
    const got = volumeBetween(structure, -1e4, 0) / 1000;
    expect(Math.abs(got / (structure.exact.volumeMl as number) - 1), `${got}`).toBeLessThan(0.006);
  });

  it.each(wanted.filter((name) => !/line pairs/.test(name)))(
    '%s: its surface by formula is how fast its volume grows',
    (name) => {
      const structure = body.structures.find((s) => s.name === name) as Structure;
      const by = 0.5 * Math.min(1.4, structure.exact.thicknessMm ?? 1.4);
      const got = volumeBetween(structure, -by, by) / (2 * by);
      // Second order in `by`: a sphere of 2 mm grows by its cubic term too.
      const cubic = /sphere 4 mm/.test(name) ? (4 / 3) * Math.PI * by * by : 0;
      expect(Math.abs((got - cubic) / (structure.exact.surfaceMm2 as number) - 1), `${got}`).toBeLessThan(0.025);
    },
  );

  it('the touching pair touches in one point, and nothing else touches anything', () => {
    const [large, small] = ['large', 'small'].map(
      (size) => body.structures.find(({ name }) => name === `touching sphere ${size}`) as Structure,
    );
    const [a, b] = [large?.exact, small?.exact];
    const apart = Math.hypot(...[0, 1, 2].map((n) => (a?.centreRas?.[n] ?? 0) - (b?.centreRas?.[n] ?? 0)));
    expect(apart).toBeCloseTo(((a?.diameterMm ?? 0) + (b?.diameterMm ?? 0)) / 2, 9);
    for (const one of body.structures)
      for (const other of body.structures) {
        if (one === other || (/touching/.test(one.name) && /touching/.test(other.name))) continue;
        let clearance = Number.POSITIVE_INFINITY;
        for (const p of spread(one.shape.box, 3000))
          if (one.shape.distance(...p) < 0) clearance = Math.min(clearance, other.shape.distance(...p));
        expect(clearance, `${one.name}, ${other.name}`).toBeGreaterThan(0);
      }
  });

  it('lies about the middle of any grid, and says what the grid cuts', () => {
    expect(body.structures.every(({ exact }) => exact.whole)).toBe(true);
    const oblique = affine('ras', 'ijk', [-1.1, 0.2, 0.1, 0, 0.15, 1.4, -0.2, 0, 0.4, 0.1, 1.9, 0, 140, -120, -80, 1]);
    const size = [190, 150, 120] as const;
    const other = makeGeometry(oblique, size);
    const middle = transform(oblique, [94.5, 74.5, 59.5]);
    for (const [n, { name, exact }] of other.structures.entries()) {
      const plain = body.structures[n] as Structure;
      exact.centreRas?.forEach((v, axis) => {
        expect(v - (middle[axis] as number), name).toBeCloseTo(plain.exact.centreRas?.[axis] as number, 9);
      });
      // Every point of the surface is asked, in voxels.
      const inverse = invert3(oblique.m);
      let [outside, inside] = [0, 0];
      for (const p of spread(plain.shape.box, 40_000)) {
        if (plain.shape.distance(...p) >= 0) continue;
        const away = inverse.map((row) => row[0] * p[0] + row[1] * p[1] + row[2] * p[2]);
        if (away.every((v, axis) => Math.abs(v) <= (size[axis] as number) / 2)) inside++;
        else outside++;
      }
      if (exact.whole) expect(outside, name).toBe(0);
      // A corner of it at least is cut; few samples may fall there.
      else expect(inside === 0 || outside > 0 || nearBorder(plain, inverse, size), name).toBe(true);
    }
    expect(other.structures.filter(({ exact }) => !exact.whole).length).toBeGreaterThan(2);
    expect(other.structures.filter(({ exact }) => exact.whole).length).toBeGreaterThan(8);
  });

  it('shells are as many voxels thick as they say, by the longest step of the grid', () => {
    const thick = (size: number) => {
      const grid = phantomGrid({ case: 'geometry', size });
      return makeGeometry(grid.rasFromIjk, grid.dims)
        .structures.filter(({ name }) => name.startsWith('shell'))
        .map(({ exact }) => (exact.thicknessMm as number) / (256 / size));
    };
    for (const size of [64, 128, 300]) expect(thick(size).map((v) => Math.round(v * 1e9) / 1e9)).toEqual([1, 2, 4]);
  });
});

type Row = readonly [number, number, number];
function invert3(m: readonly number[]): readonly Row[] {
  const c = [m.slice(0, 3), m.slice(4, 7), m.slice(8, 11)] as unknown as [Row, Row, Row];
  const cross = (a: Row, b: Row): Row => [
    a[1] * b[2] - a[2] * b[1],
    a[2] * b[0] - a[0] * b[2],
    a[0] * b[1] - a[1] * b[0],
  ];
  const rows = [cross(c[1], c[2]), cross(c[2], c[0]), cross(c[0], c[1])];
  const det = c[0][0] * (rows[0]?.[0] ?? 0) + c[0][1] * (rows[0]?.[1] ?? 0) + c[0][2] * (rows[0]?.[2] ?? 0);
  return rows.map((row) => row.map((v) => v / det) as unknown as Row);
}

function nearBorder({ shape }: Structure, inverse: readonly Row[], size: readonly number[]): boolean {
  const [x0, y0, z0, x1, y1, z1] = shape.box;
  return [x0, x1].some((x) =>
    [y0, y1].some((y) =>
      [z0, z1].some((z) =>
        inverse.some((row, axis) => Math.abs(row[0] * x + row[1] * y + row[2] * z) > (size[axis] as number) / 2),
      ),
    ),
  );
}
