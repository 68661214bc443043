// A block of a grid taken from a box of another, through a matrix and perhaps a displacement field. All pointers are the caller's.
// Positions are float64, values float32. Twin: test/twin/resample.ts
//
// `geometry`, 33 float64: 0–11 whole source index from block index (3 rows of 4); 12–23 field index from block index; 24–32 source
// index from mm of displacement (3 rows of 3).
// `extents`, 12 int32: the block's ni nj nk; the whole source's ni nj nk; where the box begins in it, 3; the box's ni nj, with the
// column, row and layer that repeat the border at its far sides; 1 for nearest.
// The field: fi·fj·fk × 3 float32, or fi = 0.

// @ts-ignore: decorator
@inline
function clamped(v: f64, last: f64): f64 {
  return min(max(v, 0), last);
}

/** Trilinear between x and x + 1 of two rows in two layers: pairs of neighbours are lanes. */
// @ts-ignore: decorator
@inline
function trilinear(at: usize, row: usize, layer: usize, a: f32, b: f32, c: f32): f32 {
  const near = v128.load64_lane(at + layer, v128.load64_zero(at), 1);
  const far = v128.load64_lane(at + row + layer, v128.load64_zero(at + row), 1);
  const y = f32x4.add(near, f32x4.mul(f32x4.sub(far, near), f32x4.splat(b)));
  const z0 = f32x4.extract_lane(y, 0);
  const z1 = f32x4.extract_lane(y, 1);
  const low = z0 + (f32x4.extract_lane(y, 2) - z0) * c;
  const high = z1 + (f32x4.extract_lane(y, 3) - z1) * c;
  return low + (high - low) * a;
}

/** Writes the block to `target`, i-fastest; what falls outside the source becomes `outside`. Returns how many did. */
export function resampleBlock(
  box: usize,
  target: usize,
  geometry: usize,
  extents: usize,
  field: usize,
  fi: i32,
  fj: i32,
  fk: i32,
  outside: f32,
): i32 {
  const ni = load<i32>(extents);
  const nj = load<i32>(extents, 4);
  const nk = load<i32>(extents, 8);
  const lastX = <f64>(load<i32>(extents, 12) - 1);
  const lastY = <f64>(load<i32>(extents, 16) - 1);
  const lastZ = <f64>(load<i32>(extents, 20) - 1);
  const boxX = load<i32>(extents, 24);
  const boxY = load<i32>(extents, 28);
  const boxZ = load<i32>(extents, 32);
  const row = (<usize>load<i32>(extents, 36)) << 2;
  const layer = row * <usize>load<i32>(extents, 40);
  const nearest = load<i32>(extents, 44) === 1;
  const stepX = load<f64>(geometry);
  const stepY = load<f64>(geometry, 32);
  const stepZ = load<f64>(geometry, 64);
  let missed = 0;
  let to = target;
  for (let k = 0; k < nk; k++) {
    for (let j = 0; j < nj; j++) {
      const x0 = load<f64>(geometry, 8) * <f64>j + load<f64>(geometry, 16) * <f64>k + load<f64>(geometry, 24);
      const y0 = load<f64>(geometry, 40) * <f64>j + load<f64>(geometry, 48) * <f64>k + load<f64>(geometry, 56);
      const z0 = load<f64>(geometry, 72) * <f64>j + load<f64>(geometry, 80) * <f64>k + load<f64>(geometry, 88);
      for (let i = 0; i < ni; i++) {
        let x = x0 + stepX * <f64>i;
        let y = y0 + stepY * <f64>i;
        let z = z0 + stepZ * <f64>i;
        if (fi > 0) {
          const u = displacement(geometry + 96, <f64>i, <f64>j, <f64>k, field, fi, fj, fk);
          const ux = <f64>f32x4.extract_lane(u, 0);
          const uy = <f64>f32x4.extract_lane(u, 1);
          const uz = <f64>f32x4.extract_lane(u, 2);
          x += load<f64>(geometry, 192) * ux + load<f64>(geometry, 200) * uy + load<f64>(geometry, 208) * uz;
          y += load<f64>(geometry, 216) * ux + load<f64>(geometry, 224) * uy + load<f64>(geometry, 232) * uz;
          z += load<f64>(geometry, 240) * ux + load<f64>(geometry, 248) * uy + load<f64>(geometry, 256) * uz;
        }
        // A voxel is all of its cube: half a step beyond the outermost centres still belongs to it.
        const inside =
          x >= -0.5 && y >= -0.5 && z >= -0.5 && x <= lastX + 0.5 && y <= lastY + 0.5 && z <= lastZ + 0.5;
        if (!inside) {
          store<f32>(to, outside);
          missed++;
        } else if (nearest) {
          const a = <i32>clamped(floor(x + 0.5), lastX) - boxX;
          const b = <i32>clamped(floor(y + 0.5), lastY) - boxY;
          const c = <i32>clamped(floor(z + 0.5), lastZ) - boxZ;
          store<f32>(to, load<f32>(box + (<usize>a << 2) + <usize>b * row + <usize>c * layer));
        } else {
          const cx = clamped(x, lastX);
          const cy = clamped(y, lastY);
          const cz = clamped(z, lastZ);
          const fx = floor(cx);
          const fy = floor(cy);
          const fz = floor(cz);
          const at =
            box + (<usize>(<i32>fx - boxX) << 2) + <usize>(<i32>fy - boxY) * row + <usize>(<i32>fz - boxZ) * layer;
          store<f32>(to, trilinear(at, row, layer, <f32>(cx - fx), <f32>(cy - fy), <f32>(cz - fz)));
        }
        to += 4;
      }
    }
  }
  return missed;
}

