// Multi-label surface nets, the hot loops. Twin: test/twin/surfaceNets.ts. Memory, order of calls and policy:
// src/compute/jobs/surfaceNets.ts. Gibson, Constrained Elastic Surface Nets, MICCAI 1998; Frisken, SurfaceNets for
// Multi-Label Segmentations with Preservation of Sharp Boundaries, JCGT 2022; Taubin, A Signal Processing Approach to
// Fair Surface Design, SIGGRAPH 1995.
//
// A cell lies between eight voxels; it has a vertex where they are not all equal. Two voxels that differ make a quad of
// the four cells around them. Vertex 0 is no vertex: its displacement is zero, and a link that is absent points to it.

/** Rows of a 32³ brick into a plane buffer: `ni × nj × nk` voxels; strides of the target in bytes. */
export function unpackBrick(brick: usize, target: usize, rowBytes: usize, planeBytes: usize, ni: i32, nj: i32, nk: i32): void {
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      memory.copy(target + (k as usize) * planeBytes + (j as usize) * rowBytes, brick + ((j + 32 * k) << 6), ni << 1);
}

/** The same for a brick that is one number. */
export function fillBrick(value: i32, target: usize, rowBytes: usize, planeBytes: usize, ni: i32, nj: i32, nk: i32): void {
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) {
      const row = target + (k as usize) * planeBytes + (j as usize) * rowBytes;
      for (let i = 0; i < ni; i++) store<u16>(row + (i << 1), value as u16);
    }
}

/** Adds the voxels of a brick's first `ni × nj × nk` to a histogram of 65,536 u32. */
export function countBrick(brick: usize, histogram: usize, ni: i32, nj: i32, nk: i32): void {
  let last: u32 = 0, run: u32 = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) {
      const row = brick + ((j + 32 * k) << 6);
      for (let i = 0; i < ni; i++) {
        const value: u32 = load<u16>(row + (i << 1));
        if (value == last) { run++; continue; }
        store<u32>(histogram + (last << 2), load<u32>(histogram + (last << 2)) + run);
        last = value; run = 1;
      }
    }
  store<u32>(histogram + (last << 2), load<u32>(histogram + (last << 2)) + run);
}

// @ts-ignore: decorator
@inline
function activeBits(r0: usize, r1: usize, r2: usize, r3: usize): i32 {
  const v = v128.load(r0);
  let d = v128.xor(v, v128.load(r0, 2));
  d = v128.or(d, v128.xor(v, v128.load(r1)));
  d = v128.or(d, v128.xor(v, v128.load(r1, 2)));
  d = v128.or(d, v128.xor(v, v128.load(r2)));
  d = v128.or(d, v128.xor(v, v128.load(r2, 2)));
  d = v128.or(d, v128.xor(v, v128.load(r3)));
  d = v128.or(d, v128.xor(v, v128.load(r3, 2)));
  if (!v128.any_true(d)) return 0;
  return i16x8.bitmask(i16x8.ne(d, i16x8.splat(0)));
}

/** How many cells of a plane of `nx × ny` have a vertex. Planes `a`, `b` of u16 voxels, rows of `rowBytes` with 16 bytes of slack. */
export function countCells(a: usize, b: usize, rowBytes: usize, nx: i32, ny: i32): i32 {
  let count = 0;
  for (let y = 0; y < ny; y++) {
    const r0 = a + (y as usize) * rowBytes, r2 = b + (y as usize) * rowBytes;
    for (let x = 0; x < nx; x += 8) {
      let bits = activeBits(r0 + (x << 1), r0 + rowBytes + (x << 1), r2 + (x << 1), r2 + rowBytes + (x << 1));
      if (bits == 0) continue;
      if (nx - x < 8) bits &= (1 << (nx - x)) - 1;
      count += popcnt(bits);
    }
  }
  return count;
}

