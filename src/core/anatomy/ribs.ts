import { union } from './combine.ts';
import type { Random } from './random.ts';
import { type Shape, smoothstep, type Triple } from './shape.ts';
import type { Spine } from './spine.ts';
import type { Outline } from './torso.ts';
import { type FlatNode, flatTube, spline } from './tube.ts';
import { add, cross, dot, lengthOf, scaled, subtract, unit } from './vector.ts';

export type Side = 'right' | 'left';

export interface Rib {
  readonly side: Side;
  readonly number: number;
  readonly nodes: readonly FlatNode[];
  readonly shape: Shape;
}

export interface Fracture {
  readonly rib: Rib;
  readonly shape: Shape;
  readonly centre: Triple;
  readonly gapMm: number;
  readonly volumeMm3: number;
}

export interface Ribcage {
  readonly ribs: readonly Rib[];
  readonly cartilages: readonly { readonly side: Side; readonly number: number; readonly shape: Shape }[];
  readonly sternum: Shape;
  readonly fracture: Fracture;
}

/** Where a rib's bone ends, as an angle about the trunk from the back (degrees), and how far it has come down by then (mm). */
const ENDS: readonly (readonly [angle: number, drop: number])[] = [
  [148, 26],
  [151, 44],
  [151, 58],
  [149, 68],
  [146, 75],
  [141, 80],
  [134, 83],
  [124, 80],
  [113, 74],
  [101, 66],
  [74, 50],
  [48, 30],
];
/** Half height and half thickness of a rib's section. */
const SECTION: readonly (readonly [wide: number, thin: number])[] = [
  [8.2, 3],
  [7.2, 3.2],
  [6.8, 3.4],
  [6.7, 3.5],
  [6.8, 3.6],
  [7, 3.6],
  [7.1, 3.6],
  [7, 3.6],
  [6.7, 3.5],
  [6.4, 3.4],
  [6, 3.3],
  [5.2, 3.1],
];
const SEGMENTS = 30;

export function makeRibcage(random: Random, cage: Outline, spine: Spine): Ribcage {
  const slant = random.around(1, 0.06);
  const brokenSide: Side = random.next() < 0.5 ? 'right' : 'left';
  const brokenNumber = 5 + Math.floor(random.next() * 4);
  const gapMm = random.between(3.2, 4.6);
  const ribs: Rib[] = [];
  let fracture: Fracture | undefined;
  for (const side of ['right', 'left'] as const)
    for (let number = 1; number <= 12; number++) {
      const wobble = random.between(-1.2, 1.2);
      const nodes = ribPath(cage, spine, number, slant, wobble).map((node) => onSide(node, side));
      if (side === brokenSide && number === brokenNumber) {
        const broken = breakRib(nodes, gapMm, 16 + Math.floor(random.next() * 4), random.between(1.5, 3));
        const rib: Rib = { side, number, nodes, shape: broken.rib };
        ribs.push(rib);
        fracture = { rib, gapMm, ...broken.gap };
      } else ribs.push({ side, number, nodes, shape: flatTube(nodes) });
    }
  const sternum = sternumNodes(cage);
  const cartilages: { side: Side; number: number; shape: Shape }[] = [];
  for (const side of ['right', 'left'] as const) {
    const ends = ribs.filter((rib) => rib.side === side).map((rib) => rib.nodes.at(-1) as FlatNode);
    for (let number = 1; number <= 10; number++) {
      const path = cartilagePath(cage, sternum, ends, number, side === 'right' ? 1 : -1);
      cartilages.push({ side, number, shape: flatTube(path) });
    }
  }
  return { ribs, cartilages, sternum: sternumShape(sternum), fracture: fracture as Fracture };
}

function onSide(node: FlatNode, side: Side): FlatNode {
  if (side === 'right') return node;
  return { ...node, at: [-node.at[0], node.at[1], node.at[2]], u: [-node.u[0], node.u[1], node.u[2]] };
}

/** A point of the ribcage at angle `phi` from the back (radians) and height z, `inset` mm inside the outer surface. */
function onCage(cage: Outline, phi: number, z: number, inset: number): Triple {
  const half = cage.half(z) - inset;
  const x = half * Math.sin(phi);
  // The back is flatter than an ellipse, with the angle of the rib well out to the side.
  const y = phi < Math.PI / 2 ? cage.backAt(x * 0.995, z) + inset : cage.frontAt(x * 0.995, z) - inset;
  return [x, y, z];
}

