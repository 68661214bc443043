import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dataFile } from '../test/data.ts';
import { CANCEL_MS, cancelRows } from './cancel.ts';
import { coresHere, runJson } from './child.ts';
import type { Cancel, TabReport } from './pageTab.ts';
import { LONG_MS, type LongTask } from './pageTrace.ts';
import { type BenchRow, benchRow, measured, type Peer } from './row.ts';

const launcher = join(import.meta.dirname, '../cli/vesalius.mjs');
const COARSE_OVER_READ = 1.5;

/**
 * What a person feels of the page while it works: tasks that hold the main thread while it reads, meshes and segments; the coarse
 * surface beside the reading alone; how long a cancel takes. WebGL is drawn in software here, so what waits for it is told apart,
 * and a busy machine shows as tasks that are longer than the processor's time in them.
 */
export async function run(): Promise<BenchRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vesalius-page-'));
  const rows: BenchRow[] = [];
  const tab = (name: string, ...args: readonly string[]) => {
    const report = runJson<TabReport>(coresHere, [process.execPath, join(import.meta.dirname, 'pageTab.ts'), ...args]);
    if (!report) throw new Error(`${name}: the page could not be watched`);
    rows.push(...tabRows(name, report));
  };
  try {
    const head = dataFile('mricron/ch2.nii.gz');
    if (head) tab('T1 head ch2 181×217×181', 'ch2', head);
    else console.error('  page: no ch2.nii.gz here, left out');
    tab('embedded thorax phantom 256³', 'phantom:thorax');
    const large = join(folder, 'ct512.nii.gz');
    const size = ['--size', '512,512,300', '--out', large, '--labels', join(folder, 'labels.nii.gz')];
    const made = spawnSync(process.execPath, [launcher, 'phantom', '--case', 'thorax', ...size], { stdio: 'inherit' });
    if (made.status !== 0 || !existsSync(large)) throw new Error('the phantom was not made');
    tab('CT phantom 512×512×300 nii.gz', 'ct512', large);
    rows.push(...(await cancelRows()));
  } finally {
    rmSync(folder, { recursive: true });
  }
  return rows;
}

function tabRows(name: string, { phases, openings, cancels }: TabReport): BenchRow[] {
  const times = (of: keyof TabReport['openings'][number]) => openings.map((opening) => opening[of]);
  const [read, coarse] = [measured(times('read'), null), measured(times('coarse'), null)];
  const alone: Peer = { name: 'reading it alone', version: null, msMin: read.msMin, peakBytes: null };
  const over = Math.round((100 * coarse.msMin) / read.msMin) / 100;
  return [
    ...phases.map(({ name: phase, tasks }) => taskRow(name, phase, tasks)),
    {
      ...benchRow('page', name, 'coarse surface handed over', coarse, [alone]),
      goal: { what: 'times the reading', atMost: COARSE_OVER_READ, got: over },
    },
    benchRow('page', name, 'first frame with it drawn', measured(times('drawn'), null), []),
    ...cancels.flatMap((cancel) => cancelRow(name, 'button', cancel)),
  ];
}

function taskRow(name: string, phase: string, tasks: readonly LongTask[]): BenchRow {
  const lengths = tasks.map(({ ms }) => ms);
  const longest = tasks[0];
  const most = (of: (task: LongTask) => number) => Math.round(Math.max(0, ...tasks.map(of)));
  const parts = longest
    ? `${tasks.length} of them; most processor time in one ${most(({ processorMs }) => processorMs ?? 0)} ms, most WebGL in one ${most(({ glMs }) => glMs)} ms; the longest ${Math.round(longest.ms)} ms (${Math.round(longest.processorMs ?? 0)} on the processor, ${Math.round(longest.glMs)} in WebGL): ${longest.what}`
    : 'none';
  return {
    ...benchRow('page', name, `${phase}: tasks over ${LONG_MS} ms`, measured(longest ? lengths : [0], null), []),
    note: parts,
    goal: { what: 'ms, the longest task', atMost: LONG_MS, got: Math.round(longest?.ms ?? 0) },
  };
}

/** The slowest counts, of the cancel and of what runs next. */
export function cancelRow(name: string, by: string, { job, ms, nextMs }: Cancel): BenchRow[] {
  const variant = `cancel ${job} by ${by}`;
  if (ms.length === 0)
    return [{ ...benchRow('page', name, variant, measured([0], null), []), note: 'over before it could be cancelled' }];
  return [
    {
      ...benchRow('page', name, variant, measured(ms, null), []),
      note: `the next job’s first step after at most ${Math.round(Math.max(...nextMs))} ms`,
      goal: { what: 'ms, the slowest', atMost: CANCEL_MS, got: Math.round(Math.max(...ms)) },
    },
  ];
}
