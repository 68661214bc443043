import { Group, Matrix4, Vector3, type WebGLRenderer } from 'three';
import { affine, transform } from '#core/space/affine.ts';
import { boundsOf } from '#scene/arena/slotFacts.ts';
import type { StageModel } from '#scene/StageModel.ts';
import type { RasPoint, Viewer } from '#state/viewer.ts';
import { Grab, type Side } from './grab.ts';
import { type Hand, Hands } from './hands.ts';
import { Locomotion } from './Locomotion.ts';
import { Pointing } from './Pointing.ts';
import { entryScale, headYaw, type ModelBox, modelAt, modelAtEntry, scaleOf } from './placement.ts';
import { presentedCanvas } from './presentedCanvas.ts';
import type { RoomPart } from './roomPart.ts';
import { TablePlacing } from './TablePlacing.ts';
import type { XRMode } from './xrStore.ts';

/** A press on the model that is let go sooner than this and within this way was a choice, not a grab. */
const TAP_MS = 300;
/** A frame counts for no longer than this: where frames are slow, so are presses. */
const TAP_FRAME_MS = 34;
const TAP_METRES = 0.015;

/** Acts that hints teach. */
export type Taught = 'grab' | 'point' | 'teleport' | 'turn' | 'panel' | 'place';

/** How a hand came to hold the model: by the grip or by the trigger, and what a tap would undo. */
interface Hold {
  by: 'squeeze' | 'trigger' | null;
  heldMs: number;
  readonly from: Vector3;
  /** Furthest from there while it is held, metres. */
  way: number;
  readonly modelBefore: Matrix4;
  tap: boolean;
}

/**
 * The room of a headset: hands, where the model is, and the parts around it. Reads and moves in each frame and makes nothing.
 * While a session runs this is who writes `modelRoot.matrix`.
 */
export class RoomModel {
  readonly group = new Group();
  readonly hands = new Hands();
  readonly grab = new Grab();
  readonly pointing: Pointing;
  readonly locomotion: Locomotion;
  readonly table: TablePlacing;
  readonly head = new Matrix4();
  readonly headPosition = new Vector3(0, 1.6, 0);
  /** modelToRoom as it was placed last, by entering, by a reset or on a table: what `reset` goes back to is made anew. */
  readonly home = new Matrix4();
  readonly viewer: Viewer;
  readonly stage: StageModel;
  mode: XRMode | null = null;
  nowMs = 0;
  /** Pixels of one eye's picture, from top to bottom. */
  eyeHeight = 1600;
  sinceMs = 0;
  /** RAS mm, all that is shown; null where nothing has a surface yet. */
  box: ModelBox | null = null;
  /** Where the wearer looked from when the model was placed, about y: the light and the room's front follow it. */
  yaw = 0;
  /** Raised by each session. */
  sessionSerial = 0;
  /** Raised each time the model was put down somewhere by `home`. */
  placedSerial = 0;
  private placed = false;
  private readonly parts: RoomPart[] = [];
  private readonly holds: readonly [Hold, Hold] = [newHold(), newHold()];
  private stops: (() => void)[] = [];
  private seenVolume: string | null = null;
  private restoreCanvas = nothing;

  constructor(viewer: Viewer, stage: StageModel) {
    this.viewer = viewer;
    this.stage = stage;
    this.pointing = new Pointing(this);
    this.locomotion = new Locomotion(this);
    this.table = new TablePlacing(this);
    this.group.name = 'room';
    this.group.visible = false;
  }

  add(...parts: readonly RoomPart[]): void {
    for (const part of parts) {
      this.parts.push(part);
      this.group.add(part.object);
      if (part.target) this.pointing.targets.push(part.target);
    }
  }

  begin(session: XRSession, mode: XRMode): void {
    this.mode = mode;
    this.sessionSerial++;
    this.placed = false;
    this.present();
    this.hands.attach(session);
    this.locomotion.begin();
    this.seatedWish = false;
    this.table.begin(session);
    const look = () => {
      const volume = this.viewer.case.getState().volumes[0]?.id ?? null;
      if (volume !== this.seenVolume) this.placed = false;
      this.seenVolume = volume;
      this.box = this.measureBox();
      this.pointing.forget();
    };
    look();
    this.stops = [this.viewer.case.subscribe(look), this.viewer.surfaces.subscribe(look)];
  }

