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
    // Rescaling never falls (or never rises) along the float32 numbers: the ends are found by halving, exact in every rounding.
    const above = (stored: number) => (slope > 0 ? rescaled(stored) >= lower : rescaled(stored) <= upper);
    const beyond = (stored: number) => (slope > 0 ? rescaled(stored) > upper : rescaled(stored) < lower);
    const low = firstFloat(above);
    const past = firstFloat(beyond);
    return low < past ? [floatAt(low), floatAt(past - 1)] : null;
  }
  let low = Math.max(least, Math.ceil(ends[0]) - 1);
  let high = Math.min(most, Math.floor(ends[1]) + 1);
  while (low <= high && !inside(low)) low++;
  while (high >= low && !inside(high)) high--;
  return low <= high ? [low, high] : null;
}

/** Float32 numbers in their order, −∞ first: place n of FLOATS. */
const FLOATS = 2 * 0x7f800000 + 2;
const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);
function floatAt(n: number): number {
  const half = FLOATS / 2;
  bits[0] = n < half ? 0x80000000 + (half - 1 - n) : n - half;
  return float[0] as number;
}

/** The place of the first float32 for which `holds`, which must go on holding after it; FLOATS where there is none. */
function firstFloat(holds: (x: number) => boolean): number {
  let [low, high] = [0, FLOATS];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(floatAt(middle))) high = middle;
    else low = middle + 1;
  }
  return low;
}
