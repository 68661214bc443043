import type { Box, Shape, Triple } from './shape.ts';

/** A node of a centreline: position and radius in mm. */
export type TubeNode = readonly [x: number, y: number, z: number, radius: number];

/** Catmull–Rom through all rows (any number of columns), `per` steps between neighbours. */
export function spline<Row extends readonly number[]>(rows: readonly Row[], per: number): Row[] {
  const at = (n: number) => rows[Math.max(0, Math.min(rows.length - 1, n))] as Row;
  const out: Row[] = [];
  for (let n = 0; n + 1 < rows.length; n++)
    for (let s = 0; s < per; s++) {
      const t = s / per;
      const [p, a, b, q] = [at(n - 1), at(n), at(n + 1), at(n + 2)];
      out.push(
        a.map((v, c) => {
          const [pv, bv, qv] = [p[c] as number, b[c] as number, q[c] as number];
          return v + 0.5 * t * (bv - pv + t * (2 * pv - 5 * v + 4 * bv - qv + t * (3 * (v - bv) + qv - pv)));
        }) as unknown as Row,
      );
    }
  out.push(at(rows.length - 1));
  return out;
}

const CONE = 8;
const GROUP = 12;

/** Round cones, each (ax ay az ra)(bx by bz rb): the whole of a vessel or a tree of them, as one shape. */
export function cones(ends: readonly (readonly [TubeNode, TubeNode])[]): Shape {
  const data = new Float64Array(ends.length * CONE);
  ends.forEach(([a, b], n) => {
    data.set([a[0], a[1], a[2], a[3], b[0] - a[0], b[1] - a[1], b[2] - a[2], b[3] - a[3]], n * CONE);
  });
  return coneShape(data, ends.length, boxOf(ends.flat()));
}

/** Boxes around each GROUP cones: neighbours in the list are neighbours in space. */
function groupsOf(data: Float64Array, count: number): Float64Array {
  const boxes = new Float64Array(Math.ceil(count / GROUP) * 6);
  for (let n = 0; n < count; n++) {
    const o = n * CONE;
    const b = Math.floor(n / GROUP) * 6;
    const r = Math.max(data[o + 3] as number, (data[o + 3] as number) + (data[o + 7] as number));
    for (let c = 0; c < 3; c++) {
      const from = data[o + c] as number;
      const to = from + (data[o + 4 + c] as number);
      const [low, high] = [Math.min(from, to) - r, Math.max(from, to) + r];
      boxes[b + c] = n % GROUP === 0 ? low : Math.min(boxes[b + c] as number, low);
      boxes[b + 3 + c] = n % GROUP === 0 ? high : Math.max(boxes[b + 3 + c] as number, high);
    }
  }
  return boxes;
}

function boxOf(nodes: readonly TubeNode[]): Box {
  const box: [number, number, number, number, number, number] = [1e9, 1e9, 1e9, -1e9, -1e9, -1e9];
  for (const [x, y, z, r] of nodes) {
    box[0] = Math.min(box[0], x - r);
    box[1] = Math.min(box[1], y - r);
    box[2] = Math.min(box[2], z - r);
    box[3] = Math.max(box[3], x + r);
    box[4] = Math.max(box[4], y + r);
    box[5] = Math.max(box[5], z + r);
  }
  return box;
}

function coneDistance(data: Float64Array, n: number, x: number, y: number, z: number): number {
  const o = n * CONE;
  const px = x - (data[o] as number);
  const py = y - (data[o + 1] as number);
  const pz = z - (data[o + 2] as number);
  const dx = data[o + 4] as number;
  const dy = data[o + 5] as number;
  const dz = data[o + 6] as number;
  let t = (px * dx + py * dy + pz * dz) / (dx * dx + dy * dy + dz * dz + 1e-12);
  t = t < 0 ? 0 : Math.min(t, 1);
  const qx = px - t * dx;
  const qy = py - t * dy;
  const qz = pz - t * dz;
  return Math.sqrt(qx * qx + qy * qy + qz * qz) - (data[o + 3] as number) - t * (data[o + 7] as number);
}

function coneShape(data: Float64Array, count: number, box: Box): Shape {
  let groups: Float64Array | undefined;
  return {
    box,
    distance(x, y, z) {
      let best = 1e9;
      for (let n = 0; n < count; n++) {
        const d = coneDistance(data, n, x, y, z);
        if (d < best) best = d;
      }
      return best;
    },
    near(x, y, z, radius) {
      groups ??= groupsOf(data, count);
      const kept: number[] = [];
      for (let g = 0; g * GROUP < count; g++) {
        const b = g * 6;
        const dx = Math.max(0, (groups[b] as number) - x, x - (groups[b + 3] as number));
        const dy = Math.max(0, (groups[b + 1] as number) - y, y - (groups[b + 4] as number));
        const dz = Math.max(0, (groups[b + 2] as number) - z, z - (groups[b + 5] as number));
        if (dx * dx + dy * dy + dz * dz > radius * radius) continue;
        const to = Math.min(count, (g + 1) * GROUP);
        for (let n = g * GROUP; n < to; n++) if (coneDistance(data, n, x, y, z) <= radius) kept.push(n);
      }
      if (kept.length === 0) return null;
      if (kept.length === count) return this;
      const part = new Float64Array(kept.length * CONE);
      for (let at = 0; at < kept.length; at++) {
        const from = (kept[at] as number) * CONE;
        for (let c = 0; c < CONE; c++) part[at * CONE + c] = data[from + c] as number;
      }
      return coneShape(part, kept.length, box);
    },
  };
}

