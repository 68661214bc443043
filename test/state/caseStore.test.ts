import { describe, expect, it } from 'vitest';
import { CASE_VERSION } from '#core/case/schema.ts';
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import { editsAt } from '#core/labelmap/paint.ts';
import { factKey } from '#state/caseItems.ts';
import { caseSummary } from '#state/caseSummary.ts';
import { historyActs } from '#state/historyActs.ts';
import { memoryJournalStore } from '#state/journalStore.ts';
import {
  addLayer,
  addVolume,
  boxLayer,
  emptyBricks,
  newSegment,
  openScan,
  overlayRecord,
  placedBy,
  SMALL,
  seeded,
  testCase,
  volumeHeader,
} from './caseFixtures.ts';

const opened = () => {
  const store = testCase();
  openScan(store, 'v0');
  const [liver = '', spleen = '', aorta = ''] = addLayer(store, seeded(5), ['liver', 'spleen', 'aorta']);
  const segment = (id: string) => store.getState().segments.find((each) => each.id === id);
  return { store, verbs: store.verbs, liver, spleen, aorta, segment };
};
const acts = (store: ReturnType<typeof testCase>) =>
  store.getState().history.map(({ act, about, undone }) => `${undone ? '(' : ''}${act} ${about}${undone ? ')' : ''}`);

describe('history', () => {
  it('names each act and what it was about', () => {
    const { store, verbs, liver, spleen } = opened();
    verbs.setSegment(liver, { name: 'Liver' });
    verbs.setSegment(liver, { color: '#112233' });
    verbs.setVisible([liver, spleen], false);
    verbs.isolate([spleen]);
    verbs.setWindow({ level: 50, width: 350 });
    expect(acts(store)).toEqual([
      'history.opened case v0',
      'history.segmented 3',
      'history.renamed liver',
      'history.recoloured Liver',
      'history.hiddenSeveral 2',
      'history.isolated spleen',
      'history.window ',
    ]);
    for (const { act } of store.getState().history) expect([...historyActs, 'history.segmented']).toContain(act);
  });

  it('gives the case another name, and takes that back', () => {
    const { store, verbs } = opened();
    verbs.renameCase('Knee before surgery');
    expect(store.getState().title).toBe('Knee before surgery');
    expect(acts(store).at(-1)).toBe('history.renamed case v0');
    const steps = store.getState().history.length;
    verbs.renameCase('Knee before surgery');
    expect(store.getState().history.length).toBe(steps);
    expect(() => verbs.renameCase('  ')).toThrow(/title/);
    expect(() => verbs.renameCase('x'.repeat(401))).toThrow(/title/);
    verbs.undo();
    expect(store.getState().title).toBe('case v0');
    expect(() => testCase().verbs.renameCase('a name')).toThrow(/case/);
  });

  it('closes the case as one step, and has all of it again after an undo', () => {
    const { store, verbs } = opened();
    verbs.addMeasurement({
      kind: 'length',
      name: '',
      points: [
        [0, 0, 0],
        [0, 0, 9],
      ],
    });
    addVolume(store, 'pet');
    const before = caseSummary(store.getState());
    const hash = store.caseHash();
    verbs.closeCase();
    const closed = store.getState();
    expect([closed.title, closed.volumes, closed.segments, closed.measurements, closed.crosshair]).toEqual([
      '',
      [],
      [],
      [],
      null,
    ]);
    expect(store.caseId()).toBe('');
    expect(acts(store).at(-1)).toBe('history.closed case v0');
    verbs.closeCase();
    expect(acts(store)).toHaveLength(closed.history.length);
    verbs.undo();
    expect(store.caseId()).toBe('v0');
    expect(caseSummary(store.getState())).toEqual(before);
    expect(store.caseHash()).toBe(hash);
  });

  it('what changes nothing is no step; a gesture is one', () => {
    const { store, verbs, liver } = opened();
    const steps = store.getState().history.length;
    verbs.setVisible([liver], true);
    verbs.setSegment(liver, { name: 'liver' });
    verbs.setWindow({ level: 40, width: 400 });
    expect(store.getState().history.length).toBe(steps);
    for (let n = 1; n <= 50; n++) verbs.setCrosshair([n, 0, 0], 'drag');
    verbs.endGesture();
    for (let n = 1; n <= 50; n++) verbs.setCrosshair([n, 1, 0], 'drag');
    for (let n = 1; n <= 50; n++) verbs.setOpacity(liver, n / 100, 'slider');
    expect(acts(store).slice(steps)).toEqual(['history.crosshair ', 'history.crosshair ', 'history.opacity liver']);
    verbs.undo();
    expect(store.getState().segments[0]?.opacity).toBe(1);
    verbs.undo();
    expect(store.getState().crosshair).toEqual([50, 0, 0]);
    verbs.undo();
    expect(store.getState().crosshair).toEqual([0, 0, 0]);
  });

  it('begins anew with an open; undoing that brings back the scan, its labels and what was done to it', () => {
    const { store, verbs, liver, segment } = opened();
    verbs.setSegment(liver, { name: 'Liver' });
    const labels = store.caseHash();
    openScan(store, 'v1');
    expect(acts(store)).toEqual(['history.opened case v1']);
    expect(store.getState().segments).toEqual([]);
    expect(store.getState().volumes.map((each) => each.id)).toEqual(['v1']);
    verbs.undo();
    expect(store.getState().title).toBe('case v0');
    expect(store.caseHash()).toBe(labels);
    expect(store.voxels.volume('v0')).not.toBeNull();
    expect(store.voxels.volume('v1')).not.toBeNull();
    expect(acts(store).slice(-2)).toEqual(['history.renamed liver', '(history.opened case v1)']);
    verbs.undo();
    expect(segment(liver)?.name).toBe('liver');
    verbs.setSegment(liver, { name: 'other' });
    // The open can no longer be redone: its voxels are let go.
    expect(store.voxels.volume('v1')).toBeNull();
    expect(store.voxels.volume('v0')).not.toBeNull();
  });

  it('keeps what only an undo would show up to a limit, and says when it forgot', () => {
    let forgot = 0;
    const store = testCase('a', { keepBytes: 10_000, forgot: () => forgot++ });
    for (let n = 0; n < 5; n++) {
      const header = volumeHeader(`v${n}`);
      openScan(store, `v${n}`);
      // Larger than what openScan puts: 4,000 bytes each, so that two of them fit.
      store.putVolume(`v${n}`, header, { header, scalars: new Int16Array(2000) });
    }
    openScan(store, 'last');
    expect(forgot).toBeGreaterThan(0);
    expect(['v0', 'v1', 'v2', 'v3', 'v4'].map((id) => store.voxels.volume(id) !== null)).toEqual([
      ...[false, false, false],
      ...[true, true],
    ]);
    while (store.getState().canUndo) store.verbs.undo();
    expect(store.getState().title).toBe('case v3');
  });
});

