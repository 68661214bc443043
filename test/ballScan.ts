import { affine } from '#core/space/affine.ts';
import { gzippedNifti } from '#io/nifti/write.ts';

/** A soft ball with a harder one in it, 40 × 44 × 36, lying askew: as a gzipped NIfTI, and the sum of its values. */
export async function ballScan(): Promise<{ readonly bytes: Buffer; readonly sum: number }> {
  const dims = [40, 44, 36] as const;
  const scalars = new Int16Array(dims[0] * dims[1] * dims[2]);
  for (let k = 0, n = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++)
      for (let i = 0; i < dims[0]; i++, n++) {
        const r = Math.hypot(i - 19.5, j - 21.5, k - 17.5);
        scalars[n] = Math.round(200 / (1 + Math.exp(r - 14)) + 400 / (1 + Math.exp(r - 6)));
      }
  const rasFromIjk = affine('ras', 'ijk', [-2, 0, 0, 0, 0, 2, 0.1, 0, 0, -0.1, 2.5, 0, 40, -44, -45, 1]);
  const parts: Uint8Array[] = [];
  for await (const part of gzippedNifti({ dims, rasFromIjk, scalars })) parts.push(part);
  return { bytes: Buffer.concat(parts), sum: scalars.reduce((sum, value) => sum + value, 0) };
}