/** The displacement at a voxel of the block, in the first three lanes; the border's beyond the field's outermost centres. */
function displacement(m: usize, i: f64, j: f64, k: f64, field: usize, fi: i32, fj: i32, fk: i32): v128 {
  const x = clamped(load<f64>(m) * i + load<f64>(m, 8) * j + load<f64>(m, 16) * k + load<f64>(m, 24), <f64>(fi - 1));
  const y = clamped(load<f64>(m, 32) * i + load<f64>(m, 40) * j + load<f64>(m, 48) * k + load<f64>(m, 56), <f64>(fj - 1));
  const z = clamped(load<f64>(m, 64) * i + load<f64>(m, 72) * j + load<f64>(m, 80) * k + load<f64>(m, 88), <f64>(fk - 1));
  const a = <i32>floor(x);
  const b = <i32>floor(y);
  const c = <i32>floor(z);
  const ax = f32x4.splat(<f32>(x - floor(x)));
  const ay = f32x4.splat(<f32>(y - floor(y)));
  const az = f32x4.splat(<f32>(z - floor(z)));
  const nextX: usize = a < fi - 1 ? 12 : 0;
  const nextY: usize = b < fj - 1 ? <usize>fi * 12 : 0;
  const nextZ: usize = c < fk - 1 ? <usize>fi * <usize>fj * 12 : 0;
  // Four floats are read where three are meant: the caller leaves four bytes free behind the field.
  const at = field + (<usize>a + <usize>fi * (<usize>b + <usize>fj * <usize>c)) * 12;
  const low = mix(mix(v128.load(at), v128.load(at + nextX), ax), mix(v128.load(at + nextY), v128.load(at + nextX + nextY), ax), ay);
  const up = at + nextZ;
  const high = mix(mix(v128.load(up), v128.load(up + nextX), ax), mix(v128.load(up + nextY), v128.load(up + nextX + nextY), ax), ay);
  return mix(low, high, az);
}

// @ts-ignore: decorator
@inline
function mix(a: v128, b: v128, t: v128): v128 {
  return f32x4.add(a, f32x4.mul(f32x4.sub(b, a), t));
}
