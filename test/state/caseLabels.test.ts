import { describe, expect, it } from 'vitest';
import { hashLabelmap, labelmapHash } from '#core/labelmap/hash.ts';
import { BRICK_VOXELS, type Brick, brickGrid, valueAt } from '#core/labelmap/labelmap.ts';
import { editsAt } from '#core/labelmap/paint.ts';
import type { Dims } from '#core/volume/volume.ts';
import { caseSummary } from '#state/caseSummary.ts';
import { addLayer, boxLayer, countByHand, newSegment, openScan, SMALL, seeded, testCase } from './caseFixtures.ts';

const opened = () => {
  const store = testCase();
  openScan(store, 'v0');
  const [liver = '', spleen = '', aorta = ''] = addLayer(store, seeded(5), ['liver', 'spleen', 'aorta']);
  const segment = (id: string) => store.getState().segments.find((each) => each.id === id);
  return { store, verbs: store.verbs, liver, spleen, aorta, segment };
};
const acts = (store: ReturnType<typeof testCase>) =>
  store.getState().history.map(({ act, about, undone }) => `${undone ? '(' : ''}${act} ${about}${undone ? ')' : ''}`);

describe('paint', () => {
  it('is one step, tells the bricks that changed, and counts', () => {
    const { store, verbs, liver, segment } = opened();
    const layer = segment(liver)?.layer ?? '';
    const before = store.voxels.layer(layer);
    const hash = store.labelsHash(layer);
    const voxels = segment(liver)?.voxels ?? 0;
    const edits = editsAt(
      SMALL,
      [31, 32, 33].map((i) => [i, 1, 1] as const),
      1,
    );
    verbs.paint(layer, edits);
    expect(acts(store).at(-1)).toBe('history.painted liver');
    const after = store.voxels.layer(layer);
    expect(after?.revision).toBeGreaterThan(before?.revision ?? 0);
    const changed = store.voxels.changedBricks(layer, before?.revision ?? 0);
    expect([0, 1]).toEqual(expect.arrayContaining([...(changed as number[])]));
    expect(segment(liver)?.voxels).toBeGreaterThan(voxels);
    verbs.undo();
    expect(store.labelsHash(layer)).toBe(hash);
    expect(segment(liver)?.voxels).toBe(voxels);
    // What was handed out before is still what it was then.
    expect(before && labelmapHash(before.labels)).toBe(hash);
    expect(after && labelmapHash(after.labels)).not.toBe(hash);
  });

  it.each([
    ['a value of no segment', [{ brick: 0, runs: Uint16Array.of(0, 1, 77) }], 'usage'],
    ['a brick outside', [{ brick: 99, runs: Uint16Array.of(0, 1, 1) }], 'usage'],
    ['runs that overlap', [{ brick: 0, runs: Uint16Array.of(0, 9, 1, 5, 1, 1) }], 'format'],
  ])('refuses %s and leaves all as it was', (_, edits, code) => {
    const { store, verbs, segment, liver } = opened();
    const layer = segment(liver)?.layer ?? '';
    const before = [caseSummary(store.getState()), store.caseHash(), store.getState().history.length];
    expect(() => verbs.paint(layer, edits)).toThrow(expect.objectContaining({ code }));
    expect([caseSummary(store.getState()), store.caseHash(), store.getState().history.length]).toEqual(before);
  });
});

