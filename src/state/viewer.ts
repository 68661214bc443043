// The contract between the layers that draw (scene, xr, ui) and the one that makes things (app): vanilla stores of data and
// verbs. React selects from them and calls verbs; it keeps no state of its own that anything else would want to know.

import type { StoreApi } from 'zustand/vanilla';
import type { AnatomicalCase } from '#core/anatomy/phantomSpec.ts';
import type { UnreadableRecord } from '#core/case/readRecord.ts';
import type {
  CaseDocument,
  MeasurementRecord,
  NewSegment,
  OverlayRecord,
  PlacedRecord,
  RasPoint,
  SegmentRecord,
  VolumeRecord,
  WindowRecord,
} from '#core/case/schema.ts';
import type { TissueId } from '#core/case/tissues.ts';
import type { VesaliusErrorFields } from '#core/errors.ts';
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import type { BrickEdit } from '#core/labelmap/operation.ts';
import type { SlotSums } from '#core/mesh/pack.ts';
import type { DisplacementField } from '#core/space/registration.ts';
import type { Coarser } from '#core/volume/coarser.ts';
import type { Volume, VolumeHeader } from '#core/volume/volume.ts';
import type { SourceRef } from '#io/source.ts';
import type { StoredCaseEntry } from '#io/stored/listCases.ts';

/** The open case, projected from its document. Every verb is one undoable step unless it says otherwise. */
export interface CaseState extends CaseDocument {
  /** Rises with every change. */
  readonly revision: number;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Oldest first; `undone` steps lie above the present one. */
  readonly history: readonly HistoryStep[];
  /** Records of the document that do not parse: kept as they are, shown as unreadable. */
  readonly unreadable: readonly UnreadableRecord[];
  /** Changes that the last undo or redo left standing, because a colleague has changed the same thing since. */
  readonly spared: number;
}

export interface HistoryStep {
  readonly id: number;
  /** Key of a phrase in en.json, 'history.renamed', with what it needs. */
  readonly act: string;
  readonly about: string;
  readonly undone: boolean;
}

export type SegmentPatch = Partial<
  Pick<SegmentRecord, 'name' | 'color' | 'opacity' | 'visible' | 'group' | 'reviewed'>
>;
/** What is found out about the segment of a value. */
export type SegmentFacts = Pick<SegmentRecord, 'value'> &
  Partial<Pick<SegmentRecord, 'voxels' | 'volumeMl' | 'cutByEdge' | 'isovalue' | 'madeBy' | 'opacity'>>;

export interface CaseVerbs {
  /** Replaces what is open by an empty case with this volume; the history begins anew with 'history.opened', which can be undone. */
  open(title: string, volume: VolumeRecord, window: WindowRecord, crosshair: RasPoint): void;
  renameCase(title: string): void;
  /** Leaves nothing open, as a step that can be undone; what is kept of the case on this device stays there. */
  closeCase(): void;
  /** Lays a further volume over the first; its record says how (`overlay`) and where (`placed`). */
  addVolume(volume: VolumeRecord): void;
  /** Takes a further volume away, and the segments on it. The first is what all others lie on: only `open` replaces it. */
  removeVolume(id: string): void;
  renameVolume(id: string, name: string): void;
  setOverlay(id: string, patch: Partial<OverlayRecord>, gesture?: string): void;
  /** null: as its own file says. */
  setPlaced(id: string, placed: PlacedRecord | null, gesture?: string): void;
  /** Adds a labelmap layer on a volume's grid (the first's unless told) and its segments as one step; gives their ids in order. */
  addLayer(labels: LabelmapData, segments: readonly NewSegment[], act: string, volume?: string): string[];
  /** Several layers at once, as segments that overlap need them: one step. */
  addLayers(
    layers: readonly { readonly labels: LabelmapData; readonly segments: readonly NewSegment[] }[],
    act: string,
    volume?: string,
  ): string[];
  /**
   * Finer labels and better figures for a layer that this device made: no act of its own and no step, since what was done
   * stays the same. `labels` null: the figures alone. Segments that are gone are passed over.
   */
  refineLayer(layer: string, labels: LabelmapData | null, facts: readonly SegmentFacts[]): void;
  setSegment(id: string, patch: SegmentPatch): void;
  setVisible(ids: readonly string[], visible: boolean): void;
  /** Shows these alone. */
  isolate(ids: readonly string[]): void;
  removeSegments(ids: readonly string[]): void;
  /** Writes runs of segment values (0 erases) into bricks of a layer. Each value has to be that of a living segment of the layer. */
  paint(layer: string, edits: readonly BrickEdit[]): void;
  addMeasurement(measurement: Omit<MeasurementRecord, 'id'>): MeasurementRecord;
  removeMeasurement(id: string): void;
  /** Calls with the same gesture name until `endGesture` are one step. */
  setCrosshair(point: RasPoint, gesture?: string): void;
  setWindow(window: WindowRecord, gesture?: string): void;
  setOpacity(id: string, opacity: number, gesture?: string): void;
  endGesture(): void;
  undo(): void;
  redo(): void;
  /** Undoes or redoes until `id` is the newest step that stands. */
  goTo(id: number): void;
}

