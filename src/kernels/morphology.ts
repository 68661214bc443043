// Set operations and morphology on bit grids (rows of 64-bit words, `words` is even so that rows are 16 bytes apart; bits beyond ni
// are 0). All pointers are the caller's, 16-byte aligned. Twin: test/twin/bits.ts

export function and(a: usize, b: usize, target: usize, bytes: usize): void {
  for (let n: usize = 0; n < bytes; n += 16) v128.store(target + n, v128.and(v128.load(a + n), v128.load(b + n)));
}
export function or(a: usize, b: usize, target: usize, bytes: usize): void {
  for (let n: usize = 0; n < bytes; n += 16) v128.store(target + n, v128.or(v128.load(a + n), v128.load(b + n)));
}
/** a without b. */
export function andNot(a: usize, b: usize, target: usize, bytes: usize): void {
  for (let n: usize = 0; n < bytes; n += 16) v128.store(target + n, v128.andnot(v128.load(a + n), v128.load(b + n)));
}
export function clear(target: usize, bytes: usize): void {
  memory.fill(target, 0, bytes);
}
export function copy(source: usize, target: usize, bytes: usize): void {
  memory.copy(target, source, bytes);
}

/** Complement inside the grid: bits beyond `ni` stay 0. */
export function not(a: usize, target: usize, ni: i32, rows: i32, words: i32): void {
  for (let row = 0; row < rows; row++)
    for (let word = 0; word < words; word++) {
      const left = ni - (word << 6);
      const inside: u64 = left >= 64 ? ~(<u64>0) : left <= 0 ? 0 : ((<u64>1) << left) - 1;
      store<u64>(target, ~load<u64>(a) & inside);
      a += 8;
      target += 8;
    }
}

export function count(a: usize, bytes: usize): i32 {
  let sum: i64 = 0;
  for (let n: usize = 0; n < bytes; n += 8) sum += popcnt(load<i64>(a + n));
  return <i32>sum;
}

/** Widens the set bits of each row by `reach` on both sides, in place. */
function widen(bits: usize, rows: i32, words: i32, reach: i32): void {
  let have = 0;
  while (have < reach) {
    const step: u64 = min(min(have + 1, reach - have), 63);
    const back: u64 = 64 - step;
    for (let row = 0; row < rows; row++) {
      const from = bits + ((<usize>row * words) << 3);
      for (let at = from + ((<usize>(words - 1)) << 3); ; at -= 8) {
        const c = load<u64>(at);
        const before: u64 = at == from ? 0 : load<u64>(at - 8);
        store<u64>(at, c | (c << step) | (before >> back));
        if (at == from) break;
      }
    }
    have += <i32>step;
  }
  have = 0;
  while (have < reach) {
    const step: u64 = min(min(have + 1, reach - have), 63);
    const back: u64 = 64 - step;
    for (let row = 0; row < rows; row++) {
      const from = bits + ((<usize>row * words) << 3);
      const last = from + ((<usize>(words - 1)) << 3);
      for (let at = from; at <= last; at += 8) {
        const c = load<u64>(at);
        const after: u64 = at == last ? 0 : load<u64>(at + 8);
        store<u64>(at, c | (c >> step) | (after << back));
      }
    }
    have += <i32>step;
  }
}

function isEmpty(bits: usize, bytes: usize): bool {
  for (let n: usize = 0; n < bytes; n += 16) if (v128.any_true(v128.load(bits + n))) return false;
  return true;
}

/** Sets bits beyond `ni` to 0. */
function trim(bits: usize, ni: i32, rows: i32, words: i32): void {
  for (let row = 0; row < rows; row++)
    for (let word = ni >> 6; word < words; word++) {
      const left = ni - (word << 6);
      const inside: u64 = left <= 0 ? 0 : ((<u64>1) << left) - 1;
      const at = bits + ((<usize>row * words + word) << 3);
      store<u64>(at, load<u64>(at) & inside);
    }
}

