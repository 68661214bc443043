import { invert, rowsOf, transform } from '#core/space/affine.ts';
import { type Volume, type VolumeHeader, voxelVolumeMm3 } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';

/** dims, spacing and matrix as the contract writes them. */
export function geometryOf(header: VolumeHeader) {
  return {
    dims: header.timepoints > 1 ? [...header.dims, header.timepoints] : [...header.dims],
    spacing: [...header.spacing],
    ijkToRas: rowsOf(header.rasFromIjk),
  };
}

/** The rescaled value of the voxel whose centre is nearest to each point; null outside the grid. Timepoint 0. */
export function valuesAt({ header, scalars }: Volume, points: readonly [number, number, number][]) {
  const ijkFromRas = invert(header.rasFromIjk);
  const [ni, nj, nk] = header.dims;
  return points.map((ras) => {
    const ijk = transform(ijkFromRas, ras).map(Math.round) as [number, number, number];
    const [i, j, k] = ijk;
    const inside = i >= 0 && j >= 0 && k >= 0 && i < ni && j < nj && k < nk;
    const value = inside ? header.slope * (scalars[i + ni * (j + nj * k)] as number) + header.intercept : null;
    return { ras, ijk, value, unit: header.unit };
  });
}

/** Segments and surfaces are of one moment: that of a time series' first timepoint, which is said. */
export function firstTimepoint({ timepoints }: VolumeHeader): Warning[] {
  if (timepoints === 1) return [];
  const text = `The file holds ${timepoints} timepoints; the first was taken.`;
  return [{ code: 'first-timepoint', where: 'time', kept: 'the first', text }];
}

export function voxelMl(header: VolumeHeader): number {
  return voxelVolumeMm3(header.rasFromIjk) / 1000;
}

/** Warnings as lines on stderr. */
export function printWarnings(warnings: readonly Warning[]): void {
  for (const { where, text } of warnings) console.error(`warning: ${where}: ${text.replaceAll('\n', ' ')}`);
}

export function printJson(report: object): void {
  console.log(
    JSON.stringify(report, (_, value) => (typeof value === 'number' && !Number.isFinite(value) ? null : value)),
  );
}

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