/** Arrays by id: voxels and labels stay out of stores. */
export interface Voxels {
  volume(id: string): Volume | null;
  /** The header and, where the page is not isolated, no scalars: those are with the worker. */
  header(id: string): VolumeHeader | null;
  /** The displacement field of a `placed` record, by its id. */
  field(id: string): DisplacementField | null;
  /** The folded labelmap of a layer, and a number that rises when it changes. */
  layer(id: string): { readonly labels: LabelmapData; readonly revision: number } | null;
  /** Bricks of a layer that changed after `revision`; 'all' where that is no longer known. */
  changedBricks(id: string, revision: number): readonly number[] | 'all';
}

const toolIds = [
  'inspect',
  'cut',
  'slice',
  'threshold',
  'seeds',
  'brush',
  'scissors',
  'measure',
  'mark',
  'methods',
] as const;
export type ToolId = (typeof toolIds)[number];
export type Theme = 'dark' | 'light' | 'contrast' | 'system';

/** How this device looks at the case; never in the document, remembered on this device where it says so. */
export interface ViewState {
  readonly tool: ToolId;
  /** Segment ids. */
  readonly selection: readonly string[];
  readonly hover: { readonly segment: string; readonly ras: RasPoint } | null;
  /** What lies under the pointer on a slice or the body. */
  readonly cursor: {
    readonly ras: RasPoint;
    readonly value: number | null;
    readonly segment: string | null;
    /** Of the further volumes that are seen, by id: their values here; null outside of them. */
    readonly others?: readonly ValueOfOther[];
  } | null;
  readonly layout: 'both' | 'slices' | '3d';
  readonly largeSlice: 'axial' | 'coronal' | 'sagittal' | null;
  readonly panelsFolded: boolean; // remembered
  readonly leftWidth: number; // remembered
  readonly rightWidth: number; // remembered
  readonly theme: Theme; // remembered
  readonly language: string; // remembered
  /** Radiological: the patient's right on the left of the picture. */
  readonly convention: 'radiological' | 'neurological'; // remembered
  /**
   * How further volumes lie over the first: mixed by opacity, in squares, as what is left of one less the other; or the first, or
   * the uppermost of the others, alone.
   */
  readonly overlayMode: 'blend' | 'checker' | 'difference' | 'base' | 'over';
  /** Which timepoint is shown, from 0; a volume with fewer shows its last. */
  readonly timepoint: number;
  /** Shows the side that `normal` (RAS) points to; null: the whole body. */
  readonly clip: { readonly point: RasPoint; readonly normal: RasPoint } | null;
  /** Plain: no grain, no fibres. */
  readonly look: 'full' | 'plain';
  readonly planesShown: boolean;
  /** What the next points measure. */
  readonly measureKind: MeasurementRecord['kind'];
  /** Asks the 3D view to move: raised with each wish. `segment` null frames the whole body. */
  readonly cameraWish: { readonly serial: number; readonly view: NamedView | null; readonly segment: string | null };
  /** What the camera sees now, written by the 3D view: letters and scale bar read it. */
  readonly camera: CameraFacts | null;
  readonly xr: 'none' | 'immersive-vr' | 'immersive-ar';
  /** Can this device present, as far as is known? */
  readonly headset: 'unknown' | 'none' | 'ready' | 'emulated';
  readonly headsetAr: boolean;
}
export interface ValueOfOther {
  readonly volume: string;
  readonly value: number | null;
  /** The voxel lies in a plane that was made up between measured ones. */
  readonly interpolated: boolean;
}
export type NamedView = 'front' | 'back' | 'right' | 'left' | 'top' | 'bottom' | 'three-quarter';