describe('slots', () => {
  it('are given again only when no step can bring the old one back', () => {
    const { store, verbs, liver, segment } = opened();
    const slots = () => store.getState().segments.map((each) => each.slot);
    expect(slots()).toEqual([1, 2, 3]);
    verbs.removeSegments([liver]);
    addLayer(store, seeded(1), ['next']);
    expect(slots()).toEqual([2, 3, 4]);
    verbs.undo();
    verbs.undo();
    expect(segment(liver)?.slot).toBe(1);
    // The undone 'next' is forgotten by this act: its slot is free, liver's is not.
    verbs.setSegment(liver, { name: 'Liver' });
    addLayer(store, seeded(1), ['other']);
    expect(slots()).toEqual([1, 2, 3, 4]);
    openScan(store, 'v1');
    addLayer(store, seeded(1), ['new']);
    expect(slots()).toEqual([5]);
  });
});

describe('verbs refuse', () => {
  const box: LabelmapData = { dims: SMALL, bricks: emptyBricks(SMALL) };
  it.each<[string, (c: ReturnType<typeof opened>) => void, string]>([
    ['an unknown segment', ({ verbs }) => verbs.setSegment('nope', { name: 'x' }), 'missing'],
    ['an empty name', ({ verbs, liver }) => verbs.setSegment(liver, { name: '' }), 'usage'],
    ['a colour that is none', ({ verbs, liver }) => verbs.setSegment(liver, { color: 'red' }), 'usage'],
    ['a field that is counted', ({ verbs, liver }) => verbs.setSegment(liver, { voxels: 5 } as never), 'usage'],
    ['opacity above 1', ({ verbs, liver }) => verbs.setOpacity(liver, 1.2), 'usage'],
    ['a place that is no number', ({ verbs }) => verbs.setCrosshair([0, Number.NaN, 0]), 'usage'],
    ['a window without width', ({ verbs }) => verbs.setWindow({ level: 0, width: 0 }), 'usage'],
    ['a step that is none', ({ verbs }) => verbs.goTo(12345), 'missing'],
    [
      'labels of another grid',
      ({ verbs }) => verbs.addLayer({ dims: [8, 8, 8], bricks: [0] }, [newSegment('x', 1, box)], 'history.segmented'),
      'usage',
    ],
    [
      'one value twice',
      ({ verbs }) => verbs.addLayer(box, [newSegment('x', 1, box), newSegment('y', 1, box)], 'history.segmented'),
      'usage',
    ],
    [
      'an angle of two points',
      ({ verbs }) =>
        verbs.addMeasurement({
          kind: 'angle',
          name: '',
          points: [
            [0, 0, 0],
            [1, 0, 0],
          ],
        }),
      'usage',
    ],
    [
      'a length of two equal points',
      ({ verbs }) =>
        verbs.addMeasurement({
          kind: 'length',
          name: '',
          points: [
            [1, 0, 0],
            [1, 0, 0],
          ],
        }),
      'geometry',
    ],
  ])('%s, and nothing has changed', (_, act, code) => {
    const it = opened();
    const before = [caseSummary(it.store.getState()), it.store.caseHash(), it.store.getState().history];
    expect(() => act(it)).toThrow(expect.objectContaining({ code }));
    expect([caseSummary(it.store.getState()), it.store.caseHash(), it.store.getState().history]).toEqual(before);
  });
});

