import { Group, Vector3 } from 'three';
import { formatRatio, quantityText, volumeQuantity } from '#i18n/format.ts';
import { t } from '#i18n/t.ts';
import type { RasPoint } from '#state/viewer.ts';
import { nameOf } from '#ui/model/structures.ts';
import { ARC_POINTS } from '#xr/Locomotion.ts';
import type { RoomModel } from '#xr/RoomModel.ts';
import type { RoomPart } from '#xr/roomPart.ts';
import { type HintMemory, Hints } from './Hints.ts';
import { type Label, Labels } from './Labels.ts';
import { RoomText, type Words } from './RoomText.ts';
import { color, LETTER } from './roomStyle.ts';
import { Strokes } from './Strokes.ts';

/** A ray that meets nothing fades out by here, metres. */
const FREE_RAY = 0.7;
const RAY_MM = 1.6;

/** The patient's sides: letter, axis of RAS, end of it. */
const SIDES = [
  ['R', 0, 1],
  ['L', 0, -1],
  ['A', 1, 1],
  ['P', 1, -1],
  ['S', 2, 1],
  ['I', 2, -1],
] as const;

/** Rays, the name of what is pointed at, the scale, the patient's sides, hints, and the ring of a step: all words and lines of the room. */
export class Marks implements RoomPart {
  readonly object = new Group();
  readonly text = new RoomText();
  readonly labels: Labels;
  private readonly strokes = new Strokes(64);
  private readonly tag: Label;
  private readonly dots: readonly [Label, Label];
  private readonly plate: Label;
  private readonly letters: readonly Label[];
  private readonly ring: Label;
  private readonly placeHere: Label;
  private readonly hints: Hints;
  private generation = -1;
  private taggedFor: string | null = null;
  private ratio = '';
  private ratioOf = 0;
  private dot: Words | null = null;

  constructor(room: RoomModel, memory: HintMemory) {
    this.labels = new Labels(this.text, 28);
    this.object.add(this.strokes.mesh, this.labels.mesh);
    const { labels } = this;
    this.tag = labels.add();
    this.tag.anchorY = 0;
    this.tag.front = true;
    this.dots = [labels.add(), labels.add()];
    for (const dot of this.dots) dot.front = true;
    this.plate = labels.add();
    this.letters = SIDES.map(() => labels.add());
    this.ring = labels.add();
    this.ring.normal = up;
    this.ring.scale = 0.35 / 128;
    this.placeHere = labels.add();
    this.placeHere.anchorY = -0.6;
    this.hints = new Hints(room, labels, this.strokes, memory);
  }

  step(room: RoomModel): void {
    if (this.generation !== this.text.generation) this.writeAll();
    this.strokes.height.value = room.eyeHeight;
    this.strokes.begin();
    this.rays(room);
    this.nameTag(room);
    this.scalePlate(room);
    this.sideLetters(room);
    this.steps(room);
    this.hints.step(this.text);
    this.strokes.end();
    this.labels.step(room.headPosition);
  }

  /** Words that stay are written once, and again when the atlas was cleared. */
  private writeAll(): void {
    const { text } = this;
    this.generation = text.generation;
    this.taggedFor = null;
    this.ratio = '';
    this.dot = text.dot();
    for (const [n, [letter]] of SIDES.entries())
      (this.letters[n] as Label).words = text.write([{ text: t(`letter.${letter}`), size: 44, weight: 600 }]);
    this.ring.words = text.ring();
    this.placeHere.words = text.write([{ text: t('room.placeHere'), size: LETTER, weight: 500 }], { plate: true });
    this.hints.forget();
  }

  private rays(room: RoomModel): void {
    for (const hand of room.hands.both) {
      const dot = this.dots[hand.side];
      dot.visible = false;
      if (!hand.tracked || room.holding(hand.side)) continue;
      const aim = room.pointing.aims[hand.side];
      if (aim.touching || (room.locomotion.aiming && room.pointing.lead === hand.side)) continue;
      // Within the body a ray says nothing.
      if (aim.target === null && room.pointing.near(hand)) continue;
      const ends = Number.isFinite(aim.distance);
      const length = ends ? aim.distance : FREE_RAY;
      a.copy(hand.direction)
        .multiplyScalar(Math.min(0.04, length / 3))
        .add(hand.origin);
      b.copy(hand.direction).multiplyScalar(length).add(hand.origin);
      this.strokes.line(a, b, RAY_MM, 0.15, ends ? 0.85 : 0, hand.trigger ? 1 : 0);
      if (!ends) continue;
      dot.visible = true;
      dot.words = this.dot;
      // Before the surface, not in it.
      dot.at.copy(b).addScaledVector(hand.direction, -0.002);
    }
  }

