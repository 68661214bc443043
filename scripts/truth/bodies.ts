// Bodies of closed form, as signed distances (mm, positive inside) about the origin of RAS.
import type { Vector3 } from '#core/space/affine.ts';

export interface Body {
  readonly name: string;
  /** mm, positive inside; near the surface it is the distance itself. */
  readonly inside: (p: Vector3) => number;
  readonly volumeMm3: number;
  readonly areaMm2: number;
  /** Edges round off where the grid is coarser than they are: how far volume and area may be off, in parts. */
  readonly limits: readonly [volume: number, area: number];
  /** It has edges: a vertex beside one lies off by a part of a voxel. */
  readonly sharp?: true;
}

const sphere = (r: number, [x, y, z]: Vector3, [a, b, c]: Vector3 = [0, 0, 0]) => r - Math.hypot(x - a, y - b, z - c);
const ball = (r: number) => (4 / 3) * Math.PI * r ** 3;
const [R, Q] = [21.7, 7.9];
const half: Vector3 = [19, 13, 9];
/** About z by 23°, then about x by −17°. */
const [cz, sz, cx, sx] = [Math.cos(0.4014), Math.sin(0.4014), Math.cos(-0.2967), Math.sin(-0.2967)];
const turned = ([x, y, z]: Vector3): Vector3 => {
  const [u, v] = [cz * x + sz * y, -sz * x + cz * y];
  return [u, cx * v + sx * z, -sx * v + cx * z];
};
/** The outward normals of the box's first and second pair of faces, RAS. */
export const boxNormals: readonly [Vector3, Vector3] = [
  [cz, sz, 0],
  [-sz * cx, cz * cx, sx],
];

export const bodies: readonly Body[] = [
  {
    name: 'sphere r 17.3 mm',
    inside: (p) => sphere(17.3, p),
    volumeMm3: ball(17.3),
    areaMm2: 4 * Math.PI * 17.3 ** 2,
    limits: [0.01, 0.01],
  },
  {
    name: 'torus 21.7 / 7.9 mm',
    inside: ([x, y, z]) => Q - Math.hypot(Math.hypot(x, y) - R, z),
    volumeMm3: 2 * Math.PI ** 2 * R * Q ** 2,
    areaMm2: 4 * Math.PI ** 2 * R * Q,
    limits: [0.01, 0.01],
  },
  {
    name: 'tilted box 38 × 26 × 18 mm',
    inside: (p) => {
      const d = turned(p).map((v, n) => Math.abs(v) - (half[n] as number));
      const outside = Math.hypot(...d.map((v) => Math.max(v, 0)));
      return -(outside + Math.min(Math.max(...d), 0));
    },
    volumeMm3: 8 * half[0] * half[1] * half[2],
    areaMm2: 8 * (half[0] * half[1] + half[1] * half[2] + half[0] * half[2]),
    // A plane of triangles cuts every edge off within a voxel: 164 mm of edges lose up to 0.6 mm² a millimetre and voxel.
    limits: [0.01, 0.035],
    sharp: true,
  },
  {
    name: 'shell 3 mm thick, r 16 mm',
    inside: (p) => 1.5 - Math.abs(Math.hypot(...p) - 16),
    volumeMm3: ball(17.5) - ball(14.5),
    areaMm2: 4 * Math.PI * (17.5 ** 2 + 14.5 ** 2),
    limits: [0.01, 0.01],
  },
  {
    name: 'two spheres 2 mm apart, r 11 mm',
    inside: (p) => Math.max(sphere(11, p, [-12, 0, 0]), sphere(11, p, [12, 0, 0])),
    volumeMm3: 2 * ball(11),
    areaMm2: 2 * 4 * Math.PI * 11 ** 2,
    limits: [0.01, 0.01],
  },
];
