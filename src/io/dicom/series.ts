import type { VesaliusErrorFields } from '#core/errors.ts';
import type { SeriesFacts, VolumeHeader } from '#core/volume/volume.ts';
import type { SourceRef } from '#io/source.ts';
import type { StoredPixels } from './instance.ts';

/** One stack of pictures that can be read as a volume, or why it cannot. Plain data, cloneable. */
export interface DicomSeries {
  /** SeriesInstanceUID (the first file's path where there is none); with `#n` behind where one series holds several stacks. */
  readonly uid: string;
  readonly facts: SeriesFacts;
  readonly header: Omit<VolumeHeader, 'storedRange'> | null;
  /** The files, in the order in which their slices lie (each once). */
  readonly sources: readonly SourceRef[];
  /** Where each measured slice of the volume is, k fastest, then the timepoint; empty where the series cannot be read. */
  readonly slices: readonly PlannedSlice[];
  readonly error?: VesaliusErrorFields;
}

export interface PlannedSlice {
  /** Index into `sources`. */
  readonly source: number;
  /** The file's base name, for words. */
  readonly name: string;
  readonly frame: number;
  /** Its k in the volume. Planes that no slice is of are interpolated. */
  readonly plane: number;
  readonly pixels: StoredPixels;
  readonly slope: number;
  readonly intercept: number;
}