describe('refining a layer', () => {
  const refined = () => {
    const it = opened();
    const layer = it.segment(it.liver)?.layer ?? '';
    const fine = boxLayer(seeded(77), [1, 2, 3]);
    const facts = [1, 2, 3].map((value) => ({ value, voxels: countByHand(fine, value), isovalue: 120, opacity: 0.25 }));
    return { ...it, layer, fine, facts };
  };

  it('is no step; the same steps are undone and redone over the finer labels, and the paint stays', () => {
    const { store, verbs, layer, fine, facts, liver, segment } = refined();
    verbs.paint(layer, editsAt(SMALL, [[2, 2, 2]], 1));
    verbs.undo();
    verbs.redo();
    const revision = store.voxels.layer(layer)?.revision ?? 0;
    const steps = store.getState().history;
    verbs.refineLayer(layer, fine, facts);
    expect(store.getState().history).toEqual(steps);
    expect(store.voxels.layer(layer)?.revision).toBeGreaterThan(revision);
    expect(store.voxels.changedBricks(layer, revision)).toBe('all');
    const labels = store.voxels.layer(layer)?.labels ?? fine;
    expect(valueAt(labels, 2, 2, 2)).toBe(1);
    expect(segment(liver)).toMatchObject({ isovalue: 120, opacity: 0.25, voxels: countByHand(labels, 1) });
    const end = [caseSummary(store.getState()), store.caseHash()];
    verbs.undo();
    expect(store.labelsHash(layer)).toBe(labelmapHash(fine));
    expect(segment(liver)?.voxels).toBe(countByHand(fine, 1));
    while (store.getState().canUndo) verbs.undo();
    expect(store.getState().segments).toEqual([]);
    while (store.getState().canRedo) verbs.redo();
    expect([caseSummary(store.getState()), store.caseHash()]).toEqual(end);
  });

  it('leaves an opacity that somebody chose, and its undo works', () => {
    const { verbs, layer, fine, facts, liver, spleen, segment } = refined();
    verbs.setOpacity(liver, 0.7);
    verbs.refineLayer(layer, fine, facts);
    expect([segment(liver)?.opacity, segment(spleen)?.opacity]).toEqual([0.7, 0.25]);
    verbs.undo();
    expect(segment(liver)?.opacity).toBe(1);
  });

  it('reaches a layer that was undone meanwhile: the redo shows the finer one', () => {
    const { store, verbs, layer, fine, facts, liver, segment } = refined();
    verbs.undo();
    verbs.refineLayer(layer, fine, facts);
    expect(store.getState().segments).toEqual([]);
    expect(store.voxels.layer(layer)).toBeNull();
    verbs.redo();
    expect(store.labelsHash(layer)).toBe(labelmapHash(fine));
    expect(segment(liver)?.voxels).toBe(countByHand(fine, 1));
  });

  it('refuses another grid, and lets pass what is gone', () => {
    const { store, verbs, layer } = refined();
    const before = store.labelsHash(layer);
    expect(() => verbs.refineLayer(layer, { dims: [8, 8, 8], bricks: [0] }, [])).toThrow('8×8×8');
    verbs.refineLayer('nope', null, [{ value: 1, voxels: 3 }]);
    expect(store.labelsHash(layer)).toBe(before);
  });
});

describe('the main thread', () => {
  it('is not held by a 512×512×300 layer of 2,560 dense bricks: no loop over all voxels', () => {
    const dims: Dims = [512, 512, 300];
    const [bi, bj, bk] = brickGrid(dims);
    // One array stands for all: what is measured must not depend on the voxels at all.
    const dense = new Uint16Array(BRICK_VOXELS).map((_, n) => (n % 7 === 0 ? 1 : 0));
    let reads = 0;
    const counting = new Proxy(dense, {
      get(target, key) {
        reads++;
        const value: unknown = Reflect.get(target, key, target);
        return value;
      },
    });
    const bricks = new Array<Brick>(bi * bj * bk).fill(counting);
    const store = testCase();
    openScan(store, 'v0', dims);
    store.verbs.addLayer(
      { dims, bricks },
      Array.from({ length: 100 }, (_, n) => ({
        ...newSegment('x', 1, { dims: [1, 1, 1], bricks: [0] }),
        value: n + 1,
      })),
      'history.segmented',
    );
    store.verbs.undo();
    store.verbs.redo();
    store.verbs.isolate([store.getState().segments[3]?.id ?? '']);
    expect(store.getState().segments).toHaveLength(100);
    expect(reads).toBe(0);
  });

  it('hashing yields in pieces, and a brick that was hashed is not read again', () => {
    const dims: Dims = [512, 512, 300];
    const [bi, bj, bk] = brickGrid(dims);
    const bricks: Brick[] = Array.from({ length: bi * bj * bk }, (_, n) => n % 3);
    bricks[7] = new Uint16Array(BRICK_VOXELS).map((_, n) => n % 5);
    let pieces = 0;
    for (const _ of hashLabelmap({ dims, bricks })) pieces++;
    expect(pieces).toBe(80);
  });
});
