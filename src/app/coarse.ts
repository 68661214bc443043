import { brickGrid, type LabelmapData } from '#core/labelmap/labelmap.ts';
import { PLACE_STRIDE } from '#core/mesh/pack.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { SurfaceChunk } from '#state/viewer.ts';

/** A layer in which no voxel belongs to anything yet. */
export function emptyLabels(dims: Dims): LabelmapData {
  const [bi, bj, bk] = brickGrid(dims);
  return { dims, bricks: new Array<number>(bi * bj * bk).fill(0) };
}

/** A chunk that was packed before its segments had slots; its vertices are given theirs here, in place. */
export function placeChunk(chunk: SurfaceChunk, id: string, slotOf: (provisional: number) => number): SurfaceChunk {
  const slots = new Map(chunk.ranges.map(({ slot }) => [slot, slotOf(slot)]));
  for (let n = PLACE_STRIDE - 1; n < chunk.place.length; n += PLACE_STRIDE)
    chunk.place[n] = slots.get(chunk.place[n] as number) as number;
  const placed = <Part extends { readonly slot: number }>(part: Part) => ({
    ...part,
    slot: slots.get(part.slot) as number,
  });
  return { ...chunk, id, ranges: chunk.ranges.map(placed), ...(chunk.sums && { sums: chunk.sums.map(placed) }) };
}