/** From the head at the spine round to the bone's end in front: nodes for the right side (x > 0). */
function ribPath(cage: Outline, spine: Spine, number: number, slant: number, wobble: number): FlatNode[] {
  const vertebra = spine.vertebrae[number + 1];
  if (!vertebra) throw new RangeError(`no vertebra for rib ${number}`);
  const { half } = vertebra;
  const [endAngle, drop] = ENDS[number - 1] as readonly [number, number];
  const [wide, thin] = SECTION[number - 1] as readonly [number, number];
  const z0 = vertebra.z + (number === 1 || number > 10 ? 1 : half.height * 0.75);
  const tubercle: Triple = [half.width + 14, vertebra.y - half.depth - 20, z0 - 1];
  const start = Math.asin(Math.min(0.9, (half.width + 36) / cage.half(z0 - 6)));
  const end = (endAngle * Math.PI) / 180;
  const points: Triple[] = [
    [half.width + 2.5, vertebra.y - half.depth * 0.72, z0 + 1],
    [half.width + 8, vertebra.y - half.depth - 9, z0],
    tubercle,
  ];
  const count = 12;
  for (let n = 0; n <= count; n++) {
    const t = n / count;
    const phi = start + t * (end - start);
    // Ribs fall steadily at the side and level out in front.
    const fall = drop * slant * 1.12 * (0.06 + 0.94 * (0.3 * smoothstep(-0.3, 1.15, t) + 0.7 * t));
    points.push(onCage(cage, phi, z0 - fall + wobble * Math.sin(5 * t), thin + 0.6));
  }
  const fine = spline(points, 8);
  // Evenly spaced: the section changes along the length, not along the control points.
  const even = resample(fine, SEGMENTS);
  return even.map((at, n) => {
    const before = even[Math.max(0, n - 1)] as Triple;
    const after = even[Math.min(even.length - 1, n + 1)] as Triple;
    const along = unit(subtract(after, before));
    const t = n / (even.length - 1);
    const outward = unit([at[0], at[1] + 10, number === 1 ? 60 : 6]);
    const u = unit(cross(along, cross([outward[0], outward[1], outward[2]], along)));
    const across = unit(cross(along, u));
    const neck = smoothstep(0, 0.16, t);
    const flare = smoothstep(0.82, 1, t);
    return {
      at,
      u: across,
      wide: wide * (0.74 + 0.26 * neck) * (1 + 0.1 * flare) * (number > 10 ? 1 - 0.45 * smoothstep(0.5, 1, t) : 1),
      thin: thin * (1.12 - 0.12 * neck + 0.14 * flare),
    };
  });
}

function resample(points: readonly Triple[], segments: number): Triple[] {
  const lengths = [0];
  for (let n = 1; n < points.length; n++)
    lengths.push((lengths[n - 1] as number) + lengthOf(subtract(points[n] as Triple, points[n - 1] as Triple)));
  const total = lengths.at(-1) as number;
  const out: Triple[] = [];
  let at = 0;
  for (let s = 0; s <= segments; s++) {
    const wanted = (total * s) / segments;
    while (at + 2 < points.length && (lengths[at + 1] as number) < wanted) at++;
    const a = points[at] as Triple;
    const b = points[at + 1] as Triple;
    const t = (wanted - (lengths[at] as number)) / ((lengths[at + 1] as number) - (lengths[at] as number));
    out.push(add(a, scaled(subtract(b, a), t)));
  }
  return out;
}

