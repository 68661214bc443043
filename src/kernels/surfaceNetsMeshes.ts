// From surface nets to one closed mesh per segment: volumes, the offset that keeps them, positions in RAS, triangles and
// normals. Layout of `cells`, `quads`, `sides` and displacements: src/kernels/surfaceNets.ts. Twin: test/twin/surfaceNets.ts.

// @ts-ignore: decorator
@inline
function at(cells: usize, moved: usize, v: u32, axis: i32): f64 {
  return (load<u16>(cells + (v << 3) + (axis << 1)) as f64) + (load<f32>(moved + (v << 4) + (axis << 2)) as f64);
}

/**
 * Adds, for each segment value, the volume (f64, in voxels) that its quads enclose and their area. The volume of a quad is the
 * mean of its two ways to be split: a sixth of (c0 + c1 + c2 + c3)/2 · (c2 − c0) × (c3 − c1)/2.
 */
export function volumes(quads: usize, sides: usize, first: u32, end: u32, cells: usize, moved: usize, volume: usize, area: usize): void {
  for (let q = first; q < end; q++) {
    const at0 = quads + (q << 4);
    const c0 = load<u32>(at0), c1 = load<u32>(at0, 4), c2 = load<u32>(at0, 8), c3 = load<u32>(at0, 12);
    const x0 = at(cells, moved, c0, 0), x1 = at(cells, moved, c1, 0), x2 = at(cells, moved, c2, 0), x3 = at(cells, moved, c3, 0);
    const y0 = at(cells, moved, c0, 1), y1 = at(cells, moved, c1, 1), y2 = at(cells, moved, c2, 1), y3 = at(cells, moved, c3, 1);
    const z0 = at(cells, moved, c0, 2), z1 = at(cells, moved, c1, 2), z2 = at(cells, moved, c2, 2), z3 = at(cells, moved, c3, 2);
    const ax = x2 - x0, ay = y2 - y0, az = z2 - z0, bx = x3 - x1, by = y3 - y1, bz = z3 - z1;
    const nx = ay * bz - az * by, ny = az * bx - ax * bz, nz = ax * by - ay * bx;
    const cone = ((x0 + x1 + x2 + x3) * nx + (y0 + y1 + y2 + y3) * ny + (z0 + z1 + z2 + z3) * nz) / 24.0;
    const face = sqrt(nx * nx + ny * ny + nz * nz) * 0.5;
    const below: usize = (load<u16>(sides + (q << 2)) as usize) << 3, above: usize = (load<u16>(sides + (q << 2), 2) as usize) << 3;
    store<f64>(volume + below, load<f64>(volume + below) + cone);
    store<f64>(volume + above, load<f64>(volume + above) - cone);
    store<f64>(area + below, load<f64>(area + below) + face);
    store<f64>(area + above, load<f64>(area + above) + face);
  }
}

/** Adds to `push` (f32 × 4 per vertex) each quad's area vector times the difference of the two offsets, and fourth its area. */
export function press(quads: usize, sides: usize, first: u32, end: u32, cells: usize, moved: usize, offset: usize, push: usize): void {
  for (let q = first; q < end; q++) {
    const at0 = quads + (q << 4);
    const c0 = load<u32>(at0), c1 = load<u32>(at0, 4), c2 = load<u32>(at0, 8), c3 = load<u32>(at0, 12);
    const ax = (at(cells, moved, c2, 0) - at(cells, moved, c0, 0)) as f32, bx = (at(cells, moved, c3, 0) - at(cells, moved, c1, 0)) as f32;
    const ay = (at(cells, moved, c2, 1) - at(cells, moved, c0, 1)) as f32, by = (at(cells, moved, c3, 1) - at(cells, moved, c1, 1)) as f32;
    const az = (at(cells, moved, c2, 2) - at(cells, moved, c0, 2)) as f32, bz = (at(cells, moved, c3, 2) - at(cells, moved, c1, 2)) as f32;
    const nx = ay * bz - az * by, ny = az * bx - ax * bz, nz = ax * by - ay * bx;
    const face = sqrt(nx * nx + ny * ny + nz * nz);
    const p = load<f32>(offset + ((load<u16>(sides + (q << 2)) as usize) << 2)) - load<f32>(offset + ((load<u16>(sides + (q << 2), 2) as usize) << 2));
    const force = f32x4.replace_lane(f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(face), 0, nx * p), 1, ny * p), 2, nz * p);
    v128.store(push + (c0 << 4), f32x4.add(v128.load(push + (c0 << 4)), force));
    v128.store(push + (c1 << 4), f32x4.add(v128.load(push + (c1 << 4)), force));
    v128.store(push + (c2 << 4), f32x4.add(v128.load(push + (c2 << 4)), force));
    v128.store(push + (c3 << 4), f32x4.add(v128.load(push + (c3 << 4)), force));
  }
}

