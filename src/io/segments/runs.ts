import type { Steps } from '#core/steps.ts';
import type { Dims } from '#core/volume/volume.ts';
import { refuseTooLarge } from '../memory.ts';
import type { LabelValues } from './segmentSet.ts';

/** A segment as runs of voxels of a grid: flat pairs (first voxel, count), rising, within one row each. */
export type VoxelRuns = Uint32Array<ArrayBufferLike>;

/** Gathers runs; those that touch within a row become one. */
export class RunBuilder {
  #pairs = new Uint32Array(256);
  #length = 0;
  voxels = 0;

  /** @param start at or behind the end of the run before */
  push(start: number, count: number): void {
    this.voxels += count;
    if (this.#length === this.#pairs.length) {
      const wider = new Uint32Array(2 * this.#pairs.length);
      wider.set(this.#pairs);
      this.#pairs = wider;
    }
    this.#pairs[this.#length++] = start;
    this.#pairs[this.#length++] = count;
  }

  runs(): VoxelRuns {
    return this.#pairs.slice(0, this.#length);
  }
}

export interface Packed {
  readonly layers: LabelValues[];
  /** The layer of each segment, in their order. */
  readonly layerOf: readonly number[];
}

/**
 * Segments into the fewest layers in which none lies over another: which pairs share a voxel is found by sweeping over the runs of
 * each slice; layers are the colours of that graph (DSATUR, exact where two layers are enough; Brélaz 1979).
 * @param segments each with its own value, 1 to 65535
 * @throws VesaliusError 'too-large' where so many lie over each other that their layers do not fit
 */
export function* packLayers(
  dims: Dims,
  segments: readonly { readonly value: number; readonly runs: VoxelRuns }[],
): Steps<Packed> {
  const perSlice = dims[0] * dims[1];
  const overlaps = segments.map(() => new Set<number>());
  const next = new Uint32Array(segments.length);
  for (let k = 0; k < dims[2]; k++) {
    sweep(segments, next, (k + 1) * perSlice, overlaps);
    if (k % 8 === 7) yield { stage: 'segments', done: k, of: 2 * dims[2] };
  }
  const layerOf = colours(overlaps);
  const count = Math.max(0, ...layerOf) + 1;
  const highest = Math.max(0, ...segments.map(({ value }) => value));
  refuseTooLarge(count * perSlice * dims[2] * (highest < 256 ? 1 : 2), 'segments', [...dims, count]);
  const layers: LabelValues[] = [];
  for (let layer = 0; layer < count; layer++)
    layers.push(highest < 256 ? new Uint8Array(perSlice * dims[2]) : new Uint16Array(perSlice * dims[2]));
  for (const [index, { value, runs }] of segments.entries()) {
    const layer = layers[layerOf[index] as number] as LabelValues;
    for (let n = 0; n < runs.length; n += 2) {
      const start = runs[n] as number;
      layer.fill(value, start, start + (runs[n + 1] as number));
    }
    yield { stage: 'segments', done: segments.length + index, of: 2 * segments.length };
  }
  return { layers, layerOf };
}

/** Adds the pairs that share a voxel before `end`; `next` moves on to the first run at or behind it. */
function sweep(
  segments: readonly { readonly runs: VoxelRuns }[],
  next: Uint32Array,
  end: number,
  overlaps: readonly Set<number>[],
): void {
  const count = segments.length;
  const keys: number[] = [];
  const from = next.slice();
  for (let s = 0; s < count; s++) {
    const runs = (segments[s] as { runs: VoxelRuns }).runs;
    let at = next[s] as number;
    for (; at < runs.length && (runs[at] as number) < end; at += 2) keys.push((runs[at] as number) * count + s);
    next[s] = at;
  }
  // Start × number of segments + segment: below 2^44, so a double holds it exactly.
  const sorted = Float64Array.from(keys).sort();
  let active: { segment: number; end: number }[] = [];
  for (const key of sorted) {
    const segment = key % count;
    const at = from[segment] as number;
    from[segment] = at + 2;
    const { runs } = segments[segment] as { runs: VoxelRuns };
    const start = runs[at] as number;
    active = active.filter((other) => other.end > start);
    for (const other of active) {
      if (other.segment === segment) continue;
      overlaps[segment]?.add(other.segment);
      overlaps[other.segment]?.add(segment);
    }
    active.push({ segment, end: start + (runs[at + 1] as number) });
  }
}

/** DSATUR: the vertex with the most colours among its neighbours next, the lowest free colour for it. */
function colours(neighbours: readonly ReadonlySet<number>[]): number[] {
  const result = neighbours.map(() => -1);
  const taken = neighbours.map(() => new Set<number>());
  for (let step = 0; step < neighbours.length; step++) {
    let best = -1;
    for (let v = 0; v < neighbours.length; v++) {
      if ((result[v] as number) >= 0) continue;
      const better =
        best < 0 ||
        (taken[v]?.size ?? 0) > (taken[best]?.size ?? 0) ||
        (taken[v]?.size === taken[best]?.size && (neighbours[v]?.size ?? 0) > (neighbours[best]?.size ?? 0));
      if (better) best = v;
    }
    let colour = 0;
    while (taken[best]?.has(colour)) colour++;
    result[best] = colour;
    for (const other of neighbours[best] ?? []) taken[other]?.add(colour);
  }
  return result;
}
