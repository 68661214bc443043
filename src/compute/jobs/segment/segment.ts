import type { MethodOutput, ResolvedSettings, SettingValue } from '#compute/methods/method.ts';
import { methodById, parseSettings } from '#compute/methods/registry.ts';
import { transferring } from '#compute/protocol.ts';
import { canShare } from '#compute/sharing.ts';
import { VesaliusError } from '#core/errors.ts';
import type { Point } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { type Volume, voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { createBitGrid, releaseBitGrid } from './bitGrid.ts';
import { methodRuns } from './methodRuns.ts';
import type { DenseLabels } from './outcome.ts';

export interface SegmentRequest {
  readonly method: string;
  readonly settings?: Readonly<Record<string, SettingValue>>;
  readonly seeds?: readonly Point<'ras'>[];
  /** An existing labelmap on the volume's grid (dense, i-fastest), for methods that work on one. */
  readonly labels?: DenseLabels;
}

export interface SegmentationResult {
  /** Dense, i-fastest, 0 outside all segments; the receiver's own, shared between threads where that is allowed. */
  readonly labels: Uint8Array<ArrayBufferLike>;
  readonly segments: readonly (MethodOutput & { readonly voxels: number })[];
  /** What the method ran with: what was given, the defaults, what was found from the scan. */
  readonly settings: ResolvedSettings;
  readonly warnings: readonly Warning[];
}

/**
 * Runs a segmentation method on the first timepoint.
 * @param volume read, never written
 * @throws VesaliusError 'usage' for an unknown method or setting, 'method' where it cannot run on this scan
 */
export async function* segmentVolume(volume: Volume, request: SegmentRequest): AsyncSteps<SegmentationResult> {
  const method = methodById(request.method);
  const settings = parseSettings(method, request.settings ?? {});
  const count = voxelCount(volume.header.dims);
  const refuse = (where: string, expected: string, got: string | number) =>
    new VesaliusError({ code: 'method', what: method.title, where: `${method.id}: ${where}`, expected, got });
  if (request.labels && request.labels.length !== count)
    throw refuse('labels', `${count} voxels`, request.labels.length);
  if (method.seeds === 'required' && !request.seeds?.length) throw refuse('seeds', 'at least one point', 0);
  const warnings: Warning[] = [];
  if (method.modality && volume.header.modality !== method.modality)
    warnings.push({
      code: 'other-modality',
      where: 'modality',
      kept: method.id,
      text: `${method.title} is made for ${method.modality}; this scan is ${volume.header.modality}.`,
    });
  if (volume.header.timepoints > 1)
    warnings.push({
      code: 'first-timepoint',
      where: 'timepoints',
      kept: '1',
      text: `Only the first of ${volume.header.timepoints} time points is segmented.`,
    });
  const load = methodRuns[method.id];
  if (!load) throw refuse('method', 'a method that can run', method.id);
  const run = await load();
  const labels = allocateLabels(count);
  const segments: SegmentationResult['segments'][number][] = [];
  const grid = await createBitGrid(volume.header.dims);
  try {
    const { seeds = [], labels: given = null } = request;
    const outcome = yield* run({ method, grid, volume, settings, seeds, labels: given });
    for (const [n, { mask, ...output }] of outcome.segments.entries()) {
      yield* grid.paint(mask, labels, output.value, n === 0);
      segments.push({ ...output, voxels: grid.count(mask) });
    }
    for (const { name, voxels } of segments)
      if (voxels === 0)
        warnings.push({
          code: 'empty-segment',
          where: name,
          kept: 'nothing',
          text: `${method.title} found no voxel of ${name}.`,
        });
    warnings.push(...outcome.warnings);
    const result: SegmentationResult = { labels, segments, settings: outcome.settings, warnings };
    return transferring(result, [labels.buffer]);
  } finally {
    releaseBitGrid(grid);
  }
}

function allocateLabels(count: number): Uint8Array<ArrayBufferLike> {
  return new Uint8Array(canShare() ? new SharedArrayBuffer(count) : new ArrayBuffer(count));
}
