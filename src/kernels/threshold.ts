// Voxels to bits and bits to label bytes. A bit row is `words` words of 64 bits, bit i of a row being voxel i; bits beyond ni are 0.
// All pointers are the caller's; sources may be read up to 63 bytes past their end. Twin: test/twin/bits.ts

function storeRow16(target: usize, chunk: i32, ni: i32, mask: i32): void {
  const left = ni - (chunk << 4);
  store<u16>(target + (chunk << 1), <u16>(left >= 16 ? mask : mask & ((1 << left) - 1)));
}

/** Sets bit i where lower ≤ voxel ≤ upper, for `rows` rows of `ni` int16 voxels. */
export function bitsI16(source: usize, target: usize, ni: i32, rows: i32, words: i32, lower: i32, upper: i32): void {
  const low = i16x8.splat(<i16>lower);
  const high = i16x8.splat(<i16>upper);
  const chunks = (ni + 15) >> 4;
  for (let row = 0; row < rows; row++) {
    const from = source + ((<usize>row * ni) << 1);
    const to = target + ((<usize>row * words) << 3);
    for (let chunk = 0; chunk < chunks; chunk++) {
      const at = from + (chunk << 5);
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const inA = v128.and(i16x8.ge_s(a, low), i16x8.le_s(a, high));
      const inB = v128.and(i16x8.ge_s(b, low), i16x8.le_s(b, high));
      storeRow16(to, chunk, ni, i8x16.bitmask(i8x16.narrow_i16x8_s(inA, inB)));
    }
    for (let chunk = chunks, end = words << 2; chunk < end; chunk++) store<u16>(to + (chunk << 1), 0);
  }
}

/** As bitsI16, for uint16 voxels. */
export function bitsU16(source: usize, target: usize, ni: i32, rows: i32, words: i32, lower: i32, upper: i32): void {
  const low = i16x8.splat(<i16>lower);
  const high = i16x8.splat(<i16>upper);
  const chunks = (ni + 15) >> 4;
  for (let row = 0; row < rows; row++) {
    const from = source + ((<usize>row * ni) << 1);
    const to = target + ((<usize>row * words) << 3);
    for (let chunk = 0; chunk < chunks; chunk++) {
      const at = from + (chunk << 5);
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const inA = v128.and(i16x8.ge_u(a, low), i16x8.le_u(a, high));
      const inB = v128.and(i16x8.ge_u(b, low), i16x8.le_u(b, high));
      storeRow16(to, chunk, ni, i8x16.bitmask(i8x16.narrow_i16x8_s(inA, inB)));
    }
    for (let chunk = chunks, end = words << 2; chunk < end; chunk++) store<u16>(to + (chunk << 1), 0);
  }
}

/** As bitsI16, for uint8 voxels. */
export function bitsU8(source: usize, target: usize, ni: i32, rows: i32, words: i32, lower: i32, upper: i32): void {
  const low = i8x16.splat(<i8>lower);
  const high = i8x16.splat(<i8>upper);
  const chunks = (ni + 15) >> 4;
  for (let row = 0; row < rows; row++) {
    const from = source + <usize>row * ni;
    const to = target + ((<usize>row * words) << 3);
    for (let chunk = 0; chunk < chunks; chunk++) {
      const a = v128.load(from + (chunk << 4));
      storeRow16(to, chunk, ni, i8x16.bitmask(v128.and(i8x16.ge_u(a, low), i8x16.le_u(a, high))));
    }
    for (let chunk = chunks, end = words << 2; chunk < end; chunk++) store<u16>(to + (chunk << 1), 0);
  }
}

/** As bitsI16, for float32 voxels; NaN is never inside. */
export function bitsF32(source: usize, target: usize, ni: i32, rows: i32, words: i32, lower: f32, upper: f32): void {
  const low = f32x4.splat(lower);
  const high = f32x4.splat(upper);
  const chunks = (ni + 15) >> 4;
  for (let row = 0; row < rows; row++) {
    const from = source + ((<usize>row * ni) << 2);
    const to = target + ((<usize>row * words) << 3);
    for (let chunk = 0; chunk < chunks; chunk++) {
      const at = from + (chunk << 6);
      const a = v128.load(at);
      const b = v128.load(at, 16);
      const c = v128.load(at, 32);
      const d = v128.load(at, 48);
      const inAB = i16x8.narrow_i32x4_s(
        v128.and(f32x4.ge(a, low), f32x4.le(a, high)),
        v128.and(f32x4.ge(b, low), f32x4.le(b, high)),
      );
      const inCD = i16x8.narrow_i32x4_s(
        v128.and(f32x4.ge(c, low), f32x4.le(c, high)),
        v128.and(f32x4.ge(d, low), f32x4.le(d, high)),
      );
      storeRow16(to, chunk, ni, i8x16.bitmask(i8x16.narrow_i16x8_s(inAB, inCD)));
    }
    for (let chunk = chunks, end = words << 2; chunk < end; chunk++) store<u16>(to + (chunk << 1), 0);
  }
}

/** Writes `value` into the label byte of each set bit, others are left; `target` holds rows·ni bytes and 15 of slack. */
export function paintBits(bits: usize, target: usize, ni: i32, rows: i32, words: i32, value: i32): void {
  const which = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const spread = i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1);
  const paint = i8x16.splat(<i8>value);
  const chunks = (ni + 15) >> 4;
  for (let row = 0; row < rows; row++) {
    const from = bits + ((<usize>row * words) << 3);
    const to = target + <usize>row * ni;
    for (let chunk = 0; chunk < chunks; chunk++) {
      const mask = <i32>load<u16>(from + (chunk << 1));
      if (mask == 0) continue;
      const chosen = i8x16.eq(v128.and(i8x16.swizzle(i16x8.splat(<i16>mask), spread), which), which);
      const at = to + (chunk << 4);
      v128.store(at, v128.bitselect(paint, v128.load(at), chosen));
    }
  }
}
