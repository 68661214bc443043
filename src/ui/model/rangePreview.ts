// The range of values that a tool is about to make a structure of: shown on the slices before it is made.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Viewer } from '#state/viewer.ts';

export interface RangePreviewState {
  /** Rescaled units, both ends in it; null: no tool asks. */
  readonly range: { readonly lower: number; readonly upper: number } | null;
}

const stores = new WeakMap<Viewer, StoreApi<RangePreviewState>>();

/** The one of this viewer. */
export function rangePreviewOf(viewer: Viewer): StoreApi<RangePreviewState> {
  const store = stores.get(viewer) ?? createStore<RangePreviewState>(() => ({ range: null }));
  stores.set(viewer, store);
  return store;
}
