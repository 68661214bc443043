// The journal of a case's labelmaps on this device: takes operations, its own and others', in any order, and keeps each
// layer folded. The plain fold that this one has to agree with is core/labelmap/fold.ts.
import { foldBrick } from '#core/labelmap/fold.ts';
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
  /** Puts finer labels in the place of an own layer's snapshot; paint over it stands. */
  refineSnapshot(layer: string, labels: LabelmapData): void;
  snapshot(name: string): LabelmapData | null;
  /** Snapshots that operations name and that are not here. */
  missingSnapshots(): string[];
  /** Null where no operation that stands makes it, or its snapshot is not here yet. */
  layer(id: string): FoldedLayer | null;
  layers(): string[];
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
  const makers = new Map<string, LayerOperation>();
  const paints = new Map<string, PaintOperation[]>();
  const snapshots = new Map<string, LabelmapData>();
  const folded = new Map<string, FoldedLayer>();
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

  const refold = (layer: string, bricks: Iterable<number>, latest: PaintOperation | null): void => {
    const maker = makers.get(layer);
    const base = maker === undefined ? undefined : snapshots.get(maker.snapshot);
    if (maker === undefined || base === undefined) return;
    let into = folded.get(layer);
    if (into === undefined) {
      into = foldedLayer(base);
      folded.set(layer, into);
      bricks = new Set((paints.get(layer) ?? []).flatMap((paint) => paint.edits.map((edit) => edit.brick)));
      latest = null;
    }
    const edits = (paint: PaintOperation, brick: number): Runs[] =>
      paint.edits.filter((edit) => edit.brick === brick).map((edit) => edit.runs);
    const changes: [number, Brick][] = [];
    for (const brick of bricks) {
      if (brick >= base.bricks.length) continue;
      const from = (latest === null ? base : into.labels).bricks[brick] as Brick;
      const list = latest === null ? (paints.get(layer) ?? []).filter((p) => stands(operationId(p))) : [latest];
      const runs = list.flatMap((paint) => edits(paint, brick));
      changes.push([brick, foldBrick(from, runs, brick, maker.dims)]);
    }
    into.replace(changes);
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
      makers.set(operation.layer, operation);
    } else {
      const list = paints.get(operation.layer) ?? [];
      let at = list.length;
      while (at > 0 && compareStamps(list[at - 1] as PaintOperation, operation) > 0) at--;
      list.splice(at, 0, operation);
      paints.set(operation.layer, list);
    }
    const about = root(operation);
    if (about === null) return;
    if (about.kind === 'layer') {
      refold(about.layer, [], null);
      folded.get(about.layer)?.touch();
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
      for (const maker of makers.values()) if (maker.snapshot === name) refold(maker.layer, [], null);
      changed();
    },
    refineSnapshot(layer, labels) {
      const maker = makers.get(layer);
      if (maker === undefined) return;
      const revision = (folded.get(layer)?.revision ?? 0) + 1;
      snapshots.set(maker.snapshot, labels);
      keep(store.putSnapshot(maker.snapshot, labels));
      folded.set(layer, foldedLayer(labels, revision));
      refold(layer, new Set((paints.get(layer) ?? []).flatMap((paint) => paint.edits.map((edit) => edit.brick))), null);
      changed();
    },
    snapshot: (name) => snapshots.get(name) ?? null,
    missingSnapshots: () => [...makers.values()].map((m) => m.snapshot).filter((name) => !snapshots.has(name)),
    layer(id) {
      const maker = makers.get(id);
      return maker !== undefined && stands(operationId(maker)) ? (folded.get(id) ?? null) : null;
    },
    layers: () => [...makers.keys()],
    ownLayers: () =>
      [...makers.values()].flatMap((m) => (m.peer === peer && snapshots.has(m.snapshot) ? [m.layer] : [])),
    dropLayer(id) {
      const maker = makers.get(id);
      if (maker === undefined) return;
      if (stands(operationId(maker))) journal.append({ kind: 'revert', op: operationId(maker) });
      snapshots.delete(maker.snapshot);
      folded.delete(id);
    },
  };
  return journal;
}
