import type { SegmentGroup, TissueId } from '#core/case/tissues.ts';
import type { Affine } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { Warning } from '#core/warnings.ts';

/** A grid that labels lie on. */
export interface LabelGrid {
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
}

/** The open scan, as far as segments are held against it. Plain data. */
export interface ScanGrid extends LabelGrid {
  /** As it is shown: series description or file name. */
  readonly name: string;
  readonly seriesUid?: string | undefined;
  readonly frameOfReferenceUid?: string | undefined;
}

/** A standard's word for a structure. */
export interface SegmentCode {
  readonly scheme: string;
  readonly value: string;
  readonly meaning: string;
}

/** Segment values of one layer, i-fastest on its grid; 0 is none. */
export type LabelValues = Uint8Array<ArrayBufferLike> | Uint16Array<ArrayBufferLike>;

export interface ReadSegment {
  /** Its number in the layer, 1 to 65535: the file's own number where that is free. */
  readonly value: number;
  readonly layer: number;
  readonly name: string;
  /** sRGB; null where the file has none. */
  readonly color: `#${string}` | null;
  readonly code: SegmentCode | null;
  /** Guessed from code and name. */
  readonly tissue: TissueId;
  readonly group: SegmentGroup;
  /** How it was made, in the file's words: 'MANUAL', 'AUTOMATIC TotalSegmentator'; '' where it does not say. */
  readonly madeBy: string;
  readonly voxels: number;
  /** What else has to be known of how it came to be, as settings of the segment's origin. */
  readonly facts?: Readonly<Record<string, number | string | boolean>>;
}

/** What the file says it was drawn on. */
export interface BelongsTo {
  readonly frameOfReferenceUid?: string | undefined;
  readonly seriesUid?: string | undefined;
  readonly sopUids?: readonly string[] | undefined;
}

export type SegmentsFormat = 'dicom-seg' | 'rtstruct' | 'seg-nrrd' | 'labels' | 'mesh';

/** What every reader of segments gives. Segments that overlap lie in several layers, the fewest that hold them; nothing is merged. */
export interface SegmentSet {
  readonly format: SegmentsFormat;
  readonly grid: LabelGrid;
  readonly segments: readonly ReadSegment[];
  readonly layers: readonly LabelValues[];
  readonly belongsTo: BelongsTo | null;
  readonly warnings: readonly Warning[];
}
