// node readOurs.ts PATH WORKERS REPEATS: our reader, file to volume in RAS, in workers; prints one line of JSON.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createPool } from '#compute/pool.ts';
import { readScan } from '#compute/readScan.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { peakBytes } from './child.ts';

const [path = '', workers = '1', repeats = '1'] = process.argv.slice(2);
const refs = (statSync(path).isDirectory() ? readdirSync(path).map((file) => join(path, file)) : [path]).map(
  (disk) => ({
    kind: 'disk' as const,
    disk,
    path: disk,
  }),
);
const pool = createPool(spawnNode, Number(workers));
const runs: number[] = [];
let sum = 0;
for (let n = 0; n < Number(repeats); n++) {
  const start = performance.now();
  const { volume } = await readScan(pool, refs, { shared: true });
  runs.push(performance.now() - start);
  if (n === 0) for (const value of volume.scalars) sum += volume.header.slope * value + volume.header.intercept;
}
pool.close();
console.log(JSON.stringify({ runs, peakBytes: peakBytes(), sum }));
