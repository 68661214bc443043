import type { Pool } from '#compute/pool.ts';
import { type Volume, voxelVolumeMm3 } from '#core/volume/volume.ts';
import type { ViewerActions } from '#state/viewer.ts';

/** Pieces smaller than this are called specks. */
const SPECK_MM3 = 50;

/** Figures for a range of values while it is dragged; a newer question cancels the older one. */
export function createPreview(pool: Pool, volume: () => Volume): Pick<ViewerActions, 'preview' | 'histogram'> {
  return {
    async preview(lower, upper, signal) {
      const scan = volume();
      const start = performance.now();
      const found = await pool.run('previewRange', [scan, lower, upper, SPECK_MM3], { signal });
      const ml = voxelVolumeMm3(scan.header.rasFromIjk) / 1000;
      return {
        lower,
        upper,
        voxels: found.voxels,
        volumeMl: found.voxels * ml,
        pieces: found.pieces,
        largestMl: found.largestVoxels * ml,
        specks: found.specks,
        ms: performance.now() - start,
      };
    },
    histogram: (bins) => pool.run('valueHistogram', [volume(), bins]),
  };
}
