// Connected components of a bit grid by runs and union-find (He, Chao & Suzuki, A Run-Based Two-Scan Labeling Algorithm, 2008; here
// in 3D over 64-bit words). A run is start | end << 16, end exclusive. All pointers are the caller's. Twin: test/twin/components.ts

/** Number of runs of set bits in `rows` rows. */
export function countRuns(bits: usize, rows: i32, words: i32): i32 {
  let count = 0;
  for (let row = 0; row < rows; row++) {
    let carry: u64 = 0;
    for (let word = 0; word < words; word++) {
      const c = load<u64>(bits);
      bits += 8;
      count += <i32>popcnt(c & ~((c << 1) | carry));
      carry = c >> 63;
    }
  }
  return count;
}

function root(parents: usize, n: u32): u32 {
  let up = load<u32>(parents + ((<usize>n) << 2));
  while (up != n) {
    const upper = load<u32>(parents + ((<usize>up) << 2));
    store<u32>(parents + ((<usize>n) << 2), upper);
    n = upper;
    up = load<u32>(parents + ((<usize>n) << 2));
  }
  return n;
}

function join(parents: usize, a: u32, b: u32): void {
  const x = root(parents, a);
  const y = root(parents, b);
  if (x < y) store<u32>(parents + ((<usize>y) << 2), x);
  else store<u32>(parents + ((<usize>x) << 2), y);
}

/** Joins the runs [a, aEnd) of a row with the runs [b, bEnd) of an earlier row where they overlap, or touch within `reach`. */
function joinRows(runs: usize, parents: usize, a: u32, aEnd: u32, b: u32, bEnd: u32, reach: u32): void {
  while (a < aEnd && b < bEnd) {
    const x = load<u32>(runs + ((<usize>a) << 2));
    const y = load<u32>(runs + ((<usize>b) << 2));
    const xEnd = x >> 16;
    const yEnd = y >> 16;
    if ((x & 0xffff) < yEnd + reach && (y & 0xffff) < xEnd + reach) join(parents, a, b);
    if (xEnd < yEnd) a++;
    else b++;
  }
}

/**
 * Finds and joins the runs of slices [k0, k1); slices are given in order from 0, all with the same arrays.
 * `rowStart`: uint32, one per row and one more; `runs`, `parents`: uint32, one per run. `connectivity`: 6, 18 or 26; 4 and 8 keep
 * slices along k apart, 5 those along j.
 */
export function joinSlices(
  bits: usize,
  words: i32,
  nj: i32,
  k0: i32,
  k1: i32,
  rowStart: usize,
  runs: usize,
  parents: usize,
  connectivity: i32,
): void {
  const besideReach: u32 = connectivity < 7 ? 0 : 1;
  const diagonal = connectivity == 18 || connectivity == 26;
  const diagonalReach: u32 = connectivity == 26 ? 1 : 0;
  const flat = connectivity == 4 || connectivity == 8;
  if (k0 == 0) store<u32>(rowStart, 0);
  for (let k = k0; k < k1; k++)
    for (let j = 0; j < nj; j++) {
      const row: usize = <usize>k * nj + j;
      const rowAt = rowStart + (row << 2);
      const first = load<u32>(rowAt);
      let next = first;
      let at = bits + ((row * words) << 3);
      let open: i32 = -1;
      for (let base = 0, end = words << 6; base < end; base += 64) {
        let c = load<u64>(at);
        at += 8;
        // Inside an open run zeros are looked for, outside ones.
        let from = 0;
        if (open >= 0) {
          if (~c == 0) continue;
          from = <i32>ctz(~c);
          store<u32>(runs + ((<usize>next) << 2), <u32>open | ((<u32>(base + from)) << 16));
          store<u32>(parents + ((<usize>next) << 2), next);
          next++;
          open = -1;
          c &= ~(((<u64>1) << from) - 1);
        }
        while (c != 0) {
          const start = <i32>ctz(c);
          const filled = c | (((<u64>1) << start) - 1);
          if (~filled == 0) {
            open = base + start;
            break;
          }
          const stop = <i32>ctz(~filled);
          store<u32>(runs + ((<usize>next) << 2), <u32>(base + start) | ((<u32>(base + stop)) << 16));
          store<u32>(parents + ((<usize>next) << 2), next);
          next++;
          c &= ~(((<u64>1) << stop) - 1);
        }
      }
      if (open >= 0) {
        store<u32>(runs + ((<usize>next) << 2), <u32>open | ((<u32>(words << 6)) << 16));
        store<u32>(parents + ((<usize>next) << 2), next);
        next++;
      }
      store<u32>(rowAt + 4, next);
      if (next == first) continue;
      if (j > 0 && connectivity != 5) joinRows(runs, parents, first, next, load<u32>(rowAt - 4), first, besideReach);
      if (k == 0 || flat) continue;
      const below = rowAt - ((<usize>nj) << 2);
      joinRows(runs, parents, first, next, load<u32>(below), load<u32>(below + 4), besideReach);
      if (!diagonal) continue;
      if (j > 0) joinRows(runs, parents, first, next, load<u32>(below - 4), load<u32>(below), diagonalReach);
      if (j < nj - 1) joinRows(runs, parents, first, next, load<u32>(below + 4), load<u32>(below + 8), diagonalReach);
    }
}

/** Turns each parent into its component's number, 0, 1, … in the order of first voxels. Returns how many there are. */
export function numberRuns(parents: usize, count: i32): i32 {
  let next: u32 = 0;
  for (let n: u32 = 0; n < <u32>count; n++) {
    const at = parents + ((<usize>n) << 2);
    const up = load<u32>(at);
    // An earlier run holds its component's number already.
    if (up == n) store<u32>(at, next++);
    else store<u32>(at, load<u32>(parents + ((<usize>up) << 2)));
  }
  return <i32>next;
}

