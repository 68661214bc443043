import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { affineFromRows, determinant3, transform, type Vector3 } from '#core/space/affine.ts';
import { displacementAt, movingFromFixed } from '#core/space/registration.ts';
import { writeNifti } from '#io/nifti/write.ts';
import { ensureBuilt } from '../../scripts/ensureBuilt.mjs';
import { scanOf, turned } from '../compute/registrationPhantom.ts';

const root = join(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'vesalius-register-'));
const at = (name: string) => join(home, name);
const move = turned([1, 2, 3], 7, [8, -6, 7]);

function vesalius(...args: string[]) {
  return spawnSync(process.execPath, [join(root, 'cli/vesalius.mjs'), 'register', ...args], {
    cwd: home,
    encoding: 'utf8',
    timeout: 120_000,
  });
}

let labelled: Set<number>;
beforeAll(async () => {
  ensureBuilt('kernels', 'node');
  const pool = createPool(spawnNode, 1);
  for (const [name, scan] of [
    ['fixed', await scanOf(pool, { size: 40, noiseSeed: 1 })],
    ['moving', await scanOf(pool, { size: 40, noiseSeed: 2, move })],
  ] as const) {
    const { dims, rasFromIjk } = scan.volume.header;
    writeFileSync(at(`${name}.nii`), writeNifti({ dims, rasFromIjk, scalars: scan.volume.scalars }));
    writeFileSync(at(`${name}-labels.nii`), writeNifti({ dims, rasFromIjk, scalars: new Uint8Array(scan.labels) }));
    labelled = new Set(scan.labels);
  }
  pool.close();
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('vesalius register', () => {
  it('tells the matrix and writes the moved scan, the carried labels and the transform', () => {
    const out = [
      '--out',
      'moved.nii.gz',
      '--transform',
      't.json',
      '--labels',
      'moving-labels.nii',
      '--labels-out',
      'carried.nii',
    ];
    const ran = vesalius('fixed.nii', 'moving.nii', ...out, '--json');
    expect(ran.stderr).toBe('');
    const report = JSON.parse(ran.stdout);
    const { start, read, register, resample, write, total } = report.ms;
    expect(Math.abs(total / (start + read + register + resample + write) - 1)).toBeLessThan(0.1);
    const fixedFromMoving = affineFromRows('ras', 'ras', report.movingToFixed);
    const there = transform(fixedFromMoving, transform(move, [40, -30, 20]));
    expect(Math.hypot(there[0] - 40, there[1] + 30, there[2] - 20)).toBeLessThan(1);
    expect(report).toMatchObject({ kind: 'rigid', field: null, dims: [40, 40, 40], metric: { name: 'correlation' } });
    expect(JSON.parse(readFileSync(at('t.json'), 'utf8')).movingToFixed).toEqual(report.movingToFixed);
    // The carried labels lie on the fixed scan's own, but for the borders of voxels of 9.6 mm.
    const voxels = (name: string) => new Uint8Array(readFileSync(at(name)).subarray(352));
    const [carried, own] = [voxels('carried.nii'), voxels('fixed-labels.nii')];
    expect([...new Set(carried)].filter((value) => !labelled.has(value))).toEqual([]);
    let [same, body] = [0, 0];
    for (let n = 0; n < own.length; n++)
      if (own[n] !== 0 && carried[n] !== 0) {
        body++;
        if (own[n] === carried[n]) same++;
      }
    expect(same / body).toBeGreaterThan(0.7);
    expect(existsSync(at('moved.nii.gz'))).toBe(true);
  });

  it('keeps a deformation in the transform file in a form that can be read back', () => {
    const ran = vesalius(
      'fixed.nii',
      'moving.nii',
      '--kind',
      'deformable',
      '--grid',
      '120',
      '--transform',
      'bent.json',
      '--json',
    );
    expect(ran.status).toBe(0);
    const file = JSON.parse(readFileSync(at('bent.json'), 'utf8'));
    const bytes = Buffer.from(file.field.mm, 'base64');
    const field = {
      dims: file.field.dims,
      rasFromIjk: affineFromRows('ras', 'ijk', file.field.rasFromIjk),
      mm: new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)),
    };
    expect(field.mm.length).toBe(3 * field.dims[0] * field.dims[1] * field.dims[2]);
    expect(displacementAt(field)([0, 0, 0]).every(Number.isFinite)).toBe(true);
    const matrix = affineFromRows('ras', 'ras', file.movingToFixed);
    expect(determinant3(matrix)).toBeCloseTo(1, 1);
    const p: Vector3 = [30, -40, 10];
    const [a, b] = [movingFromFixed({ matrix: matrix.m, field })(p), transform(move, p)];
    expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeLessThan(4);
  });

  it('begins from a matrix in a file', () => {
    writeFileSync(at('near.txt'), '1 0 0 -8\n0 1 0 6\n0 0 1 -7\n0 0 0 1\n');
    const report = JSON.parse(vesalius('fixed.nii', 'moving.nii', '--initial', 'near.txt', '--json').stdout);
    expect(report.made.start).toBe('given');
  });

  it('fails in one line, with its exit code, and leaves outputs as they were', () => {
    for (const [args, status, words] of [
      [['fixed.nii'], 2, /^error: input: expected FIXED and MOVING, got 1\n$/],
      [
        ['fixed.nii', 'moving.nii', '--kind', 'bendy'],
        2,
        /^error: --kind: expected one of rigid affine deformable, got bendy\n$/,
      ],
      [['fixed.nii', 'moving.nii', '--labels', 'moving-labels.nii'], 2, /^error: --labels-out: /],
      [['fixed.nii', 'none.nii'], 1, /^error: none\.nii: /],
    ] as const) {
      const ran = vesalius(...args);
      expect(ran.stderr).toMatch(words);
      expect(ran.status).toBe(status);
    }
    writeFileSync(
      at('flat.nii'),
      writeNifti({
        dims: [8, 8, 8],
        rasFromIjk: affineFromRows('ras', 'ijk', [
          [9, 0, 0, 0],
          [0, 9, 0, 0],
          [0, 0, 9, 0],
          [0, 0, 0, 1],
        ]),
        scalars: new Int16Array(512),
      }),
    );
    writeFileSync(at('kept.nii'), 'as it was');
    const ran = vesalius('fixed.nii', 'flat.nii', '--out', 'kept.nii');
    expect(ran.stderr).toMatch(
      /^error: flat\.nii: registration: moving scan: expected values that differ, got 0 everywhere\n$/,
    );
    expect(ran.status).toBe(1);
    expect(readFileSync(at('kept.nii'), 'utf8')).toBe('as it was');
  });
});
