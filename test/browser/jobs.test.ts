import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { jobTable } from '#compute/jobTable.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { serveStatic } from '../../server/static.ts';
import { ballScan } from '../ballScan.ts';
import { launchBrowser } from './chromium.ts';
import { runScenario, type Transcript } from './jobs/scenario.ts';
import { buildOptions } from './workerPage.ts';

const home = mkdtempSync(join(tmpdir(), 'vesalius-jobs-'));
const scan = join(home, 'dist/scan.nii.gz');
let server: Server;
let inNode: Transcript;
let inChromium: Transcript;

beforeAll(async () => {
  await build(buildOptions(join(import.meta.dirname, 'jobs'), join(home, 'dist')));
  writeFileSync(scan, (await ballScan()).bytes);
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
