import { transferring } from '#compute/protocol.ts';
import { canShare } from '#compute/sharing.ts';
import { BRICK_VOXELS, type Brick, type LabelmapData } from '#core/labelmap/labelmap.ts';

/**
 * The same bricks in one shared memory, so that sending them to a worker later costs no copy of what may be hundreds of MB; as they
 * are where the page is not isolated. Bricks are never written, so nobody need own them.
 */
export function sharedBricks({ dims, bricks }: LabelmapData): LabelmapData {
  if (!canShare()) return { dims, bricks };
  const mixed = bricks.reduce<number>((sum, brick) => sum + (typeof brick === 'number' ? 0 : 1), 0);
  const all = new Uint16Array(new SharedArrayBuffer(2 * BRICK_VOXELS * mixed));
  let at = 0;
  return {
    dims,
    bricks: bricks.map((brick): Brick => {
      if (typeof brick === 'number') return brick;
      const own = all.subarray(at, at + BRICK_VOXELS);
      own.set(brick);
      at += BRICK_VOXELS;
      return own;
    }),
  };
}

/** A labelmap as a job's result (or a part of one): shared where it can be, else transferred. */
export function sendingBricks(labels: LabelmapData): LabelmapData {
  const shared = sharedBricks(labels);
  return transferring(shared, buffersOf(shared));
}

/** What is to be transferred with it: nothing where it is shared. */
export function buffersOf({ bricks }: LabelmapData): ArrayBufferLike[] {
  return bricks.flatMap((brick) => (typeof brick === 'number' ? [] : [brick.buffer]));
}
