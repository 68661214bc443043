// Points of a measurement that is being made on slices; gone when it is made or given up.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { RasPoint, Viewer } from '#state/viewer.ts';

export interface PendingPoints {
  readonly points: readonly RasPoint[];
  set(points: readonly RasPoint[]): void;
  clear(): void;
}

const stores = new WeakMap<Viewer, StoreApi<PendingPoints>>();

/** The one of this viewer: all of its slices share it. */
export function pendingPointsOf(viewer: Viewer): StoreApi<PendingPoints> {
  const known = stores.get(viewer);
  if (known) return known;
  const store = createStore<PendingPoints>()((set) => ({
    points: [],
    set: (points) => set({ points }),
    clear: () => set(({ points }) => (points.length > 0 ? { points: [] } : {})),
  }));
  stores.set(viewer, store);
  // Another tool, kind or scan: what was begun is given up.
  viewer.view.subscribe((now, before) => {
    if (now.tool !== before.tool || now.measureKind !== before.measureKind) store.getState().clear();
  });
  viewer.case.subscribe((now, before) => now.volumes[0]?.id !== before.volumes[0]?.id && store.getState().clear());
  return store;
}
