import * as z from 'zod';
import { segmentGroups, tissueIds } from './tissues.ts';

/** The version of the case document that this program writes; older ones are migrated, newer ones refused. */
export const CASE_VERSION = 1;

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

/** The middle and the width of what is shown as grey, in rescaled units. */
export const WindowRecord = z.strictObject({ level: z.number(), width: z.number().positive() });
export type WindowRecord = z.infer<typeof WindowRecord>;

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
