import type { meshopt } from '#compute/jobs/meshopt.ts';
import { reuse } from './simplifyCuts.ts';

export type Simplifier = Awaited<ReturnType<typeof meshopt>>;

export interface LocalMesh {
  readonly positions: Float32Array<ArrayBuffer>;
  readonly triangles: Uint32Array<ArrayBuffer>;
  /** The vertex of the whole mesh behind each local one. */
  readonly vertices: Uint32Array<ArrayBuffer>;
}

const scratch = {
  numbers: new Uint32Array(0),
  vertices: new Uint32Array(0),
  triangles: new Uint32Array(0),
  positions: new Float32Array(0),
};

/**
 * The vertices that `triangles` use, numbered from 0 in the order of use, coincident ones made one; triangles with two equal
 * vertices are gone. (An isosurface has many of both where a voxel equals the isovalue.) The arrays are valid until the next call.
 */
export function compact(
  simplifier: Simplifier,
  positions: Float32Array<ArrayBufferLike>,
  triangles: Uint32Array<ArrayBufferLike>,
): LocalMesh {
  // Zeroes, and each call leaves them zero.
  const numbers = reuse(scratch.numbers, positions.length / 3, (n) => new Uint32Array(n));
  const vertices = reuse(scratch.vertices, triangles.length, (n) => new Uint32Array(n));
  const local = reuse(scratch.triangles, triangles.length, (n) => new Uint32Array(n));
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
  const room = reuse(scratch.positions, 3 * count, (n) => new Float32Array(n));
  Object.assign(scratch, { numbers, vertices, triangles: local, positions: room });
  for (let n = 0; n < count; n++) {
    const v = vertices[n] as number;
    numbers[v] = 0;
    room[3 * n] = positions[3 * v] as number;
    room[3 * n + 1] = positions[3 * v + 1] as number;
    room[3 * n + 2] = positions[3 * v + 2] as number;
  }
  const own = room.subarray(0, 3 * count);
  // meshoptimizer takes a second vertex at one place for a seam, even one that nothing uses: none may be left.
  const first = simplifier.generatePositionRemap(own, 3);
  let unique = 0;
  for (let n = 0; n < count; n++) {
    const other = first[n] as number;
    if (other !== n) {
      first[n] = first[other] as number;
      continue;
    }
    first[n] = unique;
    if (unique !== n) {
      vertices[unique] = vertices[n] as number;
      own[3 * unique] = own[3 * n] as number;
      own[3 * unique + 1] = own[3 * n + 1] as number;
      own[3 * unique + 2] = own[3 * n + 2] as number;
    }
    unique++;
  }
  let end = 0;
  for (let n = 0; n < triangles.length; n += 3) {
    const a = first[local[n] as number] as number;
    const b = first[local[n + 1] as number] as number;
    const c = first[local[n + 2] as number] as number;
    if (a === b || b === c || c === a) continue;
    local[end] = a;
    local[end + 1] = b;
    local[end + 2] = c;
    end += 3;
  }
  return {
    positions: own.subarray(0, 3 * unique),
    triangles: local.subarray(0, end),
    vertices: vertices.subarray(0, unique),
  };
}
