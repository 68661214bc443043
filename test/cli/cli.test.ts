import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { affine } from '#core/space/affine.ts';
import { writeNifti } from '#io/nifti/write.ts';
import { ensureBuilt } from '../../scripts/ensureBuilt.mjs';

const root = join(import.meta.dirname, '../..');
const home = mkdtempSync(join(tmpdir(), 'vesalius-cli-'));
const scan = join(home, 'ball.nii');
const require = createRequire(import.meta.url);

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The launcher on the Node that runs the tests, or another one. */
function vesalius(args: readonly string[], node = process.execPath): Ran {
  return spawnSync(node, [join(root, 'cli/vesalius.mjs'), ...args], { cwd: home, encoding: 'utf8', timeout: 60_000 });
}

/** The system's own Node, where it is another one: what is shipped runs from 20.19 on. */
function systemNode(): string | null {
  const found = ['/usr/local/bin/node', '/usr/bin/node'].find(existsSync);
  if (!found) return null;
  const version = spawnSync(found, ['--version'], { encoding: 'utf8' }).stdout.trim();
  const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
  return version !== process.version && (major > 20 || (major === 20 && minor >= 19)) ? found : null;
}

beforeAll(() => {
  ensureBuilt('kernels', 'node');
  const dims = [24, 20, 22] as const;
  const scalars = new Int16Array(dims[0] * dims[1] * dims[2]);
  for (let k = 0, n = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++)
      for (let i = 0; i < dims[0]; i++, n++)
        scalars[n] = Math.round(1000 - 100 * Math.hypot(i - 11.5, j - 9.5, k - 10.5));
  const rasFromIjk = affine('ras', 'ijk', [-1, 0, 0, 0, 0, 1.5, 0, 0, 0, 0, 2, 0, 10, -20, 30, 1]);
  writeFileSync(scan, writeNifti({ dims, rasFromIjk, scalars }));
}, 120_000);
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('command line', () => {
  it('info reads an archive as the files in it', () => {
    const archive = join(home, 'study.zip');
    writeFileSync(
      archive,
      zipSync({ 'deep/ball.nii': new Uint8Array(readFileSync(scan)), 'notes.txt': new Uint8Array(3) }),
    );
    const report = JSON.parse(vesalius(['info', archive, '--at', '-1,-5,52', '--json']).stdout);
    const plain = JSON.parse(vesalius(['info', scan, '--at', '-1,-5,52', '--json']).stdout);
    expect(report.series[0]).toEqual({ ...plain.series[0], uid: 'study.zip/deep/ball.nii' });
  });

  it('of a time series segment and mesh take the first timepoint, and say so', () => {
    const series = join(home, 'series.nii');
    const scalars = Int16Array.from({ length: 2 * 1000 }, (_, n) => (n % 10 > 3 ? 1 : 0));
    const rasFromIjk = affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    writeFileSync(series, writeNifti({ dims: [10, 10, 10], timepoints: 2, rasFromIjk, scalars }));
    for (const args of [
      ['segment', series, '--method', 'otsu', '--out', 'series-labels.nii'],
      ['mesh', series, '--iso', '0.5', '--out', 'series.stl'],
      ['mesh', series, '--labels', series, '--out', 'series.stl'],
    ]) {
      const { warnings } = JSON.parse(vesalius([...args, '--json']).stdout);
      expect(warnings.map(({ code }: { code: string }) => code)).toEqual(['first-timepoint']);
    }
  });

  it('a coarser reading is named as such, in info, segment, mesh and the case', () => {
    const info = JSON.parse(vesalius(['info', scan, '--coarser', '2', '--at', '-1,-5,52', '--json']).stdout);
    expect([info.dims, info.spacing]).toEqual([
      [12, 10, 11],
      [2, 3, 4],
    ]);
    expect(info.name).toBe('ball.nii (½ resolution)');
    expect(info.warnings.map(({ code }: { code: string }) => code)).toContain('read-coarser');
    const fine = JSON.parse(vesalius(['info', scan, '--json']).stdout);
    expect(info.ijkToRas[0][3]).toBe(fine.ijkToRas[0][3] - 0.5);
    const out = (name: string) => join(home, name);
    for (const args of [
      ['segment', scan, '--coarser', '3', '--method', 'threshold', '--set', 'lower=300', '--out', out('coarse.nii.gz')],
      ['mesh', scan, '--coarser', '3', '--iso', '300', '--out', out('coarse.stl')],
      ['prepare', scan, '--coarser', '3', '--preset', 'otsu', '--out', out('coarse.vesalius')],
    ]) {
      const { stdout, stderr, status } = vesalius([...args, '--json']);
      expect([status, stderr]).toEqual([0, '']);
      const { dims, warnings } = JSON.parse(stdout);
      expect(dims).toEqual([8, 7, 8]);
      expect(warnings.map(({ code }: { code: string }) => code)).toContain('read-coarser');
    }
    const kept = JSON.parse(vesalius(['info', out('coarse.vesalius'), '--json']).stdout);
    expect(kept.dims).toEqual([8, 7, 8]);
  });

  it('info tells dims, spacing, matrix and values at points', () => {
    const { status, stdout } = vesalius(['info', scan, '--at', '-1,-5,52', '--at', '500,0,0', '--json']);
    expect(status).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({
      dims: [24, 20, 22],
      spacing: [1, 1.5, 2],
      ijkToRas: [
        [-1, 0, 0, 10],
        [0, 1.5, 0, -20],
        [0, 0, 2, 30],
        [0, 0, 0, 1],
      ],
    });
    expect(report.values[0]).toMatchObject({
      ijk: [11, 10, 11],
      value: Math.round(1000 - 100 * Math.hypot(0.5, 0.5, 0.5)),
    });
    expect(report.values[1].value).toBeNull();
    expect(Object.values(report.ms as Record<string, number>).reduce((a, b) => a + b, 0) / 2).toBeCloseTo(
      report.ms.total,
      1,
    );
  });

  it('mesh writes a GLB that the Khronos validator accepts, plain and quantised', async () => {
    const { validateBytes } = require('gltf-validator') as {
      validateBytes(
        bytes: Uint8Array,
      ): Promise<{ issues: { numErrors: number; numWarnings: number; messages: unknown[] } }>;
    };
    for (const extra of [[], ['--quantize']]) {
      const out = join(home, `ball${extra.length}.glb`);
      const { status, stdout } = vesalius(['mesh', scan, '--iso', '300', '--out', out, '--json', ...extra]);
      expect(status).toBe(0);
      const [segment] = JSON.parse(stdout).segments;
      expect(segment).toMatchObject({ id: 1, closed: true, boundaryEdges: 0 });
      // The ball of radius 7 voxels, each 1 × 1.5 × 2 mm.
      expect(segment.meshVolumeMl / (((4 / 3) * Math.PI * 343 * 3) / 1000)).toBeCloseTo(1, 1);
      const { issues } = await validateBytes(new Uint8Array(readFileSync(out)));
      expect(issues.messages).toEqual([]);
    }
  });

  it('writes the same surface in all four formats', () => {
    const counts = ['glb', 'stl', 'obj', 'ply'].map((extension) => {
      const { stdout } = vesalius(['mesh', scan, '--iso', '300', '--out', join(home, `same.${extension}`), '--json']);
      return JSON.parse(stdout).segments[0].triangles as number;
    });
    expect(new Set(counts).size).toBe(1);
    const [triangles] = counts;
    expect(readFileSync(join(home, 'same.stl')).readUInt32LE(80)).toBe(triangles);
    expect(readFileSync(join(home, 'same.ply'), 'latin1')).toContain(`element face ${triangles}\n`);
    expect(readFileSync(join(home, 'same.obj'), 'latin1').match(/^f /gm)).toHaveLength(triangles as number);
    for (const extension of ['stl', 'obj', 'ply'])
      expect(readFileSync(join(home, `same.${extension}`), 'latin1').slice(0, 400)).toContain('RAS mill');
  });

  it('segment writes labels that mesh takes, under the same ids', () => {
    const labels = join(home, 'labels.nii.gz');
    const made = vesalius(['segment', scan, '--method', 'threshold', '--set', 'lower=300', '--out', labels, '--json']);
    expect(made.status).toBe(0);
    const [segment] = JSON.parse(made.stdout).segments;
    const meshed = vesalius(['mesh', scan, '--labels', labels, '--out', join(home, 'labels.glb'), '--json']);
    const [surface] = JSON.parse(meshed.stdout).segments;
    expect(surface).toMatchObject({ id: segment.id, voxels: segment.voxels, volumeMl: segment.volumeMl, closed: true });
    expect(surface.meshVolumeMl / surface.volumeMl).toBeCloseTo(1, 2);
  });

  it('phantom gives the same bytes for the same seed', () => {
    const make = (name: string, seed: number) => {
      const [out, labels] = [join(home, `${name}.nii.gz`), join(home, `${name}-l.nii.gz`)];
      const args = [
        'phantom',
        '--case',
        'thorax',
        '--size',
        '32',
        '--random-seed',
        `${seed}`,
        '--out',
        out,
        '--labels',
        labels,
        '--json',
      ];
      expect(vesalius(args).status).toBe(0);
      return Buffer.concat([readFileSync(out), readFileSync(labels)]);
    };
    const first = make('a', 4);
    expect(make('b', 4).equals(first)).toBe(true);
    expect(make('c', 5).equals(first)).toBe(false);
  });

  it.each([
    ['an unknown command', ['nonsense']],
    ['a missing argument', ['mesh']],
    ['a value that is no number', ['mesh', scan, '--iso', 'abc', '--out', 'x.glb']],
    ['an unknown extension', ['mesh', scan, '--iso', '1', '--out', 'x.xyz']],
    ['an unknown option', ['info', scan, '--nothing']],
    ['a coarser reading by another factor', ['info', scan, '--coarser', '5']],
    ['a coarser reading of labels', ['mesh', scan, '--labels', scan, '--coarser', '2', '--out', 'x.stl']],
    ['an unknown method', ['segment', scan, '--method', 'nothing', '--out', 'x.nii.gz']],
    ['a setting out of range', ['segment', scan, '--method', 'multi-otsu', '--set', 'classes=99', '--out', 'x.nii.gz']],
    ['an unknown case', ['phantom', '--case', 'unicorn', '--out', 'x.nii.gz', '--labels', 'y.nii.gz']],
  ])('%s exits 2 with one line and leaves nothing', (_, args) => {
    const before = readdirSync(home);
    const { status, stderr } = vesalius(args);
    expect(status).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^error: /);
    expect(readdirSync(home)).toEqual(before);
  });

  it.each([
    ['a missing file', () => ['info', join(home, 'gone.nii')], /^error: .*gone\.nii: path: expected .+, got .+/],
    [
      'a folder that is not there',
      () => ['mesh', scan, '--iso', '1', '--out', join(home, 'no/x.glb')],
      /^error: x\.glb: folder: expected/,
    ],
    [
      'a cut file',
      () => ['mesh', cut(), '--iso', '1', '--out', join(home, 'cut.glb')],
      /^error: .*cut\.nii: .+: expected .+, got .+/,
    ],
  ])('%s exits 1 with one line and leaves nothing', (_, args, line) => {
    const given = args();
    const before = readdirSync(home);
    const { status, stderr } = vesalius(given);
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(line);
    expect(readdirSync(home)).toEqual(before);
  });

  it('a failure leaves an existing output as it was', () => {
    const out = join(home, 'kept.glb');
    writeFileSync(out, 'precious');
    expect(vesalius(['mesh', cut(), '--iso', '1', '--out', out]).status).toBe(1);
    expect(readFileSync(out, 'utf8')).toBe('precious');
  });

  it('every command has help with an example', () => {
    for (const command of ['info', 'phantom', 'segment', 'mesh', 'methods', 'serve', 'doctor']) {
      const { status, stdout } = vesalius([command, '--help']);
      expect(status).toBe(0);
      expect(stdout).toContain(`Example: vesalius ${command}`);
    }
  });

  it.skipIf(systemNode() === null)('runs on the system’s Node as well', () => {
    const node = systemNode() as string; // skipped where there is none
    expect(JSON.parse(vesalius(['doctor', '--json'], node).stdout).findings.length).toBeGreaterThan(4);
    const { status, stdout } = vesalius(['mesh', scan, '--iso', '300', '--out', join(home, 'old.glb'), '--json'], node);
    expect(status).toBe(0);
    expect(JSON.parse(stdout).segments[0].closed).toBe(true);
  });
});

function cut(): string {
  const file = join(home, 'cut.nii');
  writeFileSync(file, readFileSync(scan).subarray(0, 5000));
  return file;
}
