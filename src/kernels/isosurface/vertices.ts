// Vertices of one plane: cut edges along i, j or k are listed, then placed four at a time.
import { cellsOf, OWN } from './bits';

/**
 * Places the vertices of the cut edges of plane `k`, along i (axis 0), j (1) or k (2). `cuts` to `cutsEnd`: counts.ts. Positions and
 * normals take 12 bytes each: number n of `starts` (counts.ts) lies at `positions` + 12·n. Nothing beside them is written.
 * `voxels`: voxel (0, 0) of the plane; planes k − 1 … k + 2 lie around it where the volume has them, and may be read where not.
 * `bits`, `above`: of this plane and the next. `list`: 8 bytes for each vertex of a plane, 32 and 96 more.
 * `frame`: 22 numbers, each four times over: isovalue, rasFromIjk by rows (12), then the matrix of outward normals by rows (9).
 */
export function verticesU8(
  axis: i32, voxels: usize, bits: usize, above: usize, starts: usize, cuts: usize, cutsEnd: usize,
  ni: i32, nj: i32, nk: i32, k: i32, words: i32, list: usize, frame: usize, positions: usize, normals: usize,
): void {
  vertices<u8>(axis, voxels, bits, above, starts, cuts, cutsEnd, ni, nj, nk, k, words, list, frame, positions, normals);
}
export function verticesI16(
  axis: i32, voxels: usize, bits: usize, above: usize, starts: usize, cuts: usize, cutsEnd: usize,
  ni: i32, nj: i32, nk: i32, k: i32, words: i32, list: usize, frame: usize, positions: usize, normals: usize,
): void {
  vertices<i16>(axis, voxels, bits, above, starts, cuts, cutsEnd, ni, nj, nk, k, words, list, frame, positions, normals);
}
export function verticesU16(
  axis: i32, voxels: usize, bits: usize, above: usize, starts: usize, cuts: usize, cutsEnd: usize,
  ni: i32, nj: i32, nk: i32, k: i32, words: i32, list: usize, frame: usize, positions: usize, normals: usize,
): void {
  vertices<u16>(axis, voxels, bits, above, starts, cuts, cutsEnd, ni, nj, nk, k, words, list, frame, positions, normals);
}
export function verticesF32(
  axis: i32, voxels: usize, bits: usize, above: usize, starts: usize, cuts: usize, cutsEnd: usize,
  ni: i32, nj: i32, nk: i32, k: i32, words: i32, list: usize, frame: usize, positions: usize, normals: usize,
): void {
  vertices<f32>(axis, voxels, bits, above, starts, cuts, cutsEnd, ni, nj, nk, k, words, list, frame, positions, normals);
}

@inline function vertices<T>(
  axis: i32, voxels: usize, bits: usize, above: usize, starts: usize, cuts: usize, cutsEnd: usize,
  ni: i32, nj: i32, nk: i32, k: i32, words: i32, list: usize, frame: usize, positions: usize, normals: usize,
): void {
  const end = axis == 0 ? listAlongRow<T>(voxels, bits, cuts, cutsEnd, ni, words, list)
    : axis == 1 ? listBetween<T>(voxels, bits, bits + 8 * words, cuts, cutsEnd, ni, nj - 1, words, list)
    : listBetween<T>(voxels, bits, above, cuts, cutsEnd, ni, nj, words, list);
  const count = <i32>(end - list) >> 3;
  if (count == 0) return;
  // The last four are filled up with a vertex that is surely there.
  for (let n = 0; n < 3; n++) store<u64>(end + 8 * n, load<u64>(list));
  const first = load<u32>(starts + 4 * axis * nj);
  positions += 12 * first;
  normals += 12 * first;
  const rowBytes = <isize>ni * sizeof<T>();
  const planeBytes = rowBytes * nj;
  // What lies after the last of them belongs to others: up to three are placed aside first.
  const fours = count & ~3;
  const aside = end + 24;
  place<T>(axis, list, fours, ni, nj, nk, k, rowBytes, planeBytes, frame, positions, normals);
  if (fours == count) return;
  place<T>(axis, list + 8 * fours, count - fours, ni, nj, nk, k, rowBytes, planeBytes, frame, aside, aside + 48);
  for (let at = 0, bytes = 12 * (count - fours); at < bytes; at += 4) {
    store<u32>(positions + 12 * fours + at, load<u32>(aside + at));
    store<u32>(normals + 12 * fours + at, load<u32>(aside + at, 48));
  }
}