  private nameTag(room: RoomModel): void {
    const { pointing } = room;
    const aim = pointing.aims[pointing.lead].hit ? pointing.aims[pointing.lead] : pointing.aims[1 - pointing.lead];
    const hit = room.grab.anyHand ? null : (aim?.hit ?? null);
    this.tag.visible = hit !== null;
    if (!hit || !aim) return;
    if (this.taggedFor !== hit.segment) this.writeTag(room, hit.segment);
    const distance = a.subVectors(room.headPosition, aim.place).length();
    a.divideScalar(distance);
    side.crossVectors(up, a).normalize();
    // Above and beside the touched point, nearer to the eyes than the body is.
    this.tag.at
      .copy(aim.place)
      .addScaledVector(a, 0.14 * distance)
      .addScaledVector(up, 0.1 * distance)
      .addScaledVector(side, -0.09 * distance);
    b.copy(aim.place).addScaledVector(a, 0.002);
    this.strokes.line(this.tag.at, b, 1.8, 0.9, 0.9, 0, true);
  }

  private writeTag({ viewer }: RoomModel, id: string): void {
    this.taggedFor = id;
    const segment = viewer.case.getState().segments.find((each) => each.id === id);
    if (!segment) return;
    this.tag.words = this.text.write(
      [
        { text: nameOf(segment.name), size: LETTER, weight: 600 },
        { text: quantityText(volumeQuantity(segment.volumeMl, segment.cutByEdge)), size: LETTER, color: color.quiet },
      ],
      { plate: true },
    );
  }

  private scalePlate(room: RoomModel): void {
    const { box } = room;
    this.plate.visible = box !== null;
    if (!box) return;
    const { scale } = room;
    // While it stays the same nothing is formatted, and what is written changes with the second digit only.
    const ratio = Math.abs(scale / this.ratioOf - 1) < 1e-4 && this.ratio !== '' ? this.ratio : formatRatio(scale);
    this.ratioOf = scale;
    if (ratio !== this.ratio) {
      this.ratio = ratio;
      this.plate.words = this.text.write([{ text: ratio, size: 36, weight: 600 }], {
        plate: true,
        align: 'center',
        outline: color.line,
      });
    }
    // Below the model as it lies now, on the side of the eyes.
    const middle = room.middle(a);
    const e = room.grab.model.elements;
    const half = (row: number) =>
      (Math.abs(e[row] as number) * (box.high[0] - box.low[0]) +
        Math.abs(e[row + 4] as number) * (box.high[1] - box.low[1]) +
        Math.abs(e[row + 8] as number) * (box.high[2] - box.low[2])) /
      2;
    b.subVectors(room.headPosition, middle).setY(0);
    const away = b.length();
    b.divideScalar(Math.max(away, 1e-6));
    const reach = Math.min(0.5 * away, half(0) * Math.abs(b.x) + half(2) * Math.abs(b.z) + 0.06);
    this.plate.at.copy(middle).addScaledVector(b, reach);
    this.plate.at.y -= half(1) + 0.005;
  }

  private sideLetters(room: RoomModel): void {
    const { box, scale } = room;
    for (const [n, [letter, axis, end]] of SIDES.entries()) {
      const label = this.letters[n] as Label;
      label.visible = box !== null;
      if (!box) continue;
      const [x, y, z] = [0, 1, 2].map(
        (each) => ((box.low[each] as number) + (box.high[each] as number)) / 2,
      ) as RasPoint;
      // Beside the body those at its sides stand low, where nothing is looked at; I clears the plate with the scale.
      label.at.set(x, y, axis === 2 ? z : box.low[2] + 0.08 * (box.high[2] - box.low[2]));
      const edge = (end > 0 ? box.high[axis] : box.low[axis]) as number;
      label.at.setComponent(axis, edge + (end * (letter === 'I' ? 150 : 60)) / scale);
      label.at.applyMatrix4(room.grab.model);
    }
  }

  private steps(room: RoomModel): void {
    const { locomotion, table } = room;
    this.ring.visible = this.placeHere.visible = false;
    if (locomotion.aiming) {
      for (let n = 0; n + 1 < ARC_POINTS; n++)
        this.strokes.line(
          locomotion.arc[n] as Vector3,
          locomotion.arc[n + 1] as Vector3,
          2.4,
          locomotion.lands ? 0.9 : 0.35,
          locomotion.lands ? 0.9 : 0.35,
          locomotion.lands ? 1 : 0,
        );
      this.ring.visible = locomotion.lands;
      this.ring.at.copy(locomotion.landing).y += 0.01;
    } else if (table.found) {
      this.ring.visible = this.placeHere.visible = true;
      this.ring.at.copy(table.place).y += 0.005;
      this.placeHere.at.copy(table.place);
    }
  }

  dispose(): void {
    this.hints.dispose();
    this.strokes.dispose();
    this.labels.dispose();
    this.text.dispose();
  }
}

const a = new Vector3();
const b = new Vector3();
const side = new Vector3();
const up = new Vector3(0, 1, 0);
