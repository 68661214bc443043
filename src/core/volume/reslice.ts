// A volume and its labels on a plane. Where the plane's rows and columns run along the grid's axes, which is nearly always,
// each row of the picture is a weighted sum of whole rows of voxels; else every pixel is looked up by itself.
import { BRICK, type Brick, brickGrid, type LabelmapData } from '#core/labelmap/labelmap.ts';
import { type Affine, invert, transform, type Vector3 } from '#core/space/affine.ts';
import { ijkSteps, type SliceGrid } from './slicePlane.ts';
import type { ScalarArray, Volume } from './volume.ts';

/**
 * Of a voxel. A place just on a face or halfway between two voxels, as the middle of a scan often is, would fall to one or the
 * other by the last digit: all are read this much towards the higher one, and a face belongs to its voxel.
 */
const TIE = 1e-6;
const LOWEST = -0.5 - TIE;
const HALF = 0.5 + TIE;
/** Of a voxel, over the whole picture: what the rows may lean away from the grid's axis and still be read along it. */
const STRAIGHT = 1e-3;

interface Straight {
  /** Voxel axes along the picture's rows, its columns and its normal. */
  readonly across: 0 | 1 | 2;
  readonly along: 0 | 1 | 2;
  readonly depth: 0 | 1 | 2;
}

/** Which voxel axes the picture runs along; null where it runs obliquely. */
function straight(right: Vector3, down: Vector3, grid: SliceGrid): Straight | null {
  const main = (steps: Vector3): 0 | 1 | 2 => {
    const [i, j, k] = steps.map(Math.abs) as [number, number, number];
    return i >= j && i >= k ? 0 : j >= k ? 1 : 2;
  };
  const across = main(right);
  const along = main(down);
  if (across === along) return null;
  const depth = (3 - across - along) as 0 | 1 | 2;
  const lean =
    grid.width * (Math.abs(right[along]) + Math.abs(right[depth])) +
    grid.height * (Math.abs(down[across]) + Math.abs(down[depth]));
  return lean < STRAIGHT ? { across, along, depth } : null;
}

// Rows that are being mixed. Grown as needed, never shrunk: a picture is made in one go and nothing outlives it.
let columnAt = new Int32Array(0);
let columnShare = new Float64Array(0);
let rowA = new Float64Array(0);
let rowB = new Float64Array(0);
let rowMixed = new Float64Array(0);
function reserve(pixels: number, voxels: number): void {
  if (columnAt.length < pixels) {
    columnAt = new Int32Array(pixels);
    columnShare = new Float64Array(pixels);
  }
  if (rowA.length < voxels) {
    rowA = new Float64Array(voxels);
    rowB = new Float64Array(voxels);
    rowMixed = new Float64Array(voxels);
  }
}

/**
 * Rescaled values on a plane, trilinear between voxel centres, NaN outside the grid (more than half a voxel beyond the outer
 * centres). Timepoint 0. `into` has width × height numbers, rows from the top.
 */
export function reslice(volume: Volume, grid: SliceGrid, into: Float32Array): void {
  const { start, right, down } = ijkSteps(grid, volume.header.rasFromIjk);
  const axes = straight(right, down, grid);
  if (axes) resliceStraight(volume, grid, start, right, down, axes, into);
  else resliceOblique(volume, grid, start, right, down, into);
}

