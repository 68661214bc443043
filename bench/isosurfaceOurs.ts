// Our isosurface on one raw volume, in a process of its own.   usage: isosurfaceOurs.ts RAW TYPE NI NJ NK ISO WORKERS REPEATS
import { readFileSync } from 'node:fs';
import { isosurface, prepareIsosurface, recycle } from '#compute/isosurface.ts';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { affineFromRows } from '#core/space/affine.ts';
import { type ScalarType, scalarsOver } from '#core/volume/volume.ts';
import { peakBytes } from './child.ts';

const [raw, kind, ni, nj, nk, iso, workers, repeats] = process.argv.slice(2) as [string, ScalarType, ...string[]];
const bytes = readFileSync(raw);
const scalars = scalarsOver(kind, new SharedArrayBuffer(bytes.length));
new Uint8Array(scalars.buffer).set(bytes);
const rows = [
  [1, 0, 0, -90],
  [0, 1, 0, -126],
  [0, 0, 1, -72],
];
const dims = [Number(ni), Number(nj), Number(nk)] as const;
const volume = { scalars, dims, rasFromIjk: affineFromRows('ras', 'ijk', rows), slope: 1, intercept: 0 };
const pool = createPool(spawnNode, Number(workers));
// As VTK's libraries are loaded before its first run. The memory that a surface is written to is not touched by it.
await prepareIsosurface(pool);
const runs: number[] = [];
let counts = { vertices: 0, triangles: 0 };
for (let n = 0; n <= Number(repeats); n++) {
  const start = performance.now();
  const mesh = await isosurface(pool, volume, Number(iso), { workers: Number(workers) });
  runs.push(performance.now() - start);
  counts = { vertices: mesh.positions.length / 3, triangles: mesh.triangles.length / 3 };
  // As VTK keeps what it has freed: the next surface is written where this one was.
  recycle(mesh);
}
pool.close();
console.log(JSON.stringify({ first: runs[0], runs: runs.slice(1), peakBytes: peakBytes(), ...counts }));
