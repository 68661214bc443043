import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openInput } from '../../cli/input.ts';

const folder = mkdtempSync(join(tmpdir(), 'input-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('a folder of links to files, as data sets under version control are, is not empty', () => {
  const [store, scan] = [join(folder, 'store'), join(folder, 'scan')];
  mkdirSync(store);
  mkdirSync(join(scan, 'b'), { recursive: true });
  writeFileSync(join(store, 'x'), 'x');
  symlinkSync(join(store, 'x'), join(scan, '2'));
  symlinkSync(join(store, 'x'), join(scan, 'b', '1'));
  symlinkSync(join(store, 'gone'), join(scan, '3'));
  symlinkSync(join(scan, 'self'), join(scan, 'self'));
  symlinkSync(scan, join(scan, 'b', 'ring'));
  symlinkSync(store, join(scan, 'c'));
  expect(openInput(scan).sources.map(({ path }) => path)).toEqual(['2', 'b/1', 'c/x']);
});
