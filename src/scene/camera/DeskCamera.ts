import { Matrix4, type PerspectiveCamera, Vector3 } from 'three';
import type { Bounds } from '#scene/arena/slotFacts.ts';
import type { CameraFacts, NamedView, RasPoint } from '#state/viewer.ts';
import {
  basisOf,
  between,
  easeOut,
  eyeOf,
  FOV_DEGREES,
  framing,
  lookingFrom,
  metresPerPixel,
  type Orbit,
  panned,
  turned,
  zoomed,
} from './orbit.ts';

const FLIGHT_MS = 250;
/** How long a turn by hand takes to settle; 0 under reduced motion. */
const SETTLE_MS = 45;

/** The desk's camera: where it is, where it is going, and what of that the interface needs to know. */
export class DeskCamera {
  private now: Orbit = { target: [0, 0, 0], azimuth: -0.2, elevation: 0.14, distance: 1.6 };
  private goal: Orbit = this.now;
  private framed: Orbit | null = null;
  private flight: { readonly from: Orbit; readonly startMs: number } | null = null;
  private width = 1;
  private height = 1;
  reducedMotion = false;

  get orbit(): Orbit {
    return this.now;
  }

  resize(width: number, height: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
  }

  turn(right: number, down: number): void {
    const perPixel = (Math.PI * 1.1) / Math.min(this.width, this.height);
    this.steer(turned(this.goal, -right * perPixel, down * perPixel));
  }
  turnBy(azimuth: number, elevation: number): void {
    this.steer(turned(this.goal, azimuth, elevation));
  }
  pan(right: number, down: number): void {
    this.steer(panned(this.goal, right, down, this.height));
  }
  zoom(factor: number): void {
    this.steer(zoomed(this.goal, factor));
  }

  lookFrom(view: NamedView, nowMs: number): void {
    this.fly(lookingFrom(this.goal, view), nowMs);
  }
  /** @param box metres, in the room */
  frame(box: Bounds, nowMs: number, margin?: number): void {
    this.fly(framing(this.goal, box, this.width / this.height, margin), nowMs);
    this.framed = this.goal;
  }
  /** It is where `frame` brought it: nobody has turned or moved it since. */
  get asFramed(): boolean {
    return this.goal === this.framed;
  }
  /** There at once. */
  jump(orbit: Orbit): void {
    this.flight = null;
    this.goal = orbit;
    this.now = orbit;
  }

  /** Comes nearer to the goal; true while there is way left. */
  step(nowMs: number, sinceMs: number): boolean {
    if (this.flight) {
      const share = (nowMs - this.flight.startMs) / FLIGHT_MS;
      if (share < 1) {
        this.now = between(this.flight.from, this.goal, easeOut(Math.max(0, share)));
        return true;
      }
      this.flight = null;
      this.now = this.goal;
      return false;
    }
    if (this.now === this.goal) return false;
    const share = this.reducedMotion ? 1 : 1 - Math.exp(-Math.min(100, Math.max(4, sinceMs)) / SETTLE_MS);
    this.now = share > 0.999 || this.arrived() ? this.goal : between(this.now, this.goal, share);
    return this.now !== this.goal;
  }

  place(camera: PerspectiveCamera): void {
    const { right, up, towards } = basisOf(this.now);
    const [x, y, z] = eyeOf(this.now);
    matrix.set(
      right[0],
      up[0],
      towards[0],
      x,
      right[1],
      up[1],
      towards[1],
      y,
      right[2],
      up[2],
      towards[2],
      z,
      0,
      0,
      0,
      1,
    );
    matrix.decompose(camera.position, camera.quaternion, scale);
    const near = Math.max(0.005, this.now.distance * 0.02);
    const far = this.now.distance + 12;
    const aspect = this.width / this.height;
    if (camera.fov !== FOV_DEGREES || camera.aspect !== aspect || camera.near !== near || camera.far !== far) {
      camera.fov = FOV_DEGREES;
      camera.aspect = aspect;
      camera.near = near;
      camera.far = far;
      camera.updateProjectionMatrix();
    }
    camera.updateMatrixWorld();
  }

  /** Turns the light with the camera's azimuth, so that the body is lit from the upper left front wherever one stands. */
  rigFromWorld(into: Matrix4): Matrix4 {
    return into.makeRotationY(-this.now.azimuth);
  }

  /** @param rasFromWorld of the model root */
  facts(rasFromWorld: Matrix4, rasMmPerMetre: number): CameraFacts {
    const { right, up, towards } = basisOf(this.now);
    const inRas = (direction: readonly [number, number, number]): RasPoint => {
      vector.set(...direction).transformDirection(rasFromWorld);
      return [vector.x, vector.y, vector.z];
    };
    return {
      rightRas: inRas(right),
      upRas: inRas(up),
      towardsRas: inRas(towards),
      pixelsPerMm: 1 / (metresPerPixel(this.now, this.height) * rasMmPerMetre),
    };
  }

  private steer(goal: Orbit): void {
    if (this.flight) {
      this.flight = null;
    }
    this.goal = goal;
    if (this.reducedMotion) this.now = goal;
  }

  private fly(goal: Orbit, nowMs: number): void {
    this.goal = goal;
    if (this.reducedMotion) this.jump(goal);
    else this.flight = { from: this.now, startMs: nowMs };
  }

  private arrived(): boolean {
    const { now, goal } = this;
    const far = goal.target.some((value, n) => Math.abs(value - (now.target[n] as number)) > 1e-5 * goal.distance);
    return (
      !far &&
      Math.abs(now.azimuth - goal.azimuth) < 1e-4 &&
      Math.abs(now.elevation - goal.elevation) < 1e-4 &&
      Math.abs(now.distance / goal.distance - 1) < 1e-4
    );
  }
}

const matrix = new Matrix4();
const scale = new Vector3();
const vector = new Vector3();
