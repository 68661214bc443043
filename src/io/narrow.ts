import { bytesPerVoxel, type ScalarArray, type ScalarType } from '#core/volume/volume.ts';
import type { ColourType } from './colour.ts';
import { extend, valueRange } from './valueRange.ts';

/** Numbers as files hold them. */
export type NumberType = 'i8' | 'u8' | 'i16' | 'u16' | 'i32' | 'u32' | 'i64' | 'u64' | 'f32' | 'f64';
/** Voxel types as files hold them. */
export type StoredType = NumberType | ColourType;

export const storedBytes = {
  i8: 1,
  u8: 1,
  i16: 2,
  u16: 2,
  i32: 4,
  u32: 4,
  i64: 8,
  u64: 8,
  f32: 4,
  f64: 8,
  rgb24: 3,
  rgba32: 4,
} as const satisfies Record<StoredType, number>;

/** Takes stored bytes in order and brings them to the volume's type in its final buffer. */
export interface VoxelSink {
  /** The next stored bytes, cut anywhere. */
  push(bytes: Uint8Array<ArrayBufferLike>): void;
  /** Whole voxels so far. */
  readonly done: number;
  /** Smallest and largest finite value of the first timepoint so far; [∞, −∞] where there is none. */
  firstRange(): readonly [number, number];
  /** Of all timepoints; only looked at where whole numbers are brought to a smaller type. */
  readonly range: readonly [number, number];
  /** A value does not fit the scalar type exactly: nothing is written from there on, and the range goes on to be looked at. */
  readonly misfit: boolean;
  /** A float64 was rounded to float32. */
  readonly rounded: boolean;
}

/** The type to try first: right for nearly every file, and told by `misfit` where not. */
export function firstScalarType(stored: StoredType): ScalarType {
  switch (stored) {
    case 'u8':
    case 'rgb24':
    case 'rgba32':
      return 'u8';
    case 'i8':
    case 'i16':
    case 'i32':
    case 'i64':
      return 'i16';
    case 'u16':
    case 'u32':
    case 'u64':
      return 'u16';
    case 'f32':
    case 'f64':
      return 'f32';
  }
}

/** Whole numbers up to here are exact in float32. */
const EXACT_F32 = 2 ** 24;

/** The smallest of i16, u16, f32 that holds every whole number of the range exactly; null where none does. */
export function fittingType([min, max]: readonly [number, number]): ScalarType | null {
  if (min >= -32768 && max <= 32767) return 'i16';
  if (min >= 0 && max <= 65535) return 'u16';
  return min >= -EXACT_F32 && max <= EXACT_F32 ? 'f32' : null;
}

/**
 * @param target final buffer, filled from its start
 * @param firstCount voxels of the first timepoint
 */
export function voxelSink(
  stored: NumberType,
  bigEndian: boolean,
  target: ScalarArray,
  type: ScalarType,
  firstCount: number,
): VoxelSink {
  return stored === type
    ? sameType(stored, bigEndian, target, firstCount)
    : converting(stored, bigEndian, target, type, firstCount);
}

/** No conversion: bytes go straight to their place and are swapped there. */
function sameType(type: ScalarType, bigEndian: boolean, target: ScalarArray, firstCount: number): VoxelSink {
  const size = bytesPerVoxel[type];
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  const words = size === 4 ? new Uint32Array(target.buffer, target.byteOffset, target.length) : null;
  const first = valueRange(target);
  let at = 0;
  let done = 0;
  return {
    firstRange: first.now,
    range: [Infinity, -Infinity],
    misfit: false,
    rounded: false,
    get done() {
      return done;
    },
    push(chunk) {
      bytes.set(chunk, at);
      at += chunk.length;
      const to = Math.floor(at / size);
      if (bigEndian && words) swap32(words, done, to);
      else if (bigEndian && size === 2) swap16(target, done, to);
      first.add(done, Math.min(to, firstCount));
      done = to;
    },
  };
}

/** Voxels converted at once. */
const BATCH = 1 << 14;

