// An emulated headset for a machine that has none: any laptop can try the room, with keys and mouse.
import { metaQuest3, XRDevice, XRReferenceSpace } from 'iwer';
import { Quaternion, Vector3 } from 'three';

interface Turn {
  yaw: number;
  pitch: number;
}

/** Metres and radians per second. */
const WALK = 1.2;
const REACH = 0.6;
const TURN_BY_KEY = 1.4;
const TURN_PER_PIXEL = 0.004;
/** Where the hands are before the eyes. */
const RESTING = [
  [-0.22, -0.42, -0.35],
  [0.22, -0.42, -0.35],
] as const;

/**
 * Installs the emulated headset in place of a runtime that is absent or cannot present. W A S D, Q E move; a drag of the mouse
 * looks about; with 1 or 2 held the same keys move the left or right hand and the drag turns it; with both held they draw both
 * hands apart and together; Space is the grip, Enter the trigger of the hand that was moved last, T its stick held forward: let go, it
 * steps. Acts only while a session runs.
 */
export function installEmulated(): XRDevice {
  const device = new XRDevice(metaQuest3, { stereoEnabled: true, ipd: 0.063, visibilityMask: null });
  device.installRuntime({ forceInstall: true });
  mendOffsets();
  device.position.set(0, 1.6, 0);
  const keys = new Set<string>();
  const reach = [new Vector3(), new Vector3()] as const;
  const turned: readonly [Turn, Turn] = [
    { yaw: 0, pitch: 0 },
    { yaw: 0, pitch: 0 },
  ];
  const head: Turn = { yaw: 0, pitch: 0 };
  let hand: 0 | 1 = 1;
  let lastMs = 0;
  let running = false;

  const active = () => device.activeSession !== undefined;
  const held = (side: 0 | 1) => keys.has(side === 0 ? 'Digit1' : 'Digit2');

  function onKey(event: KeyboardEvent): void {
    if (!active()) return;
    if (event.type === 'keyup') keys.delete(event.code);
    else {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      keys.add(event.code);
      if (event.code === 'Digit1') hand = 0;
      if (event.code === 'Digit2') hand = 1;
      if (event.code === 'Escape') void device.activeSession?.end();
    }
    const down = event.type === 'keydown' ? 1 : 0;
    const grips = held(0) && held(1) ? ([0, 1] as const) : ([hand] as const);
    for (const side of grips) {
      const controller = device.controllers[side === 0 ? 'left' : 'right'];
      if (event.code === 'Space') controller?.updateButtonValue('squeeze', down);
      if (event.code === 'Enter') controller?.updateButtonValue('trigger', down);
      if (event.code === 'KeyT') controller?.updateAxes('thumbstick', 0, -down);
    }
    // The desk's own keys sleep while a headset presents.
    event.preventDefault();
    event.stopPropagation();
    start();
  }

  function onMove(event: PointerEvent): void {
    if (!active() || (event.buttons & 1) === 0) return;
    const both = held(0) && held(1);
    const turn = both ? null : held(0) ? turned[0] : held(1) ? turned[1] : head;
    if (!turn) return;
    turn.yaw -= event.movementX * TURN_PER_PIXEL;
    turn.pitch = Math.max(-1.5, Math.min(1.5, turn.pitch - event.movementY * TURN_PER_PIXEL));
    start();
  }

  /** Runs from a key or a drag until nothing is held: poses that a script sets are left alone. */
  function start(): void {
    if (running) return;
    running = true;
    lastMs = performance.now();
    requestAnimationFrame(step);
  }

  function step(nowMs: number): void {
    if (!active()) {
      keys.clear();
      running = false;
      return;
    }
    const seconds = Math.min(0.1, Math.max(0, (nowMs - lastMs) / 1000));
    lastMs = nowMs;
    const axis = (less: string, more: string) => (keys.has(more) ? 1 : 0) - (keys.has(less) ? 1 : 0);
    head.yaw += axis('ArrowRight', 'ArrowLeft') * TURN_BY_KEY * seconds;
    way.set(axis('KeyA', 'KeyD'), axis('KeyQ', 'KeyE'), axis('KeyW', 'KeyS')).multiplyScalar(seconds);
    look.setFromAxisAngle(up, head.yaw);
    if (held(0) && held(1)) {
      reach[0].x -= way.x * REACH;
      reach[1].x += way.x * REACH;
    } else if (held(0)) reach[0].addScaledVector(way, REACH);
    else if (held(1)) reach[1].addScaledVector(way, REACH);
    else {
      way.multiplyScalar(WALK).applyQuaternion(look);
      device.position.set(device.position.x + way.x, device.position.y + way.y, device.position.z + way.z);
    }
    const place = new Vector3(device.position.x, device.position.y, device.position.z);
    const headTurn = look.clone().multiply(tilt.setFromAxisAngle(right, head.pitch));
    device.quaternion.set(headTurn.x, headTurn.y, headTurn.z, headTurn.w);
    for (const side of [0, 1] as const) {
      const controller = device.controllers[side === 0 ? 'left' : 'right'];
      if (!controller) continue;
      const at = new Vector3(...RESTING[side]).add(reach[side]).applyQuaternion(look).add(place);
      const turn = look
        .clone()
        .multiply(tilt.setFromAxisAngle(up, turned[side].yaw))
        .multiply(new Quaternion().setFromAxisAngle(right, turned[side].pitch));
      controller.position.set(at.x, at.y, at.z);
      controller.quaternion.set(turn.x, turn.y, turn.z, turn.w);
    }
    running = keys.size > 0;
    if (running) requestAnimationFrame(step);
  }

  addEventListener('keydown', onKey, true);
  addEventListener('keyup', onKey, true);
  addEventListener('pointermove', onMove, true);
  addEventListener('blur', () => keys.clear());
  return device;
}

/** WebXR gives a reference space its offset as a transform; iwer 2.5.0 reads 16 numbers off it, and steps and turns go astray. */
function mendOffsets(): void {
  const { prototype } = XRReferenceSpace;
  const made = prototype.getOffsetReferenceSpace;
  prototype.getOffsetReferenceSpace = function (offset) {
    return made.call(this, 'matrix' in offset ? (offset as unknown as XRRigidTransform).matrix : offset);
  };
}

const way = new Vector3();
const look = new Quaternion();
const tilt = new Quaternion();
const up = new Vector3(0, 1, 0);
const right = new Vector3(1, 0, 0);
