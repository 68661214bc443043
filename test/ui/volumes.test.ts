import { afterEach, describe, expect, it, vi } from 'vitest';
import type { RasPoint, VolumeRecord } from '#core/case/schema.ts';
import { affine } from '#core/space/affine.ts';
import { setLanguage } from '#i18n/t.ts';
import { overlaysOf, overlayValues } from '#scene/overlays.ts';
import { createDeskStore } from '#ui/model/deskStore.ts';
import { caseFacts } from '#ui/model/facts.ts';
import { beginLandmarks, endLandmarks, landmarkResiduals, landmarksOf, setLandmark } from '#ui/model/landmarks.ts';
import { offer } from '#ui/model/offer.ts';
import { play, playerOf, stepTimepoint, timepointCount, timeText, togglePlaying } from '#ui/model/player.ts';
import { probed } from '#ui/model/probe.ts';
import { geometryCard, middleOfVolume, placeText } from '#ui/model/volumes.ts';
import { fakeSegment, fakeViewer } from '../scene/fakeViewer.ts';
import { overlayRecord, volumeHeader, volumeRecord } from '../state/caseFixtures.ts';

afterEach(() => setLanguage('en'));
const plain = (text: string) => text.replace(/\s/g, ' ');
const SHIFTED = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 9, -6, 4, 1];
const placed = (patch: Partial<NonNullable<VolumeRecord['placed']>> = {}): NonNullable<VolumeRecord['placed']> => ({
  kind: 'rigid',
  matrix: SHIFTED,
  field: null,
  residualMm: 0.83,
  landmarks: [],
  ...patch,
});

/** A viewer with these volumes, voxels at hand. */
function viewerOf(...volumes: readonly VolumeRecord[]) {
  const viewer = fakeViewer({ dims: [8, 8, 8], rasFromIjk: [], segments: [], chunks: [], labels: null });
  viewer.case.setState({ volumes: [...volumes] });
  const scalars = new Int16Array(20 * 18 * 16 * 12);
  vi.spyOn(viewer.voxels, 'volume').mockImplementation((id) => ({
    header: { ...volumeHeader(id, [20, 18, 16]), timepoints: 12 },
    scalars,
  }));
  return viewer;
}

describe('the probe', () => {
  const pet = { ...overlayRecord('pet'), name: 'FDG', suvFactor: 0.0005 };
  it('tells the value of each volume with its unit, and uptake as SUV; one volume needs no name', () => {
    const ras: RasPoint = [20, -30, 14];
    const uptake = (value: number | null) => [{ volume: 'pet', value, interpolated: false }];
    const told = probed([volumeRecord('ct'), pet], { ras, value: -12.4, others: uptake(5000) });
    expect(told.map(({ name, text }) => [name, plain(text)])).toEqual([
      ['scan ct', '−12 HU'],
      ['FDG', 'SUV 2.50 (5,000 Bq/ml)'],
    ]);
    expect(probed([volumeRecord('ct')], { ras, value: 40 }).map(({ name }) => name)).toEqual(['']);
    expect(probed([volumeRecord('ct'), pet], { ras, value: 40, others: uptake(null) }).length).toBe(1);
  });
});

describe('a plane that was made up', () => {
  // Planes of 1.5 mm from S 10 mm: plane 3 is at S 14.5 mm.
  const gapped = (id: string) => ({ ...volumeRecord(id), interpolatedSlices: [3] });
  it('is told with the value that is read in it, of each volume by itself', () => {
    const others = [{ volume: 'pet', value: 1, interpolated: true }];
    const told = (s: number, record: VolumeRecord) =>
      probed([record, overlayRecord('pet')], { ras: [20, -30, s], value: 40, others }).map((each) => each.interpolated);
    expect(told(14, gapped('ct'))).toEqual([true, true]);
    expect(told(13, gapped('ct'))).toEqual([false, true]);
    expect(told(14, volumeRecord('ct'))).toEqual([false, true]);
  });
  it('is found through the place of a volume that was brought to the scan', () => {
    // 10 mm up: what is at S 24.5 mm of the scan is at S 14.5 mm of the volume itself.
    const matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 10, 1];
    const viewer = viewerOf(volumeRecord('ct'), { ...overlayRecord('pet'), placed: placed({ matrix }) });
    const header = { ...volumeHeader('pet', [20, 18, 16]), interpolatedSlices: [3] };
    vi.spyOn(viewer.voxels, 'volume').mockImplementation(() => ({ header, scalars: new Int16Array(20 * 18 * 16) }));
    const at = (s: number) => overlayValues(viewer, [20, -30, s]).map(({ interpolated }) => interpolated);
    const heights = [14.5, 23, 24.5, 26];
    expect(heights.map((s) => at(s))).toEqual([[false], [false], [true], [false]]);
  });
});