function converting(
  stored: NumberType,
  bigEndian: boolean,
  target: ScalarArray,
  type: ScalarType,
  firstCount: number,
): VoxelSink {
  const size = storedBytes[stored];
  const staging = new Uint8Array(BATCH * size);
  const { values, prepare } = valuesOver(stored, staging.buffer);
  const integral = stored !== 'f32' && stored !== 'f64';
  const firstRange: [number, number] = [Infinity, -Infinity];
  const range: [number, number] = [Infinity, -Infinity];
  const state = { misfit: false, rounded: false };
  let filled = 0;
  let done = 0;
  const convert = (count: number): void => {
    if (bigEndian) reverse(staging, size, count);
    prepare?.(count);
    const first = Math.max(0, Math.min(count, firstCount - done));
    if (first > 0) extend(firstRange, values, 0, first);
    extend(range, values, 0, count);
    if (integral && !fits(range, type)) state.misfit = true;
    if (!state.misfit) {
      for (let n = 0; n < count; n++) target[done + n] = values[n] as number;
      if (!integral) {
        for (let n = 0; n < count; n++) {
          const value = values[n] as number;
          if (target[done + n] === value || Number.isNaN(value)) continue;
          if (Number.isFinite(target[done + n])) state.rounded = true;
          else state.misfit = true;
        }
      }
    }
    done += count;
  };
  return {
    firstRange: () => [firstRange[0], firstRange[1]],
    range,
    get misfit() {
      return state.misfit;
    },
    get rounded() {
      return state.rounded;
    },
    get done() {
      return done;
    },
    push(chunk) {
      let from = 0;
      while (from < chunk.length) {
        const part = chunk.subarray(from, from + staging.length - filled);
        staging.set(part, filled);
        from += part.length;
        filled += part.length;
        const whole = Math.floor(filled / size);
        if (whole === 0) continue;
        const rest = staging.slice(whole * size, filled);
        convert(whole);
        staging.set(rest, 0);
        filled = rest.length;
      }
    },
  };
}

function fits([min, max]: readonly [number, number], type: ScalarType): boolean {
  switch (type) {
    case 'u8':
      return min >= 0 && max <= 255;
    case 'i16':
      return min >= -32768 && max <= 32767;
    case 'u16':
      return min >= 0 && max <= 65535;
    case 'f32':
      return min >= -EXACT_F32 && max <= EXACT_F32;
  }
}

/** Staged bytes in this machine's byte order as numbers; 64-bit ones have to be prepared first. */
function valuesOver(
  stored: NumberType,
  buffer: ArrayBuffer,
): { values: ArrayLike<number>; prepare?: (count: number) => void } {
  switch (stored) {
    case 'i8':
      return { values: new Int8Array(buffer) };
    case 'u8':
      return { values: new Uint8Array(buffer) };
    case 'i16':
      return { values: new Int16Array(buffer) };
    case 'u16':
      return { values: new Uint16Array(buffer) };
    case 'i32':
      return { values: new Int32Array(buffer) };
    case 'u32':
      return { values: new Uint32Array(buffer) };
    case 'f32':
      return { values: new Float32Array(buffer) };
    case 'f64':
      return { values: new Float64Array(buffer) };
    case 'i64':
    case 'u64': {
      const values = new Float64Array(BATCH);
      const low = new Uint32Array(buffer);
      const high = stored === 'i64' ? new Int32Array(buffer) : low;
      // Beyond 2^53 the sum is rounded, which is still far out of every range that can be kept.
      const prepare = (count: number) => {
        for (let n = 0; n < count; n++) values[n] = (high[2 * n + 1] as number) * 4294967296 + (low[2 * n] as number);
      };
      return { values, prepare };
    }
  }
}

function swap16(values: ScalarArray, from: number, to: number): void {
  const words = new Uint16Array(values.buffer, values.byteOffset, values.length);
  for (let n = from; n < to; n++) {
    const word = words[n] as number;
    words[n] = (word << 8) | (word >>> 8);
  }
}

function swap32(words: Uint32Array, from: number, to: number): void {
  for (let n = from; n < to; n++) {
    const word = words[n] as number;
    words[n] = (word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
  }
}

function reverse(bytes: Uint8Array, size: number, count: number): void {
  if (size === 1) return;
  for (let n = 0; n < count * size; n += size) bytes.subarray(n, n + size).reverse();
}
