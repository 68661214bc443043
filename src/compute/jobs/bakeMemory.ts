import { ensureBytes, loadKernel } from '#compute/loadKernel.ts';
import type { Occupancy } from '#core/labelmap/occupancy.ts';
import type { ConeSample } from '#core/mesh/vertexLight.ts';

export interface ConeLightExports {
  coneLight(
    vertices: number,
    from: number,
    to: number,
    cones: number,
    coneCount: number,
    samples: number,
    sampleCount: number,
    lift: number,
    target: number,
  ): void;
  tissueDepth(level: number, vertices: number, from: number, to: number, steps: number, target: number): void;
}

/** Below this lies what the compiler put there. */
const BASE = 65536;
const LEVEL_BYTES = 28;

export interface ConeMemory {
  readonly exports: ConeLightExports;
  readonly memory: WebAssembly.Memory;
  readonly levels: number;
  readonly cones: number;
  readonly samples: number;
  /** 6 f32 per vertex: place and normal in cells. */
  readonly vertices: number;
  /** 4 f32 per vertex. */
  readonly light: number;
  /** 1 f32 per vertex. */
  readonly depth: number;
}

/** A kernel with the pyramid, the cones and room for `vertexCount` vertices laid out in its memory. */
export async function coneMemory(
  occupancy: Occupancy,
  cones: readonly number[],
  coneSamples: readonly ConeSample[],
  vertexCount: number,
): Promise<ConeMemory> {
  const { exports, memory } = await loadKernel<ConeLightExports>('coneLight', 2);
  const levels = BASE;
  const conesAt = levels + LEVEL_BYTES * occupancy.levels.length;
  const samples = conesAt + 4 * cones.length;
  const vertices = samples + 12 * coneSamples.length;
  const light = vertices + 24 * vertexCount;
  const depth = light + 16 * vertexCount;
  const cells = depth + 4 * vertexCount;
  ensureBytes(memory, cells + occupancy.cells.byteLength + 16);
  const words = new Uint32Array(memory.buffer);
  const floats = new Float32Array(memory.buffer);
  new Uint8Array(memory.buffer).set(occupancy.cells, cells);
  occupancy.levels.forEach(({ offset, dims: [ni, nj, nk] }, level) => {
    const at = (levels + LEVEL_BYTES * level) / 4;
    words.set([cells + offset, ni + 2, nj + 2, nk + 2, ni + 2, (ni + 2) * (nj + 2)], at);
    floats[at + 6] = 1 / 2 ** level;
  });
  floats.set(cones, conesAt / 4);
  coneSamples.forEach(({ distance, weight, level }, n) => {
    floats[samples / 4 + 3 * n] = distance;
    floats[samples / 4 + 3 * n + 1] = weight;
    words[samples / 4 + 3 * n + 2] = levels + LEVEL_BYTES * level;
  });
  return { exports, memory, levels, cones: conesAt, samples, vertices, light, depth };
}
