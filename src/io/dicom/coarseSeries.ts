import type { AsyncSteps } from '#core/steps.ts';
import type { Coarser } from '#core/volume/coarser.ts';
import { allocateScalars, type ScalarArray, type Volume } from '#core/volume/volume.ts';
import { blockMeans, coarserFacts } from '#io/coarser.ts';
import { luminance } from '#io/colour.ts';
import { valueRange } from '#io/valueRange.ts';
import { mixPlane } from './fillPlanes.ts';
import { allocateSeries, plannedSeries, type ReadSeriesOptions, strayWarning } from './readSeries.ts';
import type { DicomSeries, PlannedSlice } from './series.ts';
import { isRescaled, sliceReader } from './sliceReader.ts';

/**
 * Reads a listed series as means over blocks, slice by slice: beside the result lie two fine slices, a third where planes are made up
 * between them, and the sums of one plane. What was not measured (PixelPaddingValue) is in no mean. `onSlab` tells of coarse planes.
 * Long: yields `read` after each slice.
 * @throws VesaliusError as readDicomSeries does
 */
export async function* readCoarseSeries(
  series: DicomSeries,
  coarser: Coarser,
  { shared, onSlab }: ReadSeriesOptions,
): AsyncSteps<Volume> {
  const { header: fine, slices } = plannedSeries(series);
  const header = coarserFacts(fine, coarser, 'Rows, Columns');
  const { scalars, rgb } = allocateSeries(series, coarser, shared);
  const perSlice = fine.dims[0] * fine.dims[1];
  const perPlane = header.dims[0] * header.dims[1];
  const means = rgb ? blockMeans(fine.dims, coarser, rgb, 3) : blockMeans(fine.dims, coarser, scalars);
  const range = valueRange(scalars);
  const rescaled = isRescaled(series);

  // The samples that means are taken of lie in `colours` of a colour picture, else in `values`; by turns in one half or the other.
  const values = allocateScalars(fine.scalarType, 2 * perSlice, false);
  const colours = rgb ? new Uint8Array(6 * perSlice) : null;
  const samples: ScalarArray = colours ?? values;
  const size = samples.length / 2;
  const half = (n: number): ScalarArray => samples.subarray((n % 2) * size, ((n % 2) + 1) * size);
  const reader = sliceReader(series, values, colours, (n) => (n % 2) * perSlice);
  let made: ScalarArray | null = null;

  const add = (plane: ScalarArray, padding: number | null): void => {
    if (!means.add(plane, padding)) return;
    const last = means.planes - 1;
    const [from, to] = [last * perPlane, means.planes * perPlane];
    if (rgb)
      for (let n = from; n < to; n++)
        scalars[n] = luminance(rgb[3 * n] as number, rgb[3 * n + 1] as number, rgb[3 * n + 2] as number);
    const timepoint = Math.floor(last / header.dims[2]);
    if (timepoint === 0) range.add(from, to);
    onSlab?.({ k: last % header.dims[2], timepoint, range: range.now(), scalars, ...(rgb && { rgb }) });
  };

  let stray = 0;
  const perTimepoint = slices.length / fine.timepoints;
  try {
    for (const [n, slice] of slices.entries()) {
      stray += (await reader.read(n, n + 1 < slices.length ? n + 1 : null)).stray;
      const padding = rescaled || rgb ? null : slice.pixels.padding;
      const below = n % perTimepoint === 0 ? null : (slices[n - 1] as PlannedSlice).plane;
      if (below !== null)
        for (let plane = below + 1; plane < slice.plane; plane++) {
          made ??= samples.slice(0, size) as ScalarArray;
          mixPlane(half(n - 1), half(n), (plane - below) / (slice.plane - below), padding, made);
          add(made, padding);
        }
      add(half(n), padding);
      yield { stage: 'read', done: n + 1, of: slices.length };
    }
  } finally {
    reader.close();
  }
  const [low, high] = range.now();
  return {
    header: {
      ...header,
      warnings: [...header.warnings, ...strayWarning(stray, perSlice * fine.dims[2] * fine.timepoints)],
      storedRange: low <= high ? [low, high] : [0, 0],
    },
    scalars,
    ...(rgb && { rgb }),
  };
}
