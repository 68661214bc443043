import { type Volume, voxelCount } from './volume.ts';

/** The timepoint that is shown where `wish` is asked for: the last one of a volume that has fewer. */
export function shownTimepoint({ timepoints }: Pick<Volume['header'], 'timepoints'>, wish: number): number {
  return Math.max(0, Math.min(timepoints - 1, Math.floor(wish)));
}

const views = new WeakMap<Volume, Map<number, Volume>>();

/**
 * One timepoint of a volume as a volume of its own: views on the same memory, nothing is copied. The same object for the same
 * timepoint as long as the volume lives, so that what was made from it can be kept by it. The range of stored values and the
 * times stay those of the whole.
 */
export function timepointOf(volume: Volume, wish: number): Volume {
  const { header, scalars, rgb } = volume;
  if (header.timepoints <= 1) return volume;
  const known = views.get(volume) ?? new Map<number, Volume>();
  views.set(volume, known);
  const timepoint = shownTimepoint(header, wish);
  const found = known.get(timepoint);
  if (found) return found;
  const count = voxelCount(header.dims);
  const from = timepoint * count;
  const { timesMs, ...still } = header;
  const view: Volume = {
    header: { ...still, timepoints: 1 },
    scalars: scalars.subarray(from, from + count),
    ...(rgb === undefined ? {} : { rgb: rgb.subarray(3 * from, 3 * (from + count)) }),
  };
  known.set(timepoint, view);
  return view;
}
