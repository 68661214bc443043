// Where the model stands in the room before anybody has moved it, and how large. Pure.
import { type Matrix4, Vector3 } from 'three';

export interface ModelBox {
  /** RAS mm. */
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
}

/** Metres. */
const AHEAD = 0.8;
const TALL = 0.6;
/** The breastbone is about this far below the eyes, standing or seated. */
const CHEST_BELOW_EYES = 0.4;
const LOWEST = 0.6;
const HIGHEST = 1.4;

/** Direction of the look without its tilt; a head that looks straight up or down is read by the crown of it. */
export function headYaw(head: Matrix4): number {
  const e = head.elements;
  const [fx, fy, fz] = [-(e[8] as number), -(e[9] as number), -(e[10] as number)];
  if (Math.hypot(fx, fz) > 0.2) return Math.atan2(-fx, -fz);
  const down = fy < 0 ? 1 : -1;
  return Math.atan2(-(e[4] as number) * down, -(e[6] as number) * down);
}

/** Height of the middle of the model for a head at `y` metres. */
export function chestHeight(y: number): number {
  return Math.min(HIGHEST, Math.max(LOWEST, y - CHEST_BELOW_EYES));
}

/** Metres of room per metre of patient at which the longest side of the model is `TALL`. */
export function entryScale({ low, high }: ModelBox): number {
  const size = [0, 1, 2].map((axis) => (high[axis] as number) - (low[axis] as number)) as [number, number, number];
  const longest = Math.max(...size, 1);
  return TALL / (longest / 1000);
}

/**
 * modelToRoom with the middle of the box at `place` (metres), the patient's face turned towards where `yaw` looks from:
 * at yaw 0, x = −R, y = S, z = A.
 */
export function modelAt(into: Matrix4, { low, high }: ModelBox, place: Vector3, yaw: number, scale: number): Matrix4 {
  const perMm = scale / 1000;
  const [cos, sin] = [Math.cos(yaw) * perMm, Math.sin(yaw) * perMm];
  // Columns: what R, A and S become.
  into.set(-cos, sin, 0, 0, 0, 0, perMm, 0, sin, cos, 0, 0, 0, 0, 0, 1);
  const middle = point.set((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2).applyMatrix4(into);
  return into.setPosition(place.x - middle.x, place.y - middle.y, place.z - middle.z);
}

/** Ahead of the wearer at chest height, whatever the head's tilt. */
export function modelAtEntry(into: Matrix4, box: ModelBox, head: Matrix4, scale = entryScale(box)): Matrix4 {
  const yaw = headYaw(head);
  const e = head.elements;
  place.set(
    (e[12] as number) - Math.sin(yaw) * AHEAD,
    chestHeight(e[13] as number),
    (e[14] as number) - Math.cos(yaw) * AHEAD,
  );
  return modelAt(into, box, place, yaw, scale);
}

/** Size in the room over size in the body, of a modelToRoom. */
export function scaleOf(model: Matrix4): number {
  const e = model.elements;
  return 1000 * Math.hypot(e[0] as number, e[1] as number, e[2] as number);
}

const point = new Vector3();
const place = new Vector3();
