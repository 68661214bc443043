import type { Coarser } from '#core/volume/coarser.ts';
import { allocateScalars, type Dims, type ScalarArray, type ScalarType } from '#core/volume/volume.ts';
import { blockMeans, coarseDims } from './coarser.ts';
import { type ColourType, colourSink, isColour, luminance } from './colour.ts';
import { type NumberType, type StoredType, storedBytes, type VoxelSink, voxelSink } from './narrow.ts';
import { valueRange } from './valueRange.ts';

/** A sink whose `done` and `firstRange` are those of the coarser volume. */
export interface CoarseSink extends VoxelSink {
  /** Smallest and largest finite value of the first timepoint in the file, before means were taken. */
  fileRange(): readonly [number, number];
}

/**
 * Takes stored bytes of the fine volume in order, cut anywhere; beside the means it holds one fine slice.
 * @param dims of the fine volume
 * @param scalars means, of `type`; of colours their luminance, from the means in `rgb`
 */
export function coarseSink(
  stored: StoredType,
  bigEndian: boolean,
  dims: Dims,
  factor: Coarser,
  type: ScalarType,
  scalars: ScalarArray,
  rgb: Uint8Array<ArrayBufferLike> | null,
): CoarseSink {
  const [ci, cj, ck] = coarseDims(dims, factor);
  const perSlice = dims[0] * dims[1];
  const perPlane = ci * cj;
  const slice = allocateScalars(type, perSlice, false);
  const colours = rgb ? new Uint8Array(3 * perSlice) : null;
  const means = rgb ? blockMeans(dims, factor, rgb, 3) : blockMeans(dims, factor, scalars);
  const first = valueRange(scalars);
  const fileRange: [number, number] = [Infinity, -Infinity];
  const range: [number, number] = [Infinity, -Infinity];
  const next = (): VoxelSink =>
    colours && isColour(stored)
      ? colourSink(stored as ColourType, slice as Uint8Array, colours, perSlice)
      : voxelSink(stored as NumberType, bigEndian, slice, type, perSlice);
  let sink = next();
  let missing = perSlice * storedBytes[stored];
  let [misfit, rounded] = [false, false];
  let slices = 0;

  const endSlice = (): void => {
    widen(range, sink.range);
    if (slices < dims[2]) widen(fileRange, sink.firstRange());
    slices++;
    misfit ||= sink.misfit;
    rounded ||= sink.rounded;
    if (!misfit && means.add(colours ?? slice, null)) {
      const [from, to] = [(means.planes - 1) * perPlane, means.planes * perPlane];
      if (rgb)
        for (let n = from; n < to; n++)
          scalars[n] = luminance(rgb[3 * n] as number, rgb[3 * n + 1] as number, rgb[3 * n + 2] as number);
      if (means.planes <= ck) first.add(from, to);
    }
    sink = next();
    missing = perSlice * storedBytes[stored];
  };
  return {
    firstRange: first.now,
    fileRange: () => [fileRange[0], fileRange[1]],
    range,
    get misfit() {
      return misfit;
    },
    get rounded() {
      return rounded;
    },
    get done() {
      return means.planes * perPlane;
    },
    push(chunk) {
      for (let at = 0; at < chunk.length; ) {
        const part = chunk.subarray(at, at + missing);
        sink.push(part);
        at += part.length;
        missing -= part.length;
        if (missing === 0) endSlice();
      }
    },
  };
}

function widen(range: [number, number], [low, high]: readonly [number, number]): void {
  range[0] = Math.min(range[0], low);
  range[1] = Math.max(range[1], high);
}
