import type { SurfaceChunk } from '#state/viewer.ts';

export interface SlotFacts {
  /** RAS mm. */
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
  readonly vertices: number;
  /** Direction in which the vertices are spread most, RAS unit vector. */
  readonly axis: readonly [number, number, number];
}

interface Sums {
  readonly low: number[];
  readonly high: number[];
  readonly first: number[];
  /** xx, xy, xz, yy, yz, zz. */
  readonly second: number[];
  count: number;
}

/** Bounds and principal axis of each slot's surface, over all chunks. */
export function slotFacts(chunks: Iterable<SurfaceChunk>): Map<number, SlotFacts> {
  const all = new Map<number, Sums>();
  for (const { place, centre, scale } of chunks) {
    let slot = -1;
    let sums: Sums | undefined;
    for (let n = 0; n < place.length; n += 4) {
      if (place[n + 3] !== slot || !sums) {
        slot = place[n + 3] as number;
        sums = all.get(slot);
        if (!sums) {
          sums = {
            low: [Infinity, Infinity, Infinity],
            high: [-Infinity, -Infinity, -Infinity],
            first: [0, 0, 0],
            second: [0, 0, 0, 0, 0, 0],
            count: 0,
          };
          all.set(slot, sums);
        }
      }
      add(
        sums,
        centre[0] + scale * (place[n] as number),
        centre[1] + scale * (place[n + 1] as number),
        centre[2] + scale * (place[n + 2] as number),
      );
    }
  }
  const facts = new Map<number, SlotFacts>();
  for (const [slot, { low, high, first, second, count }] of all) {
    const [mx, my, mz] = first.map((sum) => sum / count) as [number, number, number];
    const [xx, xy, xz, yy, yz, zz] = second.map((sum) => sum / count) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    facts.set(slot, {
      low: low as unknown as SlotFacts['low'],
      high: high as unknown as SlotFacts['high'],
      vertices: count,
      axis: principalAxis([xx - mx * mx, xy - mx * my, xz - mx * mz, yy - my * my, yz - my * mz, zz - mz * mz]),
    });
  }
  return facts;
}

function add(sums: Sums, x: number, y: number, z: number): void {
  const { low, high, first, second } = sums;
  low[0] = Math.min(low[0] as number, x);
  low[1] = Math.min(low[1] as number, y);
  low[2] = Math.min(low[2] as number, z);
  high[0] = Math.max(high[0] as number, x);
  high[1] = Math.max(high[1] as number, y);
  high[2] = Math.max(high[2] as number, z);
  first[0] = (first[0] as number) + x;
  first[1] = (first[1] as number) + y;
  first[2] = (first[2] as number) + z;
  second[0] = (second[0] as number) + x * x;
  second[1] = (second[1] as number) + x * y;
  second[2] = (second[2] as number) + x * z;
  second[3] = (second[3] as number) + y * y;
  second[4] = (second[4] as number) + y * z;
  second[5] = (second[5] as number) + z * z;
  sums.count++;
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
