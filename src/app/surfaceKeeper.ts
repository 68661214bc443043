import type { Pool } from '#compute/pool.ts';
import { placedGrid } from '#scene/pick.ts';
import type { SurfaceStore } from '#state/surfaceStore.ts';
import type { CaseState, SegmentRecord, Viewer } from '#state/viewer.ts';
import { chunkIds, makeChunks } from './surfaces.ts';

/** Keeps the surfaces what the case says: a layer whose labels changed is meshed anew, one that is gone loses its chunk. */
export interface SurfaceKeeper {
  /** Resolves when every surface shows the case as it is now. */
  settled(): Promise<void>;
  /** While held, changes wait: an opening shows its coarse surface first and asks for the fine one itself. */
  hold(): () => void;
  dispose(): void;
}

interface Made {
  /** What the chunk was made from: the layer's revision and its segments' slots. */
  readonly key: string;
  readonly chunks: readonly string[];
}

type Parts = Pick<Viewer, 'case' | 'voxels' | 'jobs'> & { readonly surfaces: SurfaceStore };

export function createSurfaceKeeper(pool: Pool, { case: store, voxels, jobs, surfaces }: Parts): SurfaceKeeper {
  const made = new Map<string, Made>();
  const running = new Map<string, { key: string; abort: AbortController; done: Promise<void> }>();
  let held = 0;

  const homeOf = (segments: readonly SegmentRecord[]) =>
    store.getState().volumes.find(({ id }) => id === segments[0]?.volume);
  const keyOf = (layer: string, segments: readonly SegmentRecord[]): string => {
    const revision = voxels.layer(layer)?.revision ?? -1;
    const home = homeOf(segments);
    const place = home?.placed?.matrix.join() ?? '';
    return `${revision}:${place}:${segments.map(({ slot, value, isovalue }) => `${slot}=${value}@${isovalue ?? ''}`).join(',')}`;
  };

  /** An opening takes all chunks away; where it is taken back, the surfaces are to be made again. */
  const isMade = (layer: string, key: string): boolean => {
    const known = made.get(layer);
    return known?.key === key && known.chunks.every((id) => surfaces.getState().chunks.has(id));
  };

  function look(state: CaseState): void {
    if (held > 0) return;
    const layers = Map.groupBy(state.segments, ({ layer }) => layer);
    for (const layer of [...made.keys(), ...running.keys()]) {
      if (layers.has(layer)) continue;
      running.get(layer)?.abort.abort();
      // An undo may bring the layer back before this work has ended: it is then to be started anew.
      running.delete(layer);
      made.delete(layer);
      surfaces.remove(...chunkIds(layer));
    }
    const total = state.segments.reduce((sum, { voxels: count }) => sum + count ** (2 / 3), 0);
    for (const [layer, segments] of layers) {
      const key = keyOf(layer, segments);
      if (isMade(layer, key) || running.get(layer)?.key === key) continue;
      running.get(layer)?.abort.abort();
      const share = segments.reduce((sum, { voxels: count }) => sum + count ** (2 / 3), 0) / Math.max(1, total);
      start(layer, key, segments, Math.max(0.3, share));
    }
  }

  function start(layer: string, key: string, segments: readonly SegmentRecord[], share: number): void {
    const labels = voxels.layer(layer)?.labels;
    const record = homeOf(segments);
    const held = record && voxels.volume(record.id);
    if (!labels || !record || !held) return;
    // A volume that was brought into place has its surfaces there.
    const volume = record.placed ? { ...held, header: { ...held.header, rasFromIjk: placedGrid(record) } } : held;
    const abort = new AbortController();
    const done = jobs.verbs
      .run('job.surface', segments.length === 1 ? (segments[0]?.name ?? '') : String(segments.length), async (job) => {
        const signal = AbortSignal.any([job.signal, abort.signal]);
        const chunks = await makeChunks(pool, { layer, labels, volume, segments }, { signal, step: job.step, share });
        if (signal.aborted) return;
        made.set(layer, { key, chunks: chunks.map(({ id }) => id) });
        surfaces.exchange(chunkIds(layer), chunks);
      })
      // A failure is on its card already; the next change of the case tries again.
      .catch(() => undefined)
      .finally(() => {
        if (running.get(layer)?.abort === abort) running.delete(layer);
      });
    running.set(layer, { key, abort, done });
  }

  const unsubscribe = store.subscribe(look);
  return {
    async settled() {
      look(store.getState());
      while (running.size > 0) await Promise.all([...running.values()].map(({ done }) => done));
    },
    hold() {
      held++;
      let released = false;
      return () => {
        if (released) return;
        released = true;
        held--;
        look(store.getState());
      };
    },
    dispose() {
      unsubscribe();
      for (const { abort } of running.values()) abort.abort();
    },
  };
}
