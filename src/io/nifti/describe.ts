import { VesaliusError } from '#core/errors.ts';
import { voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { refuseUnreadable } from '../memory.ts';
import { firstScalarType, storedBytes } from '../narrow.ts';
import { headerFacts, type RasterFile } from '../raster.ts';
import { sibling } from '../sibling.ts';
import type { ByteSource } from '../source.ts';
import { openBytes, readHead, type SourceHead } from '../sourceHead.ts';
import { timesMs } from '../timesMs.ts';
import { type NiftiHeader, parseNiftiHeader } from './header.ts';
import { refuse } from './refuse.ts';

const DEFLATE_LIMIT = 1032;
const NIFTI_INTENT_LABEL = 1002;

/**
 * NIfTI-1 or -2, alone or as a pair, compressed or not.
 * @param others files that were opened with it; an .img is looked for there first
 * @throws VesaliusError naming the field
 */
export async function describeNifti(head: SourceHead, others: readonly ByteSource[]): Promise<RasterFile> {
  const header = parseNiftiHeader(head.bytes);
  const bytes = voxelCount(header.dims) * header.timepoints * storedBytes[header.stored];
  refuseUnreadable(bytes, 'dim', [...header.dims, header.timepoints]);
  const warnings = [...header.warnings];
  const image = header.pair ? await imageOf(head, header, bytes, others, warnings) : head;
  const { source, gzip } = image;
  const first = header.pair && image === head && header.voxOffset < 352 ? 352 : header.voxOffset;
  const most = source.size === null ? Infinity : gzip ? source.size * DEFLATE_LIMIT : source.size;
  // A file that ends with its header lacks its voxels; its vox_offset is sound.
  if (first > most && first > 544) throw refuse('format', 'vox_offset', `at most ${most}, the size of the file`, first);
  const facts = headerFacts(
    {
      name: head.source.name,
      dims: header.dims,
      timepoints: header.timepoints,
      ...timesMs(header.timepoints, header.stepMs, 'dim[4]'),
      slope: header.slope,
      intercept: header.intercept,
      rasFromIjk: header.rasFromIjk,
      format: 'nifti',
      warnings,
    },
    firstScalarType(header.stored),
  );
  return {
    facts,
    labels: header.intentCode === NIFTI_INTENT_LABEL ? 'intent_code' : undefined,
    sources: image === head ? [head.source] : [head.source, source],
    plan: {
      stored: header.stored,
      bigEndian: header.bigEndian,
      dims: header.dims,
      timepoints: header.timepoints,
      fields: { type: 'datatype', size: 'dim', data: 'voxels' },
      available: gzip || source.size === null ? null : Math.max(0, source.size - first),
      packed: gzip ? source.size : null,
      async open() {
        const reader = await openBytes(source, gzip);
        const passed = await reader.skip(first);
        if (passed === first) return reader;
        await reader.close();
        throw refuse('truncated', 'vox_offset', `at least ${first} bytes`, `${passed} bytes`);
      },
    },
  };
}

/** The .img of a pair; the file itself where it holds the voxels after all, which is said. */
async function imageOf(
  head: SourceHead,
  header: NiftiHeader,
  bytes: number,
  others: readonly ByteSource[],
  warnings: Warning[],
): Promise<SourceHead> {
  const { source } = head;
  const stem = source.name.replace(/\.(hdr|nii)(\.gz)?$/i, '');
  let missing: unknown;
  for (const extension of ['.img', '.img.gz']) {
    try {
      return await readHead(await sibling(source, stem + extension, others, 'magic'));
    } catch (thrown) {
      if (!(thrown instanceof VesaliusError && thrown.code === 'missing')) throw thrown;
      missing ??= thrown;
    }
  }
  const first = Math.max(352, header.voxOffset);
  if (!head.gzip && source.size !== null && source.size >= first + bytes) {
    warnings.push({
      code: 'magic-pair',
      where: 'magic',
      kept: 'the voxels in this file',
      text: `magic says that the voxels are in a file ${stem}.img, which is not there; those in this file were taken.`,
    });
    return head;
  }
  throw missing;
}
