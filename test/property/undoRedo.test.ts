import { describe, expect, it } from 'vitest';
import type { CaseStore } from '#state/caseStore.ts';
import { caseSummary } from '#state/caseSummary.ts';
import { addLayer, countByHand, openScan, randomAct, seeded, testCase, whole } from '../state/caseFixtures.ts';

const SEEDS = process.env.SEED === undefined ? [1, 2, 3, 4, 5, 6] : [Number(process.env.SEED)];

const shown = (store: CaseStore) => ({ case: caseSummary(store.getState()), labels: store.caseHash() });

describe.each(SEEDS)('200 random acts, seed %i', (seed) => {
  it('undo all, redo all: the same case and the same labels at both ends', () => {
    const random = seeded(seed);
    const store = testCase();
    openScan(store, 'v0');
    addLayer(store, random, ['liver', 'spleen']);
    const start = shown(store);
    const bottom = store.getState().history.at(-1)?.id as number;

    const acts = new Set<string>();
    for (let n = 1; n <= 200; n++) acts.add(randomAct(store, random, n));
    expect(acts.size).toBeGreaterThan(10);
    const end = shown(store);
    expect(end).not.toEqual(start);

    let undone = 0;
    while (store.getState().history.findLast((step) => !step.undone)?.id !== bottom) {
      store.verbs.undo();
      undone++;
    }
    expect(undone).toBeGreaterThan(150);
    expect(shown(store)).toEqual(start);
    while (store.getState().canRedo) store.verbs.redo();
    expect(shown(store)).toEqual(end);
    while (store.getState().canUndo) store.verbs.undo();
    expect(caseSummary(store.getState())).toEqual(caseSummary(testCase().getState()));
    while (store.getState().canRedo) store.verbs.redo();
    expect(shown(store)).toEqual(end);
  });

  it('goTo any step shows what was shown after it', () => {
    const random = seeded(seed + 1000);
    const store = testCase();
    openScan(store, 'v0');
    const seen: { id: number; shown: ReturnType<typeof shown> }[] = [];
    for (let n = 1; n <= 60; n++) {
      randomAct(store, random, n);
      const id = store.getState().history.findLast((step) => !step.undone)?.id as number;
      if (seen.at(-1)?.id === id) seen.pop();
      seen.push({ id, shown: shown(store) });
    }
    for (let n = 0; n < 40; n++) {
      const step = seen[whole(random, 0, seen.length)] as (typeof seen)[number];
      store.verbs.goTo(step.id);
      expect(shown(store)).toEqual(step.shown);
    }
  });

  it('voxel counts are those of the labels, whatever was painted and undone', () => {
    const random = seeded(seed + 2000);
    const store = testCase();
    openScan(store, 'v0');
    for (let n = 1; n <= 80; n++) {
      randomAct(store, random, n);
      if (random() < 0.3) store.verbs.undo();
      if (random() < 0.1) store.verbs.redo();
    }
    for (const segment of store.getState().segments) {
      const labels = store.voxels.layer(segment.layer)?.labels;
      expect(labels).toBeDefined();
      const voxels = labels === undefined ? -1 : countByHand(labels, segment.value);
      expect(segment.voxels).toBe(voxels);
      expect(segment.volumeMl).toBeCloseTo((voxels * 0.8 * 0.9 * 1.5) / 1000, 9);
    }
    const slots = store.getState().segments.map((segment) => segment.slot);
    expect(new Set(slots).size).toBe(slots.length);
  });
});
