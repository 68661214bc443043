// A viewer without app: plain stores around a given case, for the scene alone.
import { createStore } from 'zustand/vanilla';
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import type {
  CaseState,
  CaseVerbs,
  JobsState,
  JobsVerbs,
  RasPoint,
  SegmentRecord,
  SurfaceChunk,
  SurfaceState,
  Viewer,
  ViewState,
  ViewVerbs,
} from '#state/viewer.ts';

export interface FakeCase {
  readonly dims: readonly [number, number, number];
  readonly rasFromIjk: readonly number[];
  readonly segments: readonly SegmentRecord[];
  readonly chunks: readonly SurfaceChunk[];
  readonly labels: LabelmapData | null;
}

/** The viewer with a store of surfaces that can be written, as the app's is. */
export type FakeViewer = Viewer & { readonly surfaces: { put(...chunks: readonly SurfaceChunk[]): void } };

export function fakeSegment(slot: number, patch: Partial<SegmentRecord> = {}): SegmentRecord {
  return {
    id: `s${slot}`,
    name: `segment ${slot}`,
    volume: 'v',
    layer: 'layer',
    value: slot,
    slot,
    color: '#8c4a3c',
    opacity: 1,
    visible: true,
    tissue: 'liver',
    group: 'other',
    voxels: 1,
    volumeMl: 1,
    cutByEdge: false,
    madeBy: { method: 'file', settings: {}, automatic: false },
    reviewed: false,
    code: null,
    isovalue: null,
    ...patch,
  };
}

export function fakeViewer({ dims, rasFromIjk, segments, chunks, labels }: FakeCase): FakeViewer {
  const caseStore = createStore<CaseState>(() => ({
    version: 2,
    title: 'test',
    volumes: [
      {
        id: 'v',
        name: 'test',
        dims: [...dims],
        timepoints: 1,
        spacing: [1, 1, 1],
        rasFromIjk: [...rasFromIjk],
        modality: 'CT',
        modalityGuessed: false,
        unit: 'HU',
        format: 'phantom',
        synthetic: true,
        seriesDescription: '',
        seriesDate: '',
        warnings: [],
        suvFactor: null,
        timesMs: null,
        overlay: null,
        placed: null,
      },
    ],
    segments: [...segments],
    measurements: [],
    crosshair: null,
    window: { level: 40, width: 400 },
    revision: 0,
    canUndo: false,
    canRedo: false,
    history: [],
    unreadable: [],
    spared: 0,
  }));
  const patchSegments = (change: (segment: SegmentRecord) => SegmentRecord) =>
    caseStore.setState((state) => ({ segments: state.segments.map(change), revision: state.revision + 1 }));
  const notHere = () => {
    throw new Error('not in this viewer');
  };
  const verbs: CaseVerbs = {
    open: notHere,
    addVolume: notHere,
    removeVolume: notHere,
    renameVolume: notHere,
    renameCase: notHere,
    closeCase: notHere,
    setOverlay: notHere,
    setPlaced: notHere,
    addLayer: notHere,
    addLayers: notHere,
    refineLayer: notHere,
    paint: notHere,
    setSegment: (id, patch) =>
      patchSegments((segment) => (segment.id === id ? ({ ...segment, ...patch } as SegmentRecord) : segment)),
    setVisible: (ids, visible) => patchSegments((s) => (ids.includes(s.id) ? { ...s, visible } : s)),
    isolate: (ids) => patchSegments((s) => ({ ...s, visible: ids.includes(s.id) })),
    removeSegments: notHere,
    addMeasurement: (measurement) => {
      const record = { ...measurement, id: `m${caseStore.getState().measurements.length}` };
      caseStore.setState((state) => ({ measurements: [...state.measurements, record] }));
      return record;
    },
    removeMeasurement: notHere,
    setCrosshair: (crosshair: RasPoint) => caseStore.setState({ crosshair }),
    setWindow: (window) => caseStore.setState({ window }),
    setOpacity: (id, opacity) => patchSegments((s) => (s.id === id ? { ...s, opacity } : s)),
    endGesture: () => undefined,
    undo: notHere,
    redo: notHere,
    goTo: notHere,
  };
  const view = createStore<ViewState>(() => ({
    tool: 'inspect',
    selection: [],
    hover: null,
    cursor: null,
    layout: '3d',
    largeSlice: null,
    panelsFolded: false,
    leftWidth: 336,
    rightWidth: 304,
    theme: 'dark',
    language: 'en',
    convention: 'radiological',
    overlayMode: 'blend',
    timepoint: 0,
    clip: null,
    look: 'full',
    planesShown: false,
    measureKind: 'length',
    cameraWish: { serial: 0, view: null, segment: null },
    camera: null,
    xr: 'none',
    headset: 'unknown',
    headsetAr: false,
  }));
  const wish = (patch: { view?: ViewState['cameraWish']['view']; segment?: string | null }) =>
    view.setState(({ cameraWish }) => ({
      cameraWish: { serial: cameraWish.serial + 1, view: patch.view ?? null, segment: patch.segment ?? null },
    }));
  const viewVerbs: ViewVerbs = {
    set: (patch) => view.setState(patch),
    lookFrom: (named) => wish({ view: named }),
    focus: (segment) => wish({ segment }),
  };
  const jobs = createStore<JobsState>(() => ({ jobs: [], errors: [], notices: [] }));
  const jobVerbs: JobsVerbs = { run: notHere, cancel: notHere, dismissError: notHere, notify: notHere };
  const surfaces = createStore<SurfaceState>(() => ({
    chunks: new Map(chunks.map((chunk) => [chunk.id, chunk])),
    revision: 1,
  }));
  return {
    case: Object.assign(caseStore, { verbs }),
    view: Object.assign(view, { verbs: viewVerbs }),
    jobs: Object.assign(jobs, { verbs: jobVerbs }),
    surfaces: Object.assign(surfaces, {
      put: (...put: readonly SurfaceChunk[]) =>
        surfaces.setState(({ chunks: before, revision }) => ({
          chunks: new Map([...before, ...put.map((chunk) => [chunk.id, chunk] as const)]),
          revision: revision + 1,
        })),
    }),
    keeping: Object.assign(
      createStore(() => ({ save: 'none' as const, cases: null, usage: null, open: '' })),
      { verbs: { look: notHere, remove: notHere } },
    ),
    voxels: {
      volume: () => null,
      header: () => null,
      field: () => null,
      changedBricks: () => 'all',
      layer: (id) => (id === 'layer' && labels ? { labels, revision: 1 } : null),
    },
    actions: {
      open: notHere,
      openLabels: notHere,
      openCoarser: notHere,
      segmentsAlone: notHere,
      addVolume: notHere,
      registerVolume: notHere,
      placeByLandmarks: notHere,
      carrySegments: notHere,
      seriesQuestion: createStore(() => ({ choices: null, choose: notHere })),
      segment: notHere,
      preview: notHere,
      histogram: notHere,
      export: notHere,
      enterXR: notHere,
      exitXR: notHere,
      screenshot: notHere,
    },
  };
}