describe('summary', () => {
  it('is plain JSON with values, doubts and units', () => {
    const { store, verbs } = opened();
    verbs.addMeasurement({
      kind: 'length',
      name: 'width',
      points: [
        [0, 0, 0],
        [10, 0, 0],
      ],
    });
    verbs.addMeasurement({
      kind: 'angle',
      name: 'bend',
      points: [
        [10, 0, 0],
        [0, 0, 0],
        [0, 10, 0],
      ],
    });
    const summary = caseSummary(store.getState());
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    const [width, bend] = summary.measurements;
    expect(width).toMatchObject({ value: 10, unit: 'mm' });
    expect(width?.uncertainty).toBeCloseTo(Math.SQRT2 * 0.4, 12);
    expect(bend?.value).toBeCloseTo(90, 10);
    expect(bend?.unit).toBe('°');
    expect(summary.segments[0]).toMatchObject({ name: 'liver', visible: true, madeBy: { method: 'threshold' } });
    expect(summary.segments[0]).not.toHaveProperty('slot');
    expect(summary.warnings).toEqual(store.getState().volumes[0]?.warnings);
  });
});

describe('storage', () => {
  it('a document and a journal that were kept give the same case again', async () => {
    const journalStore = memoryJournalStore();
    const store = testCase('a', { journalStore });
    openScan(store, 'v0');
    const [liver = ''] = addLayer(store, seeded(5), ['liver']);
    const layer = store.getState().segments[0]?.layer ?? '';
    store.verbs.paint(layer, editsAt(SMALL, [[3, 3, 3]], 1));
    store.verbs.setSegment(liver, { name: 'Liver' });
    store.verbs.undo();
    const again = testCase('b', { document: store.document });
    const operations = await journalStore.operations();
    again.journal.receive(operations);
    for (const operation of operations)
      if (operation.kind === 'layer') {
        const labels = await journalStore.snapshot(operation.snapshot);
        if (labels !== null) again.journal.putSnapshot(operation.snapshot, labels);
      }
    expect(caseSummary(again.getState())).toEqual(caseSummary(store.getState()));
    expect(again.caseHash()).toBe(store.caseHash());
  });

  it('a document of a newer program is refused and left as it is', () => {
    const { document } = testCase('a');
    document.getMap('case').set(factKey('case', 'only', 'version'), [CASE_VERSION + 1, 'b', 1]);
    expect(() => testCase('c', { document })).toThrow(
      expect.objectContaining({ code: 'version', got: CASE_VERSION + 1 }),
    );
    expect([...document.getMap('case').keys()]).toEqual(['case/only/version']);
  });

  it('a journal that cannot be kept is said', async () => {
    const failures: unknown[] = [];
    const journalStore = { ...memoryJournalStore(), append: () => Promise.reject(new Error('full')) };
    const store = testCase('a', { journalStore, failed: (thrown) => failures.push(thrown) });
    openScan(store, 'v0');
    addLayer(store, seeded(5), ['liver']);
    await Promise.resolve();
    expect(failures).toHaveLength(1);
    expect(store.getState().segments).toHaveLength(1);
  });
});

