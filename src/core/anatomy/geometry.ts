import { type Affine, invert, spacingOf, transform } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';
import { type Body, type Exact, exactInRas, type Structure } from './body.ts';
import { ellipsoid, field, type Shape, type Triple } from './shape.ts';
import { add, cross, dot, lengthOf, scaled, unit } from './vector.ts';

/** A shape whose measures have a formula, and how far it reaches from its centre along any vector g: max of g·(p − centre). */
interface Solid {
  readonly shape: Shape;
  readonly reach: (g: Triple) => number;
  readonly centre: Triple;
  readonly volumeMm3: number;
  readonly surfaceMm2: number;
}

type Axes = readonly [Triple, Triple, Triple];

/** Well above any tissue, so that half way to the air around lies at 0 HU: `--iso 0` gives every surface where it is. */
const OBJECT_HU = 1000;

/**
 * Test objects with closed-form measures about the middle of the grid, in RAS mm whatever the grid's axes are. Shells are 1, 2 and 4
 * voxels thick by the longest of the grid's steps, so they are made for the grid; all else is the same on each.
 */
export function makeGeometry(rasFromIjk: Affine<'ras', 'ijk'>, dims: Dims): Body {
  const middle = transform(rasFromIjk, [(dims[0] - 1) / 2, (dims[1] - 1) / 2, (dims[2] - 1) / 2]);
  const origin: Triple = [-middle[0], -middle[1], -middle[2]];
  const voxelMm = Math.max(...spacingOf(rasFromIjk));
  const { m } = invert(rasFromIjk);
  const rows = [0, 1, 2].map((r): Triple => [m[r] as number, m[4 + r] as number, m[8 + r] as number]);
  const isWhole = ({ centre, reach }: Solid) =>
    rows.every((g, axis) => Math.abs(dot(g, centre)) + reach(g) <= (dims[axis] as number) / 2 + 1e-9);
  const structures: Structure[] = [];
  const put = (name: string, group: string, solid: Solid, exact: Exact = {}) => {
    const { shape, centre, volumeMm3, surfaceMm2 } = solid;
    const measures = { volumeMl: volumeMm3 / 1000, surfaceMm2, centreRas: centre, whole: isWhole(solid), ...exact };
    const structure = { name, group, shape, tissue: OBJECT_HU, labelled: true };
    structures.push({ ...structure, exact: exactInRas(measures, 1, origin) });
  };

  const tilted = frame([0.8, 0.45, 0.4], [-0.3, 0.9, -0.35]);
  put('cube 100 mm', 'boxes', block([-68, -68, -68], [50, 50, 50], UPRIGHT), { lengthMm: 100 });
  put('tilted box', 'boxes', block([-68, 58, -70], [32, 20, 12], tilted), { lengthMm: 64 });
  for (const [radius, centre] of spheres)
    put(`sphere ${2 * radius} mm`, 'spheres', ball(centre, radius), { diameterMm: 2 * radius });
  put('ellipsoid', 'spheres', oval([-76, -76, 62], [38, 24, 14], frame([0.7, 0.6, -0.3], [0.5, -0.8, 0.2])), {
    diameterMm: 76,
  });
  put('torus', 'curved', ring([68, 60, -72], 32, 9, unit([0.35, -0.4, 0.85])), {
    diameterMm: 18,
    lengthMm: 2 * Math.PI * 32,
  });
  put('cylinder', 'curved', rod([-72, 64, 64], 14, 40, unit([0.55, 0.7, 0.45])), { diameterMm: 28, lengthMm: 80 });
  [1, 2, 4].forEach((voxels, n) => {
    const thicknessMm = Math.min(18, voxels * voxelMm);
    put(
      `shell ${voxels} voxel${voxels > 1 ? 's' : ''}`,
      'shells',
      hollow([4.31 + 50 * n, -92.23, 44.17], 18, thicknessMm),
      {
        diameterMm: 36,
        thicknessMm,
      },
    );
  });
  const way = unit([0.85, 0.42, -0.3]);
  const [large, small] = [ball(FIRST_BALL, 18), ball(add(FIRST_BALL, scaled(way, 30)), 12)];
  put('touching sphere large', 'touching pair', large, { diameterMm: 36, distanceMm: 0 });
  put('touching sphere small', 'touching pair', small, { diameterMm: 24, distanceMm: 0 });
  for (const [width, x, y] of bars)
    put(`line pairs ${width} mm`, 'line pairs', linePairs([x, y, 50], width), {
      thicknessMm: width,
      distanceMm: 2 * width,
    });
  return { structures, scale: 1, origin };
}

