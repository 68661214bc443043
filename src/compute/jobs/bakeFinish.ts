import { transferring } from '#compute/protocol.ts';
import { writeOctahedral } from '#core/mesh/octahedral.ts';
import {
  CONCAVITY,
  DEPTH,
  LIGHT_STRIDE,
  OPENNESS,
  type PackedChunk,
  PLACE_STRIDE,
  unpackVertices,
} from '#core/mesh/pack.ts';
import { concavity, RAW_STRIDE, smoothOverEdges } from '#core/mesh/vertexLight.ts';
import type { Steps } from '#core/steps.ts';

/** What the flattest cones of an open plane see of the plane itself, the coarse levels being wide: it is not shade. */
const OPEN_PLANE = 0.94;
/** Bytes per 1/mm of concavity about the middle. */
const CONCAVITY_SCALE = 2.5;

/**
 * The light bytes of a chunk from what the cones saw: smoothed over the edges of the mesh, joined with concavity. Vertices of
 * slots that are not in `slots` keep the bytes they have.
 * @param raw RAW_STRIDE f32 per vertex
 * @returns a new array as long as `chunk.light`
 */
export function* bakeFinish(
  chunk: PackedChunk,
  raw: Float32Array<ArrayBufferLike>,
  slots: readonly number[],
): Steps<Uint8Array<ArrayBuffer>> {
  const count = chunk.place.length / PLACE_STRIDE;
  const { positions, normals } = unpackVertices(chunk);
  yield { stage: 'light', done: 1, of: 4 };
  const creases = concavity(positions, normals, chunk.triangles);
  smoothOverEdges(creases, 1, chunk.triangles, 3);
  yield { stage: 'light', done: 2, of: 4 };
  const values = new Float32Array(raw);
  for (let pass = 0; pass < 4; pass++) {
    smoothOverEdges(values, RAW_STRIDE, chunk.triangles, 1);
    yield { stage: 'light', done: 3, of: 4 };
  }
  const wanted = new Set(slots);
  const light = new Uint8Array(chunk.light);
  for (let n = 0; n < count; n++) {
    if (!wanted.has(chunk.place[PLACE_STRIDE * n + 3] as number)) continue;
    const from = RAW_STRIDE * n;
    const to = LIGHT_STRIDE * n;
    const x = values[from + 1] as number;
    const y = values[from + 2] as number;
    const z = values[from + 3] as number;
    if (x * x + y * y + z * z > 1e-4) writeOctahedral(light, to + 2, x, y, z);
    else {
      light[to + 2] = light[to] as number;
      light[to + 3] = light[to + 1] as number;
    }
    light[to + OPENNESS] = byte((255 / OPEN_PLANE) * (values[from] as number));
    light[to + CONCAVITY] = byte(128 + 127 * CONCAVITY_SCALE * (creases[n] as number));
    light[to + DEPTH] = byte(255 * (values[from + 4] as number));
  }
  return transferring(light, [light.buffer]);
}

const byte = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));
