import { VesaliusError } from '#core/errors.ts';
import { type ByteSource, baseName, openSource } from './source.ts';

/**
 * The file `name` beside `source`: among `others`, else on disk or at the same address.
 * @throws VesaliusError 'missing' naming it; 'unsupported' where `name` leads out of the folder
 */
export async function sibling(
  source: ByteSource,
  name: string,
  others: readonly ByteSource[],
  where: string,
): Promise<ByteSource> {
  const relative = name.replaceAll('\\', '/').replace(/^(\.\/)+/, '');
  if (relative === '' || relative.startsWith('/') || /^[a-z]:/i.test(relative) || relative.split('/').includes('..')) {
    const expected = 'a file in the same folder';
    throw new VesaliusError({ code: 'unsupported', what: 'data file', where, expected, got: name });
  }
  const path = folderOf(source.ref.path) + relative;
  const given =
    others.find((other) => other.ref.path === path) ??
    others.find((other) => other.ref.path.toLowerCase() === path.toLowerCase()) ??
    // Files that were picked one by one carry no folder.
    others.find((other) => other !== source && other.name === baseName(relative));
  if (given) return given;
  const missing = new VesaliusError({
    code: 'missing',
    what: 'data file',
    where,
    expected: `a file ${relative} beside it`,
    got: 'none',
  });
  try {
    switch (source.ref.kind) {
      case 'file':
      case 'zip':
        throw missing;
      case 'disk':
        return openSource({ kind: 'disk', disk: folderOf(source.ref.disk) + relative, path });
      case 'url': {
        const url = source.ref.url.replace(/[^/?#]*([?#].*)?$/, relative);
        const found = openSource({ kind: 'url', url, path });
        await found.bytes(0, 1);
        return found;
      }
    }
  } catch (thrown) {
    if (thrown instanceof VesaliusError && thrown.code === 'missing') throw missing;
    throw thrown;
  }
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