const FIRST_BALL: Triple = [40.27, -33.69, 96.19];

const UPRIGHT: Axes = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

/** Radius and centre; off the lattice of whole millimetres, where counting voxels errs most. */
const spheres: readonly (readonly [number, Triple])[] = [
  [30, [42.37, -87.71, -82.19]],
  [20, [100.23, -87.64, -81.87]],
  [10, [34.29, -36.41, -82.13]],
  [5, [66.38, -36.27, -81.79]],
  [2, [92.21, -36.33, -82.17]],
];

/** Width of a bar and of a gap, and the corner of the group. */
const bars = [
  [6, 14, 30],
  [4, 68, 30],
  [3, 14, 70],
  [2, 48, 70],
  [1, 76, 70],
] as const;
const BARS = 4;
const BAR_HEIGHT_MM = 26;

/** Right-handed, first axis along `a`. */
function frame(a: Triple, b: Triple): Axes {
  const u = unit(a);
  const w = unit(cross(u, b));
  return [u, cross(w, u), w];
}

function ball(centre: Triple, radius: number): Solid {
  return { ...oval(centre, [radius, radius, radius], UPRIGHT), surfaceMm2: 4 * Math.PI * radius ** 2 };
}

function oval(centre: Triple, semi: Triple, axes: Axes): Solid {
  return {
    centre,
    shape: ellipsoid(centre, semi, axes),
    reach: (g) => lengthOf([semi[0] * dot(g, axes[0]), semi[1] * dot(g, axes[1]), semi[2] * dot(g, axes[2])]),
    volumeMm3: (4 / 3) * Math.PI * semi[0] * semi[1] * semi[2],
    surfaceMm2: ellipsoidArea(semi),
  };
}

/** No elementary formula: the surface integral by the trapezoid rule (periodic, so it converges fast) and Simpson's. */
function ellipsoidArea([a, b, c]: Triple): number {
  const [around, along] = [96, 400];
  let sum = 0;
  for (let p = 0; p <= along; p++) {
    const theta = (Math.PI * p) / along;
    const [s, k] = [Math.sin(theta), Math.cos(theta)];
    let ringSum = 0;
    for (let q = 0; q < around; q++) {
      const phi = (2 * Math.PI * q) / around;
      const [sp, cp] = [Math.sin(phi), Math.cos(phi)];
      ringSum += s * Math.sqrt((b * c * s * cp) ** 2 + (a * c * s * sp) ** 2 + (a * b * k) ** 2);
    }
    sum += ringSum * (p === 0 || p === along ? 1 : p % 2 === 1 ? 4 : 2);
  }
  return (sum * (Math.PI / along) * ((2 * Math.PI) / around)) / 3;
}

function block(centre: Triple, half: Triple, axes: Axes): Solid {
  const reach = (g: Triple) =>
    half[0] * Math.abs(dot(g, axes[0])) + half[1] * Math.abs(dot(g, axes[1])) + half[2] * Math.abs(dot(g, axes[2]));
  const [u, v, w] = axes;
  return {
    centre,
    reach,
    shape: field(boxOf(centre, reach), (x, y, z) => {
      const p: Triple = [x - centre[0], y - centre[1], z - centre[2]];
      return boxDistance(Math.abs(dot(p, u)) - half[0], Math.abs(dot(p, v)) - half[1], Math.abs(dot(p, w)) - half[2]);
    }),
    volumeMm3: 8 * half[0] * half[1] * half[2],
    surfaceMm2: 8 * (half[0] * half[1] + half[1] * half[2] + half[0] * half[2]),
  };
}

