import { grown, intersection, mirrored, shell, union, without } from './combine.ts';
import { EVERYWHERE, ellipsoid, field, type Shape } from './shape.ts';
import type { Shoulder } from './shoulder.ts';
import type { Spine } from './spine.ts';
import type { Outline } from './torso.ts';
import { flatTube, tube } from './tube.ts';

export interface Muscle {
  readonly name: string;
  readonly shape: Shape;
}

/**
 * Muscles of the trunk's wall, first in the list drawn over those after it. `fascia` is the surface under the fat; fat lies again between the layers.
 */
export function makeMuscles(parts: {
  cage: Outline;
  fascia: Shape;
  spine: Spine;
  shoulders: readonly Shoulder[];
}): readonly Muscle[] {
  const { cage, fascia, spine, shoulders } = parts;
  const layer = (inset: number, thickness: number, where: Shape, round = 4) =>
    intersection([shell(grown(fascia, -inset), thickness), where], round);
  const deep = (inset: number, where: Shape, round = 5) =>
    intersection([without(grown(fascia, -inset), grown(cage.shape, 1), 2), where], round);
  const wing = (f: (x: number, y: number, z: number) => number) => field(EVERYWHERE, (x, y, z) => f(Math.abs(x), y, z));
  // Fan from the breastbone and collarbone to the arm.
  const pectoral = deep(
    0.6,
    wing((x, y, z) =>
      Math.max(
        7 - x,
        (12 + 0.38 * x - z) * 0.93,
        (z - 138 - 0.06 * x) * 0.98,
        (y < 40 ? 34 - y - 0.35 * (x - 100) : -50) * 0.9,
      ),
    ),
  );
  const rectus = layer(
    0.6,
    10,
    wing((x, y, z) => Math.max(4 - x, x - 52, z - 20 - 0.12 * x, 20 - y)),
  );
  const trapezius = layer(
    0.6,
    9,
    wing((x, y, z) =>
      Math.max((x - 4 - 0.95 * (z + 66)) * 0.7, x - 118, (x - 30 - 1.05 * (196 - z)) * 0.7, y + 44 - 0.25 * x, -62 - z),
    ),
  );
  const latissimus = layer(
    0.6,
    9,
    wing((x, y, z) => Math.max(y - 12 - 0.12 * (z - 60), z - 58 - (x - 60) * 0.5, 12 - x)),
  );
  const serratus = deep(
    11,
    wing((x, y, z) => Math.max(70 - x, -52 - z, z - 116, y - 52 + 0.2 * z * 0.3)),
  );
  const erector = mirrored(
    flatTube(
      [196, 160, 125, 90, 50, 10, -30, -70, -110, -150, -180, -215].map((z, n) => ({
        at: [n < 2 ? 17 : 25 + (n > 7 ? 4 : 0), spine.lineY(z) - (n < 2 ? 30 : 45), z],
        u: [1, 0, 0],
        wide: n < 2 ? 13 : 21 + (n > 7 ? 5 : 0),
        thin: n < 2 ? 11 : n > 7 ? 15 : 11.5,
      })),
    ),
  );
  const psoas = mirrored(
    tube(
      [
        [24, spine.lineY(-120) - 4, -118, 5],
        [33, spine.lineY(-150) - 5, -150, 12],
        [39, spine.lineY(-180) - 4, -180, 17],
        [42, spine.lineY(-200) - 2, -215, 19],
      ],
      4,
    ),
  );
  const quadratus = mirrored(
    flatTube([
      { at: [48, spine.lineY(-130) - 26, -118], u: [0.9, -0.4, 0], wide: 12, thin: 5 },
      { at: [58, spine.lineY(-160) - 26, -160], u: [0.9, -0.4, 0], wide: 17, thin: 8 },
      { at: [64, spine.lineY(-190) - 24, -215], u: [0.9, -0.4, 0], wide: 20, thin: 9 },
    ]),
  );
  const cuff = intersection([union(shoulders.map(({ blade }) => grown(blade, 10))), grown(fascia, -3)], 3);
  const deltoid = intersection(
    [
      union(shoulders.map(({ arm }) => grown(arm, -7))),
      grown(fascia, -0.6),
      wing((x, _y, z) => Math.max(112 - x, 100 - z)),
    ],
    4,
  );
  const neck = intersection([grown(fascia, -1), wing((x, _y, z) => Math.max(x - 62 - (190 - z) * 0.9, 146 - z))], 4);
  const crus = mirrored(
    tube(
      [
        [7, spine.lineY(-60) + 22, -62, 3],
        [10, spine.lineY(-100) + 20, -100, 4.2],
        [14, spine.lineY(-150) + 20, -160, 4],
      ],
      4,
    ),
  );
  const intercostal = shell(grown(cage.shape, -0.4), 8.6);
  const ribbed = intersection([intercostal, field(EVERYWHERE, (x, y, z) => (costalMargin(x, y) - z) * 0.8)], 1);
  const obliques = intersection(
    [
      without(grown(fascia, -0.6), grown(cage.shape, -9)),
      wing((x, y, z) => (z - 4 - 0.16 * x + (y < 0 ? 0.5 * y : 0)) * 0.9),
    ],
    3,
  );
  const axilla = mirrored(ellipsoid([122, 4, 112], [20, 22, 34]));
  return [
    { name: 'muscle erector spinae', shape: intersection([erector, grown(fascia, -4)], 2) },
    { name: 'muscle psoas', shape: psoas },
    { name: 'muscle quadratus lumborum', shape: quadratus },
    { name: 'muscle diaphragm crura', shape: crus },
    { name: 'muscle intercostal', shape: ribbed },
    { name: 'muscle rotator cuff', shape: cuff },
    { name: 'muscle deltoid', shape: deltoid },
    { name: 'muscle trapezius', shape: trapezius },
    { name: 'muscle pectoral', shape: pectoral },
    { name: 'muscle rectus abdominis', shape: rectus },
    { name: 'muscle latissimus', shape: latissimus },
    { name: 'muscle serratus', shape: without(serratus, axilla, 4) },
    { name: 'muscle neck', shape: neck },
    { name: 'muscle oblique', shape: obliques },
  ];
}

/** Height of the ribs' lower edge: high under the breastbone, falling to the flanks and back. */
function costalMargin(x: number, y: number): number {
  const side = Math.abs(x);
  return y < -10 ? -124 : Math.max(-124, 2 - 0.98 * side - Math.max(0, 40 - y) * 0.35);
}
