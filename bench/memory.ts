import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coresHere, peakBytes, runJson } from './child.ts';
import type { TabPeak } from './memoryTab.ts';
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
 * @param wanted cases to run, by name
 */
export async function run(wanted: (name: string) => boolean = () => true): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vesalius-memory-'));
  const rows: BenchRow[] = [];
  const idle = await peakOf(['--help']);
  const both = async (name: string, path: string, slices: number) => {
    const { ms, bytes } = await peakOf(['info', path, '--json']);
    rows.push(row(name, 'command line', ms, bytes - idle.bytes, voxelBytes(slices)));
    if (!TAB_SLICES.has(slices)) return;
    const tab = runJson<TabPeak>(coresHere, [process.execPath, join(import.meta.dirname, 'memoryTab.ts'), path]);
    if (!tab) throw new Error(`opening ${name} in a tab failed`);
    rows.push(row(name, 'tab, until read', tab.msRead, tab.read, voxelBytes(slices)));
    rows.push(row(name, 'tab, until all is drawn', tab.msFull, tab.full, voxelBytes(slices)));
  };
  try {
    for (const slices of SLICES) {
      const name = `512×512×${slices} nii.gz`;
      if (!wanted(name)) continue;
      const file = writeNiftiCt(folder, slices);
      await both(name, file, slices);
      rmSync(file);
    }
    for (const [syntax, lengths] of SYNTAXES)
      for (const slices of lengths) {
        const name = `512×512×${slices} DICOM ${syntax}`;
        if (!wanted(name)) continue;
        const place = await writeDicomCt(folder, slices, syntax);
        await both(name, place, slices);
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

async function peakOf(args: readonly string[]): Promise<{ ms: number; bytes: number }> {
  const start = performance.now();
  const child = spawn(process.execPath, [launcher, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  let bytes = 0;
  const look = setInterval(() => {
    bytes = Math.max(bytes, (child.pid && peakBytes(child.pid)) || 0);
  }, 5);
  const status = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  clearInterval(look);
  if (status !== 0 || bytes === 0) throw new Error(`vesalius ${args.join(' ')} ended with ${status}`);
  return { ms: performance.now() - start, bytes };
}
