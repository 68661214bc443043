// Counting on words alone: where each row's vertices begin, and how many vertices and triangles a plane has.
import { cellsOf, OWN } from './bits';

/**
 * Number of the first vertex of each row of a plane: `nj` rows of edges along i, then along j, then along k, 4 bytes each.
 * `above` is the next plane's bits, 0 for the last plane. Returns the number after the plane's last vertex.
 */
export function rowStarts(plane: usize, above: usize, ni: i32, nj: i32, words: i32, first: u32, starts: usize): u32 {
  let next = first;
  const row = 8 * words;
  for (let j = 0, at = plane; j < nj; j++, starts += 4) {
    store<u32>(starts, next);
    for (let w = 0; w < words; w++, at += 8) {
      const a = load<u64>(at);
      next += <u32>popcnt((a ^ (a >> 1)) & cellsOf(ni, w));
    }
  }
  for (let j = 0, at = plane; j < nj; j++, starts += 4) {
    store<u32>(starts, next);
    if (j < nj - 1)
      for (let w = 0; w < words; w++, at += 8) next += <u32>popcnt((load<u64>(at) ^ load<u64>(at + row)) & OWN);
  }
  for (let j = 0, at = plane; j < nj; j++, starts += 4) {
    store<u32>(starts, next);
    if (above)
      for (let w = 0; w < words; w++, at += 8, above += 8)
        next += <u32>popcnt((load<u64>(at) ^ load<u64>(above)) & OWN);
  }
  return next;
}

/**
 * Triangles between a plane and the one above it. A cell has as many as it has cut edges, less two for each loop; only cells
 * that can have two loops are looked at one by one. `table`: see triangles.ts.
 */
export function countTriangles(plane: usize, above: usize, ni: i32, nj: i32, words: i32, table: usize): u32 {
  let total: u32 = 0;
  const row = 8 * words;
  for (let j = 0; j < nj - 1; j++) {
    for (let w = 0; w < words; w++, plane += 8, above += 8) {
      const cells = cellsOf(ni, w);
      const a = load<u64>(plane);
      const b = load<u64>(plane + row);
      const c = load<u64>(above);
      const d = load<u64>(above + row);
      const any = a | b | c | d;
      const all = a & b & c & d;
      const active = (any | (any >> 1)) & ~(all & (all >> 1)) & cells;
      if (!active) continue;
      const xa = a ^ (a >> 1);
      const xb = b ^ (b >> 1);
      const xc = c ^ (c >> 1);
      const xd = d ^ (d >> 1);
      const y0 = a ^ b;
      const y1 = c ^ d;
      const z0 = a ^ c;
      const z1 = b ^ d;
      const cut =
        popcnt(xa & cells) +
        popcnt(xb & cells) +
        popcnt(xc & cells) +
        popcnt(xd & cells) +
        popcnt(y0 & cells) +
        popcnt(y1 & cells) +
        popcnt(z0 & cells) +
        popcnt(z1 & cells) +
        popcnt((y0 >> 1) & cells) +
        popcnt((y1 >> 1) & cells) +
        popcnt((z0 >> 1) & cells) +
        popcnt((z1 >> 1) & cells);
      total += <u32>(cut - 2 * popcnt(active));
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
        total -= 2 * (load<u8>(table + ((<usize>code) << 6), 1) - 1);
      }
    }
  }
  return total;
}
