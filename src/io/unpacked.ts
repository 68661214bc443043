import { VesaliusError } from '#core/errors.ts';
import { gunzip } from './gzip/gunzip.ts';
import { type ByteSource, openSource } from './source.ts';

/** A single DICOM file is rarely over a few hundred MB; beyond that a stream may be without end. */
const LARGEST = 2 ** 29;

/**
 * What is inside a gzip file as a file in memory, for readers that jump about in it.
 * @throws VesaliusError 'truncated' or 'checksum' where it is not whole, 'too-large'
 */
export async function unpacked(source: ByteSource): Promise<ByteSource> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const chunks = gunzip(source);
  try {
    for (;;) {
      const next = await chunks.next();
      if (next.done) {
        if (next.value.trailer === 'ok') break;
        const expected = 'a gzip stream with its checksum';
        throw new VesaliusError({
          code: 'truncated',
          what: 'gzip',
          where: 'gzip trailer',
          expected,
          got: 'the end of the file',
        });
      }
      size += next.value.length;
      if (size > LARGEST) {
        const expected = `at most ${LARGEST} bytes inside`;
        throw new VesaliusError({ code: 'too-large', what: 'gzip', where: 'gzip data', expected, got: 'more' });
      }
      parts.push(new Uint8Array(next.value));
    }
  } finally {
    await chunks.return({ trailer: 'missing', after: null });
  }
  const { path } = source.ref;
  return openSource({ kind: 'file', file: new File(parts, source.name), path });
}
