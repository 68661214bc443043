type Positions = Float32Array<ArrayBufferLike>;
type Triangles = Uint32Array<ArrayBufferLike>;
type Axis = 0 | 1 | 2;

/** Triangles of a brick, at most and roughly: small enough that its simplification stays in the processor's caches. */
export const BRICK_TRIANGLES = 64_000;
/** Triangles of a slab, roughly. */
const SLAB_TRIANGLES = 500_000;
/** Cuts are read from about this many triangles. */
const SAMPLES = 4096;

type Corner = readonly [number, number, number];
const LEAST: Corner = [-Infinity, -Infinity, -Infinity];
const MOST: Corner = [Infinity, Infinity, Infinity];
/** What lies from `low` on and before `high`; `brick` is counted over all slabs. */
export interface Brick {
  readonly brick: number;
  readonly low: Corner;
  readonly high: Corner;
}
/** Either a plane with what lies below and above it, or a brick. */
type Cut = Brick | { readonly axis: Axis; readonly at: number; readonly below: Cut; readonly above: Cut };

/**
 * How a mesh is cut, by itself alone: into slabs across its longest side, each slab into bricks by halving; and for the seams
 * into a few parts whose borders lie inside slabs. A triangle belongs where its first vertex is.
 */
export interface Cuts {
  readonly axis: Axis;
  /** One more than there are slabs, from −∞ to ∞. */
  readonly slabs: readonly number[];
  readonly parts: readonly number[];
  /** Of each slab. */
  readonly trees: readonly Cut[];
  readonly bricks: readonly Brick[];
  /** The first brick of each slab, and the number of all. */
  readonly firstBricks: readonly number[];
}

export function slabCount(triangles: number): number {
  return Math.max(1, Math.ceil(triangles / SLAB_TRIANGLES));
}

export function partCount(triangles: number): number {
  return Math.max(1, slabCount(triangles) >> 1);
}

export function cutsOf(positions: Positions, triangles: Triangles): Cuts {
  const count = triangles.length / 3;
  const step = Math.max(1, Math.floor(count / SAMPLES));
  const samples = new Float32Array(3 * Math.ceil(count / step));
  for (let n = 0, s = 0; n < count; n += step, s += 3) {
    const v = 3 * (triangles[3 * n] as number);
    for (let c = 0; c < 3; c++) samples[s + c] = positions[v + c] as number;
  }
  const all = Uint32Array.from({ length: samples.length / 3 }, (_, n) => 3 * n);
  const { axis, sorted } = spread(samples, all);
  const quantile = (share: number) =>
    share <= 0 ? -Infinity : share >= 1 ? Infinity : (sorted[Math.floor(sorted.length * share)] as number);
  const slabTotal = slabCount(count);
  const partTotal = partCount(count);
  const slabs = Array.from({ length: slabTotal + 1 }, (_, n) => quantile(n / slabTotal));
  const parts = Array.from({ length: partTotal + 1 }, (_, n) =>
    quantile(n === partTotal ? 1 : n === 0 ? 0 : n / partTotal - 1 / (8 * slabTotal)),
  );
  const bricks: Brick[] = [];
  const halve = (set: Uint32Array, low: Corner, high: Corner): Cut => {
    if (set.length * step > BRICK_TRIANGLES) {
      const { axis: across, sorted: values } = spread(samples, set);
      const at = values[values.length >> 1] as number;
      // Where half of all triangles begin at one coordinate there is no cut.
      if (at !== values[0]) {
        const below = set.filter((s) => (samples[s + across] as number) < at);
        const above = set.filter((s) => (samples[s + across] as number) >= at);
        return {
          axis: across,
          at,
          below: halve(below, low, withAxis(high, across, at)),
          above: halve(above, withAxis(low, across, at), high),
        };
      }
    }
    const brick: Brick = { brick: bricks.length, low, high };
    bricks.push(brick);
    return brick;
  };
  const firstBricks: number[] = [];
  const trees = Array.from({ length: slabTotal }, (_, slab) => {
    firstBricks.push(bricks.length);
    const [from, to] = [slabs[slab] as number, slabs[slab + 1] as number];
    const own = all.filter((s) => inside(samples[s + axis] as number, from, to));
    return halve(own, withAxis(LEAST, axis, from), withAxis(MOST, axis, to));
  });
  return { axis, slabs, parts, trees, bricks, firstBricks: [...firstBricks, bricks.length] };
}

