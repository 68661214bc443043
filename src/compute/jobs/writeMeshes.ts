import { transferring } from '#compute/protocol.ts';
import { VesaliusError } from '#core/errors.ts';
import type { FileParts, NamedMesh } from '#io/meshFile.ts';

export type MeshFormat = 'stl' | 'glb' | 'obj' | 'ply';

/** Meshes as the bytes of a file, off the main thread. */
export async function writeMeshes(
  format: MeshFormat,
  meshes: readonly NamedMesh[],
): Promise<{ readonly parts: FileParts }> {
  const parts = await writer(format)(meshes);
  // Parts may be views of the meshes' own buffers, which lie together in one message: each buffer goes once.
  return transferring(
    { parts },
    parts.map(({ buffer }) => buffer),
  );
}

function writer(format: MeshFormat): (meshes: readonly NamedMesh[]) => Promise<FileParts> {
  switch (format) {
    case 'stl':
      return async (meshes) => (await import('#io/stl/write.ts')).writeStl(meshes);
    case 'glb':
      return async (meshes) => (await import('#io/gltf/write.ts')).writeGlb(meshes);
    case 'obj':
      return async (meshes) => (await import('#io/obj/write.ts')).writeObj(meshes);
    case 'ply':
      return async (meshes) => (await import('#io/ply/write.ts')).writePly(meshes);
    default:
      throw new VesaliusError({
        code: 'usage',
        what: 'export',
        where: 'format',
        expected: 'stl glb obj ply nifti',
        got: format,
      });
  }
}
