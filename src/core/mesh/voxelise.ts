import { VesaliusError } from '#core/errors.ts';
import { type Affine, invert, transform } from '#core/space/affine.ts';
import type { Steps } from '#core/steps.ts';
import type { Dims } from '#core/volume/volume.ts';

/** The inside of a closed mesh as voxels of a grid. */
export interface Voxelised {
  /** Flat pairs (first voxel, count), rising, each within a row along i. */
  readonly runs: Uint32Array<ArrayBufferLike>;
  readonly voxels: number;
  /** Voxels by the even-odd rule: another number where shells lie over each other. */
  readonly evenOddVoxels: number;
}

/** Triangles, and crossings, between two steps; some 10 ms. */
const PIECE = 16_384;
const CROSSINGS_STEP = 1 << 18;
/** Bodies are crossed a few times by each ray; a mesh of countless large triangles would fill the memory. */
const RAY_CROSSINGS = 256;

/**
 * Voxels whose centres lie within a closed mesh: rays along i through all centres, each crossing counted with its direction; inside is where
 * the count is not 0, so that shells that overlap are one and a shell turned inwards is a cavity (or, where triangles are wound against
 * each other, where the number of crossings is odd). No ray is lost or doubled between
 * triangles: a centre belongs to a triangle by half-open rows and half-open ends, whose place is computed from an edge's lower end, and so
 * is the very same number for both triangles of an edge.
 * @param positions RAS mm, 3 a vertex; `triangles` closed, vertices at one place welded
 * @throws VesaliusError 'too-large' where rays cross the surface beyond all measure
 * Source: the half-open rule of scan conversion (Foley & van Dam); signed crossings as in Jacobson et al. 2013, on rays
 */
export function* voxelise(
  { positions, triangles }: { readonly positions: ArrayLike<number>; readonly triangles: Uint32Array<ArrayBufferLike> },
  { dims, rasFromIjk }: { readonly dims: Dims; readonly rasFromIjk: Affine<'ras', 'ijk'> },
  rule: 'non-zero' | 'even-odd' = 'non-zero',
): Steps<Voxelised> {
  const places = inVoxels(positions, rasFromIjk);
  const crossings = new Crossings();
  const most = RAY_CROSSINGS * dims[1] * dims[2] + PIECE;
  let told = 0;
  for (let n = 0; n < triangles.length; n += 3) {
    cross(places, triangles[n] as number, triangles[n + 1] as number, triangles[n + 2] as number, dims, crossings);
    if (crossings.length > most)
      throw new VesaliusError({
        code: 'too-large',
        what: 'mesh',
        where: 'triangles',
        expected: `a surface that a ray crosses ${RAY_CROSSINGS} times at most, on average`,
        got: 'more',
      });
    if (n % (3 * PIECE) !== 0 && crossings.length - told < CROSSINGS_STEP) continue;
    told = crossings.length;
    yield { stage: 'voxelise', done: n, of: triangles.length };
  }
  return yield* runsOf(crossings, dims, rule);
}

function inVoxels(positions: ArrayLike<number>, rasFromIjk: Affine<'ras', 'ijk'>): Float64Array {
  const ijkFromRas = invert(rasFromIjk);
  const places = new Float64Array(positions.length);
  for (let n = 0; n < positions.length; n += 3) {
    const [i, j, k] = transform(ijkFromRas, [
      positions[n] as number,
      positions[n + 1] as number,
      positions[n + 2] as number,
    ]);
    places[n] = i;
    places[n + 1] = j;
    places[n + 2] = k;
  }
  return places;
}

/** Where rays meet the surface: row of the grid, first voxel behind it, and direction. */
class Crossings {
  rows = new Uint32Array(4096);
  /** 2 × voxel + 1 where the ray goes in. */
  at = new Uint32Array(4096);
  length = 0;

  push(row: number, voxel: number, inwards: boolean): void {
    if (this.length === this.rows.length) {
      for (const name of ['rows', 'at'] as const) {
        const wider = new Uint32Array(2 * this.length);
        wider.set(this[name]);
        this[name] = wider;
      }
    }
    this.rows[this.length] = row;
    this.at[this.length++] = 2 * voxel + (inwards ? 1 : 0);
  }
}

