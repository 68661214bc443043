// The acts on a case. Each checks everything before it writes anything, and is one step of the undo list.
import { type RecordKind, readWith } from '#core/case/readRecord.ts';
import { CASE_VERSION, CaseDocument, type SegmentRecord, type VolumeRecord, WindowRecord } from '#core/case/schema.ts';
import { brickGrid } from '#core/labelmap/labelmap.ts';
import type { OperationId } from '#core/labelmap/operation.ts';
import { checkEdits, checked, checkPoints, parsed, refusal } from './caseChecks.ts';
import { type CaseItems, type FactChange, factKey } from './caseItems.ts';
import { freeSlots } from './freeSlots.ts';
import { actOf, type HistoryAct, PATCHABLE } from './historyActs.ts';
import type { Journal } from './journal.ts';
import type { UndoList } from './undoList.ts';
import type { CaseState, CaseVerbs, SegmentPatch } from './viewer.ts';

export interface VerbParts {
  readonly items: CaseItems;
  readonly journal: Journal;
  readonly undo: UndoList;
  readonly newId: (kind: string) => string;
  readonly state: () => CaseState;
  /** One transaction of the document, then one new state. */
  readonly commit: (work: () => { readonly spared?: number; readonly forgot?: boolean }) => void;
  readonly opened: () => void;
}

type Drafted = { readonly changes: FactChange[]; readonly operations?: OperationId[] };

