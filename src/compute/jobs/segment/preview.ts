import type { AsyncSteps } from '#core/steps.ts';
import { type Volume, voxelVolumeMm3 } from '#core/volume/volume.ts';
import { createBitGrid, releaseBitGrid } from './bitGrid.ts';
import { findComponents } from './components.ts';
import { countStored } from './histogram.ts';

export interface RangePreview {
  readonly voxels: number;
  /** Connected by faces, those of at least `leastMm3`. */
  readonly pieces: number;
  readonly largestVoxels: number;
  /** Pieces below `leastMm3`, and their voxels. */
  readonly specks: number;
  readonly speckVoxels: number;
}

/** What a threshold would take, in rescaled units, both ends inclusive: counted, not painted. */
export async function* previewRange(
  volume: Volume,
  lower: number,
  upper: number,
  leastMm3: number,
): AsyncSteps<RangePreview> {
  const grid = await createBitGrid(volume.header.dims);
  try {
    const mask = yield* grid.threshold(volume, lower, upper);
    const voxels = grid.count(mask);
    const parts = yield* findComponents(grid, mask, 6);
    const least = leastMm3 / voxelVolumeMm3(volume.header.rasFromIjk);
    let [pieces, largestVoxels, specks, speckVoxels] = [0, 0, 0, 0];
    for (const size of parts.sizes.subarray(0, parts.count)) {
      largestVoxels = Math.max(largestVoxels, size);
      if (size >= least) pieces++;
      else {
        specks++;
        speckVoxels += size;
      }
    }
    return { voxels, pieces, largestVoxels, specks, speckVoxels };
  } finally {
    releaseBitGrid(grid);
  }
}

export interface ValueHistogram {
  /** Rescaled value at the left end of the first bin and the right end of the last. */
  readonly lower: number;
  readonly upper: number;
  readonly counts: Float64Array<ArrayBufferLike>;
}

/** Histogram of the first timepoint over its whole range, in rescaled units, rising. */
export async function* valueHistogram(volume: Volume, bins: number): AsyncSteps<ValueHistogram> {
  const { slope, intercept, storedRange, scalarType } = volume.header;
  const [low, high] = storedRange;
  const stored = yield* countStored(volume, bins, [low, Math.max(high, low + 1e-6)]);
  const counts = new Float64Array(bins);
  const end = scalarType === 'f32' ? high : high + 1;
  for (let bin = 0; bin < stored.counts.length; bin++) {
    const count = stored.counts[bin] as number;
    if (count === 0) continue;
    const at = Math.floor((bins * (stored.start + (bin + 0.5) * stored.width - low)) / (end - low));
    const into = slope < 0 ? bins - 1 - at : at;
    const held = Math.min(bins - 1, Math.max(0, into));
    counts[held] = (counts[held] as number) + count;
  }
  const [lower, upper] = [slope * low + intercept, slope * end + intercept].sort((a, b) => a - b) as [number, number];
  return { lower, upper, counts };
}
