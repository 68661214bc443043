import { transferring } from '#compute/protocol.ts';
import { type PackedChunk, packChunk, type SlotMesh } from '#core/mesh/pack.ts';

/** Meshes as one chunk of 16 bytes per vertex, off the main thread. */
export function packSurfaces(meshes: readonly SlotMesh[], id: string, detail: 'coarse' | 'full'): PackedChunk {
  const chunk = packChunk(meshes, id, detail);
  return transferring(chunk, [chunk.place.buffer, chunk.light.buffer, chunk.triangles.buffer]);
}
