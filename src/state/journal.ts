// The journal of a case's labelmaps on this device: takes operations, its own and others', in any order, and keeps each
// layer folded. The plain fold that this one has to agree with is core/labelmap/fold.ts.
import { baseAmong, foldBrick } from '#core/labelmap/fold.ts';
import type { Brick, LabelmapData } from '#core/labelmap/labelmap.ts';
import {
  compareStamps,
  type LayerOperation,
  type Operation,
  type OperationId,
  operationId,
  type PaintOperation,
  type Stamp,
} from '#core/labelmap/operation.ts';
import type { Runs } from '#core/labelmap/runs.ts';
import type { Dims } from '#core/volume/volume.ts';
import { type FoldedLayer, foldedLayer } from './foldedLayer.ts';
import type { JournalStore } from './journalStore.ts';

/** How many operations of each peer: `{peer: counter}`. The case document holds these. */
export type Heads = Readonly<Record<string, number>>;
type Unstamped = Operation extends infer Each ? (Each extends Operation ? Omit<Each, keyof Stamp> : never) : never;

export interface Journal {
  readonly peer: string;
  /** Adds an own operation; gives its id. */
  append(operation: Unstamped): OperationId;
  /** Adds others' operations, any order, repeats allowed. */
  receive(operations: readonly Operation[]): void;
  /** Operations that a peer with these heads lacks, in the order of the fold. */
  since(heads: Heads): readonly Operation[];
  readonly heads: Heads;
  /** Ids that `heads` tell of and that are not here. */
  lacking(heads: Heads): OperationId[];
  stands(id: OperationId): boolean;
  /** Standing paint of other peers in a layer. */
  paintedByOthers(layer: string): boolean;
  putSnapshot(name: string, labels: LabelmapData): void;
  snapshot(name: string): LabelmapData | null;
  /** Snapshots that operations name and that are not here. */
  missingSnapshots(): string[];
  /** Null where no operation that stands makes it, or its snapshot is not here yet. */
  layer(id: string): FoldedLayer | null;
  layers(): string[];
  /** Of a layer that was made and not dropped, standing or not; else null. */
  dims(layer: string): Dims | null;
  /** Layers that this peer made and whose bricks are here. */
  ownLayers(): string[];
  /** Takes a layer that no step can bring back for good, and lets go of its bricks; its operations stay. */
  dropLayer(id: string): void;
}

/**
 * @param store told of every operation and snapshot, own or received; its failures go to `failed`
 * @param changed called once after each change of any layer
 */
