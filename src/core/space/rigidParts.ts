// A transform taken apart as a hand moves it: where the middle of the volume goes, how it is turned there, and what else it does.
import { type Affine, affine, determinant3, invert, multiply, transform, type Vector3 } from '#core/space/affine.ts';

/** `moveMm` is what the volume's middle travels along R, A, S; `turnDegrees` turns about R, then A, then S through that middle. */
export interface RigidParts {
  readonly moveMm: Vector3;
  readonly turnDegrees: Vector3;
}

type Space = Affine<'ras', 'ras'>;
const DEGREE = Math.PI / 180;

/** 16 numbers, column-major; `middle` is a point of the volume in its own RAS mm. */
export function rigidParts(matrix: readonly number[], middle: Vector3): RigidParts {
  const all = affine('ras', 'ras', matrix);
  const to = transform(all, middle);
  const { m } = rotationOf(all);
  const at = (row: number, column: number) => m[row + 4 * column] as number;
  // Rz·Ry·Rx: the sine of the turn about A stands alone.
  const a = Math.asin(Math.max(-1, Math.min(1, -at(2, 0))));
  const upright = Math.abs(at(2, 0)) > 1 - 1e-12;
  const r = upright ? Math.atan2(-at(1, 2), at(1, 1)) : Math.atan2(at(2, 1), at(2, 2));
  const s = upright ? 0 : Math.atan2(at(1, 0), at(0, 0));
  return {
    moveMm: [to[0] - middle[0], to[1] - middle[1], to[2] - middle[2]],
    turnDegrees: [r / DEGREE, a / DEGREE, s / DEGREE],
  };
}

/** The same transform with other rigid parts: scale and shear of an affine one stay as they are. */
export function withRigidParts(
  matrix: readonly number[],
  middle: Vector3,
  { moveMm, turnDegrees }: RigidParts,
): number[] {
  const all = affine('ras', 'ras', matrix);
  const linear = affine('ras', 'ras', [...all.m.slice(0, 12), 0, 0, 0, 1]);
  const stretch = multiply(invert(rotationOf(all)), linear);
  const turned = multiply(turnOf(turnDegrees), stretch);
  const [x, y, z] = transform(turned, middle);
  const m = [...turned.m];
  m[12] = middle[0] + moveMm[0] - x;
  m[13] = middle[1] + moveMm[1] - y;
  m[14] = middle[2] + moveMm[2] - z;
  return m;
}

function turnOf([r, a, s]: Vector3): Space {
  const about = (axis: 0 | 1 | 2, degrees: number): Space => {
    const [u, v] = [(axis + 1) % 3, (axis + 2) % 3];
    const m = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    const [cos, sin] = [Math.cos(degrees * DEGREE), Math.sin(degrees * DEGREE)];
    m[u + 4 * u] = cos;
    m[v + 4 * v] = cos;
    m[v + 4 * u] = sin;
    m[u + 4 * v] = -sin;
    return affine('ras', 'ras', m);
  };
  return multiply(about(2, s), multiply(about(1, a), about(0, r)));
}

/** The nearest rotation to the linear part: the mean of it and its inverse transpose, again and again (Higham 1986). */
function rotationOf(all: Space): Space {
  let now = affine('ras', 'ras', [...all.m.slice(0, 12), 0, 0, 0, 1]);
  const mirror = determinant3(now) < 0 ? -1 : 1;
  for (let round = 0; round < 40; round++) {
    const { m: inverse } = invert(now);
    let change = 0;
    const next = [...now.m];
    for (let row = 0; row < 3; row++)
      for (let column = 0; column < 3; column++) {
        const was = now.m[row + 4 * column] as number;
        const mean = (was + (inverse[column + 4 * row] as number)) / 2;
        next[row + 4 * column] = mean;
        change = Math.max(change, Math.abs(mean - was));
      }
    now = affine('ras', 'ras', next);
    if (change < 1e-14) break;
  }
  if (mirror > 0) return now;
  return affine(
    'ras',
    'ras',
    now.m.map((value, n) => (n < 12 ? -value : value)),
  );
}
