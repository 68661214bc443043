import type { Volume, VolumeHeader } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';

/** Voxels whose rescaled value is at least `iso`. */
export function countAtLeast({ header, scalars }: Volume, iso: number): number {
  const [ni, nj, nk] = header.dims;
  const { slope, intercept } = header;
  let count = 0;
  for (let n = 0; n < ni * nj * nk; n++) if (slope * (scalars[n] as number) + intercept >= iso) count++;
  return count;
}

/** Labels that lie on another grid than the scan are meshed where their own header puts them, and it is said. */
export function sameGridWarning(scan: VolumeHeader, labels: VolumeHeader): Warning[] {
  const sameDims = scan.dims.every((n, axis) => n === labels.dims[axis]);
  const away = Math.max(...scan.rasFromIjk.m.map((value, n) => Math.abs(value - (labels.rasFromIjk.m[n] as number))));
  if (sameDims && away < 1e-3) return [];
  return [
    {
      code: 'labels-grid-differs',
      where: 'labels',
      kept: 'the labels’ own grid',
      text: 'The labels lie on another grid than the scan; their own header says where.',
    },
  ];
}
