import type { Mesh } from './mesh.ts';

/** Area of all triangles, mm². */
export function areaMm2({ positions, triangles }: Pick<Mesh, 'positions' | 'triangles'>): number {
  let twice = 0;
  for (let n = 0; n < triangles.length; n += 3) {
    const a = 3 * (triangles[n] as number);
    const b = 3 * (triangles[n + 1] as number);
    const c = 3 * (triangles[n + 2] as number);
    const ux = (positions[b] as number) - (positions[a] as number);
    const uy = (positions[b + 1] as number) - (positions[a + 1] as number);
    const uz = (positions[b + 2] as number) - (positions[a + 2] as number);
    const vx = (positions[c] as number) - (positions[a] as number);
    const vy = (positions[c + 1] as number) - (positions[a + 1] as number);
    const vz = (positions[c + 2] as number) - (positions[a + 2] as number);
    twice += Math.hypot(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx);
  }
  return twice / 2;
}
