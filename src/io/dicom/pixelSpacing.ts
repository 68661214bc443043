import type { DataSet } from 'dicom-parser';
import type { Warning } from '#core/warnings.ts';
import { decimals, finite, items, type Places, refuseGeometry } from './elements.ts';

/** How large a pixel is, and what has to be known of that. Plain data. */
export interface PixelSize {
  /** mm between rows, between columns; null: nowhere said. */
  readonly pixelSpacing: readonly [number, number] | null;
  readonly warnings: readonly Warning[];
}

/**
 * The size in the body where it is known: PixelSpacing, or the regions of an ultrasound picture. A radiograph's ImagerPixelSpacing is
 * the size at the detector, larger than in the body by the magnification, which is taken out where the file estimates it
 * (PS3.3, 10.7.1.3). What remains a guess is a warning.
 * @throws VesaliusError 'geometry' naming the element
 */
export function pixelSize(places: Places, dataSet: DataSet): PixelSize {
  const pixel = spacing(places, 'x00280030', 'PixelSpacing');
  const imager = spacing(places, 'x00181164', 'ImagerPixelSpacing');
  if (pixel) {
    // Copied from the detector, unless somebody calibrated it.
    const copied = imager !== null && pixel.every((value, n) => value === imager[n]);
    const said = dataSet.string('x00280a02') !== undefined;
    return { pixelSpacing: pixel, warnings: copied && !said ? [atDetector('PixelSpacing')] : [] };
  }
  if (imager) {
    const factor = decimals(places, 'x00181114', 1, 'EstimatedRadiographicMagnificationFactor')?.[0];
    if (factor === undefined || !(factor > 0))
      return { pixelSpacing: imager, warnings: [atDetector('ImagerPixelSpacing')] };
    return {
      pixelSpacing: [imager[0] / factor, imager[1] / factor],
      warnings: [
        {
          code: 'spacing-estimated',
          where: 'EstimatedRadiographicMagnificationFactor',
          kept: `ImagerPixelSpacing ÷ ${factor}`,
          text: `Sizes are those at the detector divided by the magnification that the file estimates (${factor}): true in one plane of the body alone.`,
        },
      ],
    };
  }
  const scanned = spacing(places, 'x00182010', 'NominalScannedPixelSpacing');
  if (scanned) return { pixelSpacing: scanned, warnings: [atDetector('NominalScannedPixelSpacing')] };
  return ultrasound(dataSet) ?? aspect(places);
}

function spacing(places: Places, tag: string, keyword: string): readonly [number, number] | null {
  const found = decimals(places, tag, 2, keyword);
  if (found && !found.every((value) => value > 0))
    throw refuseGeometry(keyword, 'two numbers above 0', found.join('\\'));
  return found as readonly [number, number] | null;
}

function atDetector(keyword: string): Warning {
  return {
    code: 'spacing-at-detector',
    where: keyword,
    kept: keyword,
    text: `Sizes are those at the detector (${keyword}), not in the body: what lies in front of it is smaller than it measures.`,
  };
}

const CENTIMETRES = 3;
const TISSUE = 1;

/** PS3.3, C.8.5.5: the picture holds regions, some in centimetres, some of time or velocity. */
function ultrasound(dataSet: DataSet): PixelSize | null {
  const regions = items(dataSet, 'x00186011').flatMap((region) => {
    const [x, y] = [finite(region.double('x0018602c')), finite(region.double('x0018602e'))];
    const inCentimetres = region.uint16('x00186024') === CENTIMETRES && region.uint16('x00186026') === CENTIMETRES;
    if (region.uint16('x00186012') !== TISSUE || !inCentimetres || !x || !y) return [];
    const span = (from: string, to: string) => (region.uint32(to) ?? 0) - (region.uint32(from) ?? 0);
    const area = span('x00186018', 'x0018601c') * span('x0018601a', 'x0018601e');
    return [{ area, spacing: [10 * Math.abs(y), 10 * Math.abs(x)] as const }];
  });
  const [largest, ...others] = regions.toSorted((a, b) => b.area - a.area);
  if (!largest) return null;
  const differ = others.some(({ spacing }) =>
    spacing.some((value, n) => Math.abs(value - (largest.spacing[n] as number)) > 1e-4 * value),
  );
  const warning: Warning = {
    code: differ ? 'ultrasound-regions-differ' : 'ultrasound-region',
    where: 'SequenceOfUltrasoundRegions',
    kept: differ ? 'the size of the largest region' : 'the size of the region',
    text: differ
      ? 'PixelSpacing is absent; the picture holds regions of different scale, and sizes are true in the largest one alone.'
      : 'PixelSpacing is absent; sizes are those of the region that shows tissue: scales and curves beside it have none.',
  };
  return { pixelSpacing: largest.spacing, warnings: [warning] };
}

/** Of a picture whose size nobody says, perhaps the shape of its pixels. */
function aspect(places: Places): PixelSize {
  const ratio = decimals(places, 'x00280034', 2, 'PixelAspectRatio');
  if (!ratio?.every((value) => value > 0)) return { pixelSpacing: null, warnings: [] };
  const [down, across] = ratio as readonly [number, number];
  if (down === across) return { pixelSpacing: null, warnings: [] };
  return {
    pixelSpacing: [down / across, 1],
    warnings: [sizeUnknown('1 mm between columns, PixelAspectRatio between rows')],
  };
}

export function sizeUnknown(kept: string): Warning {
  return {
    code: 'size-unknown',
    where: 'PixelSpacing',
    kept,
    text: 'The file does not say how large a pixel is: 1 mm is assumed, lengths are not true.',
  };
}
