import type { AsyncSteps } from '#core/steps.ts';
import { voxelVolumeMm3 } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { findComponents } from './components.ts';
import { findBody } from './ctBody.ts';
import { parted } from './ctBone.ts';
import { bodyFrame } from './frame.ts';
import { type MethodInput, type MethodOutcome, numberOf, single } from './outcome.ts';
import { leftOut } from './ranges.ts';

export async function* ctVessels(input: MethodInput): AsyncSteps<MethodOutcome> {
  const { grid, volume, settings } = input;
  const voxelMm3 = voxelVolumeMm3(volume.header.rasFromIjk);
  const frame = bodyFrame(grid, volume);
  const body = yield* frame.restore((yield* findBody(frame, -500, 10)).body);
  const dense = yield* grid.threshold(volume, numberOf(settings, 'lower'), Infinity, 'vessels');
  grid.and(dense, body);
  const { bone, pools, cortex } = yield* parted(input, dense, body);
  grid.drop(bone, dense, body);
  const parts = yield* findComponents(grid, pools, 26, 'vessels');
  const least = numberOf(settings, 'minMm3') / voxelMm3;
  const vessels = parts.select((n) => (parts.sizes[n] as number) >= least);
  const small = parts.sizes.reduce((count, size) => count + (size < least ? 1 : 0), 0);
  const warnings: Warning[] = leftOut(
    small,
    grid.count(pools) - grid.count(vessels),
    voxelMm3,
    `pieces from ${settings.minMm3} mm³`,
  );
  parts.drop();
  grid.drop(pools);
  warnings.push(
    grid.count(vessels) > 0
      ? {
          code: 'organs-included',
          where: 'vessels',
          kept: 'all of it',
          text: 'Organs that take up as much contrast as a vessel (kidneys) are part of it where they touch one.',
        }
      : {
          code: 'no-contrast',
          where: 'vessels',
          kept: 'nothing',
          text: 'No blood with contrast medium was found in this scan.',
        },
  );
  return { segments: single(input, vessels), settings: { ...settings, cortex }, warnings };
}
