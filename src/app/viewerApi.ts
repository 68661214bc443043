import type { VesaliusErrorFields } from '#core/errors.ts';
import { asVesaliusError, VesaliusError } from '#core/errors.ts';
import { isShown } from '#scene/arena/layers.ts';
import { pickRay } from '#scene/pick.ts';
import { type CaseSummary, caseSummary, type MeasurementSummary, type SegmentSummary } from '#state/caseSummary.ts';
import type {
  CaseState,
  MethodRequest,
  NamedView,
  OpenSource,
  OverlayRecord,
  RasPoint,
  ViewState,
  VolumeRecord,
} from '#state/viewer.ts';
import type { Composition } from './createViewer.ts';
import { checkedRequest, oneOf, pointOf, refuse, wholeOf } from './viewerApiChecks.ts';

export interface ViewPatch {
  readonly mode?: ViewState['layout'];
  readonly camera?: NamedView;
  readonly window?: number;
  readonly level?: number;
  /** How further volumes lie over the first. */
  readonly overlay?: ViewState['overlayMode'];
  /** From 0. */
  readonly timepoint?: number;
  /** Keeps the side that `normal` points to, RAS; null: the whole body. */
  readonly clip?: { readonly point: RasPoint; readonly normal: RasPoint } | null;
}
export interface Picked {
  /** Segment id. */
  readonly segment: string;
  readonly ras: RasPoint;
}
export interface ViewerStats {
  readonly fps: number;
  readonly frameMs: { readonly p50: number; readonly p95: number };
  readonly jsFrameMs: { readonly p50: number; readonly p95: number };
  readonly drawCalls: number;
  readonly triangles: number;
  readonly gpuBytes: number;
  readonly workers: number;
  readonly isolated: boolean;
  readonly presenting: boolean;
}
export interface ViewerEvents {
  case: CaseSummary;
  selection: readonly string[];
  hover: Picked | null;
  progress: readonly {
    readonly id: number;
    readonly title: string;
    readonly stage: string;
    readonly done: number;
    readonly of: number;
  }[];
  warning: CaseSummary['warnings'];
  error: VesaliusErrorFields;
  xr: ViewState['xr'];
}

/** `window.vesalius`: the page for scripts, tests and portals. Every call rejects with a VesaliusError and leaves the page whole. */
export interface ViewerApi {
  readonly ready: Promise<void>;
  open(source: OpenSource): Promise<CaseSummary>;
  /** Lays a further scan over the open one. */
  addVolume(source: OpenSource): Promise<VolumeRecord>;
  /** Name and look of a volume that lies over the first. */
  setVolume(id: string, patch: Partial<OverlayRecord> & { name?: string }): Promise<VolumeRecord>;
  /** Finds how a volume lies on the first. */
  register(request: { volume: string; kind: 'rigid' | 'affine' | 'deformable' }): Promise<VolumeRecord>;
  case(): CaseSummary;
  segment(request: MethodRequest): Promise<SegmentSummary[]>;
  setSegment(
    id: string,
    patch: { visible?: boolean; opacity?: number; color?: string; name?: string },
  ): Promise<SegmentSummary>;
  setView(patch: ViewPatch): Promise<void>;
  enterXR(mode: 'immersive-vr' | 'immersive-ar'): Promise<void>;
  exitXR(): Promise<void>;
  xr(): { mode: ViewState['xr'] /** 16 numbers, column-major: patient RAS mm → room metres. */; modelToRoom: number[] };
  stats(): ViewerStats;
  /** A place of the page in CSS pixels, or a ray in RAS mm. */
  pick(at: { x: number; y: number } | { origin: RasPoint; direction: RasPoint }): Promise<Picked | null>;
  on<Name extends keyof ViewerEvents>(event: Name, listener: (value: ViewerEvents[Name]) => void): () => void;
  undo(): Promise<void>;
  redo(): Promise<void>;
  measure(request: {
    kind: 'length' | 'angle';
    points: readonly RasPoint[];
    name?: string;
  }): Promise<MeasurementSummary>;
  export(request: {
    format: 'stl' | 'glb' | 'obj' | 'ply' | 'nifti' | 'vesalius';
    segments?: readonly string[];
  }): Promise<Blob>;
  screenshot(): Promise<Blob>;
  /** A hash of the labels of every segment, for proving that undo and redo are exact. */
  labelsHash(): string;
}

