// node scripts/nightly.ts   what is too long for each change: 20,000 damaged files, the figures beside their outside values, accuracy.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const runs = [['fuzz.ts', '--count', '20000'], ['truth.ts'], ['accuracy.ts']] as const;
const failed = runs.filter(([script, ...args]) => {
  console.log(`\n== ${script} ${args.join(' ')}`);
  return spawnSync(process.execPath, [join(import.meta.dirname, script), ...args], { stdio: 'inherit' }).status !== 0;
});
console.log(failed.length > 0 ? `\nfailed: ${failed.map(([script]) => script).join(', ')}` : '\nall held');
process.exitCode = failed.length > 0 ? 1 : 0;