/** A smooth round tube through the nodes. */
export function tube(nodes: readonly TubeNode[], per = 6): Shape {
  return cones(pairs(spline(nodes, per)));
}

export function pairs<Node>(nodes: readonly Node[]): (readonly [Node, Node])[] {
  return nodes.slice(1).map((node, n) => [nodes[n] as Node, node] as const);
}

/** A node of a flat tube: `wide` half extent along the unit vector u, `thin` half extent across it. */
export interface FlatNode {
  readonly at: Triple;
  readonly u: Triple;
  readonly wide: number;
  readonly thin: number;
}

const FLAT = 16;

/** A tube of elliptical section, its ends rounded by `thin`: ribs, sternum, cartilages. */
export function flatTube(nodes: readonly FlatNode[]): Shape {
  const count = nodes.length - 1;
  const data = new Float64Array(count * FLAT);
  const box = boxOf(nodes.map(({ at, wide, thin }) => [at[0], at[1], at[2], Math.max(wide, thin)] as const));
  for (let n = 0; n < count; n++) {
    const a = nodes[n] as FlatNode;
    const b = nodes[n + 1] as FlatNode;
    data.set(
      [
        ...a.at,
        b.at[0] - a.at[0],
        b.at[1] - a.at[1],
        b.at[2] - a.at[2],
        ...a.u,
        b.u[0] - a.u[0],
        b.u[1] - a.u[1],
        b.u[2] - a.u[2],
        a.wide,
        b.wide - a.wide,
        a.thin,
        b.thin - a.thin,
      ],
      n * FLAT,
    );
  }
  return flatShape(data, count, box);
}

function flatDistance(data: Float64Array, n: number, x: number, y: number, z: number): number {
  const o = n * FLAT;
  const dx = data[o + 3] as number;
  const dy = data[o + 4] as number;
  const dz = data[o + 5] as number;
  let px = x - (data[o] as number);
  let py = y - (data[o + 1] as number);
  let pz = z - (data[o + 2] as number);
  let t = (px * dx + py * dy + pz * dz) / (dx * dx + dy * dy + dz * dz + 1e-12);
  t = t < 0 ? 0 : Math.min(t, 1);
  px -= t * dx;
  py -= t * dy;
  pz -= t * dz;
  const ux = (data[o + 6] as number) + t * (data[o + 9] as number);
  const uy = (data[o + 7] as number) + t * (data[o + 10] as number);
  const uz = (data[o + 8] as number) + t * (data[o + 11] as number);
  const wide = (data[o + 12] as number) + t * (data[o + 13] as number);
  const thin = (data[o + 14] as number) + t * (data[o + 15] as number);
  const along = px * ux + py * uy + pz * uz;
  const rest = Math.max(0, px * px + py * py + pz * pz - along * along);
  const p = (along * along) / (wide * wide);
  const q = rest / (thin * thin);
  const k1 = p / (wide * wide) + q / (thin * thin);
  if (k1 < 1e-12) return -thin;
  const k0 = Math.sqrt(p + q);
  return (k0 * (k0 - 1)) / Math.sqrt(k1);
}

function flatShape(data: Float64Array, count: number, box: Box): Shape {
  return {
    box,
    distance(x, y, z) {
      let best = 1e9;
      for (let n = 0; n < count; n++) {
        const d = flatDistance(data, n, x, y, z);
        if (d < best) best = d;
      }
      return best;
    },
    near(x, y, z, radius) {
      const kept: number[] = [];
      for (let n = 0; n < count; n++) {
        const o = n * FLAT;
        const wide = Math.max(data[o + 12] as number, (data[o + 12] as number) + (data[o + 13] as number));
        const thin = Math.max(data[o + 14] as number, (data[o + 14] as number) + (data[o + 15] as number));
        if (segmentDistance(data, o, x, y, z) <= radius + Math.max(wide, thin)) kept.push(n);
      }
      if (kept.length === 0) return null;
      if (kept.length === count) return this;
      const part = new Float64Array(kept.length * FLAT);
      kept.forEach((n, at) => {
        part.set(data.subarray(n * FLAT, n * FLAT + FLAT), at * FLAT);
      });
      return flatShape(part, kept.length, box);
    },
  };
}

function segmentDistance(data: Float64Array, o: number, x: number, y: number, z: number): number {
  const px = x - (data[o] as number);
  const py = y - (data[o + 1] as number);
  const pz = z - (data[o + 2] as number);
  const dx = data[o + 3] as number;
  const dy = data[o + 4] as number;
  const dz = data[o + 5] as number;
  const t = Math.max(0, Math.min(1, (px * dx + py * dy + pz * dz) / (dx * dx + dy * dy + dz * dz + 1e-12)));
  return Math.hypot(px - t * dx, py - t * dy, pz - t * dz);
}
