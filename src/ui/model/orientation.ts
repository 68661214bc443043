// Letters and scale of the 3D view, from what its camera says.
import type { CameraFacts, NamedView, RasPoint } from '#state/viewer.ts';

export type Letter = 'R' | 'L' | 'A' | 'P' | 'S' | 'I';

const letters: readonly (readonly [Letter, Letter])[] = [
  ['R', 'L'],
  ['A', 'P'],
  ['S', 'I'],
];

/** The side of the patient that a RAS direction points to most. */
export function letterOf(direction: RasPoint): Letter {
  let axis = 0;
  for (let n = 1; n < 3; n++)
    if (Math.abs(direction[n] as number) > Math.abs(direction[axis] as number) + 1e-9) axis = n;
  const [plus, minus] = letters[axis] as readonly [Letter, Letter];
  return (direction[axis] as number) >= 0 ? plus : minus;
}

export const opposite: Readonly<Record<Letter, Letter>> = { R: 'L', L: 'R', A: 'P', P: 'A', S: 'I', I: 'S' };

export interface EdgeLetters {
  readonly top: Letter;
  readonly bottom: Letter;
  readonly left: Letter;
  readonly right: Letter;
  /** The side that is seen. */
  readonly near: Letter;
}

/** What stands at the middle of each edge of the picture. Left and right are the picture's, in every language. */
export function edgeLetters({ rightRas, upRas, towardsRas }: CameraFacts): EdgeLetters {
  const right = letterOf(rightRas);
  const top = letterOf(upRas);
  return { right, left: opposite[right], top, bottom: opposite[top], near: letterOf(towardsRas) };
}

export const viewOfSide: Readonly<Record<Letter, NamedView>> = {
  A: 'front',
  P: 'back',
  R: 'right',
  L: 'left',
  S: 'top',
  I: 'bottom',
};

/** The named view that the camera has, or null where it was turned freely. */
export function namedViewOf({ towardsRas }: CameraFacts): NamedView | null {
  const letter = letterOf(towardsRas);
  const largest = Math.max(...towardsRas.map(Math.abs));
  return largest > 0.9995 ? viewOfSide[letter] : null;
}

export interface ScaleBar {
  readonly mm: number;
  /** CSS pixels. */
  readonly px: number;
}

const LEAST_PX = 48;

/** The smallest of 1, 2, 5 × 10ⁿ mm that is at least 48 px long: so it is at most 120, and 96 where 1-2-5 allows it. */
export function scaleBar(pixelsPerMm: number): ScaleBar | null {
  if (!(pixelsPerMm > 0) || !Number.isFinite(pixelsPerMm)) return null;
  const decade = 10 ** Math.floor(Math.log10(LEAST_PX / pixelsPerMm));
  for (const step of [1, 2, 5, 10, 20]) {
    const mm = step * decade;
    if (mm * pixelsPerMm >= LEAST_PX) return { mm, px: mm * pixelsPerMm };
  }
  return null;
}

export interface CubeFace {
  readonly letter: Letter;
  /** Four corners on the picture, −1 to 1, y downwards. */
  readonly corners: readonly (readonly [number, number])[];
  /** How much it faces the viewer, above 0. */
  readonly facing: number;
}

/** The faces of the orientation cube that the camera sees, as flat polygons; the picture is never mirrored. */
export function cubeFaces({ rightRas, upRas, towardsRas }: CameraFacts): CubeFace[] {
  const dot = (a: RasPoint, b: RasPoint) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const faces: CubeFace[] = [];
  for (let axis = 0; axis < 3; axis++) {
    for (const sign of [1, -1]) {
      const normal = [0, 0, 0].map((_, n) => (n === axis ? sign : 0)) as RasPoint;
      const facing = dot(normal, towardsRas);
      if (facing <= 0.02) continue;
      const [u, v] = [(axis + 1) % 3, (axis + 2) % 3] as [number, number];
      const corners = [
        [-1, -1],
        [1, -1],
        [1, 1],
        [-1, 1],
      ].map(([a, b]) => {
        const point: [number, number, number] = [0, 0, 0];
        point[axis] = sign;
        point[u] = a as number;
        point[v] = b as number;
        return [dot(point, rightRas) / Math.sqrt(3), -dot(point, upRas) / Math.sqrt(3)] as const;
      });
      faces.push({ letter: letterOf(normal), corners, facing });
    }
  }
  return faces.sort((a, b) => a.facing - b.facing);
}
