import fc from 'fast-check';
import { Euler, Matrix4, Quaternion, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { Grab, LEFT, RIGHT, type Side } from '#xr/grab.ts';

const seed = Number(process.env.SEED ?? Date.now() % 1e9);
const check = <Values>(property: fc.IProperty<Values>) => fc.assert(property, { seed, numRuns: 200 });

interface PoseNumbers {
  readonly at: readonly [number, number, number];
  readonly turn: readonly [number, number, number];
}
const metre = fc.double({ min: -1, max: 1, noNaN: true });
const angle = fc.double({ min: -3, max: 3, noNaN: true });
const poseNumbers: fc.Arbitrary<PoseNumbers> = fc.record({
  at: fc.tuple(metre, metre, metre),
  turn: fc.tuple(angle, angle, angle),
});
const matrixOf = ({ at, turn }: PoseNumbers, scale = 1): Matrix4 =>
  new Matrix4().compose(
    new Vector3(...at),
    new Quaternion().setFromEuler(new Euler(...turn)),
    new Vector3(scale, scale, scale),
  );
/** A model in the room: millimetres of a turned body. */
const model = fc.tuple(poseNumbers, fc.double({ min: 5e-4, max: 5e-3, noNaN: true })).map(([p, s]) => matrixOf(p, s));
const hand = poseNumbers.map((p) => matrixOf(p));

function furthest(a: Matrix4, b: Matrix4): number {
  // A body of 300 mm about its middle.
  let most = 0;
  for (const x of [-150, 150])
    for (const y of [-150, 150])
      for (const z of [-150, 150])
        most = Math.max(most, new Vector3(x, y, z).applyMatrix4(a).distanceTo(new Vector3(x, y, z).applyMatrix4(b)));
  return most;
}
const positionOf = (m: Matrix4) => new Vector3().setFromMatrixPosition(m);
const apart = (a: Matrix4, b: Matrix4) => positionOf(a).distanceTo(positionOf(b));
const scaleOf = (m: Matrix4) => new Vector3().setFromMatrixScale(m).x;

describe(`grab (SEED=${seed})`, () => {
  it('taking and letting go move nothing', () => {
    check(
      fc.property(model, hand, hand, fc.constantFrom<Side>(LEFT, RIGHT), (start, a, b, first) => {
        const other: Side = first === LEFT ? RIGHT : LEFT;
        const grab = new Grab();
        grab.place(start);
        for (const act of [
          () => grab.take(first, a),
          () => grab.take(other, b),
          () => grab.release(first),
          () => grab.take(first, a),
          () => grab.release(other),
          () => grab.release(first),
        ]) {
          act();
          grab.move();
          expect(furthest(grab.model, start)).toBeLessThan(1e-9);
        }
      }),
    );
  });

  it('one hand carries the model as if it were a part of it', () => {
    check(
      fc.property(model, hand, fc.array(hand, { minLength: 1, maxLength: 5 }), (start, from, way) => {
        const grab = new Grab();
        grab.place(start);
        grab.take(RIGHT, from);
        const inHand = from.clone().invert().multiply(start);
        for (const now of way) {
          grab.hand(RIGHT, now);
          grab.move();
          expect(furthest(grab.model, now.clone().multiply(inHand))).toBeLessThan(1e-9);
        }
        // Back again: nothing was lost on the way.
        grab.hand(RIGHT, from);
        grab.move();
        expect(furthest(grab.model, start)).toBeLessThan(1e-9);
      }),
    );
  });

  it('a hundred thousand frames and a thousand regrabs drift by less than a micrometre', () => {
    const grab = new Grab();
    const start = matrixOf({ at: [0, 1.1, -0.8], turn: [0, 0.3, 0] }, 0.0018);
    grab.place(start);
    const poses = Array.from({ length: 100 }, (_, n) =>
      matrixOf({ at: [0.2 * Math.sin(n), 1 + 0.1 * Math.cos(3 * n), -0.5], turn: [n / 9, n / 7, n / 5] }),
    );
    // Each way out is followed by the same way back, let go and taken anew at every turn.
    for (let round = 0; round < 500; round++) {
      for (const way of [poses, poses.toReversed()]) {
        grab.take(LEFT, way[0] as Matrix4);
        for (const pose of way) {
          grab.hand(LEFT, pose);
          grab.move();
        }
        grab.release(LEFT);
      }
    }
    expect(furthest(grab.model, start)).toBeLessThan(1e-6);
  });

  it('two hands: scale is the ratio of distances, the point midway stays midway, the axis follows', () => {
    check(
      fc.property(model, hand, hand, hand, hand, (start, a0, b0, a, b) => {
        fc.pre(apart(a0, b0) > 0.05 && apart(a, b) > 0.05);
        const grab = new Grab();
        grab.place(start);
        grab.take(LEFT, a0);
        grab.take(RIGHT, b0);
        grab.hand(LEFT, a);
        grab.hand(RIGHT, b);
        grab.move();
        const ratio = apart(a, b) / apart(a0, b0);
        expect(scaleOf(grab.model) / scaleOf(start) / ratio).toBeCloseTo(1, 9);
        // What was midway, and each hand's own point along the axis, are there now.
        const toNow = grab.model.clone().multiply(start.clone().invert());
        for (const share of [0, 0.5, 1]) {
          const before = positionOf(a0).lerp(positionOf(b0), share).applyMatrix4(toNow);
          // Metres; undoing a start that is small and far away costs some of the digits.
          expect(before.distanceTo(positionOf(a).lerp(positionOf(b), share))).toBeLessThan(2e-6);
        }
      }),
    );
  });

  it('two hands that move as one body carry the model with that body', () => {
    check(
      fc.property(model, hand, hand, hand, (start, a0, b0, body) => {
        fc.pre(apart(a0, b0) > 0.05);
        const grab = new Grab();
        grab.place(start);
        grab.take(LEFT, a0);
        grab.take(RIGHT, b0);
        grab.hand(LEFT, body.clone().multiply(a0));
        grab.hand(RIGHT, body.clone().multiply(b0));
        grab.move();
        expect(furthest(grab.model, body.clone().multiply(start))).toBeLessThan(1e-8);
      }),
    );
  });

  it('the roll is the mean of both hands, and swapping the hands changes nothing', () => {
    const roll = fc.double({ min: -1.4, max: 1.4, noNaN: true });
    check(
      fc.property(model, hand, hand, roll, roll, (start, a0, b0, rollA, rollB) => {
        fc.pre(apart(a0, b0) > 0.05);
        const axis = positionOf(b0).sub(positionOf(a0)).normalize();
        const rolled = (pose: Matrix4, by: number) => {
          const at = positionOf(pose);
          return new Matrix4().makeRotationAxis(axis, by).multiply(pose).setPosition(at);
        };
        const after = ([left, right]: readonly [Matrix4, Matrix4], [l, r]: readonly [Matrix4, Matrix4]) => {
          const grab = new Grab();
          grab.place(start);
          grab.take(LEFT, left);
          grab.take(RIGHT, right);
          grab.hand(LEFT, l);
          grab.hand(RIGHT, r);
          grab.move();
          return grab.model;
        };
        const [a, b] = [rolled(a0, rollA), rolled(b0, rollB)];
        const middle = positionOf(a0).lerp(positionOf(b0), 0.5);
        const want = new Matrix4()
          .makeTranslation(middle)
          .multiply(new Matrix4().makeRotationAxis(axis, (rollA + rollB) / 2))
          .multiply(new Matrix4().makeTranslation(middle.clone().negate()))
          .multiply(start);
        expect(furthest(after([a0, b0], [a, b]), want)).toBeLessThan(1e-8);
        expect(furthest(after([b0, a0], [b, a]), want)).toBeLessThan(1e-8);
      }),
    );
  });

  it('hands that pass each other half a turn round do not flip the model', () => {
    const grab = new Grab();
    const start = matrixOf({ at: [0, 1.1, -0.8], turn: [0, 0, 0] }, 0.0018);
    grab.place(start);
    const hands = (turn: number): [Matrix4, Matrix4] => {
      const body = new Matrix4().makeTranslation(0, 1.1, -0.6).multiply(new Matrix4().makeRotationY(turn));
      return [
        body.clone().multiply(new Matrix4().makeTranslation(-0.2, 0, 0)),
        body.clone().multiply(new Matrix4().makeTranslation(0.2, 0, 0)),
      ];
    };
    const [a0, b0] = hands(0);
    grab.take(LEFT, a0);
    grab.take(RIGHT, b0);
    let before = grab.model.clone();
    for (let degrees = 1; degrees <= 360; degrees++) {
      const [a, b] = hands((degrees * Math.PI) / 180);
      grab.hand(LEFT, a);
      grab.hand(RIGHT, b);
      grab.move();
      expect(furthest(grab.model, before)).toBeLessThan(0.02);
      before = grab.model.clone();
    }
    expect(furthest(grab.model, start)).toBeLessThan(1e-9);
  });
});
