import * as z from 'zod';
import { segmentGroups, tissueIds } from './tissues.ts';

/** The version of the case document that this program writes; older ones are migrated, newer ones refused. */
export const CASE_VERSION = 2;

export const RasPoint = z.tuple([z.number(), z.number(), z.number()]);
export type RasPoint = z.infer<typeof RasPoint>;
const Id = z.string().min(1).max(64);
const HexColor = z.string().regex(/^#[0-9a-f]{6}$/);

const WarningRecord = z.strictObject({
  code: z.string().min(1).max(80),
  where: z.string().max(200),
  kept: z.string().max(400),
  text: z.string().max(2000),
});

/** The middle and the width of what is shown as grey, in rescaled units. */
export const WindowRecord = z.strictObject({ level: z.number(), width: z.number().positive() });
export type WindowRecord = z.infer<typeof WindowRecord>;

export const colorMaps = ['grey', 'hot', 'cool', 'viridis', 'spectrum'] as const;

/** How a further volume lies over the first one in the slices. */
export const OverlayRecord = z.strictObject({
  visible: z.boolean(),
  opacity: z.number().min(0).max(1),
  colorMap: z.enum(colorMaps),
  window: WindowRecord,
});
export type OverlayRecord = z.infer<typeof OverlayRecord>;

/** Where a volume was brought to: `matrix` (16 numbers, column-major) takes its own RAS mm to the RAS mm of the case's first volume. */
export const PlacedRecord = z.strictObject({
  /** 'header': both scans were taken in one frame of reference. */
  kind: z.enum(['header', 'rigid', 'affine', 'deformable', 'landmarks', 'hand']),
  matrix: z.array(z.number()).length(16),
  /** Id of the displacement field (kept beside the voxels) that is added after the matrix; null: none. */
  field: Id.nullable(),
  /** How far known points stay apart, mm; null where nothing measured it. */
  residualMm: z.number().nonnegative().nullable(),
  /** Landmarks that were set by hand: RAS mm in this volume, then in the first. */
  landmarks: z.array(z.tuple([RasPoint, RasPoint])).max(100),
});
export type PlacedRecord = z.infer<typeof PlacedRecord>;

/** A volume by reference: the voxels are elsewhere (state/voxels.ts), found by `id`. */
export const VolumeRecord = z.strictObject({
  id: Id,
  name: z.string().max(400),
  dims: z.tuple([z.int().positive(), z.int().positive(), z.int().positive()]),
  timepoints: z.int().positive(),
  spacing: z.tuple([z.number(), z.number(), z.number()]),
  /** 16 numbers, column-major. */
  rasFromIjk: z.array(z.number()).length(16),
  modality: z.enum(['CT', 'MR', 'PT', 'US', 'CR', 'SEG', 'OT']),
  modalityGuessed: z.boolean(),
  unit: z.string().max(20),
  format: z.string().max(20),
  synthetic: z.boolean(),
  seriesDescription: z.string().max(400),
  seriesDate: z.string().max(40),
  warnings: z.array(WarningRecord).max(500),
  /** SUV by body weight = suvFactor × value; null where that is not known. */
  suvFactor: z.number().positive().nullable(),
  /** When each timepoint began, ms after the first; null where that is not known. */
  timesMs: z.array(z.number()).max(10_000).nullable(),
  /** null for the first volume, which the slices show in the case's own window. */
  overlay: OverlayRecord.nullable(),
  /** null: as its own file says. */
  placed: PlacedRecord.nullable(),
});
export type VolumeRecord = z.infer<typeof VolumeRecord>;

const MadeBy = z.strictObject({
  /** Id in the methods registry, 'file' for imported labels, 'phantom', 'hand'. */
  method: z.string().max(80),
  settings: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  /** The program chose the method itself, when the scan was opened. */
  automatic: z.boolean(),
});

export const SegmentRecord = z.strictObject({
  id: Id,
  name: z.string().min(1).max(200),
  /** The volume whose grid its labels lie on. */
  volume: Id,
  /** A standard's word for it, as a file gave it: coding scheme ('SCT'), value, meaning. */
  code: z
    .strictObject({ scheme: z.string().max(16), value: z.string().max(64), meaning: z.string().max(200) })
    .nullable(),
  /** Which labelmap layer holds it, and its value there. */
  layer: Id,
  value: z.int().min(1).max(65535),
  /** Row in the look table and id per vertex: unique in the case while it lives, 1 to 4095. */
  slot: z.int().min(1).max(4095),
  color: HexColor,
  opacity: z.number().min(0).max(1),
  visible: z.boolean(),
  tissue: z.enum(tissueIds),
  group: z.enum(segmentGroups),
  voxels: z.int().nonnegative(),
  volumeMl: z.number().nonnegative(),
  /** Touches the border of the scan: its volume is a lower limit. */
  cutByEdge: z.boolean(),
  madeBy: MadeBy,
  reviewed: z.boolean(),
  /** Drawn from the voxels' own values at this isovalue (rescaled units) inside the segment's neighbourhood; null: from the labels alone. */
  isovalue: z.number().nullable(),
});
export type SegmentRecord = z.infer<typeof SegmentRecord>;

export const MeasurementRecord = z
  .strictObject({
    id: Id,
    kind: z.enum(['length', 'angle']),
    name: z.string().max(200),
    /** length: 2, angle: 3 with the vertex in the middle. RAS mm. */
    points: z.array(RasPoint).min(2).max(3),
  })
  .refine(({ kind, points }) => points.length === (kind === 'length' ? 2 : 3), {
    path: ['points'],
    error: 'a length has 2, an angle 3',
  });
export type MeasurementRecord = z.infer<typeof MeasurementRecord>;

const eachOnce = (list: readonly unknown[]): boolean => new Set(list).size === list.length;

export const CaseDocument = z.strictObject({
  version: z.literal(CASE_VERSION),
  title: z.string().max(400),
  volumes: z.array(VolumeRecord),
  segments: z
    .array(SegmentRecord)
    .refine((list) => eachOnce(list.map(({ id }) => id)), 'an id stands twice')
    .refine((list) => eachOnce(list.map(({ slot }) => slot)), 'a slot stands twice')
    .refine((list) => eachOnce(list.map(({ layer, value }) => `${layer} ${value}`)), 'a value of a layer stands twice'),
  measurements: z.array(MeasurementRecord),
  /** Where the three slice planes meet, RAS mm; null before a volume is open. */
  crosshair: RasPoint.nullable(),
  window: WindowRecord,
});
export type CaseDocument = z.infer<typeof CaseDocument>;
