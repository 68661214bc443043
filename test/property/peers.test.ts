// Two and three peers on one case: updates of the document, operations and snapshots arrive in seeded random order, late
// and twice; whatever happened, all of them end with the same case.
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { valueAt } from '#core/labelmap/labelmap.ts';
import type { Operation } from '#core/labelmap/operation.ts';
import { editsAt } from '#core/labelmap/paint.ts';
import { factKey } from '#state/caseItems.ts';
import type { CaseStore } from '#state/caseStore.ts';
import { caseSummary } from '#state/caseSummary.ts';
import {
  addLayer,
  addVolume,
  boxLayer,
  newSegment,
  openScan,
  pick,
  type Random,
  randomAct,
  seeded,
  testCase,
  whole,
} from '../state/caseFixtures.ts';

const SEEDS = process.env.SEED === undefined ? [11, 12, 13, 14, 15, 16, 17, 18] : [Number(process.env.SEED)];

interface Peer {
  readonly store: CaseStore;
  readonly queue: { readonly from: Peer; readonly deliver: (to: CaseStore) => void }[];
  sent: number;
}

function network(names: readonly string[]): Peer[] {
  const peers: Peer[] = names.map((name) => ({ store: testCase(name), queue: [], sent: 0 }));
  for (const peer of peers)
    peer.store.document.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'network') return;
      broadcast(peers, peer, (to) => Y.applyUpdate(to.document, update, 'network'));
    });
  return peers;
}

function broadcast(peers: readonly Peer[], from: Peer, deliver: (to: CaseStore) => void): void {
  for (const to of peers) if (to !== from) to.queue.push({ from, deliver });
}

/** Sends what `peer` appended since the last time, one message each. */
function flush(peers: readonly Peer[], peer: Peer): void {
  const { journal } = peer.store;
  const own = journal.since({}).filter((operation) => operation.peer === journal.peer && operation.counter > peer.sent);
  for (const operation of own) {
    peer.sent = Math.max(peer.sent, operation.counter);
    if (operation.kind === 'layer') {
      const labels = journal.snapshot(operation.snapshot);
      if (labels !== null) broadcast(peers, peer, (to) => to.journal.putSnapshot(operation.snapshot, labels));
    }
    broadcast(peers, peer, (to) => to.journal.receive([operation]));
  }
}

function deliverSome(random: Random, peer: Peer, count: number): void {
  for (let n = 0; n < count && peer.queue.length > 0; n++) {
    const at = whole(random, 0, peer.queue.length);
    const message = peer.queue[at] as Peer['queue'][number];
    // One in ten stays in the queue and comes a second time.
    if (random() > 0.1) peer.queue.splice(at, 1);
    message.deliver(peer.store);
  }
}

function settle(random: Random, peers: readonly Peer[]): void {
  for (const peer of peers) flush(peers, peer);
  for (const peer of peers) while (peer.queue.length > 0) deliverSome(random, peer, 10);
}

const shown = ({ store }: Peer) => ({ case: caseSummary(store.getState()), labels: store.caseHash() });

