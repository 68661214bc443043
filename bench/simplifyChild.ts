// Our simplification of one isosurface, or meshoptimizer's in one call on the whole, in a process of its own.
// usage: simplifyChild.ts ours|single RAW TYPE NI NJ NK ISO GOAL WORKERS REPEATS
import { readFileSync } from 'node:fs';
import { MeshoptSimplifier } from 'meshoptimizer/simplifier';
import { isosurface } from '#compute/isosurface.ts';
import { surfaceDistance } from '#compute/jobs/surfaceDistance.ts';
import { createPool } from '#compute/pool.ts';
import { simplify } from '#compute/simplify.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import type { Mesh } from '#core/mesh/mesh.ts';
import { affineFromRows } from '#core/space/affine.ts';
import { finishAsync } from '#core/steps.ts';
import { type ScalarType, scalarsOver } from '#core/volume/volume.ts';
import { peakBytes } from './child.ts';

const [who, raw, kind, ni, nj, nk, iso, goalText, workersText, repeats] = process.argv.slice(2) as [
  string,
  string,
  ScalarType,
  ...string[],
];
const bytes = readFileSync(raw);
const scalars = scalarsOver(kind, new SharedArrayBuffer(bytes.length));
new Uint8Array(scalars.buffer).set(bytes);
const dims = [Number(ni), Number(nj), Number(nk)] as const;
const rasFromIjk = affineFromRows('ras', 'ijk', [
  [1, 0, 0, 0],
  [0, 1, 0, 0],
  [0, 0, 1, 0],
]);
const [goal, workers] = [Number(goalText), Number(workersText)];
const pool = createPool(spawnNode, workers);
const full = await isosurface(pool, { scalars, dims, rasFromIjk, slope: 1, intercept: 0 }, Number(iso), { workers });
await MeshoptSimplifier.ready;

async function distances(simple: Pick<Mesh, 'positions' | 'triangles'>) {
  const there = await finishAsync(surfaceDistance(full, simple, 40_000, 100, 2));
  const back = await finishAsync(surfaceDistance(simple, full, 40_000, 0, 1));
  return {
    p99: Math.max(there.p99Mm, back.p99Mm),
    p999: Math.max(there.p999Mm, back.p999Mm),
    max: Math.max(there.maxMm, back.maxMm),
  };
}

const runs: number[] = [];
let simple: Pick<Mesh, 'positions' | 'triangles'> = full;
for (let n = 0; n <= Number(repeats); n++) {
  const start = performance.now();
  if (who === 'ours')
    simple = (await simplify(pool, full, { triangles: goal, voxelMm: 1, workers, measure: false })).mesh;
  else {
    const [triangles] = MeshoptSimplifier.simplify(
      full.triangles,
      full.positions as Float32Array<ArrayBuffer>,
      3,
      3 * goal,
      1e6,
      ['ErrorAbsolute'],
    );
    simple = { positions: full.positions, triangles };
  }
  // The first run warms caches, workers and WebAssembly, for both.
  if (n > 0) runs.push(performance.now() - start);
}
pool.close();
const counts = { from: full.triangles.length / 3, triangles: simple.triangles.length / 3 };
console.log(JSON.stringify({ runs, peakBytes: peakBytes(), ...counts, ...(await distances(simple)) }));