export function createViewerApi(composition: Composition, ready: Promise<void>): ViewerApi {
  const { viewer, store, pool, isolated } = composition;
  const { view, actions } = viewer;
  const summary = () => caseSummary(store.getState());
  const summaryOf = (id: string): SegmentSummary => {
    const found = summary().segments.find((segment) => segment.id === id);
    if (!found) throw refuse('segment', 'id', 'a segment of the open case', id);
    return found;
  };

  const volumeOf = (id: string): VolumeRecord => {
    const found = summary().volumes.find((volume) => volume.id === id);
    if (!found) throw refuse('volume', 'id', 'a volume of the open case', id);
    return found;
  };

  const api: ViewerApi = {
    ready,
    async open(source) {
      await actions.open(source);
      return summary();
    },
    async addVolume(source) {
      return volumeOf(await actions.addVolume(source));
    },
    async setVolume(id, { name, ...patch }) {
      volumeOf(id);
      if (name !== undefined) store.verbs.renameVolume(id, name);
      if (Object.keys(definedOf(patch)).length > 0) store.verbs.setOverlay(id, definedOf(patch));
      return volumeOf(id);
    },
    async register({ volume, kind }) {
      await actions.registerVolume(volume, oneOf('kind', kind, ['rigid', 'affine', 'deformable']));
      return volumeOf(volume);
    },
    case: summary,
    async segment(request) {
      const ids = await actions.segment(checkedRequest(request));
      return ids.map(summaryOf);
    },
    async setSegment(id, patch) {
      summaryOf(id);
      store.verbs.setSegment(id, definedOf(patch));
      return summaryOf(id);
    },
    async setView({ mode, camera, window: width, level, clip, overlay, timepoint }) {
      if (mode !== undefined) view.verbs.set({ layout: oneOf('mode', mode, ['both', 'slices', '3d']) });
      if (width !== undefined || level !== undefined) {
        const now = store.getState().window;
        store.verbs.setWindow({ width: width ?? now.width, level: level ?? now.level });
      }
      if (overlay !== undefined)
        view.verbs.set({ overlayMode: oneOf('overlay', overlay, ['blend', 'checker', 'difference', 'base', 'over']) });
      if (timepoint !== undefined)
        view.verbs.set({ timepoint: wholeOf('timepoint', timepoint, latest(store.getState())) });
      if (clip !== undefined)
        view.verbs.set({
          clip: clip && { point: pointOf('clip.point', clip.point), normal: pointOf('clip.normal', clip.normal) },
        });
      if (camera !== undefined) {
        view.verbs.lookFrom(
          oneOf('camera', camera, ['front', 'back', 'right', 'left', 'top', 'bottom', 'three-quarter']),
        );
      }
    },
    enterXR: (mode) => actions.enterXR(oneOf('mode', mode, ['immersive-vr', 'immersive-ar'])),
    exitXR: () => actions.exitXR(),
    xr: () => ({ mode: view.getState().xr, modelToRoom: [...(composition.stage?.modelRoot.matrix.elements ?? [])] }),
    stats() {
      const stats = composition.stage?.stats(performance.now());
      const { segments } = store.getState();
      // A canvas that is not mounted yet has drawn nothing.
      const none = { fps: 0, frameMs: ZERO, jsFrameMs: ZERO, drawCalls: 0, triangles: 0, gpuBytes: 0 };
      const shown = segments.some(isShown);
      return {
        ...(stats ?? none),
        ...(shown ? {} : { triangles: Math.min(stats?.triangles ?? 0, 999) }),
        workers: pool.size,
        isolated,
        presenting: view.getState().xr !== 'none',
      };
    },
    async pick(at) {
      const hit =
        'origin' in at
          ? pickRay(viewer, pointOf('origin', at.origin), pointOf('direction', at.direction))
          : (composition.stage?.pickPage(at.x, at.y) ?? null);
      return hit && { segment: hit.segment, ras: hit.ras };
    },
    on(event, listener) {
      return subscribe(composition, summary, event, listener as (value: unknown) => void);
    },
    async undo() {
      store.verbs.undo();
    },
    async redo() {
      store.verbs.redo();
    },
    async measure({ kind, points, name }) {
      const record = store.verbs.addMeasurement({
        kind: oneOf('kind', kind, ['length', 'angle']),
        points: points.map((point, n) => pointOf(`points[${n}]`, point)),
        name: name ?? '',
      });
      const made = summary().measurements.find(({ id }) => id === record.id);
      if (!made) throw refuse('measurement', 'id', 'the new measurement', record.id);
      return made;
    },
    export: ({ format, segments }) => actions.export(format, segments ?? null),
    screenshot: () => actions.screenshot(),
    labelsHash: () => store.caseHash(),
  };
  return guarded(api);
}

const latest = ({ volumes }: CaseState) => Math.max(1, ...volumes.map(({ timepoints }) => timepoints)) - 1;
const ZERO = { p50: 0, p95: 0 };

function definedOf<Patch extends object>(patch: Patch): Partial<Patch> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Partial<Patch>;
}

/** Whatever goes wrong inside, callers get a VesaliusError. */
function guarded(api: ViewerApi): ViewerApi {
  const entries = Object.entries(api).map(([name, member]) => {
    if (typeof member !== 'function') return [name, member];
    const call = (...args: unknown[]) => {
      try {
        const result = (member as (...args: unknown[]) => unknown)(...args);
        return result instanceof Promise ? result.catch(rethrow) : result;
      } catch (thrown) {
        return rethrow(thrown);
      }
    };
    return [name, call];
  });
  return Object.freeze(Object.fromEntries(entries)) as ViewerApi;
}

function rethrow(thrown: unknown): never {
  throw thrown instanceof VesaliusError ? thrown : asVesaliusError(thrown);
}

function subscribe(
  { viewer, store }: Composition,
  summary: () => CaseSummary,
  event: keyof ViewerEvents,
  listener: (value: unknown) => void,
): () => void {
  switch (event) {
    case 'case':
      return store.subscribe((state, before) => state.revision !== before.revision && listener(summary()));
    case 'warning':
      return store.subscribe((state, before) => state.volumes !== before.volumes && listener(summary().warnings));
    case 'selection':
      return viewer.view.subscribe(
        (state, before) => state.selection !== before.selection && listener(state.selection),
      );
    case 'hover':
      return viewer.view.subscribe((state, before) => state.hover !== before.hover && listener(state.hover));
    case 'xr':
      return viewer.view.subscribe((state, before) => state.xr !== before.xr && listener(state.xr));
    case 'progress':
      return viewer.jobs.subscribe((state, before) => state.jobs !== before.jobs && listener(state.jobs));
    case 'error':
      return viewer.jobs.subscribe((state, before) => {
        for (const card of state.errors) if (!before.errors.includes(card)) listener(card.error);
      });
    default:
      throw refuse('event', 'on', 'case selection hover progress warning error xr', String(event));
  }
}
