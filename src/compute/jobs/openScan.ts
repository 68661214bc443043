import { BODY_HU } from '#compute/firstLook.ts';
import { transferring, voxelBuffers } from '#compute/protocol.ts';
import { BRICK, BRICK_VOXELS, type Brick, brickGrid, type LabelmapData } from '#core/labelmap/labelmap.ts';
import { type PackedChunk, packChunk } from '#core/mesh/pack.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Coarser } from '#core/volume/coarser.ts';
import type { Volume, VolumeHeader } from '#core/volume/volume.ts';
import { type ReadResult, readVolume, type SeriesEntry } from '#io/readVolume.ts';
import { openSource, type SourceRef } from '#io/source.ts';
import { type CoarseGrid, coarseGrid, keepLargest, otsuOf } from './coarseGrid.ts';
import { isosurfaceOf } from './isosurface.ts';
import { buffersOf, sharedBricks } from './sharedBricks.ts';
import { type SlicePreview, slicePreview } from './slicePreview.ts';

/** Early pieces of the result, as partials of its steps, in this order. */
export type OpenPartial =
  /** The first slice as soon as it is there, then now and then the newest. */
  | SlicePreview
  | { readonly kind: 'read' }
  | {
      readonly kind: 'coarse';
      readonly header: VolumeHeader;
      /** One mesh, of slot 1: the segment that it becomes has none yet. */
      readonly chunk: PackedChunk;
      /** Rescaled. */
      readonly isovalue: number;
    };

export interface OpenedScan {
  readonly volume: Volume;
  readonly series: readonly SeriesEntry[];
  /** The first surface's value, rescaled. */
  readonly isovalue: number;
  /** The first surface's inside at the coarse grid's detail, as a labelmap of the scan: 1 inside. */
  readonly coarseLabels: LabelmapData;
}

export interface OpenScanOptions {
  readonly series?: string | number;
  readonly shared: boolean;
  readonly name?: string;
  readonly coarser?: Coarser;
}

/** Reads a scan and, in the same worker and so without a copy, makes a first surface of it on a coarse grid. */
export async function* openScan(refs: readonly SourceRef[], options: OpenScanOptions): AsyncSteps<OpenedScan> {
  const { volume, series } = yield* readSeen(refs, options);
  yield { stage: 'read', done: 1, of: 1, partial: { kind: 'read' } satisfies OpenPartial };

  const { modality, slope, storedRange, intercept } = volume.header;
  const outside = Math.min(slope * storedRange[0], slope * storedRange[1]) + intercept - 1;
  const grid = coarseGrid(volume, outside);
  const isovalue = modality === 'CT' ? BODY_HU : otsuOf(grid.values) * (modality === 'MR' ? 0.7 : 1);
  keepLargest(grid, isovalue, outside);
  const mesh = yield* isosurfaceOf(
    { scalars: grid.values, dims: grid.dims, rasFromIjk: grid.rasFromIjk, slope: 1, intercept: 0 },
    isovalue,
  );
  const chunk = packChunk([{ slot: 1, mesh }], 'coarse', 'coarse');
  const partial: OpenPartial = { kind: 'coarse', header: volume.header, chunk, isovalue };
  yield {
    stage: 'coarse',
    done: 1,
    of: 1,
    partial: transferring(partial, [chunk.place.buffer, chunk.light.buffer, chunk.triangles.buffer]),
  };

  const coarseLabels = sharedBricks(labelsFromCoarse(grid, isovalue, volume.header.dims));
  return transferring({ volume, series, isovalue, coarseLabels }, [
    ...voxelBuffers(volume),
    ...buffersOf(coarseLabels),
  ]);
}

/** So many pictures of a scan that is being read, besides its first. */
const PICTURES = 24;

/** Reads, and lets the slices be seen that are in place. */
async function* readSeen(refs: readonly SourceRef[], options: OpenScanOptions): AsyncSteps<ReadResult> {
  let [ready, seen] = [0, 0];
  let newest: Volume | null = null;
  const onSlab = (volume: Volume, slices: number) => {
    newest = volume;
    ready = slices;
  };
  const reading = readVolume(refs.map(openSource), { ...options, onSlab });
  try {
    for (;;) {
      const next = await reading.next();
      if (next.done) return next.value;
      yield next.value;
      const held = newest as Volume | null;
      if (!held || (seen > 0 && ready < seen + held.header.dims[2] / PICTURES)) continue;
      seen = ready;
      const partial: OpenPartial = slicePreview(held, ready - 1);
      const { done, of } = next.value;
      yield { stage: 'read', done, of, partial: transferring(partial, [partial.rgba.buffer]) };
    }
  } finally {
    // Where this one is stopped, the reading frees what it holds.
    await reading.return(undefined as never);
  }
}

/** Each voxel takes the side of its nearest coarse sample. */
function labelsFromCoarse(
  { step, dims, values }: CoarseGrid,
  isovalue: number,
  [ni, nj, nk]: Volume['header']['dims'],
): LabelmapData {
  const nearest = (n: number, axis: 0 | 1 | 2) => Math.min(dims[axis] - 2, Math.round(n / step) + 1);
  const [bi, bj, bk] = brickGrid([ni, nj, nk]);
  const bricks: Brick[] = [];
  const brick = new Uint16Array(BRICK_VOXELS);
  for (let k0 = 0; k0 < bk * BRICK; k0 += BRICK)
    for (let j0 = 0; j0 < bj * BRICK; j0 += BRICK)
      for (let i0 = 0; i0 < bi * BRICK; i0 += BRICK) {
        let sum = 0;
        brick.fill(0);
        for (let k = k0; k < Math.min(nk, k0 + BRICK); k++)
          for (let j = j0; j < Math.min(nj, j0 + BRICK); j++) {
            const row = dims[0] * (nearest(j, 1) + dims[1] * nearest(k, 2));
            const to = BRICK * (j - j0 + BRICK * (k - k0)) - i0;
            for (let i = i0; i < Math.min(ni, i0 + BRICK); i++)
              if ((values[row + nearest(i, 0)] as number) >= isovalue) {
                brick[to + i] = 1;
                sum++;
              }
          }
        bricks.push(sum === 0 ? 0 : sum === BRICK_VOXELS ? 1 : brick.slice());
      }
  return { dims: [ni, nj, nk], bricks };
}
