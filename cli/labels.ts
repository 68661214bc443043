import { VesaliusError } from '#core/errors.ts';
import type { Volume, VolumeHeader } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';

/** The voxels of a labels file as whole numbers from 0 to 65535; anything else is refused, never rounded. */
export function labelsOf({ header, scalars }: Volume): Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike> {
  const [ni, nj, nk] = header.dims;
  const voxels = ni * nj * nk;
  if (header.slope === 1 && header.intercept === 0 && (header.scalarType === 'u8' || header.scalarType === 'u16')) {
    return scalars.subarray(0, voxels) as Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike>;
  }
  const labels = new Uint16Array(voxels);
  for (let n = 0; n < voxels; n++) {
    const value = header.slope * (scalars[n] as number) + header.intercept;
    if (!Number.isInteger(value) || value < 0 || value > 65535) {
      throw new VesaliusError({
        code: 'format',
        what: 'labels',
        where: 'voxels',
        expected: 'whole numbers from 0 to 65535',
        got: value,
        file: header.name,
      });
    }
    labels[n] = value;
  }
  return labels;
}

/** Voxels of each label but 0. */
export function countLabels(labels: Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike>): Map<number, number> {
  const counts = new Uint32Array(65536);
  for (let n = 0; n < labels.length; n++) counts[labels[n] as number] = (counts[labels[n] as number] as number) + 1;
  const found = new Map<number, number>();
  for (let value = 1; value < counts.length; value++) if (counts[value]) found.set(value, counts[value] as number);
  return found;
}

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
