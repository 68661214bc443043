import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobTable } from '#compute/jobTable.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { affine } from '#core/space/affine.ts';
import { gzippedNifti } from '#io/nifti/write.ts';
import { serveStatic } from '../../server/static.ts';
import { launchBrowser } from './chromium.ts';
import { runScenario, type Transcript } from './jobs/scenario.ts';

const home = mkdtempSync(join(tmpdir(), 'vesalius-jobs-'));
const scan = join(home, 'dist/scan.nii.gz');
let server: Server;
let inNode: Transcript;
let inChromium: Transcript;

beforeAll(async () => {
  await build({
    root: join(import.meta.dirname, 'jobs'),
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir: join(home, 'dist'), target: 'es2022', assetsInlineLimit: 0 },
  });
  writeFileSync(scan, await scanBytes());
  const served = await serveStatic({ dir: join(home, 'dist'), host: 'localhost', port: 5480 });
  server = served.server;
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.goto(`http://localhost:${served.port}/`);
    await page.waitForFunction(() => window.runJobs !== undefined);
    inNode = await runScenario(spawnNode, { kind: 'disk', disk: scan, path: 'scan.nii.gz' });
    inChromium = await page.evaluate(() => window.runJobs('/scan.nii.gz'));
  } finally {
    await browser.close();
  }
}, 300_000);

afterAll(() => {
  server?.close();
  rmSync(home, { recursive: true, force: true });
});

/** A small head-like scan: a soft ball with a harder one in it. */
async function scanBytes(): Promise<Uint8Array> {
  const dims = [40, 44, 36] as const;
  const scalars = new Int16Array(dims[0] * dims[1] * dims[2]);
  for (let k = 0, n = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++)
      for (let i = 0; i < dims[0]; i++, n++) {
        const r = Math.hypot(i - 19.5, j - 21.5, k - 17.5);
        scalars[n] = Math.round(200 / (1 + Math.exp(r - 14)) + 400 / (1 + Math.exp(r - 6)));
      }
  const rasFromIjk = affine('ras', 'ijk', [-2, 0, 0, 0, 0, 2, 0.1, 0, 0, -0.1, 2.5, 0, 40, -44, -45, 1]);
  const parts: Uint8Array[] = [];
  for await (const part of gzippedNifti({ dims, rasFromIjk, scalars })) parts.push(part);
  return Buffer.concat(parts);
}

describe('every job in Node and in Chromium', () => {
  it('runs every job of the table', () => {
    const ran = new Set(inNode.map((line) => line.split(':')[0]));
    // Works on memory that it shares with a reader in another worker: test/io/dicom/sharedSlices.
    ran.add('decodeSlices');
    expect(Object.keys(jobTable).filter((job) => !ran.has(job))).toEqual([]);
  });

  it('gives the same bytes in both', () => {
    expect(inChromium).toEqual(inNode);
  });
});
