import { isosurface } from '#compute/isosurface.ts';
import type { Pool } from '#compute/pool.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { angleDegrees, lengthMm } from '#core/measure/measure.ts';
import { areaMm2 } from '#core/mesh/areaMm2.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { signedVolumeMm3 } from '#core/mesh/signedVolumeMm3.ts';
import { type Affine, affineFromRows, spacingOf, transform, type Vector3 } from '#core/space/affine.ts';
import { allocateScalars, type Dims, voxelCount, voxelVolumeMm3 } from '#core/volume/volume.ts';
import { bodies, boxNormals } from './bodies.ts';
import { row, type TruthRow } from './row.ts';

interface Grid {
  readonly name: string;
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
}

/** A grid around the origin of RAS, `off` voxels beside it: columns are the steps along i, j, k in mm. */
function grid(name: string, dims: Dims, [i, j, k]: readonly [Vector3, Vector3, Vector3], off: Vector3): Grid {
  const rows = [0, 1, 2].map((axis) => {
    const steps = [i[axis], j[axis], k[axis]] as Vector3;
    const origin = -steps.reduce(
      (sum, step, n) => sum + step * (((dims[n] as number) - 1) / 2 + (off[n] as number)),
      0,
    );
    return [...steps, origin];
  });
  return { name, dims, rasFromIjk: affineFromRows('ras', 'ijk', [...rows, [0, 0, 0, 1]]) };
}

const grids: readonly Grid[] = [
  grid(
    '1 mm',
    [66, 66, 48],
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    [0.13, -0.31, 0.22],
  ),
  grid(
    '0.7 × 1.1 × 1.6 mm',
    [96, 60, 32],
    [
      [0.7, 0, 0],
      [0, 1.1, 0],
      [0, 0, 1.6],
    ],
    [0.4, 0.1, -0.3],
  ),
  grid(
    'left-handed, oblique',
    [68, 62, 56],
    [
      [-0.92, -0.31, 0.1],
      [-0.34, 0.98, 0.05],
      [0.12, 0.02, 1.1],
    ],
    [0.2, 0.3, 0.1],
  ),
  grid(
    'sheared by 20° (gantry tilt)',
    [68, 72, 48],
    [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0.37, 1.02],
    ],
    [-0.2, 0.35, 0.05],
  ),
];

/** Isosurfaces and label surfaces of bodies whose figures are known, on grids of every kind. */
export async function* closedForms(pool: Pool): AsyncGenerator<TruthRow> {
  for (const at of grids)
    for (const body of bodies) {
      const voxel = Math.min(...spacingOf(at.rasFromIjk));
      const coarsest = Math.max(...spacingOf(at.rasFromIjk));
      const distances = sampled(at, body.inside);
      const shape = { dims: at.dims, rasFromIjk: at.rasFromIjk, slope: 1, intercept: 0 };
      const mesh = await isosurface(pool, { ...shape, scalars: distances }, 0);
      const about = { case: `${body.name}, ${at.name}`, source: 'closed form' };
      const [ofVolume, ofArea] = body.limits;
      yield row({
        ...about,
        quantity: 'volume of the isosurface',
        unit: 'mm³',
        expected: body.volumeMm3,
        got: signedVolumeMm3(mesh),
        limit: ofVolume * body.volumeMm3,
      });
      yield row({
        ...about,
        quantity: 'area of the isosurface',
        unit: 'mm²',
        expected: body.areaMm2,
        got: areaMm2(mesh),
        limit: ofArea * body.areaMm2,
      });
      yield row({
        ...about,
        quantity: 'farthest vertex from the surface',
        unit: 'voxel',
        expected: 0,
        got: farthest(mesh, body.inside) / coarsest,
        limit: body.sharp ? 0.5 : 0.1,
      });
      const labels = labelled(distances);
      const voxels = labels.reduce((sum, value) => sum + value, 0) * voxelVolumeMm3(at.rasFromIjk);
      yield row({
        ...about,
        quantity: 'volume of the voxels',
        unit: 'mm³',
        expected: body.volumeMm3,
        got: voxels,
        limit: 0.01 * body.volumeMm3,
      });
      const [net] = await labelSurfaces(pool, labelmapFromDense(labels, at.dims), at.rasFromIjk);
      yield row({
        ...about,
        quantity: 'volume of the label surface',
        unit: 'mm³',
        source: 'volume of its voxels',
        expected: voxels,
        got: net ? signedVolumeMm3(net) : 0,
        limit: 0.01 * voxels,
      });
      if (body.name.startsWith('sphere')) yield* diameters(mesh, at, about.case, voxel);
      if (body.sharp) yield boxAngle(mesh, about.case);
    }
  yield* triangle();
}

