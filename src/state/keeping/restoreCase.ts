import type { RecordKind } from '#core/case/readRecord.ts';
import { CASE_VERSION, type CaseDocument } from '#core/case/schema.ts';
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import { type FactChange, factKey } from '../caseItems.ts';
import type { VerbParts } from '../caseVerbs.ts';
import { freeSlots } from '../freeSlots.ts';

export interface CaseToRestore {
  /** Under which it is kept from now on. */
  readonly id: string;
  readonly title: string;
  readonly document: CaseDocument;
  /** Records that do not parse: they come back as they were, shown as unreadable. */
  readonly unreadable: readonly { readonly kind: RecordKind; readonly id: string; readonly fields: object }[];
  readonly layers: readonly { readonly id: string; readonly labels: LabelmapData }[];
}

/**
 * Opens a case that was kept, as one step that can be undone: ids of its records stay, its layers are made anew from their folded
 * labels, so that this peer is the one who made them and nothing is painted twice. Put its volumes first.
 * @throws VesaliusError 'too-large' where there are no slots for its segments; nothing is changed then
 */
export function restoreCase(parts: VerbParts, stored: CaseToRestore): void {
  const { items, journal, undo, newId, state, commit, opened } = parts;
  const { document, title } = stored;
  const slots = freeSlots(parts, document.segments.length);
  const layerIds = new Map(stored.layers.map(({ id }) => [id, newId('layer')]));
  const before = state();

  commit(() => {
    const changes: FactChange[] = [];
    const write = (key: string, value: unknown) => {
      const change = items.write(key, value);
      if (change !== null) changes.push(change);
    };
    const kinds: readonly RecordKind[] = ['volumes', 'segments', 'measurements'];
    const comes = new Set([
      ...kinds.flatMap((kind) => document[kind].map(({ id }) => `${kind}/${id}`)),
      ...stored.unreadable.map(({ kind, id }) => `${kind}/${id}`),
    ]);
    const leave = (kind: string, id: string) => {
      if (!comes.has(`${kind}/${id}`)) write(factKey(kind as RecordKind, id, 'alive'), false);
    };
    for (const kind of kinds) for (const { id } of before[kind]) leave(kind, id);
    for (const { kind, id } of before.unreadable) if (kind !== 'case') leave(kind, id);

    const operations = stored.layers.map(({ id, labels }) => {
      const snapshot = newId('snapshot');
      journal.putSnapshot(snapshot, labels);
      const layer = layerIds.get(id) as string; // each has one
      return journal.append({ kind: 'layer', layer, dims: labels.dims, snapshot });
    });
    let order = 0;
    const make = (kind: RecordKind, record: { readonly id: string }) =>
      changes.push(...items.make(kind, record, ++order));
    for (const record of document.volumes) make('volumes', record);
    for (const [n, record] of document.segments.entries())
      make('segments', {
        ...record,
        slot: slots[n] as number, // freeSlots gives as many
        layer: layerIds.get(record.layer) ?? record.layer,
      } as { readonly id: string });
    for (const record of document.measurements) make('measurements', record);
    for (const { kind, id, fields } of stored.unreadable) make(kind, { ...fields, id });
    const only = {
      version: CASE_VERSION,
      id: stored.id,
      title,
      window: document.window,
      crosshair: document.crosshair,
    };
    for (const [field, value] of Object.entries(only)) write(factKey('case', 'only', field), value);
    return { forgot: undo.push({ act: 'history.opened', about: title, changes, operations, gesture: null }) };
  });
  opened();
}
