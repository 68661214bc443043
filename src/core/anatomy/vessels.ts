import { union } from './combine.ts';
import type { Random } from './random.ts';
import type { Shape, Triple } from './shape.ts';
import type { Spine } from './spine.ts';
import { cones, pairs, spline, type TubeNode, tube } from './tube.ts';
import { lengthOf, subtract } from './vector.ts';

export interface Aneurysm {
  /** Outer wall of the bulging stretch, cut off at its two ends. */
  readonly shape: Shape;
  /** Flowing blood inside; the rest is thrombus. */
  readonly lumen: Shape;
  readonly diameterMm: number;
  readonly lengthMm: number;
  readonly centre: Triple;
  readonly volumeMm3: number;
}

export interface GreatVessels {
  readonly aorta: Shape;
  readonly aorticDiameterMm: number;
  readonly ascendingDiameterMm: number;
  readonly aneurysm: Aneurysm;
  /** name → shape; arteries and veins of the mediastinum, neck and upper belly. */
  readonly named: readonly { readonly name: string; readonly kind: 'artery' | 'vein'; readonly shape: Shape }[];
  readonly pulmonaryArtery: Shape;
  readonly pulmonaryVeins: Shape;
  /** Where the lungs' own trees begin. */
  readonly hila: Readonly<Record<'right' | 'left', { readonly artery: TubeNode; readonly veins: readonly TubeNode[] }>>;
  /** Centrelines that the lungs keep away from. */
  readonly mediastinal: readonly Shape[];
}

