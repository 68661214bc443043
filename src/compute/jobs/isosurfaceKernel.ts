import { determinant3, normalMatrix, type Affine } from '#core/space/affine.ts';
import { bytesPerVoxel, type Dims, type ScalarArray, type ScalarType } from '#core/volume/volume.ts';
import { VesaliusError } from '#core/errors.ts';
import { isosurfaceCases } from '#compute/jobs/isosurfaceCases.ts';
import { ensureBytes, loadKernel } from '#compute/loadKernel.ts';

/** Voxels to be meshed. `scalars` holds planes from `firstPlane` (0 unless said) on, i fastest; it is read, never written. */
export interface IsosurfaceGrid {
  readonly scalars: ScalarArray;
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  /** Rescaled value = slope × stored + intercept. */
  readonly slope: number;
  readonly intercept: number;
  readonly firstPlane?: number;
}

/** An isovalue in terms of stored values. */
export interface StoredLevel {
  /** Stored value where the surface lies. */
  readonly value: number;
  /** Inside is at or above `threshold`, or where `below` is set, under it (whole numbers) or at or under it (floats). */
  readonly threshold: number;
  readonly below: boolean;
}

type BitsOf = (
  voxels: number,
  bits: number,
  ni: number,
  rows: number,
  words: number,
  level: number,
  flip: bigint,
) => void;
type VerticesOf = (
  axis: number,
  voxels: number,
  bits: number,
  above: number,
  ni: number,
  nj: number,
  nk: number,
  k: number,
  words: number,
  list: number,
  frame: number,
  positions: number,
  normals: number,
) => number;

interface Exports {
  heapBase(): number;
  readonly bitsU8: BitsOf;
  readonly bitsI16: BitsOf;
  readonly bitsU16: BitsOf;
  bitsF32(voxels: number, bits: number, ni: number, rows: number, words: number, level: number, below: number): void;
  boundF32(voxels: number, count: number, missing: number): void;
  rowStarts(plane: number, above: number, ni: number, nj: number, words: number, first: number, starts: number): number;
  countTriangles(plane: number, above: number, ni: number, nj: number, words: number, table: number): number;
  readonly verticesU8: VerticesOf;
  readonly verticesI16: VerticesOf;
  readonly verticesU16: VerticesOf;
  readonly verticesF32: VerticesOf;
  triangles(
    plane: number,
    above: number,
    starts: number,
    startsAbove: number,
    ni: number,
    nj: number,
    words: number,
    table: number,
    scratch: number,
    target: number,
  ): number;
}

/** What a kernel's memory holds for one grid and isovalue: a run of planes at a time, and the output of one plane. */
export interface SlabKernel {
  /** How many planes are worked on at a time. */
  readonly planesAtOnce: number;
  /** Copies planes [from, to) and their neighbours in, as bits too where `to` has a plane. */
  load(from: number, to: number, withNeighbours: boolean): void;
  /** Numbers the vertices of loaded plane k from `first` on; returns the number after the last. */
  number(k: number, first: number): number;
  /** Triangles between loaded plane k and the next. */
  countTriangles(k: number): number;
  /** Vertices of loaded and numbered plane k: views that hold until the next call. */
  vertices(k: number, first: number): { readonly positions: Float32Array; readonly normals: Float32Array };
  /** Triangles between plane k and the next, both numbered: a view that holds until the next call. */
  triangles(k: number, first: number): Uint32Array;
}

/** Voxels of one run: enough planes that copying neighbours twice costs little, few enough to stay in cache. */
const RUN_BYTES = 1 << 20;
const TABLE_BYTES = 256 * 64;
const FRAME_BYTES = 22 * 16;
/** Stands in for a missing float voxel, and bounds the others: its square is a float32 still. */
const FAR = 1e18;

let loaded: Promise<{ exports: Exports; memory: WebAssembly.Memory }> | undefined;

