import { countLabels } from '#core/labelmap/denseLabels.ts';
import { labelValues } from '#core/labelmap/labelValues.ts';
import type { Volume, VolumeHeader } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import type { LabelGrid, LabelValues, ScanGrid } from '#io/segments/segmentSet.ts';
import { openSource } from '#io/source.ts';
import { readHead } from '#io/sourceHead.ts';
import { openInput, saidOf } from './input.ts';
import { clearStep, follow } from './progress.ts';
import { readOne } from './readOne.ts';
import { firstTimepoint } from './report.ts';

/** Voxels whose rescaled value is at least `iso`. */
export function countAtLeast({ header, scalars }: Volume, iso: number): number {
  const [ni, nj, nk] = header.dims;
  const { slope, intercept } = header;
  let count = 0;
  for (let n = 0; n < ni * nj * nk; n++) if (slope * (scalars[n] as number) + intercept >= iso) count++;
  return count;
}

/** One labelled structure, as the command line names it. */
export interface LabelledSegment {
  /** In the file. */
  readonly value: number;
  readonly layer: number;
  readonly name: string;
  readonly color: string | null;
  readonly voxels: number;
}

export interface LabelsOfFile {
  readonly grid: LabelGrid;
  readonly layers: readonly LabelValues[];
  readonly segments: readonly LabelledSegment[];
  readonly warnings: readonly Warning[];
}

/**
 * Segments of any kind for a scan. What has a grid of its own (a labelmap, .seg.nrrd) stays on it; DICOM SEG, RTSTRUCT and meshes are laid on
 * the scan's.
 * @param volume of the labels file, where it is the scan's own
 */
export async function readLabelsOf(given: string, scan: Volume): Promise<LabelsOfFile> {
  const input = openInput(given);
  const kind = input.sources.length === 1 ? await kindOf(input.sources[0] as (typeof input.sources)[number]) : 'raster';
  if (kind === 'raster' || kind === 'dicom' || kind === 'other' || kind === 'names')
    return plainLabels(await readOne(given), scan.header);
  const { readSegments } = await import('#io/segments/readSegments.ts');
  const scans = kind === 'seg-nrrd' || kind === 'labels' ? [] : [scanGrid(scan.header)];
  const [set] = await saidOf(input, () => follow(readSegments(input.sources.map(openSource), scans)));
  clearStep();
  if (!set) throw new Error('a file of segments gave none');
  return { ...set, warnings: [...set.warnings, ...(scans.length > 0 ? [] : sameGridWarning(scan.header, set.grid))] };
}

async function kindOf(ref: Parameters<typeof openSource>[0]) {
  const { segmentsKind } = await import('#io/segments/sniffSegments.ts');
  return readHead(openSource(ref))
    .then(segmentsKind)
    .catch(() => 'raster' as const);
}

function scanGrid({ name, dims, rasFromIjk, series }: VolumeHeader): ScanGrid {
  return { name, dims, rasFromIjk, seriesUid: series?.uid, frameOfReferenceUid: series?.frameOfReferenceUid };
}

/** A volume whose values are labels; `scan` undefined where it is the scan itself. */
export function plainLabels({ header, scalars }: Volume, scan?: VolumeHeader): LabelsOfFile {
  const { dims, rasFromIjk } = header;
  const first = scalars.subarray(0, dims[0] * dims[1] * dims[2]);
  const values = labelValues(first, header.slope, header.intercept, header.name);
  const segments = [...countLabels(values)].map(([value, voxels]) => ({
    value,
    layer: 0,
    name: `label ${value}`,
    color: null,
    voxels,
  }));
  return {
    grid: { dims, rasFromIjk },
    layers: [values],
    segments,
    warnings: scan ? [...header.warnings, ...firstTimepoint(header), ...sameGridWarning(scan, header)] : [],
  };
}

/** Labels that lie on another grid than the scan are meshed where their own header puts them, and it is said. */
function sameGridWarning(scan: VolumeHeader, labels: LabelGrid): Warning[] {
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
