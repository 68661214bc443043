import { VesaliusError } from '#core/errors.ts';
import { voxelCount } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';
import { refuseUnreadable } from '../memory.ts';
import { firstScalarType, storedBytes } from '../narrow.ts';
import { headerFacts, type RasterFile } from '../raster.ts';
import { sibling } from '../sibling.ts';
import type { ByteSource } from '../source.ts';
import { openBytes, readHead, type SourceHead } from '../sourceHead.ts';
import { parseAnalyzeHeader, refuseAnalyze } from './header.ts';

/**
 * Analyze 7.5: a .hdr and an .img, each compressed or not, either byte order.
 * @param others files that were opened with it; the .img is looked for there first
 * @throws VesaliusError naming the field; a file that calls itself .nii is refused for its magic
 */
export async function describeAnalyze(head: SourceHead, others: readonly ByteSource[]): Promise<RasterFile> {
  const { source } = head;
  const stem = /^(.*)\.hdr(\.gz)?$/i.exec(source.name)?.[1];
  if (stem === undefined) {
    const magic = [...head.bytes.subarray(344, 348)];
    const got = magic.every((byte) => byte === 0)
      ? 'zeros, as Analyze 7.5 has, which does not tell left from right'
      : `bytes ${magic.join(' ')}`;
    throw refuseAnalyze('unsupported', 'magic', 'n+1 or ni1', got);
  }
  const header = parseAnalyzeHeader(head.bytes);
  const { dims, timepoints, stored, voxOffset } = header;
  const bytes = voxelCount(dims) * timepoints * storedBytes[stored];
  refuseUnreadable(bytes, 'dim', [...dims, timepoints]);
  const image = await imageOf(source, stem, others);
  const { size } = image.source;
  if (!image.gzip && size !== null && voxOffset > size) {
    throw refuseAnalyze('format', 'vox_offset', `at most ${size}, the size of the .img`, voxOffset);
  }
  const matrix = await matrixBeside(source, stem, others);
  return {
    facts: headerFacts(
      {
        name: source.name,
        dims,
        timepoints,
        slope: header.slope,
        intercept: header.intercept,
        rasFromIjk: header.rasFromIjk,
        format: 'analyze',
        warnings: [...header.warnings, ...matrix.warnings],
      },
      firstScalarType(stored),
    ),
    sources: [source, image.source, ...matrix.sources],
    plan: {
      stored,
      bigEndian: header.bigEndian,
      dims,
      timepoints,
      fields: { type: 'datatype', size: 'dim', data: '.img' },
      available: image.gzip || size === null ? null : Math.max(0, size - voxOffset),
      packed: image.gzip ? size : null,
      async open() {
        const reader = await openBytes(image.source, image.gzip);
        const passed = await reader.skip(voxOffset);
        if (passed === voxOffset) return reader;
        await reader.close();
        throw refuseAnalyze('truncated', 'vox_offset', `at least ${voxOffset} bytes`, `${passed} bytes`);
      },
    },
  };
}

async function imageOf(source: ByteSource, stem: string, others: readonly ByteSource[]): Promise<SourceHead> {
  const found =
    (await beside(source, `${stem}.img`, others)) ??
    (await beside(source, `${stem}.img.gz`, others)) ??
    (await sibling(source, `${stem}.img`, others, '.img'));
  return readHead(found);
}

/** SPM writes its own matrix into a file of MATLAB's; that one is there is said, and it counts as a file of the scan. */
async function matrixBeside(
  source: ByteSource,
  stem: string,
  others: readonly ByteSource[],
): Promise<{ warnings: Warning[]; sources: ByteSource[] }> {
  const found = await beside(source, `${stem}.mat`, others);
  if (!found) return { warnings: [], sources: [] };
  const warning = {
    code: 'matrix-not-read',
    where: found.name,
    kept: 'the place by the .hdr alone',
    text: `The file ${found.name} beside the scan may hold SPM's matrix of where it lies; it is not read.`,
  };
  return { warnings: [warning], sources: [found] };
}

async function beside(source: ByteSource, name: string, others: readonly ByteSource[]): Promise<ByteSource | null> {
  try {
    return await sibling(source, name, others, name);
  } catch (thrown) {
    if (thrown instanceof VesaliusError && thrown.code === 'missing') return null;
    throw thrown;
  }
}
