import { VesaliusError } from '#core/errors.ts';
import type { RasterFile } from '../raster.ts';
import type { ByteSource } from '../source.ts';
import type { SourceHead } from '../sourceHead.ts';

export async function describeMetaImage(_head: SourceHead, _others: readonly ByteSource[]): Promise<RasterFile> {
  throw new VesaliusError({
    code: 'unsupported',
    what: 'MetaImage',
    where: 'format',
    expected: 'NIfTI',
    got: 'MetaImage',
  });
}
