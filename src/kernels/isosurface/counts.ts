// Counting on words alone: where something is cut, where each row's vertices begin, and how many vertices and triangles a plane has.
import { cellsOf, OWN } from './bits';

/**
 * Writes to `starts` the number of the first vertex of each row of a plane: `nj` rows of edges along i, then along j, then along k, 4
 * bytes each; then two i32 for counting triangles, `own` and `between`. Returns the number after the plane's last vertex.
 * Writes to `cuts`, 4 bytes each (the row in the upper half, the word in the lower), words at which anything may be cut: between its
 * voxels, or to the next row or plane; and after `between` where that list ends. Most words of a scan are not among them.
 * `above` is the next plane's bits, 0 for edges along i and j alone.
 *
 * A cell has as many triangles as it has cut edges, less two for each loop that these form. An edge of a plane lies in two cells of the
 * slab above it, or in one at the border (`own`), and in as many of the slab below; one between two planes in four, two or one.
 * So the triangles between a plane and the next are own + own of the next + between, where between counts the loops too.
 * `table`: see triangles.ts; where it is 0, loops are not counted, and there are at most so many triangles.
 */
export function countPlane(
  plane: usize, above: usize, ni: i32, nj: i32, words: i32, first: u32, starts: usize, cuts: usize, table: usize,
): u32 {
  const column = <usize>(4 * nj);
  const lastWord = words - 1;
  const lastBit = ni - 1 - 63 * lastWord;
  let own = 0;
  let between = 0;
  const up = above ? above - plane : 0;
  for (let j = 0, rowAt = plane, start = starts; j < nj; j++, rowAt += 8 * words, start += 4) {
    // The last row has none after it: it stands for that one, and nothing is cut between the two.
    const row: usize = j < nj - 1 ? 8 * words : 0;
    let alongI = 0;
    let alongJ = 0;
    let alongK = 0;
    let endsJ = 0;
    let endsK = 0;
    for (let w = 0; w < words; w++) {
      const at = rowAt + 8 * w;
      // Of long rows most words are all outside or all inside, the next one too. (After the last, it is another row's.)
      if (words > 4 && uniform(v128.load(at), v128.load(at + row), v128.load(at + up), v128.load(at + row + up))) {
        w++;
        continue;
      }
      const a = load<u64>(at);
      const b = load<u64>(at + row);
      const c = load<u64>(at + up);
      const d = load<u64>(at + row + up);
      const any = a | b | c | d;
      const all = a & b & c & d;
      if (any == 0 || all == -1) continue;
      store<u32>(cuts, (j << 16) | w);
      cuts += 4;
      const cells = cellsOf(ni, w);
      const xa = a ^ (a >> 1);
      const y0 = a ^ b;
      const z0 = a ^ c;
      alongI += <i32>popcnt(xa & cells);
      alongJ += <i32>popcnt(y0 & OWN);
      alongK += <i32>popcnt(z0 & OWN);
      if (w == 0) {
        endsJ += <i32>(y0 & 1);
        endsK += <i32>(z0 & 1);
      }
      if (w == lastWord) {
        endsJ += <i32>((y0 >> lastBit) & 1);
        endsK += <i32>((z0 >> lastBit) & 1);
      }
      if (!row || !above || !table) continue;
      const active = (any | (any >> 1)) & ~(all & (all >> 1)) & cells;
      if (!active) continue;
      between -= 2 * <i32>popcnt(active);
      const xb = b ^ (b >> 1);
      const xc = c ^ (c >> 1);
      const xd = d ^ (d >> 1);
      const y1 = c ^ d;
      const z1 = b ^ d;
      // Two loops need a face with all four edges cut, or two opposite corners with all three edges cut each.
      const left = y0 & z0 & y1 & z1;
      const ambiguous =
        (xa & xb & y0 & (y0 >> 1)) |
        (xc & xd & y1 & (y1 >> 1)) |
        (xa & xc & z0 & (z0 >> 1)) |
        (xb & xd & z1 & (z1 >> 1)) |
        left |
        (left >> 1);
      const opposite =
        (xa & y0 & z0 & xd & (y1 >> 1) & (z1 >> 1)) |
        (xa & (y0 >> 1) & (z0 >> 1) & xd & y1 & z1) |
        (xb & y0 & z1 & xc & (y1 >> 1) & (z0 >> 1)) |
        (xb & (y0 >> 1) & (z1 >> 1) & xc & y1 & z0);
      for (let m = (ambiguous | opposite) & active; m; m &= m - 1) {
        const n = ctz(m);
        const code = ((a >> n) & 3) | (((b >> n) & 3) << 2) | (((c >> n) & 3) << 4) | (((d >> n) & 3) << 6);
        between -= 2 * (<i32>load<u8>(table + ((<usize>code) << 6), 1) - 1);
      }
    }
    const inner = j > 0 && row ? 2 : 1;
    own += inner * alongI + 2 * alongJ - endsJ;
    between += inner * (2 * alongK - endsK);
    store<u32>(start, alongI);
    store<u32>(start + column, alongJ);
    store<u32>(start + 2 * column, alongK);
  }
  let next = first;
  const end = starts + 3 * column;
  for (let start = starts; start < end; start += 4) {
    const count = load<u32>(start);
    store<u32>(start, next);
    next += count;
  }
  store<i32>(end, own);
  store<i32>(end, between, 4);
  store<u32>(end, cuts, 8);
  return next;
}

@inline function uniform(a: v128, b: v128, c: v128, d: v128): bool {
  const any = v128.or(v128.or(a, b), v128.or(c, d));
  const all = v128.and(v128.and(a, b), v128.and(c, d));
  return !v128.any_true(any) || i32x4.all_true(i32x4.eq(all, i32x4.splat(-1)));
}