function withAxis(corner: Corner, axis: Axis, at: number): Corner {
  return [axis === 0 ? at : corner[0], axis === 1 ? at : corner[1], axis === 2 ? at : corner[2]];
}
const inside = (at: number, low: number, high: number) => at >= low && at < high;

/** The axis along which a sample spreads most, and its coordinates there, sorted. */
function spread(samples: Float32Array, set: Uint32Array): { axis: Axis; sorted: Float32Array } {
  let axis: Axis = 0;
  let longest = -1;
  for (const c of [0, 1, 2] as const) {
    let [low, high] = [Infinity, -Infinity];
    for (const s of set) {
      const at = samples[s + c] as number;
      if (at < low) low = at;
      if (at > high) high = at;
    }
    if (high - low > longest) [axis, longest] = [c, high - low];
  }
  return { axis, sorted: Float32Array.from(set, (s) => samples[s + axis] as number).sort() };
}

/** The triangles of some slabs, sorted by brick: brick b is `triangles.subarray(starts[b], starts[b + 1])`, valid until the next call. */
export function bricksOfSlabs(
  positions: Positions,
  triangles: Triangles,
  cuts: Cuts,
  firstSlab: number,
  endSlab: number,
): { triangles: Uint32Array; starts: Uint32Array } {
  const first = cuts.firstBricks[firstSlab] as number;
  const bricks = (cuts.firstBricks[endSlab] as number) - first;
  const count = triangles.length / 3;
  const brickOf = reuse(scratch.brickOf, count, (n) => new Uint16Array(n));
  scratch.brickOf = brickOf;
  const starts = new Uint32Array(bricks + 1);
  // In pieces: a function that is called often is compiled for speed sooner than a long loop.
  for (let n = 0; n < count; n += PIECE)
    findBricks(positions, triangles, cuts, firstSlab, endSlab, n, Math.min(count, n + PIECE), brickOf, starts);
  for (let b = 1; b < starts.length; b++) starts[b] = (starts[b] as number) + (starts[b - 1] as number);
  const sorted = reuse(scratch.sorted, starts.at(-1) as number, (n) => new Uint32Array(n));
  scratch.sorted = sorted;
  const next = starts.slice();
  for (let n = 0; n < count; n += PIECE) sortBricks(triangles, n, Math.min(count, n + PIECE), brickOf, next, sorted);
  return { triangles: sorted, starts };
}

const PIECE = 1 << 13;

/** Writes the brick of each triangle, counted from the first of the slabs, and adds three to the entry after it in `starts`. */
function findBricks(
  positions: Positions,
  triangles: Triangles,
  cuts: Cuts,
  firstSlab: number,
  endSlab: number,
  first: number,
  end: number,
  brickOf: Uint16Array,
  starts: Uint32Array,
): void {
  const firstBrick = cuts.firstBricks[firstSlab] as number;
  const find = finder(cuts, firstSlab, endSlab);
  // Neighbours in the list are mostly neighbours in space: the brick of the one before is tried first.
  let number = ELSEWHERE;
  let [x0, y0, z0, x1, y1, z1] = [0, 0, 0, 0, 0, 0];
  for (let n = first; n < end; n++) {
    const v = 3 * (triangles[3 * n] as number);
    const x = positions[v] as number;
    const y = positions[v + 1] as number;
    const z = positions[v + 2] as number;
    if (!(x >= x0 && x < x1 && y >= y0 && y < y1 && z >= z0 && z < z1)) {
      const { brick, low, high } = find(x, y, z);
      number = brick < 0 ? ELSEWHERE : brick - firstBrick;
      x0 = low[0];
      y0 = low[1];
      z0 = low[2];
      x1 = high[0];
      y1 = high[1];
      z1 = high[2];
    }
    brickOf[n] = number;
    if (number !== ELSEWHERE) starts[number + 1] = (starts[number + 1] as number) + 3;
  }
}

