import { type Affine, affine, invert, multiply, spacingOf, transform, type Vector3 } from '#core/space/affine.ts';
import type { Steps } from '#core/steps.ts';
import type { Dims } from '#core/volume/volume.ts';
import { BRICK, type Brick, brickGrid, type LabelmapData } from './labelmap.ts';

/** A layer of labels and which of its values take light away. */
export interface OccupancyLayer {
  readonly labels: LabelmapData;
  readonly values: readonly number[];
}

/**
 * How much of each cell is occupied, 0 … 255, on an isotropic grid over the scan and on ever coarser ones above it. Each level is
 * a dense u8 grid (i-fastest) with one cell of 0 around it, at `offset` in `cells`. Plain data, cloneable.
 */
export interface Occupancy {
  readonly cells: Uint8Array<ArrayBufferLike>;
  readonly levels: readonly { readonly offset: number; readonly dims: Dims }[];
  /** To cell centres of the finest level, without its border. */
  readonly cellFromRas: Affine<'ijk', 'ras'>;
  readonly cellMm: number;
}

/** At most this many cells in the finest level: light varies slowly, and this is what a cone walk is quick on. */
const MAX_CELLS = 8_000_000;

/** What lies on the side that the normal points away from takes no light: it is cut off. RAS mm. */
export interface Cut {
  readonly point: Vector3;
  readonly normal: Vector3;
}

/**
 * Occupancy of the union of the given values. Cells are as wide as the finest voxel side where that stays under `maxCells`.
 * All layers lie on the grid of `rasFromIjk`.
 */
export function* occupancyOf(
  layers: readonly OccupancyLayer[],
  rasFromIjk: Affine<'ras', 'ijk'>,
  dims: Dims,
  cut: Cut | null = null,
  maxCells = MAX_CELLS,
): Steps<Occupancy> {
  const spacing = spacingOf(rasFromIjk);
  const sizeMm = dims.map((n, axis) => n * (spacing[axis] as number));
  const volumeMm3 = (sizeMm[0] as number) * (sizeMm[1] as number) * (sizeMm[2] as number);
  const cellMm = Math.max(Math.min(...spacing), Math.cbrt(volumeMm3 / maxCells));
  const base = sizeMm.map((size) => Math.max(1, Math.ceil(size / cellMm - 1e-6))) as unknown as Dims;
  const levels = levelsOf(base);
  const last = levels.at(-1) as (typeof levels)[number];
  const cells = new Uint8Array(last.offset + paddedSize(last.dims));

  const axes = dims.map((n, axis) => cover(n, (spacing[axis] as number) / cellMm, base[axis] as number));
  const counts = new Uint16Array(base[0] * base[1] * base[2]);
  let done = 0;
  const of = layers.reduce((sum, { labels }) => sum + labels.bricks.length, 0) + levels.length;
  for (const { labels, values } of layers) {
    counts.fill(0);
    const counted = new Uint8Array(65536);
    for (const value of values) counted[value] = 1;
    for (let b = 0; b < labels.bricks.length; b++) {
      addBrick(counts, base, labels, b, counted, axes as [Cover, Cover, Cover]);
      done++;
      if (b % 8 === 7) yield { stage: 'occupancy', done, of };
    }
    yield* mergeCounts(cells, base, counts, axes as [Cover, Cover, Cover]);
  }
  // Cell c holds the places between c·cellMm and (c + 1)·cellMm from the border of the first voxel.
  const scale = spacing.map((mm) => mm / cellMm);
  const cellFromIjk = affine('ijk', 'ijk', [
    ...[scale[0] as number, 0, 0, 0],
    ...[0, scale[1] as number, 0, 0],
    ...[0, 0, scale[2] as number, 0],
    ...scale.map((ratio) => 0.5 * ratio - 0.5),
    1,
  ]);
  const cellFromRas = multiply(cellFromIjk, invert(rasFromIjk));
  if (cut) yield* cutCells(cells, base, invert(cellFromRas), cut);
  for (let level = 1; level < levels.length; level++) {
    halve(cells, levels[level - 1] as Level, levels[level] as Level);
    yield { stage: 'occupancy', done: ++done, of };
  }
  return { cells, levels, cellFromRas, cellMm };
}

interface Level {
  readonly offset: number;
  readonly dims: Dims;
}

function paddedSize([ni, nj, nk]: Dims): number {
  return (ni + 2) * (nj + 2) * (nk + 2);
}

function levelsOf(base: Dims): Level[] {
  const levels: Level[] = [];
  let dims = base;
  let offset = 0;
  for (;;) {
    levels.push({ offset, dims });
    if (Math.max(...dims) <= 2) return levels;
    offset += paddedSize(dims);
    dims = dims.map((n) => Math.ceil(n / 2)) as unknown as Dims;
  }
}

/** Which cells a voxel index covers along an axis, and how many indices cover each cell. */
interface Cover {
  readonly first: Int32Array<ArrayBuffer>;
  readonly end: Int32Array<ArrayBuffer>;
  readonly indices: Uint16Array<ArrayBuffer>;
}

