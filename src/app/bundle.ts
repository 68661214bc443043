// A case as one file: written from what is open, opened in its place. Loaded when one is asked for.
import type { Pool } from '#compute/pool.ts';
import { CaseDocument } from '#core/case/schema.ts';
import { VesaliusError } from '#core/errors.ts';
import type { BundleContent } from '#io/bundle/write.ts';
import type { SourceRef } from '#io/source.ts';
import { restoreCase } from '#state/keeping/restoreCase.ts';
import type { CaseState, Viewer } from '#state/viewer.ts';
import type { OpenMarks } from './marks.ts';
import type { OpenParts } from './openCase.ts';

/** Opens a bundle as the case. What was open stays until all of it has been read. */
export async function openBundle(
  { pool, jobs, store, newId, shared, keeper }: OpenParts,
  marks: OpenMarks,
  ref: SourceRef,
  opening: AbortSignal,
): Promise<void> {
  await jobs.verbs.run('job.reading', ref.path, async (job) => {
    const { document, volumes, layers, fields } = await pool.run('readBundle', [ref, shared], {
      signal: AbortSignal.any([job.signal, opening]),
      onStep: ({ stage, done, of }) => job.step(stage, done, of),
    });
    marks.measure('read');
    for (const { id, volume } of volumes) store.putVolume(id, volume.header, volume);
    for (const { id, field } of fields) {
      const home = document.volumes.find(({ placed }) => placed?.field === id);
      if (home) store.putField(home.id, id, field);
    }
    const title = document.title || ref.path.replace(/\.vesalius$/i, '');
    restoreCase(store.parts, { id: newId('volume'), title, document, unreadable: [], layers });
  });
  await keeper.settled();
  marks.measure('coarse');
  marks.measure('full');
}

/**
 * @param surfaces GLB of what is shown; null: none
 * @throws VesaliusError 'not-open' where no scan is open, or the voxels of one are still on their way
 */
export async function bundleOf(
  pool: Pool,
  { case: store, voxels, jobs }: Pick<Viewer, 'case' | 'voxels' | 'jobs'>,
  surfaces: Blob | null,
): Promise<Blob> {
  const state = store.getState();
  const content: BundleContent = {
    document: documentOf(state),
    volumes: state.volumes.map(({ id, name }) => {
      const volume = voxels.volume(id);
      if (volume) return { id, volume };
      throw notOpen(`the voxels of ${name}`, 'not here yet');
    }),
    layers: [...new Set(state.segments.map(({ layer }) => layer))].map((id) => {
      const labels = voxels.layer(id)?.labels;
      if (labels) return { id, labels: { dims: labels.dims, bricks: labels.bricks } };
      throw notOpen(`the labels of layer ${id}`, 'not here yet');
    }),
    fields: state.volumes.flatMap(({ placed }) => {
      const field = placed?.field ? voxels.field(placed.field) : null;
      return placed?.field && field ? [{ id: placed.field, field }] : [];
    }),
  };
  if (content.volumes.length === 0) throw notOpen('an open scan', 'none');
  const glb = surfaces ? [new Uint8Array(await surfaces.arrayBuffer())] : [];
  return jobs.verbs.run('job.exporting', state.title, async ({ signal, step }) => {
    const { parts } = await pool.run('writeBundle', [content, new Date().toISOString(), glb], {
      signal,
      onStep: ({ stage, done, of }) => step(stage, done, of),
    });
    return new Blob([...parts], { type: 'application/vnd.vesalius.case+zip' });
  });
}

/** The document's own fields of the state: its schema names them. */
function documentOf(state: CaseState): CaseDocument {
  const fields = Object.keys(CaseDocument.shape) as (keyof CaseDocument)[];
  return Object.fromEntries(fields.map((field) => [field, state[field]])) as CaseDocument;
}

function notOpen(expected: string, got: string): VesaliusError {
  return new VesaliusError({ code: 'not-open', what: 'case', where: 'bundle', expected, got });
}