// @ts-ignore: decorator
@inline
function isJunction(p: u32, q: u32, r: u32, s: u32): bool {
  // Three or more values among four: not all in {p, x}, x being the first that differs from p.
  const x = q != p ? q : r != p ? r : s;
  return (q != p && q != x) || (r != p && r != x) || (s != p && s != x);
}

// @ts-ignore: decorator
@inline
function link(links: usize, mask: usize, v: u32, u: u32, low: u32, junction: bool): void {
  store<u32>(links + v * 24 + (low << 2), u);
  store<u32>(links + u * 24 + ((low + 1) << 2), v);
  const j: u32 = junction ? 0x100 : 0;
  store<u16>(mask + (v << 1), ((load<u16>(mask + (v << 1)) as u32) | ((1 << low) | (j << low))) as u16);
  store<u16>(mask + (u << 1), ((load<u16>(mask + (u << 1)) as u32) | ((2 << low) | (j << (low + 1)))) as u16);
}

/**
 * Vertices, links and quads of one plane of cells. `mapLow`, `mapHigh`: numbers of the vertices of the plane before and of
 * this one, u32 per cell, read only where a vertex was written. `cells`: 4 u16 per vertex (x, y, z from the given origin, 0).
 * `links`: 6 u32 per vertex (−x +x −y +y −z +z), zeroed by the caller; `mask`: u16 per vertex, zeroed: bits 0–5 the links
 * there are, bits 8–13 those along which three or more segments meet. `quads`: 4 u32 and `sides`: 2 u16 (value below, value
 * above) per quad, wound counter-clockwise seen from above the axis; only of cells with own0 ≤ x, y < own1 where `owned`.
 * @returns vertices in the low half, quads in the high half, both counted from the numbers given
 */
export function netsPlane(
  a: usize, b: usize, rowBytes: usize, nx: i32, ny: i32, x0: i32, y0: i32, z: i32, hasLow: bool,
  mapLow: usize, mapHigh: usize, cells: usize, links: usize, mask: usize, firstVertex: u32,
  quads: usize, sides: usize, firstQuad: u32, owned: bool, ownX0: i32, ownX1: i32, ownY0: i32, ownY1: i32,
): u64 {
  let v = firstVertex, q = firstQuad;
  for (let y = 0; y < ny; y++) {
    const r0 = a + (y as usize) * rowBytes, r1 = r0 + rowBytes, r2 = b + (y as usize) * rowBytes, r3 = r2 + rowBytes;
    const row = mapHigh + ((y * nx) << 2), rowLow = mapLow + ((y * nx) << 2);
    for (let xs = 0; xs < nx; xs += 8) {
      let bits = activeBits(r0 + (xs << 1), r1 + (xs << 1), r2 + (xs << 1), r3 + (xs << 1));
      if (bits == 0) continue;
      if (nx - xs < 8) bits &= (1 << (nx - xs)) - 1;
      while (bits) {
        const x = xs + ctz(bits), o = x << 1;
        bits &= bits - 1;
        store<u32>(row + (x << 2), v);
        store<u64>(cells + (v << 3), ((x0 + x) as u64) | (((y0 + y) as u64) << 16) | ((z as u64) << 32));
        const p0: u32 = load<u16>(r0 + o), p1: u32 = load<u16>(r0 + o, 2), p2: u32 = load<u16>(r1 + o), p3: u32 = load<u16>(r1 + o, 2);
        const p4: u32 = load<u16>(r2 + o), p5: u32 = load<u16>(r2 + o, 2), p6: u32 = load<u16>(r3 + o);
        let west: u32 = 0, south: u32 = 0, low: u32 = 0;
        if (x > 0 && (p0 != p2 || p0 != p4 || p0 != p6)) {
          west = load<u32>(row + ((x - 1) << 2));
          link(links, mask, v, west, 0, isJunction(p0, p2, p4, p6));
        }
        if (y > 0 && (p0 != p1 || p0 != p4 || p0 != p5)) {
          south = load<u32>(row + ((x - nx) << 2));
          link(links, mask, v, south, 2, isJunction(p0, p1, p4, p5));
        }
        if (hasLow && (p0 != p1 || p0 != p2 || p0 != p3)) {
          low = load<u32>(rowLow + (x << 2));
          link(links, mask, v, low, 4, isJunction(p0, p1, p2, p3));
        }
        if (owned && x >= ownX0 && x < ownX1 && y >= ownY0 && y < ownY1) {
          if (p0 != p1 && y > 0 && hasLow) q = quad(quads, sides, q, load<u32>(rowLow + ((x - nx) << 2)), low, v, south, p0, p1);
          if (p0 != p2 && x > 0 && hasLow) q = quad(quads, sides, q, load<u32>(rowLow + ((x - 1) << 2)), west, v, low, p0, p2);
          if (p0 != p4 && x > 0 && y > 0) q = quad(quads, sides, q, load<u32>(row + ((x - 1 - nx) << 2)), south, v, west, p0, p4);
        }
        v++;
      }
    }
  }
  return (v as u64) | ((q as u64) << 32);
}

