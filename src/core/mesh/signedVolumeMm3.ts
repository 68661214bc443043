import type { Mesh } from './mesh.ts';

/** Signed volume that a closed mesh encloses, mm³: positive where triangles face outwards. For an open one it depends on its place. */
export function signedVolumeMm3({ positions, triangles }: Pick<Mesh, 'positions' | 'triangles'>): number {
  // From a point on the mesh, so that digits are not lost far from the origin.
  const [ox, oy, oz] = [positions[0] ?? 0, positions[1] ?? 0, positions[2] ?? 0];
  let six = 0;
  for (let n = 0; n < triangles.length; n += 3) {
    const a = 3 * (triangles[n] as number);
    const b = 3 * (triangles[n + 1] as number);
    const c = 3 * (triangles[n + 2] as number);
    const ax = (positions[a] as number) - ox;
    const ay = (positions[a + 1] as number) - oy;
    const az = (positions[a + 2] as number) - oz;
    const bx = (positions[b] as number) - ox;
    const by = (positions[b + 1] as number) - oy;
    const bz = (positions[b + 2] as number) - oz;
    const cx = (positions[c] as number) - ox;
    const cy = (positions[c + 1] as number) - oy;
    const cz = (positions[c + 2] as number) - oz;
    six += ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  }
  return six / 6;
}
