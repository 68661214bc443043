import { VesaliusError } from '#core/errors.ts';
import { ByteReader, chunksOf } from '../byteReader.ts';
import { type ByteSource, openSource, type SourceRef } from '../source.ts';
import { type ListedFile, readDirectory } from './directory.ts';

/** What an archive holds: its files as sources, paths beginning with the archive's own; and what of it cannot be read. */
export interface Expanded {
  readonly sources: readonly ByteSource[];
  readonly refused: readonly VesaliusError[];
}

/** An archive from a server is kept in memory once, as it is: not every server gives ranges of it. */
const LARGEST_DOWNLOAD = 2 ** 32;
const BLOB = 1 << 23;

/**
 * Reads an archive's directory and nothing else; the files are inflated when they are read. Resource forks of macOS are left out.
 * @throws VesaliusError naming the archive, see `readDirectory`
 */
export async function expandZip(source: ByteSource): Promise<Expanded> {
  try {
    const archive = source.size === null ? await downloaded(source) : source;
    const files = await readDirectory(archive, archive.size as number);
    const seen = new Map<string, number>();
    const sources: ByteSource[] = [];
    for (const { path, entry } of files) {
      if (entry === null || path.startsWith('__MACOSX/')) continue;
      const times = (seen.get(path) ?? 0) + 1;
      seen.set(path, times);
      const root = times === 1 ? source.ref.path : `${source.ref.path}#${times}`;
      sources.push(openSource({ kind: 'zip', archive: archive.ref, entry, path: `${root}/${path}` }));
    }
    // As the files of a folder are: an archive's order is that in which it was packed.
    const sorted = sources.toSorted((a, b) => (a.ref.path < b.ref.path ? -1 : a.ref.path > b.ref.path ? 1 : 0));
    return { sources: sorted, refused: refusals(files) };
  } catch (thrown) {
    throw thrown instanceof VesaliusError ? thrown.in(source.name) : thrown;
  }
}

/** One for each reason, naming the first of its files. */
function refusals(files: readonly ListedFile[]): VesaliusError[] {
  const byReason = new Map<string, ListedFile[]>();
  for (const file of files) {
    if (file.why === '') continue;
    const those = byReason.get(file.why);
    if (those) those.push(file);
    else byReason.set(file.why, [file]);
  }
  return [...byReason].map(([why, those]) => {
    const more = those.length > 1 ? ` and ${those.length - 1} more` : '';
    const got = `${why === 'encrypted' ? 'a password' : `compression ${why}`} (${those[0]?.path}${more})`;
    return new VesaliusError({
      code: 'unsupported',
      what: 'ZIP archive',
      where: why === 'encrypted' ? 'general purpose bit flag' : 'compression method',
      expected: why === 'encrypted' ? 'entries without a password' : 'stored or deflated entries',
      got,
    });
  });
}

async function downloaded(source: ByteSource): Promise<ByteSource> {
  // Small blobs, which the platform joins without a copy and may keep on disk.
  const blobs: Blob[] = [];
  let parts: Uint8Array<ArrayBuffer>[] = [];
  let held = 0;
  const put = () => {
    blobs.push(new Blob(parts));
    parts = [];
    held = 0;
  };
  const reader = new ByteReader(chunksOf(await source.stream()));
  try {
    for (let run = await reader.some(Infinity); run; run = await reader.some(Infinity)) {
      if (reader.position > LARGEST_DOWNLOAD)
        throw new VesaliusError({
          code: 'too-large',
          what: 'ZIP archive',
          where: 'size',
          expected: `at most ${LARGEST_DOWNLOAD} bytes from a server`,
          got: 'more',
        });
      parts.push(run as Uint8Array<ArrayBuffer>);
      held += run.length;
      if (held >= BLOB) put();
    }
    put();
  } finally {
    await reader.close();
  }
  const ref: SourceRef = { kind: 'file', file: new File(blobs, source.name), path: source.ref.path };
  return openSource(ref);
}
