// Rows to bits, and how words are laid out. All pointers are the caller's; voxels may be read 256 bytes past the last row.
/** Bits of a word that are its own: all but the last. */
export const OWN: i64 = 0x7fffffffffffffff;

/** Bits of `rows` rows of `ni` voxels ≥ threshold (xor `flip`, 0 or −1), `words` words of 8 bytes a row. */
export function bitsU8(voxels: usize, bits: usize, ni: i32, rows: i32, words: i32, threshold: i32, flip: i64): void {
  const limit = i8x16.splat(<i8>threshold);
  for (let row = 0; row < rows; row++, voxels += ni) {
    for (let w = 0; w < words; w++, bits += 8) {
      const at = voxels + 63 * w;
      store<i64>(bits, (pack64(
        i8x16.ge_u(v128.load(at), limit),
        i8x16.ge_u(v128.load(at, 16), limit),
        i8x16.ge_u(v128.load(at, 32), limit),
        i8x16.ge_u(v128.load(at, 48), limit),
      ) ^ flip) & ones(ni - 63 * w));
    }
  }
}

export function bitsI16(voxels: usize, bits: usize, ni: i32, rows: i32, words: i32, threshold: i32, flip: i64): void {
  bits16<i16>(voxels, bits, ni, rows, words, threshold, flip);
}
export function bitsU16(voxels: usize, bits: usize, ni: i32, rows: i32, words: i32, threshold: i32, flip: i64): void {
  bits16<u16>(voxels, bits, ni, rows, words, threshold, flip);
}

/** Voxels > or = `iso`; a NaN is outside whichever way `below` (voxels ≤ iso) asks. */
export function bitsF32(voxels: usize, bits: usize, ni: i32, rows: i32, words: i32, iso: f32, below: bool): void {
  const sign = f32x4.splat(below ? -1 : 1);
  const limit = f32x4.splat(below ? -iso : iso);
  for (let row = 0; row < rows; row++, voxels += 4 * ni) {
    for (let w = 0; w < words; w++, bits += 8) {
      const at = voxels + 252 * w;
      store<i64>(bits, pack64(
        ge16(at, sign, limit),
        ge16(at + 64, sign, limit),
        ge16(at + 128, sign, limit),
        ge16(at + 192, sign, limit),
      ) & ones(ni - 63 * w));
    }
  }
}

/** Bounds float voxels to ±1e18, NaN to `missing`, so that no vertex becomes NaN. `count` is a multiple of 4. */
export function boundF32(voxels: usize, count: i32, missing: f32): void {
  const most = f32x4.splat(1e18);
  const least = f32x4.splat(-1e18);
  const other = f32x4.splat(missing);
  for (let end = voxels + 4 * count; voxels < end; voxels += 16) {
    const v = v128.load(voxels);
    const bounded = f32x4.max(f32x4.min(v, most), least);
    v128.store(voxels, v128.bitselect(bounded, other, f32x4.eq(v, v)));
  }
}

@inline function bits16<T>(voxels: usize, bits: usize, ni: i32, rows: i32, words: i32, threshold: i32, flip: i64): void {
  const limit = i16x8.splat(<i16>threshold);
  for (let row = 0; row < rows; row++, voxels += 2 * ni) {
    for (let w = 0; w < words; w++, bits += 8) {
      const at = voxels + 126 * w;
      store<i64>(bits, (pack64(
        i8x16.narrow_i16x8_s(ge8<T>(v128.load(at), limit), ge8<T>(v128.load(at, 16), limit)),
        i8x16.narrow_i16x8_s(ge8<T>(v128.load(at, 32), limit), ge8<T>(v128.load(at, 48), limit)),
        i8x16.narrow_i16x8_s(ge8<T>(v128.load(at, 64), limit), ge8<T>(v128.load(at, 80), limit)),
        i8x16.narrow_i16x8_s(ge8<T>(v128.load(at, 96), limit), ge8<T>(v128.load(at, 112), limit)),
      ) ^ flip) & ones(ni - 63 * w));
    }
  }
}

@inline function ge8<T>(v: v128, limit: v128): v128 {
  if (isSigned<T>()) return i16x8.ge_s(v, limit);
  return i16x8.ge_u(v, limit);
}

@inline function ge16(at: usize, sign: v128, limit: v128): v128 {
  return i8x16.narrow_i16x8_s(
    i16x8.narrow_i32x4_s(
      f32x4.ge(f32x4.mul(v128.load(at), sign), limit),
      f32x4.ge(f32x4.mul(v128.load(at, 16), sign), limit),
    ),
    i16x8.narrow_i32x4_s(
      f32x4.ge(f32x4.mul(v128.load(at, 32), sign), limit),
      f32x4.ge(f32x4.mul(v128.load(at, 48), sign), limit),
    ),
  );
}

@inline function pack64(a: v128, b: v128, c: v128, d: v128): i64 {
  return <i64>i8x16.bitmask(a) | (<i64>i8x16.bitmask(b) << 16) | (<i64>i8x16.bitmask(c) << 32) | (<i64>i8x16.bitmask(d) << 48);
}

/** The lowest n bits, all 64 from 64 on. */
@inline export function ones(n: i32): i64 {
  return n >= 64 ? -1 : (<i64>1 << n) - 1;
}

/** Cells of word w: those whose right voxel is in the row too. */
@inline export function cellsOf(ni: i32, w: i32): i64 {
  const left = ni - 1 - 63 * w;
  return left >= 63 ? OWN : left <= 0 ? 0 : (<i64>1 << left) - 1;
}
