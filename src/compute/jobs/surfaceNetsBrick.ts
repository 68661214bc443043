import { loadKernel } from '#compute/loadKernel.ts';
import { transferring } from '#compute/protocol.ts';
import { BRICK, brickGrid, type LabelmapData } from '#core/labelmap/labelmap.ts';
import type { SegmentMesh } from '#core/mesh/mesh.ts';
import type { Affine } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { buildNet, type CellBox, type Net, views } from './surfaceNets.ts';
import { growTo, type NetsMemory, netsMemory } from './surfaceNetsMemory.ts';
import { applyOffsets, assembleMeshes, type FinishedNet, type NetOffsets } from './surfaceNetsMeshes.ts';

/**
 * The surfaces in one brick's cells, with the offsets that the whole labelmap was given: the same triangles, bit for bit, as in
 * the whole. Cells and voxels of a halo are looked at, none of theirs is in the result.
 */
export async function* surfaceNetsBrick(
  labelmap: LabelmapData,
  brick: number,
  rasFromIjk: Affine<'ras', 'ijk'>,
  iterations: number,
  offsets: NetOffsets,
): AsyncSteps<SegmentMesh[]> {
  const memory = await netsMemory(loadKernel);
  const own = cellsOf(labelmap, brick);
  // A vertex is pushed by all quads around it, at each step: one more cell of them around.
  const wide = grown(own, offsets.length + 1, labelmap);
  const net = yield* buildNet(memory, labelmap, wide, iterations, false);
  const { vertexEnd, quadCount } = net;
  const finished: FinishedNet = { ...net, vertexEnd, quadCount };
  growTo(memory, net.free + vertexEnd * 16);
  views(memory).u8.fill(0, net.free, net.free + vertexEnd * 16);
  for (const step of offsets) {
    const { f32 } = views(memory);
    const pressure = (memory.perSegment + 16 * 65536) >> 2;
    f32.fill(0, pressure, pressure + 65536);
    for (const [value, voxels] of step) f32[pressure + value] = voxels;
    yield* applyOffsets(memory, finished, net.free);
  }
  const values = keepOwnQuads(memory, net, own);
  const kept = { ...finished, quadCount: values.count };
  const meshes = yield* assembleMeshes(memory, kept, rasFromIjk, values.found);
  return transferring(
    meshes,
    meshes.flatMap((mesh) => [mesh.positions.buffer, mesh.normals.buffer, mesh.triangles.buffer]),
  );
}

/** Cells of a brick: as many as its voxels, and at the far end of the grid one more. */
function cellsOf({ dims }: LabelmapData, brick: number): CellBox {
  const [bi, bj] = brickGrid(dims);
  const place = [brick % bi, Math.floor(brick / bi) % bj, Math.floor(brick / (bi * bj))] as const;
  const end = (axis: 0 | 1 | 2) => {
    const voxels = (place[axis] + 1) * BRICK;
    return voxels >= dims[axis] ? dims[axis] + 1 : voxels;
  };
  return { from: [place[0] * BRICK, place[1] * BRICK, place[2] * BRICK], to: [end(0), end(1), end(2)] };
}

function grown({ from, to }: CellBox, by: number, { dims }: LabelmapData): CellBox {
  const low = (axis: 0 | 1 | 2) => Math.max(0, from[axis] - by);
  const high = (axis: 0 | 1 | 2) => Math.min(dims[axis] + 1, to[axis] + by);
  return { from: [low(0), low(1), low(2)], to: [high(0), high(1), high(2)] };
}

/** Moves the quads whose last cell (their third corner) is the brick's own to the front; what values they have, in rising order. */
function keepOwnQuads(memory: NetsMemory, net: Net, { from, to }: CellBox): { count: number; found: number[] } {
  const { u16, u32 } = views(memory);
  const [cells, quads, sides] = [net.cells >> 1, net.quads >> 2, net.sides >> 1];
  const found = new Set<number>();
  let count = 0;
  for (let q = 0; q < net.quadCount; q++) {
    const cell = cells + 4 * (u32[quads + 4 * q + 2] as number);
    const own = [0, 1, 2].every((axis) => {
      const at = u16[cell + axis] as number;
      return at >= (from[axis] as number) && at < (to[axis] as number);
    });
    if (!own) continue;
    u32.copyWithin(quads + 4 * count, quads + 4 * q, quads + 4 * q + 4);
    u16.copyWithin(sides + 2 * count, sides + 2 * q, sides + 2 * q + 2);
    found.add(u16[sides + 2 * count] as number).add(u16[sides + 2 * count + 1] as number);
    count++;
  }
  found.delete(0);
  return { count, found: [...found].sort((a, b) => a - b) };
}