describe('several volumes', () => {
  const two = () => {
    const made = opened();
    addVolume(made.store, 'pet');
    const pet = () => made.store.getState().volumes.find(({ id }) => id === 'pet');
    return { ...made, pet };
  };

  it('each act is one step, undone and redone; a slider is one', () => {
    const { store, verbs, pet } = two();
    const steps = store.getState().history.length;
    for (let n = 1; n <= 20; n++) verbs.setOverlay('pet', { opacity: n / 20 }, 'slider');
    verbs.endGesture();
    verbs.setOverlay('pet', { colorMap: 'viridis' });
    verbs.setPlaced('pet', placedBy(seeded(4)));
    verbs.renameVolume('pet', 'FDG');
    expect(acts(store).slice(steps - 1)).toEqual([
      'history.volumeAdded scan pet',
      'history.overlay scan pet',
      'history.overlay scan pet',
      'history.placed scan pet',
      'history.renamed scan pet',
    ]);
    expect(pet()).toMatchObject({ name: 'FDG', overlay: { opacity: 1, colorMap: 'viridis', visible: true } });
    expect(caseSummary(store.getState()).volumes[1]?.placed?.residualMm).toBe(pet()?.placed?.residualMm);
    for (let n = 0; n < 4; n++) verbs.undo();
    expect(pet()).toEqual(overlayRecord('pet'));
    verbs.undo();
    expect(store.getState().volumes.map(({ id }) => id)).toEqual(['v0']);
    while (store.getState().canRedo) verbs.redo();
    expect(pet()?.name).toBe('FDG');
  });

  it('one goes with its segments and comes back with them; its voxels are kept as long', () => {
    const { store, verbs, pet } = two();
    const labels = boxLayer(seeded(8), [1], pet()?.dims);
    const [lesion = ''] = verbs.addLayer(labels, [newSegment('lesion', 1, labels)], 'history.segmented', 'pet');
    const before = caseSummary(store.getState());
    verbs.removeVolume('pet');
    expect(store.getState().segments.map(({ id }) => id)).not.toContain(lesion);
    expect(store.getState().segments.length).toBe(3);
    expect(store.voxels.volume('pet')).not.toBeNull();
    verbs.undo();
    expect(caseSummary(store.getState())).toEqual(before);
  });

  it('what cannot be is refused and changes nothing', () => {
    const { store, verbs } = two();
    const revision = store.getState().revision;
    expect(() => verbs.removeVolume('v0')).toThrow(/lies over the first/);
    expect(() => verbs.setPlaced('v0', null)).toThrow(/lies over the first/);
    expect(() => verbs.addVolume(overlayRecord('pet'))).toThrow(/a new id/);
    expect(() => verbs.addVolume({ ...overlayRecord('mr'), overlay: null })).toThrow(/overlay/);
    expect(() => verbs.setOverlay('pet', { opacity: 2 })).toThrow(/opacity/);
    expect(() => verbs.setPlaced('pet', { ...placedBy(seeded(1)), matrix: [1] })).toThrow(/matrix/);
    expect(store.getState().revision).toBe(revision);
    expect(() => testCase().verbs.addVolume(overlayRecord('pet'))).toThrow(/open scan/);
  });

  it('another scan replaces all of them', () => {
    const { store } = two();
    openScan(store, 'v1');
    expect(store.getState().volumes.map(({ id }) => id)).toEqual(['v1']);
    store.verbs.undo();
    expect(store.getState().volumes.map(({ id }) => id)).toEqual(['v0', 'pet']);
  });
});
