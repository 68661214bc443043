import type { Mesh } from './mesh.ts';

export interface EdgeCensus {
  /** Different edges, by vertex number. */
  readonly edges: number;
  /** Edges with an odd number of triangles: none where the mesh is closed. */
  readonly boundaryEdges: number;
  /** Edges that are not run through once each way in balance: boundary edges, and those of triangles wound against each other. */
  readonly unbalancedEdges: number;
  readonly closed: boolean;
}

/** Counts edges by their vertices' numbers; weld first where vertices may coincide. Edges from a vertex to itself do not count. */
export function edgeCensus(mesh: Pick<Mesh, 'positions' | 'triangles'>): EdgeCensus {
  let [edges, boundaryEdges, unbalancedEdges] = [0, 0, 0];
  visitEdges(mesh, (_low, _high, count, balance) => {
    edges++;
    if (count % 2 === 1) boundaryEdges++;
    if (balance !== 0) unbalancedEdges++;
  });
  return { edges, boundaryEdges, unbalancedEdges, closed: boundaryEdges === 0 };
}

/**
 * Tells each edge once.
 * @param tell its vertices, how many triangles have it, and how many more of them run from `low` to `high` than back
 */
export function visitEdges(
  { positions, triangles }: Pick<Mesh, 'positions' | 'triangles'>,
  tell: (low: number, high: number, count: number, balance: number) => void,
): void {
  const vertices = positions.length / 3;
  // Each edge lies with its lower vertex, as 2 × the higher one + its direction.
  const starts = new Uint32Array(vertices + 1);
  forEachEdge(triangles, (low) => {
    starts[low + 1] = (starts[low + 1] as number) + 1;
  });
  for (let v = 0; v < vertices; v++) starts[v + 1] = (starts[v + 1] as number) + (starts[v] as number);
  const ends = starts.slice(0, vertices);
  const others = new Float64Array(starts[vertices] as number);
  forEachEdge(triangles, (low, high, upward) => {
    const at = ends[low] as number;
    others[at] = 2 * high + upward;
    ends[low] = at + 1;
  });
  for (let v = 0; v < vertices; v++) {
    const [from, to] = [starts[v] as number, starts[v + 1] as number];
    if (to > from + 1) others.subarray(from, to).sort();
    for (let n = from; n < to; ) {
      const high = (others[n] as number) >> 1;
      let [count, balance] = [0, 0];
      for (; n < to && (others[n] as number) >> 1 === high; n++) {
        count++;
        balance += ((others[n] as number) & 1) === 1 ? 1 : -1;
      }
      tell(v, high, count, balance);
    }
  }
}

function forEachEdge(triangles: Mesh['triangles'], tell: (low: number, high: number, upward: 0 | 1) => void): void {
  for (let n = 0; n < triangles.length; n += 3)
    for (let side = 0; side < 3; side++) {
      const a = triangles[n + side] as number;
      const b = triangles[n + ((side + 1) % 3)] as number;
      if (a < b) tell(a, b, 1);
      else if (b < a) tell(b, a, 0);
    }
}

/** Vertices in use − edges + triangles: 2 for each sphere-like piece, 0 for a torus. */
export function eulerCharacteristic(mesh: Pick<Mesh, 'positions' | 'triangles'>): number {
  return new Set(mesh.triangles).size - edgeCensus(mesh).edges + mesh.triangles.length / 3;
}
