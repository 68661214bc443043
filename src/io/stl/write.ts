import { type FileParts, MESH_REMARK, type NamedMesh } from '../meshFile.ts';

/** Binary STL, all meshes in one; RAS millimetres, said in the 80-byte head (which must not begin with "solid"). */
export function writeStl(meshes: readonly NamedMesh[]): FileParts {
  const head = new Uint8Array(84);
  head.set(new TextEncoder().encode(MESH_REMARK).subarray(0, 80));
  const total = meshes.reduce((sum, { mesh }) => sum + mesh.triangles.length / 3, 0);
  new DataView(head.buffer).setUint32(80, total, true);
  return [head, ...meshes.map(({ mesh }) => facets(mesh.positions, mesh.triangles))];
}

function facets(
  positions: Float32Array<ArrayBufferLike>,
  triangles: Uint32Array<ArrayBufferLike>,
): Uint8Array<ArrayBuffer> {
  const count = triangles.length / 3;
  const bytes = new Uint8Array(50 * count);
  const words = new DataView(bytes.buffer);
  const corner = new Float32Array(9);
  for (let t = 0; t < count; t++) {
    for (let c = 0; c < 3; c++) {
      const from = 3 * (triangles[3 * t + c] as number);
      for (let axis = 0; axis < 3; axis++) corner[3 * c + axis] = positions[from + axis] as number;
    }
    const [ax, ay, az, bx, by, bz, cx, cy, cz] = corner as unknown as Nine;
    const [ux, uy, uz, vx, vy, vz] = [bx - ax, by - ay, bz - az, cx - ax, cy - ay, cz - az];
    const [nx, ny, nz] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    const scale = 1 / (Math.hypot(nx, ny, nz) || 1);
    const at = 50 * t;
    words.setFloat32(at, nx * scale, true);
    words.setFloat32(at + 4, ny * scale, true);
    words.setFloat32(at + 8, nz * scale, true);
    for (let n = 0; n < 9; n++) words.setFloat32(at + 12 + 4 * n, corner[n] as number, true);
  }
  return bytes;
}

type Nine = readonly [number, number, number, number, number, number, number, number, number];
