import { loadKernel } from '#compute/loadKernel.ts';
import { transferring } from '#compute/protocol.ts';
import type { SegmentMesh } from '#core/mesh/mesh.ts';
import { type Affine, determinant3 } from '#core/space/affine.ts';
import type { AsyncSteps, Steps } from '#core/steps.ts';
import { align, CELL_LIMIT, type NetsPart, slice, views } from './surfaceNets.ts';
import { growTo, type NetsMemory, netsMemory } from './surfaceNetsMemory.ts';

/** By how much each segment's surface was moved outwards, in voxels, one list for each step: what keeps its volume. */
export type NetOffsets = readonly (readonly (readonly [value: number, voxels: number])[])[];

export interface NetMeshes {
  readonly meshes: SegmentMesh[];
  readonly offsets: NetOffsets;
}

/** A segment's volume is brought nearer to its voxels' at most this often, or until it is within VOLUME_ERROR. */
const VOLUME_STEPS = 5;
const VOLUME_ERROR = 0.0005;
/** Quads between two looks at the clock. */
const CHUNK = 1 << 18;

/**
 * Joins slabs (all of a grid, in the order of z), moves each segment's surface so that it encloses the volume of its voxels
 * (`values` are those asked for; all that there are without), and makes a closed mesh of each.
 */
export async function* surfaceNetsMeshes(
  parts: readonly NetsPart[],
  rasFromIjk: Affine<'ras', 'ijk'>,
  values: readonly number[] | null,
): AsyncSteps<NetMeshes> {
  const memory = await netsMemory(loadKernel);
  const vertexEnd = parts.reduce((sum, part) => sum + part.cells.length / 4, 0);
  const quadCount = parts.reduce((sum, part) => sum + part.quads.length / 4, 0);
  const cells = memory.start;
  const moved = align(cells + vertexEnd * 8);
  const sides = align(moved + vertexEnd * 16);
  const quads = align(sides + quadCount * 4);
  const free = align(quads + quadCount * 16);
  growTo(memory, free);
  const { u16, u32, f32 } = views(memory);
  let [vertex, quad] = [0, 0];
  for (const part of parts) {
    u16.set(part.cells, (cells >> 1) + 4 * vertex);
    f32.set(part.moved, (moved >> 2) + 4 * vertex);
    u16.set(part.sides, (sides >> 1) + 2 * quad);
    const base = vertex - part.before;
    const start = (quads >> 2) + 4 * quad;
    for (let n = 0; n < part.quads.length; n++) u32[start + n] = (part.quads[n] as number) + base;
    vertex += part.cells.length / 4;
    quad += part.quads.length / 4;
    yield { stage: 'surface', done: 0, of: 1 };
  }
  const voxels = new Map<number, number>();
  for (const part of parts)
    for (const [value, count] of part.voxels) voxels.set(value, (voxels.get(value) ?? 0) + count);
  const net: FinishedNet = { cells, moved, quads, sides, free, vertexEnd, quadCount };
  const offsets = yield* keepVolumes(memory, net, voxels);
  const asked = values ?? [...voxels.keys()].sort((a, b) => a - b);
  const meshes = yield* assembleMeshes(
    memory,
    net,
    rasFromIjk,
    asked.filter((value) => voxels.has(value)),
  );
  return transferring(
    { meshes, offsets },
    meshes.flatMap((mesh) => [mesh.positions.buffer, mesh.normals.buffer, mesh.triangles.buffer]),
  );
}

export interface FinishedNet {
  readonly cells: number;
  readonly moved: number;
  readonly quads: number;
  readonly sides: number;
  readonly free: number;
  readonly vertexEnd: number;
  readonly quadCount: number;
}

/**
 * Smoothing takes volume from what is convex and small. Each segment gets a pressure: on a face between two segments the surface
 * moves along its normal by the difference of theirs, so that neighbours still share it. Newton steps with the segment's area as
 * derivative, corrected by what the step before achieved.
 */
