import { valuesAtEdge } from '#compute/newSegments.ts';
import { makePhantom } from '#compute/phantom.ts';
import { phantomGrid } from '#core/anatomy/phantomSpec.ts';
import type { VolumeRecord } from '#core/case/schema.ts';
import { asVesaliusError, VesaliusError } from '#core/errors.ts';
import type { Warning } from '#core/warnings.ts';
import { t } from '#i18n/t.ts';
import type { VolumeRecipe } from '#io/stored/arrays.ts';
import { restoreCase } from '#state/keeping/restoreCase.ts';
import type { CaseKeeper } from './caseKeeper.ts';
import { holdCase } from './caseLock.ts';
import type { OpenMarks } from './marks.ts';
import type { OpenParts } from './openCase.ts';

/**
 * Opens a case that is kept on this device: its voxels from there, its labels folded, its records as they were. Where another tab
 * has it, a copy is opened under an id of its own. What was open stays until all of it has been read.
 */
export async function openStored(
  parts: OpenParts,
  keeper: CaseKeeper,
  marks: OpenMarks,
  id: string,
  opening: AbortSignal,
): Promise<void> {
  const { store, jobs, newId, shared } = parts;
  const later = await jobs.verbs.run('job.restoring', '', async (job) => {
    const stillAsked = () => {
      if (!job.signal.aborted && !opening.aborted) return;
      throw new VesaliusError({
        code: 'cancelled',
        what: 'open',
        where: 'case',
        expected: 'to go on',
        got: 'a cancel',
      });
    };
    const alone = await holdCase(id);
    const stored = await keeper.ask({ what: 'load', id });
    stillAsked();
    const { volumes } = stored.document;
    const warnings = [...stored.warnings];
    const later: Remake[] = [];
    const puts: (() => void)[] = [];
    for (const [n, record] of volumes.entries()) {
      job.step('read', n, volumes.length);
      const read = async (file: 'volume' | 'field', of: string) => {
        try {
          const found = await keeper.ask({ what: 'arrays', id, file, of, shared });
          if (found === null) warnings.push(lost(record, 'are not there'));
          return found;
        } catch (thrown) {
          warnings.push(lost(record, `are damaged (${asVesaliusError(thrown).message})`));
          return null;
        }
      };
      const found = await read('volume', record.id);
      stillAsked();
      if (found?.kind === 'volume') puts.push(() => store.putVolume(record.id, found.volume.header, found.volume));
      else if (found?.kind === 'recipe') {
        const own = stored.layers.filter(({ id: layer }) =>
          stored.document.segments.some((segment) => segment.layer === layer && segment.volume === record.id),
        );
        later.push({ record, recipe: found.recipe, painted: own.some(({ painted }) => painted) });
        puts.push(() => store.putVolume(record.id, found.header, null));
      }
      const field = record.placed?.field ?? null;
      const displacement = field === null ? null : await read('field', field);
      if (field !== null && displacement?.kind === 'field')
        puts.push(() => store.putField(record.id, field, displacement.field));
    }
    stillAsked();
    marks.measure('read');
    const name = alone ? stored.title : t('start.copyOf', { name: stored.title });
    const keptAs = alone ? id : newId('volume');
    if (alone) keeper.leaveAside(id, stored.aside);
    for (const put of puts) put();
    const document = { ...stored.document, volumes: withWarnings(volumes, warnings) };
    restoreCase(store.parts, { ...stored, document, id: keptAs, title: name });
    if (!alone) jobs.verbs.notify('notice.copyOpened', stored.title);
    return later;
  });
  for (const each of later) await remake(parts, each, opening);
  await parts.keeper.settled();
  marks.measure('coarse');
  marks.measure('full');
}

interface Remake {
  readonly record: VolumeRecord;
  readonly recipe: VolumeRecipe;
  /** Somebody has painted in its labels: they stay as they are. */
  readonly painted: boolean;
}

/** A sample is made anew, as it was made the first time; where the page had ended before its fine labels came, they come now. */
async function remake(
  { pool, jobs, store, recipes }: OpenParts,
  { record, recipe, painted }: Remake,
  opening: AbortSignal,
): Promise<void> {
  recipes.set(record.id, recipe);
  await jobs.verbs.run('job.sample', '', async (job) => {
    const grid = phantomGrid({ case: recipe.sample, size: recipe.size });
    if (grid.dims.some((size, axis) => size !== record.dims[axis]))
      throw new VesaliusError({
        code: 'version',
        what: 'sample',
        where: 'grid',
        expected: record.dims.join(' × '),
        got: grid.dims.join(' × '),
      });
    const made = await makePhantom(
      pool,
      { case: recipe.sample, ...grid, noiseHu: recipe.noiseHu, seed: recipe.seed },
      {
        signal: AbortSignal.any([job.signal, opening]),
        onStep: ({ stage, done, of }) => job.step(stage, done, of),
      },
    );
    const header = store.voxels.header(record.id) ?? made.volume.header;
    const stillOpen = () => store.getState().volumes.some(({ id }) => id === record.id);
    if (!stillOpen()) return;
    store.putVolume(record.id, header, { ...made.volume, header });
    const fine = new Map(made.segments.map(({ id, voxels }) => [id, voxels]));
    const own = store
      .getState()
      .segments.filter(({ volume, madeBy }) => volume === record.id && madeBy.method === 'phantom');
    const layer = own[0]?.layer;
    if (painted || layer === undefined || own.some(({ value, voxels }) => fine.get(value) === voxels)) return;
    const labels = await pool.run('bricks', [made.labels, grid.dims], { transfer: [made.labels.buffer] });
    if (!stillOpen()) return;
    const cut = valuesAtEdge(labels);
    const facts = made.segments.map(({ id, voxels, volumeMl }) => ({
      value: id,
      voxels,
      volumeMl,
      cutByEdge: cut.has(id),
    }));
    store.verbs.refineLayer(layer, labels, facts);
  });
}

/** What was found stays on the case, each said once. */
function withWarnings(volumes: readonly VolumeRecord[], warnings: readonly Warning[]): VolumeRecord[] {
  return volumes.map((record, n) => {
    if (n > 0) return record;
    const known = new Set(record.warnings.map(({ code, where }) => `${code} ${where}`));
    const fresh = warnings.filter(({ code, where }) => !known.has(`${code} ${where}`));
    return { ...record, warnings: [...record.warnings, ...fresh].slice(0, 500) };
  });
}

function lost({ name, id }: VolumeRecord, what: string): Warning {
  return {
    code: 'voxels-lost',
    where: `volume-${id}`,
    kept: 'everything else of the case',
    text: `The stored voxels of ${name} ${what}. Open its file again to see slices.`,
  };
}
