import type { Affine } from '#core/space/affine.ts';
import { type Dims, voxelVolumeMm3 } from '#core/volume/volume.ts';
import type { Body, Structure } from './body.ts';
import { type Shape, SLACK, touches } from './shape.ts';
import type { Tissue } from './tissue.ts';

/** Structures with the label that each gives, in drawing order. */
export interface Palette {
  readonly structures: readonly Structure[];
  /** Per structure, 0 for the table. */
  readonly labels: readonly number[];
  /** Segment n has label n + 1. */
  readonly names: readonly string[];
}

export function paletteOf(body: Body): Palette {
  const names: string[] = [];
  const labels = body.structures.map(({ name, labelled }) => {
    if (!labelled) return 0;
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name) + 1;
  });
  return { structures: body.structures, labels, names };
}

/** Blocks of about this size share their candidates. */
const BLOCK_MM = 11;
/** Blocks along the edge of a group, whose candidates are chosen together. */
const GROUP = 4;
const AIR_HU = -1000;
/** Blur of the imaging system as the width of an edge's ramp, mm. */
const SYSTEM_EDGE_MM = 1.2;

interface Candidate {
  readonly shape: Shape;
  readonly tissue: Tissue;
  readonly label: number;
  /** The whole block lies deep inside. */
  readonly covers: boolean;
}

/** Width of the ramp that an edge becomes: the voxel's own size and the system's blur. */
function edgeWidthMm(rasFromIjk: Affine<'ras', 'ijk'>): number {
  return Math.sqrt(voxelVolumeMm3(rasFromIjk) ** (2 / 3) + SYSTEM_EDGE_MM * SYSTEM_EDGE_MM);
}

/**
 * Draws layers k0 ≤ k < k1 of the grid, `hu` and `labels` holding just those layers, i-fastest. A voxel is composited front to back:
 * each structure covers the share that its signed distance says (a linear ramp over the edge width); its label is the first
 * structure that holds the voxel's centre. Yields after each row of blocks.
 */
export function* paint(
  body: Body,
  palette: Palette,
  rasFromIjk: Affine<'ras', 'ijk'>,
  dims: Dims,
  k0: number,
  k1: number,
  hu: Float32Array,
  labels: Uint8Array | Uint16Array,
): Generator<void, void, void> {
  const [ni, nj] = dims;
  const m = rasFromIjk.m.map((v) => v / body.scale) as number[];
  (body.origin ?? []).forEach((v, axis) => {
    m[12 + axis] = (m[12 + axis] as number) + v;
  });
  const empty = body.empty ?? AIR_HU;
  const [ax, ay, az] = [m[0] as number, m[1] as number, m[2] as number];
  const [bx, by, bz] = [m[4] as number, m[5] as number, m[6] as number];
  const [cx, cy, cz] = [m[8] as number, m[9] as number, m[10] as number];
  const width = edgeWidthMm(rasFromIjk) / body.scale;
  const edge = edgeWidthMm(rasFromIjk) * 4 > BLOCK_MM ? 4 : 8;
  const finder = regions(palette, m, width, edge);
  for (let kb = k0; kb < k1; kb += edge) {
    const ke = Math.min(k1, kb + edge);
    for (let jb = 0; jb < nj; jb += edge) {
      const je = Math.min(nj, jb + edge);
      for (let ib = 0; ib < ni; ib += edge) {
        const ie = Math.min(ni, ib + edge);
        const ci = (ib + ie - 1) / 2;
        const cj = (jb + je - 1) / 2;
        const ck = (kb + ke - 1) / 2;
        const candidates = finder(ci, cj, ck, (ie - ib - 1) / 2, (je - jb - 1) / 2, (ke - kb - 1) / 2);
        const count = candidates.length;
        const first = candidates[0];
        const uniform = count === 0 ? empty : first?.covers && typeof first.tissue === 'number' ? first.tissue : null;
        for (let k = kb; k < ke; k++)
          for (let j = jb; j < je; j++) {
            let n = ib + ni * (j + nj * (k - k0));
            const end = n + ie - ib;
            if (uniform !== null) {
              hu.fill(uniform, n, end);
              labels.fill(first ? first.label : 0, n, end);
              continue;
            }
            let x = ax * ib + bx * j + cx * k + (m[12] as number);
            let y = ay * ib + by * j + cy * k + (m[13] as number);
            let z = az * ib + bz * j + cz * k + (m[14] as number);
            for (; n < end; n++) {
              let left = 1;
              let sum = 0;
              let label = 0;
              for (let c = 0; c < count; c++) {
                const { shape, tissue, label: own, covers } = candidates[c] as Candidate;
                const d = covers ? -100 : shape.distance(x, y, z);
                const share = 0.5 - d / width;
                if (share <= 0) continue;
                if (label === 0 && d < 0) label = own;
                const value = typeof tissue === 'number' ? tissue : tissue(x, y, z, d, width);
                if (share >= 1) {
                  sum += left * value;
                  left = 0;
                  break;
                }
                sum += left * share * value;
                left *= 1 - share;
              }
              hu[n] = sum + left * empty;
              labels[n] = label;
              x += ax;
              y += ay;
              z += az;
            }
          }
      }
      yield;
    }
  }
}

