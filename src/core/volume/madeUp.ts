// Planes of a volume that were not measured but made up between their neighbours (VolumeHeader.interpolatedSlices): which places
// of the patient lie in them, and how far apart the measured planes are there.
import { type Affine, invert, transform, type Vector3 } from '#core/space/affine.ts';
import type { Dims } from './volume.ts';

export interface PartlyMeasured {
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  /** Planes (k) that were made up; none where absent. */
  readonly interpolatedSlices?: readonly number[] | undefined;
}

const tables = new WeakMap<readonly number[], { readonly nk: number; readonly steps: Uint32Array }>();

/**
 * For each plane k the planes from the measured one before it to the measured one after it where it was made up, 2 at least; 1
 * where it was measured. null where all were. Read, never written: it is kept as long as the list is.
 */
export function planeSteps({
  dims: [, , nk],
  interpolatedSlices: list,
}: Pick<PartlyMeasured, 'dims' | 'interpolatedSlices'>): Uint32Array | null {
  if (!list || list.length === 0) return null;
  const known = tables.get(list);
  if (known?.nk === nk) return known.steps;
  const steps = new Uint32Array(nk).fill(1);
  for (const k of list) if (k >= 0 && k < nk) steps[k] = 2;
  for (let k = 0; k < nk; k++) {
    if (steps[k] === 1) continue;
    let end = k;
    while (end < nk && steps[end] !== 1) end++;
    steps.fill(end - k + 1, k, end);
    k = end;
  }
  tables.set(list, { nk, steps });
  return steps;
}

/** Of a voxel: as in reslice.ts, a place halfway between two voxels belongs to the higher one. */
const HALF = 0.5 + 1e-6;

/** Planes between the measured ones around the nearest voxel, as `planeSteps` has them; 1 outside the grid. RAS mm. */
export function stepsAt(volume: PartlyMeasured): (ras: Vector3) => number {
  const steps = planeSteps(volume);
  if (steps === null) return () => 1;
  const ijkFromRas = invert(volume.rasFromIjk);
  const { dims } = volume;
  return (ras) => {
    const [i, j, k] = transform(ijkFromRas, ras).map((at) => Math.floor(at + HALF)) as [number, number, number];
    return i >= 0 && j >= 0 && k >= 0 && i < dims[0] && j < dims[1] && k < dims[2] ? (steps[k] as number) : 1;
  };
}

/** Does the straight way from one point to the other (RAS mm) come through a plane that was made up? Its ends count as well. */
export function crossesMadeUp(volume: PartlyMeasured, from: Vector3, to: Vector3): boolean {
  const steps = planeSteps(volume);
  if (steps === null) return false;
  const ijkFromRas = invert(volume.rasFromIjk);
  const [a, b] = [from, to].map((ras) => Math.floor(transform(ijkFromRas, ras)[2] + HALF)) as [number, number];
  const last = Math.min(Math.max(a, b), steps.length - 1);
  for (let k = Math.max(0, Math.min(a, b)); k <= last; k++) if (steps[k] !== 1) return true;
  return false;
}