/** Cuts a rib at node `at`: a gap of `gapMm` with the front fragment stepped outwards; the gap is a straight elliptical cylinder. */
function breakRib(nodes: readonly FlatNode[], gapMm: number, at: number, step: number) {
  const here = nodes[at] as FlatNode;
  const next = nodes[at + 1] as FlatNode;
  const along = unit(subtract(next.at, here.at));
  const u = unit(subtract(here.u, scaled(along, dot(here.u, along))));
  const normal = unit(cross(along, u));
  const outward = dot(normal, [here.at[0], here.at[1], 0]) > 0 ? normal : scaled(normal, -1);
  const { wide, thin } = here;
  const centre = here.at;
  const half = gapMm / 2;
  const gapBox = wide + thin + gapMm;
  const shape: Shape = {
    box: [
      centre[0] - gapBox,
      centre[1] - gapBox,
      centre[2] - gapBox,
      centre[0] + gapBox,
      centre[1] + gapBox,
      centre[2] + gapBox,
    ],
    distance(x, y, z) {
      const p: Triple = [x - centre[0], y - centre[1], z - centre[2]];
      const s = dot(p, along);
      const a = dot(p, u) / wide;
      const b = dot(p, normal) / thin;
      const k0 = Math.sqrt(a * a + b * b);
      const k1 = Math.sqrt((a * a) / (wide * wide) + (b * b) / (thin * thin));
      const side = k1 < 1e-9 ? -thin : (k0 * (k0 - 1)) / k1;
      return Math.max(side, Math.abs(s) - half);
    },
  };
  const shifted = (node: FlatNode, by: number): FlatNode => ({
    ...node,
    at: add(add(node.at, scaled(outward, by)), [0, 0, -0.6 * by]),
  });
  const before = [...nodes.slice(0, at), { ...here, at: add(centre, scaled(along, -half - thin * 0.6)) }];
  const after = [
    shifted({ ...here, at: add(centre, scaled(along, half + thin * 0.6)) }, step),
    ...nodes.slice(at + 1).map((node, n) => shifted(node, step * Math.max(0, 1 - (n + 1) / 8))),
  ];
  return {
    rib: union([flatTube(before), flatTube(after)]),
    gap: { shape, centre, volumeMm3: Math.PI * wide * thin * gapMm },
  };
}

function sternumNodes(cage: Outline): FlatNode[] {
  // height, half width, half thickness
  const rows: readonly (readonly [number, number, number])[] = [
    [128, 25, 6.2],
    [121, 29, 6.6],
    [110, 24, 6.4],
    [97, 15, 6.4],
    [92, 13.5, 6.4],
    [80, 14.5, 5.6],
    [60, 16.5, 5.4],
    [40, 18.5, 5.3],
    [24, 18, 5.2],
    [10, 12, 4.6],
    [2, 7, 3.8],
    [-12, 4.6, 3],
  ];
  return spline(
    rows.map(([z, wide, thin]) => [cage.front(z) - thin + 2.2, z, wide, thin] as const),
    3,
  ).map(([y, z, wide, thin]) => ({ at: [0, y, z] as Triple, u: [1, 0, 0] as Triple, wide, thin }));
}

function sternumShape(nodes: readonly FlatNode[]): Shape {
  return flatTube(nodes);
}

/** Heights at which cartilages 1 to 7 meet the sternum. */
const JOINTS = [119, 95, 76, 58, 41, 27, 15];

function cartilagePath(
  cage: Outline,
  sternum: readonly FlatNode[],
  ends: readonly FlatNode[],
  number: number,
  sign: number,
): FlatNode[] {
  const from = ends[number - 1] as FlatNode;
  const [x0, , z0] = from.at;
  let x1: number;
  let z1: number;
  const joint = JOINTS[number - 1];
  if (joint !== undefined) {
    const node = sternum.reduce((best, s) => (Math.abs(s.at[2] - joint) < Math.abs(best.at[2] - joint) ? s : best));
    x1 = sign * (node.wide - 2);
    z1 = joint;
  } else {
    // 8 to 10 lean on the cartilage above, a third of the way in.
    const above = ends[number - 2] as FlatNode;
    x1 = above.at[0] * (0.94 - 0.12 * (10 - number));
    z1 = above.at[2] - 3 + (number === 8 ? 16 : number === 9 ? 9 : 4);
  }
  const dip = number >= 5 && number <= 7 ? 7 * (number - 4) * 0.5 : number > 7 ? 4 : 0;
  const count = 10;
  const out: FlatNode[] = [];
  for (let n = 0; n <= count; n++) {
    const t = n / count;
    const x = x0 + t * (x1 - x0);
    const bow = joint === undefined ? t : number >= 5 ? t * t * (1.6 - 0.6 * t) : t;
    const z = z0 + (z1 - z0) * bow - dip * Math.sin(Math.PI * Math.min(1, t * 1.5)) * (t < 0.67 ? 1 : 0);
    const y = cage.frontAt(x, z) - 4.4;
    const blend = smoothstep(0, 0.25, t);
    out.push({
      at: [x, from.at[1] + (y - from.at[1]) * Math.max(blend, t), z],
      u: from.u,
      wide: from.wide * (1 - 0.22 * t),
      thin: from.thin * (1 + 0.12 * t),
    });
  }
  return out.map((node, n) => {
    const a = out[Math.max(0, n - 1)] as FlatNode;
    const b = out[Math.min(count, n + 1)] as FlatNode;
    const along = unit(subtract(b.at, a.at));
    return { ...node, u: unit(cross(along, unit([node.at[0] * 0.4, 1, 0]))) };
  });
}
