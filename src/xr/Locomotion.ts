import { Matrix4, Quaternion, Vector3, type WebGLRenderer } from 'three';
import { headYaw } from './placement.ts';
import type { RoomModel } from './RoomModel.ts';

const PUSHED = 0.7;
const LET_GO = 0.35;
const SNAP = (22.5 * Math.PI) / 180;
/** Metres per second, and the pull downwards, of the arc that a step is aimed with. */
const THROW = 5;
const FALL = 9.8;
/** Points of the arc. */
export const ARC_POINTS = 17;
/** Nobody steps further than this at once. */
const REACH = 7;
const STANDING_EYES = 1.6;

/**
 * How a wearer gets about in VR: a step along an arc (stick forward, let go), turns by 22.5°, and a standing height for those
 * who sit. Nothing moves by itself or smoothly, so nothing needs a vignette. The reference space is offset; the model stays
 * where it is in the room.
 */
export class Locomotion {
  /** Points of the arc, room metres; meaningful while `aiming`. */
  readonly arc: readonly Vector3[] = Array.from({ length: ARC_POINTS }, () => new Vector3());
  readonly landing = new Vector3();
  aiming = false;
  /** The arc ends on the floor within reach. */
  lands = false;
  seated = false;
  private readonly room: RoomModel;
  private base: XRReferenceSpace | null = null;
  private readonly roomFromDevice = new Matrix4();
  private side: 0 | 1 = 1;
  private turned = false;

  constructor(room: RoomModel) {
    this.room = room;
  }

  begin(): void {
    this.base = null;
    this.aiming = false;
    this.turned = false;
    this.seated = false;
    this.roomFromDevice.identity();
  }

  /** The device's space was asked for anew: the wearer stays where they have stepped to. */
  rebase(gl: WebGLRenderer): void {
    this.base = gl.xr.getReferenceSpace();
    this.apply(gl);
  }

  step(gl: WebGLRenderer): void {
    this.base ??= gl.xr.getReferenceSpace();
    if (this.room.mode !== 'immersive-vr') {
      this.aiming = false;
      return;
    }
    for (const hand of this.room.hands.both) {
      if (!hand.tracked || this.room.pointing.busy(hand)) {
        if (this.aiming && this.side === hand.side) this.aiming = false;
        continue;
      }
      if (!this.aiming && hand.stickY < -PUSHED && Math.abs(hand.stickX) < 0.6) {
        this.aiming = true;
        this.side = hand.side;
      }
      if (this.aiming) {
        if (this.side !== hand.side) continue;
        if (hand.stickY > -LET_GO) {
          this.aiming = false;
          if (this.lands) this.goTo(gl, this.landing);
        } else this.throwArc(hand.origin, hand.direction);
        continue;
      }
      if (Math.abs(hand.stickX) > PUSHED && !this.turned) {
        this.turned = true;
        this.turnSide = hand.side;
        this.turn(gl, hand.stickX > 0 ? -SNAP : SNAP);
      } else if (this.turned && this.turnSide === hand.side && Math.abs(hand.stickX) < LET_GO) this.turned = false;
    }
  }
  private turnSide: 0 | 1 = 1;

  /** The eyes of someone who sits are raised to those of someone who stands; again, and they are back. */
  setSeated(gl: WebGLRenderer, seated: boolean): void {
    if (this.seated === seated) return;
    this.seated = seated;
    this.roomFromDevice.elements[13] = seated ? Math.max(0, STANDING_EYES - this.room.headPosition.y) : 0;
    this.apply(gl);
  }

  private throwArc(origin: Vector3, direction: Vector3): void {
    this.lands = false;
    // How long until y = 0.
    const up = direction.y * THROW;
    const flight = (up + Math.sqrt(Math.max(0, up * up + 2 * FALL * Math.max(0, origin.y)))) / FALL;
    for (let n = 0; n < ARC_POINTS; n++) {
      const t = (flight * n) / (ARC_POINTS - 1);
      const point = this.arc[n] as Vector3;
      point
        .copy(direction)
        .multiplyScalar(THROW * t)
        .add(origin);
      point.y -= (FALL * t * t) / 2;
    }
    this.landing.copy(this.arc[ARC_POINTS - 1] as Vector3);
    this.landing.y = 0;
    const { headPosition } = this.room;
    this.lands = Math.hypot(this.landing.x - headPosition.x, this.landing.z - headPosition.z) < REACH;
  }

  private goTo(gl: WebGLRenderer, place: Vector3): void {
    const { headPosition } = this.room;
    matrix.makeTranslation(place.x - headPosition.x, 0, place.z - headPosition.z);
    this.roomFromDevice.premultiply(matrix);
    this.apply(gl);
    this.room.told('teleport');
  }

  private turn(gl: WebGLRenderer, by: number): void {
    const { x, z } = this.room.headPosition;
    matrix
      .makeTranslation(x, 0, z)
      .multiply(turning.makeRotationY(by))
      .multiply(away.makeTranslation(-x, 0, -z));
    this.roomFromDevice.premultiply(matrix);
    this.apply(gl);
    this.room.told('turn');
  }

  private apply(gl: WebGLRenderer): void {
    if (!this.base) return;
    matrix.copy(this.roomFromDevice).invert().decompose(position, rotation, scale);
    const offset = new XRRigidTransform(
      { x: position.x, y: position.y, z: position.z },
      { x: rotation.x, y: rotation.y, z: rotation.z, w: rotation.w },
    );
    gl.xr.setReferenceSpace(this.base.getOffsetReferenceSpace(offset));
  }

  /** Which way the wearer looks, about y. */
  get yaw(): number {
    return headYaw(this.room.head);
  }
}

const matrix = new Matrix4();
const turning = new Matrix4();
const away = new Matrix4();
const position = new Vector3();
const rotation = new Quaternion();
const scale = new Vector3();
