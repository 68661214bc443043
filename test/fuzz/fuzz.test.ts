import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type ReaderId, readers } from './readers.ts';
import { faultOf, fuzz, reproName } from './run.ts';
import { seeds } from './seeds.ts';

it('each file that damage is done to is sound before', async () => {
  for (const { reader, name, bytes } of seeds()) await readers[reader](new Uint8Array(bytes), name);
});

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
it(`1,000 damaged files: no hang, no trap, no uncaught error (SEED=${seed})`, async () => {
  const { inputs, read, refused, byReader, faults } = await fuzz(seed, 1000);
  expect(faults.map((fault) => `SEED=${fault.seed} ${reproName(fault)}: ${fault.what}`)).toEqual([]);
  expect(read + refused).toBe(inputs);
  // Damage that nothing survives, or that nothing notices, tells nothing.
  expect(read).toBeGreaterThan(50);
  expect(refused).toBeGreaterThan(300);
  expect(Object.keys(byReader).sort()).toEqual(Object.keys(readers).sort());
});

const folder = join(import.meta.dirname, '../repro');
const found = readdirSync(folder).filter((file) => file.includes('--'));
it.each(found.length > 0 ? found : ['(none is known)'])('once treated wrongly: %s', async (file) => {
  if (found.length === 0) return;
  const [reader, , name] = file.split('--') as [ReaderId, string, string];
  expect(await faultOf({ reader, name, bytes: readFileSync(join(folder, file)) })).toBeNull();
});
