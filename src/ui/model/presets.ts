// Ranges and windows that people know by name. HU, so for CT alone.
import type { WindowRecord } from '#state/viewer.ts';

export const windowPresets = {
  soft: { width: 400, level: 40 },
  lung: { width: 1500, level: -600 },
  bone: { width: 2000, level: 500 },
  brain: { width: 80, level: 40 },
} as const satisfies Record<string, WindowRecord>;
export type WindowPreset = keyof typeof windowPresets;

/** null: to the end of the scan's own values. */
export const rangePresets = {
  bone: { lower: 180, upper: null },
  soft: { lower: 0, upper: 100 },
  fat: { lower: -150, upper: -50 },
  lung: { lower: -950, upper: -500 },
  contrast: { lower: 150, upper: 500 },
} as const satisfies Record<string, { readonly lower: number; readonly upper: number | null }>;
export type RangePreset = keyof typeof rangePresets;

export function windowPresetOf({ width, level }: WindowRecord): WindowPreset | null {
  const found = Object.entries(windowPresets).find(([, preset]) => preset.width === width && preset.level === level);
  return (found?.[0] as WindowPreset | undefined) ?? null;
}
