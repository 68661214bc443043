import { isosurfaceCases } from '#compute/jobs/isosurfaceCases.ts';
import {
  FRAME_BYTES,
  type MeshMemory,
  PARTS_FROM,
  slabLayout,
  startsBytes,
  typeOf,
} from '#compute/jobs/isosurfaceLayout.ts';
import { ensureBytes, loadKernel } from '#compute/loadKernel.ts';
import { VesaliusError } from '#core/errors.ts';
import { type Affine, determinant3, normalMatrix } from '#core/space/affine.ts';
import { bytesPerVoxel, type Dims, type ScalarArray } from '#core/volume/volume.ts';

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
  starts: number,
  cuts: number,
  cutsEnd: number,
  ni: number,
  nj: number,
  nk: number,
  k: number,
  words: number,
  list: number,
  frame: number,
  positions: number,
  normals: number,
) => void;

interface Exports {
  heapBase(): number;
  move(target: number, source: number, bytes: number): void;
  readonly bitsU8: BitsOf;
  readonly bitsI16: BitsOf;
  readonly bitsU16: BitsOf;
  bitsF32(voxels: number, bits: number, ni: number, rows: number, words: number, level: number, below: number): void;
  boundF32(voxels: number, count: number, missing: number): void;
  countPlane(
    plane: number,
    above: number,
    ni: number,
    nj: number,
    words: number,
    first: number,
    starts: number,
    cuts: number,
    table: number,
  ): number;
  readonly verticesU8: VerticesOf;
  readonly verticesI16: VerticesOf;
  readonly verticesU16: VerticesOf;
  readonly verticesF32: VerticesOf;
  triangles(
    plane: number,
    above: number,
    starts: number,
    startsAbove: number,
    cuts: number,
    cutsEnd: number,
    first: number,
    ni: number,
    nj: number,
    words: number,
    table: number,
    scratch: number,
    target: number,
    end: number,
  ): number;
}

export interface Counts {
  readonly vertices: number;
  readonly triangles: number;
}

/** What a kernel's memory holds for one grid and isovalue: a run of planes at a time, numbered from 0, and the output of one plane. */
export interface SlabKernel {
  /** How many planes are worked on at a time. */
  readonly planesAtOnce: number;
  /** Copies planes [from, to) and their neighbours in, as bits too where `to` has a plane. */
  load(from: number, to: number, withNeighbours: boolean): void;
  /**
   * Counts the vertices of the loaded planes, and the triangles between each of them and the next (or says how many there are at most,
   * unless `exactly`: that is quicker), and numbers the vertices.
   */
  count(exactly: boolean): Counts;
  /** Vertices of counted plane k: views that hold until the next call. */
  vertices(k: number): { readonly positions: Float32Array; readonly normals: Float32Array };
  /** Triangles between counted plane k and the next, `first` added to their numbers: a view that holds until the next call. */
  triangles(k: number, first: number): Uint32Array;
  /**
   * Writes the loaded and counted planes into the mesh's memory, from vertex and triangle `first` up to `end` and no further.
   * Numbers of the plane after them are those that its own run will give. Returns the number of triangles.
   */
  write(first: Counts, end: Counts): number;
}

/** Stands in for a missing float voxel, and bounds the others: its square is a float32 still. */
const FAR = 1e18;

interface Instance {
  readonly exports: Exports;
  readonly memory: WebAssembly.Memory;
}
let own: Promise<Instance> | undefined;

/**
 * Readies this worker's kernel for a grid: over its own memory, one grid at a time, or over that of a mesh, in the part of it
 * that `place` names.
 */
