import { grown, intersection, mirrored, receded, uneven, union, without } from './combine.ts';
import type { Cranium } from './cranium.ts';
import type { Random } from './random.ts';
import { capsule, EVERYWHERE, ellipsoid, field, type Shape, sine, smoothstep, type Triple } from './shape.ts';
import { type FlatNode, flatTube, spline, tube } from './tube.ts';

export interface Skull {
  /** Vault, base and face without the mandible, hollows left out. */
  readonly bone: Shape;
  /** Air inside it, drawn before it. */
  readonly hollows: readonly { readonly name: string; readonly shape: Shape; readonly cells: boolean }[];
  readonly mandible: Shape;
  readonly teeth: { readonly upper: Shape; readonly lower: Shape };
  /** Bony socket on both sides: what lies in it is fat where nothing else is. */
  readonly orbits: Shape;
  readonly canal: Shape;
}

export const EYE: Triple = [31.5, 72, 1];
export const APEX: Triple = [14, 34, 3];

export function makeSkull(random: Random, cranium: Cranium): Skull {
  const { cavity, vault } = cranium;
  const thick = random.around(1, 0.12);
  const wall = field(EVERYWHERE, (x, y, z) => {
    // Thin at the temples, thick behind.
    const temple = smoothstep(40, 66, Math.abs(x)) * smoothstep(50, 10, z);
    return thick * (6.4 - 2.2 * temple + 1.6 * smoothstep(-60, -95, y) - 2 * smoothstep(6, -12, z));
  });
  const outer = receded(cavity, (x, y, z) => -wall.distance(x, y, z), 12);
  const orbit = mirrored(
    intersection(
      [
        union(
          [
            capsule([31.5, 66, 1], APEX, 18.5, 5),
            ellipsoid([32, 72, 1], [21, 16, 18.5]),
            capsule(APEX, [11, 26, 4], 4.2, 3),
          ],
          4,
        ),
        field(EVERYWHERE, (x, y) => (y - 79 + 0.42 * Math.max(0, Math.abs(x) - 30)) * 0.92),
      ],
      2,
    ),
  );
  const nose = mirrored(union([ellipsoid([8.5, 58, -22], [8, 33, 17]), ellipsoid([4.5, 56, -2], [3.6, 26, 13])], 4));
  const turbinates = mirrored(
    union([
      capsule([9.5, 76, -30], [9, 42, -30], 2.8),
      capsule([8.5, 72, -19], [8, 42, -19], 2.4),
      capsule([11.5, 76, -31], [12.5, 60, -29], 2),
    ]),
  );
  const nasal = without(nose, turbinates, 1);
  const sinus = (centre: Triple, semi: Triple) => mirrored(uneven(ellipsoid(centre, semi), 1.1, 17, centre[1]));
  const maxillary = sinus([29, 56, -22], [12.5, 16, 15]);
  const frontal = mirrored(uneven(ellipsoid([11, 79, 24], [11, 5, 10]), 1.2, 13, 3));
  const sphenoid = mirrored(ellipsoid([8, 30, -5], [7.4, 11, 8.5]));
  const ethmoid = mirrored(
    intersection([ellipsoid([9.5, 56, 1], [5, 21, 12]), field(EVERYWHERE, (x) => 4.6 - Math.abs(x))], 1),
  );
  const mastoid = mirrored(ellipsoid([55, -27, -21], [10, 12, 17]));
  const earCanal = mirrored(
    union([
      tube(
        [
          [75, -11, -9, 3.4],
          [66, -11, -8, 3.4],
          [53, -10, -8, 3.6],
        ],
        3,
      ),
      ellipsoid([49, -9, -7], [4, 5, 7]),
    ]),
  );
  const face = mirrored(
    union(
      [
        // brow, rims and cheekbone
        tube(
          [
            [52, 58, 12, 6],
            [44, 70, 18, 5],
            [30, 77.5, 19, 5],
            [14, 81.5, 16, 5.5],
            [0, 83, 13, 6],
          ],
          4,
        ),
        tube(
          [
            [52, 58, 14, 5],
            [53, 62, 0, 5],
            [50, 63, -14, 7.5],
            [36, 68, -21, 6.5],
            [22, 74, -19, 4.5],
            [12, 82, -6, 4],
            [8, 86, 10, 5],
          ],
          4,
        ),
        flat([
          [[50, 62, -16], 7, 4],
          [[58, 48, -15], 5.5, 3.2],
          [[66, 26, -13], 4, 2.8],
          [[67, 8, -10], 4.5, 3.2],
          [[62, -4, -8], 6, 5],
        ]),
        // jaw and palate
        ellipsoid([24, 58, -24], [19.5, 23, 21]),
        ellipsoid([0, 58, -40], [27, 33, 5]),
        ...ridge(-44, 8, 6.5),
        // nose bone, sphenoid, pterygoids
        capsule([2, 87, 9], [3, 96, -5], 4.6, 2.6),
        ellipsoid([0, 27, -5], [19, 19, 13]),
        flat([
          [[15, 26, -12], 7, 2],
          [[17, 27, -30], 7, 2],
          [[17, 30, -44], 5, 1.8],
        ]),
        flat([
          [[38, 40, 2], 14, 3.4],
          [[52, 36, 2], 12, 3],
        ]),
        // petrous ridge, mastoid, clivus, condyle
        capsule([20, 4, -8], [57, -16, -7], 7.5, 11),
        ellipsoid([55, -27, -22], [12.5, 15, 21]),
        capsule([0, 10, -10], [0, -16, -36], 11, 6),
        ellipsoid([17, -26, -42], [6.5, 12, 7]),
        capsule([25, -8, -16], [26, -12, -38], 3, 1.6),
      ],
      4,
    ),
  );
  const foramen = tube(
    [
      [0, -33, -20, 15],
      [0, -35, -40, 15.5],
      [0, -36, -60, 14],
    ],
    3,
  );
  const orbitWall = intersection([grown(orbit, 2.6), field(EVERYWHERE, (_x, y) => y - 77)], 1);
  const solid = union(
    [outer, face, orbitWall, grown(ethmoid, 2), grown(maxillary, 1.2), within(grown(nose, 1.6), 84)],
    3,
  );
  const bone = without(without(solid, union([cavity, foramen]), 0.5), union([orbit, nasal, earCanal]), 1);
  const septum = intersection([
    grown(nose, 3),
    field([-1, 24, -40, 1, 92, 10], (x, y, z) =>
      Math.max(Math.abs(x - 0.8 * sine(y / 14)) - 0.8, 26 - y, y - 90, -40 - z, z - 9),
    ),
  ]);
  const hollows = [
    { name: 'nasal septum', shape: septum, cells: false },
    { name: 'nasal cavity', shape: nasal, cells: false },
    { name: 'maxillary sinus', shape: maxillary, cells: false },
    { name: 'frontal sinus', shape: frontal, cells: false },
    { name: 'sphenoid sinus', shape: sphenoid, cells: false },
    { name: 'ethmoid cells', shape: ethmoid, cells: true },
    { name: 'mastoid cells', shape: mastoid, cells: true },
    { name: 'ear canal', shape: earCanal, cells: false },
  ];
  return {
    bone: intersection([bone, field(EVERYWHERE, (_x, _y, z) => -52 - z)]),
    hollows: hollows.map(({ name, shape, cells }) => ({
      name,
      cells,
      shape: name === 'frontal sinus' ? without(shape, grown(vault, 1.4)) : shape,
    })),
    mandible: mandible(),
    teeth: { upper: teeth(-50.5, 1), lower: teeth(-60.5, -1) },
    orbits: orbit,
    canal: foramen,
  };
}

