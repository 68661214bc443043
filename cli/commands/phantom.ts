import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { makePhantom } from '#compute/phantom.ts';
import { phantomGrid } from '#core/anatomy/phantomSpec.ts';
import { VesaliusError } from '#core/errors.ts';
import type { Vector3 } from '#core/space/affine.ts';
import { affineFromRows } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';
import { gzippedNifti } from '#io/nifti/write.ts';
import { type CommandLine, parseCommandLine, toNumber, usage } from '../arguments.ts';
import type { Command } from '../main.ts';
import { ensureWritable, writeWhole } from '../output.ts';
import { withPool } from '../pool.ts';
import { clearStep, showStep } from '../progress.ts';
import { geometryOf, printJson } from '../report.ts';
import { startTiming } from '../timing.ts';

const cases = ['thorax'] as const;

export const phantom: Command = {
  help: `vesalius phantom --case thorax [--size N|I,J,K] [--spacing A|I,J,K] [--noise HU] [--random-seed S] [--affine FILE]
                 --out ct.nii.gz --labels truth.nii.gz [--json]

A synthetic thorax CT in Hounsfield units with its ground truth: labels, exact volumes, lesions of known size.
--size N        voxels along the longest axis of a fixed field of view; I,J,K sets each axis (default 256)
--spacing       mm; with --size, N × spacing is the field of view and the body keeps its size
--noise         standard deviation in HU (default 12)
--affine FILE   four rows of four numbers, voxel to RAS mm, in place of the upright grid
Example: vesalius phantom --case thorax --size 256 --random-seed 7 --out ct.nii.gz --labels truth.nii.gz --json`,
  async run(args) {
    const line = parseCommandLine(args, {
      case: { type: 'string' },
      size: { type: 'string' },
      spacing: { type: 'string' },
      noise: { type: 'string' },
      'random-seed': { type: 'string' },
      affine: { type: 'string' },
      workers: { type: 'string' },
      out: { type: 'string' },
      labels: { type: 'string' },
      json: { type: 'boolean' },
    });
    if (line.positionals.length > 0) throw usage('argument', 'options only', line.positionals[0] as string);
    const name = line.required('case');
    if (!cases.includes(name as 'thorax')) throw usage('--case', `one of ${cases.join(' ')}`, name);
    const out = line.required('out');
    const labelsOut = line.required('labels');
    for (const [option, path] of [
      ['--out', out],
      ['--labels', labelsOut],
    ] as const) {
      if (!/\.nii(\.gz)?$/i.test(path)) throw usage(option, 'a name ending in .nii or .nii.gz', path);
    }
    const seed = line.number('random-seed', { whole: true, min: 0, max: 2 ** 32 - 1 }) ?? 1;
    const noiseHu = line.number('noise', { min: 0, max: 500 }) ?? 12;
    const workers = line.number('workers', { whole: true, min: 1, max: 256 });
    const grid = gridOf(line);
    const timing = startTiming();
    timing.end('start');
    ensureWritable(out);
    ensureWritable(labelsOut);

    const made = await withPool(workers, (pool) =>
      makePhantom(pool, { case: 'thorax', ...grid, noiseHu, seed }, { onStep: showStep }),
    );
    clearStep();
    timing.end('phantom');
    const { header, scalars } = made.volume;
    const place = { dims: header.dims, rasFromIjk: header.rasFromIjk };
    await writeWhole(labelsOut, (write) =>
      writeWhole(out, async (writeScan) => {
        const scan = { ...place, scalars, description: 'Vesalius synthetic thorax CT; not a patient' };
        for await (const bytes of gzippedNifti(scan, { gzip: /\.gz$/i.test(out) })) writeScan(bytes);
        const truth = { ...place, scalars: made.labels, description: 'Vesalius synthetic thorax truth' };
        for await (const bytes of gzippedNifti(truth, { gzip: /\.gz$/i.test(labelsOut) })) write(bytes);
      }),
    );
    timing.end('write');
    if (line.flag('json')) {
      printJson({
        ms: timing.report(),
        case: name,
        seed,
        noiseHu,
        synthetic: true,
        ...geometryOf(header),
        segments: made.segments,
        warnings: header.warnings,
      });
      return;
    }
    console.log(
      `${basename(out)}: synthetic thorax CT, ${header.dims.join(' × ')}, ${made.segments.length} structures in ${basename(labelsOut)}`,
    );
  },
};

function gridOf(line: CommandLine) {
  const size = oneOrThree(line, 'size', { whole: true, min: 8, max: 4096 }) as number | Dims | undefined;
  const spacing = oneOrThree(line, 'spacing', { min: 0.05, max: 100 }) as number | Vector3 | undefined;
  const file = line.text('affine');
  return phantomGrid({
    ...(size === undefined ? {} : { size }),
    ...(spacing === undefined ? {} : { spacing }),
    ...(file === undefined ? {} : { rasFromIjk: affineFromRows('ras', 'ijk', readRows(file)) }),
  });
}

function oneOrThree(
  line: CommandLine,
  name: string,
  limits: { whole?: boolean; min: number; max: number },
): number | number[] | undefined {
  const text = line.text(name);
  if (text === undefined) return undefined;
  const numbers = text.split(',').map((part) => toNumber(`--${name}`, part, limits));
  if (numbers.length !== 1 && numbers.length !== 3) throw usage(`--${name}`, 'one number or three', text);
  return numbers.length === 1 ? numbers[0] : numbers;
}

function readRows(file: string): number[][] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new VesaliusError({
      code: 'io',
      what: 'affine',
      where: 'file',
      expected: 'to be readable',
      got: (thrown as { code?: string }).code ?? '',
      file,
    });
  }
  const numbers = text
    .split(/[\s,;[\]]+/)
    .filter(Boolean)
    .map(Number);
  if ((numbers.length !== 16 && numbers.length !== 12) || !numbers.every(Number.isFinite)) {
    throw new VesaliusError({
      code: 'format',
      what: 'affine',
      where: 'numbers',
      expected: 'four rows of four numbers',
      got: `${numbers.length} numbers`,
      file,
    });
  }
  return [0, 1, 2, 3].map((row) => (4 * row < numbers.length ? numbers.slice(4 * row, 4 * row + 4) : [0, 0, 0, 1]));
}