function* keepVolumes(memory: NetsMemory, net: FinishedNet, voxels: ReadonlyMap<number, number>): Steps<NetOffsets> {
  const { meshes: kernel, perSegment } = memory;
  const { cells, moved, quads, sides, vertexEnd, quadCount } = net;
  const push = net.free;
  growTo(memory, push + vertexEnd * 16);
  views(memory).u8.fill(0, push, push + vertexEnd * 16);
  const [volume, area, pressure] = [perSegment, perSegment + 8 * 65536, perSegment + 16 * 65536];
  const steps: [number, number][][] = [];
  const before = new Map<number, { missing: number; gain: number }>();
  for (let step = 0; step < VOLUME_STEPS; step++) {
    views(memory).u8.fill(0, perSegment, perSegment + 24 * 65536);
    for (let first = 0; first < quadCount; first += CHUNK) {
      kernel.volumes(quads, sides, first, Math.min(quadCount, first + CHUNK), cells, moved, volume, area);
      yield { stage: 'surface', done: step, of: VOLUME_STEPS };
    }
    const { f64, f32 } = views(memory);
    const offsets: [number, number][] = [];
    let worst = 0;
    for (const [value, count] of voxels) {
      const missing = count - (f64[(volume >> 3) + value] as number);
      const face = f64[(area >> 3) + value] as number;
      worst = Math.max(worst, Math.abs(missing) / count);
      const last = before.get(value);
      // What share of the volume asked for came: a corner turns a push into less than its area says.
      const came = last && Math.abs(last.missing) > 1e-9 ? 1 - missing / last.missing : 1;
      const gain = Math.min(4, Math.max(0.5, (last?.gain ?? 1) / Math.min(2, Math.max(0.25, came))));
      before.set(value, { missing, gain });
      const offset = face > 0 ? Math.fround(Math.min(0.5, Math.max(-0.5, (gain * missing) / face))) : 0;
      offsets.push([value, offset]);
      f32[(pressure >> 2) + value] = offset;
    }
    if (worst < VOLUME_ERROR) break;
    steps.push(offsets);
    yield* applyOffsets(memory, net, push);
  }
  return steps;
}

/** One step: the pressures lie in the third part of `perSegment`, as f32. */
export function* applyOffsets({ meshes: kernel, perSegment }: NetsMemory, net: FinishedNet, push: number): Steps<void> {
  const { cells, moved, quads, sides, vertexEnd, quadCount } = net;
  const pressure = perSegment + 16 * 65536;
  for (let first = 0; first < quadCount; first += CHUNK) {
    kernel.press(quads, sides, first, Math.min(quadCount, first + CHUNK), cells, moved, pressure, push);
    yield { stage: 'surface', done: 0, of: 1 };
  }
  kernel.move(moved, push, 0, vertexEnd, CELL_LIMIT);
}

/** One mesh per value, each with its own vertices, the common ones at exactly the same places. */
export function* assembleMeshes(
  memory: NetsMemory,
  net: FinishedNet,
  rasFromIjk: Affine<'ras', 'ijk'>,
  values: readonly number[],
): Steps<SegmentMesh[]> {
  const { meshes: kernel, histogram, perSegment } = memory;
  const { cells, moved, quads, sides, vertexEnd, quadCount } = net;
  const ras = net.free;
  const numbers = align(ras + vertexEnd * 16);
  const list = align(numbers + vertexEnd * 8);
  const positions = align(list + quadCount * 8);
  growTo(memory, positions);
  const mirrored = determinant3(rasFromIjk) < 0 ? 1 : 0;
  memory.clearHistogram();
  views(memory).u8.fill(0, numbers, list);
  views(memory).f64.set(rasFromCells(rasFromIjk), perSegment >> 3);
  kernel.place(cells, moved, 0, vertexEnd, perSegment, ras);
  kernel.countSides(sides, quadCount, histogram);
  const counts = new Uint32Array(memory.memory.buffer, histogram, 65536).slice();
  const starts = new Uint32Array(memory.memory.buffer, histogram, 65536);
  let start = 0;
  const firsts = new Uint32Array(65536);
  for (let value = 0; value < 65536; value++) {
    starts[value] = start;
    firsts[value] = start;
    start += counts[value] as number;
  }
  kernel.sortSides(sides, quadCount, histogram, list);
  yield { stage: 'surface', done: 0, of: values.length };

  const result: SegmentMesh[] = [];
  for (const [index, value] of values.entries()) {
    const faces = counts[value] as number;
    const own = list + 4 * (firsts[value] as number);
    const room = Math.min(vertexEnd, 4 * faces);
    const normals = align(positions + room * 12);
    const triangles = align(normals + room * 12);
    growTo(memory, triangles + faces * 24);
    let count = 0;
    for (let first = 0; first < faces; first += CHUNK) {
      const end = Math.min(faces, first + CHUNK);
      count = kernel.assemble(
        ...([own, first, end, quads, ras, numbers, index + 1, mirrored] as const),
        ...([positions, normals, triangles, count] as const),
      );
      yield { stage: 'surface', done: index, of: values.length };
    }
    kernel.unit(normals, count);
    const { u8 } = views(memory);
    result.push({
      value,
      positions: new Float32Array(slice(u8, positions, count * 12)),
      normals: new Float32Array(slice(u8, normals, count * 12)),
      triangles: new Uint32Array(slice(u8, triangles, faces * 24)),
    });
    yield { stage: 'surface', done: index + 1, of: values.length };
  }
  return result;
}

/** Columns x, y, z and the origin: the centre of cell (0, 0, 0) is voxel (−½, −½, −½). */
function rasFromCells({ m }: Affine<'ras', 'ijk'>): number[] {
  const column = (c: number) => [0, 1, 2].map((row) => m[4 * c + row] as number);
  const origin = [0, 1, 2].map(
    (r) => (m[12 + r] as number) - ((m[r] as number) + (m[4 + r] as number) + (m[8 + r] as number)) / 2,
  );
  return [...column(0), ...column(1), ...column(2), ...origin];
}
