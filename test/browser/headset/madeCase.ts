// A small case with eight structures, told apart by place: opens in a moment, and a software renderer draws it fast.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Triple, writeLabels, writeMade } from '../volumes/madeVolumes.ts';

export const structures = [
  { name: 'liver', centre: [40, 10, -20], radius: 34 },
  { name: 'spleen', centre: [-46, -20, -24], radius: 22 },
  { name: 'heart', centre: [-8, 24, 34], radius: 28 },
  { name: 'right kidney', centre: [38, -34, -52], radius: 17 },
  { name: 'left kidney', centre: [-38, -34, -50], radius: 17 },
  {
    name: 'posterior basal segment of the lower lobe of the left lung, with its bronchus',
    centre: [-48, -20, 40],
    radius: 24,
  },
  { name: 'stomach', centre: [-30, 30, -30], radius: 18 },
  { name: 'aorta', centre: [0, -30, 0], radius: 12 },
] as const satisfies readonly { name: string; centre: Triple; radius: number }[];

const GRID = { dims: [64, 56, 64], spacing: 3 } as const;

const structureAt = (ras: Triple): number =>
  structures.findIndex(
    ({ centre, radius }) => Math.hypot(...ras.map((x, axis) => x - (centre[axis] as number))) < radius,
  ) + 1;

/** Paths of the scan and of its structures. */
export function writeCase(): readonly [string, string] {
  const folder = mkdtempSync(join(tmpdir(), 'vesalius-headset-'));
  const [scan, labels] = [join(folder, 'made.nii'), join(folder, 'made.seg.nrrd')] as const;
  writeMade(scan, { ...GRID, timepoints: 1, value: (ras) => (structureAt(ras) > 0 ? 60 : -1000) });
  writeLabels(
    labels,
    GRID,
    structures.map(({ name }) => name),
    structureAt,
  );
  return [scan, labels];
}