function place<T>(
  axis: i32, list: usize, count: i32, ni: i32, nj: i32, nk: i32, k: i32, rowBytes: isize, planeBytes: isize,
  frame: usize, positions: usize, normals: usize,
): void {
  if (axis == 0) placeAlongI<T>(list, count, ni, nj, nk, k, rowBytes, planeBytes, frame, positions, normals);
  else if (axis == 1) placeAcross<T, u8>(list, count, ni, nj, nk, k, rowBytes, planeBytes, frame, positions, normals);
  else placeAcross<T, u16>(list, count, ni, nj, nk, k, planeBytes, rowBytes, frame, positions, normals);
}

// ── Lists: the voxel's address in the low 32 bits, i in the next 16, j in the last

@inline function listAlongRow<T>(voxels: usize, bits: usize, cuts: usize, cutsEnd: usize, ni: i32, words: i32, list: usize): usize {
  for (; cuts < cutsEnd; cuts += 4) {
    const cut = load<u32>(cuts);
    const j = cut >> 16, w = cut & 0xffff;
    const a = load<u64>(bits + 8 * (words * j + w));
    list = walk<T>((a ^ (a >> 1)) & cellsOf(ni, w), entryOf<T>(voxels, ni, j, w), list);
  }
  return list;
}

/** Of the first `rows` rows. */
@inline function listBetween<T>(
  voxels: usize, bits: usize, other: usize, cuts: usize, cutsEnd: usize, ni: i32, rows: i32, words: i32, list: usize,
): usize {
  for (; cuts < cutsEnd; cuts += 4) {
    const cut = load<u32>(cuts);
    const j = cut >> 16, w = cut & 0xffff;
    if (<i32>j >= rows) break;
    const at = 8 * (words * j + w);
    list = walk<T>((load<u64>(bits + at) ^ load<u64>(other + at)) & OWN, entryOf<T>(voxels, ni, j, w), list);
  }
  return list;
}

@inline function entryOf<T>(voxels: usize, ni: i32, j: i32, w: i32): u64 {
  return <u64>(voxels + (ni * j + 63 * w) * sizeof<T>()) | (<u64>(63 * w) << 32) | (<u64>j << 48);
}

@inline function walk<T>(set: u64, first: u64, list: usize): usize {
  const end = list + 8 * <usize>popcnt(set);
  // Most have one to four, and an empty one costs less than the guess whether it is.
  let at = list;
  do {
    store<u64>(at, first + ctz(set) * ((<u64>1 << 32) | sizeof<T>()));
    set &= set - 1;
    store<u64>(at, first + ctz(set) * ((<u64>1 << 32) | sizeof<T>()), 8);
    set &= set - 1;
    store<u64>(at, first + ctz(set) * ((<u64>1 << 32) | sizeof<T>()), 16);
    set &= set - 1;
    store<u64>(at, first + ctz(set) * ((<u64>1 << 32) | sizeof<T>()), 24);
    set &= set - 1;
    at += 32;
  } while (at < end);
  return end;
}

// ── Four vertices at a time

/** Four bytes at each of four addresses; `take` reads one voxel out of each. */
@inline function gather(p0: usize, p1: usize, p2: usize, p3: usize, offset: isize): v128 {
  return v128.load32_lane(p3 + offset, v128.load32_lane(p2 + offset, v128.load32_lane(p1 + offset,
    v128.load32_zero(p0 + offset), 1), 2), 3);
}

/** Voxel n of each four bytes, widened to 32 bits. */
@inline function take<T>(four: v128, n: i32): v128 {
  if (sizeof<T>() == 1) return n == 3 ? i32x4.shr_u(four, 24) : v128.and(n == 0 ? four : i32x4.shr_u(four, 8 * n), i32x4.splat(255));
  if (sizeof<T>() == 4) return four;
  if (isSigned<T>()) return n == 0 ? i32x4.shr_s(i32x4.shl(four, 16), 16) : i32x4.shr_s(four, 16);
  return n == 0 ? v128.and(four, i32x4.splat(65535)) : i32x4.shr_u(four, 16);
}

@inline function float<T>(v: v128): v128 {
  return isFloat<T>() ? v : f32x4.convert_i32x4_s(v);
}
@inline function minus<T>(a: v128, b: v128): v128 {
  return isFloat<T>() ? f32x4.sub(a, b) : f32x4.convert_i32x4_s(i32x4.sub(a, b));
}
@inline function mix(a: v128, b: v128, t: v128): v128 {
  return f32x4.add(a, f32x4.mul(t, f32x4.sub(b, a)));
}

