import { meshopt } from '#compute/jobs/meshopt.ts';
import { transferring } from '#compute/protocol.ts';
import { displaySkin } from '#core/mesh/displaySkin.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import type { SlotMesh } from '#core/mesh/pack.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { compact } from './simplifyCompact.ts';

export interface DisplayRequest extends SlotMesh {
  /** As many triangles as it may have. */
  readonly triangles: number;
}

export interface DisplayMesh extends SlotMesh {
  /** Of the skin's vertices to the surface given, before it was thinned, mm. */
  readonly maxMm: number;
  readonly p99Mm: number;
}

export interface DisplayOptions {
  readonly voxelMm: number;
  /** 0: the surfaces as they are, only thinned. */
  readonly passes: number;
}

/** No vertex of a drawn surface is farther from the true one, in voxels. */
const SKIN_LIMIT = 0.75;
/** Thinning may cost this much, in voxels. */
const THIN_ERROR = 0.5;

/** Surfaces for drawing: smoothed (`displaySkin`), then thinned by meshoptimizer. What is closed stays closed. */
export async function* displayMeshes(
  requests: readonly DisplayRequest[],
  { voxelMm, passes }: DisplayOptions,
): AsyncSteps<DisplayMesh[]> {
  const simplifier = await meshopt();
  const results: DisplayMesh[] = [];
  for (const [index, { slot, mesh, triangles }] of requests.entries()) {
    const skin =
      passes > 0 ? yield* displaySkin(mesh, { passes, limitMm: SKIN_LIMIT * voxelMm }) : { mesh, maxMm: 0, p99Mm: 0 };
    results.push({
      slot,
      maxMm: skin.maxMm,
      p99Mm: skin.p99Mm,
      mesh:
        skin.mesh.triangles.length <= 3 * triangles ? skin.mesh : thinned(simplifier, skin.mesh, triangles, voxelMm),
    });
    yield { stage: 'surface', done: index + 1, of: requests.length };
  }
  return transferring(
    results,
    results.flatMap(({ mesh }) => [mesh.positions.buffer, mesh.normals.buffer, mesh.triangles.buffer]),
  );
}

function thinned(
  simplifier: Awaited<ReturnType<typeof meshopt>>,
  mesh: Mesh,
  triangles: number,
  voxelMm: number,
): Mesh {
  const local = compact(simplifier, mesh.positions, mesh.triangles);
  const goal = Math.min(3 * triangles, local.triangles.length);
  const [kept] = simplifier.simplify(local.triangles, local.positions, 3, goal, THIN_ERROR * voxelMm, [
    'ErrorAbsolute',
    'PreserveFolds',
  ]);
  const numbers = new Uint32Array(local.vertices.length);
  const vertices: number[] = [];
  const corners = new Uint32Array(kept.length);
  for (let n = 0; n < kept.length; n++) {
    const v = kept[n] as number;
    if (numbers[v] === 0) numbers[v] = vertices.push(local.vertices[v] as number);
    corners[n] = (numbers[v] as number) - 1;
  }
  const take = (from: Mesh['positions']) => {
    const to = new Float32Array(3 * vertices.length);
    for (const [n, v] of vertices.entries()) for (let c = 0; c < 3; c++) to[3 * n + c] = from[3 * v + c] as number;
    return to;
  };
  return { positions: take(mesh.positions), normals: take(mesh.normals), triangles: corners };
}
