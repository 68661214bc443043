import type { ScalarType, VolumeHeader } from '#core/volume/volume.ts';

const limits = {
  u8: [0, 255],
  i16: [-32768, 32767],
  u16: [0, 65535],
  f32: [-Infinity, Infinity],
} as const satisfies Record<ScalarType, readonly [number, number]>;

type Rescale = Pick<VolumeHeader, 'scalarType' | 'slope' | 'intercept'>;

/**
 * Stored values whose rescaled value (slope × stored + intercept, in float64) lies in [lower, upper], both ends included; null where
 * no stored value does. Exact: the bounds are moved until they say the same as the rescaled comparison.
 */
export function storedRange(header: Rescale, lower: number, upper: number): readonly [number, number] | null {
  const { slope, intercept, scalarType } = header;
  const rescaled = (stored: number) => slope * stored + intercept;
  const inside = (stored: number) => rescaled(stored) >= lower && rescaled(stored) <= upper;
  if (slope === 0) return intercept >= lower && intercept <= upper ? limits[scalarType] : null;
  const ends = [(lower - intercept) / slope, (upper - intercept) / slope].sort((a, b) => a - b) as [number, number];
  const [least, most] = limits[scalarType];
  if (scalarType === 'f32') {
    const low = settle(Math.fround(ends[0]), 1, (x) => inside(x) || x > ends[1]);
    const high = settle(Math.fround(ends[1]), -1, (x) => inside(x) || x < ends[0]);
    return low <= high ? [low, high] : null;
  }
  let low = Math.max(least, Math.ceil(ends[0]) - 1);
  let high = Math.min(most, Math.floor(ends[1]) + 1);
  while (low <= high && !inside(low)) low++;
  while (high >= low && !inside(high)) high--;
  return low <= high ? [low, high] : null;
}

/** The float32 nearest to `start`, on its inner side, for which `holds`; a step outwards first, since rounding may have cut one off. */
function settle(start: number, inwards: 1 | -1, holds: (x: number) => boolean): number {
  if (!Number.isFinite(start)) return start;
  let x = nextFloat(start, -inwards as 1 | -1);
  for (let tries = 0; tries < 4 && !holds(x); tries++) x = nextFloat(x, inwards);
  return x;
}

const float = new Float32Array(1);
const bits = new Int32Array(float.buffer);
function nextFloat(x: number, direction: 1 | -1): number {
  float[0] = x;
  if (x === 0) return direction * 1.401298464324817e-45;
  bits[0] = (bits[0] as number) + (x > 0 === direction > 0 ? 1 : -1);
  return float[0] as number;
}
