// Keeping cases on this device, as far as it is needed before the first picture: the store, and when the rest is loaded.
import { createStore } from 'zustand/vanilla';
import type { CaseStore } from '#state/caseStore.ts';
import type { SurfaceStore } from '#state/surfaceStore.ts';
import type { KeepingState, Viewer } from '#state/viewer.ts';
import type { CaseKeeper } from './caseKeeper.ts';

export interface Keeping {
  readonly store: Viewer['keeping'];
  /** Loads what keeps cases, once. */
  keeper(): Promise<CaseKeeper>;
}

/** The picture goes first. What was done before is kept as soon as the rest is here. */
const AFTER_PICTURE_MS = 400;

export function createKeeping(
  load: (store: Viewer['keeping']) => Promise<CaseKeeper>,
  cases: CaseStore,
  surfaces: SurfaceStore,
): Keeping {
  const state = createStore<KeepingState>()(() => ({ save: 'none', cases: null, usage: null, open: '' }));
  let loading: Promise<CaseKeeper> | null = null;
  const keeper = () => {
    loading ??= load(store);
    return loading;
  };
  const store: Viewer['keeping'] = Object.assign(state, {
    verbs: {
      look: async () => (await keeper()).look(),
      remove: async (id: string) => (await keeper()).remove(id),
    },
  });
  // A case whose surface has failed is one too.
  const pictured = () => surfaces.getState().chunks.size > 0 || cases.getState().history.length > 2;
  const stops = [surfaces, cases].map((each) =>
    each.subscribe(() => {
      if (!pictured()) return;
      for (const stop of stops) stop();
      setTimeout(() => void keeper().catch(() => undefined), AFTER_PICTURE_MS);
    }),
  );
  return { store, keeper };
}
