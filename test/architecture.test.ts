import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Who may import whom: a layer sees those before it (and itself); the last two before app never see one another. */
const order = [
  'core',
  'kernels',
  'i18n',
  'io',
  'compute',
  'state',
  'session',
  'scene',
  'xr',
  'ui',
  'planning',
  'training',
  'app',
] as const;
const sees: Readonly<Record<string, readonly string[]>> = {
  core: [],
  i18n: [],
  kernels: [],
  io: ['core'],
  compute: ['core', 'io'],
  state: ['core', 'i18n', 'io', 'compute'],
  session: ['core', 'state'],
  scene: ['core', 'i18n', 'io', 'compute', 'state', 'session'],
  xr: ['core', 'i18n', 'io', 'compute', 'state', 'session', 'scene'],
  ui: ['core', 'i18n', 'io', 'compute', 'state', 'session', 'scene', 'xr'],
  planning: ['core', 'i18n', 'io', 'compute', 'state', 'session', 'scene', 'xr', 'ui'],
  training: ['core', 'i18n', 'io', 'compute', 'state', 'session', 'scene', 'xr', 'ui'],
  app: [...order],
  workers: ['core', 'io', 'compute'],
  server: ['core', 'session'],
  cli: ['core', 'i18n', 'io', 'compute', 'server'],
  // 'test': the writer of DICOM files.
  bench: ['core', 'io', 'compute', 'kernels', 'bench', 'test'],
};

interface SourceFile {
  readonly path: string;
  readonly layer: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function sourceFiles(): SourceFile[] {
  return ['src', 'workers', 'server', 'cli', 'bench']
    .flatMap((folder) => readdirSync(join(root, folder), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts'))
    .map((entry) => {
      const path = relative(root, join(entry.parentPath, entry.name));
      const parts = path.split('/');
      const text = readFileSync(join(root, path), 'utf8');
      return { path, layer: (parts[0] === 'src' ? parts[1] : parts[0]) ?? '', text, imports: importsOf(text) };
    });
}

/** Every module named by import, export … from, or import(); types too, since a type ties two files together as well. */
function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(/(?:\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)['"]([^'"]+)['"]/g)].map(
    (match) => match[1] as string,
  );
}

/** The layer that an import leads to, null for a package. */
function layerOf(file: SourceFile, imported: string): string | null {
  if (imported.startsWith('#')) return imported.slice(1).split('/')[0] ?? null;
  if (!imported.startsWith('.')) return null;
  const parts = join(file.path, '..', imported).split('/');
  return (parts[0] === 'src' ? parts[1] : parts[0]) ?? null;
}

export function upwardImports(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) =>
    file.imports.flatMap((imported) => {
      const to = layerOf(file, imported);
      if (to === null || to === file.layer || (sees[file.layer] ?? []).includes(to)) return [];
      return [`${file.path} imports ${imported}: ${file.layer} may not see ${to}`];
    }),
  );
}

const files = sourceFiles();

describe('architecture', () => {
  it('no layer imports one above it', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(upwardImports(files)).toEqual([]);
  });

  it('an upward import is found', () => {
    const wrong = {
      path: 'src/core/space/wrong.ts',
      layer: 'core',
      text: '',
      imports: importsOf("import { x } from '#scene/x.ts';"),
    };
    expect(upwardImports([wrong])).toHaveLength(1);
  });

  it('no file imports itself by way of others', () => {
    const byPath = new Map(files.map((file) => [file.path, file]));
    const next = (file: SourceFile) =>
      file.imports.flatMap((imported) => {
        const path = imported.startsWith('#')
          ? `src/${imported.slice(1)}`
          : imported.startsWith('.')
            ? join(file.path, '..', imported)
            : '';
        const found = byPath.get(path);
        // A dynamic import and a type are no cycle at load time.
        const isType = new RegExp(`import type[^;]*['"]${imported.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}['"]`).test(
          file.text,
        );
        return found && !isType && !file.text.includes(`import('${imported}')`) ? [found] : [];
      });
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: SourceFile, trail: readonly string[]) => {
      if (trail.includes(file.path)) {
        cycles.push([...trail.slice(trail.indexOf(file.path)), file.path].join(' → '));
        return;
      }
      if (done.has(file.path)) return;
      for (const other of next(file)) visit(other, [...trail, file.path]);
      done.add(file.path);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('no file is over 400 lines, no worker over 15', () => {
    const lines = (file: SourceFile) => file.text.split('\n').length - 1;
    expect(files.filter((file) => lines(file) > 400).map((file) => `${file.path} ${lines(file)}`)).toEqual([]);
    expect(files.filter((file) => file.layer === 'workers' && lines(file) > 15).map((file) => file.path)).toEqual([]);
  });

  it('LPS exists in io and its declaration alone', () => {
    const elsewhere = files.filter(
      (file) => file.layer !== 'io' && file.path !== 'src/core/space/affine.ts' && file.text.includes("'lps'"),
    );
    expect(elsewhere.map((file) => file.path)).toEqual([]);
  });

  it('no clock and no chance below state', () => {
    const pure = files.filter(({ layer }) => ['core', 'io', 'compute', 'kernels'].includes(layer));
    expect(pure.filter(({ text }) => /\bDate\.now\(|\bMath\.random\(/.test(text)).map(({ path }) => path)).toEqual([]);
  });

  it('kernels are loaded by compute alone', () => {
    expect(
      files
        .filter(({ layer, text }) => layer !== 'compute' && layer !== 'bench' && text.includes('loadKernel'))
        .map(({ path }) => path),
    ).toEqual(['cli/commands/doctor.ts']);
  });
});
