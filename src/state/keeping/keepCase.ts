// The open case as what is kept of it: where another case was opened, the whole of that; else each act as it is made. Only facts
// and operations go through here; labels and voxels lie in shared memory and are written by the worker that is told of them.
import type { FromKeeper, ToKeeper } from '#compute/keeping/protocol.ts';
import type { NamedLabels } from '#compute/keeping/caseWriter.ts';
import { isShared } from '#compute/sharing.ts';
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import type { LayerOperation, Operation } from '#core/labelmap/operation.ts';
import type { StoredAct, StoredFact } from '#io/stored/act.ts';
import type { ArraysHead, VolumeRecipe } from '#io/stored/arrays.ts';
import { factKey } from '../caseItems.ts';
import type { CaseStore } from '../caseStore.ts';
import type { JournalFeed } from '../journalStore.ts';

export interface KeepParts {
  readonly store: CaseStore;
  readonly feed: JournalFeed;
  readonly post: (message: ToKeeper, transfer?: readonly Transferable[]) => void;
  /** What a volume is made from, where it need not be stored. */
  readonly recipe: (volume: string) => VolumeRecipe | null;
  /** A case begins to be kept under this id. */
  readonly began: (id: string) => void;
}

export interface CaseKeeping {
  /** Damaged files of a case that is about to be restored: they stay in its folder. */
  leaveAside(id: string, files: readonly string[]): void;
  /** Gives the worker a copy of a piece that it cannot reach. */
  piece(want: Extract<FromKeeper, { kind: 'want' }>): void;
  /** The whole case again, for a worker that took the place of one that died. */
  restart(): void;
  dispose(): void;
}

