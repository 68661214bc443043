// Distance from points to a triangle mesh on a uniform grid, and the pieces of a mesh. Twin: test/twin/distanceToSurface.ts.
// Closest point of a triangle: Ericson, Real-Time Collision Detection, 2005, 5.1.5.

/** Union-find over `vertices` (u32 each, filled here) by the triangles' edges: afterwards `roots[v]` is the piece of v. */
export function pieces(triangles: usize, count: u32, roots: usize, vertices: u32): void {
  for (let v: u32 = 0; v < vertices; v++) store<u32>(roots + (v << 2), v);
  for (let t: u32 = 0; t < count; t++) {
    const at = triangles + t * 12;
    const a = load<u32>(at);
    join(roots, a, load<u32>(at, 4));
    join(roots, a, load<u32>(at, 8));
  }
  for (let v: u32 = 0; v < vertices; v++) store<u32>(roots + (v << 2), find(roots, v));
}

// @ts-ignore: decorator
@inline
function find(roots: usize, v: u32): u32 {
  let parent = load<u32>(roots + (v << 2));
  while (parent != v) {
    const above = load<u32>(roots + (parent << 2));
    store<u32>(roots + (v << 2), above);
    v = above;
    parent = load<u32>(roots + (v << 2));
  }
  return v;
}

// @ts-ignore: decorator
@inline
function join(roots: usize, a: u32, b: u32): void {
  const x = find(roots, a), y = find(roots, b);
  if (x < y) store<u32>(roots + (y << 2), x);
  else if (y < x) store<u32>(roots + (x << 2), y);
}

/** Adds each triangle to `sizes` (u32 per vertex, zeroed by the caller) at its piece's root. */
export function pieceSizes(triangles: usize, count: u32, roots: usize, sizes: usize): void {
  for (let t: u32 = 0; t < count; t++) {
    const s = sizes + (load<u32>(roots + (load<u32>(triangles + t * 12) << 2)) << 2);
    store<u32>(s, load<u32>(s) + 1);
  }
}

/** Running sum of areas (f64 per triangle), those of pieces below `smallest` triangles as 0; all count where `roots` is 0. */
export function runningAreas(triangles: usize, count: u32, positions: usize, roots: usize, sizes: usize, smallest: u32, sums: usize): f64 {
  let sum: f64 = 0;
  for (let t: u32 = 0; t < count; t++) {
    const at = triangles + t * 12;
    const a = positions + load<u32>(at) * 12, b = positions + load<u32>(at, 4) * 12, c = positions + load<u32>(at, 8) * 12;
    if (roots == 0 || load<u32>(sizes + (load<u32>(roots + (load<u32>(at) << 2)) << 2)) >= smallest) {
      const ux = (load<f32>(b) - load<f32>(a)) as f64, uy = (load<f32>(b, 4) - load<f32>(a, 4)) as f64, uz = (load<f32>(b, 8) - load<f32>(a, 8)) as f64;
      const vx = (load<f32>(c) - load<f32>(a)) as f64, vy = (load<f32>(c, 4) - load<f32>(a, 4)) as f64, vz = (load<f32>(c, 8) - load<f32>(a, 8)) as f64;
      const x = uy * vz - uz * vy, y = uz * vx - ux * vz, z = ux * vy - uy * vx;
      sum += 0.5 * sqrt(x * x + y * y + z * z);
    }
    store<f64>(sums + (t << 3), sum);
  }
  return sum;
}

/**
 * `count` points spread evenly over the area (strata in the triangles' order, an R2 sequence inside): 3 f32 each.
 * Roberts, The Unreasonable Effectiveness of Quasirandom Sequences, 2018.
 */
export function spreadPoints(triangles: usize, positions: usize, sums: usize, total: f64, points: usize, count: u32): void {
  let t: u32 = 0;
  for (let n: u32 = 0; n < count; n++) {
    const at = (((n as f64) + 0.5) / (count as f64)) * total;
    while (load<f64>(sums + (t << 3)) < at) t++;
    let u = (0.5 + 0.7548776662466927 * ((n + 1) as f64)) % 1.0, v = (0.5 + 0.5698402909980532 * ((n + 1) as f64)) % 1.0;
    if (u + v > 1) { u = 1 - u; v = 1 - v; }
    const tri = triangles + t * 12;
    const a = positions + load<u32>(tri) * 12, b = positions + load<u32>(tri, 4) * 12, c = positions + load<u32>(tri, 8) * 12;
    for (let k: usize = 0; k < 12; k += 4) {
      const p = load<f32>(a + k) as f64;
      store<f32>(points + n * 12 + k, (p + u * ((load<f32>(b + k) as f64) - p) + v * ((load<f32>(c + k) as f64) - p)) as f32);
    }
  }
}

