import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { memoryRoot } from '#io/stored/folder.ts';
import { contract } from './contract.ts';
import { nodeRoot } from './nodeRoot.ts';

describe('kept in memory', { timeout: 20_000 }, () => {
  it.each(contract)('$name', async ({ run }) => {
    let time = 0;
    await run(memoryRoot(() => ++time));
  });
});

describe('kept on Node’s disk', { timeout: 20_000 }, () => {
  it.each(contract)('$name', async ({ run }) => {
    const home = mkdtempSync(join(tmpdir(), 'vesalius-keeping-'));
    try {
      await run(nodeRoot(home));
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
