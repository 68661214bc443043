import { VesaliusError } from '#core/errors.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { bytesPerVoxel, type Dims, type ScalarArray, type ScalarType } from '#core/volume/volume.ts';

/** Where a kernel's parts lie in its memory, in bytes. */
export interface SlabLayout {
  readonly planesAtOnce: number;
  readonly words: number;
  readonly table: number;
  readonly frame: number;
  readonly bits: number;
  readonly starts: number;
  readonly cuts: number;
  readonly list: number;
  readonly positions: number;
  readonly normals: number;
  readonly triangles: number;
  readonly voxels: number;
  readonly end: number;
}

/**
 * Shared memory that a mesh is written to by several workers at once, and that is handed out as the mesh itself. Each worker has
 * its own part of it to work in. Room for `vertexRoom` vertices and `triangleRoom` triangles.
 */
export interface MeshMemory {
  readonly memory: WebAssembly.Memory;
  /** Parts of `partBytes` each, one for each worker, from here on. */
  readonly parts: number;
  readonly partBytes: number;
  readonly partCount: number;
  readonly positions: number;
  readonly normals: number;
  readonly triangles: number;
  readonly vertexRoom: number;
  readonly triangleRoom: number;
}

/** Planes of one run: enough that copying neighbours twice costs little, few enough to stay in cache and to share out evenly. */
const RUN_PLANES = 8;
const TABLE_BYTES = 256 * 64;
export const FRAME_BYTES = 22 * 16;
/** Below this lies what the kernels keep to themselves: 64 bytes of scratch for each worker, under 64 KB for 16-bit addresses. */
export const PARTS_FROM = 1 << 16;

/** Parts of one worker from `base` on, the output of one plane among them at its largest: untouched, it takes no memory. */
export function slabLayout([ni, nj, nk]: Dims, type: ScalarType, base: number): SlabLayout {
  const words = Math.ceil(ni / 63);
  const plane = ni * nj;
  const planeBytes = plane * bytesPerVoxel[type];
  const planesAtOnce = Math.min(nk, RUN_PLANES);
  let next = base;
  const part = (bytes: number) => {
    const at = Math.ceil(next / 16) * 16;
    next = at + bytes;
    return at;
  };
  const table = part(TABLE_BYTES);
  const frame = part(FRAME_BYTES);
  const bits = part((planesAtOnce + 1) * 8 * words * nj + 8 * words);
  const starts = part((planesAtOnce + 1) * startsBytes([ni, nj, nk]));
  const cuts = part((planesAtOnce + 1) * 4 * words * nj + 8);
  const list = part(8 * plane + 160);
  // A plane before the first and two after the last, whether the volume has them or not, and a row for reads beyond.
  const voxels = part((planesAtOnce + 3) * planeBytes + 4 * ni + 640) + 64;
  const positions = part(36 * plane + 48);
  const normals = part(36 * plane + 48);
  const triangles = part(60 * plane + 48);
  return {
    planesAtOnce,
    words,
    table,
    frame,
    bits,
    starts,
    cuts,
    list,
    positions,
    normals,
    triangles,
    voxels,
    end: next + 512,
  };
}

/** Numbers and counts of one plane: see src/kernels/isosurface/counts.ts. */
export function startsBytes([, nj]: Dims): number {
  return 12 * nj + 12;
}

/** Room for a mesh and for the workers that write it. @throws VesaliusError 'too-large' beyond what WebAssembly can address */
export function meshMemory(partCount: number, partBytes: number, vertexRoom: number, triangleRoom: number): MeshMemory {
  const pageOf = (bytes: number) => Math.ceil(bytes / 4096) * 4096;
  const part = pageOf(partBytes);
  const positions = PARTS_FROM + partCount * part;
  const normals = positions + pageOf(12 * vertexRoom);
  const triangles = normals + pageOf(12 * vertexRoom);
  const pages = Math.ceil((triangles + 12 * triangleRoom) / 65536);
  if (pages > 65536)
    throw new VesaliusError({
      code: 'too-large',
      what: 'isosurface',
      where: 'mesh',
      expected: 'at most 4 GB',
      got: `${vertexRoom} vertices, ${triangleRoom} triangles`,
    });
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  return {
    memory,
    parts: PARTS_FROM,
    partBytes: part,
    partCount,
    positions,
    normals,
    triangles,
    vertexRoom,
    triangleRoom,
  };
}

/** The first of a memory's vertices and triangles as a mesh: views, nothing is copied. */
export function meshIn({ memory, positions, normals, triangles }: MeshMemory, vertices: number, count: number): Mesh {
  return {
    positions: new Float32Array(memory.buffer, positions, 3 * vertices),
    normals: new Float32Array(memory.buffer, normals, 3 * vertices),
    triangles: new Uint32Array(memory.buffer, triangles, 3 * count),
  };
}

export function typeOf(scalars: ScalarArray): ScalarType {
  if (scalars instanceof Uint8Array) return 'u8';
  if (scalars instanceof Int16Array) return 'i16';
  return scalars instanceof Uint16Array ? 'u16' : 'f32';
}