// The grid: origin and cell size (f32), cells along x, y, z.
let ox: f32 = 0, oy: f32 = 0, oz: f32 = 0, size: f32 = 1, inverse: f32 = 1;
let nx: i32 = 1, ny: i32 = 1, nz: i32 = 1;

export function setGrid(x: f32, y: f32, z: f32, cell: f32, cx: i32, cy: i32, cz: i32): void {
  ox = x; oy = y; oz = z; size = cell; inverse = 1 / cell;
  nx = cx; ny = cy; nz = cz;
}

// @ts-ignore: decorator
@inline
function cellOf(at: f32, origin: f32, n: i32): i32 {
  const c = floor((at - origin) * inverse);
  return c <= 0 ? 0 : c >= ((n - 1) as f32) ? n - 1 : (c as i32);
}

/** Counts (fill = 0) or writes (fill = 1) the triangles of each cell that their bounding box touches; `starts`: u32 per cell + 1. */
export function gridTriangles(triangles: usize, first: u32, end: u32, positions: usize, starts: usize, list: usize, fill: i32): void {
  for (let t = first; t < end; t++) {
    const at = triangles + t * 12;
    const a = positions + load<u32>(at) * 12, b = positions + load<u32>(at, 4) * 12, c = positions + load<u32>(at, 8) * 12;
    const x0 = cellOf(min(load<f32>(a), min(load<f32>(b), load<f32>(c))), ox, nx), x1 = cellOf(max(load<f32>(a), max(load<f32>(b), load<f32>(c))), ox, nx);
    const y0 = cellOf(min(load<f32>(a, 4), min(load<f32>(b, 4), load<f32>(c, 4))), oy, ny), y1 = cellOf(max(load<f32>(a, 4), max(load<f32>(b, 4), load<f32>(c, 4))), oy, ny);
    const z0 = cellOf(min(load<f32>(a, 8), min(load<f32>(b, 8), load<f32>(c, 8))), oz, nz), z1 = cellOf(max(load<f32>(a, 8), max(load<f32>(b, 8), load<f32>(c, 8))), oz, nz);
    for (let z = z0; z <= z1; z++) for (let y = y0; y <= y1; y++) for (let x = x0; x <= x1; x++) {
      const cell = starts + ((x + nx * (y + ny * z)) << 2);
      const n = load<u32>(cell);
      if (fill) store<u32>(list + (n << 2), t);
      store<u32>(cell, n + 1);
    }
  }
}

/** Counts to starts; `cells` of them. After filling, `starts[c]` is the end of cell c. @returns the sum */
export function startsFromCounts(starts: usize, cells: u32): u32 {
  let sum: u32 = 0;
  for (let c: u32 = 0; c < cells; c++) {
    const n = load<u32>(starts + (c << 2));
    store<u32>(starts + (c << 2), sum);
    sum += n;
  }
  return sum;
}

/** Distance of each point to the mesh, f32, after the grid was filled. */
export function distances(points: usize, first: u32, end: u32, triangles: usize, positions: usize, ends: usize, list: usize, target: usize): void {
  const rings = max(nx, max(ny, nz));
  for (let n = first; n < end; n++) {
    const x = load<f32>(points + n * 12), y = load<f32>(points + n * 12, 4), z = load<f32>(points + n * 12, 8);
    const cx = cellOf(x, ox, nx), cy = cellOf(y, oy, ny), cz = cellOf(z, oz, nz);
    // How far the nearest wall of the point's own cell is: what lies r rings further out is at least r cells more away.
    const fx = x - (ox + (cx as f32) * size), fy = y - (oy + (cy as f32) * size), fz = z - (oz + (cz as f32) * size);
    const wall = min(min(min(fx, size - fx), min(fy, size - fy)), min(fz, size - fz));
    let best: f32 = f32.MAX_VALUE;
    for (let r = 0; r <= rings; r++) {
      const z0 = max(0, cz - r), z1 = min(nz - 1, cz + r), y0 = max(0, cy - r), y1 = min(ny - 1, cy + r);
      for (let k = z0; k <= z1; k++) for (let j = y0; j <= y1; j++) {
        const edge = k == cz - r || k == cz + r || j == cy - r || j == cy + r;
        for (let i = cx - r; i <= cx + r; i += edge || r == 0 ? 1 : 2 * r) {
          if (i < 0 || i >= nx) continue;
          const cell = i + nx * (j + ny * k);
          const to = load<u32>(ends + (cell << 2));
          for (let m: u32 = cell == 0 ? 0 : load<u32>(ends + ((cell - 1) << 2)); m < to; m++)
            best = min(best, distance2(x, y, z, triangles + load<u32>(list + (m << 2)) * 12, positions));
        }
      }
      const reach = wall + (r as f32) * size;
      if (reach > 0 && best <= reach * reach) break;
    }
    store<f32>(target + (n << 2), sqrt(best));
  }
}

