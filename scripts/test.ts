// node scripts/test.ts [--update-golden] [vitest arguments…]   builds what is stale, runs every test, ends with the count in one line.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt } from './ensureBuilt.mjs';

const root = join(import.meta.dirname, '..');
const args = process.argv.slice(2).filter((arg) => arg !== '--update-golden');
const report = join(mkdtempSync(join(tmpdir(), 'vesalius-test-')), 'report.json');

ensureBuilt('kernels', 'node', 'web');
const ran = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...args,
  ],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...(process.argv.includes('--update-golden') ? { UPDATE_GOLDEN: '1' } : {}) },
  },
);
const { numPassedTests, numFailedTests, numPendingTests, numFailedTestSuites, numTotalTests } = JSON.parse(
  readFileSync(report, 'utf8'),
) as Record<string, number>;
// A file that fails before its first test counts as a failure too.
const failed =
  (numFailedTests ?? 0) || ((numTotalTests ?? 0) === 0 || ran.status !== 0 ? Math.max(1, numFailedTestSuites ?? 0) : 0);
const skipped = numPendingTests ?? 0;
console.log(`${numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(failed > 0 ? 1 : 0);
