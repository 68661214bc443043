import { type FileParts, MESH_REMARK, type NamedMesh } from '../meshFile.ts';

/** Binary little-endian PLY with normals, all meshes in one; `segment` per face tells them apart (its place in `obj_info`). */
export function writePly(meshes: readonly NamedMesh[]): FileParts {
  const vertices = meshes.reduce((sum, { mesh }) => sum + mesh.positions.length / 3, 0);
  const faces = meshes.reduce((sum, { mesh }) => sum + mesh.triangles.length / 3, 0);
  const head = [
    'ply',
    'format binary_little_endian 1.0',
    `comment ${MESH_REMARK}`,
    ...meshes.map(({ name }, index) => `obj_info segment ${index} ${name}`),
    `element vertex ${vertices}`,
    ...['x', 'y', 'z', 'nx', 'ny', 'nz'].map((name) => `property float ${name}`),
    `element face ${faces}`,
    'property list uchar int vertex_indices',
    'property ushort segment',
    'end_header',
    '',
  ].join('\n');
  const parts: Uint8Array<ArrayBufferLike>[] = [new TextEncoder().encode(head)];
  for (const { mesh } of meshes) {
    const count = mesh.positions.length / 3;
    const rows = new Float32Array(6 * count);
    for (let v = 0; v < count; v++)
      for (let axis = 0; axis < 3; axis++) {
        rows[6 * v + axis] = mesh.positions[3 * v + axis] as number;
        rows[6 * v + 3 + axis] = mesh.normals[3 * v + axis] as number;
      }
    parts.push(new Uint8Array(rows.buffer));
  }
  let first = 0;
  for (const [index, { mesh }] of meshes.entries()) {
    const count = mesh.triangles.length / 3;
    const bytes = new Uint8Array(15 * count);
    const words = new DataView(bytes.buffer);
    for (let t = 0; t < count; t++) {
      bytes[15 * t] = 3;
      for (let c = 0; c < 3; c++)
        words.setInt32(15 * t + 1 + 4 * c, first + (mesh.triangles[3 * t + c] as number), true);
      words.setUint16(15 * t + 13, index, true);
    }
    parts.push(bytes);
    first += mesh.positions.length / 3;
  }
  return parts;
}
