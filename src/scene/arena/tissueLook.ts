// How each tissue takes the light. Measured by eye against photographs of fresh tissue; it is drawing, not data.
import type { TissueId } from '#core/case/tissues.ts';

export interface TissueLook {
  readonly rough: number;
  /** Light that reaches round the terminator: skin and brain have much, bone little. */
  readonly wrap: number;
  /** Grain: cycles per mm of the noise, how much it tilts the normal, how much it mottles the colour. */
  readonly grainPerMm: number;
  readonly grain: number;
  readonly mottle: number;
  /** Grain drawn out along the structure's own long axis: 0 none, 1 lines. HATCHED: a pattern that means something and so stays in the plain look. */
  readonly stretch: number;
  /** Share of the key light: under 1 where broad pale faces would burn out. */
  readonly key: number;
}

/** In the place of `stretch`: stripes, so that a finding is told by more than its colour. */
export const HATCHED = -1;

const look = (
  rough: number,
  wrap: number,
  grainPerMm: number,
  grain: number,
  mottle: number,
  stretch = 0,
  key = 1,
): TissueLook => ({ rough, wrap, grainPerMm, grain, mottle, stretch, key });

export const tissueLooks: Readonly<Record<TissueId, TissueLook>> = {
  bone: look(0.55, 0.12, 0.055, 0.3, 0.2, 0, 0.77),
  cartilage: look(0.5, 0.2, 0.05, 0.14, 0.08, 0, 0.88),
  artery: look(0.35, 0.15, 0.05, 0.16, 0.08, 0.6),
  vein: look(0.35, 0.15, 0.05, 0.16, 0.08, 0.6),
  airway: look(0.4, 0.2, 0.05, 0.14, 0.08, 0, 0.92),
  lung: look(0.7, 0.3, 0.08, 0.35, 0.16),
  heart: look(0.4, 0.18, 0.045, 0.22, 0.16, 0.3),
  liver: look(0.4, 0.15, 0.045, 0.14, 0.14),
  spleen: look(0.45, 0.15, 0.045, 0.16, 0.14),
  kidney: look(0.45, 0.15, 0.04, 0.18, 0.16),
  stomach: look(0.5, 0.22, 0.03, 0.25, 0.14, 0.3),
  bowel: look(0.5, 0.28, 0.035, 0.28, 0.16),
  colon: look(0.5, 0.25, 0.03, 0.28, 0.16),
  gallbladder: look(0.4, 0.2, 0.04, 0.12, 0.12),
  pancreas: look(0.5, 0.25, 0.09, 0.5, 0.2),
  gland: look(0.5, 0.25, 0.08, 0.35, 0.18),
  bladder: look(0.45, 0.25, 0.035, 0.18, 0.12),
  brain: look(0.6, 0.4, 0.05, 0.1, 0.08, 0, 0.9),
  skin: look(0.6, 0.35, 0.06, 0.12, 0.07, 0, 0.88),
  muscle: look(0.6, 0.2, 0.06, 0.85, 0.34, 0.93),
  fat: look(0.7, 0.35, 0.07, 0.4, 0.16, 0, 0.9),
  nerve: look(0.5, 0.25, 0.05, 0.2, 0.1, 0.7, 0.95),
  finding: look(0.45, 0.2, 0.05, 0, 0, HATCHED),
  other: look(0.5, 0.2, 0.045, 0.12, 0.08),
};
