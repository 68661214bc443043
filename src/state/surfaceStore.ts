// The chunks of surface that the scene draws, by id. The arrays are handed over once and never written again.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { SurfaceChunk, SurfaceState } from './viewer.ts';

export type SurfaceStore = StoreApi<SurfaceState> & {
  /** Adds chunks or puts them in the place of those with the same id, as one revision. */
  put(...chunks: readonly SurfaceChunk[]): void;
  /** One revision: what goes and what comes are never both seen, nor neither. */
  exchange(remove: Iterable<string>, put: Iterable<SurfaceChunk>): void;
  remove(...ids: readonly string[]): void;
  clear(): void;
};

export function createSurfaceStore(): SurfaceStore {
  const store = createStore<SurfaceState>()(() => ({ chunks: new Map(), revision: 0 }));
  const exchange = (remove: Iterable<string>, put: Iterable<SurfaceChunk>): void => {
    const { chunks: before, revision } = store.getState();
    const chunks = new Map(before);
    let changed = false;
    for (const id of remove) changed = chunks.delete(id) || changed;
    for (const chunk of put) {
      changed ||= chunks.get(chunk.id) !== chunk;
      chunks.set(chunk.id, chunk);
    }
    if (changed) store.setState({ chunks, revision: revision + 1 });
  };
  return Object.assign(store, {
    exchange,
    put: (...chunks: readonly SurfaceChunk[]) => exchange([], chunks),
    remove: (...ids: readonly string[]) => exchange(ids, []),
    clear: () => exchange([...store.getState().chunks.keys()], []),
  });
}
