// Playing the timepoints of a case: how fast, on or off; which one is shown is the view's.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { formatMs, formatNumber, formatSeconds } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import type { CaseState, Viewer } from '#state/viewer.ts';

export interface Player {
  readonly playing: boolean;
  readonly loop: boolean;
  /** Timepoints a second. */
  readonly perSecond: number;
}

const DEFAULT_PER_SECOND = 10;
const FASTEST = 60;
const stores = new WeakMap<Viewer, StoreApi<Player>>();

export function playerOf(viewer: Viewer): StoreApi<Player> {
  const known = stores.get(viewer);
  if (known) return known;
  const store = createStore<Player>()(() => ({
    playing: false,
    loop: true,
    perSecond: naturalRate(viewer.case.getState()),
  }));
  stores.set(viewer, store);
  // Another scan begins at its own beginning.
  viewer.case.subscribe((now, before) => {
    if (now.volumes[0]?.id === before.volumes[0]?.id) return;
    store.setState({ playing: false, perSecond: naturalRate(now) });
    viewer.view.verbs.set({ timepoint: 0 });
  });
  return store;
}

/** How many timepoints there are to go through: those of the volume that has most. */
export const timepointCount = ({ volumes }: Pick<CaseState, 'volumes'>): number =>
  Math.max(1, ...volumes.map(({ timepoints }) => timepoints));

/** A beating heart in its own time; what took longer than half a second a picture would be no movement, and is played faster. */
function naturalRate({ volumes }: Pick<CaseState, 'volumes'>): number {
  const times = volumes.find(({ timepoints }) => timepoints > 1)?.timesMs;
  const [first, last] = [times?.[0], times?.at(-1)];
  if (!times || times.length < 2 || first === undefined || last === undefined) return DEFAULT_PER_SECOND;
  const rate = (1000 * (times.length - 1)) / (last - first);
  return rate >= 2 ? Math.min(FASTEST, Math.round(rate * 10) / 10) : DEFAULT_PER_SECOND;
}

/** '3 / 20', and when it was where the file says so. */
export function timeText({ volumes }: Pick<CaseState, 'volumes'>, timepoint: number): { count: string; time: string } {
  const all = timepointCount({ volumes });
  const ms = volumes.find(({ timepoints }) => timepoints === all)?.timesMs?.[timepoint];
  return {
    count: t('slice.number', { number: formatNumber(timepoint + 1), count: formatNumber(all) }),
    time: ms === undefined ? '' : ms >= 10_000 ? formatSeconds(ms / 1000) : formatMs(ms),
  };
}

export function stepTimepoint(viewer: Viewer, by: number): void {
  const count = timepointCount(viewer.case.getState());
  const { timepoint } = viewer.view.getState();
  viewer.view.verbs.set({ timepoint: (((timepoint + by) % count) + count) % count });
}

export function togglePlaying(viewer: Viewer): void {
  const store = playerOf(viewer);
  const count = timepointCount(viewer.case.getState());
  const { playing } = store.getState();
  // From the end it begins again.
  if (!playing && viewer.view.getState().timepoint >= count - 1) viewer.view.verbs.set({ timepoint: 0 });
  store.setState({ playing: !playing && count > 1 });
}

export function actOnTime(viewer: Viewer, act: 'play' | 'previous' | 'next'): void {
  if (act === 'play') togglePlaying(viewer);
  else stepTimepoint(viewer, act === 'next' ? 1 : -1);
}

/** Goes on to the timepoint that is due, so that a slow device leaves some out and keeps the time. Returns the way to stop. */
export function play(viewer: Viewer, now: () => number, nextFrame: (then: () => void) => () => void): () => void {
  const store = playerOf(viewer);
  const { perSecond } = store.getState();
  const from = viewer.view.getState().timepoint;
  const began = now();
  let stop = () => {};
  const frame = () => {
    const count = timepointCount(viewer.case.getState());
    const due = from + Math.floor(((now() - began) / 1000) * perSecond);
    const { loop } = store.getState();
    const timepoint = loop ? due % count : Math.min(count - 1, due);
    if (timepoint !== viewer.view.getState().timepoint) viewer.view.verbs.set({ timepoint });
    if (!loop && due >= count - 1) store.setState({ playing: false });
    else stop = nextFrame(frame);
  };
  stop = nextFrame(frame);
  return () => stop();
}
