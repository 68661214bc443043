import { readFileSync } from 'node:fs';
import type { Registered } from '#compute/jobs/register.ts';
import { asVesaliusError, VesaliusError } from '#core/errors.ts';
import { affine, affineFromRows, rowsOf } from '#core/space/affine.ts';
import type { Volume } from '#core/volume/volume.ts';
import { gzippedNifti } from '#io/nifti/write.ts';
import { parseCommandLine, usage } from '../arguments.ts';
import type { Command } from '../main.ts';
import { ensureWritable, writeWhole } from '../output.ts';
import { withPool } from '../pool.ts';
import { clearStep, showStep } from '../progress.ts';
import { readOne } from '../readOne.ts';
import { geometryOf, printJson, printWarnings } from '../report.ts';
import { startTiming } from '../timing.ts';

const kinds = ['rigid', 'affine', 'deformable'] as const;
const metrics = ['auto', 'correlation', 'mutual-information'] as const;

export const registerCommand: Command = {
  help: `vesalius register FIXED MOVING [--kind rigid|affine|deformable] [--metric auto|correlation|mutual-information]
                  [--initial FILE] [--grid MM] [--random-seed S] [--fixed-series N|UID] [--moving-series N|UID]
                  [--out moved.nii.gz] [--transform out.json] [--labels FILE --labels-out FILE] [--json]

Lays the moving scan on the fixed one. The matrix maps the moving scan's RAS mm to the fixed one's; residualMm is what blocks of
the scans would still have to move, the middle one of them.
--kind           rigid (default): turn and shift; affine: shear and scale too; deformable: bends as well (a minute or more)
--metric         auto: correlation between two CTs, else mutual information
--initial FILE   where to begin: four rows of four numbers, moving RAS mm to fixed RAS mm
--grid MM        deformable: between the finest control points (default 30)
--out            the moving scan on the fixed one's grid, linear between its voxels
--transform      kind, matrix, field and how they were made, as JSON
--labels         a label file on the moving scan's grid; --labels-out has it on the fixed one's, nearest voxel
Example: vesalius register ct.nii.gz mr.nii.gz --kind rigid --out mr-on-ct.nii.gz --transform mr-to-ct.json --json`,
  async run(args) {
    const line = parseCommandLine(args, {
      kind: { type: 'string' },
      metric: { type: 'string' },
      initial: { type: 'string' },
      grid: { type: 'string' },
      'random-seed': { type: 'string' },
      'fixed-series': { type: 'string' },
      'moving-series': { type: 'string' },
      out: { type: 'string' },
      transform: { type: 'string' },
      labels: { type: 'string' },
      'labels-out': { type: 'string' },
      json: { type: 'boolean' },
    });
    if (line.positionals.length !== 2) throw usage('input', 'FIXED and MOVING', line.positionals.length);
    const [fixedPath, movingPath] = line.positionals as [string, string];
    const kind = oneOf(kinds, '--kind', line.text('kind') ?? 'rigid');
    const metric = oneOf(metrics, '--metric', line.text('metric') ?? 'auto');
    const gridMm = line.number('grid', { min: 1, max: 500 });
    const seed = line.number('random-seed', { whole: true, min: 0, max: 2 ** 31 - 1 });
    const [out, labelsPath, labelsOut, transformOut] = ['out', 'labels', 'labels-out', 'transform'].map((name) =>
      line.text(name),
    );
    for (const [option, path] of [
      ['--out', out],
      ['--labels-out', labelsOut],
    ] as const)
      if (path !== undefined && !/\.nii(\.gz)?$/i.test(path))
        throw usage(option, 'a name ending in .nii or .nii.gz', path);
    if (transformOut !== undefined && !/\.json$/i.test(transformOut))
      throw usage('--transform', 'a name ending in .json', transformOut);
    if ((labelsPath === undefined) !== (labelsOut === undefined))
      throw usage(labelsPath === undefined ? '--labels' : '--labels-out', 'both or neither', 'one');
    const initialPath = line.text('initial');
    const initial = initialPath === undefined ? undefined : affineFromRows('ras', 'ras', readRows(initialPath)).m;
    const timing = startTiming();
    timing.end('start');
    for (const path of [out, labelsOut, transformOut]) if (path !== undefined) ensureWritable(path);

    const fixed = await readOne(fixedPath, { series: line.text('fixed-series') });
    const moving = await readOne(movingPath, { series: line.text('moving-series') });
    const labels = labelsPath === undefined ? null : await readOne(labelsPath);
    if (labels) sameGrid(labels, moving, labelsPath as string);
    timing.end('read');
    const options = {
      kind,
      metric,
      ...(initial ? { initial } : {}),
      ...(gridMm === undefined ? {} : { gridMm }),
      ...(seed === undefined ? {} : { seed }),
    };
    await withPool(1, async (pool) => {
      const found = await pool
        .run('register', [fixed, moving, options], { onStep: showStep })
        .catch((thrown: unknown) => {
          throw asVesaliusError(thrown).in(movingPath);
        });
      timing.end('register');
      const target = { dims: fixed.header.dims, rasFromIjk: fixed.header.rasFromIjk };
      const placed = { matrix: found.matrix, field: found.field };
      const steps = { onStep: showStep };
      const moved =
        out === undefined ? null : await pool.run('resampleVolume', [moving, target, placed, 'linear'], steps);
      const carried = labels ? await pool.run('resampleVolume', [labels, target, placed, 'nearest', 0], steps) : null;
      timing.end('resample');
      clearStep();
      if (out !== undefined && moved)
        await writeVolume(out, moved.volume, `Vesalius ${kind} registration; not for diagnosis`);
      if (labelsOut !== undefined && carried)
        await writeVolume(labelsOut, carried.volume, 'Vesalius carried labels; not for diagnosis');
      if (transformOut !== undefined)
        await writeWhole(transformOut, (write) =>
          write(new TextEncoder().encode(`${JSON.stringify(transformFile(found))}\n`)),
        );
      timing.end('write');
      report(found);
    });

    function report(found: Registered): void {
      const warnings = [...fixed.header.warnings, ...moving.header.warnings];
      const { residualMm, residual, metric: told, made } = found;
      const movingToFixed = rowsOf(affine('ras', 'ras', found.matrix));
      if (line.flag('json')) {
        printJson({
          ms: timing.report(),
          ...geometryOf(fixed.header),
          kind,
          movingToFixed,
          field: found.field ? { dims: found.field.dims, ...made.deformation } : null,
          residualMm,
          residual,
          metric: told,
          made,
          warnings,
        });
        return;
      }
      console.log(`${kind}, moving RAS mm to fixed RAS mm:`);
      for (const row of movingToFixed) console.log(`  ${row.map((v) => v.toFixed(5).padStart(11)).join(' ')}`);
      console.log(`${told.name}: ${told.before.toFixed(4)} before, ${told.after.toFixed(4)} after`);
      console.log(
        residualMm === null ? 'residual: no structure to tell it by' : `residual: ${residualMm.toFixed(2)} mm`,
      );
      printWarnings(warnings);
    }
  },
};

