// The one door between patient millimetres and metres, on the desk and in the room.
import { type Affine, affine, multiply } from '#core/space/affine.ts';
import type { RasPoint } from '#state/viewer.ts';

/** x ← R, y ← S, z ← −A, in metres. Column-major; determinant > 0: nothing is mirrored. */
export const xrFromRas: Affine<'xr', 'ras'> = affine(
  'xr',
  'ras',
  [0.001, 0, 0, 0, 0, 0, -0.001, 0, 0, 0.001, 0, 0, 0, 0, 0, 1],
);

/** Half a turn about y: the patient, who looked away, faces the viewer. */
const halfTurn: Affine<'xr', 'xr'> = affine('xr', 'xr', [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1]);

/**
 * Where the model stands on the desk: life size in metres, `centre` (RAS mm) at the origin, the patient facing the viewer, so
 * that in a view from the front the liver is on the left of the picture: x = −R, y = S, z = A.
 */
export function deskFromRas(centre: RasPoint): Affine<'xr', 'ras'> {
  const toOrigin = affine('ras', 'ras', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, -centre[0], -centre[1], -centre[2], 1]);
  return multiply(halfTurn, multiply(xrFromRas, toOrigin));
}
