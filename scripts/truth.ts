// node scripts/truth.ts [--json FILE] [--all]   each quantity beside its value from outside, ours and the error; exit 1 past a limit.
// Without --all, quantities of one name and limit that hold are told by the worst of them.
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { ensureBuilt } from './ensureBuilt.mjs';
import { closedForms } from './truth/closedForms.ts';
import { orientations } from './truth/orientation.ts';
import { outsideValues } from './truth/outside.ts';
import type { TruthRow } from './truth/row.ts';

const { values } = parseArgs({ options: { json: { type: 'string' }, all: { type: 'boolean' } } });
ensureBuilt('kernels');
const pool = createPool(spawnNode, 2);
const rows: TruthRow[] = [];
const absent: string[] = [];
try {
  for (const part of [closedForms(pool), orientations(pool), outsideValues(pool, (path) => absent.push(path))])
    for await (const row of part) rows.push(row);
} finally {
  pool.close();
}

const told = values.all ? rows : worst(rows);
for (const { quantity, case: name, unit, expected, source, got, error, limit, pass } of told)
  console.log(
    `${pass ? 'holds' : 'FAILS'}  ${quantity.padEnd(34)} ${show(expected).padStart(12)} ${show(got).padStart(14)} ${unit.padEnd(6)} off by ${show(error).padStart(9)} of ${show(limit).padEnd(9)} ${name} (${source})`,
  );
for (const path of new Set(absent)) console.log(`absent: ${path}`);
const failed = rows.filter(({ pass }) => !pass).length;
console.log(`${rows.length - failed} of ${rows.length} quantities hold`);
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
process.exitCode = failed > 0 || rows.length === 0 ? 1 : 0;

function worst(all: readonly TruthRow[]): TruthRow[] {
  const byQuantity = new Map<string, TruthRow>();
  for (const row of all) {
    const known = byQuantity.get(row.quantity);
    if (!known || share(row) > share(known)) byQuantity.set(row.quantity, row);
  }
  return [...new Set([...byQuantity.values(), ...all.filter(({ pass }) => !pass)])];
}

function share({ error, limit }: TruthRow): number {
  return limit > 0 ? error / limit : error;
}

function show(value: number | string): string {
  return typeof value === 'string' ? value : String(Number(value.toPrecision(6)));
}