/**
 * Dilation by any element that is symmetric and convex along i: ORs what slices [k0, k1) of `source` give into `target`.
 * `reaches`: int32 [(2·rk + 1) · (2·rj + 1)], half-width along i at offset (dj, dk), dj fastest, −1 where the element has nothing.
 * Each slice is widened once per half-width; the rest is ORs of whole rows. `scratch`: one slice.
 */
export function dilateSlices(
  source: usize,
  target: usize,
  scratch: usize,
  ni: i32,
  nj: i32,
  nk: i32,
  words: i32,
  k0: i32,
  k1: i32,
  reaches: usize,
  rj: i32,
  rk: i32,
): void {
  const rowBytes: usize = (<usize>words) << 3;
  const sliceBytes: usize = rowBytes * nj;
  const width = 2 * rj + 1;
  let widest = 0;
  for (let n = 0, end = width * (2 * rk + 1); n < end; n++)
    widest = max(widest, load<i32>(reaches + ((<usize>n) << 2)));
  for (let k = k0; k < k1; k++) {
    const slice = source + sliceBytes * k;
    if (isEmpty(slice, sliceBytes)) continue;
    memory.copy(scratch, slice, sliceBytes);
    let done = 0;
    for (let reach = 0; reach <= widest; reach++) {
      for (let dk = -rk; dk <= rk; dk++) {
        const toSlice = k + dk;
        if (toSlice < 0 || toSlice >= nk) continue;
        for (let dj = -rj; dj <= rj; dj++) {
          if (load<i32>(reaches + ((<usize>((dk + rk) * width + dj + rj)) << 2)) != reach) continue;
          if (done < reach) {
            widen(scratch, nj, words, reach - done);
            trim(scratch, ni, nj, words);
            done = reach;
          }
          const rows = nj - abs(dj);
          if (rows <= 0) continue;
          let from = scratch + (dj < 0 ? rowBytes * -dj : 0);
          let to = target + sliceBytes * toSlice + (dj > 0 ? rowBytes * dj : 0);
          for (const end = to + rowBytes * rows; to < end; to += 16, from += 16)
            v128.store(to, v128.or(v128.load(to), v128.load(from)));
        }
      }
    }
  }
}

/** Transposes 64 × 64 bits in place: bit c of word r becomes bit r of word c (Warren, Hacker's Delight, 7-3). */
function transpose64(block: usize): void {
  let mask: u64 = 0x00000000ffffffff;
  for (let width = 32; width != 0; width >>= 1, mask ^= mask << width)
    for (let r = 0; r < 64; r = (r + width + 1) & ~width) {
      const a = block + ((<usize>r) << 3);
      const b = block + ((<usize>(r + width)) << 3);
      const x = load<u64>(a);
      const y = load<u64>(b);
      const changed = ((x >> width) ^ y) & mask;
      store<u64>(a, x ^ (changed << width));
      store<u64>(b, y ^ changed);
    }
}

/** Swaps i and k for rows [j0, j1): `target` is a grid of nk × nj × ni with `targetWords` per row. `block`: 512 bytes. */
export function swapIK(
  source: usize,
  target: usize,
  block: usize,
  ni: i32,
  nj: i32,
  nk: i32,
  words: i32,
  targetWords: i32,
  j0: i32,
  j1: i32,
): void {
  const sliceWords = <usize>words * nj;
  const targetSliceWords = <usize>targetWords * nj;
  for (let j = j0; j < j1; j++)
    for (let toWord = 0; toWord < targetWords; toWord++)
      for (let word = 0; word < (ni + 63) >> 6; word++) {
        const firstK = toWord << 6;
        for (let n = 0; n < 64; n++) {
          const k = firstK + n;
          const at = source + ((sliceWords * k + <usize>words * j + word) << 3);
          store<u64>(block + ((<usize>n) << 3), k < nk ? load<u64>(at) : 0);
        }
        transpose64(block);
        const rows = min(64, ni - (word << 6));
        for (let n = 0; n < rows; n++) {
          const at = target + ((targetSliceWords * ((word << 6) + n) + <usize>targetWords * j + toWord) << 3);
          store<u64>(at, load<u64>(block + ((<usize>n) << 3)));
        }
      }
}
