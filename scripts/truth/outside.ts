// Real scans beside what nibabel and VTK made of them (test/oracle/truth.py). A scan that is not here is named.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isosurface } from '#compute/isosurface.ts';
import type { Pool } from '#compute/pool.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import { denseLabels } from '#core/labelmap/denseLabels.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { signedVolumeMm3 } from '#core/mesh/signedVolumeMm3.ts';
import { axisLetters, type Point, transform } from '#core/space/affine.ts';
import { type Volume, voxelVolumeMm3 } from '#core/volume/volume.ts';
import { row, type TruthRow } from './row.ts';

interface Outside {
  readonly source: { readonly axes: string; readonly surface: string };
  readonly scans: readonly {
    readonly path: string;
    readonly axes: string;
    readonly corner: Point<'ijk'>;
    readonly ras: readonly number[];
  }[];
  readonly labels: readonly {
    readonly path: string;
    readonly value: number;
    readonly voxels: number;
    readonly volumeMm3: number;

    readonly centroid: readonly number[];
  }[];
  readonly surfaces: readonly {
    readonly path: string;
    readonly iso: number;
    readonly vertices: number;
    readonly triangles: number;
    readonly sample: readonly (readonly number[])[];
  }[];
}

export async function* outsideValues(pool: Pool, absent: (path: string) => void): AsyncGenerator<TruthRow> {
  const root = process.env.VESALIUS_DATA ?? join(import.meta.dirname, '../../../shared/data');
  const outside = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../test/oracle/truth.json'), 'utf8'),
  ) as Outside;
  let last: { readonly path: string; readonly volume: Volume } | null = null;
  const open = async (path: string): Promise<Volume | null> => {
    if (last?.path === path) return last.volume;
    const disk = join(root, path);
    if (!existsSync(disk)) {
      absent(path);
      return null;
    }
    const { volume } = await pool.run('readVolume', [[{ kind: 'disk', disk, path }], { shared: true }]);
    last = { path, volume };
    return volume;
  };
  for (const { path, axes, corner, ras } of outside.scans) {
    const volume = await open(path);
    if (!volume) continue;
    const { rasFromIjk } = volume.header;
    const about = { case: path, source: outside.source.axes };
    yield row({ ...about, quantity: 'axis letters', unit: '', expected: axes, got: axisLetters(rasFromIjk), limit: 0 });
    yield row({
      ...about,
      quantity: 'place of the far corner',
      unit: 'mm',
      expected: 0,
      got: apart(transform(rasFromIjk, corner), ras),
      limit: 2e-4,
    });
  }
  for (const { path, value, voxels, volumeMm3, centroid } of outside.labels) {
    const volume = await open(path);
    if (!volume) continue;
    const { dims, rasFromIjk } = volume.header;
    const labels = denseLabels(volume);
    const only = Uint8Array.from(labels, (each) => (each === value ? 1 : 0));
    const count = only.reduce((sum, each) => sum + each, 0);
    const about = { case: `${path}, label ${value}`, source: outside.source.axes };
    yield row({ ...about, quantity: 'voxels', unit: '', expected: voxels, got: count, limit: 0 });
    yield row({
      ...about,
      quantity: 'volume of the voxels',
      unit: 'mm³',
      expected: volumeMm3,
      got: count * voxelVolumeMm3(rasFromIjk),
      limit: 0.01,
    });
    yield row({
      ...about,
      quantity: 'centroid',
      unit: 'mm',
      expected: 0,
      got: apart(transform(rasFromIjk, middleOf(only, dims)), centroid),
      limit: 1e-3,
    });
    const [net] = await labelSurfaces(pool, labelmapFromDense(only, dims), rasFromIjk);
    yield row({
      ...about,
      quantity: 'volume of the label surface',
      unit: 'mm³',

      expected: volumeMm3,
      got: net ? signedVolumeMm3(net) : 0,
      limit: 0.01 * volumeMm3,
    });
  }
  for (const { path, iso, vertices, triangles, sample } of outside.surfaces) {
    const volume = await open(path);
    if (!volume) continue;
    const mesh = await isosurface(pool, { ...volume.header, scalars: volume.scalars }, iso);
    const about = { case: `${path} at ${iso}`, source: outside.source.surface };
    yield row({
      ...about,
      quantity: 'vertices',
      unit: '',
      expected: vertices,
      got: mesh.positions.length / 3,
      limit: 0,
    });
    yield row({
      ...about,
      quantity: 'triangles',
      unit: '',
      expected: triangles,
      got: mesh.triangles.length / 3,
      limit: 0,
    });
    const voxel = Math.min(...volume.header.spacing);
    yield row({
      ...about,
      quantity: 'farthest of 200 vertices',
      unit: 'voxel',
      expected: 0,
      got: farthestOf(sample, mesh) / voxel,
      limit: 0.01,
    });
  }
}

const apart = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((x, n) => x - (b[n] as number)));

function middleOf(labels: Uint8Array, [ni, nj]: readonly number[]): Point<'ijk'> {
  const sum = [0, 0, 0] as [number, number, number];
  let count = 0;
  for (let n = 0; n < labels.length; n++) {
    if (!labels[n]) continue;
    count++;
    sum[0] += n % (ni as number);
    sum[1] += Math.floor(n / (ni as number)) % (nj as number);
    sum[2] += Math.floor(n / ((ni as number) * (nj as number)));
  }
  return [sum[0] / count, sum[1] / count, sum[2] / count];
}

function farthestOf(points: readonly (readonly number[])[], { positions }: Mesh): number {
  return Math.max(
    ...points.map((point) => {
      let nearest = Number.POSITIVE_INFINITY;
      const [x, y, z] = point as [number, number, number];
      for (let n = 0; n < positions.length; n += 3)
        nearest = Math.min(
          nearest,
          ((positions[n] as number) - x) ** 2 +
            ((positions[n + 1] as number) - y) ** 2 +
            ((positions[n + 2] as number) - z) ** 2,
        );
      return Math.sqrt(nearest);
    }),
  );
}
