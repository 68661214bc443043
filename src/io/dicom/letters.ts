import type { Vector3 } from '#core/space/affine.ts';
import type { Warning } from '#core/warnings.ts';

/** Of PatientOrientation, in LPS: towards the left, the back, the head and their opposites (PS3.3, C.7.6.1.1.1). */
const DIRECTIONS: Readonly<Record<string, Vector3>> = {
  L: [1, 0, 0],
  R: [-1, 0, 0],
  P: [0, 1, 0],
  A: [0, -1, 0],
  H: [0, 0, 1],
  F: [0, 0, -1],
};

/** How a picture lies that has no ImageOrientationPatient. */
export interface LetteredPlane {
  readonly rowDirection: Vector3;
  readonly columnDirection: Vector3;
  readonly warning: Warning;
}

/**
 * 'L\F': rows run to the left, columns to the feet. Of 'AR', more to the front than to the right, the first letter counts: it says which
 * side is which, and no angle.
 * @returns null where that is no plane
 */
export function letteredPlane(text: string | undefined): LetteredPlane | null {
  const [row, column] = (text ?? '').split('\\').map((letters) => DIRECTIONS[letters.trim().charAt(0)]);
  if (!row || !column || row.some((value, axis) => value !== 0 && column[axis] !== 0)) return null;
  return {
    rowDirection: row,
    columnDirection: column,
    warning: {
      code: 'orientation-by-letters',
      where: 'PatientOrientation',
      kept: (text ?? '').trim(),
      text: 'The file says in letters alone how the picture lies: sides are right, angles are not known.',
    },
  };
}
