import { methods, parseSettings } from '#compute/methods/registry.ts';
import { segment } from '#compute/segment.ts';
import { gzippedNifti } from '#io/nifti/write.ts';
import { parseCommandLine, usage } from '../arguments.ts';
import type { Command } from '../main.ts';
import { ensureWritable, writeWhole } from '../output.ts';
import { withPool } from '../pool.ts';
import { clearStep, showStep } from '../progress.ts';
import { readOne } from '../readOne.ts';
import { geometryOf, printJson, printWarnings, rounded, voxelMl } from '../report.ts';
import { startTiming } from '../timing.ts';

export const segmentCommand: Command = {
  help: `vesalius segment <input> [--series N|UID] [--coarser N] --method NAME [--set key=value]… [--seed x,y,z]… --out labels.nii.gz [--json]

Makes a labelmap on the scan's own grid. \`vesalius methods\` lists the methods and their settings; seeds are RAS mm.
--coarser N     on means over blocks of N × N × N voxels (2, 3 or 4); the labelmap is as coarse
Example: vesalius segment chest/ --method ct-lungs --out lungs.nii.gz --json`,
  async run(args) {
    const line = parseCommandLine(args, {
      series: { type: 'string' },
      coarser: { type: 'string' },
      method: { type: 'string' },
      set: { type: 'string', multiple: true },
      seed: { type: 'string', multiple: true },
      workers: { type: 'string' },
      out: { type: 'string' },
      json: { type: 'boolean' },
    });
    if (line.positionals.length !== 1) throw usage('input', 'one file, folder or URL', line.positionals.length);
    const id = line.required('method');
    const method = methods.find((one) => one.id === id);
    if (!method) throw usage('--method', `one of ${methods.map((one) => one.id).join(' ')}`, id);
    const out = line.required('out');
    if (!/\.nii(\.gz)?$/i.test(out)) throw usage('--out', 'a name ending in .nii or .nii.gz', out);
    const settings = keysAndValues(line.texts('set'));
    // Wrong settings are wrong usage, before anything is read.
    parseSettings(method, settings);
    const seeds = line.points('seed');
    const coarser = line.coarser();
    const workers = line.number('workers', { whole: true, min: 1, max: 256 });
    const timing = startTiming();
    timing.end('start');
    ensureWritable(out);

    const { volume, result } = await withPool(workers, async (pool) => {
      const scan = await readOne(line.positionals[0] as string, { series: line.text('series'), coarser, pool });
      timing.end('read');
      const found = await segment(pool, scan, { method: id, settings, seeds }, { onStep: showStep });
      return { volume: scan, result: found };
    });
    clearStep();
    timing.end('segment');
    await writeWhole(out, async (write) => {
      const { header } = volume;
      const file = {
        dims: header.dims,
        rasFromIjk: header.rasFromIjk,
        scalars: result.labels,
        description: `Vesalius ${id}; not for diagnosis`,
      };
      for await (const bytes of gzippedNifti(file, { gzip: /\.gz$/i.test(out) })) write(bytes);
    });
    timing.end('write');

    const segments = result.segments.map(({ value, name, voxels }) => ({
      id: value,
      name,
      voxels,
      volumeMl: rounded(voxels * voxelMl(volume.header), 6),
    }));
    const warnings = [...volume.header.warnings, ...result.warnings];
    if (line.flag('json')) {
      printJson({
        ms: timing.report(),
        ...geometryOf(volume.header),
        method: id,
        settings: result.settings,
        segments,
        warnings,
      });
      return;
    }
    for (const { id: value, name, voxels, volumeMl } of segments)
      console.log(`${value}  ${name}: ${voxels} voxels, ${volumeMl.toFixed(1)} ml`);
    printWarnings(warnings);
  },
};

function keysAndValues(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      if (at < 1) throw usage('--set', 'key=value', pair);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}
