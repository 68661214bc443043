import { VesaliusError } from '#core/errors.ts';
import type { SourceRef } from '#io/source.ts';
import type { OpenSource } from '#state/viewer.ts';

/** What the user opened, as sources for a worker: relative URLs are the page's to resolve. */
export function refsOf(
  source: Exclude<OpenSource, { readonly sample: string } | { readonly stored: string }>,
): readonly SourceRef[] {
  if ('refs' in source) return source.refs;
  if ('urls' in source) return source.urls.map((url) => ({ kind: 'url', url: absolute(url), path: lastPart(url) }));
  return source.files.map((file) => ({ kind: 'file', file, path: file.webkitRelativePath || file.name }));
}

/** http and https alone: a scan never comes from a script or a page of another scheme. */
function absolute(url: string): string {
  const resolved = URL.canParse(url, location.href) ? new URL(url, location.href) : null;
  if (resolved && /^(https?|blob):$/.test(resolved.protocol)) return resolved.href;
  throw new VesaliusError({
    code: 'usage',
    what: 'address',
    where: 'urls',
    expected: 'an http or https address',
    got: url,
  });
}

const lastPart = (url: string) => url.split(/[?#]/)[0]?.split('/').filter(Boolean).at(-1) ?? url;

/** What a case made of these is called before its header is read. */
export function titleOf(refs: readonly SourceRef[]): string {
  const [first] = refs;
  if (!first) return '';
  const folder = first.path.includes('/') ? first.path.split('/')[0] : '';
  return (refs.length > 1 && folder ? folder : (first.path.split('/').at(-1) ?? first.path)).replace(
    /\.(nii(\.gz)?|dcm|nrrd|mha|nhdr|mhd)$/i,
    '',
  );
}

/** Files of a drop, folders walked to any depth; each with its path inside the drop. */
export async function refsOfDrop(items: DataTransferItemList): Promise<readonly SourceRef[]> {
  // Entries have to be taken before the first await: afterwards the list is empty.
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const refs: SourceRef[] = [];
  for (const entry of entries) await walk(entry, refs);
  return refs;
}

async function walk(entry: FileSystemEntry, into: SourceRef[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    into.push({ kind: 'file', file, path: entry.fullPath.replace(/^\//, '') });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // readEntries gives at most a hundred at a time.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return;
    for (const one of some) await walk(one, into);
  }
}