  /** The view's canvas, while it is mounted; a session that was asked for early may begin before it is. */
  set canvas(canvas: HTMLCanvasElement | null) {
    this.shownOn = canvas;
    if (this.mode) this.present();
  }
  private shownOn: HTMLCanvasElement | null = null;

  private present(): void {
    this.restoreCanvas();
    this.restoreCanvas = this.shownOn ? presentedCanvas(this.shownOn, document.getElementById('root')) : nothing;
  }

  end(): void {
    this.mode = null;
    this.group.visible = false;
    this.restoreCanvas();
    this.restoreCanvas = nothing;
    this.hands.detach();
    this.table.end();
    for (const side of [0, 1] as const) {
      this.grab.release(side);
      this.holds[side].by = null;
    }
    this.pointing.end();
    for (const stop of this.stops) stop();
    this.stops = [];
  }

  /** Ahead of the wearer, as on entering; `scale` 1 is life size, null the size of entering. */
  reset(scale: number | null = null): void {
    if (!this.box) return;
    this.yaw = headYaw(this.head);
    this.setHome(modelAtEntry(matrix, this.box, this.head, scale ?? entryScale(this.box)));
  }

  /** Life size, or any other. About its foot while it stands, so that it stays on its disc or table; else about its middle. */
  setScale(scale: number): void {
    const { box } = this;
    if (!box) return;
    const upright = point.set(0, 0, 1).transformDirection(this.grab.model).y > 0.97;
    const middle = this.middle(point);
    if (upright) middle.y -= ((box.high[2] - box.low[2]) / 2) * (this.scale / 1000);
    matrix
      .makeTranslation(middle.x, middle.y, middle.z)
      .multiply(scaling.makeScale(scale / this.scale, scale / this.scale, scale / this.scale))
      .multiply(back.makeTranslation(-middle.x, -middle.y, -middle.z))
      .multiply(this.grab.model);
    this.grab.place(matrix);
  }

  /** Stands the model upright on `floor` (its lowest point there), facing where `yaw` looks from. */
  putDown(floor: Vector3, yaw: number): void {
    const { box } = this;
    if (!box) return;
    const scale = this.scale;
    this.yaw = yaw;
    point.copy(floor).y += ((box.high[2] - box.low[2]) / 2) * (scale / 1000);
    this.setHome(modelAt(matrix, box, point, yaw, scale));
  }

  /** Turns the model about its middle so that the side that `out` (RAS) points out of faces the wearer, upright. */
  face(out: RasPoint): void {
    const { box, headPosition } = this;
    if (!box) return;
    const middle = this.middle(point);
    // At yaw 0 the front, +A, faces +z; R faces −x.
    const yaw = Math.atan2(headPosition.x - middle.x, headPosition.z - middle.z) + Math.atan2(out[0], out[1]);
    this.grab.place(modelAt(matrix, box, middle, yaw, this.scale));
  }

  get scale(): number {
    return scaleOf(this.grab.model);
  }

  /** Middle of the shown box, room metres. */
  middle(into: Vector3): Vector3 {
    const { box } = this;
    if (!box) return into.set(0, 1.1, -0.8);
    return into
      .set((box.low[0] + box.high[0]) / 2, (box.low[1] + box.high[1]) / 2, (box.low[2] + box.high[2]) / 2)
      .applyMatrix4(this.grab.model);
  }

  /** One frame, before it is drawn. */
  step(frame: XRFrame, space: XRReferenceSpace, gl: WebGLRenderer, nowMs: number): void {
    this.sinceMs = Math.min(100, nowMs - this.nowMs);
    this.nowMs = nowMs;
    this.hands.read(frame, space);
    this.readHead(gl);
    if (!this.placed && this.box) {
      this.placed = true;
      this.reset();
    }
    this.pointing.step();
    if (this.seatedWish !== this.locomotion.seated) this.locomotion.setSeated(gl, this.seatedWish);
    this.locomotion.step(gl);
    this.table.step(frame, space);
    for (const hand of this.hands.both) this.actOn(hand);
    for (const hand of this.hands.both) if (hand.tracked) this.grab.hand(hand.side, hand.grip);
    this.grab.move();
    const { modelRoot } = this.stage;
    if (this.placed) modelRoot.matrix.copy(this.grab.model);
    modelRoot.matrixWorldNeedsUpdate = true;
    for (let n = 0; n < this.parts.length; n++) (this.parts[n] as RoomPart).step(this);
    // Not before: until then its parts stand as the last session left them.
    this.group.visible = true;
  }

