import type { SegmentGroup, TissueId } from '#core/case/tissues.ts';
import type { Modality } from '#core/volume/volume.ts';

/** Units of a setting; 'value' is the scan's own rescaled unit (HU in a CT). */
export type SettingUnit = 'value' | 'HU' | 'mm' | 'mm³' | 'mm²' | '';

interface SettingBase {
  readonly name: string;
  readonly title: string;
  readonly unit: SettingUnit;
  /** One English sentence. */
  readonly help: string;
}
/** A number in [min, max]. A default of null is found from the scan; the result says what it became. */
export interface NumberSetting extends SettingBase {
  readonly type: 'number' | 'integer';
  readonly default: number | null;
  readonly min: number;
  readonly max: number;
}
export interface BooleanSetting extends SettingBase {
  readonly type: 'boolean';
  readonly default: boolean;
  readonly min: null;
  readonly max: null;
}
export type Setting = NumberSetting | BooleanSetting;

export interface MethodOutput {
  readonly value: number;
  readonly name: string;
  readonly tissue: TissueId;
  readonly group: SegmentGroup;
}

/** What page, command line and report need to know of a segmentation method. Plain data: the work is a job of the same id. */
export interface Method {
  readonly id: string;
  readonly title: string;
  /** One English sentence: what it finds. */
  readonly text: string;
  /** What the values have to mean; null: any scan. */
  readonly modality: Extract<Modality, 'CT' | 'MR'> | null;
  /** Points that the method starts from. */
  readonly seeds: 'none' | 'required';
  readonly settings: readonly Setting[];
  /** Segments in the result; a method with a variable number lists the first. */
  readonly outputs: readonly MethodOutput[];
  /** The paper or the rule that it follows. */
  readonly source: string;
}

export type SettingValue = number | string | boolean;
/** Settings by name; null where the method finds the value from the scan. */
export type ResolvedSettings = Readonly<Record<string, number | boolean | null>>;
