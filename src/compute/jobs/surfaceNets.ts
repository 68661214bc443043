import { loadKernel } from '#compute/loadKernel.ts';
import { transferring } from '#compute/protocol.ts';
import { BRICK, type Brick, brickGrid, type LabelmapData } from '#core/labelmap/labelmap.ts';
import type { AsyncSteps, Steps } from '#core/steps.ts';
import { growTo, type NetsKernel, type NetsMemory, netsMemory } from './surfaceNetsMemory.ts';

/**
 * A box of cells, ends not included. Cell (x, y, z) lies between voxels (x − 1, y − 1, z − 1) and (x, y, z); a grid of n voxels
 * has cells 0 to n, since beyond its border every voxel is 0.
 */
export interface CellBox {
  readonly from: readonly [number, number, number];
  readonly to: readonly [number, number, number];
}

/** Vertices and quads of one slab of the net; slabs join by numbers alone. */
export interface NetsPart {
  /** 4 per vertex: x, y, z of its cell, 0. */
  readonly cells: Uint16Array<ArrayBuffer>;
  /** 4 per vertex: displacement from the cell's centre in voxels. */
  readonly moved: Float32Array<ArrayBuffer>;
  /** 4 per quad, counted from the first vertex of the plane of cells before this slab. */
  readonly quads: Uint32Array<ArrayBuffer>;
  /** 2 per quad: segment value below and above along its axis. */
  readonly sides: Uint16Array<ArrayBuffer>;
  /** How many vertices the plane before this slab has. */
  readonly before: number;
  /** Voxels of each segment value in this slab. */
  readonly voxels: readonly (readonly [value: number, voxels: number])[];
}

/** Taubin's pair: a pass that smooths and one that undoes its shrinking (pass band 0.05). */
export const SMOOTHING_RATES = [0.6307, -0.65] as const;
/** A vertex keeps this much away from the wall of its cell, so that two never meet. */
export const CELL_LIMIT = 0.49;

/**
 * The smoothed net of the cells z0 ≤ z < z1, over the whole of i and j.
 * @param labelmap bricks that lie farther than `reachOf(iterations)` from the slab are not looked at and may be 0
 */
export async function* surfaceNetsSlab(
  labelmap: LabelmapData,
  z0: number,
  z1: number,
  iterations: number,
): AsyncSteps<NetsPart> {
  const memory = await netsMemory(loadKernel);
  const [ni, nj] = labelmap.dims;
  const own: CellBox = { from: [0, 0, z0], to: [ni + 1, nj + 1, z1] };
  const net = yield* buildNet(memory, labelmap, own, iterations, true);
  const { u8 } = views(memory);
  const first = net.planeStart(Math.max(z0 - 1, net.box.from[2]));
  const own0 = net.planeStart(z0);
  const own1 = net.planeStart(z1);
  const count = own1 - own0;
  const cells = new Uint16Array(slice(u8, net.cells + own0 * 8, count * 8));
  const moved = new Float32Array(slice(u8, net.moved + own0 * 16, count * 16));
  const quads = new Uint32Array(slice(u8, net.quads, net.quadCount * 16));
  const sides = new Uint16Array(slice(u8, net.sides, net.quadCount * 4));
  for (let n = 0; n < quads.length; n++) quads[n] = (quads[n] as number) - first;
  const part: NetsPart = { cells, moved, quads, sides, before: own0 - first, voxels: net.voxels };
  return transferring(part, [cells.buffer, moved.buffer, quads.buffer, sides.buffer]);
}

/** How many cells away a voxel still moves a vertex. */
export const reachOf = (iterations: number) => 2 * iterations + 1;

export interface Net {
  /** The cells that were looked at: the own ones and a halo. */
  readonly box: CellBox;
  /** Pointers into the kernel's memory; vertex 0 is none. */
  readonly cells: number;
  readonly moved: number;
  readonly quads: number;
  readonly sides: number;
  readonly free: number;
  readonly vertexEnd: number;
  readonly quadCount: number;
  planeStart(z: number): number;
  readonly voxels: readonly (readonly [number, number])[];
}