function boxDistance(a: number, b: number, c: number): number {
  const [p, q, r] = [Math.max(a, 0), Math.max(b, 0), Math.max(c, 0)];
  return Math.sqrt(p * p + q * q + r * r) + Math.min(0, Math.max(a, b, c));
}

function ring(centre: Triple, large: number, small: number, axis: Triple): Solid {
  const reach = (g: Triple) =>
    small * lengthOf(g) + large * Math.sqrt(Math.max(0, dot(g, g) - dot(g, axis) * dot(g, axis)));
  return {
    centre,
    reach,
    shape: field(boxOf(centre, reach), (x, y, z) => {
      const p: Triple = [x - centre[0], y - centre[1], z - centre[2]];
      const h = dot(p, axis);
      const across = Math.sqrt(Math.max(0, dot(p, p) - h * h)) - large;
      return Math.sqrt(across * across + h * h) - small;
    }),
    volumeMm3: 2 * Math.PI ** 2 * large * small ** 2,
    surfaceMm2: 4 * Math.PI ** 2 * large * small,
  };
}

function rod(centre: Triple, radius: number, half: number, axis: Triple): Solid {
  const reach = (g: Triple) =>
    half * Math.abs(dot(g, axis)) + radius * Math.sqrt(Math.max(0, dot(g, g) - dot(g, axis) * dot(g, axis)));
  return {
    centre,
    reach,
    shape: field(boxOf(centre, reach), (x, y, z) => {
      const p: Triple = [x - centre[0], y - centre[1], z - centre[2]];
      const h = dot(p, axis);
      return boxDistance(Math.sqrt(Math.max(0, dot(p, p) - h * h)) - radius, Math.abs(h) - half, -1e4);
    }),
    volumeMm3: 2 * Math.PI * radius ** 2 * half,
    surfaceMm2: 2 * Math.PI * radius * (radius + 2 * half),
  };
}

function hollow(centre: Triple, radius: number, thickness: number): Solid {
  const inner = radius - thickness;
  const reach = (g: Triple) => radius * lengthOf(g);
  return {
    centre,
    reach,
    shape: field(boxOf(centre, reach), (x, y, z) => {
      const r = Math.hypot(x - centre[0], y - centre[1], z - centre[2]);
      return Math.max(r - radius, inner - r);
    }),
    volumeMm3: (4 / 3) * Math.PI * (radius ** 3 - inner ** 3),
    surfaceMm2: 4 * Math.PI * (radius ** 2 + inner ** 2),
  };
}

/** Bars across x with gaps as wide as they are; `corner` is the lowest of the group. */
function linePairs(corner: Triple, width: number): Solid {
  const half: Triple = [((2 * BARS - 1) * width) / 2, BAR_HEIGHT_MM / 2, BAR_HEIGHT_MM / 2];
  const centre = add(corner, half);
  const reach = (g: Triple) => half[0] * Math.abs(g[0]) + half[1] * Math.abs(g[1]) + half[2] * Math.abs(g[2]);
  return {
    centre,
    reach,
    shape: field(boxOf(centre, reach), (x, y, z) => {
      const along = x - corner[0];
      const bar = Math.max(0, Math.min(BARS - 1, Math.round(along / (2 * width) - 0.25)));
      return boxDistance(
        Math.abs(along - (2 * bar + 0.5) * width) - width / 2,
        Math.abs(y - centre[1]) - half[1],
        Math.abs(z - centre[2]) - half[2],
      );
    }),
    volumeMm3: BARS * width * BAR_HEIGHT_MM ** 2,
    surfaceMm2: BARS * 2 * (2 * width * BAR_HEIGHT_MM + BAR_HEIGHT_MM ** 2),
  };
}

function boxOf(centre: Triple, reach: (g: Triple) => number): Shape['box'] {
  const [a, b, c] = UPRIGHT.map(reach) as unknown as Triple;
  return [centre[0] - a, centre[1] - b, centre[2] - c, centre[0] + a, centre[1] + b, centre[2] + c];
}
