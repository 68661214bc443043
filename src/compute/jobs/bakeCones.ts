import { transferring } from '#compute/protocol.ts';
import type { Occupancy } from '#core/labelmap/occupancy.ts';
import { readOctahedral } from '#core/mesh/octahedral.ts';
import { LIGHT_STRIDE, PLACE_STRIDE } from '#core/mesh/pack.ts';
import { coneDirections, coneSamples, RAW_STRIDE } from '#core/mesh/vertexLight.ts';
import { invert, transform, transformVector, type Vector3 } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { type ConeMemory, coneMemory } from './bakeMemory.ts';

/** Packed vertices of one stretch of a chunk. */
export interface VertexRun {
  readonly place: Int16Array<ArrayBufferLike>;
  readonly light: Uint8Array<ArrayBufferLike>;
  readonly centre: readonly [number, number, number];
  readonly scale: number;
}

export interface ConeSettings {
  /** How far away something still takes light, mm. */
  readonly rangeMm: number;
  /** Where the walk begins, in cells along the normal. */
  readonly liftCells: number;
}

/** One straight ahead, five and seven about it, 20° to each side: the hemisphere without the horizon. */
const CONES = coneDirections([
  [0, 1],
  [38, 5],
  [68, 7],
]);
const HALF_ANGLE = 20;
const START_CELLS = 1.2;
const DEPTH_MM = 24;
const SLICE = 2048;

/**
 * Light of a run of vertices among what is occupied, unsmoothed.
 * @returns RAW_STRIDE f32 per vertex
 */
export async function* bakeCones(
  run: VertexRun,
  occupancy: Occupancy,
  { rangeMm, liftCells }: ConeSettings,
): AsyncSteps<Float32Array<ArrayBuffer>> {
  const count = run.place.length / PLACE_STRIDE;
  const samples = coneSamples(HALF_ANGLE, START_CELLS, rangeMm / occupancy.cellMm, occupancy.levels.length);
  const kernel = await coneMemory(occupancy, CONES, samples, count);
  placeVertices(run, occupancy, new Float32Array(kernel.memory.buffer, kernel.vertices, 6 * count));
  const depthSteps = Math.max(1, Math.round(DEPTH_MM / occupancy.cellMm));
  for (let from = 0; from < count; from += SLICE) {
    const to = Math.min(count, from + SLICE);
    const { vertices, cones, light, depth, levels } = kernel;
    kernel.exports.coneLight(
      vertices,
      from,
      to,
      cones,
      CONES.length / 4,
      kernel.samples,
      samples.length,
      liftCells,
      light,
    );
    kernel.exports.tissueDepth(levels, vertices, from, to, depthSteps, depth);
    yield { stage: 'light', done: to, of: count };
  }
  const raw = readRaw(kernel, occupancy, count);
  return transferring(raw, [raw.buffer]);
}

function placeVertices(run: VertexRun, { cellFromRas }: Occupancy, into: Float32Array<ArrayBuffer>): void {
  const { place, light, centre, scale } = run;
  const m = cellFromRas.m as readonly number[];
  const at = (n: number) => m[n] as number;
  const normal = [0, 0, 0];
  for (let n = 0, to = 0; to < into.length; n++, to += 6) {
    const x = centre[0] + scale * (place[PLACE_STRIDE * n] as number);
    const y = centre[1] + scale * (place[PLACE_STRIDE * n + 1] as number);
    const z = centre[2] + scale * (place[PLACE_STRIDE * n + 2] as number);
    readOctahedral(light, LIGHT_STRIDE * n, normal);
    const [a, b, c] = normal as [number, number, number];
    const nx = at(0) * a + at(4) * b + at(8) * c;
    const ny = at(1) * a + at(5) * b + at(9) * c;
    const nz = at(2) * a + at(6) * b + at(10) * c;
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
    into[to] = at(0) * x + at(4) * y + at(8) * z + at(12);
    into[to + 1] = at(1) * x + at(5) * y + at(9) * z + at(13);
    into[to + 2] = at(2) * x + at(6) * y + at(10) * z + at(14);
    into[to + 3] = nx / length;
    into[to + 4] = ny / length;
    into[to + 5] = nz / length;
  }
}

function readRaw(kernel: ConeMemory, { cellFromRas }: Occupancy, count: number): Float32Array<ArrayBuffer> {
  const light = new Float32Array(kernel.memory.buffer, kernel.light, 4 * count);
  const depth = new Float32Array(kernel.memory.buffer, kernel.depth, count);
  const rasFromCell = invert(cellFromRas);
  const raw = new Float32Array(RAW_STRIDE * count);
  for (let n = 0; n < count; n++) {
    const to = RAW_STRIDE * n;
    const open: Vector3 = [light[4 * n + 1] as number, light[4 * n + 2] as number, light[4 * n + 3] as number];
    const [x, y, z] = transformVector(rasFromCell, open);
    const length = Math.hypot(x, y, z);
    raw[to] = light[4 * n] as number;
    // A vertex without any open direction has none: 0 is told apart when the bytes are written.
    raw[to + 1] = length > 1e-6 ? x / length : 0;
    raw[to + 2] = length > 1e-6 ? y / length : 0;
    raw[to + 3] = length > 1e-6 ? z / length : 0;
    raw[to + 4] = depth[n] as number;
  }
  return raw;
}

/** Openness of a floor at each of size × size places above which the body stands; 255 where nothing takes light. */
export async function* contactShadow(
  occupancy: Occupancy,
  /** Middle of the floor (RAS mm), half its side, and the directions of its columns and rows; up is across both. */
  floor: {
    readonly centre: readonly [number, number, number];
    readonly halfMm: number;
    readonly right: Vector3;
    readonly away: Vector3;
    readonly up: Vector3;
    readonly size: number;
    readonly rangeMm: number;
  },
): AsyncSteps<Uint8Array<ArrayBuffer>> {
  const { centre, halfMm, right, away, up, size, rangeMm } = floor;
  const samples = coneSamples(HALF_ANGLE, 0.8, rangeMm / occupancy.cellMm, occupancy.levels.length);
  const kernel = await coneMemory(occupancy, CONES, samples, size * size);
  const vertices = new Float32Array(kernel.memory.buffer, kernel.vertices, 6 * size * size);
  const upCell = transformVector(occupancy.cellFromRas, up);
  const upLength = Math.hypot(...upCell);
  for (let row = 0, to = 0; row < size; row++)
    for (let column = 0; column < size; column++, to += 6) {
      const u = halfMm * (((column + 0.5) / size) * 2 - 1);
      const v = halfMm * (((row + 0.5) / size) * 2 - 1);
      const p = [0, 1, 2].map(
        (axis) => (centre[axis] as number) + u * (right[axis] as number) + v * (away[axis] as number),
      ) as unknown as Vector3;
      vertices.set(transform(occupancy.cellFromRas, p), to);
      vertices.set(
        upCell.map((value) => value / upLength),
        to + 3,
      );
    }
  for (let from = 0; from < size * size; from += SLICE) {
    const to = Math.min(size * size, from + SLICE);
    kernel.exports.coneLight(
      kernel.vertices,
      from,
      to,
      kernel.cones,
      CONES.length / 4,
      kernel.samples,
      samples.length,
      0,
      kernel.light,
    );
    yield { stage: 'contact', done: to, of: size * size };
  }
  const light = new Float32Array(kernel.memory.buffer, kernel.light, 4 * size * size);
  const openness = new Uint8Array(size * size);
  for (let n = 0; n < openness.length; n++) openness[n] = Math.round(255 * Math.min(1, light[4 * n] as number));
  return transferring(openness, [openness.buffer]);
}
