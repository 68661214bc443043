import type { Mesh } from '#core/mesh/mesh.ts';

type Point = [number, number, number];

/**
 * Distance from points to a mesh, written to be read and not from the kernel: a triangle's plane where the foot of the
 * perpendicular lies inside, else its three edges; triangles are looked at in the order of the distance to their bounding balls.
 */
export function distanceToSurface({ positions, triangles }: Pick<Mesh, 'positions' | 'triangles'>) {
  const corner = (v: number): Point => [...positions.subarray(3 * v, 3 * v + 3)] as Point;
  const all = Array.from({ length: triangles.length / 3 }, (_, n) => {
    const [a, b, c] = [0, 1, 2].map((side) => corner(triangles[3 * n + side] as number)) as [Point, Point, Point];
    const centre = [0, 1, 2].map((x) => ((a[x] as number) + (b[x] as number) + (c[x] as number)) / 3) as Point;
    return {
      a,
      b,
      c,
      centre,
      radius: Math.max(length(minus(a, centre)), length(minus(b, centre)), length(minus(c, centre))),
    };
  });
  return (point: readonly number[]): number => {
    const p = point as Point;
    let best = Number.POSITIVE_INFINITY;
    for (const { a, b, c, centre, radius } of all)
      if (length(minus(p, centre)) - radius < best) best = Math.min(best, toTriangle(p, a, b, c));
    return best;
  };
}

function toTriangle(p: Point, a: Point, b: Point, c: Point): number {
  const normal = cross(minus(b, a), minus(c, a));
  const size = length(normal);
  const inside = ([from, to]: [Point, Point]) => dot(cross(minus(to, from), minus(p, from)), normal) >= 0;
  const edges: [Point, Point][] = [
    [a, b],
    [b, c],
    [c, a],
  ];
  if (size > 0 && edges.every(inside)) return Math.abs(dot(minus(p, a), normal)) / size;
  return Math.min(...edges.map(([from, to]) => toSegment(p, from, to)));
}

function toSegment(p: Point, from: Point, to: Point): number {
  const along = minus(to, from);
  const square = dot(along, along);
  const share = square > 0 ? Math.min(1, Math.max(0, dot(minus(p, from), along) / square)) : 0;
  return length(minus(p, from.map((x, axis) => x + share * (along[axis] as number)) as Point));
}

const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: Point, b: Point): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const length = (a: Point): number => Math.sqrt(dot(a, a));
const cross = (a: Point, b: Point): Point => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
