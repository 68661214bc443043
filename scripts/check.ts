// npm run check: format, lint, types per folder, notices, bundle size, every test.
// npm run check:fast: format, lint, types, architecture and the tests of what changed since the last commit; at most 90 s.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const fast = process.argv.includes('--fast');
const installed = (path: string) => join(root, 'node_modules', path);

const steps: readonly (readonly [string, string, readonly string[]])[] = [
  ['format and lint', installed('.bin/biome'), ['ci', '--reporter=summary', '.']],
  ['types', process.execPath, ['scripts/types.ts']],
  ...(fast
    ? ([
        [
          'kernels',
          process.execPath,
          ['-e', "import('./scripts/ensureBuilt.mjs').then((m) => m.ensureBuilt('kernels', 'node'))"],
        ],
        [
          'architecture',
          process.execPath,
          [installed('vitest/vitest.mjs'), 'run', '--project', 'node', 'test/architecture.test.ts'],
        ],
        [
          'tests of what changed',
          process.execPath,
          [installed('vitest/vitest.mjs'), 'run', '--project', 'node', '--changed', 'HEAD', '--passWithNoTests'],
        ],
      ] as const)
    : ([
        ['notices', process.execPath, ['scripts/notices.ts', '--check']],
        ['tests', process.execPath, ['scripts/test.ts']],
      ] as const)),
];

const failed: string[] = [];
for (const [name, command, args] of steps) {
  const start = performance.now();
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  console.error(`${status === 0 ? 'ok    ' : 'FAILED'}  ${name}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  if (status !== 0) failed.push(name);
}
process.exit(failed.length > 0 ? 1 : 0);