describe.each(SEEDS)('peers, seed %i', (seed) => {
  it.each([[['a', 'b']], [['a', 'b', 'c']]])('%j converge, undone and redone in between', (names) => {
    const random = seeded(seed);
    const peers = network(names);
    openScan((peers[0] as Peer).store, 'v0');
    addLayer((peers[0] as Peer).store, random, ['liver', 'spleen']);
    settle(random, peers);
    for (let n = 0; n < 90; n++) {
      const peer = pick(random, peers);
      const act = random();
      if (act < 0.12) peer.store.verbs.undo();
      else if (act < 0.18) peer.store.verbs.redo();
      // A layer may be known while its operation is still under way: that cannot be painted in yet.
      else if (!peer.store.getState().segments.some((each) => peer.store.voxels.layer(each.layer) === null))
        randomAct(peer.store, random, n);
      flush(peers, peer);
      deliverSome(random, pick(random, peers), whole(random, 0, 12));
    }
    settle(random, peers);
    const first = shown(peers[0] as Peer);
    for (const peer of peers) {
      expect(shown(peer)).toEqual(first);
      expect(peer.store.journal.lacking(peer.store.toldHeads())).toEqual([]);
      expect(peer.store.journal.missingSnapshots().filter((name) => first.labels.includes(name))).toEqual([]);
    }
    for (const peer of peers) while (peer.store.getState().canUndo) peer.store.verbs.undo();
    settle(random, peers);
    for (const peer of peers) expect(shown(peer)).toEqual(shown(peers[0] as Peer));
  });

  it('undoing all of one’s own changes nothing that a colleague wrote later', () => {
    const random = seeded(seed + 500);
    const [a, b] = network(['a', 'b']) as [Peer, Peer];
    openScan(a.store, 'v0');
    addLayer(a.store, random, ['liver', 'spleen']);
    settle(random, [a, b]);
    for (let n = 0; n < 60; n++) {
      const peer = pick(random, [a, b]);
      // Opening another scan replaces all of a colleague's work by design: see the test of its own below.
      const volumes = peer.store.getState().volumes.length;
      randomAct(peer.store, random, n);
      if (peer.store.getState().history.at(-1)?.act === 'history.opened' && volumes > 0) peer.store.verbs.undo();
      settle(random, [a, b]);
    }
    const facts = a.store.document.getMap('case');
    const peerB = b.store.journal.peer;
    const theirs = [...facts.entries()].filter(([, fact]) => (fact as unknown[])[1] === peerB);
    const paint = b.store.journal
      .since({})
      .findLast((each): each is Operation & { kind: 'paint' } => each.kind === 'paint' && each.peer === peerB);
    const before = a.store.getState();
    while (a.store.getState().canUndo) a.store.verbs.undo();
    settle(random, [a, b]);
    expect(theirs.length).toBeGreaterThan(5);
    for (const [key, fact] of theirs) expect([key, facts.get(key)]).toEqual([key, fact]);
    // Nothing that b made or changed has gone.
    for (const segment of before.segments)
      if (theirs.some(([key]) => key.startsWith(`segments/${segment.id}/`)))
        expect(a.store.getState().segments.map((each) => each.id)).toContain(segment.id);
    if (paint !== undefined && before.segments.some((each) => each.layer === paint.layer))
      expect(a.store.voxels.layer(paint.layer)).not.toBeNull();
    expect(shown(a)).toEqual(shown(b));
  });
});

