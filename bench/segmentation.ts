import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makePhantom } from '#compute/phantom.ts';
import { createPool } from '#compute/pool.ts';
import { segment } from '#compute/segment.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { phantomGrid } from '#core/anatomy/phantomSpec.ts';
import type { Dims } from '#core/volume/volume.ts';
import { peakBytes, runJson } from './child.ts';
import { absent, type BenchRow, benchRow, measured, type Peer } from './row.ts';

const SIZES: readonly Dims[] = [
  [128, 128, 75],
  [256, 256, 150],
  [512, 512, 300],
];
const LOWER_HU = 200;
const REPEATS = 5;
/** The same work as a peer's, then presets that have none. */
const WORK = [
  ['threshold', 'threshold', { lower: LOWER_HU }],
  ['otsu', 'otsu', {}],
  ['components', 'components', { lower: LOWER_HU, keep: 1 }],
  ['ct-body', 'ct-body', {}],
  ['ct-lungs', 'ct-lungs', {}],
  ['ct-bone', 'ct-bone', {}],
] as const;

type Peers = Record<'threshold' | 'otsu' | 'components', { name: string; version: string; msMin: number }[]>;

/** Each method through the pool, result handed over, labels in shared memory; peers on the same voxels, one process, in turn. */
export async function run(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'vesalius-bench-'));
  const pool = createPool(spawnNode, 2);
  try {
    for (const dims of SIZES) {
      const grid = phantomGrid({ size: dims });
      const { volume } = await makePhantom(pool, { case: 'thorax', ...grid, noiseHu: 12, seed: 1 });
      const raw = join(folder, 'scan.raw');
      writeFileSync(raw, new Uint8Array(volume.scalars.buffer));
      const peers = runJson<Peers>(1, [
        'python3',
        join(import.meta.dirname, 'segmentationPeers.py'),
        raw,
        ...dims.map(String),
        String(LOWER_HU),
        '3',
      ]);
      for (const [what, method, settings] of WORK) {
        const repeats = what.startsWith('ct-') ? 2 : REPEATS;
        const ms: number[] = [];
        for (let n = 0; n <= repeats; n++) {
          const start = performance.now();
          await segment(pool, volume, { method, settings });
          // The first run compiles the kernels and is not counted.
          if (n > 0) ms.push(performance.now() - start);
        }
        const name = `${what}, CT phantom ${dims.join('×')} i16`;
        rows.push(benchRow('segmentation', name, '1 worker', measured(ms, peakBytes()), peersOf(peers, what)));
      }
    }
  } finally {
    pool.close();
    rmSync(folder, { recursive: true });
  }
  return rows;
}

function peersOf(peers: Peers | null, what: string): Peer[] {
  if (!(what === 'threshold' || what === 'otsu' || what === 'components')) return [];
  const found = peers?.[what] ?? [];
  const expected = {
    threshold: ['numpy', 'ITK'],
    otsu: ['skimage'],
    components: ['scipy label', 'skimage label', 'ITK'],
  };
  return expected[what].map((name) => {
    const peer = found.find((one) => one.name === name);
    return peer ? { name, version: peer.version, msMin: peer.msMin, peakBytes: null } : absent(name);
  });
}
