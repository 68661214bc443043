import { createStore } from 'zustand/vanilla';
import { newSegments } from '#compute/newSegments.ts';
import { createPool, type Pool } from '#compute/pool.ts';
import { segment } from '#compute/segment.ts';
import { spawnBrowser } from '#compute/spawnBrowser.ts';
import { VesaliusError } from '#core/errors.ts';
import { timepointOf } from '#core/volume/timepoint.ts';
import { setLanguage } from '#i18n/t.ts';
import type { VolumeRecipe } from '#io/stored/arrays.ts';
import { createLightKeeper, type LightKeeper } from '#scene/lightKeeper.ts';
import type { StageModel } from '#scene/StageModel.ts';
import { type CaseStore, createCaseStore } from '#state/caseStore.ts';
import { createJobsStore } from '#state/jobsStore.ts';
import { journalFeed } from '#state/journalStore.ts';
import { createSurfaceStore } from '#state/surfaceStore.ts';
import type { MethodRequest, SeriesChoice, Viewer, ViewerActions } from '#state/viewer.ts';
import { createViewStore } from '#state/viewStore.ts';
import { exportCase } from './exportCase.ts';
import { createKeeping, type Keeping } from './keeping.ts';
import { createOpener, type OpenParts } from './openCase.ts';
import { createSurfaceKeeper, type SurfaceKeeper } from './surfaceKeeper.ts';
import { createPreview } from './thresholdPreview.ts';
import { whileOpen } from './whileOpen.ts';

/** The viewer and what only app may touch. */
export interface Composition {
  readonly viewer: Viewer;
  readonly store: CaseStore;
  readonly pool: Pool;
  readonly keeper: SurfaceKeeper;
  readonly lights: LightKeeper;
  readonly isolated: boolean;
  readonly keeping: Keeping;
  /** The 3D view while it is mounted. */
  stage: StageModel | null;
  /** Set when the XR chunk has been loaded. */
  headset: Headset | null;
}
export interface Headset {
  enter(mode: 'immersive-vr' | 'immersive-ar'): Promise<void>;
  exit(): Promise<void>;
}

