import { asVesaliusError } from '#core/errors.ts';
import { countLabels } from '#core/labelmap/denseLabels.ts';
import { labelValues } from '#core/labelmap/labelValues.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { readVolume } from '../readVolume.ts';
import type { ByteSource } from '../source.ts';
import { openBytes, type SourceHead } from '../sourceHead.ts';
import { type LabelNames, labelTable } from './names.ts';
import type { ReadSegment, SegmentSet } from './segmentSet.ts';
import { tissueOf } from './tissueOf.ts';

/**
 * A labelmap of any raster format: one layer, a segment for each value that occurs. Names and colours from `names`, else from a table in
 * the file itself (NIfTI extension), else `label 5`.
 * @param others files that were given with it: the data of a detached header
 * @throws VesaliusError; 'format' with the value where a voxel is no whole number from 0 to 65535
 */
export async function* readLabels(
  head: SourceHead,
  others: readonly ByteSource[],
  names: LabelNames | null,
): AsyncSteps<SegmentSet> {
  const { source } = head;
  const series = source.ref.path;
  const { volume } = yield* readVolume(others.includes(source) ? others : [source, ...others], {
    shared: false,
    series,
  });
  const { header, scalars } = volume;
  try {
    const first = scalars.subarray(0, voxelCount(header.dims));
    const values = labelValues(first, header.slope, header.intercept, source.name);
    const warnings: Warning[] = header.warnings.filter(({ code }) => code !== 'modality-guessed');
    if (header.timepoints > 1)
      warnings.push({
        code: 'labels-first-timepoint',
        where: 'time',
        kept: 'the first',
        text: `The file holds ${header.timepoints} timepoints of labels; the first was taken.`,
      });
    const own = names ?? (header.format === 'nifti' ? await niftiNames(head) : null);
    const counts = [...countLabels(values)];
    // A mask of ones, one file for each structure, has its name as the file's.
    const mask = own === null && counts.length === 1 && counts[0]?.[0] === 1 ? stemOf(source.name) : undefined;
    const segments = counts.map(([value, voxels]) => segmentOf(value, voxels, own, mask));
    const unnamed = segments.filter(({ value }) => own !== null && !own.get(value)?.name);
    if (own !== null && unnamed.length > 0)
      warnings.push({
        code: 'labels-unnamed',
        where: 'label table',
        kept: unnamed
          .map(({ name }) => name)
          .join(', ')
          .slice(0, 380),
        text: `The table of names has none for ${unnamed.length} of ${segments.length} values.`,
      });
    return {
      format: 'labels',
      grid: { dims: header.dims, rasFromIjk: header.rasFromIjk },
      segments,
      layers: [values],
      belongsTo: null,
      warnings,
    };
  } catch (thrown) {
    throw asVesaliusError(thrown).in(source.name);
  }
}

const stemOf = (name: string) => name.replace(/(\.seg)?(\.(nii|nrrd|mha|mhd|nhdr|mgz|mgh|hdr|img))?(\.gz)?$/i, '');

function segmentOf(value: number, voxels: number, names: LabelNames | null, mask: string | undefined): ReadSegment {
  const known = names?.get(value);
  const name = known?.name || mask || `label ${value}`;
  const code = known?.code ?? null;
  return {
    value,
    layer: 0,
    name,
    color: known?.color ?? null,
    code,
    ...tissueOf(known?.name ?? mask ?? '', code),
    madeBy: '',
    voxels,
  };
}

/** Extensions of more bytes than this hold no table of names. */
const LARGEST_EXTENSION = 1 << 24;

/** The label table of a NIfTI's XML extension (nifti1.h: a size and a code before each; Caret 30, CIFTI 32), null where there is none. */
export async function niftiNames(head: SourceHead): Promise<LabelNames | null> {
  const { bytes } = head;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 352) return null;
  const little = [348, 540].includes(view.getInt32(0, true));
  const second = view.getInt32(0, little) === 540;
  const start = second ? 544 : 352;
  const end = second ? Number(view.getBigInt64(168, little)) : view.getFloat32(108, little);
  if (!(end > start + 8 && end - start <= LARGEST_EXTENSION) || bytes[start - 4] === 0) return null;
  const whole = bytes.length >= end ? bytes : await beginning(head, end);
  const words = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
  for (let at = start; at + 8 <= Math.min(end, whole.length); ) {
    const size = words.getInt32(at, little);
    if (size < 8 || at + size > whole.length) return null;
    const text = new TextDecoder().decode(whole.subarray(at + 8, at + size));
    const names = text.includes('<Label') ? labelTable(text) : null;
    if (names) return names;
    at += size;
  }
  return null;
}

async function beginning({ source, gzip }: SourceHead, count: number): Promise<Uint8Array<ArrayBuffer>> {
  const reader = await openBytes(source, gzip);
  try {
    return await reader.take(count);
  } finally {
    await reader.close();
  }
}
