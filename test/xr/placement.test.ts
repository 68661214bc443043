import { Matrix4, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { chestHeight, entryScale, headYaw, modelAtEntry, scaleOf } from '#xr/placement.ts';

const box = { low: [-90, -110, -70], high: [90, 110, 110] } as const;
const headAt = (y: number, yaw: number, pitch = 0) =>
  new Matrix4()
    .makeTranslation(0.3, y, 0.2)
    .multiply(new Matrix4().makeRotationY(yaw))
    .multiply(new Matrix4().makeRotationX(pitch));
const room = (matrix: Matrix4, ras: readonly [number, number, number]) => new Vector3(...ras).applyMatrix4(matrix);

describe('where the model stands on entering', () => {
  it.each([0, 0.7, -2, 3.1])('ahead of a look of yaw %f, whatever its tilt, facing the wearer', (yaw) => {
    for (const pitch of [0, -0.9, 0.6]) {
      const head = headAt(1.5, yaw, pitch);
      expect(headYaw(head)).toBeCloseTo(yaw, 9);
      const model = modelAtEntry(new Matrix4(), box, head);
      const middle = room(model, [0, 0, 20]);
      expect(middle.x).toBeCloseTo(0.3 - 0.8 * Math.sin(yaw), 9);
      expect(middle.y).toBeCloseTo(1.1, 9);
      expect(middle.z).toBeCloseTo(0.2 - 0.8 * Math.cos(yaw), 9);
      // The face points to the wearer, the head up, and the patient's right is on the wearer's left.
      const front = room(model, [0, 1, 20]).sub(middle).normalize();
      expect(front.dot(new Vector3(Math.sin(yaw), 0, Math.cos(yaw)))).toBeCloseTo(1, 9);
      expect(room(model, [0, 0, 21]).sub(middle).normalize().y).toBeCloseTo(1, 9);
      const right = room(model, [1, 0, 20]).sub(middle).normalize();
      expect(right.dot(new Vector3(-Math.cos(yaw), 0, Math.sin(yaw)))).toBeCloseTo(1, 9);
      expect(model.determinant()).toBeGreaterThan(0);
    }
  });

  it('is 0.6 m tall, and says its scale', () => {
    const tall = { low: [-50, -50, 0], high: [50, 50, 1200] } as const;
    expect(entryScale(tall)).toBeCloseTo(0.5, 9);
    expect(scaleOf(modelAtEntry(new Matrix4(), tall, headAt(1.6, 1)))).toBeCloseTo(0.5, 9);
  });

  it('a head that looks at the floor still has a front', () => {
    expect(headYaw(headAt(1.6, 0.4, -Math.PI / 2 + 0.01))).toBeCloseTo(0.4, 6);
    expect(headYaw(headAt(1.6, 0.4, Math.PI / 2 - 0.01))).toBeCloseTo(0.4, 6);
  });

  it('chest height follows the head within reach', () => {
    expect(chestHeight(1.6)).toBeCloseTo(1.2);
    expect(chestHeight(1.2)).toBeCloseTo(0.8);
    expect(chestHeight(0.3)).toBeCloseTo(0.6);
    expect(chestHeight(2.4)).toBeCloseTo(1.4);
  });
});
