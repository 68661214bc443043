import { isosurface, recycle } from '#compute/isosurface.ts';
import type { Pool } from '#compute/pool.ts';
import { simplify } from '#compute/simplify.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { affine } from '#core/space/affine.ts';
import type { Volume } from '#core/volume/volume.ts';
import type { SegmentRecord, SurfaceChunk } from '#state/viewer.ts';

/** Triangles of everything that is shown: both eyes of a headset draw it twice, and 500 k are what one holds. */
export const TRIANGLE_GOAL = 220_000;
/** No segment is thinned below this, however small its share. */
const LEAST_TRIANGLES = 600;

export interface LayerParts {
  readonly layer: string;
  readonly labels: LabelmapData;
  readonly volume: Volume;
  readonly segments: readonly SegmentRecord[];
}

export interface MakeOptions {
  readonly signal: AbortSignal;
  readonly step: (stage: string, done: number, of: number) => void;
  /** This layer's share of TRIANGLE_GOAL. */
  readonly triangles: number;
}

/**
 * The surfaces of a layer's segments as one chunk: from labels with shared borders, or, where a segment has an isovalue, from
 * the voxels' own values within it. Thinned to the goal within half a voxel, then packed in a worker.
 */
export async function makeChunk(
  pool: Pool,
  { layer, labels, volume, segments }: LayerParts,
  { signal, step, triangles }: MakeOptions,
): Promise<SurfaceChunk> {
  const { header } = volume;
  const fromLabels = segments.filter(({ isovalue }) => isovalue === null);
  const fromValues = segments.filter(({ isovalue }) => isovalue !== null);
  const made: { slot: number; mesh: Mesh }[] = [];
  if (fromLabels.length > 0) {
    const meshes = await labelSurfaces(pool, labels, header.rasFromIjk, {
      values: fromLabels.map(({ value }) => value),
      signal,
      onStep: ({ done, of }) => step('surface', done, 2 * of),
    });
    const slots = new Map(fromLabels.map(({ value, slot }) => [value, slot]));
    for (const mesh of meshes) made.push({ slot: slots.get(mesh.value) as number, mesh });
  }
  for (const segment of fromValues) {
    made.push({ slot: segment.slot, mesh: await guidedSurface(pool, labels, volume, segment, signal) });
  }

  const voxelMm = Math.min(...header.spacing);
  const goals = shareOut(
    made.map(({ mesh }) => mesh.triangles.length / 3),
    triangles,
  );
  const thinned: { slot: number; mesh: Mesh }[] = [];
  for (const [index, { slot, mesh }] of made.entries()) {
    const goal = goals[index] as number;
    const small = mesh.triangles.length / 3 <= 1.05 * goal;
    thinned.push({
      slot,
      mesh: small ? mesh : (await simplify(pool, mesh, { triangles: goal, voxelMm, signal })).mesh,
    });
    step('surface', made.length + index + 1, 2 * made.length);
  }
  const buffers = thinned.flatMap(({ mesh }) => [mesh.positions.buffer, mesh.normals.buffer, mesh.triangles.buffer]);
  const chunk = await pool.run('packSurfaces', [thinned, layer, 'full'], { signal, transfer: buffers });
  for (const { mesh } of made) recycle(mesh);
  return chunk;
}

async function guidedSurface(
  pool: Pool,
  labels: LabelmapData,
  volume: Volume,
  segment: SegmentRecord,
  signal: AbortSignal,
): Promise<Mesh> {
  const shared = typeof SharedArrayBuffer === 'function' && volume.scalars.buffer instanceof SharedArrayBuffer;
  const isovalue = segment.isovalue as number;
  const field = await pool.run(
    'guidedField',
    [volume, labels, segment.value, isovalue, contrastOf(volume, isovalue), segment.tissue === 'skin' ? 2 : 1, shared],
    { signal },
  );
  return isosurface(
    pool,
    { ...field, rasFromIjk: affine('ras', 'ijk', field.rasFromIjk.m), slope: 1, intercept: 0 },
    0,
    { signal },
  );
}

/** How far values may stand from the isovalue before they say no more about where the border is. */
function contrastOf({ header }: Volume, isovalue: number): number {
  if (header.modality === 'CT') return 300;
  const [low, high] = header.storedRange
    .map((stored) => header.slope * stored + header.intercept)
    .sort((a, b) => a - b) as [number, number];
  return Math.max(1e-6, Math.min(isovalue - low, 0.35 * (high - low)));
}

/** Each mesh's share of the goal by its size; what small ones must keep is taken from the large. */
function shareOut(sizes: readonly number[], goal: number): number[] {
  const least = sizes.map((size) => Math.min(size, LEAST_TRIANGLES));
  const rest = sizes.map((size, n) => size - (least[n] as number));
  const total = rest.reduce((a, b) => a + b, 0);
  const left = Math.max(0, goal - least.reduce((a, b) => a + b, 0));
  return sizes.map((_, n) =>
    Math.round((least[n] as number) + (total > 0 ? Math.min(1, left / total) * (rest[n] as number) : 0)),
  );
}