/** Readies this worker's kernel for a grid. One grid at a time: the next call takes the memory over. */
export async function slabKernel(grid: IsosurfaceGrid, level: StoredLevel): Promise<SlabKernel> {
  loaded ??= loadKernel<Exports>('isosurface', 16);
  const { exports: kernel, memory } = await loaded;
  const { scalars, dims, firstPlane = 0 } = grid;
  const [ni, nj, nk] = dims;
  const type = typeOf(scalars);
  const size = bytesPerVoxel[type];
  const words = Math.ceil(ni / 63);
  const planeVoxels = ni * nj;
  const planeBytes = planeVoxels * size;
  const planesAtOnce = Math.min(nk, Math.max(8, Math.round(RUN_BYTES / planeBytes)));

  // Layout, each part on a border of 16 bytes.
  let next = kernel.heapBase();
  const part = (bytes: number) => {
    const at = (next + 15) & ~15;
    next = at + bytes;
    return at;
  };
  const scratch = part(48);
  const table = part(TABLE_BYTES);
  const frame = part(FRAME_BYTES);
  const bitBytes = 8 * words * nj;
  const bits = part((planesAtOnce + 1) * bitBytes + 8 * words);
  const startBytes = 12 * nj;
  const starts = part((planesAtOnce + 1) * startBytes);
  const list = part(8 * planeVoxels + 64);
  const positions = part(36 * planeVoxels + 48);
  const normals = part(36 * planeVoxels + 48);
  const triangles = part(60 * planeVoxels + 48);
  // A plane before the first and two after the last, whether the volume has them or not, and a row for reads beyond.
  const voxels = part((planesAtOnce + 3) * planeBytes + 4 * ni + 512) + 64;
  ensureBytes(memory, next + 512);
  const bytes = new Uint8Array(memory.buffer);
  writeTable(new DataView(memory.buffer), table, scratch, determinant3(grid.rasFromIjk) < 0);
  writeFrame(new Float32Array(memory.buffer, frame, FRAME_BYTES / 4), grid, level);

  const source = new Uint8Array(scalars.buffer, scalars.byteOffset, scalars.byteLength);
  const bitsOf = type === 'f32' ? undefined : { u8: kernel.bitsU8, i16: kernel.bitsI16, u16: kernel.bitsU16 }[type];
  const verticesOf = {
    u8: kernel.verticesU8,
    i16: kernel.verticesI16,
    u16: kernel.verticesU16,
    f32: kernel.verticesF32,
  }[type];
  const missing = grid.slope > 0 ? -FAR : FAR;

  let runFrom = 0;
  let shift = 0;
  const voxelsOf = (k: number) => voxels + shift + (k - runFrom + 1) * planeBytes;
  const bitsAt = (k: number) => bits + (k - runFrom) * bitBytes;
  const startsAt = (k: number) => starts + (k - runFrom) * startBytes;
  const aboveOf = (k: number) => (k + 1 < nk ? bitsAt(k + 1) : 0);

  return {
    planesAtOnce,
    load(from, to, withNeighbours) {
      runFrom = from;
      const first = withNeighbours ? Math.max(0, from - 1) : from;
      const last = Math.min(nk, withNeighbours ? to + 2 : to + 1);
      shift = 0;
      shift = (source.byteOffset + (first - firstPlane) * planeBytes - voxelsOf(first)) & 7;
      const at = voxelsOf(first);
      bytes.set(source.subarray((first - firstPlane) * planeBytes, (last - firstPlane) * planeBytes), at);
      if (type === 'f32') kernel.boundF32(at, (((last - first) * planeVoxels + 3) >> 2) << 2, missing);
      const rows = (Math.min(nk, to + 1) - from) * nj;
      if (bitsOf) bitsOf(voxelsOf(from), bits, ni, rows, words, level.threshold, level.below ? -1n : 0n);
      else kernel.bitsF32(voxelsOf(from), bits, ni, rows, words, level.threshold, level.below ? 1 : 0);
    },
    number: (k, first) => kernel.rowStarts(bitsAt(k), aboveOf(k), ni, nj, words, first, startsAt(k)) >>> 0,
    countTriangles: (k) =>
      k + 1 < nk ? kernel.countTriangles(bitsAt(k), bitsAt(k + 1), ni, nj, words, table) >>> 0 : 0,
    vertices(k, first) {
      let count = 0;
      const odd = 4 * (first & 1);
      for (let axis = 0; axis < (k + 1 < nk ? 3 : 2); axis++) {
        const at = 12 * count + odd;
        const [plane, row, above] = [voxelsOf(k), bitsAt(k), aboveOf(k)];
        count += verticesOf(axis, plane, row, above, ni, nj, nk, k, words, list, frame, positions + at, normals + at);
      }
      return {
        positions: new Float32Array(memory.buffer, positions + odd, 3 * count),
        normals: new Float32Array(memory.buffer, normals + odd, 3 * count),
      };
    },
    triangles(k, first) {
      const start = triangles + 4 * (first & 1);
      const end = kernel.triangles(
        bitsAt(k),
        bitsAt(k + 1),
        startsAt(k),
        startsAt(k + 1),
        ni,
        nj,
        words,
        table,
        scratch,
        start,
      );
      return new Uint32Array(memory.buffer, start, (end - start) / 4);
    },
  };
}

