import type { Pool } from '#compute/pool.ts';
import { canShare } from '#compute/sharing.ts';
import type { Cut, Occupancy, OccupancyLayer } from '#core/labelmap/occupancy.ts';
import { LIGHT_STRIDE, type PackedChunk, PLACE_STRIDE, slotSums } from '#core/mesh/pack.ts';
import { RAW_STRIDE } from '#core/mesh/vertexLight.ts';
import type { Affine, Vector3 } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';

/** What takes light away: layers on one grid, and which of their values are drawn as opaque now. */
export interface BakeSource {
  readonly layers: readonly OccupancyLayer[];
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  readonly dims: Dims;
  readonly cut?: Cut | null;
}

export interface BakeOptions {
  readonly signal?: AbortSignal;
  /** Slots whose light is wanted; those of others keep their bytes. All where absent. */
  readonly slots?: ReadonlySet<number>;
  /** How far away something still takes light. 70 mm suits organs; 30 the furrows of a brain. */
  readonly rangeMm?: number;
}

const RANGE_MM = 70;
const LIFT_CELLS = 1;
/** A run shorter than this is not worth a worker of its own. */
const LEAST_RUN = 8192;

export function makeOccupancy(pool: Pool, source: BakeSource, signal?: AbortSignal): Promise<Occupancy> {
  return pool.run(
    'bakeOccupancy',
    [source.layers, source.rasFromIjk, source.dims, canShare(), source.cut ?? null],
    only(signal),
  );
}

/**
 * New light for the vertices of `chunks` among what `source` says is there: for each chunk id, an array as long as its `light`.
 * The chunks are read, never written. Light of what is hidden meanwhile must not stay: call again when visibility changes.
 */
export async function bakeChunks(
  pool: Pool,
  source: BakeSource | Occupancy,
  chunks: readonly PackedChunk[],
  { signal, slots, rangeMm = RANGE_MM }: BakeOptions = {},
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const occupancy = 'cells' in source ? source : await makeOccupancy(pool, source, signal);
  const total = chunks.reduce((sum, { place }) => sum + place.length / PLACE_STRIDE, 0);
  const length = Math.max(LEAST_RUN, Math.ceil(total / pool.size));
  const settings = { rangeMm, liftCells: LIFT_CELLS };
  const baked = chunks.map(async (chunk) => {
    const count = chunk.place.length / PLACE_STRIDE;
    const raw = new Float32Array(RAW_STRIDE * count);
    const runs: Promise<void>[] = [];
    for (const [start, end] of wantedRuns(chunk, slots))
      for (let from = start; from < end; from += length) {
        const to = Math.min(end, from + length);
        const run = {
          place: chunk.place.slice(PLACE_STRIDE * from, PLACE_STRIDE * to),
          light: chunk.light.slice(LIGHT_STRIDE * from, LIGHT_STRIDE * to),
          centre: chunk.centre,
          scale: chunk.scale,
        };
        const transfer = [run.place.buffer, run.light.buffer];
        const job = pool.run('bakeCones', [run, occupancy, settings], { ...only(signal), transfer });
        runs.push(job.then((part) => raw.set(part, RAW_STRIDE * from)));
      }
    await Promise.all(runs);
    const wanted = chunk.ranges.map(({ slot }) => slot).filter((slot) => slots?.has(slot) ?? true);
    const light = await pool.run('bakeFinish', [chunk, raw, wanted], { ...only(signal), transfer: [raw.buffer] });
    return [chunk.id, light] as const;
  });
  return new Map(await Promise.all(baked));
}

/** Stretches of vertices whose slots are wanted; vertices lie in the order of their slots. */
function wantedRuns(chunk: PackedChunk, slots: ReadonlySet<number> | undefined): [number, number][] {
  const runs: [number, number][] = [];
  let from = 0;
  for (const { slot, count } of chunk.sums ?? slotSums(chunk)) {
    const last = runs.at(-1);
    if (slots?.has(slot) ?? true) {
      if (last?.[1] === from) last[1] += count;
      else runs.push([from, from + count]);
    }
    from += count;
  }
  return runs;
}

/** A horizontal floor under a body: RAS mm. */
export interface Floor {
  readonly centre: readonly [number, number, number];
  readonly halfMm: number;
}

/** Places along each side of a contact shadow. */
export const CONTACT_SIZE = 96;

/**
 * Openness of the floor under a standing body, CONTACT_SIZE² bytes, 255 = open; columns to the patient's left (the picture's
 * right when the patient faces the viewer), rows from the patient's front to the back.
 */
export async function bakeContact(
  pool: Pool,
  source: BakeSource | Occupancy,
  { centre, halfMm }: Floor,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const occupancy = 'cells' in source ? source : await makeOccupancy(pool, source, signal);
  const [left, back, up]: Vector3[] = [
    [-1, 0, 0],
    [0, -1, 0],
    [0, 0, 1],
  ];
  const floor = {
    centre,
    halfMm,
    right: left as Vector3,
    away: back as Vector3,
    up: up as Vector3,
    size: CONTACT_SIZE,
    rangeMm: Math.max(120, 0.6 * halfMm),
  };
  return pool.run('contactShadow', [occupancy, floor], only(signal));
}

const only = (signal?: AbortSignal): { signal?: AbortSignal } => (signal ? { signal } : {});
