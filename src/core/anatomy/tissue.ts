import { clamp01, sine } from './shape.ts';

/**
 * Hounsfield units at a point (body mm); d is the signed distance to the structure's surface (−100 where it is deep and was not asked
 * for), width the blur's.
 */
export type Tissue = number | ((x: number, y: number, z: number, d: number, width: number) => number);

/** Smooth unevenness between −1 and 1 in waves of about `wave` mm. */
export function mottle(x: number, y: number, z: number, wave: number): number {
  const f = 6.2832 / wave;
  return (
    0.5 * sine(f * (x + 0.31 * y) + 1.1) * sine(f * (y - 0.27 * z) + 0.4) +
    0.5 * sine(f * 1.63 * (z + 0.22 * x)) * sine(f * 1.41 * (y + 0.4 * x) + 2)
  );
}

/** A shell of dense bone, spongy inside. */
export function bone(cortexHu: number, spongyHu: number, cortexMm: number): Tissue {
  return (x, y, z, d, width) => {
    const blur = Math.max(width, 1);
    const inner = clamp01((-d - cortexMm) / blur + 0.5);
    return cortexHu + inner * (spongyHu + 28 * mottle(x, y, z, 7) - cortexHu);
  };
}

/** Parenchyma with a little unevenness. */
export function flesh(hu: number, spread: number, wave: number): Tissue {
  return (x, y, z) => hu + spread * mottle(x, y, z, wave);
}

/** Muscle with strands of fat along z. */
export function marbled(hu: number, fat: number): Tissue {
  return (x, y, z) => {
    const strand =
      sine(0.47 * x + 2.2 * sine(0.06 * y + 0.031 * z)) * sine(0.41 * y + 1.7 * sine(0.05 * x - 0.023 * z));
    return hu + 6 * mottle(x, y, z, 23) - (strand > 0.55 ? fat * (strand - 0.55) : 0);
  };
}
