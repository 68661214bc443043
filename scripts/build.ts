// node scripts/build.ts [kernels] [node] [web]   builds the named targets, all of them without a name.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';
import { stampBuilt } from './ensureBuilt.mjs';

const root = join(import.meta.dirname, '..');

/** Each AssemblyScript file of src/kernels becomes dist/kernels/NAME.wasm. */
async function kernels(): Promise<void> {
  const asc = (await import('assemblyscript/asc')).default;
  mkdirSync(join(root, 'dist/kernels'), { recursive: true });
  for (const file of readdirSync(join(root, 'src/kernels')).filter((name) => name.endsWith('.ts'))) {
    const name = file.replace(/\.ts$/, '');
    const { error, stderr } = await asc.main([
      `src/kernels/${file}`,
      '--outFile',
      `dist/kernels/${name}.wasm`,
      '--baseDir',
      root,
      '-O3',
      '--converge',
      '--noAssert',
      '--runtime',
      'stub',
      '--importMemory',
      '--enable',
      'simd',
      // A kernel named …Shared works on memory that several workers see.
      ...(name.endsWith('Shared') ? ['--enable', 'threads', '--sharedMemory', '--maximumMemory', '65536'] : []),
    ]);
    if (error) {
      console.error(stderr.toString());
      throw error;
    }
  }
}

/** The command line and the worker for Node. Packages stay outside the bundle; what a command does not use is not loaded. */
async function node(): Promise<void> {
  const bundle = await rolldown({
    cwd: root,
    input: { main: 'cli/main.ts', 'compute.worker': 'workers/compute.worker.ts' },
    platform: 'node',
    external: (id) => !id.startsWith('.') && !id.startsWith('#') && !id.startsWith('/') && !id.includes(root),
    resolve: { extensionAlias: {} },
  });
  await bundle.write({
    dir: 'dist/node',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    cleanDir: true,
  });
}

async function web(): Promise<void> {
  const { build } = await import('vite');
  await build({ root, logLevel: 'warn' });
}

const targets = { kernels, node, web };
const asked = process.argv.slice(2) as (keyof typeof targets)[];
for (const target of asked.length > 0 ? asked : (Object.keys(targets) as (keyof typeof targets)[])) {
  // A fresh clone builds while parts of the tree may be absent from a published package.
  if (!existsSync(join(root, 'src'))) break;
  const start = performance.now();
  await targets[target]();
  stampBuilt(target);
  console.error(`built ${target} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
