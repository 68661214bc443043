import { existsSync, readdirSync, realpathSync, type Stats, statSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { VesaliusError } from '#core/errors.ts';
import type { SourceRef } from '#io/source.ts';

/** What the user named: a file, a folder of any nesting, or a URL, as sources in a fixed order. */
export interface Input {
  /** As it was given: errors begin with it. */
  readonly given: string;
  readonly sources: readonly SourceRef[];
}

/** Header files whose voxels lie in a neighbour of the same stem. */
const withNeighbour = /\.(hdr|img|nhdr|mhd)$/i;

export function openInput(given: string): Input {
  if (/^https?:\/\//i.test(given)) {
    return { given, sources: [{ kind: 'url', url: given, path: basename(new URL(given).pathname) || given }] };
  }
  if (!existsSync(given)) {
    throw new VesaliusError({
      code: 'missing',
      what: 'input',
      where: 'path',
      expected: 'an existing file or folder',
      got: 'nothing there',
      file: given,
    });
  }
  if (!statSync(given).isDirectory()) return { given, sources: [ref(given, basename(given)), ...neighbours(given)] };
  const files = filesIn(given, new Set()).sort();
  if (files.length === 0) {
    throw new VesaliusError({
      code: 'missing',
      what: 'input',
      where: 'folder',
      expected: 'files of a scan',
      got: 'an empty folder',
      file: given,
    });
  }
  return { given, sources: files.map((file) => ref(file, relative(given, file))) };
}

/** Of any nesting, links followed; a folder is entered once, since links may lead in a ring. What a link leads to nowhere is no file. */
function filesIn(folder: string, entered: Set<string>): string[] {
  const real = realpathSync(folder);
  if (entered.has(real)) return [];
  entered.add(real);
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    const kind = entry.isSymbolicLink() ? linked(path) : entry;
    if (kind?.isDirectory()) return filesIn(path, entered);
    return kind?.isFile() ? [path] : [];
  });
}

function linked(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // A link to itself.
    return undefined;
  }
}

function ref(disk: string, path: string): SourceRef {
  return { kind: 'disk', disk, path };
}

function neighbours(file: string): SourceRef[] {
  if (!withNeighbour.test(file)) return [];
  const stem = basename(file).replace(/\.[^.]+$/, '');
  return readdirSync(dirname(file) || '.')
    .filter((name) => name !== basename(file) && (name === stem || name.startsWith(`${stem}.`)))
    .sort()
    .map((name) => ref(join(dirname(file), name), name));
}

/** Runs work on an input; an error that names no file is said of what the user gave. */
export async function saidOf<Result>(input: Input, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (thrown) {
    throw thrown instanceof VesaliusError && thrown.code !== 'usage' && thrown.code !== 'internal'
      ? thrown.in(input.given)
      : thrown;
  }
}