/** Adds each run's length to its component's counter (uint32, zeroed by the caller). */
export function countVoxels(runs: usize, numbers: usize, count: i32, sizes: usize): void {
  for (let n = 0; n < count; n++) {
    const run = load<u32>(runs + ((<usize>n) << 2));
    const at = sizes + ((<usize>load<u32>(numbers + ((<usize>n) << 2))) << 2);
    store<u32>(at, load<u32>(at) + (run >> 16) - (run & 0xffff));
  }
}

/** Adds, per component, how many of its voxels are set in `marker` as well (uint32 counters, zeroed by the caller). */
export function countOverlap(
  rowStart: usize,
  runs: usize,
  numbers: usize,
  rows: i32,
  marker: usize,
  words: i32,
  counters: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const end = load<u32>(rowStart + ((<usize>(row + 1)) << 2));
    const bits = marker + ((<usize>row * words) << 3);
    for (let n = load<u32>(rowStart + ((<usize>row) << 2)); n < end; n++) {
      const run = load<u32>(runs + ((<usize>n) << 2));
      const start = run & 0xffff;
      const last = (run >> 16) - 1;
      const firstWord = start >> 6;
      const lastWord = last >> 6;
      let found: u32 = 0;
      for (let word = firstWord; word <= lastWord; word++) {
        let c = load<u64>(bits + ((<usize>word) << 3));
        if (word == firstWord) c &= ~(<u64>0) << (start & 63);
        if (word == lastWord) c &= ~(<u64>0) >> (63 - (last & 63));
        found += <u32>popcnt(c);
      }
      if (found == 0) continue;
      const at = counters + ((<usize>load<u32>(numbers + ((<usize>n) << 2))) << 2);
      store<u32>(at, load<u32>(at) + found);
    }
  }
}

/**
 * Place and extent of chosen components. `slots`: uint32 per component, 0 for none, else 1 + its place in `facts`. One fact is 64 bytes:
 * int32 smallest i, j, k, largest i, j, k (set by the caller to 2³¹−1 and −1), 8 bytes unused, float64 sums of i, j, k over its voxels.
 */
export function measure(
  rowStart: usize,
  runs: usize,
  numbers: usize,
  nj: i32,
  nk: i32,
  slots: usize,
  facts: usize,
): void {
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) {
      const row: usize = <usize>k * nj + j;
      const end = load<u32>(rowStart + ((row + 1) << 2));
      for (let n = load<u32>(rowStart + (row << 2)); n < end; n++) {
        const slot = load<u32>(slots + ((<usize>load<u32>(numbers + ((<usize>n) << 2))) << 2));
        if (slot == 0) continue;
        const fact = facts + ((<usize>(slot - 1)) << 6);
        const run = load<u32>(runs + ((<usize>n) << 2));
        const start = <i32>(run & 0xffff);
        const stop = <i32>(run >> 16);
        const length = <f64>(stop - start);
        store<i32>(fact, min(load<i32>(fact), start));
        store<i32>(fact, min(load<i32>(fact, 4), j), 4);
        store<i32>(fact, min(load<i32>(fact, 8), k), 8);
        store<i32>(fact, max(load<i32>(fact, 12), stop - 1), 12);
        store<i32>(fact, max(load<i32>(fact, 16), j), 16);
        store<i32>(fact, max(load<i32>(fact, 20), k), 20);
        store<f64>(fact, load<f64>(fact, 32) + 0.5 * <f64>(start + stop - 1) * length, 32);
        store<f64>(fact, load<f64>(fact, 40) + <f64>j * length, 40);
        store<f64>(fact, load<f64>(fact, 48) + <f64>k * length, 48);
      }
    }
}

/** Sets the bits of all runs whose component has a non-zero byte in `keep`; other bits of `target` are left. */
export function writeKept(
  rowStart: usize,
  runs: usize,
  numbers: usize,
  rows: i32,
  keep: usize,
  target: usize,
  words: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const end = load<u32>(rowStart + ((<usize>(row + 1)) << 2));
    const bits = target + ((<usize>row * words) << 3);
    for (let n = load<u32>(rowStart + ((<usize>row) << 2)); n < end; n++) {
      if (load<u8>(keep + load<u32>(numbers + ((<usize>n) << 2))) == 0) continue;
      const run = load<u32>(runs + ((<usize>n) << 2));
      const start = run & 0xffff;
      const last = (run >> 16) - 1;
      const firstWord = start >> 6;
      const lastWord = last >> 6;
      for (let word = firstWord; word <= lastWord; word++) {
        let c = ~(<u64>0);
        if (word == firstWord) c &= ~(<u64>0) << (start & 63);
        if (word == lastWord) c &= ~(<u64>0) >> (63 - (last & 63));
        const at = bits + ((<usize>word) << 3);
        store<u64>(at, load<u64>(at) | c);
      }
    }
  }
}

/** The number + 1 of the component at voxel (i, row), 0 where the bit is not set. */
export function componentAt(rowStart: usize, runs: usize, numbers: usize, row: i32, i: i32): i32 {
  const end = load<u32>(rowStart + ((<usize>(row + 1)) << 2));
  for (let n = load<u32>(rowStart + ((<usize>row) << 2)); n < end; n++) {
    const run = load<u32>(runs + ((<usize>n) << 2));
    if (<i32>(run & 0xffff) <= i && i < <i32>(run >> 16)) return <i32>load<u32>(numbers + ((<usize>n) << 2)) + 1;
  }
  return 0;
}
