import * as z from 'zod/mini';
import { segmentGroups, tissueIds } from './tissues.ts';

/** The version of the case document that this program writes; older ones are migrated, newer ones refused. */
export const CASE_VERSION = 2;

export const RasPoint = z.tuple([z.number(), z.number(), z.number()]);
export type RasPoint = z.infer<typeof RasPoint>;
const words = (most: number, least = 0) => z.string().check(z.minLength(least), z.maxLength(most));
const Id = words(64, 1);
const positive = z.number().check(z.positive());
const natural = z.int().check(z.positive());
const share = z.number().check(z.minimum(0), z.maximum(1));
const Matrix = z.array(z.number()).check(z.length(16));
const listOf = <Each extends z.ZodMiniType>(each: Each, most: number) => z.array(each).check(z.maxLength(most));
const HexColor = z.string().check(z.regex(/^#[0-9a-f]{6}$/));

const WarningRecord = z.strictObject({
  code: words(80, 1),
  where: words(200),
  kept: words(400),
  text: words(2000),
});

/** The middle and the width of what is shown as grey, in rescaled units. */
export const WindowRecord = z.strictObject({ level: z.number(), width: positive });
export type WindowRecord = z.infer<typeof WindowRecord>;

export const colorMaps = ['grey', 'hot', 'cool', 'viridis', 'spectrum'] as const;

/** How a further volume lies over the first one in the slices. */
export const OverlayRecord = z.strictObject({
  visible: z.boolean(),
  opacity: share,
  colorMap: z.enum(colorMaps),
  window: WindowRecord,
});
export type OverlayRecord = z.infer<typeof OverlayRecord>;

/** Where a volume was brought to: `matrix` (16 numbers, column-major) takes its own RAS mm to the RAS mm of the case's first volume. */
export const PlacedRecord = z.strictObject({
  /** 'header': both scans were taken in one frame of reference. */
  kind: z.enum(['header', 'rigid', 'affine', 'deformable', 'landmarks', 'hand']),
  matrix: Matrix,
  /** Id of the displacement field (kept beside the voxels) that is added after the matrix; null: none. */
  field: z.nullable(Id),
  /** How far known points stay apart, mm; null where nothing measured it. */
  residualMm: z.nullable(z.number().check(z.nonnegative())),
  /** Landmarks that were set by hand: RAS mm in this volume, then in the first. */
  landmarks: listOf(z.tuple([RasPoint, RasPoint]), 100),
});
export type PlacedRecord = z.infer<typeof PlacedRecord>;

/** A volume by reference: the voxels are elsewhere (state/voxels.ts), found by `id`. */
export const VolumeRecord = z
  .strictObject({
    id: Id,
    name: words(400),
    dims: z.tuple([natural, natural, natural]),
    timepoints: natural,
    spacing: z.tuple([z.number(), z.number(), z.number()]),
    /** 16 numbers, column-major. */
    rasFromIjk: Matrix,
    modality: z.enum(['CT', 'MR', 'PT', 'US', 'CR', 'SEG', 'OT']),
    modalityGuessed: z.boolean(),
    unit: words(20),
    format: words(20),
    synthetic: z.boolean(),
    seriesDescription: words(400),
    seriesDate: words(40),
    warnings: listOf(WarningRecord, 500),
    /** SUV by body weight = suvFactor × value; null where that is not known. */
    suvFactor: z.nullable(positive),
    /** When each timepoint began, ms after the first; null where that is not known. */
    timesMs: z.nullable(listOf(z.number(), 10_000)),
    /** Planes (k) that were not measured but made up between their neighbours; absent: none. */
    interpolatedSlices: z.optional(listOf(z.int().check(z.nonnegative()), 100_000)),
    /** null for the first volume, which the slices show in the case's own window. */
    overlay: z.nullable(OverlayRecord),
    /** null: as its own file says. */
    placed: z.nullable(PlacedRecord),
  })
  .check(
    z.refine(({ dims, interpolatedSlices = [] }) => interpolatedSlices.every((k) => k < dims[2]), {
      path: ['interpolatedSlices'],
      error: 'planes of the volume',
    }),
  );
export type VolumeRecord = z.infer<typeof VolumeRecord>;

const MadeBy = z.strictObject({
  /** Id in the methods registry, 'file' for imported labels, 'phantom', 'hand'. */
  method: words(80),
  settings: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  /** The program chose the method itself, when the scan was opened. */
  automatic: z.boolean(),
});

export const SegmentRecord = z.strictObject({
  id: Id,
  name: words(200, 1),
  /** The volume whose grid its labels lie on. */
  volume: Id,
  /** A standard's word for it, as a file gave it: coding scheme ('SCT'), value, meaning. */
  code: z.nullable(z.strictObject({ scheme: words(16), value: words(64), meaning: words(200) })),
  /** Which labelmap layer holds it, and its value there. */
  layer: Id,
  value: z.int().check(z.minimum(1), z.maximum(65535)),
  /** Row in the look table and id per vertex: unique in the case while it lives, 1 to 4095. */
  slot: z.int().check(z.minimum(1), z.maximum(4095)),
  color: HexColor,
  opacity: share,
  visible: z.boolean(),
  tissue: z.enum(tissueIds),
  group: z.enum(segmentGroups),
  voxels: z.int().check(z.nonnegative()),
  volumeMl: z.number().check(z.nonnegative()),
  /** Touches the border of the scan: its volume is a lower limit. */
  cutByEdge: z.boolean(),
  madeBy: MadeBy,
  reviewed: z.boolean(),
  /** Drawn from the voxels' own values at this isovalue (rescaled units) inside the segment's neighbourhood; null: from the labels alone. */
  isovalue: z.nullable(z.number()),
});
export type SegmentRecord = z.infer<typeof SegmentRecord>;
/** What whoever makes a segment says of it; where it lies is the case's to say. */
export type NewSegment = Omit<SegmentRecord, 'id' | 'slot' | 'layer' | 'volume'>;

export const MeasurementRecord = z
  .strictObject({
    id: Id,
    kind: z.enum(['length', 'angle']),
    name: words(200),
    /** length: 2, angle: 3 with the vertex in the middle. RAS mm. */
    points: z.array(RasPoint).check(z.minLength(2), z.maxLength(3)),
  })
  .check(
    z.refine(({ kind, points }) => points.length === (kind === 'length' ? 2 : 3), {
      path: ['points'],
      error: 'a length has 2, an angle 3',
    }),
  );
export type MeasurementRecord = z.infer<typeof MeasurementRecord>;

const eachOnce = (list: readonly unknown[]): boolean => new Set(list).size === list.length;

export const CaseDocument = z.strictObject({
  version: z.literal(CASE_VERSION),
  title: words(400),
  volumes: z.array(VolumeRecord),
  segments: z.array(SegmentRecord).check(
    z.refine((list) => eachOnce(list.map(({ id }) => id)), 'an id stands twice'),
    z.refine((list) => eachOnce(list.map(({ slot }) => slot)), 'a slot stands twice'),
    z.refine(
      (list) => eachOnce(list.map(({ layer, value }) => `${layer} ${value}`)),
      'a value of a layer stands twice',
    ),
  ),
  measurements: z.array(MeasurementRecord),
  /** Where the three slice planes meet, RAS mm; null before a volume is open. */
  crosshair: z.nullable(RasPoint),
  window: WindowRecord,
});
export type CaseDocument = z.infer<typeof CaseDocument>;
