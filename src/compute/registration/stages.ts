import type { Stage } from './elastixMaps.ts';
import type { WorkingCopy } from './workingCopy.ts';

export type RegistrationKind = 'rigid' | 'affine' | 'deformable';

/** Control points stand no closer than this unless told: closer ones bend even tissue, which has nothing to hold them by. */
const GRID_MM = 30;
const GRID_VOXELS = 5;

/**
 * Coarse to fine: the turn first, then the shear and scale, then the bends, each from where the last one ended; smoothing and
 * control grid grow finer from level to level (Rueckert et al., IEEE TMI 1999). What one level has bent the next bends further.
 */
export function stagesOf(kind: RegistrationKind, fixed: WorkingCopy, gridMm?: number): readonly Stage[] {
  // The coarsest has the way to go, the finer ones what is left of it.
  const linear = (stage: 'rigid' | 'affine', smoothing: number): Stage => ({
    kind: stage,
    smoothing,
    iterations: smoothing === 4 ? 250 : 120,
    samples: 2000,
  });
  const rigid = (smoothing: number) => linear('rigid', smoothing);
  const shear = (smoothing: number) => linear('affine', smoothing);
  if (kind === 'rigid') return [rigid(4), rigid(2), rigid(1)];
  if (kind === 'affine') return [rigid(4), rigid(2), shear(2), shear(1)];
  const finest = gridMm ?? Math.max(GRID_MM, GRID_VOXELS * fixed.spacingMm);
  const bend = (smoothing: number, times: number): Stage => ({
    kind: 'deformable',
    smoothing,
    iterations: 300,
    samples: 2000,
    gridMm: finest * times,
  });
  return [rigid(4), rigid(2), shear(2), bend(4, 2), bend(2, 1.4), bend(1, 1)];
}
