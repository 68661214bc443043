// One entry of a labelmap's journal. Entries are only ever added; what a brick holds is the fold of them (fold.ts).
import type { Dims } from '#core/volume/volume.ts';
import type { Runs } from './runs.ts';

/** Who did it, as the how-manieth of that peer (from 1, without gaps), after how much of everybody's (Lamport 1978). */
export interface Stamp {
  readonly peer: string;
  readonly counter: number;
  readonly lamport: number;
}

/** `PEER:COUNTER`, unique for ever. */
export type OperationId = string;

export interface BrickEdit {
  /** Index in `LabelmapData.bricks`. */
  readonly brick: number;
  readonly runs: Runs;
}

/**
 * A new layer whose first bricks are a snapshot, named and kept beside the journal. A later one of the same layer and dims
 * refines it: the paint lies over the latest snapshot; whether the layer stands is up to the first.
 */
export interface LayerOperation extends Stamp {
  readonly kind: 'layer';
  readonly layer: string;
  readonly dims: Dims;
  readonly snapshot: string;
}
/** One stroke: all of its bricks, so that a crash never keeps half of it. */
export interface PaintOperation extends Stamp {
  readonly kind: 'paint';
  readonly layer: string;
  readonly edits: readonly BrickEdit[];
}
/** Takes another operation back, which may be a revert itself. */
export interface RevertOperation extends Stamp {
  readonly kind: 'revert';
  readonly op: OperationId;
}
export type Operation = LayerOperation | PaintOperation | RevertOperation;

export function operationId({ peer, counter }: Stamp): OperationId {
  return `${peer}:${counter}`;
}

/** The one order in which everybody folds, however the operations arrived. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return a.lamport - b.lamport || (a.peer < b.peer ? -1 : a.peer > b.peer ? 1 : a.counter - b.counter);
}
