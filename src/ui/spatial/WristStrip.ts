import { Vector3 } from 'three';
import { formatRatio } from '#i18n/format.ts';
import { onLanguage, t } from '#i18n/t.ts';
import { LEFT } from '#xr/grab.ts';
import { entryScale } from '#xr/placement.ts';
import type { RoomModel } from '#xr/RoomModel.ts';
import type { RoomPart } from '#xr/roomPart.ts';
import type { IconName } from './icons.ts';
import { showAll, toggleShown } from './model/roomRows.ts';
import { Pen } from './Pen.ts';
import { color } from './roomStyle.ts';
import { Sheet } from './Sheet.ts';

const EACH = 92;
const WIDTH = 5 * EACH + 16;
const HEIGHT = 112;
/** Made for 0.35 to 0.45 m from the eyes. */
const METRES_PER_DMM = 0.0004;
/** Shown from here, hidden again below the lower: the cosine of palm to eyes. */
const SHOW = 0.65;
const HIDE = 0.45;
const LIFE_SIZE = 0.004;

/** Five acts on the left wrist, seen when its palm is turned to the eyes. */
export class WristStrip implements RoomPart {
  readonly sheet: Sheet;
  readonly object;
  readonly target;
  private readonly room: RoomModel;
  private readonly panel: { toggle(): void };
  private readonly stops: readonly (() => void)[];
  private lifeSize = false;

  constructor(room: RoomModel, panel: { toggle(): void }) {
    this.room = room;
    this.panel = panel;
    this.sheet = new Sheet({
      width: WIDTH,
      height: HEIGHT,
      metresPerDmm: METRES_PER_DMM,
      wornOn: LEFT,
      paint: (ctx) => this.paint(ctx),
    });
    this.object = this.sheet.mesh;
    this.target = this.sheet;
    this.sheet.visible = false;
    const changed = () => this.sheet.changed();
    this.stops = [
      room.viewer.case.subscribe(changed),
      room.viewer.view.subscribe((view, before) => {
        if (view.selection !== before.selection) changed();
      }),
      onLanguage(changed),
    ];
  }

  step(room: RoomModel): void {
    const hand = room.hands.both[LEFT];
    if (!hand.tracked || room.holding(LEFT)) {
      this.sheet.visible = false;
      return;
    }
    // Out of the palm: +x of a left grip, −y of a wrist joint.
    if (hand.isHand) palm.setFromMatrixColumn(hand.wrist, 1).negate();
    else palm.setFromMatrixColumn(hand.wrist, 0);
    wrist.setFromMatrixPosition(hand.wrist);
    eyes.subVectors(room.headPosition, wrist).normalize();
    const facing = palm.dot(eyes);
    this.sheet.visible = facing > (this.sheet.visible ? HIDE : SHOW);
    if (!this.sheet.visible) return;
    // Above the wrist and a little towards the eyes, facing them.
    along.setFromMatrixColumn(hand.wrist, 2);
    wrist.addScaledVector(palm, 0.05).addScaledVector(along, 0.04);
    eyes.subVectors(room.headPosition, wrist).normalize();
    right.crossVectors(up, eyes).normalize();
    top.crossVectors(eyes, right);
    this.sheet.mesh.matrix.makeBasis(right, top, eyes).setPosition(wrist);
    this.sheet.mesh.matrixWorldNeedsUpdate = true;
    const lifeSize = Math.abs(room.scale - 1) < LIFE_SIZE;
    if (lifeSize !== this.lifeSize) {
      this.lifeSize = lifeSize;
      this.sheet.changed();
    }
    this.sheet.step();
  }

  private paint(ctx: CanvasRenderingContext2D) {
    const pen = new Pen(ctx, WIDTH);
    const { viewer } = this.room;
    const { canUndo, canRedo, segments } = viewer.case.getState();
    pen.box(1, 1, WIDTH - 2, HEIGHT - 2, color.panel, 28, color.line);
    const act = (n: number, icon: IconName, name: string, can: boolean, press: () => void, on = false) => {
      const x = 8 + n * EACH;
      const ink = on ? color.onAccent : can ? color.text : color.edge;
      if (on) pen.box(x + 3, 8, EACH - 6, HEIGHT - 16, color.accent, 18);
      pen.icon(icon, x + EACH / 2 - 17, 18, 34, ink);
      pen.text(name, x + 4, 78, EACH - 8, { size: 29, at: 'middle', ink, weight: on ? 600 : 400 });
      if (can) pen.spot({ x: x + 3, y: 8, width: EACH - 6, height: HEIGHT - 16, press });
    };
    act(0, 'undo', t('bar.undo'), canUndo, () => viewer.case.verbs.undo());
    act(1, 'redo', t('bar.redo'), canRedo, () => viewer.case.verbs.redo());
    const hidden = segments.some(({ visible }) => !visible);
    const { selection } = viewer.view.getState();
    const chosen = segments.filter(({ id, visible }) => visible && selection.includes(id)).map(({ id }) => id);
    if (chosen.length > 0 || !hidden) {
      act(2, 'eyeOff', t('room.hide'), chosen.length > 0, () => toggleShown(viewer, chosen));
    } else act(2, 'eye', t('room.showAll'), true, () => showAll(viewer));
    act(
      3,
      'expand',
      formatRatio(1),
      true,
      () => {
        const { box } = this.room;
        if (box) this.room.setScale(this.lifeSize ? entryScale(box) : 1);
      },
      this.lifeSize,
    );
    act(4, 'menu', t('room.panel'), true, () => this.panel.toggle());
    return pen.spots;
  }

  dispose(): void {
    for (const stop of this.stops) stop();
    this.sheet.dispose();
  }
}

const palm = new Vector3();
const wrist = new Vector3();
const along = new Vector3();
const eyes = new Vector3();
const right = new Vector3();
const top = new Vector3();
const up = new Vector3(0, 1, 0);
