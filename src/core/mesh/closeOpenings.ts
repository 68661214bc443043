import { visitEdges } from './edgeCensus.ts';
import type { Mesh } from './mesh.ts';

type Surface = Pick<Mesh, 'positions' | 'triangles'>;

export interface ClosedSurface {
  /** The surface, then its lids: vertices in the openings' middles behind the others, triangles behind the others. */
  readonly mesh: Surface;
  /** At most so many mm across, one for each opening. */
  readonly widthsMm: readonly number[];
}

/**
 * Puts a lid on each opening: a fan around the middle of its rim, wound as the surface is. On a flat rim of any shape the fan encloses,
 * counted with its direction, what a flat lid would; on a bent one it is the guess that one has to know of.
 * @param mesh welded; not changed
 * @returns null where there is no rim to follow: triangles are wound against each other
 */
export function closeOpenings(mesh: Surface): ClosedSurface | null {
  const rims = rimsOf(mesh);
  if (!rims) return null;
  const vertices = mesh.positions.length / 3;
  const middles = rims.map((rim) => middleOf(mesh, rim));
  const edges = rims.reduce((sum, rim) => sum + rim.length, 0);
  const positions = new Float32Array(mesh.positions.length + 3 * rims.length);
  positions.set(mesh.positions);
  positions.set(middles.flat(), mesh.positions.length);
  const triangles = new Uint32Array(mesh.triangles.length + 3 * edges);
  triangles.set(mesh.triangles);
  let end = mesh.triangles.length;
  for (const [n, rim] of rims.entries())
    for (const [at, from] of rim.entries()) {
      // Against the rim's own direction, so that each of its edges is run through once each way.
      triangles.set([rim[(at + 1) % rim.length] as number, from, vertices + n], end);
      end += 3;
    }
  return {
    mesh: { positions, triangles },
    widthsMm: rims.map((rim, n) => 2 * rim.reduce((far, v) => Math.max(far, away(mesh, v, middles[n] as number[])), 0)),
  };
}

/** Rings of vertices in the triangles' direction, none of which meets itself. */
function rimsOf(mesh: Surface): number[][] | null {
  const next = new Map<number, number[]>();
  let wound = true;
  visitEdges(mesh, (low, high, count, balance) => {
    if (balance === 0) return;
    if (count % 2 === 0 || Math.abs(balance) !== 1) wound = false;
    const [from, to] = balance > 0 ? [low, high] : [high, low];
    const those = next.get(from);
    if (those) those.push(to);
    else next.set(from, [to]);
  });
  if (!wound) return null;
  // As many edges lead to each vertex as away from it: what bounds a surface has no ends.
  const rims: number[][] = [];
  for (const start of next.keys())
    while (next.get(start)?.length) {
      const path = [start];
      const places = new Map([[start, 0]]);
      for (let at = start; ; ) {
        at = next.get(at)?.pop() as number;
        const met = places.get(at);
        if (met === undefined) {
          places.set(at, path.push(at) - 1);
          continue;
        }
        const rim = path.splice(met);
        for (const v of rim) places.delete(v);
        rims.push(rim);
        if (met === 0) break;
        places.set(at, path.push(at) - 1);
      }
    }
  return rims;
}

function middleOf({ positions }: Surface, rim: readonly number[]): number[] {
  return [0, 1, 2].map((axis) => rim.reduce((sum, v) => sum + (positions[3 * v + axis] as number), 0) / rim.length);
}

function away({ positions }: Surface, v: number, from: readonly number[]): number {
  return Math.hypot(...from.map((at, axis) => (positions[3 * v + axis] as number) - at));
}
