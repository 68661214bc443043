import type { Object3D, Vector3 } from 'three';
import type { Side } from './grab.ts';
import type { Hand } from './hands.ts';
import type { RoomModel } from './RoomModel.ts';

/** Something in the room beside the model: drawn in metres, told of every frame, perhaps pressed. */
export interface RoomPart {
  readonly object: Object3D;
  /** Once per frame, after hands and model are where they are. Moves things; makes nothing. */
  step(room: RoomModel): void;
  /** What a ray or a finger may press here. */
  readonly target?: PressTarget;
  dispose(): void;
}

/** Answered by value in each frame; nothing is allocated. Points are room metres. */
export interface PressTarget {
  /** The hand that wears it cannot press it: a finger of its own is always near. */
  readonly wornOn?: Side;
  /** Along the ray to the face, Infinity where it misses. */
  distance(origin: Vector3, direction: Vector3): number;
  /** From the face to a fingertip, signed, positive before it; Infinity beside it. */
  reach(tip: Vector3): number;
  /** The hand points at this place of the face; called while it does. */
  point(hand: Hand, place: Vector3): void;
  leave(hand: Hand): void;
  press(hand: Hand, place: Vector3): void;
  /** While pressed, wherever the ray is now: `place` is where it meets the plane of the face. */
  drag(hand: Hand, place: Vector3): void;
  release(hand: Hand): void;
  /** The stick, −1 to 1, upwards negative, over `sinceMs`. */
  scroll(y: number, sinceMs: number): void;
}