function sampled({ dims, rasFromIjk }: Grid, inside: (p: Vector3) => number): Float32Array<ArrayBufferLike> {
  const scalars = allocateScalars('f32', voxelCount(dims), true) as Float32Array<ArrayBufferLike>;
  let n = 0;
  for (let k = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++)
      for (let i = 0; i < dims[0]; i++) scalars[n++] = inside(transform(rasFromIjk, [i, j, k]));
  return scalars;
}

const labelled = (distances: Float32Array<ArrayBufferLike>): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(distances, (value) => (value >= 0 ? 1 : 0));

const vertex = ({ positions }: Mesh, n: number): Vector3 => [
  positions[3 * n] as number,
  positions[3 * n + 1] as number,
  positions[3 * n + 2] as number,
];

function farthest(mesh: Mesh, inside: (p: Vector3) => number): number {
  let most = 0;
  for (let n = 0; n < mesh.positions.length / 3; n++) most = Math.max(most, Math.abs(inside(vertex(mesh, n))));
  return most;
}

/** What a reader would measure from edge to edge, in five directions. */
function* diameters(mesh: Mesh, { rasFromIjk }: Grid, name: string, voxel: number): Generator<TruthRow> {
  const directions: readonly Vector3[] = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [0.6, 0.8, 0],
    [0.48, -0.6, 0.64],
  ];
  for (const u of directions) {
    const along = (n: number) => {
      const p = vertex(mesh, n);
      return p[0] * u[0] + p[1] * u[1] + p[2] * u[2];
    };
    let [least, most] = [0, 0];
    for (let n = 1; n < mesh.positions.length / 3; n++) {
      if (along(n) < along(least)) least = n;
      if (along(n) > along(most)) most = n;
    }
    const { value } = lengthMm(rasFromIjk, vertex(mesh, least), vertex(mesh, most));
    yield row({
      quantity: `diameter along ${u.join(' ')}`,
      case: name,
      unit: 'mm',
      source: 'closed form',
      expected: 34.6,
      got: value,
      limit: 0.3 * voxel,
    });
  }
}

/** The angle of two faces of the tilted box, from the normals of the triangles that lie on them. */
function boxAngle({ positions, normals }: Mesh, name: string): TruthRow {
  const mean = boxNormals.map((face) => {
    const sum = [0, 0, 0];
    for (let n = 0; n < positions.length; n += 3) {
      const dot = face.reduce((total, x, axis) => total + x * (normals[n + axis] as number), 0);
      if (dot > 0.99) for (const axis of [0, 1, 2]) sum[axis] = (sum[axis] as number) + (normals[n + axis] as number);
    }
    return sum as unknown as Vector3;
  }) as [Vector3, Vector3];
  const at = affineFromRows('ras', 'ijk', [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [0, 0, 0, 1],
  ]);
  return row({
    quantity: 'angle of two faces',
    case: name,
    unit: '°',
    source: 'closed form',
    expected: 90,
    got: angleDegrees(at, mean[0], [0, 0, 0], mean[1]).value,
    limit: 0.5,
  });
}

/** Points of voxels, through a sheared and mirrored affine: sides by Pythagoras, angles by the law of cosines. */
function* triangle(): Generator<TruthRow> {
  const tilted = grids[3]?.rasFromIjk as Affine<'ras', 'ijk'>;
  const [a, b, c] = (
    [
      [3, 5, 7],
      [40, 22, 9],
      [12, 60, 41],
    ] as const
  ).map((ijk) => transform(tilted, ijk)) as unknown as [Vector3, Vector3, Vector3];
  const steps = (from: Vector3, to: Vector3) => [
    to[0] - from[0],
    to[1] - from[1] + 0.37 * (to[2] - from[2]),
    1.02 * (to[2] - from[2]),
  ];
  const side = (from: Vector3, to: Vector3) => Math.hypot(...steps(from, to));
  const [ab, bc, ca] = [side([3, 5, 7], [40, 22, 9]), side([40, 22, 9], [12, 60, 41]), side([12, 60, 41], [3, 5, 7])];
  const about = { case: 'three voxels of the sheared grid', source: 'law of cosines on the steps' };
  yield row({ ...about, quantity: 'length', unit: 'mm', expected: bc, got: lengthMm(tilted, b, c).value, limit: 1e-9 });
  const angle = (Math.acos((ab ** 2 + ca ** 2 - bc ** 2) / (2 * ab * ca)) * 180) / Math.PI;
  yield row({
    ...about,
    quantity: 'angle',
    unit: '°',
    expected: angle,
    got: angleDegrees(tilted, b, a, c).value,
    limit: 1e-9,
  });
}