/** Builds and smooths the net of `own` in the kernel's memory: quads of own cells, vertices of those and of a halo. */
export function* buildNet(
  memory: NetsMemory,
  labelmap: LabelmapData,
  own: CellBox,
  iterations: number,
  counting: boolean,
): Steps<Net> {
  const { kernel } = memory;
  const { dims } = labelmap;
  const reach = reachOf(iterations);
  const clip = (axis: 0 | 1 | 2) =>
    [Math.max(0, own.from[axis] - reach), Math.min(dims[axis] + 1, own.to[axis] + reach)] as const;
  const [x0, x1] = clip(0);
  const [y0, y1] = clip(1);
  const [z0, z1] = clip(2);
  const nx = x1 - x0;
  const ny = y1 - y0;

  const rowBytes = Math.ceil((2 * (nx + 1) + 16) / 16) * 16;
  const planeBytes = rowBytes * (ny + 1);
  const { scratch } = memory;
  const window = memory.start;
  const maps = window + (BRICK + 1) * planeBytes;
  const cells = align(maps + 2 * nx * ny * 4);
  growTo(memory, cells);
  const layers = new BrickWindow(memory, labelmap, { x0, y0, z0, z1, nx, ny, rowBytes, planeBytes, window, scratch });

  // First how many vertices there are, plane by plane, then the vertices: nothing has to move while it grows.
  memory.clearHistogram();
  const starts = new Uint32Array(z1 - z0 + 1);
  let vertices = 1;
  for (let z = z0; z < z1; z++) {
    layers.advanceTo(z, counting && z >= own.from[2] && z < own.to[2]);
    starts[z - z0] = vertices;
    vertices += kernel.countCells(layers.below, layers.above, rowBytes, nx, ny);
    if (z % 8 === 0) yield { stage: 'surface', done: z - z0, of: 3 * (z1 - z0) };
  }
  starts[z1 - z0] = vertices;
  const voxels = counting ? memory.readHistogram() : [];

  const links = align(cells + vertices * 8);
  const mask = align(links + vertices * 24);
  const movedA = align(mask + vertices * 2);
  const movedB = align(movedA + vertices * 16);
  const sides = align(movedB + vertices * 16);
  const quads = align(sides + vertices * 12);
  growTo(memory, quads);
  views(memory).u8.fill(0, links, movedB + 16);

  layers.rewind();
  let quadCount = 0;
  let v = 1;
  let low = maps;
  let high = maps + nx * ny * 4;
  for (let z = z0; z < z1; z++) {
    layers.advanceTo(z, false);
    const expected = (starts[z - z0 + 1] as number) - v;
    growTo(memory, quads + (quadCount + 3 * expected) * 16);
    const owned = z >= own.from[2] && z < own.to[2];
    const [ownX0, ownX1] = [own.from[0] - x0, own.to[0] - x0];
    const [ownY0, ownY1] = [own.from[1] - y0, own.to[1] - y0];
    const both = kernel.netsPlane(
      ...([layers.below, layers.above, rowBytes, nx, ny, x0, y0, z, z > z0 ? 1 : 0, low, high] as const),
      ...([cells, links, mask, v, quads, sides, quadCount, owned ? 1 : 0, ownX0, ownX1, ownY0, ownY1] as const),
    );
    v = Number(both & 0xffffffffn);
    quadCount = Number(both >> 32n);
    [low, high] = [high, low];
    if (z % 8 === 0) yield { stage: 'surface', done: z1 - z0 + z - z0, of: 3 * (z1 - z0) };
  }
  kernel.keepCurves(links, mask, 1, vertices);

  let [from, to] = [movedA, movedB];
  for (let pass = 0; pass < 2 * iterations; pass++) {
    const rate = SMOOTHING_RATES[(pass % 2) as 0 | 1];
    for (let first = 1; first < vertices; first += 1 << 19) {
      const end = Math.min(vertices, first + (1 << 19));
      kernel.relax(from, to, links, mask, memory.offsets, first, end, rate, CELL_LIMIT);
      yield { stage: 'surface', done: 2 * (z1 - z0) + ((z1 - z0) * pass) / (2 * iterations), of: 3 * (z1 - z0) };
    }
    [from, to] = [to, from];
  }
  return {
    box: { from: [x0, y0, z0], to: [x1, y1, z1] },
    ...{ cells, moved: from, quads, sides, vertexEnd: vertices, quadCount, voxels },
    free: align(quads + quadCount * 16),
    planeStart: (z) => starts[z - z0] as number,
  };
}

interface WindowLayout {
  readonly x0: number;
  readonly y0: number;
  readonly z0: number;
  readonly z1: number;
  readonly nx: number;
  readonly ny: number;
  readonly rowBytes: number;
  readonly planeBytes: number;
  readonly window: number;
  readonly scratch: number;
}

