import { meshopt } from '#compute/jobs/meshopt.ts';
import { transferring } from '#compute/protocol.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { compact } from './simplifyCompact.ts';
import { type Brick, bricksOfSlabs, cutsOf, joined, partOfBrick, splitByParts } from './simplifyCuts.ts';

/** What bricks are simplified to before their seams are opened. */
export interface BrickGoal {
  /** Triangles to keep, as a share of those of the brick. */
  readonly share: number;
  /** meshoptimizer's own measure, mm; no collapse beyond it. */
  readonly errorMm: number;
}

export interface SimplifiedBricks {
  /** Triangles as vertices of the whole mesh, one list for each part of the seam pass. */
  readonly parts: readonly Uint32Array<ArrayBuffer>[];
  readonly errorMm: number;
}

/**
 * Simplifies slabs firstSlab ≤ n < endSlab of a mesh brick by brick, each with its border locked, so that bricks still fit together whoever
 * simplified them. Bricks are cut by the mesh alone, never by the number of workers.
 */
export async function* simplifyBricks(
  positions: Float32Array<ArrayBufferLike>,
  triangles: Uint32Array<ArrayBufferLike>,
  firstSlab: number,
  endSlab: number,
  goal: BrickGoal,
): AsyncSteps<SimplifiedBricks> {
  const simplifier = await meshopt();
  const cuts = cutsOf(positions, triangles);
  const bricks = bricksOfSlabs(positions, triangles, cuts, firstSlab, endSlab);
  const count = bricks.starts.length - 1;
  const kept = Array.from({ length: cuts.parts.length - 1 }, () => [] as Uint32Array<ArrayBufferLike>[]);
  let errorMm = 0;
  for (let b = 0; b < count; b++) {
    const own = bricks.triangles.subarray(bricks.starts[b], bricks.starts[b + 1]);
    const local = compact(simplifier, positions, own);
    const target = 3 * Math.floor((local.triangles.length / 3) * goal.share);
    const [result, error] = simplifier.simplify(local.triangles, local.positions, 3, target, goal.errorMm, [
      ...(['ErrorAbsolute', 'LockBorder', 'PreserveFolds', 'RegularizeLight'] as const),
    ]);
    for (let n = 0; n < result.length; n++) result[n] = local.vertices[result[n] as number] as number;
    // Few bricks lie across the border of two parts.
    const part = partOfBrick(cuts, cuts.bricks[(cuts.firstBricks[firstSlab] as number) + b] as Brick);
    if (part !== undefined) kept[part]?.push(result);
    else for (const [n, piece] of splitByParts(positions, result, cuts).entries()) kept[n]?.push(piece);
    errorMm = Math.max(errorMm, error);
    yield { stage: 'simplify', done: b + 1, of: count };
  }
  const parts = kept.map(joined);
  return transferring(
    { parts, errorMm },
    parts.map((part) => part.buffer),
  );
}