/**
 * @throws VesaliusError 'usage' where the isovalue or the scale is not a number that can be met.
 * @returns null where no value of the type can lie on the other side, or the grid has no cell.
 */
export function storedLevel(grid: IsosurfaceGrid, iso: number): StoredLevel | null {
  const { slope, intercept } = grid;
  if (!Number.isFinite(iso) || !Number.isFinite(slope) || !Number.isFinite(intercept) || slope === 0)
    throw new VesaliusError({
      code: 'usage',
      what: 'isovalue',
      where: 'iso',
      expected: 'finite numbers, the slope not 0',
      got: `${iso} at ${slope} × stored + ${intercept}`,
    });
  if (Math.min(...grid.dims) < 2) return null;
  const value = (iso - intercept) / slope;
  const below = slope < 0;
  const type = typeOf(grid.scalars);
  // By the very sum that others compare with: rounding may put a stored value on the other side of the quotient above.
  const inside = (stored: number) => slope * stored + intercept >= iso;
  if (type === 'f32') {
    if (Math.abs(value) >= FAR) return null;
    // The last float that is inside, towards the outside; a scale too fine for float64 leaves it near.
    const outwards = below ? 1 : -1;
    let threshold = Math.fround(value);
    for (let n = 0; n < 64 && !inside(threshold); n++) threshold = nextFloat(threshold, -outwards);
    for (let n = 0; n < 64 && inside(nextFloat(threshold, outwards)); n++) threshold = nextFloat(threshold, outwards);
    return { value, threshold, below };
  }
  // The smallest stored number that is inside, or with a negative slope outside.
  const [least, most] = { u8: [0, 255], i16: [-32768, 32767], u16: [0, 65535] }[type] as [number, number];
  let threshold = Math.max(least, Math.min(most + 1, Math.ceil(value)));
  while (threshold > least && inside(threshold - 1) !== below) threshold--;
  while (threshold <= most && inside(threshold) === below) threshold++;
  return threshold <= least || threshold > most ? null : { value, threshold, below };
}

/** The float32 next to one, upwards (1) or downwards (−1). */
function nextFloat(value: number, direction: number): number {
  if (value === 0) return direction * 2 ** -149;
  const float = new Float32Array([value]);
  const int = new Int32Array(float.buffer);
  int[0] = (int[0] as number) + (value > 0 === direction > 0 ? 1 : -1);
  return float[0] as number;
}

export function typeOf(scalars: ScalarArray): ScalarType {
  if (scalars instanceof Uint8Array) return 'u8';
  if (scalars instanceof Int16Array) return 'i16';
  return scalars instanceof Uint16Array ? 'u16' : 'f32';
}

function writeFrame(frame: Float32Array, { rasFromIjk, slope }: IsosurfaceGrid, { value }: StoredLevel): void {
  const m = rasFromIjk.m as readonly number[];
  const n = normalMatrix(rasFromIjk) as readonly number[];
  // Outwards is down the rescaled values, against the gradient of the stored ones unless the slope is negative.
  const sign = slope < 0 ? 1 : -1;
  const numbers = [value];
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 4; column++) numbers.push(m[row + 4 * column] as number);
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++) numbers.push(sign * (n[row + 3 * column] as number));
  for (const [index, number] of numbers.entries()) frame.fill(number, 4 * index, 4 * index + 4);
}

/** Layout: src/kernels/isosurface/triangles.ts. */
function writeTable(memory: DataView, table: number, scratch: number, mirrored: boolean): void {
  for (const [index, triangles] of isosurfaceCases.entries()) {
    const entry = table + 64 * index;
    const corners = [...triangles.replaceAll(' ', '')].map((digit) => Number.parseInt(digit, 16));
    memory.setUint8(entry, 4 * corners.length);
    for (const [n, edge] of corners.entries()) {
      const place = mirrored && n % 3 > 0 ? n - (n % 3) + (3 - (n % 3)) : n;
      memory.setUint16(entry + 2 + 2 * place, scratch + 4 * edge, true);
    }
    const cut = new Set(corners);
    for (let edge = 0; edge < 8; edge++) memory.setInt32(entry + 32 + 4 * edge, cut.has(edge) ? 1 : 0, true);
    memory.setUint8(entry + 1, (cut.size - corners.length / 3) / 2);
  }
}