/** Makes stores, pool and actions: the only place that does. */
export function createViewer(): Composition {
  const isolated = globalThis.crossOriginIsolated === true;
  const pool = createPool(spawnBrowser, isolated ? Math.max(2, Math.min(8, navigator.hardwareConcurrency ?? 2)) : 2);
  const newId = (kind: string) => `${kind[0]}-${randomWords()}`;
  const feed = journalFeed();
  const store = createCaseStore({ newId, now: Date.now }, { journalStore: feed });
  const jobs = createJobsStore({ now: () => performance.now(), after: (ms, then) => setTimeout(then, ms) });
  const surfaces = createSurfaceStore();
  const view = createViewStore(deviceStorage());
  const keeper = createSurfaceKeeper(pool, { case: store, voxels: store.voxels, jobs, surfaces });
  const lights = createLightKeeper(pool, { case: store, view, voxels: store.voxels, surfaces });
  const seriesQuestion = createSeriesQuestion();
  const recipes = new Map<string, VolumeRecipe>();
  const keeping = createKeeping(
    async (kept) =>
      (await import('./caseKeeper.ts')).createCaseKeeper({
        store,
        feed,
        keeping: kept,
        jobs,
        recipes,
        // In a session the canvas is the headset's.
        picture: () => (view.getState().xr !== 'none' ? null : (composition.stage?.screenshot() ?? null)),
      }),
    store,
    surfaces,
  );
  const parts: OpenParts = {
    pool,
    store,
    jobs,
    surfaces,
    keeper,
    newId,
    shared: isolated,
    ask: seriesQuestion.ask,
    recipes,
    stored: keeping.keeper,
    coarser: new Map(),
  };
  setLanguage(view.getState().language);

  const volume = () => {
    const record = store.getState().volumes[0];
    const held = record && store.voxels.volume(record.id);
    if (held) {
      const shown = timepointOf(held, view.getState().timepoint);
      // What is copied to a worker is the whole memory under a view: one timepoint gets memory of its own then.
      return isolated || shown === held ? shown : { ...shown, scalars: shown.scalars.slice() };
    }
    throw new VesaliusError({ code: 'not-open', what: 'case', where: 'volume', expected: 'an open scan', got: 'none' });
  };

  const actions: ViewerActions = {
    open: createOpener(parts),
    openCoarser: async (file, factor) => void (await parts.coarser.get(file)?.(factor)),
    openLabels: async (source) => (await import('./openLabels.ts')).openLabels(parts, source),
    segmentsAlone: async (source) => (await import('./openLabels.ts')).segmentsAlone(parts, source),
    addVolume: async (source) => (await import('./addVolume.ts')).addVolume(parts, source),
    registerVolume: async (id, kind) => (await import('./registerVolumes.ts')).registerVolume(parts, id, kind),
    placeByLandmarks: async (id, pairs) => (await import('./registerVolumes.ts')).placeByLandmarks(parts, id, pairs),
    carrySegments: async (id) => (await import('./registerVolumes.ts')).carrySegments(parts, id),
    seriesQuestion: seriesQuestion.store,
    async segment(request: MethodRequest) {
      const { method } = request;
      const scan = volume();
      const stillOpen = whileOpen(store);
      const { labels, segments } = await jobs.verbs.run('job.segmenting', method, async (job) => {
        const found = await segment(pool, scan, methodCall(request), {
          signal: job.signal,
          onStep: ({ stage, done, of }) => job.step(stage, done, of),
        });
        const bricks = await pool.run('bricks', [found.labels, scan.header.dims], {
          signal: job.signal,
          transfer: [found.labels.buffer],
        });
        const made = store.getState().segments.length;
        const look = { opacity: 1, isovalue: null, automatic: false };
        return { labels: bricks, segments: newSegments(request, found, bricks, scan.header, look, made) };
      });
      stillOpen();
      if (segments.length === 0) {
        throw new VesaliusError({
          code: 'empty-segment',
          what: method,
          where: 'result',
          expected: 'at least one voxel',
          got: 0,
        });
      }
      const ids = store.verbs.addLayer(labels, segments, 'history.segmented');
      view.verbs.set({ selection: ids.slice(0, 1) });
      return ids;
    },
    ...createPreview(pool, volume),
    export: (format, ids) => exportCase(pool, viewer, format, ids),
    async enterXR(mode) {
      if (!composition.headset) {
        throw new VesaliusError({
          code: 'no-headset',
          what: 'headset',
          where: 'navigator.xr',
          expected: 'a headset',
          got: 'none',
        });
      }
      await composition.headset.enter(mode);
    },
    exitXR: async () => composition.headset?.exit(),
    async screenshot() {
      if (composition.stage) return composition.stage.screenshot();
      throw new VesaliusError({
        code: 'not-open',
        what: 'screenshot',
        where: '3D view',
        expected: 'a view',
        got: 'none',
      });
    },
  };

  const viewer: Viewer = { keeping: keeping.store, case: store, view, jobs, surfaces, voxels: store.voxels, actions };
  const composition: Composition = {
    viewer,
    store,
    pool,
    keeper,
    lights,
    isolated,
    keeping,
    stage: null,
    headset: null,
  };
  return composition;
}

/** 64 random bits; not randomUUID, which a page without HTTPS on the local network does not have. */
function randomWords(): string {
  return [...crypto.getRandomValues(new Uint32Array(2))].map((word) => word.toString(36)).join('');
}

function methodCall({ method, settings, seeds }: MethodRequest) {
  return { method, ...(settings ? { settings } : {}), ...(seeds ? { seeds } : {}) };
}

function createSeriesQuestion() {
  const store = createStore<{ choices: readonly SeriesChoice[] | null; choose(uid: string | null): void }>()(() => ({
    choices: null,
    choose: () => undefined,
  }));
  const ask = (choices: readonly SeriesChoice[], opening: AbortSignal) =>
    new Promise<string | null>((resolve) => {
      const choose = (uid: string | null) => {
        if (store.getState().choose === choose) store.setState({ choices: null, choose: () => undefined });
        resolve(uid);
      };
      store.setState({ choices, choose });
      // An opening that has given way to another one is not asked about any more.
      if (opening.aborted) choose(null);
      opening.addEventListener('abort', () => choose(null), { once: true });
    });
  return { store, ask };
}

function deviceStorage() {
  return {
    get: (key: string) => localStorage.getItem(key),
    set: (key: string, value: string) => localStorage.setItem(key, value),
  };
}