// @ts-ignore: decorator
@inline
function quad(quads: usize, sides: usize, q: u32, c0: u32, c1: u32, c2: u32, c3: u32, below: u32, above: u32): u32 {
  const at = quads + (q << 4);
  store<u32>(at, c0);
  store<u32>(at, c1, 4);
  store<u32>(at, c2, 8);
  store<u32>(at, c3, 12);
  store<u32>(sides + (q << 2), below | (above << 16));
  return q + 1;
}

/** A vertex on a curve where three segments meet keeps the links along that curve only, where it has two or more of them. */
export function keepCurves(links: usize, mask: usize, first: u32, end: u32): void {
  for (let v = first; v < end; v++) {
    const bits: u32 = load<u16>(mask + (v << 1));
    const curve = bits >> 8;
    if (popcnt(curve) < 2) { store<u16>(mask + (v << 1), (bits & 63) as u16); continue; }
    store<u16>(mask + (v << 1), curve as u16);
    for (let n: u32 = 0; n < 6; n++) if (!(curve & (1 << n))) store<u32>(links + v * 24 + (n << 2), 0);
  }
}

/**
 * One pass: each vertex goes `rate` of the way to the mean of its links, and stays in its cell (± `limit` of its centre).
 * `from`, `to`: f32 × 4 per vertex, displacement in voxels from the cell's centre. `offsets`: for each of the 64 masks, the sum
 * of the steps to the linked cells and, fourth, 1 ÷ their number.
 */
export function relax(from: usize, to: usize, links: usize, mask: usize, offsets: usize, first: u32, end: u32, rate: f32, limit: f32): void {
  const rates = f32x4.splat(rate), high = f32x4.splat(limit), low = f32x4.splat(-limit);
  for (let v = first; v < end; v++) {
    const l = links + v * 24;
    const e = v128.load(offsets + ((load<u16>(mask + (v << 1)) as usize) << 4));
    const west = f32x4.add(v128.load(from + (load<u32>(l) << 4)), v128.load(from + (load<u32>(l, 4) << 4)));
    const south = f32x4.add(v128.load(from + (load<u32>(l, 8) << 4)), v128.load(from + (load<u32>(l, 12) << 4)));
    const below = f32x4.add(v128.load(from + (load<u32>(l, 16) << 4)), v128.load(from + (load<u32>(l, 20) << 4)));
    const own = v128.load(from + (v << 4));
    const mean = f32x4.mul(f32x4.add(f32x4.add(f32x4.add(west, south), below), e), f32x4.splat(f32x4.extract_lane(e, 3)));
    const moved = f32x4.add(own, f32x4.mul(rates, f32x4.sub(mean, own)));
    v128.store(to + (v << 4), f32x4.min(f32x4.max(moved, low), high));
  }
}
