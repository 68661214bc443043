// Plain twin of src/kernels/coneLight.ts: cone tracing through a pyramid of occupancy, in float64.
import type { Occupancy } from '#core/labelmap/occupancy.ts';
import type { ConeSample } from '#core/mesh/vertexLight.ts';

/** Share of a level that is occupied at a place of the finest grid; null outside it. */
export function occupiedAt({ cells, levels }: Occupancy, level: number, p: readonly number[]): number | null {
  const { offset, dims } = levels[level] as Occupancy['levels'][number];
  const padded = dims.map((n) => n + 2) as [number, number, number];
  const q = p.map((x) => (x + 0.5) / 2 ** level + 0.5);
  if (q.some((x, axis) => !(x >= 0) || Math.floor(x) >= (padded[axis] as number) - 1)) return null;
  let sum = 0;
  for (const c of [0, 1])
    for (const b of [0, 1])
      for (const a of [0, 1]) {
        const [i, j, k] = [a, b, c].map((add, axis) => Math.floor(q[axis] as number) + add) as [number, number, number];
        const weight = [a, b, c].reduce((w, add, axis) => {
          const u = (q[axis] as number) - Math.floor(q[axis] as number);
          return w * (add === 1 ? u : 1 - u);
        }, 1);
        sum += weight * (cells[offset + i + padded[0] * (j + padded[1] * k)] as number);
      }
  return sum / 255;
}

export function coneLight(
  occupancy: Occupancy,
  place: readonly number[],
  normal: readonly number[],
  cones: readonly number[],
  samples: readonly ConeSample[],
  lift: number,
): { open: number; direction: number[] } {
  const [nx, ny, nz] = normal as [number, number, number];
  const sign = nz < 0 ? -1 : 1;
  const p = -1 / (sign + nz);
  const q = nx * ny * p;
  const tangent = [1 + sign * nx * nx * p, sign * q, -sign * nx];
  const across = [q, sign + ny * ny * p, -ny];
  const start = place.map((x, axis) => x + (normal[axis] as number) * lift);
  let open = 0;
  let all = 0;
  const direction = [0, 0, 0];
  for (let cone = 0; cone < cones.length; cone += 4) {
    const [cx, cy, cz, cosine] = cones.slice(cone, cone + 4) as [number, number, number, number];
    const d = [0, 1, 2].map(
      (axis) => (tangent[axis] as number) * cx + (across[axis] as number) * cy + (normal[axis] as number) * cz,
    );
    let through = 1;
    let entered = false;
    for (const { distance, weight, level } of samples) {
      const met = occupiedAt(
        occupancy,
        level,
        start.map((x, axis) => x + (d[axis] as number) * distance),
      );
      if (met === null) {
        if (entered) break;
        continue;
      }
      entered = true;
      through *= 1 - met * weight;
      if (through < 0.03) {
        through = 0;
        break;
      }
    }
    open += through * cosine;
    all += cosine;
    for (let axis = 0; axis < 3; axis++)
      direction[axis] = (direction[axis] as number) + (d[axis] as number) * through * cosine;
  }
  return { open: open / all, direction };
}
