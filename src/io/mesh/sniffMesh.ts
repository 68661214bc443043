import { latin1 } from '../format.ts';
import type { SourceHead } from '../sourceHead.ts';

export type MeshFormatId = 'stl' | 'obj' | 'ply' | 'vtk' | 'vtp' | 'glb';

/**
 * By the bytes; a binary STL has no magic word, so its size has to be the one that its count of triangles gives, and an OBJ none
 * either, so its first lines have to be an OBJ's. null: no mesh.
 */
export function sniffMesh({ bytes, source, gzip }: SourceHead): MeshFormatId | null {
  const text = latin1(bytes, 0, 2048);
  if (text.startsWith('glTF')) return 'glb';
  if (/^ply\r?\n/.test(text)) return 'ply';
  if (text.startsWith('# vtk DataFile')) return 'vtk';
  if (/^\s*(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<VTKFile\b/.test(text)) return 'vtp';
  if (/^\s*solid\b/.test(text) && /\bfacet\b|endsolid/.test(text)) return 'stl';
  if (bytes.length >= 84) {
    const triangles = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(80, true);
    const size = 84 + 50 * triangles;
    if (
      !gzip &&
      source.size !== null &&
      triangles > 0 &&
      source.size >= size &&
      (source.size - size <= 1024 || /\.stl$/i.test(source.name))
    )
      return 'stl';
    // A broken one is refused with words instead of being passed over.
    if (/\.stl(\.gz)?$/i.test(source.name)) return 'stl';
  }
  if (
    /\.obj(\.gz)?$/i.test(source.name) &&
    /^(\s*(#.*|mtllib .*|o .*|g .*|v[nt]? .*|s .*|usemtl .*)?\r?\n)+/.test(text)
  )
    return 'obj';
  return null;
}