describe('a colleague’s later change', () => {
  const pair = () => {
    const peers = network(['a', 'b']) as [Peer, Peer];
    const random = seeded(3);
    const [a, b] = peers;
    openScan(a.store, 'v0');
    const [liver = '', spleen = ''] = addLayer(a.store, random, ['liver', 'spleen']);
    settle(random, peers);
    return { a: a.store, b: b.store, liver, spleen, sync: () => settle(random, peers) };
  };
  const segment = (store: CaseStore, id: string) => store.getState().segments.find((each) => each.id === id);

  it('paint over mine stays when I undo mine, and where only I painted mine goes', () => {
    const { a, b, liver, sync } = pair();
    const layer = segment(a, liver)?.layer ?? '';
    const dims = a.voxels.layer(layer)?.labels.dims ?? [0, 0, 0];
    const was = valueAt(a.voxels.layer(layer)?.labels as never, 1, 1, 1);
    a.verbs.paint(
      layer,
      editsAt(
        dims,
        [
          [1, 1, 1],
          [2, 1, 1],
        ],
        1,
      ),
    );
    sync();
    b.verbs.paint(layer, editsAt(dims, [[2, 1, 1]], 2));
    sync();
    a.verbs.undo();
    sync();
    for (const store of [a, b]) {
      const labels = store.voxels.layer(layer)?.labels;
      expect(labels && valueAt(labels, 1, 1, 1)).toBe(was);
      expect(labels && valueAt(labels, 2, 1, 1)).toBe(2);
    }
    a.verbs.redo();
    sync();
    const labels = b.voxels.layer(layer)?.labels;
    expect(labels && [valueAt(labels, 1, 1, 1), valueAt(labels, 2, 1, 1)]).toEqual([1, 2]);
  });

  it('of the same field stays, and the undo says that it left something', () => {
    const { a, b, liver, sync } = pair();
    a.verbs.setSegment(liver, { name: 'mine' });
    sync();
    b.verbs.setSegment(liver, { name: 'theirs' });
    sync();
    a.verbs.undo();
    expect(a.getState().spared).toBe(1);
    expect(segment(a, liver)?.name).toBe('theirs');
    b.verbs.undo();
    sync();
    expect(segment(a, liver)?.name).toBe('mine');
  });

  it('to a segment that I added keeps it and its layer; without one both go and come back', () => {
    const { a, b, liver, sync } = pair();
    a.verbs.undo();
    expect(a.getState().segments).toEqual([]);
    a.verbs.redo();
    sync();
    b.verbs.setSegment(liver, { reviewed: true });
    sync();
    a.verbs.undo();
    expect(a.getState().segments.length).toBe(2);
    expect(a.getState().spared).toBeGreaterThan(0);
    expect(a.voxels.layer(segment(a, liver)?.layer ?? '')).not.toBeNull();
  });

  it('built on a scan that I opened keeps the scan', () => {
    const { a, b, sync } = pair();
    openScan(a, 'v1');
    sync();
    b.verbs.addMeasurement({
      kind: 'length',
      name: 'theirs',
      points: [
        [0, 0, 0],
        [5, 0, 0],
      ],
    });
    sync();
    a.verbs.undo();
    expect(a.getState().title).toBe('case v1');
    expect(a.getState().measurements.length).toBe(1);
  });

  it('built on a volume that I laid over the scan keeps the volume; a measurement of theirs does not', () => {
    const { a, b, sync } = pair();
    addVolume(a, 'pet');
    sync();
    b.verbs.addMeasurement({
      kind: 'length',
      name: 'theirs',
      points: [
        [0, 0, 0],
        [5, 0, 0],
      ],
    });
    sync();
    a.verbs.undo();
    expect(a.getState().volumes.length).toBe(1);
    a.verbs.redo();
    sync();
    const labels = boxLayer(seeded(2), [1], b.getState().volumes[1]?.dims);
    b.verbs.addLayer(labels, [newSegment('lesion', 1, labels)], 'history.segmented', 'pet');
    sync();
    a.verbs.undo();
    expect(a.getState().volumes.map(({ id }) => id)).toEqual(['v0', 'pet']);
  });

  it('a volume laid over while I open another scan lies over that one', () => {
    const { a, b, sync } = pair();
    addVolume(b, 'pet');
    openScan(a, 'v1');
    sync();
    for (const store of [a, b]) expect(store.getState().volumes.map(({ id }) => id)).toEqual(['v1', 'pet']);
  });

  it('in the middle of my gesture is what its undo brings back', () => {
    const { a, b, sync } = pair();
    a.verbs.setCrosshair([1, 0, 0], 'drag');
    b.verbs.setCrosshair([0, 9, 0]);
    sync();
    const between = a.getState().crosshair;
    a.verbs.setCrosshair([2, 0, 0], 'drag');
    a.verbs.endGesture();
    a.verbs.undo();
    expect(a.getState().crosshair).toEqual(between?.[1] === 9 ? [0, 9, 0] : [0, 0, 0]);
  });

  it('to a removed segment is there when the removal is undone', () => {
    const { a, b, liver, sync } = pair();
    a.verbs.removeSegments([liver]);
    b.verbs.setSegment(liver, { name: 'theirs' });
    sync();
    expect(segment(b, liver)).toBeUndefined();
    a.verbs.undo();
    sync();
    for (const store of [a, b]) expect(segment(store, liver)?.name).toBe('theirs');
  });

  it('two segments added at the same moment get one slot each, the same on both sides', () => {
    const { a, b, sync } = pair();
    addLayer(a, seeded(1), ['left']);
    addLayer(b, seeded(2), ['right']);
    sync();
    const slots = (store: CaseStore) => store.getState().segments.map((each) => [each.name, each.slot]);
    expect(slots(a)).toEqual(slots(b));
    expect(new Set(a.getState().segments.map((each) => each.slot)).size).toBe(4);
  });

  it('that no schema accepts is kept, shown as unreadable, and the rest is read', () => {
    const { a, b, liver, spleen, sync } = pair();
    const key = factKey('segments', liver, 'opacity');
    b.document.getMap('case').set(key, ['a lot', 'b', 99]);
    b.document.getMap('case').set('case/only/window', 'nonsense');
    b.document.getMap('case').set('case/only/version', [9, 'b', 100]);
    sync();
    expect(a.getState().segments.map((each) => each.id)).toEqual([spleen]);
    expect(a.getState().unreadable.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      `segments ${liver}`,
      'case version',
      'case window',
    ]);
    expect(caseSummary(a.getState()).warnings.filter((each) => each.code === 'unreadable-record').length).toBe(3);
    expect(a.document.getMap('case').get(key)).toEqual(['a lot', 'b', 99]);
  });
});
