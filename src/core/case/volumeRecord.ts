import { transform } from '#core/space/affine.ts';
import type { VolumeHeader } from '#core/volume/volume.ts';
import type { RasPoint, VolumeRecord, WindowRecord } from './schema.ts';

/** A header as the case keeps it: what is shown and checked, never the patient's name. */
export function volumeRecord(id: string, header: VolumeHeader): VolumeRecord {
  return {
    id,
    name: header.name,
    dims: [...header.dims],
    timepoints: header.timepoints,
    spacing: [...header.spacing],
    rasFromIjk: [...header.rasFromIjk.m],
    modality: header.modality,
    modalityGuessed: header.modalityGuessed,
    unit: header.unit,
    format: header.format,
    synthetic: header.synthetic,
    seriesDescription: header.series?.description ?? '',
    seriesDate: header.series?.date ?? '',
    warnings: [...header.warnings, ...guessWarning(header)],
    suvFactor: header.suvFactor ?? null,
    timesMs: header.timesMs ? [...header.timesMs] : null,
    ...(header.interpolatedSlices?.length ? { interpolatedSlices: [...header.interpolatedSlices] } : {}),
    overlay: null,
    placed: null,
  };
}

function guessWarning({ modality, modalityGuessed, storedRange, slope, intercept }: VolumeHeader) {
  if (!modalityGuessed) return [];
  const lowest = Math.min(...storedRange.map((stored) => slope * stored + intercept));
  return [
    {
      code: 'modality-guessed',
      where: 'modality',
      kept: modality,
      text: `The file does not say how it was made; with a smallest value of ${Number(lowest.toPrecision(6))} it is taken for ${modality}.`,
    },
  ];
}

/** CT: soft tissue. Else the middle 98 % of the values' range is not known yet, so the range itself. */
export function firstWindow(header: VolumeHeader): WindowRecord {
  if (header.modality === 'CT') return { level: 40, width: 400 };
  const [low, high] = header.storedRange
    .map((stored) => header.slope * stored + header.intercept)
    .sort((a, b) => a - b) as [number, number];
  return { level: (low + high) / 2, width: Math.max(high - low, 1e-6) };
}

/** A voxel centre at the middle of the grid: the first slices show voxels, not a blend of two. */
export function middleOf({ dims, rasFromIjk }: VolumeHeader): RasPoint {
  const [i, j, k] = dims.map((n) => Math.floor((n - 1) / 2)) as [number, number, number];
  const [r, a, s] = transform(rasFromIjk, [i, j, k]);
  return [r, a, s];
}