@inline function placeAlongI<T>(
  list: usize, count: i32, ni: i32, nj: i32, nk: i32, k: i32, row: isize, plane: isize,
  frame: usize, positions: usize, normals: usize,
): void {
  const size = <isize>sizeof<T>();
  const borderK = k == 0 || k >= nk - 1;
  const level = f32x4.splat(<f32>k);
  const r = lift(level, frame, 0);
  const a = lift(level, frame, 1);
  const s = lift(level, frame, 2);
  for (let n = 0; n < count; n += 4, list += 32, positions += 48, normals += 48) {
    const p0 = <usize>load<u32>(list), p1 = <usize>load<u32>(list, 8), p2 = <usize>load<u32>(list, 16), p3 = <usize>load<u32>(list, 24);
    // Voxels i − 1 … i + 2 of the row
    let first = gather(p0, p1, p2, p3, -size);
    const before = take<T>(first, 0);
    if (sizeof<T>() == 4) first = gather(p0, p1, p2, p3, 0);
    const from = take<T>(first, 1);
    let last = sizeof<T>() == 1 ? first : gather(p0, p1, p2, p3, size);
    const to = take<T>(last, sizeof<T>() == 1 ? 2 : 0);
    if (sizeof<T>() == 4) last = gather(p0, p1, p2, p3, 2 * size);
    const after = take<T>(last, sizeof<T>() == 1 ? 3 : 1);
    const step = minus<T>(to, from);
    const t = f32x4.div(f32x4.sub(v128.load(frame), float<T>(from)), step);
    const gi = mix(minus<T>(to, before), minus<T>(after, from), t);
    const gj = slope<T>(p0, p1, p2, p3, row, size, t);
    const gk = slope<T>(p0, p1, p2, p3, plane, size, t);
    const ij = indices(list);
    const i = v128.and(ij, i32x4.splat(65535));
    const j = i32x4.shr_u(ij, 16);
    emit(f32x4.add(f32x4.convert_i32x4_s(i), t), f32x4.convert_i32x4_s(j), r, a, s, gi, gj, gk, 0, step, frame, positions, normals);
    if (borderK || v128.any_true(v128.or(outer(i, ni - 3), outer(j, nj - 2))))
      for (let lane = 0; lane < 4; lane++) atBorder<T>(0, list + 8 * lane, k, ni, nj, nk, row, plane, frame, positions + 12 * lane, normals + 12 * lane);
  }
}

/** Central difference (twice the gradient) across `step`, at t between a voxel and the next of its row. */
@inline function slope<T>(p0: usize, p1: usize, p2: usize, p3: usize, step: isize, size: isize, t: v128): v128 {
  const before = gather(p0, p1, p2, p3, -step);
  const after = gather(p0, p1, p2, p3, step);
  const beforeNext = sizeof<T>() == 4 ? gather(p0, p1, p2, p3, size - step) : before;
  const afterNext = sizeof<T>() == 4 ? gather(p0, p1, p2, p3, size + step) : after;
  return mix(minus<T>(take<T>(after, 0), take<T>(before, 0)), minus<T>(take<T>(afterNext, 1), take<T>(beforeNext, 1)), t);
}

