type Positions = Float32Array<ArrayBufferLike>;
type Triangles = Uint32Array<ArrayBufferLike>;
type Axis = 0 | 1 | 2;

/** Triangles of a brick, at most and roughly: small enough that its simplification stays in the processor's caches. */
export const BRICK_TRIANGLES = 64_000;
/** Triangles of a slab, roughly. */
const SLAB_TRIANGLES = 500_000;
/** Cuts are read from about this many triangles. */
const SAMPLES = 4096;

/** Either a plane with what lies below and above it, or the number of a brick. */
type Cut = number | { readonly axis: Axis; readonly at: number; readonly low: Cut; readonly high: Cut };

/**
 * How a mesh is cut, by itself alone: into slabs across its longest side, each slab into bricks by halving; and for the seams
 * into a few parts whose borders lie inside slabs. A triangle belongs where its first vertex is.
 */
export interface Cuts {
  readonly axis: Axis;
  /** One more than there are slabs, from −∞ to ∞. */
  readonly slabs: readonly number[];
  readonly parts: readonly number[];
  readonly bricks: readonly Cut[];
  readonly brickCounts: readonly number[];
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
    quantile(n === partTotal ? 1 : n === 0 ? 0 : n / partTotal - 1 / (4 * slabTotal)),
  );
  const bricks: Cut[] = [];
  const brickCounts: number[] = [];
  for (let slab = 0; slab < slabTotal; slab++) {
    const own = all.filter((s) =>
      inside(samples[s + axis] as number, slabs[slab] as number, slabs[slab + 1] as number),
    );
    let next = 0;
    const halve = (set: Uint32Array): Cut => {
      if (set.length * step <= BRICK_TRIANGLES) return next++;
      const { axis: across, sorted: values } = spread(samples, set);
      const at = values[values.length >> 1] as number;
      // Where half of all triangles begin at one coordinate there is no cut.
      if (at === values[0]) return next++;
      const below = set.filter((s) => (samples[s + across] as number) < at);
      const above = set.filter((s) => (samples[s + across] as number) >= at);
      return { axis: across, at, low: halve(below), high: halve(above) };
    };
    bricks.push(halve(own));
    brickCounts.push(next);
  }
  return { axis, slabs, parts, bricks, brickCounts };
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
  const { axis, slabs } = cuts;
  const [from, to] = [slabs[firstSlab] as number, slabs[endSlab] as number];
  const bases: number[] = [];
  let bricks = 0;
  for (let slab = firstSlab; slab < endSlab; slab++) {
    bases.push(bricks);
    bricks += cuts.brickCounts[slab] as number;
  }
  const count = triangles.length / 3;
  const brickOf = reuse(scratch.brickOf, count, (n) => new Uint16Array(n));
  scratch.brickOf = brickOf;
  const starts = new Uint32Array(bricks + 1);
  for (let n = 0; n < count; n++) {
    const v = 3 * (triangles[3 * n] as number);
    const at = positions[v + axis] as number;
    if (at < from || at >= to) {
      brickOf[n] = ELSEWHERE;
      continue;
    }
    let slab = firstSlab;
    while (at >= (slabs[slab + 1] as number)) slab++;
    let cut = cuts.bricks[slab] as Cut;
    while (typeof cut === 'object') cut = (positions[v + cut.axis] as number) < cut.at ? cut.low : cut.high;
    const brick = (bases[slab - firstSlab] as number) + cut;
    brickOf[n] = brick;
    starts[brick + 1] = (starts[brick + 1] as number) + 3;
  }
  for (let b = 1; b < starts.length; b++) starts[b] = (starts[b] as number) + (starts[b - 1] as number);
  const sorted = reuse(scratch.sorted, starts.at(-1) as number, (n) => new Uint32Array(n));
  scratch.sorted = sorted;
  const next = starts.slice();
  for (let n = 0; n < count; n++) {
    const b = brickOf[n] as number;
    if (b === ELSEWHERE) continue;
    const to3 = next[b] as number;
    sorted[to3] = triangles[3 * n] as number;
    sorted[to3 + 1] = triangles[3 * n + 1] as number;
    sorted[to3 + 2] = triangles[3 * n + 2] as number;
    next[b] = to3 + 3;
  }
  return { triangles: sorted, starts };
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

/** Splits triangles between the parts of the seam pass. */
export function splitByParts(positions: Positions, triangles: Triangles, cuts: Cuts): Uint32Array<ArrayBuffer>[] {
  const { axis, parts } = cuts;
  const partTotal = parts.length - 1;
  if (partTotal === 1) return [triangles.slice() as Uint32Array<ArrayBuffer>];
  const partOf = (n: number) => {
    const at = positions[3 * (triangles[n] as number) + axis] as number;
    let part = 0;
    while (at >= (parts[part + 1] as number)) part++;
    return part;
  };
  const counts = new Uint32Array(partTotal);
  for (let n = 0; n < triangles.length; n += 3) {
    const part = partOf(n);
    counts[part] = (counts[part] as number) + 3;
  }
  const split = Array.from(counts, (count) => new Uint32Array(count));
  counts.fill(0);
  for (let n = 0; n < triangles.length; n += 3) {
    const part = partOf(n);
    const to = counts[part] as number;
    (split[part] as Uint32Array).set(triangles.subarray(n, n + 3), to);
    counts[part] = to + 3;
  }
  return split;
}
