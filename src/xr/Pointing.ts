import { Matrix4, Vector3 } from 'three';
import { type PickHit, pickRay } from '#scene/pick.ts';
import type { Hand } from './hands.ts';
import type { RoomModel } from './RoomModel.ts';
import type { PressTarget } from './roomPart.ts';

/** A hand within this of the shown box is at the model, metres. */
const NEAR = 0.03;
/** The structure under a ray is asked for at most this often. */
const PICK_MS = 33;
/** A fingertip this near to a face presses it. */
const TOUCH = 0.004;
const TOUCH_END = 0.015;

/** What one hand points at. */
class Aim {
  /** Metres along the ray to what it ends on; Infinity where it ends on nothing. */
  distance = Infinity;
  target: PressTarget | null = null;
  /** Held down on this; it gets the drags until the trigger is let go. */
  captured: PressTarget | null = null;
  /** A finger, not a ray, is on the target. */
  touching = false;
  readonly place = new Vector3();
  /** The structure under the ray, and where, RAS mm. */
  hit: PickHit | null = null;
  hitDistance = Infinity;
  pickedMs = -Infinity;
  readonly pickedFrom = new Matrix4();
}

/** Rays of both hands: first what can be pressed, then the model; and what lies under the one that was used last. */
export class Pointing {
  readonly targets: PressTarget[] = [];
  readonly aims: readonly [Aim, Aim] = [new Aim(), new Aim()];
  /** The hand that hovers, names and chooses. */
  lead: 0 | 1 = 1;
  private readonly room: RoomModel;
  private readonly rasFromRoom = new Matrix4();

  constructor(room: RoomModel) {
    this.room = room;
  }

  /** What was found may no longer be there. */
  forget(): void {
    for (const aim of this.aims) aim.pickedMs = -Infinity;
  }

  end(): void {
    for (const hand of this.room.hands.both) {
      const aim = this.aims[hand.side];
      aim.target?.leave(hand);
      aim.target = aim.captured = null;
      aim.hit = null;
      aim.distance = Infinity;
    }
    if (this.room.viewer.view.getState().hover) this.room.viewer.view.verbs.set({ hover: null });
  }

  step(): void {
    this.rasFromRoom.copy(this.room.grab.model).invert();
    for (const hand of this.room.hands.both) {
      if (hand.tracked && (hand.pressed || hand.squeezed)) this.lead = hand.side;
      this.aim(hand, this.aims[hand.side]);
    }
    const other = this.lead === 0 ? 1 : 0;
    const found = this.aims[this.lead].hit ?? this.aims[other].hit;
    const { view } = this.room.viewer;
    const before = view.getState().hover?.segment ?? null;
    const after = this.room.grab.anyHand ? null : found;
    if ((after?.segment ?? null) !== before)
      view.verbs.set({ hover: after ? { segment: after.segment, ras: after.ras } : null });
  }

  private aim(hand: Hand, aim: Aim): void {
    if (!hand.tracked) {
      aim.target?.leave(hand);
      aim.target = aim.captured = null;
      aim.hit = null;
      aim.distance = Infinity;
      return;
    }
    if (aim.captured) {
      this.drag(hand, aim, aim.captured);
      return;
    }
    const held = this.room.grab.holds(hand.side);
    const target = held ? null : this.nearest(hand, aim);
    if (target !== aim.target) {
      aim.target?.leave(hand);
      aim.target = target;
    }
    if (target) {
      aim.hit = null;
      aim.pickedMs = -Infinity;
      target.point(hand, aim.place);
      if (Math.abs(hand.stickY) > 0.2) target.scroll(hand.stickY, this.room.sinceMs);
      if (aim.touching || hand.pressed) {
        aim.captured = target;
        target.press(hand, aim.place);
      }
      return;
    }
    if (!held) this.pick(hand, aim);
    // Between two picks the ray ends where it did.
    aim.distance = aim.hit ? aim.hitDistance : Infinity;
  }

  private drag(hand: Hand, aim: Aim, target: PressTarget): void {
    if (aim.touching ? target.reach(hand.tip) > TOUCH_END : !hand.trigger) {
      target.release(hand);
      aim.captured = null;
      aim.touching = false;
      return;
    }
    const distance = target.distance(hand.origin, hand.direction);
    if (aim.touching) aim.place.copy(hand.tip);
    else if (Number.isFinite(distance)) this.along_(hand, aim, distance);
    target.drag(hand, aim.place);
  }

