// Keeps the light of the surfaces true: when a structure goes, its shadow goes too. A shadow that stays looks like pathology.
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type BakeSource, bakeChunks, bakeContact, CONTACT_SIZE, makeOccupancy } from '#compute/bake.ts';
import type { Pool } from '#compute/pool.ts';
import { affine } from '#core/space/affine.ts';
import { isOpaque, isShown } from '#scene/arena/layers.ts';
import { boundsOf, slotFacts } from '#scene/arena/slotFacts.ts';
import type { SurfaceChunk, SurfaceState, Viewer } from '#state/viewer.ts';
import type { ContactShadow } from './ContactDisc.ts';
import { gridOfLayer } from './pick.ts';

export interface LightState {
  /** A bake is under way: what is drawn still has older or neutral light. */
  readonly baking: boolean;
  readonly contact: ContactShadow | null;
}

export interface LightKeeper {
  readonly store: StoreApi<LightState>;
  /** Resolves when the light is that of what is shown now, or a bake of it has failed. */
  settled(): Promise<void>;
  dispose(): void;
}

interface Parts extends Pick<Viewer, 'case' | 'view' | 'voxels'> {
  readonly surfaces: StoreApi<SurfaceState> & { put(...chunks: readonly SurfaceChunk[]): void };
}

/** A change of visibility is baked this long after the last one: a slider or a run of clicks is one bake. */
const WAIT_MS = 60;
/** A coarse surface is seldom there for longer, and the workers are busy with the fine one. */
const COARSE_WAIT_MS = 700;

export function createLightKeeper(pool: Pool, viewer: Parts): LightKeeper {
  const store = createStore<LightState>(() => ({ baking: false, contact: null }));
  /** What each chunk's light was baked for. */
  const bakedFor = new Map<string, { readonly place: unknown; readonly key: string }>();
  let contactFor = '';
  let running: { readonly key: string; readonly abort: AbortController; readonly done: Promise<void> } | null = null;
  let timer: ReturnType<typeof setTimeout> | null = null;

  /** All that the light depends on, beside the shapes: what stands in its way. */
  function occluderKey(): string {
    const { clip } = viewer.view.getState();
    const standing = viewer.case
      .getState()
      .segments.filter(isOpaque)
      .map(({ layer, value }) => `${layer}#${viewer.voxels.layer(layer)?.revision ?? 0}#${value}`)
      .sort()
      .join(' ');
    return clip ? `${standing} cut ${[...clip.point, ...clip.normal].join()}` : standing;
  }
  /** Shown slots that this chunk draws: those alone are baked. */
  function shownSlots(): Set<number> {
    return new Set(
      viewer.case
        .getState()
        .segments.filter(isShown)
        .map(({ slot }) => slot),
    );
  }
  const keyOf = (chunk: SurfaceChunk, occluders: string, shown: ReadonlySet<number>): string =>
    `${occluders}|${chunk.ranges
      .map(({ slot }) => slot)
      .filter((slot) => shown.has(slot))
      .join(',')}`;

  function stale(): SurfaceChunk[] {
    const occluders = occluderKey();
    const shown = shownSlots();
    return [...viewer.surfaces.getState().chunks.values()].filter((chunk) => {
      if (!chunk.ranges.some(({ slot }) => shown.has(slot))) return false;
      const baked = bakedFor.get(chunk.id);
      return baked?.place !== chunk.place || baked.key !== keyOf(chunk, occluders, shown);
    });
  }

  function look(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    const chunks = stale();
    const occluders = occluderKey();
    const key = `${occluders}|${chunks.map(({ id }) => id).join()}|${viewer.surfaces.getState().revision}`;
    if (chunks.length === 0 || running?.key === key) return;
    running?.abort.abort();
    const abort = new AbortController();
    const done = bake(chunks, abort.signal)
      .catch((thrown: unknown) => {
        // Neutral light is a duller picture, not a wrong one: the view goes on, and the next change tries again.
        if (!abort.signal.aborted) console.warn('light', thrown);
      })
      .finally(() => {
        if (running?.abort === abort) {
          running = null;
          store.setState({ baking: false });
        }
      });
    running = { key, abort, done };
    store.setState({ baking: true });
  }

  async function bake(chunks: readonly SurfaceChunk[], signal: AbortSignal): Promise<void> {
    const occluders = occluderKey();
    const shown = shownSlots();
    const source = bakeSource(viewer);
    if (!source) return;
    const occupancy = await makeOccupancy(pool, source, signal);
    const contact = bakeFloor(viewer, occluders);
    const [lights, openness] = await Promise.all([
      bakeChunks(pool, occupancy, chunks, { signal, slots: shown }),
      contact && contact.key !== contactFor ? bakeContact(pool, occupancy, contact.floor, signal) : null,
    ]);
    if (signal.aborted) return;
    const now = viewer.surfaces.getState().chunks;
    const lit: SurfaceChunk[] = [];
    for (const chunk of chunks) {
      const light = lights.get(chunk.id);
      // A chunk that was made anew meanwhile is baked in its own turn.
      if (!light || now.get(chunk.id)?.place !== chunk.place) continue;
      bakedFor.set(chunk.id, { place: chunk.place, key: keyOf(chunk, occluders, shown) });
      lit.push({ ...chunk, light });
    }
    for (const id of bakedFor.keys()) if (!now.has(id)) bakedFor.delete(id);
    if (contact && openness) {
      contactFor = contact.key;
      store.setState({ contact: { size: CONTACT_SIZE, openness, half: contact.floor.halfMm / 1000 } });
    }
    if (lit.length > 0) viewer.surfaces.put(...lit);
  }

  function soon(): void {
    const chunks = stale();
    if (timer === null && chunks.length === 0) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(look, chunks.every(({ detail }) => detail === 'coarse') ? COARSE_WAIT_MS : WAIT_MS);
  }

  const stops = [
    viewer.case.subscribe(soon),
    viewer.surfaces.subscribe(soon),
    viewer.view.subscribe(({ clip }, before) => clip !== before.clip && soon()),
  ];
  soon();
  return {
    store,
    async settled() {
      let tried = '';
      for (;;) {
        look();
        // The same again is a bake that has failed or had no grid to be made on: the next change tries once more.
        if (!running || running.key === tried) return;
        tried = running.key;
        await running.done;
      }
    },
    dispose() {
      if (timer) clearTimeout(timer);
      running?.abort.abort();
      for (const stop of stops) stop();
    },
  };
}