/** The transform by itself: `movingToFixed` rows of four; a field's displacements are float32, little-endian, base64. */
function transformFile({ kind, matrix, field, residualMm, residual, metric, made }: Registered) {
  return {
    format: 'vesalius-transform',
    version: 1,
    kind,
    direction:
      'a point x of the fixed scan, RAS mm, shows what the moving scan has at inverse(movingToFixed) · (x + u(x))',
    movingToFixed: rowsOf(affine('ras', 'ras', matrix)),
    field: field && {
      dims: field.dims,
      rasFromIjk: rowsOf(field.rasFromIjk),
      mm: Buffer.from(field.mm.buffer, field.mm.byteOffset, field.mm.byteLength).toString('base64'),
    },
    residualMm,
    residual,
    metric,
    made,
  };
}

async function writeVolume(path: string, { header, scalars, rgb }: Volume, description: string): Promise<void> {
  const { dims, timepoints, rasFromIjk, slope, intercept } = header;
  await writeWhole(path, async (write) => {
    const file = { dims, timepoints, rasFromIjk, scalars, rgb, slope, intercept, description };
    for await (const bytes of gzippedNifti(file, { gzip: /\.gz$/i.test(path) })) write(bytes);
  });
}

function oneOf<Word extends string>(words: readonly Word[], option: string, given: string): Word {
  const word = words.find((each) => each === given);
  if (word === undefined) throw usage(option, `one of ${words.join(' ')}`, given);
  return word;
}

function readRows(file: string): number[][] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new VesaliusError({
      code: 'missing',
      what: 'matrix',
      where: '--initial',
      expected: 'a readable file',
      got: 'none',
      file,
    });
  }
  const rows = text
    .trim()
    .split(/\r?\n/)
    .map((row) =>
      row
        .trim()
        .split(/[\s,]+/)
        .map(Number),
    );
  if (rows.length !== 4 || rows.some((row) => row.length !== 4 || !row.every(Number.isFinite)))
    throw new VesaliusError({
      code: 'format',
      what: 'matrix',
      where: 'rows',
      expected: 'four rows of four numbers',
      got: text.slice(0, 60),
      file,
    });
  return rows;
}

/** Labels go with the voxels of the moving scan. */
function sameGrid(labels: Volume, moving: Volume, file: string): void {
  const [a, b] = [labels.header, moving.header];
  const apart = Math.max(...a.rasFromIjk.m.map((v, n) => Math.abs(v - (b.rasFromIjk.m[n] as number))));
  if (a.dims.join() !== b.dims.join() || apart > 0.01)
    throw new VesaliusError({
      code: 'geometry',
      what: 'labels',
      where: 'grid',
      expected: `the moving scan's, ${b.dims.join(' × ')}`,
      got: a.dims.join(' × '),
      file,
    });
}
