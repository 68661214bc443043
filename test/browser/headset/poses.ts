// Poses in the room, metres: what a test tells the device, and how far apart two places of the model are.
import { Euler, Matrix4, Quaternion, Vector3 } from 'three';

export type Triple = readonly [number, number, number];
export interface Pose {
  readonly at: Triple;
  /** Euler angles, radians. */
  readonly turn?: Triple;
}

export const rotation = ({ turn = [0, 0, 0] }: Pose) => new Quaternion().setFromEuler(new Euler(...turn));
export const matrixOf = (pose: Pose) =>
  new Matrix4().makeRotationFromQuaternion(rotation(pose)).setPosition(...pose.at);

/** The largest way, in mm of the room, between the places that two matrices give to six points about `middle` (RAS). */
export function furthestMm(a: Matrix4, b: Matrix4, middle: Vector3): number {
  let most = 0;
  for (const offset of [-100, 100])
    for (const axis of [0, 1, 2]) {
      const point = middle.clone().setComponent(axis, middle.getComponent(axis) + offset);
      most = Math.max(most, 1000 * point.clone().applyMatrix4(a).distanceTo(point.applyMatrix4(b)));
    }
  return most;
}

export const degreesBetween = (a: Matrix4, b: Matrix4): number => {
  const [p, q] = [a, b].map((m) => new Quaternion().setFromRotationMatrix(new Matrix4().extractRotation(m))) as [
    Quaternion,
    Quaternion,
  ];
  return (p.angleTo(q) * 180) / Math.PI;
};
export const scaleOf = (m: Matrix4): number => 1000 * new Vector3().setFromMatrixScale(m).x;
export const placeOf = (m: Matrix4): Vector3 => new Vector3().setFromMatrixPosition(m);
