// What a layer holds: its snapshot and then every operation that stands, in the one order of compareStamps.
import type { Dims } from '#core/volume/volume.ts';
import { BRICK, BRICK_VOXELS, type Brick, brickGrid, type LabelmapData } from './labelmap.ts';
import {
  compareStamps,
  type LayerOperation,
  type Operation,
  type OperationId,
  operationId,
  type PaintOperation,
} from './operation.ts';
import { type Runs, writeRuns } from './runs.ts';

/**
 * The operations that stand: no standing revert names them. A revert that is not later than what it names counts for
 * nothing, so no ring of reverts can be made.
 */
export function standing(operations: readonly Operation[]): ReadonlySet<OperationId> {
  const byId = new Map(operations.map((operation) => [operationId(operation), operation]));
  const stands = new Set(byId.keys());
  // The latest first: whether a revert stands depends on later ones alone.
  for (const operation of [...byId.values()].sort((a, b) => compareStamps(b, a))) {
    if (operation.kind !== 'revert' || !stands.has(operationId(operation))) continue;
    const target = byId.get(operation.op);
    if (target !== undefined && compareStamps(target, operation) < 0) stands.delete(operation.op);
  }
  return stands;
}

/** A brick after edits, oldest first. A new array or a number; `base` is left as it was. Voxels beyond the grid stay 0. */
export function foldBrick(base: Brick, edits: readonly Runs[], index: number, dims: Dims): Brick {
  if (edits.length === 0) return base;
  const voxels = typeof base === 'number' ? new Uint16Array(BRICK_VOXELS).fill(base) : Uint16Array.from(base);
  for (const runs of edits) writeRuns(voxels, runs);
  clearBeyondGrid(voxels, index, dims);
  return compactBrick(voxels);
}

/** One number where all voxels are equal. */
export function compactBrick(brick: Brick): Brick {
  if (typeof brick === 'number') return brick;
  const first = brick[0] as number;
  for (let n = 1; n < brick.length; n++) if (brick[n] !== first) return brick;
  return first;
}

function clearBeyondGrid(voxels: Uint16Array<ArrayBufferLike>, index: number, dims: Dims): void {
  const [bi, bj] = brickGrid(dims);
  const inside = (size: number, at: number) => Math.min(BRICK, size - BRICK * at);
  const ni = inside(dims[0], index % bi);
  const nj = inside(dims[1], Math.floor(index / bi) % bj);
  const nk = inside(dims[2], Math.floor(index / (bi * bj)));
  if (ni === BRICK && nj === BRICK && nk === BRICK) return;
  for (let k = 0; k < BRICK; k++)
    for (let j = 0; j < BRICK; j++) {
      const row = BRICK * (j + BRICK * k);
      voxels.fill(0, row + (j < nj && k < nk ? ni : 0), row + BRICK);
    }
}

/**
 * Whose snapshot a layer begins with: the latest of those that made and refined it, if it is here and on the same grid.
 * @param makers in the order of the fold
 */
export function baseAmong(
  makers: readonly LayerOperation[],
  isHere: (snapshot: string) => boolean,
): LayerOperation | undefined {
  const dims = makers[0]?.dims;
  return makers.findLast((each) => each.dims.every((size, axis) => size === dims?.[axis]) && isHere(each.snapshot));
}

/**
 * Folds a whole layer from nothing: the oracle of the incremental fold in state/journal.ts.
 * @param snapshot gives the first bricks of the layer's own operation, null where they are not here yet
 * @returns null where no operation that stands makes the layer, or its snapshot is missing
 */
export function foldLayer(
  operations: readonly Operation[],
  layer: string,
  snapshot: (name: string) => LabelmapData | null,
): LabelmapData | null {
  const stands = standing(operations);
  const makers = operations
    .filter((o): o is LayerOperation => o.kind === 'layer' && o.layer === layer)
    .sort(compareStamps);
  const maker = makers[0];
  const from = baseAmong(makers, (name) => snapshot(name) !== null);
  const base = from === undefined ? null : snapshot(from.snapshot);
  if (maker === undefined || !stands.has(operationId(maker)) || base === null) return null;
  const paints = operations
    .filter((o): o is PaintOperation => o.kind === 'paint' && o.layer === layer && stands.has(operationId(o)))
    .sort(compareStamps);
  const bricks = base.bricks.map((brick, index) =>
    foldBrick(
      brick,
      paints.flatMap((paint) => paint.edits.filter((edit) => edit.brick === index).map((edit) => edit.runs)),
      index,
      maker.dims,
    ),
  );
  return { dims: maker.dims, bricks };
}