function resliceStraight(
  { header: { dims, slope, intercept }, scalars }: Volume,
  { width, height }: SliceGrid,
  start: Vector3,
  right: Vector3,
  down: Vector3,
  { across, along, depth }: Straight,
  into: Float32Array,
): void {
  const strides = [1, dims[0], dims[0] * dims[1]] as const;
  const stride = strides[across];
  const voxels = dims[across];
  const c = start[depth];
  const last = dims[depth] - 1;
  if (!(c >= LOWEST && c <= last - LOWEST)) {
    into.fill(Number.NaN, 0, width * height);
    return;
  }
  reserve(width, voxels);
  // Columns of the picture that see the scan, and the voxels between which each lies.
  let x0 = width;
  let xEnd = 0;
  for (let x = 0; x < width; x++) {
    const i = start[across] + x * right[across];
    if (!(i >= LOWEST && i <= voxels - 1 - LOWEST)) continue;
    if (x < x0) x0 = x;
    xEnd = x + 1;
    const held = Math.max(0, Math.min(i, voxels - 1));
    // The last voxel is the upper end of the last pair, so that a pair always exists.
    const first = voxels > 1 ? Math.min(voxels - 2, Math.floor(held)) : 0;
    columnAt[x] = first;
    columnShare[x] = held - first;
  }
  if (x0 >= xEnd) {
    into.fill(Number.NaN, 0, width * height);
    return;
  }
  const v0 = Math.min(columnAt[x0] as number, columnAt[xEnd - 1] as number);
  const vEnd = Math.min(voxels, Math.max(columnAt[x0] as number, columnAt[xEnd - 1] as number) + 2);
  const upper = voxels > 1 ? 1 : 0;

  const cHeld = Math.max(0, Math.min(c, last));
  const c0 = Math.floor(cHeld);
  const cShare = cHeld - c0;
  const base0 = c0 * strides[depth];
  const base1 = cShare > 0 ? base0 + strides[depth] : base0;
  const rows = dims[along];
  let [a, b] = [rowA, rowB];
  let aAt = -1;
  let bAt = -1;
  for (let y = 0; y < height; y++) {
    const at = y * width;
    const j = start[along] + y * down[along];
    if (!(j >= LOWEST && j <= rows - 1 - LOWEST)) {
      into.fill(Number.NaN, at, at + width);
      continue;
    }
    const held = Math.max(0, Math.min(j, rows - 1));
    const first = Math.floor(held);
    const share = held - first;
    const second = share > 0 ? first + 1 : first;
    // Rows of voxels that the picture's row above has used already are kept.
    if (aAt !== first) {
      if (bAt === first) [a, b, aAt, bAt] = [b, a, bAt, aAt];
      else {
        readRow(scalars, base0 + first * strides[along], base1 + first * strides[along], stride, cShare, v0, vEnd, a);
        aAt = first;
      }
    }
    if (second !== first && bAt !== second) {
      readRow(scalars, base0 + second * strides[along], base1 + second * strides[along], stride, cShare, v0, vEnd, b);
      bAt = second;
    }
    let mixed = a;
    if (share > 0) {
      mixed = rowMixed;
      for (let v = v0; v < vEnd; v++) mixed[v] = (a[v] as number) + share * ((b[v] as number) - (a[v] as number));
    }
    if (x0 > 0) into.fill(Number.NaN, at, at + x0);
    if (xEnd < width) into.fill(Number.NaN, at + xEnd, at + width);
    for (let x = x0; x < xEnd; x++) {
      const v = columnAt[x] as number;
      const low = mixed[v] as number;
      into[at + x] = slope * (low + (columnShare[x] as number) * ((mixed[v + upper] as number) - low)) + intercept;
    }
  }
}

/** One row of voxels, between two of neighbouring slices. */
function readRow(
  scalars: ScalarArray,
  at0: number,
  at1: number,
  stride: number,
  share: number,
  from: number,
  end: number,
  into: Float64Array,
): void {
  if (share === 0) {
    for (let v = from, n = at0 + from * stride; v < end; v++, n += stride) into[v] = scalars[n] as number;
    return;
  }
  for (let v = from, n = at0 + from * stride, m = at1 + from * stride; v < end; v++, n += stride, m += stride) {
    const low = scalars[n] as number;
    into[v] = low + share * ((scalars[m] as number) - low);
  }
}

function resliceOblique(
  { header, scalars }: Volume,
  grid: SliceGrid,
  start: Vector3,
  right: Vector3,
  down: Vector3,
  into: Float32Array,
): void {
  const [ni, nj, nk] = header.dims;
  const { slope, intercept } = header;
  const slice = ni * nj;
  for (let y = 0, n = 0; y < grid.height; y++) {
    const iRow = start[0] + y * down[0];
    const jRow = start[1] + y * down[1];
    const kRow = start[2] + y * down[2];
    for (let x = 0; x < grid.width; x++, n++) {
      const i = iRow + x * right[0];
      const j = jRow + x * right[1];
      const k = kRow + x * right[2];
      if (
        !(
          i >= LOWEST &&
          j >= LOWEST &&
          k >= LOWEST &&
          i <= ni - 1 - LOWEST &&
          j <= nj - 1 - LOWEST &&
          k <= nk - 1 - LOWEST
        )
      ) {
        into[n] = Number.NaN;
        continue;
      }
      // Beyond the outer centres the outer voxel's value holds.
      const ci = Math.max(0, Math.min(i, ni - 1));
      const cj = Math.max(0, Math.min(j, nj - 1));
      const ck = Math.max(0, Math.min(k, nk - 1));
      // Truncation is floor here: none is negative.
      const i0 = ci | 0;
      const j0 = cj | 0;
      const k0 = ck | 0;
      const fi = ci - i0;
      const fj = cj - j0;
      const at = i0 + ni * j0 + slice * k0;
      const di = i0 + 1 < ni ? 1 : 0;
      const dj = j0 + 1 < nj ? ni : 0;
      const dk = k0 + 1 < nk ? slice : 0;
      const low = mix(
        mix(scalars[at] as number, scalars[at + di] as number, fi),
        mix(scalars[at + dj] as number, scalars[at + dj + di] as number, fi),
        fj,
      );
      const high = mix(
        mix(scalars[at + dk] as number, scalars[at + dk + di] as number, fi),
        mix(scalars[at + dk + dj] as number, scalars[at + dk + dj + di] as number, fi),
        fj,
      );
      into[n] = slope * mix(low, high, ck - k0) + intercept;
    }
  }
}

