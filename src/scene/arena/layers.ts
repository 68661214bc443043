// Which structures are drawn in which pass, as runs of indices. Hidden ones cost nothing: they are in no run.
import type { SegmentRecord } from '#state/viewer.ts';
import type { SlotFacts } from './slotFacts.ts';

/** Above this a surface is drawn as opaque; below the lower bound it is not drawn. */
const OPAQUE = 0.995;
const INVISIBLE = 0.004;
/** Translucent structures beyond this many share a layer: each layer costs two draw calls per chunk. */
export const MAX_LAYERS = 8;

export interface Passes {
  readonly opaque: ReadonlySet<number>;
  /** Slots of each translucent layer, largest first; each layer shows its nearest surface only. */
  readonly layers: readonly (readonly number[])[];
  readonly selected: ReadonlySet<number>;
  readonly selectedTranslucent: boolean;
}

export function isShown({ visible, opacity }: SegmentRecord): boolean {
  return visible && opacity > INVISIBLE;
}

/** Drawn as opaque: what it hides is hidden, and it takes light from its neighbours. */
export function isOpaque({ visible, opacity }: SegmentRecord): boolean {
  return visible && opacity > OPAQUE;
}

export function sortPasses(
  segments: readonly SegmentRecord[],
  selection: readonly string[],
  facts: ReadonlyMap<number, SlotFacts>,
): Passes {
  const opaque = new Set<number>();
  const translucent: number[] = [];
  const selected = new Set<number>();
  let selectedTranslucent = false;
  for (const segment of segments) {
    if (!isShown(segment) || !facts.has(segment.slot)) continue;
    if (isOpaque(segment)) opaque.add(segment.slot);
    else translucent.push(segment.slot);
    if (selection.includes(segment.id)) {
      selected.add(segment.slot);
      if (!isOpaque(segment)) selectedTranslucent = true;
    }
  }
  const diagonal = (slot: number) => {
    const { low, high } = facts.get(slot) as SlotFacts;
    return Math.hypot(high[0] - low[0], high[1] - low[1], high[2] - low[2]);
  };
  translucent.sort((a, b) => diagonal(b) - diagonal(a) || a - b);
  const layers: number[][] = translucent.slice(0, MAX_LAYERS).map((slot) => [slot]);
  for (const slot of translucent.slice(MAX_LAYERS)) (layers[MAX_LAYERS - 1] as number[]).push(slot);
  return { opaque, layers, selected, selectedTranslucent };
}

/** Copies the runs of `slots` one after another into `target`; gives the number of indices written. */
export function gatherRanges(
  triangles: Uint32Array<ArrayBufferLike>,
  ranges: readonly { readonly slot: number; readonly start: number; readonly count: number }[],
  slots: { has(slot: number): boolean },
  target: Uint32Array<ArrayBufferLike>,
  at: number,
): number {
  let end = at;
  for (const { slot, start, count } of ranges) {
    if (!slots.has(slot)) continue;
    target.set(triangles.subarray(start, start + count), end);
    end += count;
  }
  return end - at;
}