/**
 * Every opaque segment of the first volume that is shown, by layer; null where no layer's grid is known. What lies on the grid of a
 * further volume throws no shade.
 */
function bakeSource(viewer: Pick<Viewer, 'case' | 'view' | 'voxels'>): BakeSource | null {
  const { segments, volumes } = viewer.case.getState();
  const { clip: cut } = viewer.view.getState();
  const layers: { labels: BakeSource['layers'][number]['labels']; values: number[] }[] = [];
  let grid: { rasFromIjk: BakeSource['rasFromIjk']; dims: BakeSource['dims'] } | null = null;
  const own = segments.filter(({ volume }) => volume === volumes[0]?.id);
  for (const layer of new Set(own.map((segment) => segment.layer))) {
    const held = viewer.voxels.layer(layer);
    const rasFromIjk = gridOfLayer(viewer, layer);
    if (!held || !rasFromIjk) continue;
    if (grid && held.labels.dims.some((size, axis) => size !== grid?.dims[axis])) continue;
    grid ??= { rasFromIjk, dims: held.labels.dims };
    const values = segments.filter((segment) => segment.layer === layer && isOpaque(segment)).map(({ value }) => value);
    layers.push({ labels: held.labels, values });
  }
  const record = volumes[0];
  if (!grid && record) return { layers: [], rasFromIjk: affine('ras', 'ijk', record.rasFromIjk), dims: record.dims };
  return grid ? { layers, ...grid, cut } : null;
}

/** The floor just under all that has a surface. */
function bakeFloor(viewer: Pick<Viewer, 'surfaces'>, occluders: string) {
  const facts = slotFacts(viewer.surfaces.getState().chunks.values());
  const box = boundsOf(facts, facts.keys());
  if (!box) return null;
  const halfMm = 0.75 * Math.max(box.high[0] - box.low[0], box.high[1] - box.low[1], 40);
  const centre = [(box.low[0] + box.high[0]) / 2, (box.low[1] + box.high[1]) / 2, box.low[2] - 4] as const;
  return { floor: { centre, halfMm }, key: `${occluders}|${[...centre, halfMm].map((mm) => Math.round(mm)).join()}` };
}
