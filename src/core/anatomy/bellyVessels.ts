import { union } from './combine.ts';
import type { Random } from './random.ts';
import type { Shape } from './shape.ts';
import type { Spine } from './spine.ts';
import { cones, pairs, spline, type TubeNode, tube } from './tube.ts';
import { type Aneurysm, bulgeOf, descendingAorta } from './vessels.ts';

export interface BellyVessels {
  readonly aorta: Shape;
  readonly aorticDiameterMm: number;
  /** Below the renal arteries. */
  readonly aneurysm: Aneurysm;
  readonly cava: Shape;
  readonly named: readonly { readonly name: string; readonly kind: 'artery' | 'vein'; readonly shape: Shape }[];
}

const FORK_Z = -240;

/** Aorta to the groins and its branches, the lower vena cava, the veins of the gut. */
export function makeBellyVessels(random: Random, spine: Spine): BellyVessels {
  const c = random.around(1, 0.06);
  const down = 11.4 * c;
  const line = (z: number) => spine.lineY(z);
  const nodes = descendingAorta(spine, down, FORK_Z);
  const aneurysm = bulgeOf(nodes, random.between(-198, -190), random.between(25, 31), random.between(8, 13));
  const at = (z: number) => nodes.reduce((a, b) => (Math.abs(b[2] - z) < Math.abs(a[2] - z) ? b : a)) as TubeNode;
  const aortaY = (z: number) => at(z)[1];
  const fork = nodes.at(-1) as TubeNode;
  const artery = (name: string, ...runs: (readonly TubeNode[])[]) => ({
    name,
    kind: 'artery' as const,
    shape: joined(runs),
  });
  const vein = (name: string, ...runs: (readonly TubeNode[])[]) => ({
    name,
    kind: 'vein' as const,
    shape: joined(runs),
  });
  const veinFork: TubeNode = [13, line(-248) + 27, -248, 10.5 * c];
  const iliac = (s: 1 | -1, radius: number, back: number, from: TubeNode): (readonly TubeNode[])[] => [
    [
      [from[0], from[1], from[2] + 4, radius * 1.25],
      [s * 22 + from[0] * 0.3, from[1] - 3 - back, -266, radius * 1.15],
      [s * 42, -2 - back, -292, radius * 1.05],
      [s * 58, 18 - back, -322, radius],
      [s * 70, 42 - 0.6 * back, -350, radius * 0.95],
      [s * 78, 56 - 0.4 * back, -378, radius * 0.9],
      [s * 82 + s * back * -0.6, 54, -425, radius * 0.85],
    ],
    [
      [s * 42, -2 - back, -292, radius * 0.8],
      [s * 47, -26 - back * 0.6, -310, radius * 0.72],
      [s * 50, -40 - back * 0.4, -330, radius * 0.55],
      [s * 54, -36, -352, radius * 0.4],
    ],
  ];
  const named = [
    artery('coeliac trunk', [
      [at(-112)[0], aortaY(-112) + 4, -112, 4.2 * c],
      [-5, aortaY(-112) + 22, -116, 3.8 * c],
    ]),
    artery('hepatic artery', [
      [-5, aortaY(-112) + 22, -116, 3 * c],
      [8, 20, -118, 2.6 * c],
      [20, 20, -108, 2.4 * c],
      [24, 16, -92, 2 * c],
    ]),
    artery('splenic artery', [
      [-5, aortaY(-112) + 22, -116, 3 * c],
      [-22, 2, -110, 2.7 * c],
      [-38, -4, -116, 2.6 * c],
      [-54, -16, -106, 2.5 * c],
      [-72, -28, -98, 2.2 * c],
    ]),
    artery('superior mesenteric artery', [
      [at(-126)[0], aortaY(-126) + 4, -126, 4.4 * c],
      [-5, aortaY(-126) + 20, -136, 3.8 * c],
      [-3, aortaY(-126) + 27, -165, 3.4 * c],
      [4, 36, -205, 2.9 * c],
      [14, 40, -245, 2.3 * c],
      [30, 36, -280, 1.6 * c],
    ]),
    artery('right renal artery', [
      [at(-140)[0] + 2, aortaY(-140), -140, 3.4 * c],
      [18, aortaY(-140) - 12, -140, 3 * c],
      [42, -38, -140, 2.7 * c],
    ]),
    artery('left renal artery', [
      [at(-138)[0] - 2, aortaY(-138), -138, 3.4 * c],
      [-26, aortaY(-138) - 10, -136, 3 * c],
      [-42, -38, -132, 2.7 * c],
    ]),
    artery('right iliac artery', ...iliac(1, 5 * c, 0, fork)),
    artery('left iliac artery', ...iliac(-1, 5 * c, 0, fork)),
    vein('left renal vein', [
      [-44, -36, -130, 4.4 * c],
      [-20, aortaY(-134) + 6, -133, 4.4 * c],
      [-4, aortaY(-134) + 14.5, -134, 3.6 * c],
      [16, line(-138) + 30, -138, 4.6 * c],
    ]),
    vein('right renal vein', [
      [46, -36, -138, 4.6 * c],
      [24, line(-138) + 24, -138, 4.8 * c],
    ]),
    vein('splenic vein', [
      [0, 14, -134, 4.8],
      [-26, 8, -126, 4.4],
      [-50, -10, -116, 4.2],
      [-72, -26, -104, 3.6],
    ]),
    vein('superior mesenteric vein', [
      [0, 14, -134, 5.6],
      [7, 20, -164, 5],
      [12, 36, -205, 4.4],
      [22, 40, -245, 3.4],
      [38, 36, -278, 2.2],
    ]),
    vein('right iliac vein', ...iliac(1, 5.6 * c, 11, veinFork)),
    vein('left iliac vein', ...iliac(-1, 5.6 * c, 11, veinFork)),
  ];
  const cava = tube(
    [
      [33, 4, -8, 12 * c],
      [31, -4, -32, 12.5 * c],
      [28, -16, -62, 13 * c],
      [25, line(-100) + 28, -100, 12.5 * c],
      [21, line(-140) + 30, -140, 11.6 * c],
      [19, line(-180) + 29, -180, 11 * c],
      [18, line(-215) + 27, -215, 10.8 * c],
      veinFork,
    ],
    5,
  );
  return { aorta: cones(pairs(spline(nodes, 2))), aorticDiameterMm: 2 * down, aneurysm, cava, named };
}

const joined = (runs: readonly (readonly TubeNode[])[]): Shape =>
  runs.length === 1
    ? tube(runs[0] as readonly TubeNode[], 5)
    : union(
        runs.map((nodes) => tube(nodes, 5)),
        2,
      );