/** Planes of voxels in the kernel's memory: those of one layer of bricks, and the last one of the layer before. */
class BrickWindow {
  private readonly memory: NetsMemory;
  private readonly labelmap: LabelmapData;
  private readonly at: WindowLayout;
  /** Voxel planes held: slot 0 is plane `first` − 1, slot 1 plane `first`, up to `end` − 1. */
  private first = 0;
  private end = 0;
  below = 0;
  above = 0;

  constructor(memory: NetsMemory, labelmap: LabelmapData, at: WindowLayout) {
    this.memory = memory;
    this.labelmap = labelmap;
    this.at = at;
    this.rewind();
  }

  rewind(): void {
    const { z0, window, planeBytes } = this.at;
    // The first plane of the box alone, in slot 0.
    this.first = z0;
    this.end = z0;
    views(this.memory).u8.fill(0, window, window + planeBytes);
    if (z0 > 0) this.unpack(z0 - 1, z0, 0, false);
  }

  /** Makes voxel planes z − 1 and z readable at `below` and `above`. */
  advanceTo(z: number, counting: boolean): void {
    const { window, planeBytes } = this.at;
    const { u8 } = views(this.memory);
    if (z >= this.end) {
      if (this.end > this.first) {
        const last = window + (this.end - this.first) * planeBytes;
        u8.copyWithin(window, last, last + planeBytes);
      }
      const nk = this.labelmap.dims[2];
      this.first = z;
      this.end = z >= nk ? z + 1 : Math.min(nk, (Math.floor(z / BRICK) + 1) * BRICK);
      u8.fill(0, window + planeBytes, window + (1 + this.end - this.first) * planeBytes);
      if (z < nk) this.unpack(this.first, this.end, 1, counting);
    }
    this.below = window + (z - this.first) * planeBytes;
    this.above = this.below + planeBytes;
  }

  /** Voxel planes k0 ≤ k < k1, all of one layer of bricks, into slots from `slot` on. */
  private unpack(k0: number, k1: number, slot: number, counting: boolean): void {
    const { kernel, histogram } = this.memory;
    const { x0, y0, nx, ny, rowBytes, planeBytes, window, scratch } = this.at;
    const { u16, u32 } = views(this.memory);
    const [ni, nj] = this.labelmap.dims;
    const [bi, bj] = brickGrid(this.labelmap.dims);
    const layer = Math.floor(k0 / BRICK);
    const [i0, j0] = [Math.max(0, x0 - 1), Math.max(0, y0 - 1)];
    const [i1, j1] = [Math.min(ni, x0 + nx), Math.min(nj, y0 + ny)];
    for (let j = Math.floor(j0 / BRICK); j * BRICK < j1; j++)
      for (let i = Math.floor(i0 / BRICK); i * BRICK < i1; i++) {
        const brick = this.labelmap.bricks[i + bi * (j + bj * layer)] as Brick;
        if (brick === 0) continue;
        const [iFrom, iTo] = [Math.max(i0, i * BRICK), Math.min(i1, (i + 1) * BRICK)];
        const [jFrom, jTo] = [Math.max(j0, j * BRICK), Math.min(j1, (j + 1) * BRICK)];
        const target = window + slot * planeBytes + (jFrom - y0 + 1) * rowBytes + 2 * (iFrom - x0 + 1);
        const sizes = [iTo - iFrom, jTo - jFrom, k1 - k0] as const;
        if (typeof brick === 'number') {
          kernel.fillBrick(brick, target, rowBytes, planeBytes, ...sizes);
          const total = sizes[0] * sizes[1] * sizes[2];
          if (counting) u32[(histogram >> 2) + brick] = (u32[(histogram >> 2) + brick] as number) + total;
          continue;
        }
        u16.set(brick, scratch >> 1);
        const corner = scratch + 2 * (iFrom - i * BRICK + BRICK * (jFrom - j * BRICK + BRICK * (k0 - layer * BRICK)));
        kernel.unpackBrick(corner, target, rowBytes, planeBytes, ...sizes);
        if (counting) kernel.countBrick(corner, histogram, ...sizes);
      }
  }
}

export const align = (pointer: number) => (pointer + 15) & ~15;

export const views = ({ memory: { buffer } }: { memory: { buffer: ArrayBuffer } }) => ({
  u8: new Uint8Array(buffer),
  u16: new Uint16Array(buffer),
  u32: new Uint32Array(buffer),
  f32: new Float32Array(buffer),
  f64: new Float64Array(buffer),
});

export const slice = (u8: Uint8Array<ArrayBuffer>, at: number, bytes: number): ArrayBuffer =>
  u8.slice(at, at + bytes).buffer;

export type { NetsKernel };
