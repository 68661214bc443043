import type { Random } from './random.ts';
import type { Shape, Triple } from './shape.ts';
import { cones, type TubeNode } from './tube.ts';
import { add, between, cross, dot, lengthOf, scaled, subtract, unit } from './vector.ts';

export interface Tree {
  readonly shape: Shape;
  /** Each with its number of leaves beyond. */
  readonly branches: readonly {
    readonly from: TubeNode;
    readonly to: TubeNode;
    readonly leaves: number;
    readonly depth: number;
  }[];
}

/** `count` points inside `shape`, at least `margin` mm below its surface, spread evenly enough. */
export function pointsInside(shape: Shape, count: number, margin: number, random: Random): Triple[] {
  const [x0, y0, z0, x1, y1, z1] = shape.box;
  const points: Triple[] = [];
  for (let tries = 0; points.length < count && tries < count * 60; tries++) {
    const p: Triple = [random.between(x0, x1), random.between(y0, y1), random.between(z0, z1)];
    if (shape.distance(...p) < -margin) points.push(p);
  }
  return points;
}

/**
 * A tree that fills the cloud of `targets`: each branch runs part of the way to the middle of its points, which are then split
 * across their longest spread (Tawhai, Pullan & Hunter, Ann Biomed Eng 2000). A branch's radius follows from the leaves beyond it,
 * r ∝ leaves^(1/exponent) (Murray 1926: exponent 3).
 */
export function growTree(options: {
  root: TubeNode;
  targets: readonly Triple[];
  random: Random;
  exponent: number;
  /** Branches thinner than this are left out. */
  thinnest: number;
  reach?: number;
}): Tree {
  const { root, targets, random, exponent, thinnest, reach = 0.46 } = options;
  const branches: Tree['branches'][number][] = [];
  const total = targets.length;
  const radiusOf = (leaves: number) => root[3] * (leaves / total) ** (1 / exponent);
  const grow = (at: Triple, radius: number, cloud: readonly Triple[], depth: number): void => {
    if (cloud.length === 0 || radius < thinnest) return;
    const centre = middleOf(cloud);
    const own = radiusOf(cloud.length);
    const single = cloud.length === 1;
    const goal = between(at, centre, single ? 0.85 : reach);
    const span = lengthOf(subtract(goal, at));
    let tip = goal;
    if (span > 2) {
      // No vessel runs straight: the middle is pushed aside a little.
      const across = unit(
        cross(subtract(goal, at), [random.between(-1, 1), random.between(-1, 1), random.between(-1, 1)]),
      );
      const bend = add(between(at, goal, 0.5), scaled(across, span * random.between(0.02, 0.1)));
      const mid: TubeNode = [...bend, (radius + own) / 2];
      branches.push({ from: [...at, radius], to: mid, leaves: cloud.length, depth });
      branches.push({ from: mid, to: [...goal, own], leaves: cloud.length, depth });
    } else tip = at;
    if (single) return;
    const axis = longestAxis(cloud, centre);
    const sorted = cloud.map((p) => ({ p, s: dot(subtract(p, centre), axis) })).sort((a, b) => a.s - b.s);
    const cut = Math.max(1, Math.min(cloud.length - 1, Math.round(cloud.length * random.between(0.36, 0.64))));
    const halves = [sorted.slice(0, cut), sorted.slice(cut)].map((half) => half.map(({ p }) => p));
    for (const half of halves) grow(tip, Math.min(own, radiusOf(half.length) * 1.08), half, depth + 1);
  };
  grow([root[0], root[1], root[2]], root[3], targets, 0);
  return { branches, shape: cones(branches.map(({ from, to }) => [from, to] as const)) };
}

function middleOf(points: readonly Triple[]): Triple {
  let [x, y, z] = [0, 0, 0];
  for (const p of points) {
    x += p[0];
    y += p[1];
    z += p[2];
  }
  return [x / points.length, y / points.length, z / points.length];
}

/** Principal axis by power iteration. */
function longestAxis(points: readonly Triple[], centre: Triple): Triple {
  let [xx, xy, xz, yy, yz, zz] = [1e-6, 0, 0, 1e-6, 0, 1e-6];
  for (const p of points) {
    const [x, y, z] = [p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]];
    xx += x * x;
    xy += x * y;
    xz += x * z;
    yy += y * y;
    yz += y * z;
    zz += z * z;
  }
  let axis: Triple = [0.57, 0.61, 0.55];
  for (let n = 0; n < 8; n++) {
    axis = unit([
      xx * axis[0] + xy * axis[1] + xz * axis[2],
      xy * axis[0] + yy * axis[1] + yz * axis[2],
      xz * axis[0] + yz * axis[1] + zz * axis[2],
    ]);
  }
  return axis;
}
