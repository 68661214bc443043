import type { Mesh } from './mesh.ts';

/** How many triangles each piece of a mesh has (triangles that share a vertex number belong together), largest first. */
export function pieceSizes({ positions, triangles }: Pick<Mesh, 'positions' | 'triangles'>): number[] {
  const parent = Uint32Array.from({ length: positions.length / 3 }, (_, v) => v);
  const find = (start: number): number => {
    let v = start;
    while (parent[v] !== v) {
      parent[v] = parent[parent[v] as number] as number;
      v = parent[v] as number;
    }
    return v;
  };
  for (let n = 0; n < triangles.length; n += 3) {
    const a = find(triangles[n] as number);
    for (let side = 1; side < 3; side++) {
      const b = find(triangles[n + side] as number);
      if (b !== a) parent[b] = a;
    }
  }
  const sizes = new Map<number, number>();
  for (let n = 0; n < triangles.length; n += 3) {
    const root = find(triangles[n] as number);
    sizes.set(root, (sizes.get(root) ?? 0) + 1);
  }
  return [...sizes.values()].sort((a, b) => b - a);
}
