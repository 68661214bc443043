import { spacingOf } from '#core/space/affine.ts';
import type { Modality, ScalarType, VolumeHeader } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import type { OrderedStack } from './geometry.ts';
import type { Instance, StoredPixels } from './instance.ts';
import { colourWarnings, unreadWarnings } from './pixelWarnings.ts';
import type { PlannedSlice } from './series.ts';
import { timepointTimes } from './seriesTimes.ts';
import { suvFactor, suvWarning } from './suv.ts';

/** What is known of a stack before its pixels are read. `files`: those that its slices are of, the first slice's first. */
export function headerOf(
  stack: OrderedStack,
  slices: readonly PlannedSlice[],
  files: readonly Instance[],
  warnings: readonly Warning[],
): Omit<VolumeHeader, 'storedRange'> {
  const lead = files[0] as Instance;
  const first = slices[0] as PlannedSlice;
  const even = slices.every((slice) => slice.slope === first.slope && slice.intercept === first.intercept);
  const modality = MODALITIES[lead.modality] ?? 'OT';
  const pet = files.flatMap((file) => (file.pet ? [file.pet] : []));
  const suv = pet.length > 0 ? suvFactor(pet) : null;
  return {
    name: nameOf(lead),
    dims: [first.pixels.columns, first.pixels.rows, stack.nk],
    timepoints: stack.timepoints,
    ...timesOf(stack),
    scalarType: even ? scalarTypeOf(first.pixels) : 'f32',
    slope: even ? first.slope : 1,
    intercept: even ? first.intercept : 0,
    rasFromIjk: stack.rasFromIjk,
    ...interpolated(stack),
    spacing: spacingOf(stack.rasFromIjk),
    modality,
    modalityGuessed: false,
    unit: unitOf(modality, stack.slices[0]?.frame.unit ?? null),
    format: 'dicom',
    synthetic: false,
    warnings: [
      ...warnings,
      ...stack.warnings,
      ...pixelWarnings(slices, even),
      ...(suv && 'where' in suv ? [suvWarning(suv)] : []),
    ],
    series: lead.facts,
    ...(suv && 'factor' in suv ? { suvFactor: suv.factor } : {}),
  };
}

function interpolated({ planes, nk }: OrderedStack): Pick<VolumeHeader, 'interpolatedSlices'> {
  if (planes === null) return {};
  const measured = new Set(planes);
  return { interpolatedSlices: Array.from({ length: nk }, (_, k) => k).filter((k) => !measured.has(k)) };
}

/** When each frame of a film, or else each timepoint of a stack, began. */
function timesOf({ slices, timepoints }: OrderedStack): Pick<VolumeHeader, 'timesMs'> {
  if (timepoints < 2) return {};
  const film = slices.flatMap(({ frame }) => (frame.timeMs === null ? [] : [frame.timeMs]));
  const times = film.length === slices.length ? film : timepointTimes(slices, timepoints);
  return times === null ? {} : { timesMs: times };
}

function pixelWarnings(slices: readonly PlannedSlice[], even: boolean): Warning[] {
  const warnings: Warning[] = [];
  if (!even)
    warnings.push({
      code: 'rescale-differs',
      where: 'RescaleSlope',
      kept: 'rescaled values as float32',
      text: 'RescaleSlope or RescaleIntercept differ from slice to slice; each slice is rescaled by its own.',
    });
  if (slices.some((slice) => slice.pixels.kind === 'double'))
    warnings.push({
      code: 'float64-narrowed',
      where: 'DoubleFloatPixelData',
      kept: 'float32',
      text: 'Values of 64 bits are kept with 24 bits of precision.',
    });
  warnings.push(...colourWarnings(slices), ...unreadWarnings(slices));
  if (slices.some((slice) => slice.pixels.lossy))
    warnings.push({
      code: 'lossy-compression',
      where: 'LossyImageCompression',
      kept: 'the values as compressed',
      text: 'The pictures were compressed with loss: values are near to what was measured, not equal.',
    });
  if (slices.some((slice) => slice.pixels.monochrome1))
    warnings.push({
      code: 'monochrome1',
      where: 'PhotometricInterpretation',
      kept: 'the values as stored',
      text: 'The smallest value is meant to be shown white (MONOCHROME1); values are kept as stored.',
    });
  return warnings;
}

/** What holds every stored value: 12 bits stay 16 bits; whole numbers of 32 bits are checked when they are read. */
function scalarTypeOf({ kind, bitsAllocated, signed, colour }: StoredPixels): ScalarType {
  if (colour !== null) return 'u8';
  if (kind !== 'whole' || bitsAllocated === 32) return 'f32';
  if (signed) return 'i16';
  return bitsAllocated === 8 ? 'u8' : 'u16';
}

const MODALITIES: Readonly<Record<string, Modality>> = {
  CT: 'CT',
  MR: 'MR',
  PT: 'PT',
  US: 'US',
  CR: 'CR',
  DX: 'CR',
  DR: 'CR',
};

/** RescaleType where it says something ('US' is "unspecified"); a CT that says nothing is in Hounsfield units (PS3.3, C.8.2.1). */
function unitOf(modality: Modality, said: string | null): string {
  if (said === null) return modality === 'CT' ? 'HU' : '';
  return said === 'US' ? '' : said;
}

function nameOf({ facts, protocol, modality }: Instance): string {
  return facts.description || protocol || `${modality || 'DICOM'} ${facts.number ?? ''}`.trim();
}
