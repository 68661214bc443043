import { meshopt } from '#compute/jobs/meshopt.ts';
import { transferring } from '#compute/protocol.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { compact, type SimplifiedPart } from './simplifyBricks.ts';

/**
 * Joins simplified bricks and goes on to `target` triangles over the whole, seams included: along the seams lie the cheapest
 * edges that are left, so they go first.
 */
export async function* simplifySeams(
  positions: Float32Array<ArrayBufferLike>,
  parts: readonly Uint32Array<ArrayBufferLike>[],
  target: number,
  errorMm: number,
): AsyncSteps<SimplifiedPart> {
  const simplifier = await meshopt();
  const all = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  const local = compact(simplifier, positions, all);
  yield { stage: 'simplify', done: 0, of: 1 };
  const goal = Math.min(3 * target, local.triangles.length);
  const [triangles, error] = simplifier.simplify(local.triangles, local.positions, 3, goal, errorMm, [
    ...(['ErrorAbsolute', 'PreserveFolds'] as const),
  ]);
  for (let n = 0; n < triangles.length; n++) triangles[n] = local.vertices[triangles[n] as number] as number;
  const degenerate = (all.length - local.triangles.length) / 3;
  const result = { triangles: triangles as Uint32Array<ArrayBuffer>, errorMm: error, degenerate };
  return transferring(result, [result.triangles.buffer]);
}
