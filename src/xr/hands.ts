import { Matrix4, Vector3 } from 'three';
import { LEFT, RIGHT, type Side } from './grab.ts';

/** What one hand or controller does in this frame; the same object every frame. Room metres. */
export class Hand {
  readonly side: Side;
  source: XRInputSource | null = null;
  /** Where it holds: the controller's grip, or the place between thumb and forefinger. */
  readonly grip = new Matrix4();
  readonly gripPosition = new Vector3();
  /** Where it points from, −z ahead. */
  readonly aim = new Matrix4();
  readonly origin = new Vector3();
  readonly direction = new Vector3(0, 0, -1);
  /** Tip of what touches: the forefinger, or the front of the controller. */
  readonly tip = new Vector3();
  /** The grip or the wrist itself, for what is worn on it. */
  readonly wrist = new Matrix4();
  tracked = false;
  isHand = false;
  trigger = false;
  squeeze = false;
  stickX = 0;
  stickY = 0;
  /** A and X, or B and Y. */
  lower = false;
  upper = false;
  /** The last frame's, for edges. */
  readonly before = { trigger: false, squeeze: false, lower: false, upper: false };
  /** Told by the session's events where there is no gamepad to read. */
  eventTrigger = false;
  eventSqueeze = false;

  constructor(side: Side) {
    this.side = side;
  }
  get pressed(): boolean {
    return this.trigger && !this.before.trigger;
  }
  get released(): boolean {
    return !this.trigger && this.before.trigger;
  }
  get squeezed(): boolean {
    return this.squeeze && !this.before.squeeze;
  }
  get unsqueezed(): boolean {
    return !this.squeeze && this.before.squeeze;
  }
}

/** A trigger counts as pressed from here, and as let go below the lower value: no flutter between. */
const PRESS = 0.6;
const LET_GO = 0.4;

/** Both hands, read once per frame from the session's input sources; nothing is allocated by us. */
export class Hands {
  readonly both: readonly [Hand, Hand] = [new Hand(LEFT), new Hand(RIGHT)];
  private session: XRSession | null = null;

  attach(session: XRSession): void {
    this.detach();
    this.session = session;
    for (const name of EVENTS) session.addEventListener(name, this.onEvent);
  }

  detach(): void {
    for (const name of EVENTS) this.session?.removeEventListener(name, this.onEvent);
    this.session = null;
    for (const hand of this.both) {
      hand.source = null;
      hand.tracked = false;
      hand.trigger = hand.squeeze = hand.lower = hand.upper = false;
      hand.eventTrigger = hand.eventSqueeze = false;
    }
  }

  private readonly onEvent = (event: XRInputSourceEvent): void => {
    const hand = this.both[event.inputSource.handedness === 'left' ? LEFT : RIGHT];
    if (event.type === 'selectstart') hand.eventTrigger = true;
    else if (event.type === 'selectend') hand.eventTrigger = false;
    else if (event.type === 'squeezestart') hand.eventSqueeze = true;
    else hand.eventSqueeze = false;
  };

  read(frame: XRFrame, space: XRReferenceSpace): void {
    const sources = this.session?.inputSources;
    for (const hand of this.both) {
      const { before } = hand;
      before.trigger = hand.trigger;
      before.squeeze = hand.squeeze;
      before.lower = hand.lower;
      before.upper = hand.upper;
      let found: XRInputSource | null = null;
      if (sources)
        for (let n = 0; n < sources.length; n++) {
          const source = sources[n] as XRInputSource;
          // A touch of the screen or a glance has no side: it acts as the right hand.
          const side = source.handedness === 'left' ? LEFT : RIGHT;
          if (side === hand.side && (!found || source.handedness !== 'none')) found = source;
        }
      if (found !== hand.source) hand.eventTrigger = hand.eventSqueeze = false;
      hand.source = found;
      if (found) readHand(hand, found, frame, space);
      else {
        hand.tracked = false;
        hand.trigger = hand.squeeze = hand.lower = hand.upper = false;
        hand.stickX = hand.stickY = 0;
      }
    }
  }
}

const EVENTS = ['selectstart', 'selectend', 'squeezestart', 'squeezeend'] as const;

function readHand(hand: Hand, source: XRInputSource, frame: XRFrame, space: XRReferenceSpace): void {
  hand.isHand = source.hand != null;
  const aim = frame.getPose(source.targetRaySpace, space);
  const grip = source.gripSpace ? frame.getPose(source.gripSpace, space) : aim;
  hand.tracked = aim !== undefined && aim !== null;
  if (aim) {
    hand.aim.fromArray(aim.transform.matrix);
    hand.origin.setFromMatrixPosition(hand.aim);
    hand.direction.setFromMatrixColumn(hand.aim, 2).negate().normalize();
  }
  const held = grip ?? aim;
  if (held) {
    hand.grip.fromArray(held.transform.matrix);
    hand.wrist.copy(hand.grip);
    hand.gripPosition.setFromMatrixPosition(hand.grip);
    hand.tip.copy(hand.origin).addScaledVector(hand.direction, 0.02);
  }
  if (source.hand && frame.getJointPose) {
    const finger = joint(source.hand, 'index-finger-tip', frame, space);
    const thumb = joint(source.hand, 'thumb-tip', frame, space);
    const wrist = joint(source.hand, 'wrist', frame, space);
    if (finger) {
      const { position } = finger.transform;
      hand.tip.set(position.x, position.y, position.z);
    }
    if (finger && thumb) {
      const { position } = thumb.transform;
      hand.gripPosition.set(position.x, position.y, position.z).add(hand.tip).multiplyScalar(0.5);
      // Turned as the wrist, which a pinch does not bend; held between the fingers.
      if (wrist) hand.grip.fromArray(wrist.transform.matrix);
      hand.grip.setPosition(hand.gripPosition);
    }
    if (wrist) hand.wrist.fromArray(wrist.transform.matrix);
  }
  readButtons(hand, source);
}

function joint(hand: XRHand, name: XRHandJoint, frame: XRFrame, space: XRReferenceSpace): XRJointPose | undefined {
  const place = hand.get(name);
  return (place && frame.getJointPose?.(place, space)) ?? undefined;
}

function readButtons(hand: Hand, source: XRInputSource): void {
  const { gamepad } = source;
  if (!gamepad || (hand.isHand && gamepad.buttons.length === 0)) {
    hand.trigger = hand.eventTrigger;
    hand.squeeze = hand.eventSqueeze;
    hand.stickX = hand.stickY = 0;
    hand.lower = hand.upper = false;
    return;
  }
  // xr-standard: trigger, squeeze, touchpad, thumbstick, then the face buttons; axes 2 and 3 are the stick's.
  const { buttons, axes } = gamepad;
  hand.trigger = pressed(buttons[0], hand.trigger);
  hand.squeeze = pressed(buttons[1], hand.squeeze);
  const stick = axes.length >= 4 ? 2 : 0;
  hand.stickX = axes[stick] ?? 0;
  hand.stickY = axes[stick + 1] ?? 0;
  hand.lower = pressed(buttons[4], hand.lower);
  hand.upper = pressed(buttons[5], hand.upper);
}

function pressed(button: GamepadButton | undefined, was: boolean): boolean {
  return button !== undefined && button.value >= (was ? LET_GO : PRESS);
}