/** Squared distance of a point to triangle `t`. In f64: the regions' products lose too many digits in f32 on thin triangles. */
function distance2(px: f32, py: f32, pz: f32, t: usize, positions: usize): f32 {
  const a = positions + load<u32>(t) * 12, b = positions + load<u32>(t, 4) * 12, c = positions + load<u32>(t, 8) * 12;
  const ax = load<f32>(a) as f64, ay = load<f32>(a, 4) as f64, az = load<f32>(a, 8) as f64;
  const ux = (load<f32>(b) as f64) - ax, uy = (load<f32>(b, 4) as f64) - ay, uz = (load<f32>(b, 8) as f64) - az;
  const vx = (load<f32>(c) as f64) - ax, vy = (load<f32>(c, 4) as f64) - ay, vz = (load<f32>(c, 8) as f64) - az;
  const wx = (px as f64) - ax, wy = (py as f64) - ay, wz = (pz as f64) - az;
  const d1 = ux * wx + uy * wy + uz * wz, d2 = vx * wx + vy * wy + vz * wz;
  const uu = ux * ux + uy * uy + uz * uz, uv = ux * vx + uy * vy + uz * vz, vv = vx * vx + vy * vy + vz * vz;
  // Barycentric coordinates of the closest point, s along u and r along v.
  let s: f64 = 0, r: f64 = 0;
  const d3 = d1 - uu, d4 = d2 - uv, d5 = d1 - uv, d6 = d2 - vv;
  const vc = d1 * d4 - d3 * d2, vb = d5 * d2 - d1 * d6, va = d3 * d6 - d5 * d4;
  if (d1 <= 0 && d2 <= 0) { s = 0; r = 0; }
  else if (d3 >= 0 && d4 <= d3) { s = 1; r = 0; }
  else if (d6 >= 0 && d5 <= d6) { s = 0; r = 1; }
  else if (vc <= 0 && d1 >= 0 && d3 <= 0) { s = uu > 0 ? d1 / uu : 0; r = 0; }
  else if (vb <= 0 && d2 >= 0 && d6 <= 0) { s = 0; r = vv > 0 ? d2 / vv : 0; }
  else if (va <= 0 && d4 - d3 >= 0 && d5 - d6 >= 0) {
    const length = d4 - d3 + (d5 - d6);
    r = length > 0 ? (d4 - d3) / length : 0;
    s = 1 - r;
  } else {
    const sum = va + vb + vc;
    // The sine at a is below 1e-5 (or there is none): a line to rounding, whose sides are the nearest there is.
    if (!(sum > 1e-10 * uu * vv)) return sides2(wx, wy, wz, ux, uy, uz, vx, vy, vz) as f32;
    s = vb / sum;
    r = vc / sum;
  }
  const x = wx - s * ux - r * vx, y = wy - s * uy - r * vy, z = wz - s * uz - r * vz;
  return (x * x + y * y + z * z) as f32;
}

/** Squared distance of w to the three sides of the triangle 0, u, v. */
function sides2(wx: f64, wy: f64, wz: f64, ux: f64, uy: f64, uz: f64, vx: f64, vy: f64, vz: f64): f64 {
  const opposite = side2(wx - ux, wy - uy, wz - uz, vx - ux, vy - uy, vz - uz);
  return min(min(side2(wx, wy, wz, ux, uy, uz), side2(wx, wy, wz, vx, vy, vz)), opposite);
}

function side2(wx: f64, wy: f64, wz: f64, ex: f64, ey: f64, ez: f64): f64 {
  const square = ex * ex + ey * ey + ez * ez;
  const share = square > 0 ? min(max((wx * ex + wy * ey + wz * ez) / square, 0), 1) : 0;
  const x = wx - share * ex, y = wy - share * ey, z = wz - share * ez;
  return x * x + y * y + z * z;
}
