import { type SlotSums, slotSums } from '#core/mesh/pack.ts';
import type { SurfaceChunk } from '#state/viewer.ts';

export interface SlotFacts {
  /** RAS mm. */
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
  readonly vertices: number;
  /** Direction in which the vertices are spread most, RAS unit vector. */
  readonly axis: readonly [number, number, number];
}

/** Bounds and principal axis of each slot's surface, over all chunks. */
export function slotFacts(chunks: Iterable<SurfaceChunk>): Map<number, SlotFacts> {
  const all = new Map<number, SlotSums>();
  for (const chunk of chunks)
    for (const sums of chunk.sums ?? slotSums(chunk)) {
      const before = all.get(sums.slot);
      all.set(sums.slot, before ? added(before, sums) : sums);
    }
  const facts = new Map<number, SlotFacts>();
  for (const [slot, { low, high, first, second, count }] of all) {
    const [mx, my, mz] = [first[0] / count, first[1] / count, first[2] / count];
    const [xx, xy, xz] = [second[0] / count, second[1] / count, second[2] / count];
    const [yy, yz, zz] = [second[3] / count, second[4] / count, second[5] / count];
    facts.set(slot, {
      low,
      high,
      vertices: count,
      axis: principalAxis([xx - mx * mx, xy - mx * my, xz - mx * mz, yy - my * my, yz - my * mz, zz - mz * mz]),
    });
  }
  return facts;
}

/** The least sphere round the middle of a chunk that holds the boxes of its slots; in the chunk's own units, like its vertices. */
export function reachOf(chunk: SurfaceChunk): number {
  let most = 0;
  for (const { low, high } of chunk.sums ?? slotSums(chunk)) {
    const [x, y, z] = [0, 1, 2].map((axis) =>
      Math.max(
        (high[axis] as number) - (chunk.centre[axis] as number),
        (chunk.centre[axis] as number) - (low[axis] as number),
      ),
    ) as [number, number, number];
    most = Math.max(most, Math.hypot(x, y, z));
  }
  return most / chunk.scale;
}

function added(a: SlotSums, b: SlotSums): SlotSums {
  const each = <List extends readonly number[]>(p: List, q: List, join: (x: number, y: number) => number) =>
    p.map((value, n) => join(value, q[n] as number)) as unknown as List;
  const sum = (x: number, y: number) => x + y;
  return {
    slot: a.slot,
    count: a.count + b.count,
    low: each(a.low, b.low, Math.min),
    high: each(a.high, b.high, Math.max),
    first: each(a.first, b.first, sum),
    second: each(a.second, b.second, sum),
  };
}

/** Of a symmetric 3×3 matrix, by powers of it; the longest of three starts, so that none stands across. */
function principalAxis([xx, xy, xz, yy, yz, zz]: readonly [number, number, number, number, number, number]): [
  number,
  number,
  number,
] {
  let [x, y, z] = xx >= yy && xx >= zz ? [xx, xy, xz] : yy >= zz ? [xy, yy, yz] : [xz, yz, zz];
  for (let pass = 0; pass < 40; pass++) {
    const length = Math.hypot(x, y, z);
    if (!(length > 0)) return [0, 0, 1];
    [x, y, z] = [x / length, y / length, z / length];
    [x, y, z] = [xx * x + xy * y + xz * z, xy * x + yy * y + yz * z, xz * x + yz * y + zz * z];
  }
  const length = Math.hypot(x, y, z);
  return length > 0 ? [x / length, y / length, z / length] : [0, 0, 1];
}

export interface Bounds {
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
}

/** The box around the given slots; null where none of them has a surface. */
export function boundsOf(facts: ReadonlyMap<number, SlotFacts>, slots: Iterable<number>): Bounds | null {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (const slot of slots) {
    const fact = facts.get(slot);
    if (!fact) continue;
    for (let axis = 0; axis < 3; axis++) {
      low[axis] = Math.min(low[axis] as number, fact.low[axis] as number);
      high[axis] = Math.max(high[axis] as number, fact.high[axis] as number);
    }
  }
  if (!((low[0] as number) <= (high[0] as number))) return null;
  return { low: low as unknown as Bounds['low'], high: high as unknown as Bounds['high'] };
}
