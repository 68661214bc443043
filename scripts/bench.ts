// node scripts/bench.ts NAME… [--only TEXT] [--json FILE] [--gate] [--save]   runs bench/NAME.ts and prints ours beside the peers.
// --only: cases alone whose name holds TEXT, as in --only 'DICOM raw'; reading and memory spend no time on the others.
// --gate fails where a ratio has fallen by more than 1.15 times against bench/baseline.json; --save writes that file.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchRow } from '../bench/row.ts';
import { ensureBuilt } from './ensureBuilt.mjs';

const root = join(import.meta.dirname, '..');
const baselineFile = join(root, 'bench/baseline.json');
const GATE = 1.15;

const args = process.argv.slice(2);
/** What follows a flag; undefined where it is absent. */
const after = (flag: string) => (args.includes(flag) ? (args[args.indexOf(flag) + 1] ?? '--') : undefined);
const [jsonFile, only] = [after('--json'), after('--only')];
const names = args.filter((arg, n) => !arg.startsWith('--') && !['--json', '--only'].includes(args[n - 1] ?? ''));
const known = readdirSync(join(root, 'bench'))
  .filter(
    (file) =>
      file.endsWith('.ts') && /export async function run\(/.test(readFileSync(join(root, 'bench', file), 'utf8')),
  )
  .map((file) => file.slice(0, -3));
const unknown = names.filter((name) => !known.includes(name));
const strange = args.filter((arg) => arg.startsWith('--') && !['--only', '--json', '--gate', '--save'].includes(arg));
if (names.length === 0 || [...unknown, ...strange].length > 0 || [jsonFile, only].some((it) => it?.startsWith('--'))) {
  const expected = `${known.join(', ')} [--only TEXT] [--json FILE] [--gate] [--save]`;
  console.error(`error: bench: expected ${expected}, got ${args.join(' ') || 'nothing'}`);
  process.exit(2);
}

// Memory and page are those of the products themselves.
const products = names.includes('memory') || names.includes('page');
ensureBuilt('kernels', ...(products ? (['node', 'web'] as const) : []));
const rows: BenchRow[] = [];
const wanted = (name: string) => only === undefined || name.includes(only);
for (const name of names) {
  const { run } = (await import(join(root, 'bench', `${name}.ts`))) as {
    run: (wanted: (name: string) => boolean) => Promise<BenchRow[]>;
  };
  for (const row of await run(wanted)) {
    if (!wanted(row.case)) continue;
    rows.push(row);
    console.log(line(row));
  }
}
if (jsonFile !== undefined) writeFileSync(jsonFile, `${JSON.stringify(rows, null, 2)}\n`);

const baseline: Record<string, number> = existsSync(baselineFile) ? JSON.parse(readFileSync(baselineFile, 'utf8')) : {};
if (args.includes('--save')) {
  for (const row of rows) if (row.ratio !== null) baseline[keyOf(row)] = row.ratio;
  const sorted = Object.fromEntries(Object.entries(baseline).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(baselineFile, `${JSON.stringify(sorted, null, 2)}\n`);
}
if (args.includes('--gate')) {
  let failed = 0;
  for (const row of rows) {
    const before = baseline[keyOf(row)];
    if (before === undefined) console.log(`gate: ${keyOf(row)}: no baseline`);
    else if (row.ratio === null) console.log(`gate: ${keyOf(row)}: no peer here to compare with`);
    else if (row.ratio * GATE < before) {
      failed++;
      console.log(`gate: ${keyOf(row)}: ${row.ratio}, was ${before}`);
    }
  }
  console.log(failed > 0 ? `gate: ${failed} slower than ${GATE} times their baseline` : 'gate: held');
  process.exit(failed > 0 ? 1 : 0);
}

function keyOf(row: BenchRow): string {
  return `${row.bench} | ${row.case} | ${row.ours.variant}`;
}

function line({ bench, case: name, ours, peers, ratio, note, goal }: BenchRow): string {
  const megabytes = (bytes: number | null) => (bytes === null ? '?' : `${Math.round(bytes / 1e6)} MB`);
  const over = ours.overVoxels === undefined ? '' : `, ${ours.overVoxels}× the voxels`;
  const own = `${ours.msMin} ms (median ${ours.msMedian}, peak ${megabytes(ours.peakBytes)}${over})`;
  const others = peers.map((peer) =>
    peer.msMin === null
      ? `${peer.name} absent`
      : `${peer.name} ${peer.version ?? ''} ${peer.msMin} ms, ${megabytes(peer.peakBytes)}: ${peer.ratio ?? '?'}×`,
  );
  const held = goal && `${goal.got} ${goal.what}: ${goal.got <= goal.atMost ? 'holds' : 'misses'} ${goal.atMost}`;
  const parts = [own, ...others, note, ratio === null ? 'no ratio' : `${ratio}×`, held].filter(Boolean);
  return `${bench} | ${name} | ${ours.variant} | ${parts.join(' | ')}`;
}