/** Moves each vertex by its push ÷ its area, within ± `limit` of its cell's centre, and empties `push`. */
export function move(moved: usize, push: usize, first: u32, end: u32, limit: f32): void {
  const high = f32x4.splat(limit), low = f32x4.splat(-limit), zero = f32x4.splat(0);
  for (let v = first; v < end; v++) {
    const force = v128.load(push + (v << 4));
    const face = f32x4.extract_lane(force, 3);
    if (face > 0) {
      const step = f32x4.div(force, f32x4.splat(face));
      v128.store(moved + (v << 4), f32x4.min(f32x4.max(f32x4.add(v128.load(moved + (v << 4)), step), low), high));
    }
    v128.store(push + (v << 4), zero);
  }
}

/** Positions in RAS mm, f32 × 4 per vertex. `m`: 12 f64, columns x, y, z and origin of the map from cells to RAS. */
export function place(cells: usize, moved: usize, first: u32, end: u32, m: usize, ras: usize): void {
  const m0 = load<f64>(m), m1 = load<f64>(m, 8), m2 = load<f64>(m, 16), m3 = load<f64>(m, 24), m4 = load<f64>(m, 32), m5 = load<f64>(m, 40);
  const m6 = load<f64>(m, 48), m7 = load<f64>(m, 56), m8 = load<f64>(m, 64), m9 = load<f64>(m, 72), m10 = load<f64>(m, 80), m11 = load<f64>(m, 88);
  for (let v = first; v < end; v++) {
    const x = at(cells, moved, v, 0), y = at(cells, moved, v, 1), z = at(cells, moved, v, 2);
    store<f32>(ras + (v << 4), (m0 * x + m3 * y + m6 * z + m9) as f32);
    store<f32>(ras + (v << 4), (m1 * x + m4 * y + m7 * z + m10) as f32, 4);
    store<f32>(ras + (v << 4), (m2 * x + m5 * y + m8 * z + m11) as f32, 8);
  }
}

/** Adds to `counts` (65,536 u32) the number of quads on each segment's surface. */
export function countSides(sides: usize, count: u32, counts: usize): void {
  for (let n: u32 = 0, end = count << 1; n < end; n++) {
    const c = counts + ((load<u16>(sides + (n << 1)) as usize) << 2);
    store<u32>(c, load<u32>(c) + 1);
  }
}

/** Sorts the sides of all quads by segment, in their order: `target[starts[value]++] = 2 × quad + (1 on its upper side)`. */
export function sortSides(sides: usize, count: u32, starts: usize, target: usize): void {
  for (let n: u32 = 0, end = count << 1; n < end; n++) {
    const c = starts + ((load<u16>(sides + (n << 1)) as usize) << 2);
    const place = load<u32>(c);
    store<u32>(target + (place << 2), n);
    store<u32>(c, place + 1);
  }
}

// @ts-ignore: decorator
@inline
function local(numbers: usize, stamp: u32, c: u32, ras: usize, positions: usize, normals: usize, count: u32): u32 {
  const at = numbers + (c << 3);
  if (load<u32>(at) == stamp) return load<u32>(at, 4);
  store<u32>(at, stamp);
  store<u32>(at, count, 4);
  const to = positions + count * 12, n = normals + count * 12;
  store<u64>(to, load<u64>(ras + (c << 4)));
  store<u32>(to, load<u32>(ras + (c << 4), 8), 8);
  store<u64>(n, 0);
  store<u32>(n, 0, 8);
  return count;
}

