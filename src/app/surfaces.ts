import { isosurface, recycle } from '#compute/isosurface.ts';
import type { DisplayRequest } from '#compute/jobs/displayMeshes.ts';
import type { Pool } from '#compute/pool.ts';
import { isShared } from '#compute/sharing.ts';
import { atMost, simplify } from '#compute/simplify.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import type { SlotMesh } from '#core/mesh/pack.ts';
import { affine } from '#core/space/affine.ts';
import type { Volume } from '#core/volume/volume.ts';
import { isShown } from '#scene/arena/layers.ts';
import type { SegmentRecord, SurfaceChunk } from '#state/viewer.ts';
import { HIDDEN_GOAL, passesOf, shareOut, TRIANGLE_GOAL } from './triangleGoals.ts';

export interface LayerParts {
  readonly layer: string;
  readonly labels: LabelmapData;
  readonly volume: Volume;
  readonly segments: readonly SegmentRecord[];
}

export interface MakeOptions {
  readonly signal: AbortSignal;
  readonly step: (stage: string, done: number, of: number) => void;
  /** This layer's share of what is shown and of what is hidden, 0 to 1. */
  readonly share: number;
}

/** A layer's chunks: what is shown when they are made, and what is hidden, which costs nothing until it is shown. */
export const chunkIds = (layer: string): readonly [shown: string, hidden: string] => [layer, `${layer} hidden`];

/** Passes of smoothing for drawing: where surfaces come from labels, so that the steps of voxels go. */
const SKIN_PASSES = 10;
const COARSE_PASSES = 6;
/** Surfaces are smoothed and thinned in jobs of about so many triangles: few messages, and both workers end together. */
const GROUP_TRIANGLES = 160_000;

/**
 * The surfaces of a layer's segments for drawing: from labels, smoothed (`displaySkin` says how far from the true surface), or,
 * where a segment has an isovalue, from the voxels' own values within it. Thinned to the goals, then packed in a worker.
 */
export async function makeChunks(
  pool: Pool,
  { layer, labels, volume, segments }: LayerParts,
  { signal, step, share }: MakeOptions,
): Promise<SurfaceChunk[]> {
  const { header } = volume;
  const fromLabels = segments.filter(({ isovalue }) => isovalue === null);
  const fromValues = segments.filter(({ isovalue }) => isovalue !== null);
  const made: { segment: SegmentRecord; mesh: Mesh }[] = [];
  if (fromLabels.length > 0) {
    const meshes = await labelSurfaces(pool, labels, header.rasFromIjk, {
      values: fromLabels.map(({ value }) => value),
      signal,
      onStep: ({ done, of }) => step('surface', done, 2 * of),
    });
    const byValue = new Map(fromLabels.map((segment) => [segment.value, segment]));
    for (const mesh of meshes) made.push({ segment: byValue.get(mesh.value) as SegmentRecord, mesh });
  }
  for (const segment of fromValues)
    made.push({ segment, mesh: await guidedSurface(pool, labels, volume, segment, signal) });

  const [shownId, hiddenId] = chunkIds(layer);
  // A segment without voxels has no surface: nothing to thin, nothing to draw.
  const drawable = made.filter(({ mesh }) => mesh.triangles.length > 0);
  const shown = drawable.filter(({ segment }) => isShown(segment));
  const hidden = drawable.filter(({ segment }) => !isShown(segment));
  const voxelMm = Math.min(...header.spacing);
  const chunks: SurfaceChunk[] = [];
  for (const [id, surfaces, goal] of [
    [shownId, shown, share * TRIANGLE_GOAL],
    [hiddenId, hidden, share * HIDDEN_GOAL],
  ] as const) {
    if (surfaces.length === 0) continue;
    chunks.push(
      await drawn(pool, surfaces, id, 'full', goal, voxelMm, signal, (done, of) => step('surface', of + done, 2 * of)),
    );
  }
  return chunks;
}

/** Smoothed, thinned to `goal` triangles in all passes, packed. The meshes' buffers are given away. */
export async function drawn(
  pool: Pool,
  surfaces: readonly {
    readonly segment: Pick<SegmentRecord, 'slot' | 'opacity' | 'isovalue'>;
    readonly mesh: Mesh;
  }[],
  id: string,
  detail: 'coarse' | 'full',
  goal: number,
  voxelMm: number,
  signal: AbortSignal,
  step: (done: number, of: number) => void,
): Promise<SurfaceChunk> {
  const goals = shareOut(
    surfaces.map(({ segment, mesh }) => ({ size: mesh.triangles.length / 3, passes: passesOf(segment) })),
    goal,
  );
  const thinned: SlotMesh[] = [];
  const requests: DisplayRequest[] = [];
  for (const [n, { segment, mesh }] of surfaces.entries()) {
    const { slot } = segment;
    const triangles = goals[n] as number;
    if (segment.isovalue === null) requests.push({ slot, mesh, triangles });
    else {
      const { mesh: thin } = await simplify(pool, mesh, { triangles, voxelMm, signal, measure: false });
      recycle(mesh);
      thinned.push({ slot, mesh: thin });
    }
  }
  const groups = groupsOf(requests);
  let done = 0;
  const passes = detail === 'full' ? SKIN_PASSES : COARSE_PASSES;
  const results = await atMost(pool.size, groups.length, async (n) => {
    const group = groups[n] as DisplayRequest[];
    const meshes = await pool.run('displayMeshes', [group, { voxelMm, passes }], {
      signal,
      transfer: buffersOf(group),
    });
    step(++done, groups.length);
    return meshes;
  });
  thinned.push(...results.flat());
  return pool.run('packSurfaces', [thinned, id, detail], { signal, transfer: buffersOf(thinned) });
}

const buffersOf = (meshes: readonly SlotMesh[]) =>
  meshes.flatMap(({ mesh }) => [mesh.positions.buffer, mesh.normals.buffer, mesh.triangles.buffer]);

/** Largest first. */
function groupsOf(requests: readonly DisplayRequest[]): DisplayRequest[][] {
  const groups: DisplayRequest[][] = [];
  let room = 0;
  for (const request of [...requests].sort((a, b) => b.mesh.triangles.length - a.mesh.triangles.length)) {
    const size = request.mesh.triangles.length / 3;
    if (size > room) {
      groups.push([]);
      room = GROUP_TRIANGLES;
    }
    groups.at(-1)?.push(request);
    room -= size;
  }
  return groups;
}

async function guidedSurface(
  pool: Pool,
  labels: LabelmapData,
  volume: Volume,
  segment: SegmentRecord,
  signal: AbortSignal,
): Promise<Mesh> {
  const shared = isShared(volume.scalars.buffer);
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
  return Math.max(1e-6, isovalue - low, 0.35 * (high - low));
}
