import { union } from './combine.ts';
import type { Cranium } from './cranium.ts';
import type { Random } from './random.ts';
import type { Shape, Triple } from './shape.ts';
import { type TubeNode, tube } from './tube.ts';

export interface HeadVessel {
  readonly name: string;
  readonly kind: 'artery' | 'vein';
  readonly shape: Shape;
}

export interface HeadVessels {
  readonly vessels: readonly HeadVessel[];
  /** Where the middle cerebral artery divides, by side; and its radius there. */
  readonly bifurcation: Readonly<Record<'right' | 'left', TubeNode>>;
}

/** Carotids and vertebrals up to the circle of Willis and its branches; the sinuses of the dura and the jugular veins. */
export function makeHeadVessels(random: Random, cranium: Cranium): HeadVessels {
  const calibre = random.around(1, 0.08);
  const bend = random.between(-1.5, 1.5);
  const vessels: HeadVessel[] = [];
  const put = (kind: HeadVessel['kind'], name: string, shapes: readonly Shape[]) =>
    vessels.push({ kind, name, shape: shapes.length === 1 ? (shapes[0] as Shape) : union(shapes) });
  const run = (side: 1 | -1, rows: readonly TubeNode[]) =>
    tube(
      rows.map(([x, y, z, r]): TubeNode => [side * x, y, z, r * calibre]),
      5,
    );
  for (const [side, word] of [
    [1, 'right'],
    [-1, 'left'],
  ] as const) {
    put('artery', `${word} internal carotid artery`, [
      run(side, [
        [25, 8, -104, 2.9],
        [29, 0, -80, 2.6],
        [28, 1, -58, 2.5],
        [26, 0, -34, 2.5],
        [25, 1, -18, 2.4],
        [20, 7, -11, 2.4],
        [13, 9, -8, 2.4],
        [11, 15, -2, 2.3],
        [11, 24, 1, 2.3],
        [11, 28, 5, 2.2],
        [11, 24, 9, 2.1],
        [12, 18, 10, 2],
        [14, 15, 11, 1.9],
      ]),
    ]);
    put('artery', `${word} external carotid artery`, [
      run(side, [
        [27, 12, -92, 2.2],
        [36, 12, -72, 2],
        [50, 4, -50, 1.8],
        [55, 0, -30, 1.6],
        [66, 2, -6, 1.3],
        [73, 6, 24, 1.1],
      ]),
    ]);
    put('artery', `${word} common carotid artery`, [
      run(side, [
        [22, 12, -140, 3.4],
        [23, 10, -118, 3.4],
        [25, 9, -102, 3.7],
      ]),
    ]);
    put('artery', `${word} middle cerebral artery`, [
      run(side, [
        [14, 15, 11, 1.7],
        [21, 17, 11 + bend * 0.5, 1.6],
        [30, 16, 10, 1.5],
        [38, 13, 11, 1.4],
      ]),
      run(side, [
        [38, 13, 11, 1.2],
        [40, 6, 18, 1.1],
        [40, -8, 22, 1],
        [41, -22, 24, 0.9],
        [48, -34, 28, 0.8],
        [58, -40, 33, 0.7],
      ]),
      run(side, [
        [38, 13, 11, 1.2],
        [41, 8, 7, 1.1],
        [44, -2, 12, 1],
        [52, -8, 13, 0.8],
        [63, -14, 13, 0.7],
      ]),
      run(side, [
        [38, 13, 11, 1],
        [41, 22, 16, 0.9],
        [47, 26, 20, 0.8],
        [56, 25, 28, 0.7],
      ]),
    ]);
    put('artery', `${word} anterior cerebral artery`, [
      run(side, [
        [14, 15, 11, 1.4],
        [8, 21, 11, 1.3],
        [2.4, 25, 12, 1.3],
        [1.6, 34, 14, 1.2],
        [1.6, 43, 24, 1.15],
        [1.6, 41, 36, 1.1],
        [1.7, 26, 47, 1],
        [1.7, 4, 53, 0.9],
        [1.7, -22, 53, 0.8],
      ]),
      run(side, [
        [1.6, 43, 26, 0.9],
        [1.7, 56, 36, 0.8],
        [1.8, 62, 52, 0.7],
      ]),
    ]);
    put('artery', `${word} posterior cerebral artery`, [
      run(side, [
        [0, -3, 4, 1.6],
        [6, -4, 6, 1.4],
        [15, -9, 6, 1.3],
        [19, -22, 8, 1.2],
        [16, -36, 14, 1.1],
        [10, -50, 17, 1],
        [5, -68, 16, 0.8],
        [3, -84, 18, 0.7],
      ]),
    ]);
    put('artery', `${word} posterior communicating artery`, [
      run(side, [
        [13, 16, 9, 0.9],
        [10, 6, 7, 0.8],
        [8, -4, 6, 0.8],
      ]),
    ]);
    put('artery', `${word} vertebral artery`, [
      run(side, [
        [17, -20, -140, 1.9],
        [17, -20, -84, 1.8],
        [22, -22, -58, 1.8],
        [20, -36, -51, 1.8],
        [11, -32, -44, 1.8],
        [5, -16, -34, 1.7],
        [0.4, -8, -27, 1.6],
      ]),
    ]);
  }
  put('artery', 'anterior communicating artery', [
    run(1, [
      [-2.4, 25.5, 12, 1],
      [2.4, 25.5, 12, 1],
    ]),
  ]);
  put('artery', 'basilar artery', [
    tube(
      (
        [
          [0, -8, -28, 1.9],
          [bend, -3.6, -16, 1.8],
          [0.6 * bend, -3, -5, 1.8],
          [0, -3, 4, 1.7],
        ] as const
      ).map(([x, y, z, r]): TubeNode => [x, y, z, r * calibre]),
    ),
  ]);

  const under = (angle: number, inset: number): Triple =>
    cranium.place([0, (1 - inset) * Math.sin(angle), (1 - inset) * Math.cos(angle)]);
  const midline = Array.from({ length: 17 }, (_, n): TubeNode => {
    const t = n / 16;
    const [x, y, z] = under(1.12 - t * 3.08, 0.045);
    return [x, y, z, 1.6 + 2.8 * t];
  });
  const confluence = midline.at(-1) as TubeNode;
  put('vein', 'superior sagittal sinus', [tube(midline, 2)]);
  put('vein', 'straight sinus', [
    tube([
      [0, -38, 18, 1.6],
      [0, -64, 10, 2],
      [0, confluence[1] + 2, confluence[2], 2.4],
    ]),
  ]);
  for (const [side, word] of [
    [1, 'right'],
    [-1, 'left'],
  ] as const) {
    // The right one is the larger as a rule.
    const r = side > 0 ? 4 : 3.2;
    put('vein', `${word} transverse sinus`, [
      run(side, [
        [0, confluence[1], confluence[2], r],
        [20, -87, 0, r],
        [42, -70, -1, r],
        [55, -48, 0, r],
        [55, -36, -6, r],
        [48, -30, -20, r],
        [40, -26, -30, r],
        [32, -20, -34, r],
      ]),
    ]);
    put('vein', `${word} internal jugular vein`, [
      run(side, [
        [32, -20, -34, r + 0.6],
        [31, -10, -46, r + 0.8],
        [33, -4, -70, r + 1.2],
        [34, 2, -104, r + 1.8],
        [33, 4, -140, r + 2],
      ]),
    ]);
  }
  const at = (side: 1 | -1): TubeNode => [side * 38, 13, 11, 1.4 * calibre];
  return { vessels, bifurcation: { right: at(1), left: at(-1) } };
}