describe('how a volume lies', () => {
  it('is told with its residual, and where nothing brought it there', () => {
    expect(placeText(overlayRecord('pet'))).toMatchObject({ unsure: true });
    expect(plain(placeText({ ...overlayRecord('pet'), placed: placed() }).text)).toBe('Rigid, residual 0.8 mm');
    expect(placeText({ ...overlayRecord('pet'), placed: placed({ kind: 'header', residualMm: null }) })).toEqual({
      text: 'One frame of reference',
      unsure: false,
    });
    const volumes = [volumeRecord('ct'), overlayRecord('pet')];
    const ids = (now: VolumeRecord[]) => caseFacts({ volumes: now, segments: [], unreadable: [] }).map(({ id }) => id);
    expect(ids(volumes)).toContain('pet unplaced');
    expect(ids([volumeRecord('ct'), { ...overlayRecord('pet'), placed: placed() }])).not.toContain('pet unplaced');
    const bent = { ...overlayRecord('pet'), placed: placed({ field: 'f' }) };
    const facts = caseFacts({
      volumes: [volumeRecord('ct'), bent],
      segments: [fakeSegment(1, { volume: 'pet' })],
      unreadable: [],
    });
    expect(facts.find(({ id }) => id === 'pet bent')?.segments).toEqual(['s1']);
  });

  it('the card gives source, grid, tilt, affine, transform and what was said of it', () => {
    const header = { ...volumeHeader('x'), series: { uid: '1.2.3', number: 4, description: '', date: '' } };
    const tilted = [
      -0.8,
      0,
      0,
      0,
      0,
      Math.cos(0.2),
      Math.sin(0.2),
      0,
      0,
      -1.5 * Math.sin(0.2),
      1.5 * Math.cos(0.2),
      0,
      20,
      -30,
      10,
      1,
    ];
    const card = geometryCard(
      { ...overlayRecord('mr'), rasFromIjk: tilted, spacing: [0.8, 1, 1.5], placed: placed() },
      header,
    );
    const rows = Object.fromEntries(card.rows.map(({ label, value }) => [label, plain(value)]));
    expect(rows).toMatchObject({
      'Source UID': '1.2.3',
      Size: '20 × 18 × 16',
      Spacing: '0.800 × 1.000 × 1.500 mm',
      Axes: 'LAS, 11.46°',
      Place: 'Rigid, residual 0.8 mm',
    });
    expect(card.affine[0]).toEqual(['−0.8000', '0.0000', '0.0000', '20.0000']);
    expect(card.placed?.[1]).toEqual(['0.0000', '1.0000', '0.0000', '−6.0000']);
    expect(card.warnings.map(({ kept }) => kept)).toEqual(['CT']);
    expect(geometryCard(volumeRecord('ct'), null).placed).toBeNull();
  });

  it('a hand turns it about the middle of its grid', () => {
    const middle = middleOfVolume(volumeRecord('ct'));
    const [r, a, s] = [20 - 0.8 * 20, -30 + 0.9 * 17, 10 + 1.5 * 16];
    for (const [axis, value] of [r, a, s].entries()) expect(middle[axis]).toBeCloseTo(value, 9);
  });
});

describe('what is seen over the scan', () => {
  it('is visible, has its voxels, and its bending where it has one; at the timepoint that is shown', () => {
    const seen = { ...overlayRecord('pet'), placed: placed() };
    const off = { ...overlayRecord('mr') };
    const lost = { ...overlayRecord('bent'), placed: placed({ field: 'gone' }) };
    const hidden = { ...off, overlay: off.overlay && { ...off.overlay, visible: false } };
    const viewer = viewerOf(volumeRecord('ct'), seen, hidden, lost);
    viewer.view.verbs.set({ timepoint: 3 });
    const [only, ...more] = overlaysOf(viewer);
    expect([only?.id, more.length]).toEqual(['pet', 0]);
    expect(only?.placed).toEqual({ matrix: SHIFTED, field: null });
    expect(only?.volume.scalars.byteOffset).toBe(3 * 20 * 18 * 16 * 2);
    vi.spyOn(viewer.voxels, 'field').mockReturnValue({
      dims: [2, 2, 2],
      rasFromIjk: affine('ras', 'ijk', SHIFTED),
      mm: new Float32Array(24),
    });
    expect(overlaysOf(viewer).map(({ id }) => id)).toEqual(['pet', 'bent']);
  });
});

