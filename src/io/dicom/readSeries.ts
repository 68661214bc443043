import { VesaliusError } from '#core/errors.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Coarser } from '#core/volume/coarser.ts';
import { allocateScalars, type ScalarArray, type Volume, voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { coarseDims } from '#io/coarser.ts';
import { refuseVolume, tooLargeVolume, type VolumeSize } from '#io/memory.ts';
import { fillPlanes } from './fillPlanes.ts';
import type { DicomSeries, PlannedSlice } from './series.ts';
import { foundBy, isDone, isFree, type SharedSlices, shareSlices, stopHelpers, takeSlice } from './sharedSlices.ts';
import { isRescaled, sliceReader } from './sliceReader.ts';

export interface ReadSeriesOptions {
  /** Voxels in a SharedArrayBuffer. */
  readonly shared: boolean;
  /** Called as each slice is in its place: its k and timepoint, and the whole buffer, filled up to it. */
  readonly onSlab?: (slab: {
    readonly k: number;
    readonly timepoint: number;
    /** Of the stored values of the first timepoint up to here; [∞, −∞] where none is finite. */
    readonly range: readonly [number, number];
    readonly scalars: ScalarArray;
    readonly rgb?: Uint8Array<ArrayBufferLike>;
  }) => void;
}

/**
 * Reads a listed series slice by slice into the final buffer: beside it one compressed slice (and the one that is
 * fetched meanwhile) and one decoded one are held. Long: yields `read` after each slice, in slices; with shared voxels the first
 * step may have the partial `SharedSlices`, by which other workers may read from the end of the series meanwhile.
 * @returns a volume in RAS mm; stored values as they are, their slope and intercept in the header
 * @throws VesaliusError naming file and keyword: what the series stands listed with, or what its pixels turn out to be
 */
export async function* readDicomSeries(series: DicomSeries, options: ReadSeriesOptions): AsyncSteps<Volume> {
  const { header, slices } = plannedSeries(series);
  const { scalars, rgb } = allocateSeries(series, 1, options.shared);
  const sliceVoxels = header.dims[0] * header.dims[1];
  const rescaled = isRescaled(series);
  const work = options.shared ? shareSlices(series, scalars, rgb) : null;
  const reader = sliceReader(series, scalars, rgb);
  let range: readonly [number, number] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let stray = 0;
  try {
    if (work) yield { stage: 'read', done: 0, of: slices.length, partial: work };
    const perTimepoint = slices.length / header.timepoints;
    for (const [n, slice] of slices.entries()) {
      const timepoint = Math.floor(n / perTimepoint);
      const plane = slice.plane + timepoint * header.dims[2];
      const below = n % perTimepoint === 0 ? null : (slices[n - 1] as PlannedSlice).plane + timepoint * header.dims[2];
      const next = n + 1 < slices.length && (work === null || isFree(work, n + 1)) ? n + 1 : null;
      if (work) yield* awaitHelper(work, n, slices.length);
      const stored = work !== null && isDone(work, n) ? foundBy(work, n) : await reader.read(n, next);
      stray += stored.stray;
      if (below !== null && below + 1 < plane) {
        fillPlanes(scalars, sliceVoxels, below, plane, rescaled ? null : slice.pixels.padding);
        if (rgb) fillPlanes(rgb, 3 * sliceVoxels, below, plane, null);
      }
      // What is interpolated lies within what it is interpolated from.
      if (timepoint === 0) range = [Math.min(range[0], stored.range[0]), Math.max(range[1], stored.range[1])];
      for (let k = below === null ? plane : below + 1; k <= plane; k++)
        options.onSlab?.({ k: k % header.dims[2], timepoint, range, scalars, ...(rgb && { rgb }) });
      yield { stage: 'read', done: n + 1, of: slices.length };
    }
  } finally {
    reader.close();
    if (work) stopHelpers(work);
  }
  return {
    header: {
      ...header,
      warnings: [...header.warnings, ...strayWarning(stray, scalars.length)],
      storedRange: range[0] <= range[1] ? range : [0, 0],
    },
    scalars,
    ...(rgb && { rgb }),
  };
}

/** A helper that has not finished a slice by then is taken for dead, and the slice is decoded here. */
const HELPER_MS = 10_000;
const LOOK_AGAIN_MS = 3;

/** Until slice `n` is this worker's own, or done. Two must not write one slice at a time: it is rescaled where it lies. */
async function* awaitHelper(work: SharedSlices, n: number, of: number): AsyncSteps<void> {
  for (let waited = 0; waited < HELPER_MS; waited += LOOK_AGAIN_MS) {
    if (takeSlice(work, n) || isDone(work, n)) return;
    await new Promise<void>((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    yield { stage: 'read', done: n, of };
  }
}

/** @throws VesaliusError what the series stands listed with */
export function plannedSeries({ header, slices, error }: DicomSeries) {
  if (error) throw new VesaliusError(error);
  if (header !== null && slices.length > 0) return { header, slices };
  throw new VesaliusError({ code: 'missing', what: 'DICOM series', where: 'series', expected: 'slices', got: 'none' });
}

/**
 * The buffers of a series, `rgb` where its pixels are colours.
 * @param factor 1, or of a coarser reading
 * @throws VesaliusError 'too-large', before anything is allocated where that can be known
 */
export function allocateSeries(
  series: DicomSeries,
  factor: 1 | Coarser,
  shared: boolean,
): { readonly scalars: ScalarArray; readonly rgb: Uint8Array<ArrayBufferLike> | null } {
  const { header, slices } = plannedSeries(series);
  const { name, pixels } = slices[0] as PlannedSlice;
  const { dims, timepoints, scalarType: type } = header;
  const size: VolumeSize = { dims, timepoints, type, colour: pixels.colour !== null };
  const where = 'Rows, Columns';
  const count = voxelCount(coarseDims(dims, factor)) * timepoints;
  try {
    refuseVolume(size, where, factor);
    const scalars = allocateScalars(type, count, shared);
    const rgb = size.colour ? (allocateScalars('u8', 3 * count, shared) as Uint8Array<ArrayBufferLike>) : null;
    return { scalars, rgb };
  } catch (thrown) {
    const error = thrown instanceof VesaliusError ? thrown : tooLargeVolume(size, where, factor, undefined, thrown);
    throw error.in(name);
  }
}

export function strayWarning(stray: number, count: number): Warning[] {
  if (stray === 0) return [];
  return [
    {
      code: 'bits-above-stored',
      where: 'HighBit',
      kept: 'the bits of BitsStored',
      text: `${stray} of ${count} samples had bits outside of BitsStored (an overlay, as a rule); they were cut off.`,
    },
  ];
}