export function createCaseVerbs({ items, journal, undo, newId, state, commit, opened }: VerbParts): CaseVerbs {
  const step = (act: HistoryAct | string, about: string, gesture: string | null, draft: () => Drafted): void =>
    commit(() => {
      const { changes, operations = [] } = draft();
      if (changes.length === 0 && operations.length === 0) return {};
      return { forgot: undo.push({ act, about, changes, operations, gesture }) };
    });

  const write = (key: string, value: unknown): FactChange[] => {
    const change = items.write(key, value);
    return change === null ? [] : [change];
  };
  const setFields = (kind: RecordKind, id: string, fields: object): FactChange[] =>
    Object.entries(fields).flatMap(([field, value]) => write(factKey(kind, id, field), value));
  const setCase = (fields: object): FactChange[] =>
    Object.entries(fields).flatMap(([field, value]) => write(factKey('case', 'only', field), value));
  const kill = (kind: RecordKind, ids: readonly string[]): FactChange[] =>
    ids.flatMap((id) => write(factKey(kind, id, 'alive'), false));

  /** All that the case holds, records that do not parse too; a volume may stay. */
  const killAll = (stays?: string): FactChange[] => {
    const before = state();
    return (['segments', 'measurements', 'volumes'] as const).flatMap((kind) =>
      kill(
        kind,
        [...before[kind].map(({ id }) => id), ...unreadableIds(before, kind)].filter((id) => id !== stays),
      ),
    );
  };

  const nextOrder = (kind: RecordKind): number => {
    let last = 0;
    for (const id of items.ids(kind).keys()) {
      const order = items.value(factKey(kind, id, 'order'));
      if (typeof order === 'number') last = Math.max(last, order);
    }
    return last + 1;
  };

  const segment = (id: string): SegmentRecord => {
    const found = state().segments.find((each) => each.id === id);
    if (found === undefined) throw refusal('missing', 'segment', 'id', 'a segment of the open case', id);
    return found;
  };
  /** One of those that lie over the first. */
  const overlaid = (id: string): VolumeRecord => {
    const [base, ...others] = state().volumes;
    const found = others.find((each) => each.id === id);
    if (found !== undefined) return found;
    const got = base?.id === id ? 'the first, which the others lie on' : id;
    throw refusal('missing', 'volume', 'id', 'a volume that lies over the first', got);
  };
  const about = (segments: readonly SegmentRecord[]): string =>
    segments.length === 1 ? (segments[0] as SegmentRecord).name : String(segments.length);

  const freshId = (kind: string, used: { has(id: string): boolean }): string => {
    const id = newId(kind);
    if (used.has(id) || id.includes('/')) throw refusal('internal', kind, 'id', 'a new id without /', id);
    return id;
  };

  const addLayers: CaseVerbs['addLayers'] = (layers, act, volume) => {
    const { volumes } = state();
    const home = volume === undefined ? volumes[0] : volumes.find(({ id }) => id === volume);
    const used = new Set(journal.layers());
    const all = layers.flatMap(({ segments }) => segments);
    const slots = freeSlots({ items, undo, state }, all.length);
    const order = nextOrder('segments');
    const made = layers.map(({ labels, segments }) => {
      const bricks = brickGrid(labels.dims);
      const count = bricks[0] * bricks[1] * bricks[2];
      if (labels.bricks.length !== count)
        throw refusal('usage', 'layer', 'bricks', `${count} for its dims`, labels.bricks.length);
      if (!home?.dims.every((size, axis) => size === labels.dims[axis]))
        throw refusal(
          'usage',
          'layer',
          'dims',
          home?.dims.join('×') ?? 'those of an open volume',
          labels.dims.join('×'),
        );
      const layer = freshId('layer', used);
      used.add(layer);
      const records = segments.map((fields) =>
        checked('segments', {
          ...fields,
          id: freshId('segment', items.ids('segments')),
          layer,
          volume: home.id,
          slot: slots.shift() as number, // freeSlots gives as many
        }),
      );
      if (new Set(records.map((record) => record.value)).size < records.length)
        throw refusal('usage', 'layer', 'segments', 'another value for each', 'one twice');
      return { labels, layer, records, snapshot: newId('snapshot') };
    });
    const records = made.flatMap((one) => one.records);
    if (new Set(records.map(({ id }) => id)).size < records.length)
      throw refusal('usage', 'layer', 'segments', 'another id for each', 'one twice');
    step(act, about(records), null, () => ({
      operations: made.map(({ labels, layer, snapshot }) => {
        journal.putSnapshot(snapshot, labels);
        return journal.append({ kind: 'layer', layer, dims: labels.dims, snapshot });
      }),
      changes: records.flatMap((record, n) => items.make('segments', record, order + n)),
    }));
    return records.map((record) => record.id);
  };

  const visibility = (ids: readonly SegmentRecord[], visible: (each: SegmentRecord) => boolean): FactChange[] =>
    ids.flatMap((each) => write(factKey('segments', each.id, 'visible'), visible(each)));

  return {
    open(title, volume, window, crosshair) {
      const record = checked('volumes', volume);
      const { shape } = CaseDocument;
      const fields = {
        version: CASE_VERSION,
        // Under which it is kept on this device.
        id: record.id,
        title: parsed('title', readWith(shape.title, title)),
        window: parsed('window', readWith(WindowRecord, window)),
        crosshair: parsed('crosshair', readWith(shape.crosshair, crosshair)),
      };
      if (record.id.includes('/')) throw refusal('usage', 'volume', 'id', 'an id without /', record.id);
      step('history.opened', title, null, () => ({
        changes: [...killAll(record.id), ...items.make('volumes', record, nextOrder('volumes')), ...setCase(fields)],
      }));
      opened();
    },

    renameCase(name) {
      const { title: before, volumes } = state();
      if (volumes.length === 0) throw refusal('missing', 'case', 'case', 'an open case', 'none');
      const title = parsed('title', readWith(CaseDocument.shape.title, name));
      if (title.trim() === '') throw refusal('usage', 'case', 'title', 'a name', 'none');
      step('history.renamed', before, null, () => ({ changes: setCase({ title }) }));
    },

    closeCase() {
      const { title, volumes } = state();
      if (volumes.length === 0) return;
      step('history.closed', title, null, () => ({
        changes: [...killAll(), ...setCase({ title: '', crosshair: null })],
      }));
    },

    addVolume(volume) {
      const record = checked('volumes', volume);
      const base = state().volumes[0];
      if (base === undefined) throw refusal('missing', 'volume', 'case', 'an open scan to lay it over', 'none');
      if (record.id.includes('/') || items.ids('volumes').has(record.id))
        throw refusal('usage', 'volume', 'id', 'a new id without /', record.id);
      if (record.overlay === null) throw refusal('usage', 'volume', 'overlay', 'how it lies over the first', 'null');
      step('history.volumeAdded', record.name, null, () => ({
        changes: items.make('volumes', record, nextOrder('volumes')),
      }));
    },

    removeVolume(id) {
      const { name } = overlaid(id);
      const on = state().segments.filter((each) => each.volume === id);
      step('history.volumeRemoved', name, null, () => ({
        changes: [
          ...kill(
            'segments',
            on.map((each) => each.id),
          ),
          ...kill('volumes', [id]),
        ],
      }));
    },

    renameVolume(id, name) {
      const before = state().volumes.find((each) => each.id === id);
      if (before === undefined) throw refusal('missing', 'volume', 'id', 'a volume of the open case', id);
      checked('volumes', { ...before, name });
      step('history.renamed', before.name, null, () => ({ changes: setFields('volumes', id, { name }) }));
    },

    setOverlay(id, patch, gesture) {
      const before = overlaid(id);
      // A volume that became the first after a colleague's opening has none: then there is nothing to patch.
      const { overlay, name } = checked('volumes', {
        ...before,
        overlay: { ...before.overlay, ...patch } as VolumeRecord['overlay'],
      });
      step('history.overlay', name, gestureOf(`overlay ${id}`, gesture), () => ({
        changes: setFields('volumes', id, { overlay }),
      }));
    },

    setPlaced(id, placed, gesture) {
      const { name, placed: after } = checked('volumes', { ...overlaid(id), placed });
      const act = after === null ? 'history.unplaced' : 'history.placed';
      step(act, name, gestureOf(`placed ${id}`, gesture), () => ({
        changes: setFields('volumes', id, { placed: after }),
      }));
    },

    addLayer: (labels, segments, act, volume) => addLayers([{ labels, segments }], act, volume),
    addLayers,

    refineLayer(layer, labels, facts) {
      const dims = journal.dims(layer);
      if (dims === null) return;
      if (labels?.dims.some((size, axis) => size !== dims[axis]))
        throw refusal('usage', 'layer', 'dims', dims.join('×'), labels.dims.join('×'));
      // Segments that an undo has taken away are refined too: a redo brings them back with the better figures.
      const writes = [...items.ids('segments').keys()].flatMap((id) => {
        const record = items.fields('segments', id);
        const fact = record.layer === layer ? facts.find(({ value }) => value === record.value) : undefined;
        if (fact === undefined) return [];
        const { opacity, ...settled } = fact;
        checked('segments', { ...record, ...fact } as SegmentRecord);
        const key = factKey('segments', id, 'opacity');
        // An opacity that somebody chose is his; only the one it was made with is refined.
        const chosen = undo.reaches(key) || items.fact(key)?.[1] !== items.peer;
        return [{ id, settled, opacity: opacity === undefined || chosen ? null : { key, value: opacity } }];
      });
      commit(() => {
        if (labels !== null) {
          const snapshot = newId('snapshot');
          journal.putSnapshot(snapshot, labels);
          journal.append({ kind: 'layer', layer, dims, snapshot });
        }
        for (const { id, settled, opacity } of writes) {
          const key = factKey('segments', id, 'made');
          items.write(key, { ...(items.value(key) as object), ...settled });
          if (opacity !== null) items.write(opacity.key, opacity.value);
        }
        return {};
      });
    },

    setSegment(id, patch) {
      const before = segment(id);
      // Scripts come without types: what is not theirs to change is refused, not written.
      for (const field of Object.keys(patch))
        if (!PATCHABLE.has(field))
          throw refusal('usage', 'segment', field, `one of ${[...PATCHABLE].join(', ')}`, 'another field');
      const after = checked('segments', { ...before, ...patch });
      const fields = Object.fromEntries(Object.keys(patch).map((field) => [field, after[field as keyof SegmentPatch]]));
      step(actOf(patch), before.name, null, () => ({ changes: setFields('segments', id, fields) }));
    },

    setVisible(ids, visible) {
      const list = [...new Set(ids)].map(segment).filter((each) => each.visible !== visible);
      const act = `history.${visible ? 'shown' : 'hidden'}${list.length === 1 ? '' : 'Several'}`;
      step(act, about(list), null, () => ({ changes: visibility(list, () => visible) }));
    },

    isolate(ids) {
      const shown = [...new Set(ids)].map(segment);
      step(`history.isolated${shown.length === 1 ? '' : 'Several'}`, about(shown), null, () => ({
        changes: visibility(state().segments, (each) => ids.includes(each.id)),
      }));
    },

    removeSegments(ids) {
      const list = [...new Set(ids)].map(segment);
      step(`history.removed${list.length === 1 ? '' : 'Several'}`, about(list), null, () => ({
        changes: kill('segments', ids),
      }));
    },

    paint(layer, edits) {
      const labels = journal.layer(layer)?.labels;
      if (labels === undefined) throw refusal('missing', 'layer', 'layer', 'a layer of the case', layer);
      const painted = checkEdits(edits, labels.bricks.length);
      const own = state().segments.filter((each) => each.layer === layer);
      const about = new Set<string>();
      for (const value of painted) {
        if (value === 0) continue;
        const target = own.find((each) => each.value === value);
        if (target === undefined) throw refusal('usage', 'paint', 'runs, value', 'a segment of the layer', value);
        about.add(target.name);
      }
      if (painted.size === 0) return;
      step('history.painted', [...about].join(', '), null, () => ({
        changes: [],
        operations: [journal.append({ kind: 'paint', layer, edits: edits.filter(({ runs }) => runs.length > 0) })],
      }));
    },

    addMeasurement(fields) {
      const record = checked('measurements', { ...fields, id: freshId('measurement', items.ids('measurements')) });
      checkPoints(record);
      step('history.measured', record.name, null, () => ({
        changes: items.make('measurements', record, nextOrder('measurements')),
      }));
      return record;
    },

    removeMeasurement(id) {
      const record = state().measurements.find((each) => each.id === id);
      if (record === undefined) throw refusal('missing', 'measurement', 'id', 'a measurement of the open case', id);
      step('history.measurementRemoved', record.name, null, () => ({ changes: kill('measurements', [id]) }));
    },

    setCrosshair(point, gesture) {
      const crosshair = parsed('crosshair', readWith(CaseDocument.shape.crosshair, point));
      step('history.crosshair', '', gestureOf('crosshair', gesture), () => ({ changes: setCase({ crosshair }) }));
    },

    setWindow(window, gesture) {
      const fields = { window: parsed('window', readWith(WindowRecord, window)) };
      step('history.window', '', gestureOf('window', gesture), () => ({ changes: setCase(fields) }));
    },

    setOpacity(id, opacity, gesture) {
      const { name } = checked('segments', { ...segment(id), opacity });
      step('history.opacity', name, gestureOf(`opacity ${id}`, gesture), () => ({
        changes: setFields('segments', id, { opacity }),
      }));
    },

    endGesture() {
      undo.endGesture();
    },
    undo() {
      if (undo.canUndo) commit(() => ({ spared: undo.undo() }));
    },
    redo() {
      if (undo.canRedo) commit(() => ({ spared: undo.redo() }));
    },
    goTo(id) {
      const distance = undo.distanceTo(id);
      if (distance === null) throw refusal('missing', 'history', 'step', 'a step of the history', id);
      if (distance === 0) return;
      commit(() => {
        let spared = 0;
        for (let n = 0; n < Math.abs(distance); n++) spared += distance < 0 ? undo.undo() : undo.redo();
        return { spared };
      });
    },
  };
}

const gestureOf = (what: string, gesture: string | undefined): string | null =>
  gesture === undefined ? null : `${what} ${gesture}`;

const unreadableIds = (state: CaseState, kind: RecordKind): string[] =>
  state.unreadable.flatMap((each) => (each.kind === kind ? [each.id] : []));