describe('pairs of points', () => {
  it('are set in turn, each volume alone; the second is kept as its own file has it', () => {
    const viewer = viewerOf(volumeRecord('ct'), { ...overlayRecord('pet'), placed: placed() });
    const mode = () => viewer.view.getState().overlayMode;
    viewer.view.verbs.set({ overlayMode: 'checker' });
    expect(setLandmark(viewer, [1, 2, 3])).toBe(false);
    beginLandmarks(viewer, 'pet');
    expect(mode()).toBe('base');
    setLandmark(viewer, [1, 2, 3]);
    expect(mode()).toBe('over');
    setLandmark(viewer, [11, 2, 3]);
    expect(mode()).toBe('base');
    const { pairs, pending } = landmarksOf(viewer).getState();
    expect(pending).toBeNull();
    expect(pairs).toEqual([
      [
        [2, 8, -1],
        [1, 2, 3],
      ],
    ]);
    expect(landmarkResiduals(viewer, 'pet', pairs)).toEqual([10]);
    endLandmarks(viewer);
    expect(mode()).toBe('checker');
    // A volume that goes takes them with it.
    beginLandmarks(viewer, 'pet');
    viewer.case.setState({ volumes: [volumeRecord('ct')] });
    expect(landmarksOf(viewer).getState().volume).toBeNull();
  });
});

describe('the player', () => {
  const beating = { ...volumeRecord('ct'), timepoints: 12, timesMs: Array.from({ length: 12 }, (_, n) => 50 * n) };

  it('knows how many there are, when each was, and at what pace a heart beats', () => {
    const viewer = viewerOf(beating);
    expect(timepointCount(viewer.case.getState())).toBe(12);
    const text = timeText(viewer.case.getState(), 3);
    expect([plain(text.count), plain(text.time)]).toEqual(['4 / 12', '150 ms']);
    expect(timeText({ volumes: [{ ...beating, timesMs: null }] }, 3).time).toBe('');
    expect(playerOf(viewer).getState().perSecond).toBe(20);
    expect(
      playerOf(viewerOf({ ...beating, timesMs: beating.timesMs.map((ms) => 100 * ms) })).getState().perSecond,
    ).toBe(10);
    expect(playerOf(viewerOf(volumeRecord('ct'))).getState().perSecond).toBe(10);
  });

  it('goes on to what is due, leaves out what was missed, begins again or stops at the end', () => {
    const viewer = viewerOf(beating);
    let time = 0;
    let next: (() => void) | null = null;
    const frame = (ms: number) => {
      time += ms;
      const then = next;
      next = null;
      then?.();
    };
    const shown = () => viewer.view.getState().timepoint;
    const begin = () =>
      play(
        viewer,
        () => time,
        (then) => {
          next = then;
          return () => {
            next = null;
          };
        },
      );
    const stop = begin();
    frame(16);
    expect(shown()).toBe(0);
    frame(40);
    expect(shown()).toBe(1);
    // A frame that took long: the time is kept.
    frame(400);
    expect(shown()).toBe(9);
    frame(200);
    expect(shown()).toBe(1);
    stop();
    expect(next).toBeNull();
    playerOf(viewer).setState({ loop: false, playing: true });
    viewer.view.verbs.set({ timepoint: 10 });
    begin();
    frame(500);
    expect(shown()).toBe(11);
    expect(playerOf(viewer).getState().playing).toBe(false);
    expect(next).toBeNull();
    togglePlaying(viewer);
    expect([shown(), playerOf(viewer).getState().playing]).toEqual([0, true]);
    stepTimepoint(viewer, -1);
    expect(shown()).toBe(11);
    viewer.case.setState({ volumes: [volumeRecord('other')] });
    expect([shown(), playerOf(viewer).getState().playing]).toEqual([0, false]);
  });
});

describe('a file that is chosen', () => {
  it('opens at once where nothing is open, is asked about where a scan is; a sample and labels are not', async () => {
    const viewer = fakeViewer({ dims: [8, 8, 8], rasFromIjk: [], segments: [], chunks: [], labels: null });
    const desk = createDeskStore('desk');
    const open = vi.fn(async () => undefined);
    const labels = vi.fn(async () => false);
    Object.assign(viewer.actions, { open, segmentsAlone: labels });
    const files = { urls: ['a.nii'] };
    await offer(viewer, desk, files);
    expect([open.mock.calls.length, desk.getState().asked]).toEqual([0, files]);
    desk.set({ asked: null });
    await offer(viewer, desk, { sample: 'phantom:thorax' });
    expect([open.mock.calls.length, desk.getState().asked]).toEqual([1, null]);
    labels.mockResolvedValueOnce(true);
    await offer(viewer, desk, files);
    expect([open.mock.calls.length, desk.getState().asked]).toEqual([2, null]);
    viewer.case.setState({ volumes: [] });
    await offer(viewer, desk, files);
    expect([open.mock.calls.length, desk.getState().asked]).toEqual([3, null]);
  });
});
