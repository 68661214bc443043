// A layer as it stands: bricks, how often they changed and where, and how many voxels each value gained since its snapshot.
import { BRICK_VOXELS, type Brick, type LabelmapData } from '#core/labelmap/labelmap.ts';

export interface FoldedLayer {
  /** A new object whenever a brick changed; arrays of bricks are never written. */
  readonly labels: LabelmapData;
  readonly revision: number;
  /** Voxels of a value now, less those in the snapshot. */
  gained(value: number): number;
  changedBricks(since: number): readonly number[] | 'all';
  replace(changes: readonly (readonly [index: number, brick: Brick])[]): void;
  /** It appeared or disappeared as a whole: whoever drew it draws all of it again. */
  touch(): void;
}

const REVISIONS_KEPT = 256;

/** @param revision to begin with: above that of a layer whose place this one takes */
export function foldedLayer(snapshot: LabelmapData, revision = 1): FoldedLayer {
  let labels = snapshot;
  let oldest = revision;
  const changes: { readonly revision: number; readonly bricks: readonly number[] }[] = [];
  const gains = new Map<number, number>();

  const gain = (value: number, by: number) => gains.set(value, (gains.get(value) ?? 0) + by);
  const count = (before: Brick, after: Brick) => {
    if (before === after) return;
    for (let n = 0; n < BRICK_VOXELS; n++) {
      const was = typeof before === 'number' ? before : (before[n] as number);
      const is = typeof after === 'number' ? after : (after[n] as number);
      if (was === is) continue;
      gain(was, -1);
      gain(is, 1);
    }
  };

  return {
    get labels() {
      return labels;
    },
    get revision() {
      return revision;
    },
    gained: (value) => gains.get(value) ?? 0,
    changedBricks(since) {
      if (since < oldest) return 'all';
      return [...new Set(changes.flatMap((change) => (change.revision > since ? change.bricks : [])))].sort(
        (a, b) => a - b,
      );
    },
    replace(list) {
      const real = list.filter(([index, brick]) => labels.bricks[index] !== brick);
      if (real.length === 0) return;
      const bricks = labels.bricks.slice();
      for (const [index, brick] of real) {
        count(bricks[index] as Brick, brick);
        bricks[index] = brick;
      }
      labels = { dims: labels.dims, bricks };
      revision++;
      changes.push({ revision, bricks: real.map(([index]) => index) });
      const dropped = changes.length > REVISIONS_KEPT ? changes.shift() : undefined;
      if (dropped !== undefined) oldest = dropped.revision;
    },
    touch() {
      revision++;
      oldest = revision;
      changes.length = 0;
    },
  };
}