/** Edges along j (Axis u8, step a row) or k (Axis u16, step a plane); `other` is the other of the two strides. */
@inline function placeAcross<T, Axis>(
  list: usize, count: i32, ni: i32, nj: i32, nk: i32, k: i32, step: isize, other: isize,
  frame: usize, positions: usize, normals: usize,
): void {
  const size = <isize>sizeof<T>();
  const axis = sizeof<Axis>() == 1 ? 1 : 2;
  const row = axis == 1 ? step : other;
  const plane = axis == 1 ? other : step;
  const borderK = k == 0 || k >= (axis == 2 ? nk - 2 : nk - 1);
  const level = f32x4.splat(<f32>k);
  const r = lift(level, frame, 0);
  const a = lift(level, frame, 1);
  const s = lift(level, frame, 2);
  for (let n = 0; n < count; n += 4, list += 32, positions += 48, normals += 48) {
    const p0 = <usize>load<u32>(list), p1 = <usize>load<u32>(list, 8), p2 = <usize>load<u32>(list, 16), p3 = <usize>load<u32>(list, 24);
    // Voxels i − 1, i, i + 1 of the row of this end and of the other end
    let left = gather(p0, p1, p2, p3, -size);
    const fromLeft = take<T>(left, 0);
    if (sizeof<T>() == 4) left = gather(p0, p1, p2, p3, 0);
    const from = take<T>(left, 1);
    const fromRight = sizeof<T>() == 1 ? take<T>(left, 2) : take<T>(gather(p0, p1, p2, p3, size), 0);
    left = gather(p0, p1, p2, p3, step - size);
    const toLeft = take<T>(left, 0);
    if (sizeof<T>() == 4) left = gather(p0, p1, p2, p3, step);
    const to = take<T>(left, 1);
    const toRight = sizeof<T>() == 1 ? take<T>(left, 2) : take<T>(gather(p0, p1, p2, p3, step + size), 0);
    const before = take<T>(gather(p0, p1, p2, p3, -step), 0);
    const after = take<T>(gather(p0, p1, p2, p3, 2 * step), 0);
    const rise = minus<T>(to, from);
    const t = f32x4.div(f32x4.sub(v128.load(frame), float<T>(from)), rise);
    const gi = mix(minus<T>(fromRight, fromLeft), minus<T>(toRight, toLeft), t);
    const along = mix(minus<T>(to, before), minus<T>(after, from), t);
    const across = mix(
      minus<T>(take<T>(gather(p0, p1, p2, p3, other), 0), take<T>(gather(p0, p1, p2, p3, -other), 0)),
      minus<T>(take<T>(gather(p0, p1, p2, p3, step + other), 0), take<T>(gather(p0, p1, p2, p3, step - other), 0)),
      t,
    );
    const ij = indices(list);
    const i = v128.and(ij, i32x4.splat(65535));
    const j = i32x4.shr_u(ij, 16);
    const x = f32x4.convert_i32x4_s(i);
    const y = f32x4.convert_i32x4_s(j);
    if (axis == 1) emit(x, f32x4.add(y, t), r, a, s, gi, along, across, 1, rise, frame, positions, normals);
    else {
      const z = f32x4.add(level, t);
      emit(x, y, lift(z, frame, 0), lift(z, frame, 1), lift(z, frame, 2), gi, across, along, 2, rise, frame, positions, normals);
    }
    if (borderK || v128.any_true(v128.or(outer(i, ni - 2), outer(j, axis == 1 ? nj - 3 : nj - 2))))
      for (let lane = 0; lane < 4; lane++) atBorder<T>(axis, list + 8 * lane, k, ni, nj, nk, row, plane, frame, positions + 12 * lane, normals + 12 * lane);
  }
}

@inline function indices(list: usize): v128 {
  return v128.shuffle<i32>(v128.load(list), v128.load(list, 16), 1, 3, 5, 7);
}

/** Lanes whose index is 0 or above `last`: a neighbour is missing there. */
@inline function outer(index: v128, last: i32): v128 {
  return i32x4.ge_u(i32x4.sub(index, i32x4.splat(1)), i32x4.splat(last));
}

@inline function number(frame: usize, n: i32): v128 {
  return v128.load(frame + 16 * n);
}

/**
 * Places and normals of four vertices at (x, y, z) in voxels, r, a, s being what z and the origin add to each of R, A, S.
 * Where the gradient vanishes, the normal follows the edge.
 */
@inline function emit(
  x: v128, y: v128, r: v128, a: v128, s: v128, gi: v128, gj: v128, gk: v128, axis: i32, rise: v128,
  frame: usize, positions: usize, normals: usize,
): void {
  interleave(
    f32x4.add(pair(x, y, frame, 1), r),
    f32x4.add(pair(x, y, frame, 5), a),
    f32x4.add(pair(x, y, frame, 9), s),
    positions,
  );
  let nx = f32x4.add(pair(gi, gj, frame, 13), f32x4.mul(gk, number(frame, 15)));
  let ny = f32x4.add(pair(gi, gj, frame, 16), f32x4.mul(gk, number(frame, 18)));
  let nz = f32x4.add(pair(gi, gj, frame, 19), f32x4.mul(gk, number(frame, 21)));
  let square = f32x4.add(f32x4.add(f32x4.mul(nx, nx), f32x4.mul(ny, ny)), f32x4.mul(nz, nz));
  const flat = f32x4.eq(square, f32x4.splat(0));
  if (v128.any_true(flat)) {
    nx = v128.bitselect(f32x4.mul(rise, number(frame, 13 + axis)), nx, flat);
    ny = v128.bitselect(f32x4.mul(rise, number(frame, 16 + axis)), ny, flat);
    nz = v128.bitselect(f32x4.mul(rise, number(frame, 19 + axis)), nz, flat);
    square = f32x4.add(f32x4.add(f32x4.mul(nx, nx), f32x4.mul(ny, ny)), f32x4.mul(nz, nz));
  }
  const scale = f32x4.div(f32x4.splat(1), f32x4.sqrt(square));
  interleave(f32x4.mul(nx, scale), f32x4.mul(ny, scale), f32x4.mul(nz, scale), normals);
}

