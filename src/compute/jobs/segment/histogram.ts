import { ensureBytes, loadKernel } from '#compute/loadKernel.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { bytesPerVoxel, type Volume, voxelCount } from '#core/volume/volume.ts';

interface HistogramKernel {
  countI16(source: number, count: number, tables: number): void;
  countU16(source: number, count: number, tables: number): void;
  countU8(source: number, count: number, tables: number): void;
  countF32(source: number, count: number, table: number, bins: number, start: number, scale: number): void;
}

/** Counts over stored values. Whole numbers: one bin each, from `start` on. float32: `counts.length` bins from start to end. */
export interface StoredHistogram {
  readonly counts: Float64Array;
  readonly start: number;
  readonly width: number;
}

const SLAB_VOXELS = 1 << 21;

/**
 * Histogram of the first timepoint's stored values from voxel `from` to `to`. uint8, int16 and uint16 have one bin per value; float32
 * has `bins` equal ones over [start, end], NaN left out.
 */
export async function* countStored(
  volume: Volume,
  bins: number,
  [start, end]: readonly [number, number],
  from = 0,
  to = voxelCount(volume.header.dims),
): AsyncSteps<StoredHistogram> {
  const { scalarType } = volume.header;
  const { exports: kernel, memory } = await loadKernel<HistogramKernel>('histogram', 1);
  const size = bytesPerVoxel[scalarType];
  const width = (end - start) / bins;
  const tableBins = scalarType === 'f32' ? bins : scalarType === 'u8' ? 256 : 65536;
  const tables = scalarType === 'f32' ? 1 : 4;
  const staged = 65536 + 4 * tableBins * tables;
  ensureBytes(memory, staged + size * SLAB_VOXELS + 256);
  for (let n = from; n < to; n += SLAB_VOXELS) {
    const count = Math.min(SLAB_VOXELS, to - n);
    const { scalars } = volume;
    const bytes = new Uint8Array(scalars.buffer, scalars.byteOffset + size * n, size * count);
    new Uint8Array(memory.buffer, staged, bytes.length).set(bytes);
    if (scalarType === 'u8') kernel.countU8(staged, count, 65536);
    else if (scalarType === 'i16') kernel.countI16(staged, count, 65536);
    else if (scalarType === 'u16') kernel.countU16(staged, count, 65536);
    else kernel.countF32(staged, count, 65536, bins, start, width > 0 ? 1 / width : 0);
    yield { stage: 'histogram', done: n + count - from, of: to - from };
  }
  const counts = new Float64Array(tableBins);
  for (let table = 0; table < tables; table++) {
    const one = new Uint32Array(memory.buffer, 65536 + 4 * tableBins * table, tableBins);
    for (let bin = 0; bin < tableBins; bin++) counts[bin] = (counts[bin] as number) + (one[bin] as number);
  }
  if (scalarType === 'f32') return { counts, start, width };
  return { counts, start: scalarType === 'i16' ? -32768 : 0, width: 1 };
}
