import type { Method, MethodOutput, ResolvedSettings } from '#compute/methods/method.ts';
import type { Point } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Volume } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import type { BitGrid, Mask } from './bitGrid.ts';

export type DenseLabels = Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike>;

/** What a method works on. The grid is the run's own; masks that are not in the outcome go with it. */
export interface MethodInput {
  readonly method: Method;
  readonly grid: BitGrid;
  readonly volume: Volume;
  readonly settings: ResolvedSettings;
  readonly seeds: readonly Point<'ras'>[];
  /** An existing labelmap on the volume's grid, dense and i-fastest; null where none was given. */
  readonly labels: DenseLabels | null;
}

/** Disjoint sets of voxels, what was found on the way, and what was left out. */
export interface MethodOutcome {
  readonly segments: readonly (MethodOutput & { readonly mask: Mask })[];
  readonly settings: ResolvedSettings;
  readonly warnings: readonly Warning[];
}

export type MethodRun = (input: MethodInput) => AsyncSteps<MethodOutcome>;

/** The one segment of a method that makes one. */
export function single({ method }: MethodInput, mask: Mask): MethodOutcome['segments'] {
  const [output] = method.outputs;
  return output ? [{ ...output, mask }] : [];
}

export function numberOf(settings: ResolvedSettings, name: string): number {
  const value = settings[name];
  if (typeof value !== 'number') throw new Error(`setting ${name} is not a number`);
  return value;
}
