import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { ensureBuilt } from '../scripts/ensureBuilt.mjs';
import { type App, startApp } from '../test/browser/app.ts';
import { type Syntax, writeDicomCt, writeNiftiCt } from './readData.ts';
import { type BenchRow, benchRow, measured } from './row.ts';

const launcher = join(import.meta.dirname, '../cli/vesalius.mjs');
const SLICES = [300, 900] as const;
/** In a tab, where each takes a minute on a small machine. */
const TAB_SLICES = new Set([300, 900]);
/** Compressed ones at 300 slices alone: what lies beside the voxels does not grow with them. */
const SYNTAXES: readonly (readonly [Syntax, readonly number[]])[] = [
  ['raw', SLICES],
  ['jpegls', [300]],
  ['rle', [300]],
];
const voxelBytes = (slices: number) => 512 * 512 * slices * 2;

/**
 * The most memory that opening a scan takes, as a ratio to the bytes of its voxels: of the command line's process and of a tab's
 * renderer, each less what it holds when idle (VmHWM of /proc, so Linux alone). A tab's figure is that until the voxels are read.
 */
export async function run(): Promise<BenchRow[]> {
  ensureBuilt('kernels', 'node', 'web');
  const folder = mkdtempSync(join(tmpdir(), 'vesalius-memory-'));
  const rows: BenchRow[] = [];
  const idle = await peakOf(['--help']);
  const both = async (name: string, path: string, slices: number) => {
    const { ms, bytes } = await peakOf(['info', path, '--json']);
    rows.push(row(name, 'command line', ms, bytes - idle.bytes, voxelBytes(slices)));
    if (!TAB_SLICES.has(slices)) return;
    const tab = await tabPeak(path);
    rows.push(row(name, 'tab, until read', tab.msRead, tab.read, voxelBytes(slices)));
    rows.push(row(name, 'tab, until all is drawn', tab.msFull, tab.full, voxelBytes(slices)));
  };
  try {
    for (const slices of SLICES) {
      const file = writeNiftiCt(folder, slices);
      await both(`512×512×${slices} nii.gz`, file, slices);
      rmSync(file);
    }
    for (const [syntax, lengths] of SYNTAXES)
      for (const slices of lengths) {
        const place = await writeDicomCt(folder, slices, syntax);
        await both(`512×512×${slices} DICOM ${syntax}`, place, slices);
        rmSync(place, { recursive: true });
      }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return rows;
}

function row(name: string, variant: string, ms: number, peak: number, voxels: number): BenchRow {
  const made = benchRow('memory', name, variant, measured([ms], peak), []);
  const overVoxels = Math.round((100 * peak) / voxels) / 100;
  // More is better, as in every bench: what the voxels take of the peak.
  return { ...made, ours: { ...made.ours, overVoxels }, ratio: Math.round((100 * voxels) / peak) / 100 };
}

/** VmHWM, bytes; null where the process has ended. */
function highWater(pid: number | 'self'): number | null {
  try {
    const kb = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? null : Number(kb) * 1024;
  } catch {
    return null;
  }
}

async function peakOf(args: readonly string[]): Promise<{ ms: number; bytes: number }> {
  const start = performance.now();
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  let bytes = 0;
  const look = setInterval(() => {
    bytes = Math.max(bytes, (child.pid && highWater(child.pid)) || 0);
  }, 5);
  const status = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  clearInterval(look);
  if (status !== 0 || bytes === 0) throw new Error(`vesalius ${args.join(' ')} ended with ${status}`);
  return { ms: performance.now() - start, bytes };
}

interface TabPeak {
  readonly read: number;
  readonly full: number;
  readonly msRead: number;
  readonly msFull: number;
}

/** Opens files from the disk by the page's own control, in a browser of their own. */
async function tabPeak(path: string): Promise<TabPeak> {
  const app = await startApp();
  try {
    const page = await app.browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(app.origin);
    await page.waitForFunction(() => window.vesalius?.ready !== undefined);
    await page.evaluate(() => window.vesalius.ready);
    const pid = await rendererOf(app, page);
    const idle = highWater(pid);
    if (idle === null) throw new Error('the renderer is not in /proc');
    const files = statSync(path).isDirectory() ? readdirSync(path).map((file) => join(path, file)) : [path];
    await page.getByTestId('files').setInputFiles(files);
    const start = performance.now();
    const msRead = await marked(page, 'read', start);
    const read = (highWater(pid) ?? Number.NaN) - idle;
    const msFull = await marked(page, 'full', start);
    return { read, full: (highWater(pid) ?? Number.NaN) - idle, msRead, msFull };
  } finally {
    await app.close();
  }
}

async function marked(page: Page, name: string, start: number): Promise<number> {
  await page.waitForFunction(
    (each) => performance.getEntriesByName(each).length > 0 || document.querySelector('.error-card') !== null,
    name,
    { timeout: 900_000, polling: 20 },
  );
  const error = await page.evaluate(() => document.querySelector('.error-card')?.textContent ?? null);
  if (error !== null) throw new Error(error);
  return performance.now() - start;
}

/** The process that holds the page: the largest of the browser's renderers. */
async function rendererOf(app: App, page: Page): Promise<number> {
  await page.bringToFront();
  const session = await app.browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const largest = renderers.sort((a, b) => (highWater(b) ?? 0) - (highWater(a) ?? 0))[0];
  if (largest === undefined) throw new Error('no renderer');
  return largest;
}
