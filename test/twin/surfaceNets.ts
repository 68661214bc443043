import type { Dims } from '#core/volume/volume.ts';

export interface PlainNet {
  /** Of each vertex: x, y, z of its cell. */
  readonly cells: number[][];
  /** Of each vertex: displacement from the cell's centre, voxels. */
  readonly moved: number[][];
  readonly quads: number[][];
  /** Of each quad: the values below and above it. */
  readonly sides: number[][];
}

const steps = [
  [-1, 0, 0],
  [1, 0, 0],
  [0, -1, 0],
  [0, 1, 0],
  [0, 0, -1],
  [0, 0, 1],
] as const;

/**
 * Surface nets of a dense labelmap, written to be read. A cell lies between eight voxels and has a vertex unless all eight are
 * equal; two cells are linked where the four voxels of the face between them are not all equal; two voxels that differ make a
 * quad of the four cells around their common edge. Arithmetic is float32 in a fixed order, so that results can be compared bit
 * for bit.
 */
export function surfaceNets(labels: ArrayLike<number>, dims: Dims, rates: readonly number[], limit: number): PlainNet {
  const [ni, nj, nk] = dims;
  const voxel = (i: number, j: number, k: number): number =>
    i < 0 || j < 0 || k < 0 || i >= ni || j >= nj || k >= nk ? 0 : (labels[i + ni * (j + nj * k)] as number);
  const number = new Map<string, number>();
  const cells: number[][] = [];
  for (let z = 0; z <= nk; z++)
    for (let y = 0; y <= nj; y++)
      for (let x = 0; x <= ni; x++) {
        const corners = new Set<number>();
        for (let c = 0; c < 8; c++) corners.add(voxel(x - 1 + (c & 1), y - 1 + ((c >> 1) & 1), z - 1 + (c >> 2)));
        if (corners.size === 1) continue;
        number.set(`${x} ${y} ${z}`, cells.length);
        cells.push([x, y, z]);
      }

  const links = cells.map(([x = 0, y = 0, z = 0]) => {
    const all = steps.map((step) => {
      const axis = step.findIndex((s) => s !== 0);
      const values = new Set<number>();
      for (let c = 0; c < 4; c++) {
        const at = [x - 1, y - 1, z - 1];
        at[axis] = (at[axis] as number) + (step[axis] === 1 ? 1 : 0);
        const [u, v] = [0, 1, 2].filter((a) => a !== axis) as [number, number];
        at[u] = (at[u] as number) + (c & 1);
        at[v] = (at[v] as number) + (c >> 1);
        values.add(voxel(at[0] as number, at[1] as number, at[2] as number));
      }
      return values.size;
    });
    const curves = all.filter((size) => size >= 3).length;
    return all.map((size) => size >= (curves >= 2 ? 3 : 2));
  });

  const f = Math.fround;
  let moved = cells.map(() => [0, 0, 0]);
  for (const rate of rates) {
    moved = cells.map(([x = 0, y = 0, z = 0], v) => {
      const linked = links[v] as boolean[];
      const share = f(1 / linked.filter(Boolean).length);
      return [0, 1, 2].map((axis) => {
        const of = (n: number) => {
          if (!linked[n]) return 0;
          const [dx, dy, dz] = steps[n] as (typeof steps)[number];
          const other = number.get(`${x + dx} ${y + dy} ${z + dz}`) as number;
          return (moved[other] as number[])[axis] as number;
        };
        const offset = steps.reduce((sum, step, n) => sum + (linked[n] ? (step[axis] as number) : 0), 0);
        const sum = f(f(f(of(0) + of(1)) + f(of(2) + of(3))) + f(of(4) + of(5)));
        const mean = f(f(sum + offset) * share);
        const own = (moved[v] as number[])[axis] as number;
        const to = f(own + f(f(rate) * f(mean - own)));
        return Math.min(Math.max(to, f(-limit)), f(limit));
      });
    });
  }

  const quads: number[][] = [];
  const sides: number[][] = [];
  const at = (x: number, y: number, z: number) => number.get(`${x} ${y} ${z}`) as number;
  for (const [x = 0, y = 0, z = 0] of cells) {
    const below = voxel(x - 1, y - 1, z - 1);
    const emit = (above: number, corners: number[]) => {
      if (above === below) return;
      quads.push(corners);
      sides.push([below, above]);
    };
    // The cell is the last of the four; counter-clockwise seen from the side of the higher voxel.
    emit(voxel(x, y - 1, z - 1), [at(x, y - 1, z - 1), at(x, y, z - 1), at(x, y, z), at(x, y - 1, z)]);
    emit(voxel(x - 1, y, z - 1), [at(x - 1, y, z - 1), at(x - 1, y, z), at(x, y, z), at(x, y, z - 1)]);
    emit(voxel(x - 1, y - 1, z), [at(x - 1, y - 1, z), at(x, y - 1, z), at(x, y, z), at(x - 1, y, z)]);
  }
  return { cells, moved, quads, sides };
}
