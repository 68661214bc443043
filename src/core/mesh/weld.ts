import type { Mesh } from './mesh.ts';

/**
 * Vertices at exactly the same place become one, the first; triangles with two equal corners are left out. Positions stay as they
 * are (vertices that nothing uses any more included), `triangles` is new.
 */
export function weld<Some extends Pick<Mesh, 'positions' | 'triangles'>>(mesh: Some): Some {
  const { positions } = mesh;
  const count = positions.length / 3;
  // −0 and 0 are the same place.
  const bits = new Uint32Array(Float32Array.from(positions, (at) => at + 0).buffer);
  const slots = 1 << Math.ceil(Math.log2(Math.max(2, 2 * count)));
  const table = new Int32Array(slots).fill(-1);
  const first = new Uint32Array(count);
  for (let v = 0; v < count; v++) {
    const [x, y, z] = [bits[3 * v] as number, bits[3 * v + 1] as number, bits[3 * v + 2] as number];
    let hash = Math.imul(x, 0x9e3779b1) ^ Math.imul(y, 0x85ebca6b) ^ Math.imul(z, 0xc2b2ae35);
    hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
    for (let slot = (hash ^ (hash >>> 13)) & (slots - 1); ; slot = (slot + 1) & (slots - 1)) {
      const other = table[slot] as number;
      if (other < 0) {
        table[slot] = v;
        first[v] = v;
        break;
      }
      if (bits[3 * other] === x && bits[3 * other + 1] === y && bits[3 * other + 2] === z) {
        first[v] = other;
        break;
      }
    }
  }
  const kept = new Uint32Array(mesh.triangles.length);
  let end = 0;
  for (let n = 0; n < kept.length; n += 3) {
    const a = first[mesh.triangles[n] as number] as number;
    const b = first[mesh.triangles[n + 1] as number] as number;
    const c = first[mesh.triangles[n + 2] as number] as number;
    if (a === b || b === c || c === a) continue;
    kept.set([a, b, c], end);
    end += 3;
  }
  return { ...mesh, triangles: kept.slice(0, end) };
}
