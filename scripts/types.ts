// node scripts/types.ts   checks the types of each folder against what its own thread has.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const projects = [
  'src/core',
  'src/i18n',
  'src/io',
  'src/compute',
  '.',
  'workers',
  'server',
  'cli',
  'scripts',
  'bench',
  'test',
];

const tsc = (project: string) =>
  new Promise<boolean>((resolve) => {
    const child = spawn(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
      cwd: root,
      stdio: 'inherit',
    });
    child.on('exit', (code) => resolve(code === 0));
  });

let ok = true;
for (const project of projects) if (existsSync(join(root, project, 'tsconfig.json'))) ok = (await tsc(project)) && ok;
process.exit(ok ? 0 : 1);
