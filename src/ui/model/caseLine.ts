import { formatNumber } from '#i18n/format.ts';
import type { VolumeRecord } from '#state/viewer.ts';

/** 'CT 122 × 101 × 112, 3.00 mm': kind, size and spacing; never a name. */
export function caseLine(volume: VolumeRecord | undefined): string {
  if (!volume) return '';
  const size = volume.dims.join(' × ');
  const steps = [...new Set(volume.spacing.map((step) => formatNumber(step, 2)))];
  const times = volume.timepoints > 1 ? ` × ${volume.timepoints}` : '';
  return `${volume.modality} ${size}${times}, ${steps.join(' × ')}\u202fmm`;
}
