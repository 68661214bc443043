/** Triangles of a brick at most: small enough that its simplification stays in the processor's caches. */
const BRICK_TRIANGLES = 64_000;
/** Where to cut is read from about this many triangles. */
const SAMPLES = 32_768;

type Axis = 0 | 1 | 2;

/**
 * The triangles of slab `slab`: slabs have about equally many, cut across the longest side of the mesh. Every triangle is in
 * exactly one, by its first vertex.
 */
export function slabTriangles(
  positions: Float32Array<ArrayBufferLike>,
  triangles: Uint32Array<ArrayBufferLike>,
  slab: number,
  slabs: number,
): Uint32Array<ArrayBufferLike> {
  if (slabs === 1) return triangles;
  const { axis, sorted } = spread(positions, triangles);
  const cut = (n: number) =>
    n === 0 ? -Infinity : n === slabs ? Infinity : (sorted[Math.floor((sorted.length * n) / slabs)] as number);
  return between(positions, triangles, axis, cut(slab), cut(slab + 1));
}

/** Bricks of at most BRICK_TRIANGLES, by halving across the longest side. */
export function brickTriangles(
  positions: Float32Array<ArrayBufferLike>,
  triangles: Uint32Array<ArrayBufferLike>,
): Uint32Array<ArrayBufferLike>[] {
  if (triangles.length / 3 <= BRICK_TRIANGLES) return [triangles];
  const { axis, sorted } = spread(positions, triangles);
  const middle = sorted[sorted.length >> 1] as number;
  const low = between(positions, triangles, axis, -Infinity, middle);
  const high = between(positions, triangles, axis, middle, Infinity);
  // Where more than half of all triangles begin at one coordinate there is no cut.
  if (low.length === 0 || high.length === 0) return [triangles];
  return [...brickTriangles(positions, low), ...brickTriangles(positions, high)];
}

/** The axis along which the triangles spread most, and sorted coordinates of a sample of them. */
function spread(
  positions: Float32Array<ArrayBufferLike>,
  triangles: Uint32Array<ArrayBufferLike>,
): { axis: Axis; sorted: Float32Array } {
  const count = triangles.length / 3;
  const step = Math.max(1, Math.floor(count / SAMPLES));
  const samples = Math.ceil(count / step);
  let best: { axis: Axis; sorted: Float32Array; length: number } | undefined;
  for (const axis of [0, 1, 2] as const) {
    const sorted = new Float32Array(samples);
    for (let n = 0; n < samples; n++) sorted[n] = positions[3 * (triangles[3 * n * step] as number) + axis] as number;
    sorted.sort();
    const length = (sorted[samples - 1] as number) - (sorted[0] as number);
    if (!best || length > best.length) best = { axis, sorted, length };
  }
  return best as { axis: Axis; sorted: Float32Array };
}

function between(
  positions: Float32Array<ArrayBufferLike>,
  triangles: Uint32Array<ArrayBufferLike>,
  axis: Axis,
  low: number,
  high: number,
): Uint32Array<ArrayBuffer> {
  const kept = new Uint32Array(triangles.length);
  let end = 0;
  for (let n = 0; n < triangles.length; n += 3) {
    const a = triangles[n] as number;
    const at = positions[3 * a + axis] as number;
    if (at < low || at >= high) continue;
    kept[end] = a;
    kept[end + 1] = triangles[n + 1] as number;
    kept[end + 2] = triangles[n + 2] as number;
    end += 3;
  }
  return kept.slice(0, end);
}
