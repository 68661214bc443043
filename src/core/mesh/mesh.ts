/**
 * A triangle mesh in RAS millimetres. Triangles counter-clockwise seen from outside; normals unit length, pointing outwards
 * (towards lower values for an isosurface). All arrays are the holder's own and may be transferred.
 */
export interface Mesh {
  /** 3 per vertex. */
  readonly positions: Float32Array<ArrayBufferLike>;
  /** 3 per vertex. */
  readonly normals: Float32Array<ArrayBufferLike>;
  /** 3 per triangle. */
  readonly triangles: Uint32Array<ArrayBufferLike>;
}

/** A mesh that is the surface of one segment; `value` is the segment's number in its labelmap (1 for a bare isosurface). */
export interface SegmentMesh extends Mesh {
  readonly value: number;
}
