import { type Affine, determinant3, spacingOf } from '#core/space/affine.ts';

/** Whether the axes span no volume: its share of the box of their lengths, so that the size of voxels is no matter. */
export function isFlat(rasFromIjk: Affine<'ras', 'ijk'>): boolean {
  const [si, sj, sk] = spacingOf(rasFromIjk);
  const box = si * sj * sk;
  return !(box > 0) || Math.abs(determinant3(rasFromIjk)) / box < 1e-6;
}
