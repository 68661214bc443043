// Triangles of the cells between two planes.
import { cellsOf } from './bits';

/**
 * Writes three vertex numbers of 4 bytes for each triangle and returns the end. Up to 36 bytes after it may be overwritten, but
 * none from `end` on, where the triangles end at the latest.
 * `cuts` to `cutsEnd`: of the plane (counts.ts). `starts`, `startsAbove`: row starts of both planes, to which `first` is added.
 * `scratch`: 48 bytes, one number for each edge of a cell.
 * `table`: 64 bytes for each of 256 cases (bit di + 2·dj + 4·dk: the corner is inside): byte 0 how many bytes its triangles take,
 * byte 1 how many loops its cut edges form, then for each corner of a triangle where in scratch its edge is (16-bit addresses);
 * from 32 on four i32, 1 where edge 0 … 3 is cut; from 48 on the same of edges 4 … 7.
 * Edges as in isosurfaceCases.ts: 0–3 along i, 4–7 at the cell's left side, 8–11 at its right.
 */
export function triangles(
  plane: usize, above: usize, starts: usize, startsAbove: usize, cuts: usize, cutsEnd: usize, first: u32,
  ni: i32, nj: i32, words: i32, table: usize, scratch: usize, target: usize, end: usize,
): usize {
  const row = 8 * words;
  const column = 4 * nj;
  const base = i32x4.splat(first);
  // Numbers of the next vertex on the four rows along i, and of the edges at the left side of the next cell.
  let along = base;
  let left = base;
  for (let j = -1; cuts < cutsEnd; cuts += 4) {
    const cut = load<u32>(cuts);
    const w = cut & 0xffff;
    if (j != <i32>(cut >> 16)) {
      j = cut >> 16;
      if (j == nj - 1) break;
      const s = starts + 4 * j;
      const t = startsAbove + 4 * j;
      along = i32x4.add(base, pairs(v128.load64_zero(s), v128.load64_zero(t)));
      left = i32x4.add(base, pairs(
        v128.load32_lane(t + column, v128.load32_zero(s + column), 1),
        v128.load64_zero(s + 2 * column),
      ));
    }
    const at = row * j + 8 * w;
    const a = load<u64>(plane + at);
    const b = load<u64>(plane + at + row);
    const c = load<u64>(above + at);
    const d = load<u64>(above + at + row);
    const any = a | b | c | d;
    const all = a & b & c & d;
    let active = (any | (any >> 1)) & ~(all & (all >> 1)) & cellsOf(ni, w);
    while (active) {
      const n = ctz(active);
      active &= active - 1;
      const code = ((a >> n) & 3) | (((b >> n) & 3) << 2) | (((c >> n) & 3) << 4) | (((d >> n) & 3) << 6);
      const entry = table + (<usize>code << 6);
      const right = i32x4.add(left, v128.load(entry, 48));
      v128.store(scratch, along);
      v128.store(scratch, left, 16);
      v128.store(scratch, right, 32);
      along = i32x4.add(along, v128.load(entry, 32));
      left = right;
      const bytes = <usize>load<u8>(entry);
      if (target + 36 > end) {
        for (let n: usize = 0; n < bytes; n += 4) store<u32>(target + n, load<u32>(<usize>load<u16>(entry + (n >> 1) + 2)));
        target += bytes;
        continue;
      }
      // Most cells have one or two triangles: writing three always costs less than guessing wrongly.
      corner(entry, target, 0);
      corner(entry, target, 1);
      corner(entry, target, 2);
      corner(entry, target, 3);
      corner(entry, target, 4);
      corner(entry, target, 5);
      corner(entry, target, 6);
      corner(entry, target, 7);
      corner(entry, target, 8);
      if (bytes > 36) {
        for (let at: usize = 36, edge = entry + 20; at < bytes; at += 4, edge += 2)
          store<u32>(target + at, load<u32>(<usize>load<u16>(edge)));
      }
      target += bytes;
    }
  }
  return target;
}

/** The first two numbers of each. */
@inline function pairs(a: v128, b: v128): v128 {
  return v128.shuffle<i64>(a, b, 0, 2);
}

@inline function corner(entry: usize, target: usize, n: i32): void {
  store<u32>(target + 4 * n, load<u32>(<usize>load<u16>(entry + 2 * n + 2)));
}
