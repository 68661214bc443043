import { Matrix4, Quaternion, Vector3 } from 'three';

/** Which hand: an index, so that a frame needs no lookup by name. */
export type Side = 0 | 1;
export const LEFT: Side = 0;
export const RIGHT: Side = 1;

/** Hands nearer than this, in metres, say nothing about a scale or an axis. */
const LEAST_APART = 0.01;

class Pose {
  readonly position = new Vector3();
  readonly rotation = new Quaternion();

  copyMatrix(matrix: Matrix4): void {
    // A pose is rigid: what the device's 32 bits add to its axes is not a scale.
    matrix.decompose(this.position, this.rotation, unused);
    this.rotation.normalize();
  }
}

/**
 * How held hands move a model. One hand: rigid with the hand. Two: the point of the model that lay midway between them stays
 * midway, the distance between them is the scale, their axis is the direction, and the mean of their rolls the roll. Everything
 * is counted from the moment of the last grab or release, so nothing drifts, and each of these moments continues the pose that
 * stood: nothing jumps. No smoothing.
 *
 * Room metres. Matrices of hands are rigid, any matrix is a model; those given are read, `model` is this object's own.
 */
export class Grab {
  /** Where the model is. Set it by `place` while no hand holds it, else the hands begin anew from there. */
  readonly model = new Matrix4();
  private readonly began = new Matrix4();
  private readonly held: [boolean, boolean] = [false, false];
  private readonly from: [Pose, Pose] = [new Pose(), new Pose()];
  private readonly now: [Pose, Pose] = [new Pose(), new Pose()];

  holds(side: Side): boolean {
    return this.held[side];
  }
  get anyHand(): boolean {
    return this.held[LEFT] || this.held[RIGHT];
  }
  get bothHands(): boolean {
    return this.held[LEFT] && this.held[RIGHT];
  }

  /** Puts the model somewhere else; hands that hold it go on from there. */
  place(model: Matrix4): void {
    this.model.copy(model);
    this.begin();
  }

  take(side: Side, hand: Matrix4): void {
    this.now[side].copyMatrix(hand);
    this.held[side] = true;
    this.begin();
  }

  release(side: Side): void {
    if (!this.held[side]) return;
    this.held[side] = false;
    this.begin();
  }

  /** Tells where a hand is now; call `move` once all have been told. */
  hand(side: Side, hand: Matrix4): void {
    if (this.held[side]) this.now[side].copyMatrix(hand);
  }

  /** The model's place for the hands as they are now. True where a hand holds it. */
  move(): boolean {
    if (this.bothHands) this.moveByTwo();
    else if (this.held[LEFT]) this.moveByOne(LEFT);
    else if (this.held[RIGHT]) this.moveByOne(RIGHT);
    else return false;
    return true;
  }

  private begin(): void {
    this.began.copy(this.model);
    for (const side of [LEFT, RIGHT] as const) {
      this.from[side].position.copy(this.now[side].position);
      this.from[side].rotation.copy(this.now[side].rotation);
    }
  }

  private moveByOne(side: Side): void {
    const from = this.from[side];
    const now = this.now[side];
    rotation.copy(from.rotation).invert().premultiply(now.rotation);
    similarity(this.model, rotation, 1, from.position, now.position).multiply(this.began);
  }

  private moveByTwo(): void {
    const [a0, b0] = this.from;
    const [a, b] = this.now;
    axis0.subVectors(b0.position, a0.position);
    axis.subVectors(b.position, a.position);
    const apart0 = Math.max(axis0.length(), LEAST_APART);
    const apart = Math.max(axis.length(), LEAST_APART);
    axis0.divideScalar(apart0);
    axis.divideScalar(apart);
    turnA.copy(a0.rotation).invert().premultiply(a.rotation);
    turnB.copy(b0.rotation).invert().premultiply(b.rotation);
    // Some turn that brings the axis where it is now: the left hand's own, bent. Which one does not matter, since what it rolls
    // about the axis too little or too much is found as the mean of what both hands rolled beyond it.
    bent.copy(axis0).applyQuaternion(turnA);
    rotation.copy(turnA);
    if (bent.dot(axis) < -0.5) {
      // Nearly half a turn has no shortest way that could be computed well: by a quarter first.
      if (Math.abs(bent.x) < 0.7) side.set(1, 0, 0);
      else side.set(0, 1, 0);
      side.addScaledVector(bent, -bent.dot(side)).normalize();
      rotation.premultiply(bend.setFromUnitVectors(bent, side));
      bent.copy(side);
    }
    rotation.premultiply(bend.setFromUnitVectors(bent, axis));
    bend.copy(rotation).invert();
    const rollA = rollAbout(axis0, roll.multiplyQuaternions(bend, turnA));
    const rollB = rollAbout(axis0, roll.multiplyQuaternions(bend, turnB));
    const between = Math.atan2(Math.sin(rollB - rollA), Math.cos(rollB - rollA));
    rotation.multiply(roll.setFromAxisAngle(axis0, rollA + between / 2));
    middle0.addVectors(a0.position, b0.position).multiplyScalar(0.5);
    middle.addVectors(a.position, b.position).multiplyScalar(0.5);
    similarity(this.model, rotation, apart / apart0, middle0, middle).multiply(this.began);
  }
}

/** The part of a turn that is about `axis`, radians. */
function rollAbout(axis: Vector3, { x, y, z, w }: Quaternion): number {
  return 2 * Math.atan2(x * axis.x + y * axis.y + z * axis.z, w);
}

/** Turns and scales about `from` and carries that point to `to`. */
function similarity(into: Matrix4, turn: Quaternion, scale: number, from: Vector3, to: Vector3): Matrix4 {
  into.makeRotationFromQuaternion(turn).scale(scaling.set(scale, scale, scale));
  offset.copy(from).applyMatrix4(into);
  return into.setPosition(to.x - offset.x, to.y - offset.y, to.z - offset.z);
}

const unused = new Vector3();
const rotation = new Quaternion();
const turnA = new Quaternion();
const turnB = new Quaternion();
const bend = new Quaternion();
const roll = new Quaternion();
const axis0 = new Vector3();
const axis = new Vector3();
const bent = new Vector3();
const side = new Vector3();
const middle0 = new Vector3();
const middle = new Vector3();
const scaling = new Vector3();
const offset = new Vector3();