export function makeVessels(random: Random, spine: Spine): GreatVessels {
  const calibre = random.around(1, 0.06);
  const line = (z: number) => spine.lineY(z);
  const bulgeZ = random.between(-42, -22);
  const bulge = random.between(6.5, 10.5);
  const reach = random.between(13, 17);
  const down = 11.6 * calibre;
  const ascending = 15.5 * calibre;
  // Left of the bodies in the chest, in front of them below.
  const descending: TubeNode[] = [];
  for (let z = 66; z >= -205; z -= 6) {
    const t = Math.max(0, Math.min(1, (40 - z) / 170));
    const s = t * t * (3 - 2 * t);
    const r = down * (1 - 0.14 * s);
    const x = -25 + 20 * s;
    const front = 15 + 4 * s;
    descending.push([x, line(z) + front * s + 6 * (1 - s) + r * (0.35 + 0.65 * s), z, r]);
  }
  const first = descending[0] as TubeNode;
  const arch: TubeNode[] = [
    [-1, 18, 32, ascending * 1.06],
    [9, 26, 50, ascending * 1.04],
    [13, 27, 72, ascending],
    [8, 20, 92, ascending * 0.97],
    [-5, 6, 104, ascending * 0.92],
    [-19, -14, 105, 13.4 * calibre],
    [-26, -32, 96, 12.6 * calibre],
    [-27, first[1] - 1, 80, 12 * calibre],
  ];
  const whole = spline([...arch, ...descending], 3);
  // The bulge widens the wall over a stretch; the cosine ends smoothly where it begins.
  const widen = (z: number) => {
    const t = (z - bulgeZ) / (1.7 * reach);
    return Math.abs(t) >= 1 ? 0 : bulge * 0.5 * (1 + Math.cos(Math.PI * t));
  };
  const isDown = (node: TubeNode) => node[1] < -20 && node[2] < 80;
  const wall = whole.map(
    (node): TubeNode =>
      isDown(node)
        ? [node[0] - 0.8 * widen(node[2]), node[1] + 0.62 * widen(node[2]), node[2], node[3] + widen(node[2])]
        : node,
  );
  const stretch = wall.filter((node) => isDown(node) && Math.abs(node[2] - bulgeZ) < 1.7 * reach * 0.82);
  const outer = cones(pairs(stretch));
  const top = stretch[0] as TubeNode;
  const bottom = stretch.at(-1) as TubeNode;
  const cut: Shape = {
    box: [outer.box[0], outer.box[1], bottom[2], outer.box[3], outer.box[4], top[2]],
    distance: (x, y, z) => Math.max(outer.distance(x, y, z), z - top[2], bottom[2] - z),
  };
  const widest = stretch.reduce((a, b) => (b[3] > a[3] ? b : a));
  const lumen = cones(
    pairs(
      whole
        .filter((node) => isDown(node) && Math.abs(node[2] - bulgeZ) < 2 * reach)
        .map((n): TubeNode => [n[0], n[1], n[2], n[3] * 1.06]),
    ),
  );
  const aneurysm: Aneurysm = {
    shape: cut,
    lumen,
    diameterMm: 2 * widest[3],
    lengthMm: pairs(stretch).reduce((sum, [a, b]) => sum + lengthOf(subtract(at(b), at(a))), 0),
    centre: at(widest),
    volumeMm3: pairs(stretch).reduce(
      (sum, [a, b]) => sum + (Math.PI / 3) * Math.abs(a[2] - b[2]) * (a[3] * a[3] + a[3] * b[3] + b[3] * b[3]),
      0,
    ),
  };
  const artery = (name: string, nodes: readonly TubeNode[]) => ({ name, kind: 'artery' as const, shape: tube(nodes) });
  const vein = (name: string, nodes: readonly TubeNode[]) => ({ name, kind: 'vein' as const, shape: tube(nodes) });
  const c = calibre;
  const aortaY = (z: number) =>
    (descending.reduce((a, b) => (Math.abs(b[2] - z) < Math.abs(a[2] - z) ? b : a)) as TubeNode)[1];
  const named = [
    artery('brachiocephalic artery', [
      [4, 14, 108, 8 * c],
      [10, 12, 124, 7.2 * c],
      [20, 8, 140, 6.8 * c],
    ]),
    artery('right common carotid artery', [
      [20, 8, 140, 5 * c],
      [24, 8, 158, 4.2 * c],
      [27, 10, 200, 4 * c],
    ]),
    artery('right subclavian artery', [
      [20, 8, 140, 6 * c],
      [36, 2, 151, 5.2 * c],
      [62, 0, 152, 4.8 * c],
      [92, 2, 145, 4.4 * c],
      [120, -4, 142, 4.2 * c],
      [139, 2, 160, 3.8 * c],
      [152, 14, 196, 3.6 * c],
      [161, 24, 240, 3.4 * c],
    ]),
    artery('left common carotid artery', [
      [-8, 2, 110, 5.4 * c],
      [-14, 2, 135, 4.4 * c],
      [-22, 6, 160, 4.2 * c],
      [-27, 10, 200, 4 * c],
    ]),
    artery('left subclavian artery', [
      [-21, -16, 108, 6 * c],
      [-26, -12, 130, 5.4 * c],
      [-38, -4, 149, 5.2 * c],
      [-62, 0, 152, 4.8 * c],
      [-92, 2, 145, 4.4 * c],
      [-120, -4, 142, 4.2 * c],
      [-139, 2, 160, 3.8 * c],
      [-152, 14, 196, 3.6 * c],
      [-161, 24, 240, 3.4 * c],
    ]),
    artery('coeliac trunk', [
      [-7, aortaY(-112) + 4, -112, 4.2 * c],
      [-5, aortaY(-112) + 24, -116, 3.8 * c],
      [6, aortaY(-112) + 30, -114, 3 * c],
    ]),
    artery('superior mesenteric artery', [
      [-5, aortaY(-126) + 4, -126, 4.4 * c],
      [-5, aortaY(-126) + 18, -134, 3.8 * c],
      [-3, aortaY(-126) + 22, -165, 3.4 * c],
      [0, aortaY(-126) + 24, -205, 3 * c],
    ]),
    artery('right renal artery', [
      [-3, aortaY(-140), -140, 3.4 * c],
      [18, aortaY(-140) - 12, -140, 3 * c],
      [40, -38, -142, 2.8 * c],
    ]),
    artery('left renal artery', [
      [-6, aortaY(-138), -138, 3.4 * c],
      [-26, aortaY(-138) - 10, -136, 3 * c],
      [-42, -38, -134, 2.8 * c],
    ]),
    vein('superior vena cava', [
      [32, 18, 126, 8.5 * c],
      [33, 15, 105, 9.8 * c],
      [33, 12, 70, 10.2 * c],
      [34, 12, 32, 10.5 * c],
    ]),
    vein('right brachiocephalic vein', [
      [32, 18, 127, 8 * c],
      [38, 18, 142, 7.4 * c],
      [44, 16, 154, 7 * c],
    ]),
    vein('left brachiocephalic vein', [
      [32, 18, 126, 8 * c],
      [14, 27, 128, 7.4 * c],
      [-14, 26, 136, 7 * c],
      [-40, 18, 152, 7 * c],
    ]),
    vein('right jugular vein', [
      [44, 16, 154, 6.4 * c],
      [38, 14, 172, 6.4 * c],
      [35, 12, 202, 6.4 * c],
    ]),
    vein('left jugular vein', [
      [-40, 18, 152, 6 * c],
      [-38, 14, 172, 5.8 * c],
      [-35, 12, 202, 5.8 * c],
    ]),
    vein('right subclavian vein', [
      [44, 16, 154, 6.2 * c],
      [68, 16, 150, 5.8 * c],
      [98, 14, 142, 5.4 * c],
      [123, 8, 142, 5 * c],
      [141, 14, 162, 4.6 * c],
      [153, 25, 198, 4.2 * c],
      [160, 34, 240, 4 * c],
    ]),
    vein('left subclavian vein', [
      [-40, 18, 152, 6.2 * c],
      [-68, 16, 150, 5.8 * c],
      [-98, 14, 142, 5.4 * c],
      [-123, 8, 142, 5 * c],
      [-141, 14, 162, 4.6 * c],
      [-153, 25, 198, 4.2 * c],
      [-160, 34, 240, 4 * c],
    ]),
    vein('inferior vena cava', [
      [33, 4, -8, 12 * c],
      [31, -4, -32, 12.5 * c],
      [28, -16, -62, 13 * c],
      [25, line(-100) + 28, -100, 12.5 * c],
      [21, line(-140) + 30, -140, 11.6 * c],
      [18, line(-180) + 31, -205, 11 * c],
    ]),
    vein('left renal vein', [
      [-44, -36, -132, 4.2 * c],
      [-20, aortaY(-134) + 8, -134, 4.2 * c],
      [-4, aortaY(-134) + 15, -135, 4 * c],
      [16, line(-138) + 30, -138, 4.6 * c],
    ]),
    vein('right renal vein', [
      [44, -36, -140, 4.4 * c],
      [24, line(-138) + 24, -138, 4.8 * c],
    ]),
    vein('azygos vein', [
      [12, line(-120) + 20, -120, 2.4 * c],
      [13, line(-40) + 19, -40, 3 * c],
      [14, line(40) + 16, 40, 3.8 * c],
      [15, line(76) + 17, 78, 4.4 * c],
      [21, -16, 93, 4.8 * c],
      [30, 4, 92, 5 * c],
    ]),
  ];
  const p = 1;
  const trunk: TubeNode[] = [
    [-13, 41, 54, 14 * c],
    [-17, 30, 64, 14 * c],
    [-17, 16, 70, 13.5 * c],
  ];
  const rightBranch: TubeNode[] = [
    [-17, 14, 70, 11.5 * c],
    [2, 2, 62, 11 * c],
    [24, -4, 57, 10.5 * c],
    [42, -9, 52, 9.6 * c],
  ];
  const leftBranch: TubeNode[] = [
    [-17, 16, 70, 12 * c],
    [-30, 2, 75, 11 * c],
    [-42, -14, 70, 10 * c],
    [-48, -22, 58, 8.6 * c],
  ];
  const pulmonaryArtery = union([tube(trunk), tube(rightBranch), tube(leftBranch)], 4);
  const veins: Record<'right' | 'left', TubeNode[][]> = {
    right: [
      [
        [24, -8, 32, 8.4 * c],
        [38, -4, 38, 7.4 * p],
        [50, 2, 42, 6.6],
      ],
      [
        [24, -14, 20, 8.4 * c],
        [38, -22, 14, 7.4],
        [50, -28, 8, 6.6],
      ],
    ],
    left: [
      [
        [-26, -8, 36, 8.2 * c],
        [-40, -4, 44, 7.2],
        [-50, 2, 48, 6.4],
      ],
      [
        [-26, -16, 22, 8.2 * c],
        [-40, -24, 18, 7.2],
        [-52, -30, 12, 6.4],
      ],
    ],
  };
  const pulmonaryVeins = union(
    [...veins.right, ...veins.left].map((nodes) => tube(nodes)),
    3,
  );
  const mainAorta = cones(pairs(wall));
  return {
    aorta: mainAorta,
    aorticDiameterMm: 2 * down,
    ascendingDiameterMm: 2 * ascending,
    aneurysm,
    named,
    pulmonaryArtery,
    pulmonaryVeins,
    hila: {
      right: { artery: rightBranch.at(-1) as TubeNode, veins: veins.right.map((nodes) => nodes.at(-1) as TubeNode) },
      left: { artery: leftBranch.at(-1) as TubeNode, veins: veins.left.map((nodes) => nodes.at(-1) as TubeNode) },
    },
    mediastinal: [
      mainAorta,
      pulmonaryArtery,
      ...named
        .filter(({ name }) => /vena cava|brachiocephalic|carotid|left subclavian artery|azygos/.test(name))
        .map(({ shape }) => shape),
    ],
  };
}

function at(node: TubeNode): Triple {
  return [node[0], node[1], node[2]];
}