export function keepCase({ store, feed, post, recipe, began }: KeepParts): CaseKeeping {
  const { items, journal } = store.parts;
  const map = store.document.getMap<unknown>('case');
  const aside = new Map<string, readonly string[]>();
  let current = '';
  /** Layers and arrays that the worker has of the current case. */
  let layers = new Set<string>();
  let arrays = new Set<string>();
  let keys = new Set<string>();
  let operations: Operation[] = [];
  let scheduled = false;

  /** One task's worth of acts is one record: it is there whole or not at all. */
  const schedule = () => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      flush();
    });
  };
  const unobserve = items.observe((changed) => {
    for (const key of changed) keys.add(key);
    schedule();
  });
  feed.listener = (appended) => {
    operations.push(...appended);
    schedule();
  };

  const factsOf = (list: Iterable<string>): StoredAct['facts'] =>
    [...list].map((key) => [key, (map.get(key) ?? null) as StoredFact]);

  /** A record that comes back brings all of its facts: what is not alive may have been left out before. */
  const withRevived = (changed: ReadonlySet<string>): Set<string> => {
    const all = new Set(changed);
    for (const key of changed) {
      if (!key.endsWith('/alive') || items.value(key) !== true) continue;
      const { kind, id } = items.parts(key);
      for (const field of items.ids(kind as 'segments').get(id) ?? []) all.add(factKey(kind as 'segments', id, field));
    }
    return all;
  };

  /** Layers of living segments that the worker does not know yet: all of their operations, and their labels. */
  const newLayers = (): { readonly operations: Operation[]; readonly labels: NamedLabels[] } => {
    const wanted = new Set(store.getState().segments.flatMap(({ layer }) => (layers.has(layer) ? [] : [layer])));
    if (wanted.size === 0) return { operations: [], labels: [] };
    for (const layer of wanted) layers.add(layer);
    const found = operationsOf(journal.since({}), wanted);
    return { operations: found, labels: labelsOf(found) };
  };
  const labelsOf = (list: readonly Operation[]): NamedLabels[] =>
    list.flatMap((operation) => {
      const labels = operation.kind === 'layer' ? journal.snapshot(operation.snapshot) : null;
      return labels === null ? [] : [{ name: (operation as LayerOperation).snapshot, labels: plain(labels) }];
    });

  const flush = () => {
    const changed = keys;
    const appended = operations;
    keys = new Set();
    operations = [];
    const id = store.caseId();
    if (id !== current) begin(id);
    else if (id !== '') {
      // First of all the operations of layers that are known, which a new layer's own list would repeat.
      const known = operationsOf(appended, layers, journal.since);
      const fresh = newLayers();
      const act = { facts: factsOf(withRevived(changed)), operations: [...fresh.operations, ...known] };
      if (act.facts.length > 0 || act.operations.length > 0)
        post({ kind: 'act', act, labels: [...fresh.labels, ...labelsOf(known)] });
    }
    putArrays();
  };

  const begin = (id: string) => {
    current = id;
    layers = new Set();
    arrays = new Set();
    if (id === '') return;
    began(id);
    const { title } = store.getState();
    const living = (['volumes', 'segments', 'measurements'] as const).flatMap((kind) =>
      [...items.ids(kind)].flatMap(([record, fields]) =>
        items.value(factKey(kind, record, 'alive')) === true
          ? [...fields].map((field) => factKey(kind, record, field))
          : [],
      ),
    );
    const only = [...map.keys()].filter((key) => key.startsWith('case/') || key.startsWith('heads/'));
    const fresh = newLayers();
    const base = { facts: factsOf([...only, ...living]), operations: fresh.operations };
    post({ kind: 'begin', id, title, base, labels: fresh.labels, aside: aside.get(id) ?? [] });
    aside.delete(id);
  };

  const putArrays = () => {
    if (current === '') return;
    for (const { id, placed } of store.getState().volumes) {
      const volume = store.voxels.volume(id);
      if (volume !== null && !arrays.has(id)) {
        arrays.add(id);
        const made = recipe(id);
        const { header, scalars, rgb } = volume;
        const head: ArraysHead =
          made === null ? { kind: 'volume', header, rgb: rgb !== undefined } : { kind: 'recipe', header, recipe: made };
        put('volume', id, head, made === null ? [scalars, ...(rgb ? [rgb] : [])] : []);
      }
      const field = placed?.field ?? null;
      const displacement = field === null ? null : store.voxels.field(field);
      if (field === null || displacement === null || arrays.has(`field ${field}`)) continue;
      arrays.add(`field ${field}`);
      const { dims, rasFromIjk, mm } = displacement;
      put('field', field, { kind: 'field', dims, rasFromIjk }, [mm]);
    }
  };
  const put = (file: 'volume' | 'field', id: string, head: ArraysHead, list: readonly ArrayBufferView[]) => {
    const arrays = list.map(bytesOf);
    const shared = arrays.every(({ buffer }) => isShared(buffer));
    post({ kind: 'arrays', file, id, head, arrays: shared ? arrays : null });
  };

  // What was done before this was loaded.
  schedule();
  return {
    leaveAside(id, files) {
      aside.set(id, files);
    },
    piece({ want, file, id, array, start, length }) {
      const field = file === 'field' ? store.voxels.field(id) : null;
      const volume = file === 'volume' ? store.voxels.volume(id) : null;
      const held = field ? [field.mm] : volume ? [volume.scalars, ...(volume.rgb ? [volume.rgb] : [])] : [];
      const found = held[array];
      const bytes = found ? new Uint8Array(bytesOf(found).subarray(start, start + length)) : null;
      post({ kind: 'piece', want, bytes }, bytes ? [bytes.buffer] : []);
    },
    restart() {
      current = '';
      schedule();
    },
    dispose() {
      unobserve();
      feed.listener = null;
    },
  };
}

/** Operations about these layers; a revert belongs to the layer that its chain ends in. */
function operationsOf(
  list: readonly Operation[],
  layers: ReadonlySet<string>,
  all: (heads: Record<string, number>) => readonly Operation[] = () => list,
): Operation[] {
  if (list.length === 0 || layers.size === 0) return [];
  let byId: Map<string, Operation> | null = null;
  const layerOf = (operation: Operation): string | null => {
    let at: Operation | undefined = operation;
    for (let links = 0; at !== undefined && links < 10_000; links++) {
      if (at.kind !== 'revert') return at.layer;
      byId ??= new Map(all({}).map((each) => [`${each.peer}:${each.counter}`, each]));
      at = byId.get(at.op);
    }
    return null;
  };
  return list.filter((operation) => {
    const layer = layerOf(operation);
    return layer !== null && layers.has(layer);
  });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array<ArrayBufferLike> =>
  new Uint8Array(buffer, byteOffset, byteLength);

const plain = ({ dims, bricks }: LabelmapData): LabelmapData => ({ dims, bricks });