// @ts-ignore: decorator
@inline
function triangle(positions: usize, normals: usize, to: usize, a: u32, b: u32, c: u32): void {
  store<u32>(to, a);
  store<u32>(to, b, 4);
  store<u32>(to, c, 8);
  const pa = positions + a * 12, pb = positions + b * 12, pc = positions + c * 12;
  const x = load<f32>(pa), y = load<f32>(pa, 4), z = load<f32>(pa, 8);
  const ux = load<f32>(pb) - x, uy = load<f32>(pb, 4) - y, uz = load<f32>(pb, 8) - z;
  const wx = load<f32>(pc) - x, wy = load<f32>(pc, 4) - y, wz = load<f32>(pc, 8) - z;
  const nx = uy * wz - uz * wy, ny = uz * wx - ux * wz, nz = ux * wy - uy * wx;
  grow(normals + a * 12, nx, ny, nz);
  grow(normals + b * 12, nx, ny, nz);
  grow(normals + c * 12, nx, ny, nz);
}

// @ts-ignore: decorator
@inline
function grow(at: usize, x: f32, y: f32, z: f32): void {
  store<f32>(at, load<f32>(at) + x);
  store<f32>(at, load<f32>(at, 4) + y, 4);
  store<f32>(at, load<f32>(at, 8) + z, 8);
}

/**
 * Adds quads of one segment's sorted sides to its mesh: two triangles each, split along the shorter diagonal, the same for both
 * segments that share the quad. `numbers`: 2 u32 per vertex (the stamp of the segment that used it last, its number there).
 * `positions`, `normals`: 3 f32 per vertex (normals not yet unit length), room for every vertex; `triangles`: 6 u32 per quad.
 * @returns the number of vertices so far
 */
export function assemble(
  list: usize, first: u32, end: u32, quads: usize, ras: usize, numbers: usize, stamp: u32, mirrored: u32,
  positions: usize, normals: usize, triangles: usize, vertices: u32,
): u32 {
  let count = vertices;
  for (let n = first; n < end; n++) {
    const side = load<u32>(list + (n << 2));
    const q = quads + ((side >> 1) << 4);
    const c0 = load<u32>(q), c1 = load<u32>(q, 4), c2 = load<u32>(q, 8), c3 = load<u32>(q, 12);
    const a = local(numbers, stamp, c0, ras, positions, normals, count); if (a == count) count++;
    const b = local(numbers, stamp, c1, ras, positions, normals, count); if (b == count) count++;
    const c = local(numbers, stamp, c2, ras, positions, normals, count); if (c == count) count++;
    const d = local(numbers, stamp, c3, ras, positions, normals, count); if (d == count) count++;
    const t = triangles + n * 24;
    const even = distance2(ras, c0, c2) <= distance2(ras, c1, c3);
    if ((side & 1) == mirrored) {
      if (even) { triangle(positions, normals, t, a, b, c); triangle(positions, normals, t + 12, a, c, d); }
      else { triangle(positions, normals, t, a, b, d); triangle(positions, normals, t + 12, b, c, d); }
    } else {
      if (even) { triangle(positions, normals, t, c, b, a); triangle(positions, normals, t + 12, d, c, a); }
      else { triangle(positions, normals, t, d, b, a); triangle(positions, normals, t + 12, d, c, b); }
    }
  }
  return count;
}

// @ts-ignore: decorator
@inline
function distance2(ras: usize, p: u32, q: u32): f32 {
  const d = f32x4.sub(v128.load(ras + (p << 4)), v128.load(ras + (q << 4)));
  const s = f32x4.mul(d, d);
  return f32x4.extract_lane(s, 0) + f32x4.extract_lane(s, 1) + f32x4.extract_lane(s, 2);
}

/** Normals to unit length; one without a direction (its triangles cancel) becomes +z. */
export function unit(normals: usize, count: u32): void {
  for (let v: u32 = 0; v < count; v++) {
    const n = normals + v * 12;
    const x = load<f32>(n), y = load<f32>(n, 4), z = load<f32>(n, 8);
    const length = sqrt(x * x + y * y + z * z);
    if (length > 0) {
      store<f32>(n, x / length);
      store<f32>(n, y / length, 4);
      store<f32>(n, z / length, 8);
    } else store<f32>(n, 1, 8);
  }
}
