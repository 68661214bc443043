import { transferring } from '#compute/protocol.ts';
import { type Cut, type Occupancy, type OccupancyLayer, occupancyOf } from '#core/labelmap/occupancy.ts';
import type { Affine } from '#core/space/affine.ts';
import type { Steps } from '#core/steps.ts';
import type { Dims } from '#core/volume/volume.ts';

/** The pyramid of what takes light; in shared memory where asked, so that every worker reads the same one. */
export function* bakeOccupancy(
  layers: readonly OccupancyLayer[],
  rasFromIjk: Affine<'ras', 'ijk'>,
  dims: Dims,
  shared: boolean,
  cut: Cut | null,
): Steps<Occupancy> {
  const occupancy = yield* occupancyOf(layers, rasFromIjk, dims, cut);
  if (!shared) return transferring(occupancy, [occupancy.cells.buffer]);
  const cells = new Uint8Array(new SharedArrayBuffer(occupancy.cells.byteLength));
  cells.set(occupancy.cells);
  return { ...occupancy, cells };
}
