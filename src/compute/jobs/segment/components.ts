import type { Steps } from '#core/steps.ts';
import type { BitGrid, Mask } from './bitGrid.ts';

/** 6, 18, 26: neighbours by faces, edges, corners. 4, 8: inside each slice along k alone; 5: as 4, along j. */
export type Connectivity = 4 | 5 | 6 | 8 | 18 | 26;

export interface ComponentFacts {
  readonly voxels: number;
  /** First and last voxel along i, j, k. */
  readonly from: readonly [number, number, number];
  readonly to: readonly [number, number, number];
  /** Mean voxel index. */
  readonly centre: readonly [number, number, number];
}

/** The connected components of a mask, numbered from 0 in the order of their first voxels (i fastest). */
export class Components {
  readonly grid: BitGrid;
  readonly count: number;
  /** Voxels of each; the holder's own. */
  readonly sizes: Uint32Array;
  private readonly rowStart: number;
  private readonly runs: number;
  private readonly numbers: number;

  constructor(grid: BitGrid, count: number, sizes: Uint32Array, pointers: readonly [number, number, number]) {
    this.grid = grid;
    this.count = count;
    this.sizes = sizes;
    [this.rowStart, this.runs, this.numbers] = pointers;
  }

  drop(): void {
    for (const pointer of [this.rowStart, this.runs, this.numbers]) this.grid.arena.release(pointer);
  }

  /** Number of the largest, −1 where there is none. */
  largest(): number {
    let best = -1;
    for (let n = 0; n < this.count; n++)
      if (best < 0 || (this.sizes[n] as number) > (this.sizes[best] as number)) best = n;
    return best;
  }

  /** Numbers from the largest to the smallest, at most `most` of those with at least `least` voxels. */
  bySize(most: number, least = 1): number[] {
    const chosen: number[] = [];
    for (let n = 0; n < this.count; n++) if ((this.sizes[n] as number) >= least) chosen.push(n);
    return chosen.sort((a, b) => (this.sizes[b] as number) - (this.sizes[a] as number) || a - b).slice(0, most);
  }

  /** Number of the component at a voxel, −1 where the mask has none. */
  at(i: number, j: number, k: number): number {
    const row = j + this.grid.dims[1] * k;
    return this.grid.kernels.componentAt(this.rowStart, this.runs, this.numbers, row, i) - 1;
  }

  /** How many voxels of each component are in `marker`. */
  overlap(marker: Mask): Uint32Array {
    const { arena, kernels, memory, rows, words } = this.grid;
    const counters = arena.allocate(4 * Math.max(1, this.count));
    kernels.clear(counters, 4 * this.count);
    kernels.countOverlap(this.rowStart, this.runs, this.numbers, rows, marker, words, counters);
    const counts = new Uint32Array(memory.buffer, counters, this.count).slice();
    arena.release(counters);
    return counts;
  }

  facts(numbers: readonly number[]): ComponentFacts[] {
    const { arena, kernels, memory, dims } = this.grid;
    const slots = arena.allocate(4 * Math.max(1, this.count));
    const facts = arena.allocate(64 * Math.max(1, numbers.length));
    const slot = new Uint32Array(memory.buffer, slots, this.count).fill(0);
    numbers.forEach((number, n) => {
      slot[number] = n + 1;
    });
    const whole = new Int32Array(memory.buffer, facts, 16 * numbers.length).fill(0);
    for (let n = 0; n < numbers.length; n++) {
      whole.fill(0x7fffffff, 16 * n, 16 * n + 3);
      whole.fill(-1, 16 * n + 3, 16 * n + 6);
    }
    kernels.measure(this.rowStart, this.runs, this.numbers, dims[1], dims[2], slots, facts);
    const sums = new Float64Array(memory.buffer, facts, 8 * numbers.length);
    const found = numbers.map((number, n): ComponentFacts => {
      const voxels = this.sizes[number] as number;
      const three = (from: number) => [whole[from], whole[from + 1], whole[from + 2]] as [number, number, number];
      const sum = (axis: number) => (sums[8 * n + 4 + axis] as number) / voxels;
      return { voxels, from: three(16 * n), to: three(16 * n + 3), centre: [sum(0), sum(1), sum(2)] };
    });
    arena.release(slots);
    arena.release(facts);
    return found;
  }

  /** The union of the components for which `keep` says so; a new mask. */
  select(keep: (number: number) => boolean): Mask {
    const { grid } = this;
    const flags = grid.arena.allocate(Math.max(1, this.count));
    const bytes = new Uint8Array(grid.memory.buffer, flags, this.count);
    for (let n = 0; n < this.count; n++) bytes[n] = keep(n) ? 1 : 0;
    const target = grid.mask();
    grid.kernels.writeKept(this.rowStart, this.runs, this.numbers, grid.rows, flags, target, grid.words);
    grid.arena.release(flags);
    return target;
  }
}

/** Labels the mask's connected components; the caller drops them. */
export function* findComponents(
  grid: BitGrid,
  mask: Mask,
  connectivity: Connectivity,
  stage = 'components',
): Steps<Components> {
  const { arena, kernels, rows, words } = grid;
  const [, nj, nk] = grid.dims;
  const runCount = kernels.countRuns(mask, rows, words);
  const rowStart = arena.allocate(4 * (rows + 1));
  const runs = arena.allocate(4 * Math.max(1, runCount));
  const parents = arena.allocate(4 * Math.max(1, runCount));
  let done = false;
  try {
    const perStep = Math.max(1, Math.floor((1 << 21) / (words * nj)));
    for (let k = 0; k < nk; k += perStep) {
      kernels.joinSlices(mask, words, nj, k, Math.min(nk, k + perStep), rowStart, runs, parents, connectivity);
      yield { stage, done: Math.min(nk, k + perStep), of: nk };
    }
    const count = kernels.numberRuns(parents, runCount);
    const counters = arena.allocate(4 * Math.max(1, count));
    kernels.clear(counters, 4 * count);
    kernels.countVoxels(runs, parents, runCount, counters);
    const sizes = new Uint32Array(grid.memory.buffer, counters, count).slice();
    arena.release(counters);
    done = true;
    return new Components(grid, count, sizes, [rowStart, runs, parents]);
  } finally {
    if (!done) for (const pointer of [rowStart, runs, parents]) arena.release(pointer);
  }
}
