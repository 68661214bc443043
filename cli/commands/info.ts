import { basename } from 'node:path';
import { asVesaliusError, fieldsOf, VesaliusError } from '#core/errors.ts';
import { axisLetters } from '#core/space/affine.ts';
import type { Warning } from '#core/warnings.ts';
import { listSeries, readVolume, type SeriesEntry } from '#io/readVolume.ts';
import { openSource } from '#io/source.ts';
import { parseCommandLine, usage } from '../arguments.ts';
import { openInput, saidOf } from '../input.ts';
import type { Command } from '../main.ts';
import { clearStep, follow } from '../progress.ts';
import { geometryOf, printJson, printWarnings, valuesAt } from '../report.ts';
import { startTiming } from '../timing.ts';

export const info: Command = {
  help: `vesalius info <input> [--series N|UID] [--coarser N] [--at x,y,z]… [--json]

Reads a scan whole and says what is in it: series, dims, spacing, axes, warnings, and values at points (RAS mm).
--coarser N     reads means over blocks of N × N × N voxels (2, 3 or 4) where a scan does not fit in memory
Example: vesalius info chest/ --series 2 --at -20.5,14,120 --json`,
  async run(args) {
    const line = parseCommandLine(args, {
      series: { type: 'string' },
      coarser: { type: 'string' },
      at: { type: 'string', multiple: true },
      json: { type: 'boolean' },
    });
    if (line.positionals.length !== 1) throw usage('input', 'one file, folder or URL', line.positionals.length);
    const points = line.points('at');
    const coarser = line.coarser();
    const timing = startTiming();
    timing.end('start');
    const input = openInput(line.positionals[0] as string);
    const sources = input.sources.map(openSource);

    const listed = await saidOf(input, () => follow(listSeries(sources)));
    const asked = line.text('series');
    const chosen = asked === undefined ? listed : [pick(listed, asked, input.given)];
    const series = [];
    let lastError: VesaliusError | null = null;
    for (const entry of chosen) {
      try {
        if (entry.error) throw new VesaliusError(entry.error);
        const { volume } = await saidOf(input, () =>
          follow(readVolume(entry.sources.map(openSource), { shared: true, series: entry.uid, coarser })),
        );
        const { header } = volume;
        series.push({
          uid: entry.uid,
          name: coarser ? header.name : (entry.header?.name ?? header.name),
          ...(header.series ? { number: header.series.number, date: header.series.date } : {}),
          format: header.format,
          modality: header.modality,
          modalityGuessed: header.modalityGuessed,
          unit: header.unit,
          ...geometryOf(header),
          axes: axisLetters(header.rasFromIjk),
          scalarType: header.scalarType,
          range: header.storedRange.map((stored) => header.slope * stored + header.intercept).sort((a, b) => a - b),
          values: valuesAt(volume, points),
          ...(header.timesMs ? { timesMs: header.timesMs } : {}),
          ...(header.suvFactor === undefined ? {} : { suvFactor: header.suvFactor }),
          ...(header.interpolatedSlices ? { interpolatedSlices: header.interpolatedSlices } : {}),
          warnings: united(header.warnings, entry.header?.warnings ?? []),
        });
      } catch (thrown) {
        lastError = asVesaliusError(thrown);
        if (lastError.code === 'internal') throw thrown;
        series.push({ uid: entry.uid, name: entry.name, error: fieldsOf(lastError), warnings: [] });
      }
    }
    timing.end('read');
    clearStep();
    const readable = series.filter((entry) => !('error' in entry));
    if (readable.length === 0 && lastError) throw lastError.in(input.given);

    const ms = timing.report();
    if (line.flag('json')) {
      printJson({
        ms,
        input: basename(input.given),
        series,
        ...(series.length === 1 ? series[0] : { warnings: series.flatMap((entry) => entry.warnings) }),
      });
      return;
    }
    for (const [index, entry] of series.entries()) {
      if ('error' in entry) {
        console.log(
          `${index + 1}  ${entry.name}: cannot be read: ${entry.error?.where}: expected ${entry.error?.expected}, got ${entry.error?.got}`,
        );
        continue;
      }
      const { name, modality, modalityGuessed, dims, spacing, axes, scalarType, range, unit } = entry as Extract<
        typeof entry,
        { dims: number[] }
      >;
      console.log(
        `${index + 1}  ${name}: ${modality}${modalityGuessed ? ' (guessed)' : ''} ${dims.join(' × ')}, ` +
          `${spacing.map((mm) => mm.toFixed(3)).join(' × ')} mm, axes ${axes}, ${scalarType}, ${range.join(' to ')} ${unit}`,
      );
      for (const { ras, value } of entry.values ?? [])
        console.log(`   at ${ras.join(', ')}: ${value === null ? 'outside' : `${value} ${unit}`}`);
    }
    printWarnings(series.flatMap((entry) => entry.warnings));
  },
};

/** What the voxels' own reading said, and what the listing knew of the folder around them (a series that was split). */
function united(read: readonly Warning[], listed: readonly Warning[]): Warning[] {
  const known = new Set(read.map(({ code, where }) => `${code} ${where}`));
  return [...read, ...listed.filter(({ code, where }) => !known.has(`${code} ${where}`))];
}

/** By place in the list, from 1, or by UID. */
export function pick(listed: readonly SeriesEntry[], asked: string, given: string): SeriesEntry {
  const found =
    listed.find(({ uid }) => uid === asked) ?? (/^\d+$/.test(asked) ? listed[Number(asked) - 1] : undefined);
  if (found) return found;
  throw new VesaliusError({
    code: 'missing',
    what: 'series',
    where: 'series',
    expected: `1 to ${listed.length} or a UID`,
    got: asked,
    file: given,
  });
}
