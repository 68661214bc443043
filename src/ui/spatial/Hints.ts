import { type Object3D, Vector3 } from 'three';
import { type Phrase, t } from '#i18n/t.ts';
import type { Hand } from '#xr/hands.ts';
import { inputObjects } from '#xr/inputModels.tsx';
import type { RoomModel, Taught } from '#xr/RoomModel.ts';
import type { Label, Labels } from './Labels.ts';

import type { RoomText } from './RoomText.ts';
import type { Strokes } from './Strokes.ts';

/** How often each act was done on this device, kept between visits. */
export interface HintMemory {
  get(): Readonly<Record<string, number>>;
  set(uses: Readonly<Record<string, number>>): void;
}

/** Metres per dmm, at most. */
const SCALE = 0.00045;
/** After this many uses a hint has done its work. */
const USES = 3;

interface Hint {
  readonly act: Taught;
  readonly side: 0 | 1;
  readonly hands: 'controller' | 'hand' | 'both';
  readonly mode: 'vr' | 'ar' | 'both';
  readonly button: Phrase;
  readonly does: Phrase;
  /** The part of the controller's model that moves when it is pressed. */
  readonly part?: string;
  /** In the grip's frame, metres: the button where its model does not say, and where the words stand beside it. */
  readonly at: readonly [number, number, number];
  readonly words: readonly [number, number, number];
  readonly label: Label;
  model: Object3D | null;
  found: Object3D | null;
}

/** Words beside the buttons, each until its act was done three times. */
export class Hints {
  private readonly hints: readonly Hint[];
  private readonly room: RoomModel;
  private readonly strokes: Strokes;
  private readonly uses: Record<string, number>;
  private written = false;

  constructor(room: RoomModel, labels: Labels, strokes: Strokes, memory: HintMemory) {
    this.room = room;
    this.strokes = strokes;
    this.uses = { ...memory.get() };
    const hint = (fields: Omit<Hint, 'label' | 'model' | 'found'>): Hint => {
      const label = labels.add();
      label.anchorX = fields.words[0] < 0 ? 1 : 0;
      return { ...fields, label, model: null, found: null };
    };
    this.hints = [
      hint({
        act: 'point',
        side: 1,
        hands: 'controller',
        mode: 'both',
        button: 'room.trigger',
        part: 'xr_standard_trigger_pressed_value',
        does: 'room.hintPoint',
        at: [0, -0.015, -0.045],
        words: [0.055, 0.005, -0.05],
      }),
      hint({
        act: 'grab',
        side: 1,
        hands: 'controller',
        mode: 'both',
        button: 'room.grip',
        part: 'xr_standard_squeeze_pressed_value',
        does: 'room.hintGrab',
        at: [-0.012, -0.02, 0.02],
        words: [0.055, -0.04, 0.02],
      }),
      hint({
        act: 'teleport',
        side: 0,
        hands: 'controller',
        mode: 'vr',
        button: 'room.stick',
        part: 'xr_standard_thumbstick_pressed_value',
        does: 'room.hintStep',
        at: [0, 0.015, -0.03],
        words: [-0.055, 0.03, -0.03],
      }),
      hint({
        act: 'place',
        side: 1,
        hands: 'both',
        mode: 'ar',
        button: 'room.trigger',
        part: 'xr_standard_trigger_pressed_value',
        does: 'room.hintPlace',
        at: [0, 0.015, -0.03],
        words: [0.055, 0.045, -0.05],
      }),
      hint({
        act: 'grab',
        side: 1,
        hands: 'hand',
        mode: 'both',
        button: 'room.pinch',
        does: 'room.hintPinch',
        at: [0, 0, 0],
        words: [0.06, 0.02, 0],
      }),
    ];
    room.told = (act) => {
      const count = this.uses[act] ?? 0;
      if (count >= USES) return;
      this.uses[act] = count + 1;
      memory.set(this.uses);
    };
  }

  forget(): void {
    this.written = false;
  }

  step(text: RoomText): void {
    if (!this.written) {
      this.written = true;
      for (const { label, button, does } of this.hints)
        label.words = text.write(
          [
            { text: t(button), size: 33, weight: 600 },
            { text: t(does), size: 33, color: '#c3ccd3' },
          ],
          { align: label.anchorX === 1 ? 'right' : 'left' },
        );
    }
    const { room } = this;
    const mode = room.mode === 'immersive-ar' ? 'ar' : 'vr';
    for (let n = 0; n < this.hints.length; n++) {
      const hint = this.hints[n] as Hint;
      const hand = room.hands.both[hint.side];
      const fits = hint.hands === 'both' || hint.hands === (hand.isHand ? 'hand' : 'controller');
      hint.label.visible =
        fits &&
        (hint.mode === 'both' || hint.mode === mode) &&
        hand.tracked &&
        !room.grab.anyHand &&
        // Words over the words of a panel are neither read.
        !room.pointing.busy(hand) &&
        (this.uses[hint.act] ?? 0) < USES &&
        this.seen(hand);
      if (!hint.label.visible) continue;
      const part = this.partOf(hint, hand);
      if (part) from.setFromMatrixPosition(part.matrixWorld);
      else from.fromArray(hint.at).applyMatrix4(hand.grip);
      hint.label.at.fromArray(hint.words).applyMatrix4(hand.grip);
      // As large as at 0.45 m while it is held farther away, under the same angle nearer: it never grows before the eyes.
      hint.label.scale = Math.min(SCALE, hint.label.at.distanceTo(room.headPosition) / 1000);
      this.strokes.line(hint.label.at, from, 1.4, 0.7);
    }
  }

  /** The part of the model that a hint is about, looked up once for each model. */
  private partOf(hint: Hint, hand: Hand): Object3D | null {
    const model = (hint.part && hand.source && inputObjects.get(hand.source)) || null;
    if (hint.model !== model) {
      hint.model = model;
      hint.found = (hint.part && model?.getObjectByName(hint.part)) || null;
    }
    return hint.found;
  }

  /** In reach of the eyes, so that they can be read at all. */
  private seen(hand: Hand): boolean {
    return hand.gripPosition.distanceTo(this.room.headPosition) < 0.9;
  }

  dispose(): void {
    this.room.told = () => undefined;
  }
}

const from = new Vector3();