export interface CameraFacts {
  /** Unit vectors in RAS: what points right and up on the screen, and towards the viewer. */
  readonly rightRas: RasPoint;
  readonly upRas: RasPoint;
  readonly towardsRas: RasPoint;
  /** CSS pixels for one mm at the middle of the body. */
  readonly pixelsPerMm: number;
}

export interface ViewVerbs {
  set(patch: Partial<Omit<ViewState, 'cameraWish'>>): void;
  lookFrom(view: NamedView): void;
  focus(segment: string | null): void;
}

export interface JobState {
  readonly id: number;
  /** Key of a phrase: 'job.reading', 'job.segmenting', … with what it is about. */
  readonly title: string;
  readonly about: string;
  readonly stage: string;
  readonly done: number;
  readonly of: number;
  readonly startedMs: number;
  /** Of a scan that is being read: its newest slice. */
  readonly picture?: { readonly width: number; readonly height: number; readonly rgba: Uint8ClampedArray<ArrayBuffer> };
}
export interface ErrorCard {
  readonly id: number;
  readonly error: VesaliusErrorFields;
}
export interface JobsState {
  readonly jobs: readonly JobState[];
  readonly errors: readonly ErrorCard[];
  /** Short notices ('notice.undone' …), newest last. */
  readonly notices: readonly { readonly id: number; readonly text: string; readonly about: string }[];
}
export interface JobsVerbs {
  /** Runs work as a job with progress and cancel; an error becomes a card (and is thrown on), a cancel does not. */
  run<Result>(
    title: string,
    about: string,
    work: (job: {
      signal: AbortSignal;
      step(stage: string, done: number, of: number): void;
      show(picture: JobState['picture']): void;
    }) => Promise<Result>,
  ): Promise<Result>;
  cancel(id: number): void;
  dismissError(id: number): void;
  notify(text: string, about: string): void;
}

/** A chunk of surface ready for the GPU: see scene/arena. Made by workers, kept out of React. */
export interface SurfaceChunk {
  readonly id: string;
  readonly detail: 'coarse' | 'full';
  /** int16 x, y, z, slot per vertex: 8 bytes. */
  readonly place: Int16Array<ArrayBufferLike>;
  /** uint8 octahedral normal 2, octahedral bent normal 2, openness, concavity, depth, spare: 8 bytes. */
  readonly light: Uint8Array<ArrayBufferLike>;
  readonly triangles: Uint32Array<ArrayBufferLike>;
  /** Index ranges by segment slot, in the order of `triangles`. */
  readonly ranges: readonly { readonly slot: number; readonly start: number; readonly count: number }[];
  /** RAS mm = centre + scale × int16. */
  readonly centre: RasPoint;
  readonly scale: number;
  /** Of each slot, in the order of the vertices. */
  readonly sums?: readonly SlotSums[];
}
export interface SurfaceState {
  readonly chunks: ReadonlyMap<string, SurfaceChunk>;
  readonly revision: number;
}

export type OpenSource =
  | { readonly urls: readonly string[] }
  | { readonly files: readonly File[] }
  | { readonly refs: readonly SourceRef[] }
  | { readonly sample: `phantom:${AnatomicalCase}` }
  /** A case that is kept on this device. */
  | { readonly stored: string };

/** The address of a file of segments; or files of them, with the tables that name them. */
export type LabelsSource = string | Exclude<OpenSource, { readonly sample: string } | { readonly stored: string }>;

export interface MethodRequest {
  readonly method: string;
  readonly settings?: Readonly<Record<string, number | string | boolean>>;
  readonly seeds?: readonly RasPoint[];
  /** Name of the new segment; else the method's own. */
  readonly name?: string;
}
export interface ThresholdPreview {
  readonly lower: number;
  readonly upper: number;
  readonly voxels: number;
  readonly volumeMl: number;
  readonly pieces: number;
  readonly largestMl: number;
  readonly specks: number;
  readonly ms: number;
}

