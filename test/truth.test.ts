import { afterAll, expect, it } from 'vitest';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { closedForms } from '../scripts/truth/closedForms.ts';
import { orientations } from '../scripts/truth/orientation.ts';
import { outsideValues } from '../scripts/truth/outside.ts';

const pool = createPool(spawnNode, 2);
afterAll(() => pool.close());

const absent = new Set<string>();
const parts = {
  'bodies of closed form: volume, area, distance, length, angle': { least: 100, make: () => closedForms(pool) },
  'one body in all 48 storages: letters and sides': { least: 144, make: () => orientations(pool) },
  'real scans beside nibabel and VTK': { least: 0, make: () => outsideValues(pool, (path) => absent.add(path)) },
};

it.each(Object.entries(parts))('%s', { timeout: 60_000 }, async (_, { least, make }) => {
  let count = 0;
  const failed: string[] = [];
  for await (const { quantity, case: name, expected, got, limit, pass } of make()) {
    count++;
    if (!pass) failed.push(`${quantity}, ${name}: expected ${expected} ± ${limit}, got ${got}`);
  }
  expect(failed).toEqual([]);
  expect(count).toBeGreaterThanOrEqual(least);
  if (absent.size > 0) console.info(`absent, not compared: ${[...absent].join(', ')}`);
});