type Finder = (ci: number, cj: number, ck: number, hi: number, hj: number, hk: number) => readonly Candidate[];

/** Which structures matter in a block: chosen first for groups of blocks, then for the block itself. */
function regions(palette: Palette, m: readonly number[], width: number, edge: number): Finder {
  const at = (i: number, j: number, k: number, r: 0 | 1 | 2) =>
    (m[r] as number) * i + (m[4 + r] as number) * j + (m[8 + r] as number) * k + (m[12 + r] as number);
  const all = palette.structures.map(({ shape, tissue }, n) => ({
    shape,
    tissue,
    label: palette.labels[n] as number,
    covers: false,
  }));
  const pick = (from: readonly Candidate[], x: number, y: number, z: number, radius: number): Candidate[] => {
    const kept: Candidate[] = [];
    const reach = radius + width;
    for (const { shape, tissue, label } of from) {
      if (!touches(shape.box, x, y, z, reach)) continue;
      const seen = shape.near ? shape.near(x, y, z, reach) : shape;
      if (!seen) continue;
      const d = seen.distance(x, y, z);
      if (d > reach * SLACK) continue;
      const covers = d < -(reach * SLACK + 3);
      kept.push({ shape: seen, tissue, label, covers });
      if (covers) break;
    }
    return kept;
  };
  const groups = new Map<number, Candidate[]>();
  let layer = Number.NaN;
  const length = (i: number, j: number, k: number) =>
    Math.hypot(
      (m[0] as number) * i + (m[4] as number) * j + (m[8] as number) * k,
      (m[1] as number) * i + (m[5] as number) * j + (m[9] as number) * k,
      (m[2] as number) * i + (m[6] as number) * j + (m[10] as number) * k,
    );
  // The longest of the four diagonals: sheared grids too.
  const reachOf = (i: number, j: number, k: number) =>
    Math.max(length(i, j, k), length(-i, j, k), length(i, -j, k), length(i, j, -k));
  const wide = GROUP * edge;
  return (ci, cj, ck, hi, hj, hk) => {
    const [gi, gj, gk] = [Math.floor(ci / wide), Math.floor(cj / wide), Math.floor(ck / wide)];
    if (gk !== layer) groups.clear();
    layer = gk;
    const key = gi * 4096 + gj;
    let within = groups.get(key);
    if (!within) {
      const half = (wide - 1) / 2;
      const [i, j, k] = [gi * wide + half, gj * wide + half, gk * wide + half];
      within = pick(all, at(i, j, k, 0), at(i, j, k, 1), at(i, j, k, 2), reachOf(half, half, half));
      groups.set(key, within);
    }
    return pick(within, at(ci, cj, ck, 0), at(ci, cj, ck, 1), at(ci, cj, ck, 2), reachOf(hi, hj, hk));
  };
}
