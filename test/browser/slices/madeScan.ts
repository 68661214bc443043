// A scan whose every voxel is a formula: a body, and in it three balls that tell the sides apart. Read by page and test alike.

export const dims = [60, 50, 40] as const;
export const spacing = [2, 2, 3] as const;
/** RAS mm of voxel 0; i runs to the left, j to the back, k up. */
export const origin = [61, 47, -52] as const;
export const rasFromIjk = [-2, 0, 0, 0, 0, -2, 0, 0, 0, 0, 3, 0, ...origin, 1];
/** RAS mm. On the patient's right, in front, above. */
export const balls = [
  { name: 'Liver', value: 1, centre: [34, 0, 0], radius: 14, hu: 200, color: '#8c4a3c' },
  { name: 'Front', value: 2, centre: [0, 30, 0], radius: 9, hu: 200, color: '#4a6fb5' },
  { name: 'Top', value: 3, centre: [0, 0, 36], radius: 9, hu: 200, color: '#e8d36a' },
] as const;

export type Triple = readonly [number, number, number];
export const rasOf = ([i, j, k]: Triple): Triple => [origin[0] - 2 * i, origin[1] - 2 * j, origin[2] + 3 * k];
export const labelAt = ([r, a, s]: Triple): number =>
  balls.find(({ centre, radius }) => Math.hypot(r - centre[0], a - centre[1], s - centre[2]) <= radius)?.value ?? 0;
/** HU: every voxel has its own. */
export function valueAt(ijk: Triple): number {
  const [r, a, s] = rasOf(ijk);
  const label = labelAt([r, a, s]);
  if (label > 0) return 200 + ((ijk[0] * 7 + ijk[1] * 3 + ijk[2]) % 20);
  if ((r / 56) ** 2 + (a / 44) ** 2 > 1) return -1000;
  return -90 + ((ijk[0] * 31 + ijk[1] * 17 + ijk[2] * 7) % 40);
}