export function createJournal(
  peer: string,
  store: JournalStore,
  changed: () => void,
  failed: (thrown: unknown) => void,
): Journal {
  const byId = new Map<OperationId, Operation>();
  const counters = new Map<string, Set<number>>();
  const revertsOf = new Map<OperationId, OperationId[]>();
  /** The one that made a layer, then those that refined it, in the order of the fold. */
  const makers = new Map<string, LayerOperation[]>();
  const paints = new Map<string, PaintOperation[]>();
  const snapshots = new Map<string, LabelmapData>();
  const folded = new Map<string, { readonly layer: FoldedLayer; readonly from: LayerOperation }>();
  let lamport = 0;

  const stands = (id: OperationId): boolean => {
    const operation = byId.get(id);
    if (operation === undefined) return false;
    return !(revertsOf.get(id) ?? []).some((revert) => {
      const by = byId.get(revert) as Operation; // revertsOf lists operations that are here
      return compareStamps(operation, by) < 0 && stands(revert);
    });
  };

  /** What a chain of reverts is about in the end; null while a link has not arrived. */
  const root = (operation: Operation): LayerOperation | PaintOperation | null => {
    let at: Operation | undefined = operation;
    // A ring that was made on purpose ends here too.
    for (let links = 0; links <= byId.size; links++) {
      if (at === undefined) return null;
      if (at.kind !== 'revert') return at;
      at = byId.get(at.op);
    }
    return null;
  };

  const maker = (layer: string): LayerOperation | undefined => makers.get(layer)?.[0];
  const baseOf = (layer: string): LayerOperation | undefined =>
    baseAmong(makers.get(layer) ?? [], (name) => snapshots.has(name));

  const refold = (layer: string, bricks: Iterable<number>, latest: PaintOperation | null): void => {
    const from = baseOf(layer);
    const base = from === undefined ? undefined : snapshots.get(from.snapshot);
    if (from === undefined || base === undefined) return;
    let entry = folded.get(layer);
    if (entry?.from !== from) {
      entry = { layer: foldedLayer(base, (entry?.layer.revision ?? 0) + 1), from };
      folded.set(layer, entry);
      bricks = new Set((paints.get(layer) ?? []).flatMap((paint) => paint.edits.map((edit) => edit.brick)));
      latest = null;
    }
    const into = entry.layer;
    const edits = (paint: PaintOperation, brick: number): Runs[] =>
      paint.edits.filter((edit) => edit.brick === brick).map((edit) => edit.runs);
    const changes: [number, Brick][] = [];
    for (const brick of bricks) {
      if (brick >= base.bricks.length) continue;
      const before = (latest === null ? base : into.labels).bricks[brick] as Brick;
      const list = latest === null ? (paints.get(layer) ?? []).filter((p) => stands(operationId(p))) : [latest];
      const runs = list.flatMap((paint) => edits(paint, brick));
      changes.push([brick, foldBrick(before, runs, brick, from.dims)]);
    }
    into.replace(changes);
  };

  /** Coarser labels that others have replaced are needed by nobody. */
  const dropReplaced = (layer: string): void => {
    const needed = new Set([...makers.keys()].map((each) => baseOf(each)?.snapshot));
    const from = baseOf(layer);
    for (const older of makers.get(layer) ?? []) {
      if (older === from) break;
      if (!needed.has(older.snapshot)) snapshots.delete(older.snapshot);
    }
  };

  const take = (operation: Operation): void => {
    const id = operationId(operation);
    byId.set(id, operation);
    lamport = Math.max(lamport, operation.lamport);
    const seen = counters.get(operation.peer) ?? new Set();
    counters.set(operation.peer, seen.add(operation.counter));
    if (operation.kind === 'revert') {
      revertsOf.set(operation.op, [...(revertsOf.get(operation.op) ?? []), id]);
    } else if (operation.kind === 'layer') {
      makers.set(operation.layer, inserted(makers.get(operation.layer) ?? [], operation));
    } else {
      paints.set(operation.layer, inserted(paints.get(operation.layer) ?? [], operation));
    }
    const about = root(operation);
    if (about === null) return;
    if (about.kind === 'layer') {
      refold(about.layer, [], null);
      dropReplaced(about.layer);
      folded.get(about.layer)?.layer.touch();
      return;
    }
    const bricks = about.edits.map((edit) => edit.brick);
    const onTop = operation === about && paints.get(about.layer)?.at(-1) === operation && stands(id);
    refold(about.layer, new Set(bricks), onTop ? operation : null);
  };

  const keep = (work: Promise<void>): void => {
    work.catch(failed);
  };

  const heads = (): Record<string, number> =>
    Object.fromEntries([...counters].map(([each, seen]) => [each, Math.max(...seen)]));

  const journal: Journal = {
    peer,
    append(fields) {
      const stamp = { peer, counter: (counters.get(peer)?.size ?? 0) + 1, lamport: lamport + 1 };
      const operation = { ...fields, ...stamp } as Operation;
      take(operation);
      keep(store.append([operation]));
      changed();
      return operationId(operation);
    },
    receive(operations) {
      const fresh = operations.filter((operation) => !byId.has(operationId(operation)));
      const unique = [...new Map(fresh.map((operation) => [operationId(operation), operation])).values()];
      if (unique.length === 0) return;
      for (const operation of unique) take(operation);
      keep(store.append(unique));
      changed();
    },
    since: (known) => [...byId.values()].filter((o) => o.counter > (known[o.peer] ?? 0)).sort(compareStamps),
    get heads() {
      return heads();
    },
    lacking(told) {
      return Object.entries(told).flatMap(([each, counter]) =>
        Array.from({ length: counter }, (_, n) => `${each}:${n + 1}`).filter((id) => !byId.has(id)),
      );
    },
    stands,
    paintedByOthers: (layer) =>
      (paints.get(layer) ?? []).some((paint) => paint.peer !== peer && stands(operationId(paint))),
    putSnapshot(name, labels) {
      snapshots.set(name, labels);
      keep(store.putSnapshot(name, labels));
      for (const [layer, list] of makers) {
        if (!list.some((each) => each.snapshot === name)) continue;
        refold(layer, [], null);
        dropReplaced(layer);
      }
      changed();
    },
    snapshot: (name) => snapshots.get(name) ?? null,
    missingSnapshots() {
      const needed = [...makers.values()].map((list) => baseAmong(list, () => true)?.snapshot);
      return needed.flatMap((name) => (name === undefined || snapshots.has(name) ? [] : [name]));
    },
    layer(id) {
      const made = maker(id);
      return made !== undefined && stands(operationId(made)) ? (folded.get(id)?.layer ?? null) : null;
    },
    layers: () => [...makers.keys()],
    dims: (layer) => baseOf(layer)?.dims ?? null,
    ownLayers: () => [...makers.keys()].filter((layer) => maker(layer)?.peer === peer && baseOf(layer) !== undefined),
    dropLayer(id) {
      const made = maker(id);
      if (made === undefined) return;
      if (stands(operationId(made))) journal.append({ kind: 'revert', op: operationId(made) });
      for (const each of makers.get(id) ?? []) snapshots.delete(each.snapshot);
      folded.delete(id);
    },
  };
  return journal;
}

function inserted<Each extends Stamp>(list: Each[], item: Each): Each[] {
  let at = list.length;
  while (at > 0 && compareStamps(list[at - 1] as Each, item) > 0) at--;
  list.splice(at, 0, item);
  return list;
}
