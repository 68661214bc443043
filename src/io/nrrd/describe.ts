import { VesaliusError } from '#core/errors.ts';
import type { RasterFile } from '../raster.ts';
import type { ByteSource } from '../source.ts';
import type { SourceHead } from '../sourceHead.ts';

export async function describeNrrd(_head: SourceHead, _others: readonly ByteSource[]): Promise<RasterFile> {
  throw new VesaliusError({ code: 'unsupported', what: 'NRRD', where: 'format', expected: 'NIfTI', got: 'NRRD' });
}
