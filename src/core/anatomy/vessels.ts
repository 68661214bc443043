import { union } from './combine.ts';
import type { Random } from './random.ts';
import { field, type Shape, type Triple } from './shape.ts';
import type { Spine } from './spine.ts';
import { cones, pairs, spline, type TubeNode, tube } from './tube.ts';

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
  const descending = descendingAorta(spine, down, -205);
  const first = descending[0] as TubeNode;
  const arch: TubeNode[] = [
    [-1, 18, 32, ascending * 1.06],
    [9, 26, 50, ascending * 1.04],
    [13, 27, 72, ascending],
    [8, 20, 92, ascending * 0.97],
    [-5, 6, 104, ascending * 0.92],
    [-19, -14, 105, 13.4 * calibre],
    [-27, -31, 96, 12.6 * calibre],
    [-29, first[1] - 1, 80, 12 * calibre],
  ];
  const whole = spline([...arch, ...descending], 3);
  const aneurysm = bulgeOf(descending, bulgeZ, 1.45 * reach, bulge);
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
  const mainAorta = cones(pairs(whole));
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
      aneurysm.shape,
      pulmonaryArtery,
      ...named
        .filter(({ name }) => /vena cava|brachiocephalic|carotid|left subclavian artery|azygos/.test(name))
        .map(({ shape }) => shape),
    ],
  };
}

/** The aorta's line from the arch's end to height `end`: left of the bodies in the chest, in front of them below. */
export function descendingAorta(spine: Spine, radius: number, end: number): TubeNode[] {
  const nodes: TubeNode[] = [];
  for (let z = 66; z >= end; z -= 6) {
    const t = Math.max(0, Math.min(1, (40 - z) / 170));
    const s = t * t * (3 - 2 * t);
    const r = radius * (1 - 0.14 * s);
    const x = -29.5 + 24.5 * s;
    const front = 15 + 4 * s;
    nodes.push([x, spine.lineY(z) + front * s + 9 * (1 - s) + r * (0.35 + 0.65 * s), z, r]);
  }
  return nodes;
}

/**
 * The bulging stretch between z − reach and z + reach, made of circles in axial planes: its volume is the integral of their areas,
 * its diameter is what is measured on an axial slice.
 */
export function bulgeOf(line: readonly TubeNode[], z: number, reach: number, bulge: number): Aneurysm {
  const step = 0.5;
  const count = Math.ceil((2 * reach) / step) + 1;
  const table = new Float64Array(count * 4);
  let volumeMm3 = 0;
  let widest = 0;
  for (let n = 0; n < count; n++) {
    const h = z - reach + n * step;
    const above = Math.max(
      0,
      line.findIndex((node) => node[2] < h),
    );
    const a = line[above] as TubeNode;
    const b = line[Math.max(0, above - 1)] as TubeNode;
    const t = (h - a[2]) / (b[2] - a[2]);
    const widen = bulge * 0.5 * (1 + Math.cos((Math.PI * Math.min(reach, Math.abs(h - z))) / reach));
    // Away from the spine, to the left and forwards.
    const x = a[0] + t * (b[0] - a[0]) - 0.8 * widen;
    const y = a[1] + t * (b[1] - a[1]) + 0.7 * widen;
    const r = (a[3] + t * (b[3] - a[3])) * 1.06 + widen;
    table.set([x, y, r, 1], n * 4);
    if (r > (table[widest * 4 + 2] as number)) widest = n;
  }
  for (let n = 0; n + 1 < count; n++) {
    const [x, y, r] = [table[n * 4] as number, table[n * 4 + 1] as number, table[n * 4 + 2] as number];
    const q = table[n * 4 + 6] as number;
    // A frustum of circles, also where the centres shift.
    volumeMm3 += ((Math.PI * step) / 3) * (r * r + r * q + q * q);
    const slope =
      (Math.abs(q - r) + Math.hypot((table[n * 4 + 4] as number) - x, (table[n * 4 + 5] as number) - y)) / step;
    table[n * 4 + 3] = 1 / Math.sqrt(1 + slope * slope);
  }
  const top = z - reach + (count - 1) * step;
  const bottom = z - reach;
  const most = table[widest * 4 + 2] as number;
  const centre: Triple = [table[widest * 4] as number, table[widest * 4 + 1] as number, bottom + widest * step];
  const side = (x: number, y: number, h: number) => {
    const f = Math.max(0, Math.min(count - 1.001, (h - bottom) / step));
    const n = Math.floor(f);
    const t = f - n;
    const mix = (c: 0 | 1 | 2) =>
      (table[n * 4 + c] as number) + t * ((table[n * 4 + 4 + c] as number) - (table[n * 4 + c] as number));
    return (Math.hypot(x - mix(0), y - mix(1)) - mix(2)) * (table[n * 4 + 3] as number);
  };
  const box = [
    centre[0] - 1.6 * most,
    centre[1] - 1.6 * most,
    bottom,
    centre[0] + 1.6 * most,
    centre[1] + 1.6 * most,
    top,
  ] as const;
  const lumen = cones(
    pairs(
      line.filter((node) => Math.abs(node[2] - z) < reach + 12).map((n): TubeNode => [n[0], n[1], n[2], n[3] * 1.1]),
    ),
  );
  return {
    shape: field(box, (x, y, h) => Math.max(side(x, y, h), h - top, bottom - h)),
    lumen,
    diameterMm: 2 * most,
    lengthMm: top - bottom,
    centre,
    volumeMm3,
  };
}
