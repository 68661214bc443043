import { affine } from '#core/space/affine.ts';
import { writeNifti } from '#io/nifti/write.ts';

/** Three labels on a grid of 5 × 4 × 3. */
export const labelmap = writeNifti({
  dims: [5, 4, 3],
  rasFromIjk: affine('ras', 'ijk', [-0.8, 0, 0, 0, 0, 0.9, 0, 0, 0, 0, 1.5, 0, 20, -30, 10, 1]),
  scalars: Uint8Array.from({ length: 60 }, (_, n) => n % 4),
});
