import { meshopt } from '#compute/jobs/meshopt.ts';
import { transferring } from '#compute/protocol.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { compact } from './simplifyCompact.ts';
import { joined } from './simplifyCuts.ts';

export interface SimplifiedPart {
  /** Triangles as vertices of the whole mesh. */
  readonly triangles: Uint32Array<ArrayBuffer>;
  readonly errorMm: number;
}

/**
 * Joins simplified bricks and goes on to `target` triangles, seams included: along the seams lie the cheapest edges that are
 * left, so they go first. The border of a part stays, unless it is the whole (`open`).
 */
export async function* simplifySeams(
  positions: Float32Array<ArrayBufferLike>,
  bricks: readonly Uint32Array<ArrayBufferLike>[],
  target: number,
  errorMm: number,
  open: boolean,
): AsyncSteps<SimplifiedPart> {
  const simplifier = await meshopt();
  const local = compact(
    simplifier,
    positions,
    bricks.length === 1 ? (bricks[0] as Uint32Array<ArrayBufferLike>) : joined(bricks),
  );
  yield { stage: 'simplify', done: 0, of: 1 };
  const goal = Math.min(3 * target, local.triangles.length);
  const [triangles, error] = simplifier.simplify(local.triangles, local.positions, 3, goal, errorMm, [
    ...(['ErrorAbsolute', 'PreserveFolds'] as const),
    ...(open ? [] : (['LockBorder'] as const)),
  ]);
  for (let n = 0; n < triangles.length; n++) triangles[n] = local.vertices[triangles[n] as number] as number;
  const result = { triangles: triangles as Uint32Array<ArrayBuffer>, errorMm: error };
  return transferring(result, [result.triangles.buffer]);
}

export interface JoinedParts {
  /** Vertices of the whole mesh that are used, in the order of use, no two at one place. */
  readonly vertices: Uint32Array<ArrayBuffer>;
  readonly triangles: Uint32Array<ArrayBuffer>;
}

/** Parts to one mesh with vertices of its own. */
export async function joinParts(
  positions: Float32Array<ArrayBufferLike>,
  parts: readonly Uint32Array<ArrayBufferLike>[],
): Promise<JoinedParts> {
  const local = compact(await meshopt(), positions, joined(parts));
  // Coincident vertices leave gaps in the numbers.
  const numbers = new Uint32Array(local.vertices.length);
  const used = new Uint32Array(local.vertices.length);
  const triangles = new Uint32Array(local.triangles.length);
  let count = 0;
  for (let n = 0; n < triangles.length; n++) {
    const v = local.triangles[n] as number;
    let number = numbers[v] as number;
    if (number === 0) {
      used[count++] = local.vertices[v] as number;
      number = count;
      numbers[v] = number;
    }
    triangles[n] = number - 1;
  }
  const result = { vertices: used.slice(0, count), triangles };
  return transferring(result, [result.vertices.buffer, triangles.buffer]);
}