export async function slabKernel(
  grid: IsosurfaceGrid,
  level: StoredLevel,
  place?: { readonly of: MeshMemory; readonly part: number },
): Promise<SlabKernel> {
  if (!place) own ??= loadKernel<Exports>('isosurface', 16);
  const { exports: kernel, memory }: Instance = place
    ? await loadKernel<Exports>('isosurfaceShared', 0, place.of.memory)
    : await (own as Promise<Instance>);
  const { scalars, dims, firstPlane = 0 } = grid;
  const [ni, nj, nk] = dims;
  const type = typeOf(scalars);
  const planeVoxels = ni * nj;
  const planeBytes = planeVoxels * bytesPerVoxel[type];
  const layout = slabLayout(dims, type, place ? place.of.parts + place.part * place.of.partBytes : PARTS_FROM);
  const { planesAtOnce, words, table, frame, bits, starts, cuts, list, positions, normals, triangles, voxels } = layout;
  const scratch = Math.ceil(kernel.heapBase() / 64) * 64 + 64 * (place?.part ?? 0);
  const bitBytes = 8 * words * nj;
  const startBytes = startsBytes(dims);
  ensureBytes(memory, layout.end);
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(caseTable(scratch, determinant3(grid.rasFromIjk) < 0), table);
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

  let [runFrom, runTo] = [0, 0];
  let shift = 0;
  /** The first number of each plane of the run, and the one after its last. */
  const firsts = new Array<number>(planesAtOnce + 2).fill(0);
  /** Where the cuts of each plane of the run begin and end. */
  const cutsTo = new Array<number>(planesAtOnce + 2).fill(cuts);
  let held = { first: 0, last: 0, bitsEnd: 0 };
  const voxelsOf = (k: number) => voxels + shift + (k - runFrom + 1) * planeBytes;
  const bitsAt = (k: number) => bits + (k - runFrom) * bitBytes;
  const startsAt = (k: number) => starts + (k - runFrom) * startBytes;
  const aboveOf = (k: number) => (k + 1 < nk ? bitsAt(k + 1) : 0);

  /** Numbers plane k from `first` on and lists its cuts after those of the planes before it. @returns its triangles: see counts.ts */
  function countPlane(k: number, first: number, exactly: boolean): { own: number; between: number } {
    const n = k - runFrom;
    const above = k < runTo ? aboveOf(k) : 0;
    const cutsAt = cutsTo[n] as number;
    firsts[n + 1] =
      kernel.countPlane(bitsAt(k), above, ni, nj, words, first, startsAt(k), cutsAt, exactly ? table : 0) >>> 0;
    const [own = 0, between = 0, cutsEnd = 0] = new Int32Array(memory.buffer, startsAt(k) + 12 * nj, 3);
    cutsTo[n + 1] = cutsEnd >>> 0;
    return { own, between };
  }
  /** Writes the vertices of plane k, number 0 at these addresses. */
  function placeVertices(k: number, positionsAt: number, normalsAt: number): void {
    const [plane, row, above, numbers] = [voxelsOf(k), bitsAt(k), aboveOf(k), startsAt(k)];
    const [from, to] = [cutsTo[k - runFrom] as number, cutsTo[k + 1 - runFrom] as number];
    for (let axis = 0; axis < (above ? 3 : 2); axis++)
      verticesOf(
        ...([axis, plane, row, above, numbers, from, to, ni, nj, nk, k, words, list, frame] as const),
        ...([positionsAt, normalsAt] as const),
      );
  }
  /** Writes the triangles above plane k, none from address `end` on; returns the address after them. */
  function placeTriangles(k: number, first: number, at: number, end: number): number {
    const [plane, above, numbers, numbersAbove] = [bitsAt(k), bitsAt(k + 1), startsAt(k), startsAt(k + 1)];
    const [from, to] = [cutsTo[k - runFrom] as number, cutsTo[k + 1 - runFrom] as number];
    return (
      kernel.triangles(
        ...([plane, above, numbers, numbersAbove, from, to, first, ni, nj, words, table, scratch] as const),
        ...([at, end] as const),
      ) >>> 0
    );
  }

  return {
    planesAtOnce,
    load(from, to, withNeighbours) {
      const first = withNeighbours ? Math.max(0, from - 1) : from;
      const last = Math.min(nk, withNeighbours ? to + 2 : to + 1);
      const bitsEnd = Math.min(nk, to + 1);
      // What the last run holds already is moved, the rest is copied in.
      const [voxelsFrom, bitsFrom] = [voxelsOf(first), bitsAt(from)];
      const kept = first >= held.first && first < held.last ? Math.min(held.last, last) : first;
      const keptBits = from >= runFrom && from < held.bitsEnd ? Math.min(held.bitsEnd, bitsEnd) : from;
      [runFrom, runTo] = [from, to];
      held = { first, last, bitsEnd };
      // Copies from shared arrays go by words where both lie alike.
      shift = 0;
      shift = (source.byteOffset + (kept - firstPlane) * planeBytes - voxelsOf(kept)) & 7;
      if (kept > first) kernel.move(voxelsOf(first), voxelsFrom, (kept - first) * planeBytes);
      if (keptBits > from) kernel.move(bitsAt(from), bitsFrom, (keptBits - from) * bitBytes);
      const at = voxelsOf(kept);
      bytes.set(source.subarray((kept - firstPlane) * planeBytes, (last - firstPlane) * planeBytes), at);
      if (type === 'f32') kernel.boundF32(at, (((last - kept) * planeVoxels + 3) >> 2) << 2, missing);
      const [fresh, target, rows] = [voxelsOf(keptBits), bitsAt(keptBits), (bitsEnd - keptBits) * nj];
      if (bitsOf) bitsOf(fresh, target, ni, rows, words, level.threshold, level.below ? -1n : 0n);
      else kernel.bitsF32(fresh, target, ni, rows, words, level.threshold, level.below ? 1 : 0);
    },
    count(exactly) {
      let triangles = 0;
      let plane = countPlane(runFrom, 0, exactly);
      for (let k = runFrom; k < runTo && k + 1 < nk; k++) {
        // The plane after the run too is numbered as its own run will do it, its edges along k left out.
        const above = countPlane(k + 1, firsts[k + 1 - runFrom] as number, exactly);
        triangles += plane.own + plane.between + above.own;
        plane = above;
      }
      return { vertices: firsts[runTo - runFrom] as number, triangles };
    },
    vertices(k) {
      const [first, end] = [firsts[k - runFrom] as number, firsts[k + 1 - runFrom] as number];
      placeVertices(k, positions - 12 * first, normals - 12 * first);
      return {
        positions: new Float32Array(memory.buffer, positions, 3 * (end - first)),
        normals: new Float32Array(memory.buffer, normals, 3 * (end - first)),
      };
    },
    triangles(k, first) {
      const end = placeTriangles(k, first, triangles, triangles + 60 * planeVoxels + 48);
      return new Uint32Array(memory.buffer, triangles, (end - triangles) / 4);
    },
    write(first, end) {
      if (!place) return 0;
      const { of } = place;
      const [positionsAt, normalsAt] = [of.positions + 12 * first.vertices, of.normals + 12 * first.vertices];
      for (let k = runFrom; k < runTo; k++) placeVertices(k, positionsAt, normalsAt);
      const endAt = of.triangles + 12 * end.triangles;
      const from = of.triangles + 12 * first.triangles;
      let at = from;
      for (let k = runFrom; k < runTo && k + 1 < nk; k++) at = placeTriangles(k, first.vertices, at, endAt);
      return (at - from) / 12;
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

const tables = new Map<string, Uint8Array>();

/** The kernel's case table, layout in src/kernels/isosurface/triangles.ts; made once for each place of the scratch. */
function caseTable(scratch: number, mirrored: boolean): Uint8Array {
  const key = `${scratch} ${mirrored}`;
  const known = tables.get(key);
  if (known) return known;
  const bytes = new Uint8Array(64 * isosurfaceCases.length);
  const table = new DataView(bytes.buffer);
  for (const [index, triangles] of isosurfaceCases.entries()) {
    const entry = 64 * index;
    const corners = [...triangles.replaceAll(' ', '')].map((digit) => Number.parseInt(digit, 16));
    table.setUint8(entry, 4 * corners.length);
    for (const [n, edge] of corners.entries()) {
      const place = mirrored && n % 3 > 0 ? n - (n % 3) + (3 - (n % 3)) : n;
      table.setUint16(entry + 2 + 2 * place, scratch + 4 * edge, true);
    }
    const cut = new Set(corners);
    for (let edge = 0; edge < 8; edge++) table.setInt32(entry + 32 + 4 * edge, cut.has(edge) ? 1 : 0, true);
    table.setUint8(entry + 1, (cut.size - corners.length / 3) / 2);
  }
  tables.set(key, bytes);
  return bytes;
}
