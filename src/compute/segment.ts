import type { SegmentationResult, SegmentRequest } from '#compute/jobs/segment/segment.ts';
import { methodById, parseSettings } from '#compute/methods/registry.ts';
import type { Pool } from '#compute/pool.ts';
import { isShared } from '#compute/sharing.ts';
import type { Step } from '#core/steps.ts';
import { type Volume, voxelCount } from '#core/volume/volume.ts';

export type { SegmentationResult, SegmentRequest } from '#compute/jobs/segment/segment.ts';

/**
 * Segments the volume's first timepoint in a worker. Voxels in a SharedArrayBuffer are read in place, others are copied to the worker.
 * @throws VesaliusError 'usage' (unknown method or setting, a value that is none or out of range), 'method', 'cancelled'
 */
export async function segment(
  pool: Pool,
  volume: Volume,
  request: SegmentRequest,
  options: { readonly signal?: AbortSignal; readonly onStep?: (step: Step) => void } = {},
): Promise<SegmentationResult> {
  // Wrong usage is told before anything is sent.
  parseSettings(methodById(request.method), request.settings ?? {});
  return pool.run('segment', [firstTimepoint(volume), request], options);
}

/** A view's whole buffer would be copied to the worker: further timepoints are cut off first where they are not shared. */
function firstTimepoint(volume: Volume): Volume {
  const count = voxelCount(volume.header.dims);
  if (volume.scalars.length <= count) return volume;
  const shared = isShared(volume.scalars.buffer);
  return { ...volume, scalars: shared ? volume.scalars.subarray(0, count) : volume.scalars.slice(0, count) };
}
