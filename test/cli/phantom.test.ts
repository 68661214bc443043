import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { phantomCases } from '#core/anatomy/phantomSpec.ts';
import { ensureBuilt } from '../../scripts/ensureBuilt.mjs';

const root = join(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'vesalius-phantom-'));
beforeAll(() => ensureBuilt('kernels', 'node'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const phantom = (...args: readonly string[]) =>
  spawnSync(process.execPath, [join(root, 'cli/vesalius.mjs'), 'phantom', ...args], {
    cwd: home,
    encoding: 'utf8',
    timeout: 60_000,
  });
const files = ['--out', 'ct.nii', '--labels', 'truth.nii'] as const;

describe('vesalius phantom', () => {
  it('lists its cases and contrasts in its help', () => {
    const { status, stdout } = phantom('--help');
    expect(status).toBe(0);
    for (const word of [...phantomCases, 't1', 't2', 'flair', 'pd', '--affine']) expect(stdout).toContain(word);
  });

  it.each([
    ['case', ['--case', 'leg', ...files], /--case: expected one of thorax abdomen head geometry, got leg/],
    [
      'contrast',
      ['--case', 'head', '--contrast', 't3', ...files],
      /--contrast: expected one of ct t1 t2 flair pd, got t3/,
    ],
    ['contrast of geometry', ['--case', 'geometry', '--contrast', 't1', ...files], /--contrast: expected ct, got t1/],
  ])('a wrong %s exits 2 and leaves nothing', (_, args, line) => {
    const { status, stderr } = phantom(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(line);
    expect(readdirSync(home)).toEqual([]);
  });

  it('writes an MR with its truth, the same bytes for the same seed', () => {
    const make = () => {
      const args = ['--case', 'head', '--contrast', 't2', '--size', '24', '--random-seed', '8', ...files, '--json'];
      const { status, stdout } = phantom(...args);
      expect(status).toBe(0);
      const report = JSON.parse(stdout);
      expect(report).toMatchObject({ case: 'head', contrast: 't2', modality: 'MR', unit: '', dims: [24, 24, 24] });
      expect(report.segments.length).toBeGreaterThan(80);
      for (const s of report.segments) expect(s).toMatchObject({ id: expect.any(Number), exact: expect.any(Object) });
      return Buffer.concat([readFileSync(join(home, 'ct.nii')), readFileSync(join(home, 'truth.nii'))]);
    };
    const first = make();
    expect(make().equals(first)).toBe(true);
  });

  it('takes a sheared, mirrored affine for geometric objects and says which are whole', () => {
    writeFileSync(join(home, 'affine.txt'), '-4 0.5 0.1 90\n0.3 0.2 5 -100\n0.1 -4.5 0.4 80\n0 0 0 1\n');
    const args = ['--case', 'geometry', '--affine', 'affine.txt', '--size', '64,60,52', ...files, '--json'];
    const { status, stdout } = phantom(...args);
    expect(status).toBe(0);
    const { segments, ijkToRas } = JSON.parse(stdout);
    expect(ijkToRas[0]).toEqual([-4, 0.5, 0.1, 90]);
    const ball = segments.find((s: { name: string }) => s.name === 'sphere 60 mm');
    expect(ball.exact.whole).toBe(true);
    expect(Math.abs(ball.volumeMl / ((4 / 3) * Math.PI * 27) - 1)).toBeLessThan(0.03);
  });
});