  dispose(): void {
    if (this.mode) this.end();
    for (const part of this.parts) part.dispose();
    this.parts.length = 0;
    this.group.removeFromParent();
  }

  private readHead(gl: WebGLRenderer): void {
    const { cameras } = gl.xr.getCamera();
    const left = cameras[0];
    const right = cameras[1] ?? left;
    if (!left || !right) return;
    this.eyeHeight = left.viewport?.w || this.eyeHeight;
    this.head.copy(left.matrix);
    this.headPosition
      .setFromMatrixPosition(left.matrix)
      .add(point.setFromMatrixPosition(right.matrix))
      .multiplyScalar(0.5);
    this.head.setPosition(this.headPosition);
  }

  private actOn(hand: Hand): void {
    const hold = this.holds[hand.side];
    hold.heldMs += Math.min(this.sinceMs, TAP_FRAME_MS);
    // Not in the frame of letting go: fingers that open have moved, and nothing goes with them any more.
    if (hold.by === 'trigger' && hand.trigger) hold.way = Math.max(hold.way, hold.from.distanceTo(hand.gripPosition));
    if (hold.by === 'squeeze' ? !hand.squeeze : hold.by === 'trigger' ? !hand.trigger : false) this.letGo(hand, hold);
    if (hold.by !== null || !hand.tracked || this.pointing.busy(hand)) return;
    const joins = this.grab.anyHand;
    if (hand.squeezed && (joins || this.pointing.near(hand) || this.pointing.along(hand)))
      this.hold(hand, hold, 'squeeze');
    else if (hand.pressed && (joins || this.pointing.near(hand) || this.pointing.onModel(hand)))
      this.hold(hand, hold, 'trigger');
  }

  private hold(hand: Hand, hold: Hold, by: 'squeeze' | 'trigger'): void {
    hold.by = by;
    hold.heldMs = 0;
    hold.from.copy(hand.gripPosition);
    hold.way = 0;
    hold.modelBefore.copy(this.grab.model);
    hold.tap = by === 'trigger' && !this.grab.anyHand && this.pointing.onModel(hand);
    this.grab.take(hand.side, hand.grip);
    this.told('grab');
  }

  private letGo(hand: Hand, hold: Hold): void {
    const by = hold.by;
    hold.by = null;
    this.grab.release(hand.side);
    if (by !== 'trigger' || !hold.tap) return;
    if (hold.heldMs > TAP_MS || hold.way > TAP_METRES) return;
    if (this.grab.anyHand) return;
    this.grab.place(hold.modelBefore);
    this.pointing.select(hand);
  }

  /** Eyes of a sitting wearer as high as those of a standing one; takes effect with the next frame. */
  setSeated(seated: boolean): void {
    this.seatedWish = seated;
  }
  private seatedWish = false;

  /** Acts that a hint teaches, for whoever counts them. */
  told: (act: Taught) => void = () => undefined;

  private setHome(model: Matrix4): void {
    this.home.copy(model);
    this.grab.place(model);
    this.placed = true;
    this.placedSerial++;
  }

  private measureBox(): ModelBox | null {
    const { facts } = this.stage.arena;
    const shown = this.stage.shownBounds() ?? boundsOf(facts, facts.keys());
    if (shown) return shown;
    const volume = this.viewer.case.getState().volumes[0];
    if (!volume) return null;
    const rasFromIjk = affine('ras', 'ijk', volume.rasFromIjk);
    const low = [Infinity, Infinity, Infinity];
    const high = [-Infinity, -Infinity, -Infinity];
    for (let corner = 0; corner < 8; corner++) {
      const at = transform(
        rasFromIjk,
        [0, 1, 2].map((axis) => ((corner >> axis) & 1) * ((volume.dims[axis] as number) - 1)) as unknown as RasPoint,
      );
      for (const axis of [0, 1, 2]) {
        low[axis] = Math.min(low[axis] as number, at[axis] as number);
        high[axis] = Math.max(high[axis] as number, at[axis] as number);
      }
    }
    return { low: low as [number, number, number], high: high as [number, number, number] };
  }

  /** Does this hand hold the model? */
  holding(side: Side): boolean {
    return this.grab.holds(side);
  }
}

function nothing(): void {}

function newHold(): Hold {
  return { by: null, heldMs: 0, from: new Vector3(), way: 0, modelBefore: new Matrix4(), tap: false };
}

const matrix = new Matrix4();
const scaling = new Matrix4();
const back = new Matrix4();
const point = new Vector3();
