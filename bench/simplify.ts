import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Dims } from '#core/volume/volume.ts';
import { coresHere, pinNote, runJson } from './child.ts';
import { absent, type BenchRow, benchRow, measured, type Peer } from './row.ts';

interface Ran {
  readonly runs: number[];
  readonly peakBytes: number | null;
  readonly from: number;
  readonly triangles: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

interface Case {
  readonly name: string;
  readonly kind: 'u8';
  readonly dims: Dims;
  readonly iso: number;
  readonly goal: number;
  readonly bytes: Uint8Array;
}

/** Voxels to the full surface, both ways, the larger. */
interface Figures {
  readonly triangles: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}
interface SimplifyRow extends BenchRow {
  readonly distances: { readonly ours: Figures; readonly meshoptimizer: Figures | null };
}

const REPEATS = 4;

/**
 * An isosurface to about a ninth of its triangles beside one call of meshoptimizer on the whole mesh, seams included, one worker
 * and two; each with its distances to the full surface (voxels: 99 %, 99.9 %, all). Distances are measured outside of the time.
 */
export async function run(): Promise<SimplifyRow[]> {
  const folder = mkdtempSync(join(tmpdir(), 'vesalius-bench-'));
  const rows: SimplifyRow[] = [];
  try {
    for (const one of cases()) rows.push(...rowsOf(one, join(folder, 'volume.raw')));
  } finally {
    rmSync(folder, { recursive: true });
  }
  return rows;
}

function rowsOf({ name, kind, dims, iso, goal, bytes }: Case, raw: string): SimplifyRow[] {
  writeFileSync(raw, bytes);
  const child = (who: string, workers: number) =>
    runJson<Ran>(workers, [
      process.execPath,
      join(import.meta.dirname, 'simplifyChild.ts'),
      ...[who, raw, kind, ...dims.map(String), String(iso), String(goal), String(workers), String(REPEATS)],
    ]);
  const manifest = join(import.meta.dirname, '../node_modules/meshoptimizer/package.json');
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
  const rows: SimplifyRow[] = [];
  for (const workers of [1, 2]) {
    if (workers > coresHere) continue;
    const ours = child('ours', workers);
    if (!ours) throw new Error(`the simplification of ${name} failed`);
    const single = child('single', 1);
    const peer: Peer = single
      ? {
          name: 'meshoptimizer, one call on the whole',
          version,
          msMin: measured(single.runs, null).msMin,
          peakBytes: single.peakBytes,
        }
      : absent('meshoptimizer, one call on the whole');
    const variant = `${workers} worker${workers > 1 ? 's' : ''}${pinNote}, seams included`;
    const size = `${name}, ${ours.from} triangles, goal ${goal}`;
    const row = benchRow('simplify', size, variant, measured(ours.runs, ours.peakBytes), [peer]);
    rows.push({ ...row, distances: { ours: figures(ours), meshoptimizer: single && figures(single) } });
    console.log(`  ours: ${distances(ours)}`);
    if (single) console.log(`  meshoptimizer alone: ${distances(single)}`);
  }
  return rows;
}

const figures = ({ triangles, p99, p999, max }: Ran): Figures => ({ triangles, p99, p999, max });
const distances = ({ triangles, p99, p999, max }: Ran) =>
  `${triangles} triangles, ${p99.toFixed(2)} / ${p999.toFixed(2)} / ${max.toFixed(2)} voxel away (99 %, 99.9 %, all)`;

function* cases(): Generator<Case> {
  const head = join(process.env.VESALIUS_DATA ?? join(import.meta.dirname, '../../shared/data'), 'mricron/ch2.nii.gz');
  try {
    const bytes = gunzipSync(readFileSync(head)).subarray(352);
    yield { name: 'T1 head ch2 at 90', kind: 'u8', dims: [181, 217, 181], iso: 90, goal: 200_000, bytes };
  } catch {
    console.error(`  ${head} is not here: the head is left out`);
  }
  for (const [size, goal] of [
    [96, 30_000],
    [192, 240_000],
  ] as const) {
    const bytes = gyroid(size);
    yield { name: `gyroid ${size}³`, kind: 'u8', dims: [size, size, size], iso: 128, goal, bytes };
  }
}

/** A surface that is curved everywhere and fills its cube: sin x cos y + sin y cos z + sin z cos x = 0, with a little noise. */
function gyroid(size: number): Uint8Array {
  const voxels = new Uint8Array(size ** 3);
  let noise = 12345;
  for (let k = 0, n = 0; k < size; k++)
    for (let j = 0; j < size; j++)
      for (let i = 0; i < size; i++, n++) {
        noise = (Math.imul(noise, 1664525) + 1013904223) | 0;
        const [x, y, z] = [0.21 * i, 0.2 * j, 0.19 * k];
        const value = Math.sin(x) * Math.cos(y) + Math.sin(y) * Math.cos(z) + Math.sin(z) * Math.cos(x);
        voxels[n] = Math.max(0, Math.min(255, 128 + 80 * value + (noise >> 24) / 40));
      }
  return voxels;
}
