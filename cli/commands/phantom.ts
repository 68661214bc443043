import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { makePhantom } from '#compute/phantom.ts';
import { type PhantomCase, phantomCases, phantomContrasts, phantomGrid } from '#core/anatomy/phantomSpec.ts';
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

/** What each case is called in the file's own description. */
const subjects: Readonly<Record<PhantomCase, string>> = {
  thorax: 'thorax',
  abdomen: 'abdomen',
  head: 'head',
  geometry: 'geometric objects',
};

export const phantom: Command = {
  help: `vesalius phantom --case thorax|abdomen|head|geometry [--contrast ct|t1|t2|flair|pd] [--size N|I,J,K] [--spacing A|I,J,K]
                 [--noise SD] [--random-seed S] [--affine FILE] [--workers N] --out ct.nii.gz --labels truth.nii.gz [--json]

A synthetic CT in Hounsfield units, or an MR, with its ground truth: labels, exact volumes, lesions of known size.
--case thorax     chest and upper abdomen, arms raised, contrast in the arteries (field of view 384 mm)
       abdomen    diaphragm to hips, portal-venous contrast (416 mm)
       head       vertex to neck, CT angiogram (256 mm)
       geometry   spheres, ellipsoid, torus, boxes, cylinder, shells of 1, 2, 4 voxels, a touching pair, line pairs (256 mm),
                  each with its volume and surface by formula; they lie about the middle of the grid, 1000 HU in air
--contrast        ct by default; t1, t2, flair, pd: spin-echo MR with a smooth bias field and Rician noise (not for geometry)
--size N          voxels along the longest axis of a fixed field of view; I,J,K sets each axis (default 256)
--spacing         mm; with --size, N × spacing is the field of view and the body keeps its size
--noise           standard deviation in HU or in MR signal (default 12)
--random-seed     build, lesions and noise follow from it; the same seed gives the same bytes (default 1)
--affine FILE     four rows of four numbers, voxel to RAS mm, in place of the upright grid
Example: vesalius phantom --case abdomen --size 256 --random-seed 7 --out ct.nii.gz --labels truth.nii.gz --json`,
  async run(args) {
    const line = parseCommandLine(args, {
      case: { type: 'string' },
      contrast: { type: 'string' },
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
    const name = oneOf('--case', phantomCases, line.required('case'));
    const contrast = oneOf(
      '--contrast',
      name === 'geometry' ? (['ct'] as const) : phantomContrasts,
      line.text('contrast') ?? 'ct',
    );
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
    const grid = gridOf(line, name);
    const timing = startTiming();
    timing.end('start');
    ensureWritable(out);
    ensureWritable(labelsOut);

    const made = await withPool(workers, (pool) =>
      makePhantom(pool, { case: name, contrast, ...grid, noiseHu, seed }, { onStep: showStep }),
    );
    clearStep();
    const subject = `${subjects[name]} ${contrast === 'ct' ? 'CT' : `MR ${contrast}`}`;
    timing.end('phantom');
    const { header, scalars } = made.volume;
    const place = { dims: header.dims, rasFromIjk: header.rasFromIjk };
    await writeWhole(labelsOut, (write) =>
      writeWhole(out, async (writeScan) => {
        const scan = { ...place, scalars, description: `Vesalius synthetic ${subject}; not a patient` };
        for await (const bytes of gzippedNifti(scan, { gzip: /\.gz$/i.test(out) })) writeScan(bytes);
        const truth = { ...place, scalars: made.labels, description: `Vesalius synthetic ${subjects[name]} truth` };
        for await (const bytes of gzippedNifti(truth, { gzip: /\.gz$/i.test(labelsOut) })) write(bytes);
      }),
    );
    timing.end('write');
    if (line.flag('json')) {
      printJson({
        ms: timing.report(),
        case: name,
        contrast,
        modality: header.modality,
        unit: header.unit,
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
      `${basename(out)}: synthetic ${subject}, ${header.dims.join(' × ')}, ${made.segments.length} structures in ${basename(labelsOut)}`,
    );
  },
};

function oneOf<Word extends string>(option: string, words: readonly Word[], got: string): Word {
  const found = words.find((word) => word === got);
  if (found === undefined) throw usage(option, words.length > 1 ? `one of ${words.join(' ')}` : `${words[0]}`, got);
  return found;
}

function gridOf(line: CommandLine, name: PhantomCase) {
  const size = oneOrThree(line, 'size', { whole: true, min: 8, max: 4096 }) as number | Dims | undefined;
  const spacing = oneOrThree(line, 'spacing', { min: 0.05, max: 100 }) as number | Vector3 | undefined;
  const file = line.text('affine');
  return phantomGrid({
    case: name,
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