function cover(count: number, ratio: number, cells: number): Cover {
  const first = new Int32Array(count);
  const end = new Int32Array(count);
  const indices = new Uint16Array(cells);
  for (let n = 0; n < count; n++) {
    if (ratio <= 1) {
      first[n] = Math.min(cells - 1, Math.floor((n + 0.5) * ratio));
      end[n] = (first[n] as number) + 1;
    } else {
      first[n] = Math.min(cells - 1, Math.round(n * ratio));
      end[n] = Math.min(cells, Math.max((first[n] as number) + 1, Math.round((n + 1) * ratio)));
    }
    for (let cell = first[n] as number; cell < (end[n] as number); cell++)
      indices[cell] = (indices[cell] as number) + 1;
  }
  return { first, end, indices };
}

function addBrick(
  counts: Uint16Array<ArrayBuffer>,
  [ci, cj]: Dims,
  { dims, bricks }: LabelmapData,
  b: number,
  counted: Uint8Array<ArrayBuffer>,
  [ax, ay, az]: readonly [Cover, Cover, Cover],
): void {
  const brick = bricks[b] as Brick;
  if (typeof brick === 'number' && counted[brick] === 0) return;
  const [bi, bj] = brickGrid(dims);
  const i0 = (b % bi) * BRICK;
  const j0 = (Math.floor(b / bi) % bj) * BRICK;
  const k0 = Math.floor(b / (bi * bj)) * BRICK;
  const iEnd = Math.min(dims[0], i0 + BRICK);
  for (let k = k0; k < Math.min(dims[2], k0 + BRICK); k++)
    for (let j = j0; j < Math.min(dims[1], j0 + BRICK); j++) {
      const from = BRICK * (j - j0 + BRICK * (k - k0)) - i0;
      for (let z = az.first[k] as number; z < (az.end[k] as number); z++)
        for (let y = ay.first[j] as number; y < (ay.end[j] as number); y++) {
          const row = ci * (y + cj * z);
          for (let i = i0; i < iEnd; i++) {
            if (typeof brick !== 'number' && counted[brick[from + i] as number] === 0) continue;
            for (let x = ax.first[i] as number; x < (ax.end[i] as number); x++)
              counts[row + x] = (counts[row + x] as number) + 1;
          }
        }
    }
}

/** Counts as shares of 255 into the finest level; where layers overlap, the fuller stands. */
function* mergeCounts(
  cells: Uint8Array<ArrayBuffer>,
  [ci, cj, ck]: Dims,
  counts: Uint16Array<ArrayBuffer>,
  [ax, ay, az]: readonly [Cover, Cover, Cover],
): Steps<void> {
  for (let z = 0; z < ck; z++) {
    for (let y = 0; y < cj; y++) {
      const plane = (ay.indices[y] as number) * (az.indices[z] as number);
      const from = ci * (y + cj * z);
      const to = 1 + (ci + 2) * (y + 1 + (cj + 2) * (z + 1));
      for (let x = 0; x < ci; x++) {
        const count = counts[from + x] as number;
        if (count === 0) continue;
        const share = Math.round((255 * count) / (plane * (ax.indices[x] as number)));
        if (share > (cells[to + x] as number)) cells[to + x] = share;
      }
    }
    if (z % 16 === 15) yield { stage: 'occupancy', done: z, of: ck };
  }
}

/** Empties the cells of the finest level whose centres are cut off. */
function* cutCells(
  cells: Uint8Array<ArrayBuffer>,
  [ci, cj, ck]: Dims,
  rasFromCell: Affine<'ras', 'ijk'>,
  { point, normal }: Cut,
): Steps<void> {
  const height = (i: number, j: number, k: number): number =>
    transform(rasFromCell, [i, j, k]).reduce(
      (sum, value, axis) => sum + (value - (point[axis] as number)) * (normal[axis] as number),
      0,
    );
  const perI = height(1, 0, 0) - height(0, 0, 0);
  for (let k = 0; k < ck; k++) {
    for (let j = 0; j < cj; j++) {
      const first = height(0, j, k);
      const row = 1 + (ci + 2) * (j + 1 + (cj + 2) * (k + 1));
      for (let i = 0; i < ci; i++) if (first + i * perI < 0) cells[row + i] = 0;
    }
    if (k % 16 === 15) yield { stage: 'occupancy', done: k, of: ck };
  }
}

/** Each cell of the coarser level is the mean of its eight. */
function halve(cells: Uint8Array<ArrayBuffer>, fine: Level, coarse: Level): void {
  const [ni, nj, nk] = coarse.dims;
  const row = fine.dims[0] + 2;
  const slice = row * (fine.dims[1] + 2);
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++) {
      let to = coarse.offset + 1 + (ni + 2) * (j + 1 + (nj + 2) * (k + 1));
      let at = fine.offset + 1 + row * (2 * j + 1) + slice * (2 * k + 1);
      // An odd size: the border of 0 stands for the missing half.
      for (let i = 0; i < ni; i++, at += 2, to++) {
        const sum =
          (cells[at] as number) +
          (cells[at + 1] as number) +
          (cells[at + row] as number) +
          (cells[at + row + 1] as number) +
          (cells[at + slice] as number) +
          (cells[at + slice + 1] as number) +
          (cells[at + slice + row] as number) +
          (cells[at + slice + row + 1] as number);
        cells[to] = (sum + 4) >> 3;
      }
    }
}
