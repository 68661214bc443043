import { describe, expect, it } from 'vitest';
import { determinant3, transform, transformVector } from '#core/space/affine.ts';
import { basisOf } from '#scene/camera/orbit.ts';
import { deskFromRas, xrFromRas } from '#scene/patientFrame.ts';

describe('patientFrame', () => {
  it('gives metres, x from R, y from S, z from −A, and mirrors nothing', () => {
    expect(transform(xrFromRas, [100, 20, 300])).toEqual([0.1, 0.3, -0.02]);
    expect(determinant3(xrFromRas)).toBeCloseTo(1e-9, 15);
  });

  it('stands the patient on the desk facing the viewer: the liver is on the left of the picture', () => {
    const desk = deskFromRas([10, 20, 30]);
    expect(determinant3(desk)).toBeCloseTo(1e-9, 15);
    for (const value of transform(desk, [10, 20, 30])) expect(value).toBeCloseTo(0, 12);
    // A liver: right of the middle. The camera of the front view looks along −z and has x on its right.
    const [x, y, z] = transform(desk, [90, 60, 40]);
    const { right, up, towards } = basisOf({ azimuth: 0, elevation: 0 });
    const on = (axis: readonly number[]) => x * (axis[0] as number) + y * (axis[1] as number) + z * (axis[2] as number);
    expect(on(right)).toBeCloseTo(-0.08, 9);
    expect(on(up)).toBeCloseTo(0.01, 9);
    // What lies in front of the middle is nearer to the viewer.
    expect(on(towards)).toBeCloseTo(0.04, 9);
    expect(transformVector(desk, [0, 0, 1])[1]).toBeCloseTo(0.001, 12);
  });
});
