import type { RasPoint } from '#core/case/schema.ts';
import type { Mesh } from './mesh.ts';
import { readOctahedral, writeOctahedral } from './octahedral.ts';

/** int16 x, y, z, slot: elements per vertex in `place`. */
export const PLACE_STRIDE = 4;

/** uint8 octahedral normal 2, octahedral bent normal 2, openness, concavity, depth, spare: elements per vertex in `light`. */
export const LIGHT_STRIDE = 8;
export const OPENNESS = 4;
export const CONCAVITY = 5;
export const DEPTH = 6;

/** A run of indices that are one segment's. */
export interface SlotRange {
  readonly slot: number;
  readonly start: number;
  readonly count: number;
}

/** Sums over the vertices of one slot, from which its box, middle and long axis follow; those of several chunks are added. RAS mm. */
export interface SlotSums {
  readonly slot: number;
  readonly count: number;
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
  readonly first: readonly [number, number, number];
  /** xx, xy, xz, yy, yz, zz. */
  readonly second: readonly [number, number, number, number, number, number];
}

/** Packed surface, 16 bytes per vertex: the same fields as the SurfaceChunk of the state, which this is. */
export interface PackedChunk {
  readonly id: string;
  readonly detail: 'coarse' | 'full';
  readonly place: Int16Array<ArrayBufferLike>;
  readonly light: Uint8Array<ArrayBufferLike>;
  readonly triangles: Uint32Array<ArrayBufferLike>;
  readonly ranges: readonly SlotRange[];
  /** RAS mm = centre + scale × int16; one scale for the three axes, so that directions need no correction. */
  readonly centre: RasPoint;
  readonly scale: number;
  /** What whoever draws it would have to walk all vertices for; counted there where it is absent. */
  readonly sums?: readonly SlotSums[];
}

/** A segment's mesh and the row of the look table that it is drawn with (1 to 4095). */
export interface SlotMesh {
  readonly slot: number;
  readonly mesh: Mesh;
}

/**
 * Packs meshes (RAS mm, read, never written) into one chunk: vertices and triangles in the order of their slots, meshes of
 * one slot in one range. Light is neutral: fully open, bent normal = normal, flat, deep. Position error ≤ scale / 2 per axis,
 * where scale = longest side / 65,534. The arrays are new and the caller's own.
 */
export function packChunk(meshes: readonly SlotMesh[], id: string, detail: 'coarse' | 'full'): PackedChunk {
  const inOrder = meshes.filter(({ mesh }) => mesh.triangles.length > 0).sort((a, b) => a.slot - b.slot);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  let vertexCount = 0;
  let indexCount = 0;
  for (const { mesh } of inOrder) {
    const { positions } = mesh;
    vertexCount += positions.length / 3;
    indexCount += mesh.triangles.length;
    for (let n = 0; n < positions.length; n += 3)
      for (let axis = 0; axis < 3; axis++) {
        const value = positions[n + axis] as number;
        if (value < (low[axis] as number)) low[axis] = value;
        if (value > (high[axis] as number)) high[axis] = value;
      }
  }
  const middle = (axis: number) => (vertexCount > 0 ? ((low[axis] as number) + (high[axis] as number)) / 2 : 0);
  const centre: RasPoint = [middle(0), middle(1), middle(2)];
  const longest = Math.max(...[0, 1, 2].map((axis) => (high[axis] as number) - (low[axis] as number)));
  const scale = vertexCount > 0 && longest > 0 ? longest / 65534 : 1 / 65534;

  const place = new Int16Array(PLACE_STRIDE * vertexCount);
  const light = new Uint8Array(LIGHT_STRIDE * vertexCount);
  const triangles = new Uint32Array(indexCount);
  const ranges: { slot: number; start: number; count: number }[] = [];
  let vertex = 0;
  let index = 0;
  for (const { slot, mesh } of inOrder) {
    const { positions, normals } = mesh;
    const count = positions.length / 3;
    const last = ranges.at(-1);
    if (last?.slot === slot) last.count += mesh.triangles.length;
    else ranges.push({ slot, start: index, count: mesh.triangles.length });
    for (let n = 0; n < mesh.triangles.length; n++) triangles[index++] = (mesh.triangles[n] as number) + vertex;
    for (let n = 0; n < count; n++) {
      const to = PLACE_STRIDE * (vertex + n);
      for (let axis = 0; axis < 3; axis++)
        place[to + axis] = Math.round(((positions[3 * n + axis] as number) - (centre[axis] as number)) / scale);
      place[to + 3] = slot;
      const at = LIGHT_STRIDE * (vertex + n);
      writeOctahedral(light, at, normals[3 * n] as number, normals[3 * n + 1] as number, normals[3 * n + 2] as number);
      light[at + 2] = light[at] as number;
      light[at + 3] = light[at + 1] as number;
      light[at + OPENNESS] = 255;
      light[at + CONCAVITY] = 128;
      light[at + DEPTH] = 255;
    }
    vertex += count;
  }
  return { id, detail, place, light, triangles, ranges, centre, scale, sums: slotSums({ place, centre, scale }) };
}

/** Of each slot of a chunk, in the order of its vertices, which are sorted by slot. */
export function slotSums({ place, centre, scale }: Pick<PackedChunk, 'place' | 'centre' | 'scale'>): SlotSums[] {
  const all: SlotSums[] = [];
  for (let from = 0; from < place.length; ) {
    const slot = place[from + 3] as number;
    let [lowX, lowY, lowZ] = [Infinity, Infinity, Infinity];
    let [highX, highY, highZ] = [-Infinity, -Infinity, -Infinity];
    let [sx, sy, sz, xx, xy, xz, yy, yz, zz] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    let n = from;
    for (; n < place.length && place[n + 3] === slot; n += PLACE_STRIDE) {
      const x = centre[0] + scale * (place[n] as number);
      const y = centre[1] + scale * (place[n + 1] as number);
      const z = centre[2] + scale * (place[n + 2] as number);
      if (x < lowX) lowX = x;
      if (y < lowY) lowY = y;
      if (z < lowZ) lowZ = z;
      if (x > highX) highX = x;
      if (y > highY) highY = y;
      if (z > highZ) highZ = z;
      sx += x;
      sy += y;
      sz += z;
      xx += x * x;
      xy += x * y;
      xz += x * z;
      yy += y * y;
      yz += y * z;
      zz += z * z;
    }
    all.push({
      slot,
      count: (n - from) / PLACE_STRIDE,
      low: [lowX, lowY, lowZ],
      high: [highX, highY, highZ],
      first: [sx, sy, sz],
      second: [xx, xy, xz, yy, yz, zz],
    });
    from = n;
  }
  return all;
}

/** The chunk's vertices as positions and normals in RAS mm; new arrays. */
export function unpackVertices({ place, light, centre, scale }: PackedChunk): {
  positions: Float32Array<ArrayBuffer>;
  normals: Float32Array<ArrayBuffer>;
} {
  const count = place.length / PLACE_STRIDE;
  const positions = new Float32Array(3 * count);
  const normals = new Float32Array(3 * count);
  for (let n = 0; n < count; n++) {
    for (let axis = 0; axis < 3; axis++)
      positions[3 * n + axis] = (centre[axis] as number) + scale * (place[PLACE_STRIDE * n + axis] as number);
    readOctahedral(light, LIGHT_STRIDE * n, normals, 3 * n);
  }
  return { positions, normals };
}
