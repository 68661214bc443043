import type { Mesh } from '#core/mesh/mesh.ts';

/** A mesh on its way into a file. */
export interface NamedMesh {
  readonly name: string;
  /** sRGB, '#rrggbb'. */
  readonly color: string;
  readonly mesh: Mesh;
}

/** A file as runs of bytes in order, so that nothing large is joined in memory before it is written. */
export type FileParts = readonly Uint8Array<ArrayBufferLike>[];

/** Said in the head of every file that has room for words. */
export const MESH_REMARK = 'Vesalius: RAS millimetres (+x right, +y anterior, +z superior). Not for diagnosis.';

export function bytesOf(
  array: Float32Array<ArrayBufferLike> | Uint32Array<ArrayBufferLike>,
): Uint8Array<ArrayBufferLike> {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
