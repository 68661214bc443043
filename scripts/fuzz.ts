// node scripts/fuzz.ts [--count N] [--seed S]   damaged files of every format into every reader; faults go to test/repro.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzz, reproName } from '../test/fuzz/run.ts';

const { values } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } });
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 31));
const count = Number(values.count ?? 20_000);
console.log(`seed ${seed}, ${count} inputs`);
const start = performance.now();
const { read, refused, byReader, slowestMs, peakGrowthMb, faults } = await fuzz(seed, count, {
  told: (done) => {
    if (process.stderr.isTTY) process.stderr.write(`\r${done} of ${count}`);
  },
});
const folder = join(import.meta.dirname, '../test/repro');
for (const fault of faults) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, reproName(fault)), fault.bytes);
  console.log(
    `seed ${fault.seed}: ${fault.reader} ${fault.name}: ${fault.what}\n  kept as test/repro/${reproName(fault)}`,
  );
}
console.log(
  `${count} inputs in ${((performance.now() - start) / 1000).toFixed(0)} s: ${read} read, ${refused} refused, ${faults.length} faults; ` +
    `slowest ${slowestMs.toFixed(0)} ms, memory grew by at most ${peakGrowthMb.toFixed(0)} MB`,
);
console.log(
  Object.entries(byReader)
    .map(([reader, n]) => `${reader} ${n}`)
    .join(', '),
);
process.exitCode = faults.length > 0 ? 1 : 0;