@inline function pair(x: v128, y: v128, frame: usize, n: i32): v128 {
  return f32x4.add(f32x4.mul(x, number(frame, n)), f32x4.mul(y, number(frame, n + 1)));
}
/** What z and the origin add to coordinate n (0 R, 1 A, 2 S). */
@inline function lift(z: v128, frame: usize, n: i32): v128 {
  return f32x4.add(f32x4.mul(z, number(frame, 4 * n + 3)), number(frame, 4 * n + 4));
}

/** Four x, y, z each → x y z x y z … */
@inline function interleave(x: v128, y: v128, z: v128, target: usize): void {
  const xy = v128.shuffle<f32>(x, y, 0, 2, 4, 6);
  const yz = v128.shuffle<f32>(y, z, 1, 3, 5, 7);
  const zx = v128.shuffle<f32>(z, x, 0, 2, 5, 7);
  v128.store(target, v128.shuffle<f32>(xy, zx, 0, 2, 4, 6));
  v128.store(target, v128.shuffle<f32>(yz, xy, 0, 2, 5, 7), 16);
  v128.store(target, v128.shuffle<f32>(zx, yz, 1, 3, 5, 7), 32);
}

// ── One vertex beside the volume's border: differences are one-sided there

function atBorder<T>(
  axis: i32, entry: usize, k: i32, ni: i32, nj: i32, nk: i32, row: isize, plane: isize,
  frame: usize, position: usize, normal: usize,
): void {
  const p = <usize>load<u32>(entry);
  const i = <i32>load<u16>(entry, 4);
  const j = <i32>load<u16>(entry, 6);
  const size = <isize>sizeof<T>();
  const q = p + (axis == 0 ? size : axis == 1 ? row : plane);
  const di = <i32>(axis == 0), dj = <i32>(axis == 1), dk = <i32>(axis == 2);
  const rise = <f32>load<T>(q) - <f32>load<T>(p);
  const t = (load<f32>(frame) - <f32>load<T>(p)) / rise;
  const gi = between(difference<T>(p, size, i, ni), difference<T>(q, size, i + di, ni), t);
  const gj = between(difference<T>(p, row, j, nj), difference<T>(q, row, j + dj, nj), t);
  const gk = between(difference<T>(p, plane, k, nk), difference<T>(q, plane, k + dk, nk), t);
  const x = <f32>i + (axis == 0 ? t : 0), y = <f32>j + (axis == 1 ? t : 0), z = <f32>k + (axis == 2 ? t : 0);
  for (let n = 0; n < 3; n++)
    store<f32>(position + 4 * n, x * at(frame, 4 * n + 1) + y * at(frame, 4 * n + 2) + (z * at(frame, 4 * n + 3) + at(frame, 4 * n + 4)));
  let nx = gi * at(frame, 13) + gj * at(frame, 14) + gk * at(frame, 15);
  let ny = gi * at(frame, 16) + gj * at(frame, 17) + gk * at(frame, 18);
  let nz = gi * at(frame, 19) + gj * at(frame, 20) + gk * at(frame, 21);
  let square = nx * nx + ny * ny + nz * nz;
  if (square == 0) {
    nx = rise * at(frame, 13 + axis);
    ny = rise * at(frame, 16 + axis);
    nz = rise * at(frame, 19 + axis);
    square = nx * nx + ny * ny + nz * nz;
  }
  const scale = <f32>1 / sqrt<f32>(square);
  store<f32>(normal, nx * scale);
  store<f32>(normal, ny * scale, 4);
  store<f32>(normal, nz * scale, 8);
}

@inline function between(a: f32, b: f32, t: f32): f32 {
  return a + t * (b - a);
}
@inline function difference<T>(p: usize, step: isize, index: i32, count: i32): f32 {
  const here = <f32>load<T>(p);
  if (index == 0) return count == 1 ? 0 : <f32>2 * (<f32>load<T>(p + step) - here);
  if (index == count - 1) return <f32>2 * (here - <f32>load<T>(p - step));
  return <f32>load<T>(p + step) - <f32>load<T>(p - step);
}
@inline function at(frame: usize, n: i32): f32 {
  return load<f32>(frame + 16 * n);
}
