// The parts of a vertex's light that come from the mesh alone, and what the cones are.
import type { PackedChunk } from './pack.ts';

/** Openness, open direction (RAS unit vector) and tissue depth, before they are bytes: f32 per vertex. */
export const RAW_STRIDE = 5;

/** Directions about the normal (z), in the frame of a vertex: x, y, z and the cosine to the normal. */
export function coneDirections(rings: readonly (readonly [tiltDegrees: number, count: number])[]): number[] {
  const cones: number[] = [];
  rings.forEach(([tilt, count], ring) => {
    for (let n = 0; n < count; n++) {
      const angle = (2 * Math.PI * (n + 0.5 * (ring % 2))) / count;
      const t = (tilt * Math.PI) / 180;
      cones.push(Math.sin(t) * Math.cos(angle), Math.sin(t) * Math.sin(angle), Math.cos(t), Math.cos(t));
    }
  });
  return cones;
}

export interface ConeSample {
  /** Along the cone, in cells of the finest level. */
  readonly distance: number;
  /** Share of what is met there that takes light away. */
  readonly weight: number;
  readonly level: number;
}

/** The places along a cone where the pyramid is read: in the level whose cell is as wide as the cone, fading with distance. */
export function coneSamples(
  halfAngleDegrees: number,
  startCells: number,
  rangeCells: number,
  levelCount: number,
): ConeSample[] {
  const tangent = Math.tan((halfAngleDegrees * Math.PI) / 180);
  const samples: ConeSample[] = [];
  for (let distance = startCells; distance < rangeCells; ) {
    const radius = distance * tangent;
    const level = Math.min(levelCount - 1, Math.max(0, Math.floor(Math.log2(2 * radius))));
    const share = distance / rangeCells;
    samples.push({ distance, weight: 0.8 * (1 - share * share), level });
    distance += Math.max(0.8, radius);
  }
  return samples;
}

/** 1/mm, > 0 in a crease: mean over the edges of a vertex of n·(p′ − p) / |p′ − p|². Positions and normals in mm, 3 per vertex. */
export function concavity(
  positions: Float32Array<ArrayBufferLike>,
  normals: Float32Array<ArrayBufferLike>,
  triangles: Uint32Array<ArrayBufferLike>,
): Float32Array<ArrayBuffer> {
  const count = positions.length / 3;
  const sums = new Float32Array(count);
  const edges = new Uint16Array(count);
  const add = (a: number, b: number) => {
    const x = (positions[3 * b] as number) - (positions[3 * a] as number);
    const y = (positions[3 * b + 1] as number) - (positions[3 * a + 1] as number);
    const z = (positions[3 * b + 2] as number) - (positions[3 * a + 2] as number);
    const square = x * x + y * y + z * z;
    if (square < 1e-8) return;
    const along =
      (normals[3 * a] as number) * x + (normals[3 * a + 1] as number) * y + (normals[3 * a + 2] as number) * z;
    sums[a] = (sums[a] as number) + along / square;
    edges[a] = (edges[a] as number) + 1;
  };
  for (let n = 0; n < triangles.length; n += 3) {
    const a = triangles[n] as number;
    const b = triangles[n + 1] as number;
    const c = triangles[n + 2] as number;
    add(a, b);
    add(a, c);
    add(b, a);
    add(b, c);
    add(c, a);
    add(c, b);
  }
  for (let n = 0; n < count; n++) if ((edges[n] as number) > 0) sums[n] = (sums[n] as number) / (edges[n] as number);
  return sums;
}

/** Averages `channels` values per vertex with those of its neighbours, `passes` times, in place. */
export function smoothOverEdges(
  values: Float32Array<ArrayBufferLike>,
  channels: number,
  triangles: PackedChunk['triangles'],
  passes: number,
): void {
  const count = values.length / channels;
  const degree = new Float32Array(count);
  for (let n = 0; n < triangles.length; n++)
    degree[triangles[n] as number] = (degree[triangles[n] as number] as number) + 2;
  const sums = new Float32Array(values.length);
  for (let pass = 0; pass < passes; pass++) {
    sums.fill(0);
    for (let n = 0; n < triangles.length; n += 3) {
      const a = channels * (triangles[n] as number);
      const b = channels * (triangles[n + 1] as number);
      const c = channels * (triangles[n + 2] as number);
      for (let channel = 0; channel < channels; channel++) {
        const va = values[a + channel] as number;
        const vb = values[b + channel] as number;
        const vc = values[c + channel] as number;
        sums[a + channel] = (sums[a + channel] as number) + vb + vc;
        sums[b + channel] = (sums[b + channel] as number) + va + vc;
        sums[c + channel] = (sums[c + channel] as number) + va + vb;
      }
    }
    for (let n = 0; n < count; n++) {
      const edges = degree[n] as number;
      if (edges === 0) continue;
      for (let channel = 0; channel < channels; channel++) {
        const at = n * channels + channel;
        values[at] = 0.5 * (values[at] as number) + (0.5 * (sums[at] as number)) / edges;
      }
    }
  }
}