const mix = (a: number, b: number, f: number) => a + f * (b - a);

/** Index of the nearest voxel centre; null outside the grid. */
export function nearestVoxel(
  dims: Volume['header']['dims'],
  rasFromIjk: Affine<'ras', 'ijk'>,
  ras: Vector3,
): Vector3 | null {
  const [i, j, k] = transform(invert(rasFromIjk), ras).map((at) => Math.floor(at + HALF)) as [number, number, number];
  return i >= 0 && j >= 0 && k >= 0 && i < dims[0] && j < dims[1] && k < dims[2] ? [i, j, k] : null;
}

/** Rescaled value of the nearest voxel, timepoint 0; null outside the grid. */
export function valueAtRas({ header, scalars }: Volume, ras: Vector3): number | null {
  const voxel = nearestVoxel(header.dims, header.rasFromIjk, ras);
  if (!voxel) return null;
  const stored = scalars[voxel[0] + header.dims[0] * (voxel[1] + header.dims[1] * voxel[2])] as number;
  return header.slope * stored + header.intercept;
}

/** Segment values on a plane, each pixel its nearest voxel's, 0 outside. `into` has width × height numbers. */
export function resliceLabels(
  { dims, bricks }: LabelmapData,
  rasFromIjk: Affine<'ras', 'ijk'>,
  grid: SliceGrid,
  into: Uint16Array,
): void {
  const [ni, nj, nk] = dims;
  const [bi, bj] = brickGrid(dims);
  const { width, height } = grid;
  const { start, right, down } = ijkSteps(grid, rasFromIjk);
  const axes = straight(right, down, grid);
  let rowBefore = -1;
  for (let y = 0, n = 0; y < height; y++) {
    const iRow = start[0] + y * down[0];
    const jRow = start[1] + y * down[1];
    const kRow = start[2] + y * down[2];
    if (axes) {
      // The row above lies on the same voxels where pixels are smaller than these.
      const row = Math.floor((axes.along === 0 ? iRow : axes.along === 1 ? jRow : kRow) + HALF);
      if (row === rowBefore) {
        into.copyWithin(n, n - width, n);
        n += width;
        continue;
      }
      rowBefore = row;
    }
    for (let x = 0; x < width; x++, n++) {
      const i = Math.floor(iRow + x * right[0] + HALF);
      const j = Math.floor(jRow + x * right[1] + HALF);
      const k = Math.floor(kRow + x * right[2] + HALF);
      if (i < 0 || j < 0 || k < 0 || i >= ni || j >= nj || k >= nk) {
        into[n] = 0;
        continue;
      }
      const brick = bricks[(i >> 5) + bi * ((j >> 5) + bj * (k >> 5))] as Brick;
      into[n] = typeof brick === 'number' ? brick : (brick[(i & 31) + BRICK * ((j & 31) + BRICK * (k & 31))] as number);
    }
  }
}

/** Grey of each value by window and level, RGBA; level ± width/2 are black and white, what is outside the scan is `outside`. */
export function windowInto(
  values: Float32Array,
  level: number,
  width: number,
  into: Uint8ClampedArray,
  outside: readonly [number, number, number, number],
): void {
  const low = level - width / 2;
  const scale = 255 / width;
  // Four bytes at a time; the order of bytes in a word is the machine's.
  const words = new Uint32Array(into.buffer, into.byteOffset, into.length >> 2);
  const packed = new Uint32Array(new Uint8Array(outside).buffer)[0] as number;
  for (let n = 0; n < words.length; n++) {
    const value = values[n] as number;
    // NaN fails every comparison, so it is asked for first.
    if (Number.isNaN(value)) {
      words[n] = packed;
      continue;
    }
    const shade = (value - low) * scale;
    const grey = shade <= 0 ? 0 : shade >= 255 ? 255 : (shade + 0.5) | 0;
    words[n] = littleEndian
      ? (0xff000000 | (grey << 16) | (grey << 8) | grey) >>> 0
      : ((grey << 24) | (grey << 16) | (grey << 8) | 0xff) >>> 0;
  }
}

const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;