/** Copies triangles to where their bricks go on. */
function sortBricks(
  triangles: Triangles,
  first: number,
  end: number,
  brickOf: Uint16Array,
  next: Uint32Array,
  sorted: Uint32Array,
): void {
  for (let n = first; n < end; n++) {
    const b = brickOf[n] as number;
    if (b === ELSEWHERE) continue;
    const to = next[b] as number;
    sorted[to] = triangles[3 * n] as number;
    sorted[to + 1] = triangles[3 * n + 1] as number;
    sorted[to + 2] = triangles[3 * n + 2] as number;
    next[b] = to + 3;
  }
}

/** Finds the brick at a point; brick −1 is what lies below or above the slabs. */
function finder(
  { axis, slabs, trees }: Cuts,
  firstSlab: number,
  endSlab: number,
): (x: number, y: number, z: number) => Brick {
  const [from, to] = [slabs[firstSlab] as number, slabs[endSlab] as number];
  const below: Brick = { brick: -1, low: LEAST, high: withAxis(MOST, axis, from) };
  const above: Brick = { brick: -1, low: withAxis(LEAST, axis, to), high: MOST };
  return (x, y, z) => {
    const at = axis === 0 ? x : axis === 1 ? y : z;
    if (at < from) return below;
    if (at >= to) return above;
    let slab = firstSlab;
    while (at >= (slabs[slab + 1] as number)) slab++;
    let cut = trees[slab] as Cut;
    while (!('brick' in cut)) cut = (cut.axis === 0 ? x : cut.axis === 1 ? y : z) < cut.at ? cut.below : cut.above;
    return cut;
  };
}

const ELSEWHERE = 0xffff;
/** Memory that was touched once is quicker than new memory. */
const scratch = { brickOf: new Uint16Array(0), sorted: new Uint32Array(0) };

export function reuse<Values extends { readonly length: number }>(
  had: Values,
  length: number,
  make: (length: number) => Values,
): Values {
  return had.length >= length ? had : make(length);
}

/** The part of the seam pass that a whole brick belongs to; undefined where a border runs through it. */
export function partOfBrick({ axis, parts }: Cuts, { low, high }: Brick): number | undefined {
  const part = parts.findIndex((from, n) => low[axis] >= from && high[axis] <= (parts[n + 1] ?? -Infinity));
  return part < 0 ? undefined : part;
}

/** Splits triangles between the parts of the seam pass. */
export function splitByParts(positions: Positions, triangles: Triangles, cuts: Cuts): Uint32Array<ArrayBuffer>[] {
  const { axis, parts } = cuts;
  const counts = new Uint32Array(parts.length - 1);
  const partOf = new Uint8Array(triangles.length / 3);
  for (let n = 0; n < partOf.length; n++) {
    const at = positions[3 * (triangles[3 * n] as number) + axis] as number;
    let part = 0;
    while (at >= (parts[part + 1] as number)) part++;
    partOf[n] = part;
    counts[part] = (counts[part] as number) + 3;
  }
  const split = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let n = 0; n < partOf.length; n++) {
    const part = partOf[n] as number;
    const to = counts[part] as number;
    const own = split[part] as Uint32Array;
    own[to] = triangles[3 * n] as number;
    own[to + 1] = triangles[3 * n + 1] as number;
    own[to + 2] = triangles[3 * n + 2] as number;
    counts[part] = to + 3;
  }
  return split;
}

/** One list of several, in a buffer of its own. */
export function joined(lists: readonly Triangles[]): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(lists.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of lists) {
    all.set(list, at);
    at += list.length;
  }
  return all;
}