const flat = (rows: readonly (readonly [Triple, number, number])[], u: Triple = [0, 0, 1]): Shape =>
  flatTube(rows.map(([at, wide, thin]): FlatNode => ({ at, u, wide, thin })));

/** Behind a frontal plane. */
const within = (shape: Shape, y: number): Shape => intersection([shape, field(EVERYWHERE, (_x, py) => py - y)]);

/** The dental arch at t = 0 (front) to 1 (last molar), right half. */
function archAt(t: number): readonly [x: number, y: number] {
  return [27.5 * Math.sqrt(t * (1.6 - 0.6 * t)), 86 - 44 * t ** 1.5];
}

function ridge(z: number, tall: number, thick: number): Shape[] {
  const nodes = [0, 0.08, 0.2, 0.4, 0.65, 1].map((t): FlatNode => {
    const [x, y] = archAt(t);
    return { at: [x * 0.95, y - 3, z], u: [0, 0, 1], wide: tall, thin: thick };
  });
  return [flatTube(nodes)];
}

/** Eight a side: crowns towards the bite, a root each. `down` 1 for upper teeth, −1 for lower ones. */
function teeth(z: number, down: 1 | -1): Shape {
  const sizes = [4.2, 3.4, 3.9, 3.5, 3.4, 5, 4.8, 4.4];
  const parts: Shape[] = [];
  let along = 0;
  const total = sizes.reduce((sum, s) => sum + 2 * s, 0);
  sizes.forEach((half, n) => {
    const middle = ((along + half) / total) ** 1.25 * 0.94;
    along += 2 * half;
    const [x, y] = archAt(middle);
    const [deep, tall] = n < 3 ? [2.6, 5] : n < 5 ? [4, 4.4] : [4.8, 4];
    const inward = down > 0 ? 0 : 1.6;
    const crown: Triple = [x - inward * 0.3, y - 1 - inward, z - down * (n < 3 ? 1 : 0)];
    parts.push(ellipsoid(crown, [n < 3 ? half * 0.96 : deep * 0.92, n < 3 ? deep : half * 0.96, tall]));
    parts.push(capsule([crown[0], crown[1], z + down * 3], [crown[0] * 0.96, crown[1] - 1.5, z + down * 12], 2.2, 1));
  });
  return mirrored(union(parts, 1));
}

function mandible(): Shape {
  const body = flatTube(
    spline<readonly [number, number, number, number, number]>(
      [
        [0, 83, -74, 13, 5.5],
        [12, 80, -74, 13, 5.4],
        [24, 68, -73, 12.5, 5.2],
        [36, 48, -71, 12, 5],
        [44, 30, -68, 11, 5],
        [48, 20, -64, 11, 4.6],
      ],
      3,
    ).map(([x, y, z, wide, thin]): FlatNode => ({ at: [x, y, z], u: [0, 0, 1], wide, thin })),
  );
  const ramus = flatTube(
    [
      [46, 20, -66, 14, 4.6],
      [49, 16, -48, 15, 3.6],
      [51, 13, -32, 14, 3.4],
    ].map(([x, y, z, wide, thin]) => ({
      at: [x, y, z] as Triple,
      u: [0, 0.97, 0.22] as Triple,
      wide: wide as number,
      thin: thin as number,
    })),
  );
  return mirrored(
    union(
      [
        body,
        ramus,
        capsule([51, 6, -30], [53, 1, -15], 4.2, 4.6),
        ellipsoid([53, 0.5, -13.5], [8.5, 4.4, 4.4]),
        capsule([51, 24, -30], [51, 27, -16], 3.6, 2),
        ellipsoid([0, 86, -83], [13, 6, 7]),
        ...ridge(-64, 5, 5),
      ],
      3.5,
    ),
  );
}