/** A series to choose from, when a folder holds several. */
export interface SeriesChoice {
  readonly uid: string;
  readonly text: string;
  readonly dims: string;
  readonly error: VesaliusErrorFields | null;
}

/** What needs workers, files or a headset; made in app. Each rejects with a VesaliusError and leaves the case whole. */
export interface ViewerActions {
  open(source: OpenSource): Promise<void>;
  /** Opens, as means over blocks, what was too large: `file` and `factor` are those of its error. */
  openCoarser(file: string, factor: Coarser): Promise<void>;
  /** Lays segments of any kind over the open scan, each file as one step; meshes open without a scan too. */
  openLabels(source: LabelsSource): Promise<void>;
  /** Whether these are segments alone, which lie over a scan and are none themselves. */
  segmentsAlone(source: LabelsSource): Promise<boolean>;
  /** Reads a further scan and lays it over the open one; gives its id. */
  addVolume(source: OpenSource): Promise<string>;
  /** Finds by elastix how a volume lies on the first, in a worker, and keeps that as one step. */
  registerVolume(id: string, kind: 'rigid' | 'affine' | 'deformable'): Promise<void>;
  /** The best rigid fit of pairs of points: RAS mm in this volume as its own file has it, then in the first. One step. */
  placeByLandmarks(id: string, pairs: readonly (readonly [RasPoint, RasPoint])[]): Promise<void>;
  /** The segments on a volume as a new layer on the first one's grid, each voxel its nearest; gives the new ids. */
  carrySegments(id: string): Promise<string[]>;
  /** Waiting for the user to choose one; null when none is asked. */
  readonly seriesQuestion: StoreApi<{ choices: readonly SeriesChoice[] | null; choose(uid: string | null): void }>;
  segment(request: MethodRequest): Promise<string[]>;
  preview(lower: number, upper: number, signal: AbortSignal): Promise<ThresholdPreview>;
  histogram(
    bins: number,
  ): Promise<{ readonly lower: number; readonly upper: number; readonly counts: Float64Array | readonly number[] }>;
  /** 'vesalius': the whole case in one file, whatever `segments` says. */
  export(
    format: 'stl' | 'glb' | 'obj' | 'ply' | 'nifti' | 'vesalius',
    segments: readonly string[] | null,
  ): Promise<Blob>;
  enterXR(mode: 'immersive-vr' | 'immersive-ar'): Promise<void>;
  exitXR(): Promise<void>;
  screenshot(): Promise<Blob>;
}

/** What is kept on this device. */
export interface KeepingState {
  /** Of the open case; 'none': nothing is kept (yet, or no storage is there). 'full' and 'failed' are tried again. */
  readonly save: 'none' | 'saving' | 'saved' | 'full' | 'failed';
  /** Kept cases, newest first; null until somebody looked. */
  readonly cases: readonly StoredCaseEntry[] | null;
  /** Bytes, as the browser reckons them; null where it does not say. */
  readonly usage: { readonly used: number; readonly quota: number } | null;
  /** The one that is open. */
  readonly open: string;
}
export interface KeepingVerbs {
  look(): Promise<void>;
  /** For good. Rejects with a VesaliusError where it is open, here or in another tab. */
  remove(id: string): Promise<void>;
}

export interface Viewer {
  readonly keeping: StoreApi<KeepingState> & { readonly verbs: KeepingVerbs };
  readonly case: StoreApi<CaseState> & { readonly verbs: CaseVerbs };
  readonly view: StoreApi<ViewState> & { readonly verbs: ViewVerbs };
  readonly jobs: StoreApi<JobsState> & { readonly verbs: JobsVerbs };
  readonly surfaces: StoreApi<SurfaceState>;
  readonly voxels: Voxels;
  readonly actions: ViewerActions;
}

export type {
  CaseDocument,
  MeasurementRecord,
  NewSegment,
  OverlayRecord,
  PlacedRecord,
  RasPoint,
  SegmentRecord,
  StoredCaseEntry,
  TissueId,
  VolumeRecord,
  WindowRecord,
};