  private nearest(hand: Hand, aim: Aim): PressTarget | null {
    let best: PressTarget | null = null;
    aim.touching = false;
    aim.distance = Infinity;
    for (let n = 0; n < this.targets.length; n++) {
      const target = this.targets[n] as PressTarget;
      if (target.wornOn === hand.side) continue;
      const reach = target.reach(hand.tip);
      if (reach < TOUCH && reach > -0.05) {
        aim.touching = true;
        aim.place.copy(hand.tip);
        aim.distance = 0;
        return target;
      }
      const distance = target.distance(hand.origin, hand.direction);
      if (distance < aim.distance) {
        aim.distance = distance;
        best = target;
      }
    }
    if (best) this.along_(hand, aim, aim.distance);
    return best;
  }

  private along_(hand: Hand, aim: Aim, distance: number): void {
    aim.distance = distance;
    aim.place.copy(hand.direction).multiplyScalar(distance).add(hand.origin);
  }

  private pick(hand: Hand, aim: Aim): void {
    const { nowMs } = this.room;
    if (nowMs - aim.pickedMs < PICK_MS && !hand.pressed) return;
    // A hand at rest over a model at rest points at what it did.
    relative.multiplyMatrices(this.rasFromRoom, hand.aim);
    if (aim.pickedMs > 0 && relative.equals(aim.pickedFrom)) return;
    aim.pickedFrom.copy(relative);
    aim.pickedMs = nowMs;
    aim.hit = null;
    if (!this.rayMeetsBox(hand)) return;
    const hit = pickRay(this.room.viewer, [origin.x, origin.y, origin.z], [direction.x, direction.y, direction.z], {
      throughTranslucent: true,
    });
    if (!hit) return;
    aim.hit = hit;
    aim.hitDistance = (hit.distanceMm * this.room.scale) / 1000;
    aim.place.set(...hit.ras).applyMatrix4(this.room.grab.model);
  }

  /** Is it held down on something that is not the model, or over it? */
  busy(hand: Hand): boolean {
    const aim = this.aims[hand.side];
    return aim.captured !== null || aim.target !== null;
  }

  onModel(hand: Hand): boolean {
    return this.aims[hand.side].hit !== null;
  }

  /** Does the ray meet the box of the model? */
  along(hand: Hand): boolean {
    return this.onModel(hand) || this.rayMeetsBox(hand);
  }

  /** Is the hand within the model's box, or at it? */
  near(hand: Hand): boolean {
    const { box, scale } = this.room;
    if (!box) return false;
    const margin = (NEAR * 1000) / scale;
    const at = origin.copy(hand.gripPosition).applyMatrix4(this.rasFromRoom);
    return (
      at.x > box.low[0] - margin &&
      at.y > box.low[1] - margin &&
      at.z > box.low[2] - margin &&
      at.x < box.high[0] + margin &&
      at.y < box.high[1] + margin &&
      at.z < box.high[2] + margin
    );
  }

  select(hand: Hand): void {
    const { hit } = this.aims[hand.side];
    const { view } = this.room.viewer;
    if (!hit) return;
    const { selection } = view.getState();
    const alone = selection.length === 1 && selection[0] === hit.segment;
    view.verbs.set({ selection: alone ? [] : [hit.segment] });
    this.room.told('point');
  }

  /** Leaves origin and unit direction of the ray in RAS mm behind. */
  private rayMeetsBox(hand: Hand): boolean {
    const { box } = this.room;
    origin.copy(hand.origin).applyMatrix4(this.rasFromRoom);
    direction.copy(hand.direction).transformDirection(this.rasFromRoom);
    if (!box) return false;
    let enter = 0;
    let leave = Infinity;
    for (let axis = 0; axis < 3; axis++) {
      const o = origin.getComponent(axis);
      const d = direction.getComponent(axis);
      const low = box.low[axis] as number;
      const high = box.high[axis] as number;
      if (d === 0) {
        if (o < low || o > high) return false;
        continue;
      }
      const a = (low - o) / d;
      const b = (high - o) / d;
      enter = Math.max(enter, Math.min(a, b));
      leave = Math.min(leave, Math.max(a, b));
    }
    return enter <= leave;
  }
}

const relative = new Matrix4();
const origin = new Vector3();
const direction = new Vector3();