function cross(places: Float64Array, a: number, b: number, c: number, [ni, nj, nk]: Dims, into: Crossings): void {
  const corners = [3 * a, 3 * b, 3 * c] as const;
  const [ka, kb, kc] = [
    places[corners[0] + 2] as number,
    places[corners[1] + 2] as number,
    places[corners[2] + 2] as number,
  ];
  const [ia, ib, ic] = [places[corners[0]] as number, places[corners[1]] as number, places[corners[2]] as number];
  const [ja, jb, jc] = [
    places[corners[0] + 1] as number,
    places[corners[1] + 1] as number,
    places[corners[2] + 1] as number,
  ];
  // Rows k with lowest < … : a vertex in a row counts as below it.
  const from = Math.max(0, Math.ceil(Math.min(ka, kb, kc)));
  const to = Math.min(nk - 1, Math.ceil(Math.max(ka, kb, kc)) - 1);
  if (to < from) return;
  const [low, high] = [Math.min(ia, ib, ic), Math.max(ia, ib, ic)];
  if (low > ni - 1 || !Number.isFinite(high)) return;
  const area = (jb - ja) * (kc - ka) - (kb - ka) * (jc - ja);
  for (let k = from; k <= to; k++) {
    let [left, right] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    let leftRises = false;
    for (let side = 0; side < 3; side++) {
      const p = corners[side] as number;
      const q = corners[side === 2 ? 0 : side + 1] as number;
      const rises = (places[p + 2] as number) <= (places[q + 2] as number);
      const [lower, upper] = rises ? [p, q] : [q, p];
      const kl = places[lower + 2] as number;
      const ku = places[upper + 2] as number;
      if (!(kl <= k && k < ku)) continue;
      const jl = places[lower + 1] as number;
      const j = jl + ((k - kl) / (ku - kl)) * ((places[upper + 1] as number) - jl);
      if (j < left) {
        left = j;
        leftRises = rises;
      }
      if (j > right) right = j;
    }
    const jEnd = Math.min(nj, Math.ceil(right));
    for (let j = Math.max(0, Math.ceil(left)); j < jEnd; j++) {
      // Where the triangle's plane stands over the centre, never beyond its corners.
      const u = ((j - ja) * (kc - ka) - (k - ka) * (jc - ja)) / area;
      const v = ((jb - ja) * (k - ka) - (kb - ka) * (j - ja)) / area;
      const i = Math.min(high, Math.max(low, ia + u * (ib - ia) + v * (ic - ia)));
      const voxel = Math.max(0, Math.ceil(Number.isNaN(i) ? low : i));
      if (voxel < ni) into.push(j + nj * k, voxel, leftRises);
    }
  }
}

function* runsOf(crossings: Crossings, [ni, nj, nk]: Dims, rule: 'non-zero' | 'even-odd'): Steps<Voxelised> {
  const rows = nj * nk;
  const starts = new Uint32Array(rows + 1);
  for (let n = 0; n < crossings.length; n++) {
    const row = (crossings.rows[n] as number) + 1;
    starts[row] = (starts[row] as number) + 1;
  }
  for (let row = 0; row < rows; row++) starts[row + 1] = (starts[row + 1] as number) + (starts[row] as number);
  const next = starts.slice(0, rows);
  const sorted = new Uint32Array(crossings.length);
  for (let n = 0; n < crossings.length; n++) {
    const row = crossings.rows[n] as number;
    sorted[next[row] as number] = crossings.at[n] as number;
    next[row] = (next[row] as number) + 1;
  }
  let runs = new Uint32Array(1024);
  let [length, voxels, evenOddVoxels] = [0, 0, 0];
  for (let row = 0; row < rows; row++) {
    const [from, to] = [starts[row] as number, starts[row + 1] as number];
    if (to > from + 1) sorted.subarray(from, to).sort();
    let [winding, odd, begun] = [0, 0, 0];
    for (let n = from; n <= to; n++) {
      // A mesh that is closed leaves nothing open at the end of a row; what the grid cuts off ends with it.
      const voxel = n < to ? (sorted[n] as number) >> 1 : ni;
      if (odd === 1) evenOddVoxels += voxel - begun;
      if ((rule === 'even-odd' ? odd : winding) !== 0 && voxel > begun) {
        if (length === runs.length) {
          const wider = new Uint32Array(2 * length);
          wider.set(runs);
          runs = wider;
        }
        const last = (runs[length - 2] as number) + (runs[length - 1] as number);
        if (length > 0 && last === row * ni + begun && begun > 0)
          runs[length - 1] = (runs[length - 1] as number) + voxel - begun;
        else {
          runs[length++] = row * ni + begun;
          runs[length++] = voxel - begun;
        }
        voxels += voxel - begun;
      }
      begun = voxel;
      if (n < to) {
        winding += (sorted[n] as number) & 1 ? 1 : -1;
        odd ^= 1;
      }
    }
    if (row % 4096 === 4095) yield { stage: 'voxelise', done: row, of: rows };
  }
  return { runs: runs.slice(0, length), voxels, evenOddVoxels };
}
