import { meshopt } from '#compute/jobs/meshopt.ts';
import { transferring } from '#compute/protocol.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { brickTriangles, slabTriangles } from './simplifyCuts.ts';

/** What bricks are simplified to before their seams are opened. */
export interface BrickGoal {
  /** Triangles to keep, as a share of those of the brick. */
  readonly share: number;
  /** meshoptimizer's own measure, mm; no collapse beyond it. */
  readonly errorMm: number;
}

export interface SimplifiedPart {
  /** Triangles as vertices of the whole mesh. */
  readonly triangles: Uint32Array<ArrayBuffer>;
  readonly errorMm: number;
  /** Triangles left out since two of their vertices coincide. */
  readonly degenerate: number;
}

/**
 * Simplifies slab `slab` of `slabs` brick by brick, each with its border locked, so that bricks still fit together whoever
 * simplified them. Bricks are cut by the mesh alone, never by the number of workers.
 */
export async function* simplifyBricks(
  positions: Float32Array<ArrayBufferLike>,
  triangles: Uint32Array<ArrayBufferLike>,
  slab: number,
  slabs: number,
  goal: BrickGoal,
): AsyncSteps<SimplifiedPart> {
  const simplifier = await meshopt();
  const own = slabTriangles(positions, triangles, slab, slabs);
  yield { stage: 'simplify', done: 0, of: 1 };
  const bricks = brickTriangles(positions, own);
  const kept: Uint32Array[] = [];
  let [total, errorMm, degenerate] = [0, 0, 0];
  for (const [index, brick] of bricks.entries()) {
    const local = compact(simplifier, positions, brick);
    degenerate += brick.length / 3 - local.triangles.length / 3;
    const target = 3 * Math.floor((local.triangles.length / 3) * goal.share);
    const [result, error] = simplifier.simplify(local.triangles, local.positions, 3, target, goal.errorMm, [
      ...(['ErrorAbsolute', 'LockBorder', 'PreserveFolds', 'RegularizeLight'] as const),
    ]);
    for (let n = 0; n < result.length; n++) result[n] = local.vertices[result[n] as number] as number;
    kept.push(result);
    total += result.length;
    errorMm = Math.max(errorMm, error);
    yield { stage: 'simplify', done: index + 1, of: bricks.length };
  }
  const all = new Uint32Array(total);
  let at = 0;
  for (const part of kept) {
    all.set(part, at);
    at += part.length;
  }
  return transferring({ triangles: all, errorMm, degenerate }, [all.buffer]);
}

export interface LocalMesh {
  readonly positions: Float32Array<ArrayBuffer>;
  readonly triangles: Uint32Array<ArrayBuffer>;
  /** The vertex of the whole mesh behind each local one. */
  readonly vertices: Uint32Array<ArrayBuffer>;
}

/**
 * The vertices that `triangles` use, numbered from 0 in the order of use, coincident ones made one; triangles with two equal
 * vertices are gone. (An isosurface has many of both where a voxel equals the isovalue.)
 */
export function compact(
  simplifier: Awaited<ReturnType<typeof meshopt>>,
  positions: Float32Array<ArrayBufferLike>,
  triangles: Uint32Array<ArrayBufferLike>,
): LocalMesh {
  const vertices = new Uint32Array(Math.min(triangles.length, positions.length / 3));
  const local = new Uint32Array(triangles.length);
  const numbers = numbersFor(positions.length / 3);
  let count = 0;
  for (let n = 0; n < triangles.length; n++) {
    const v = triangles[n] as number;
    let number = numbers[v] as number;
    if (number === 0) {
      vertices[count++] = v;
      number = count;
      numbers[v] = number;
    }
    local[n] = number - 1;
  }
  const own = new Float32Array(3 * count);
  for (let n = 0; n < count; n++) {
    const v = vertices[n] as number;
    numbers[v] = 0;
    own[3 * n] = positions[3 * v] as number;
    own[3 * n + 1] = positions[3 * v + 1] as number;
    own[3 * n + 2] = positions[3 * v + 2] as number;
  }
  const first = simplifier.generatePositionRemap(own, 3);
  let end = 0;
  for (let n = 0; n < local.length; n += 3) {
    const a = first[local[n] as number] as number;
    const b = first[local[n + 1] as number] as number;
    const c = first[local[n + 2] as number] as number;
    if (a === b || b === c || c === a) continue;
    local[end++] = a;
    local[end++] = b;
    local[end++] = c;
  }
  return { positions: own, triangles: local.slice(0, end), vertices: vertices.slice(0, count) };
}

/** Zeroes, kept between calls: each call leaves them zero. */
let kept = new Uint32Array(0);
function numbersFor(count: number): Uint32Array {
  if (kept.length < count) kept = new Uint32Array(count);
  return kept;
}
