import { PerspectiveCamera, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { DeskCamera } from '#scene/camera/DeskCamera.ts';
import { basisOf, between, framing, lookingFrom, type Orbit, panned, turned, zoomed } from '#scene/camera/orbit.ts';
import type { NamedView } from '#state/viewer.ts';

const start: Orbit = { target: [0, 0, 0], azimuth: 0.3, elevation: 0.2, distance: 2 };

function seen(orbit: Orbit, width: number, height: number, points: readonly (readonly [number, number, number])[]) {
  const desk = new DeskCamera();
  desk.resize(width, height);
  desk.jump(orbit);
  const camera = new PerspectiveCamera();
  desk.place(camera);
  return points.map((p) => new Vector3(...p).project(camera));
}

describe('orbit', () => {
  it('frames a box so that every corner is seen and one is near the border', () => {
    const box = { low: [-0.2, -0.4, -0.1], high: [0.2, 0.4, 0.15] } as const;
    for (const [width, height] of [
      [800, 600],
      [300, 900],
    ] as const)
      for (const azimuth of [0, 1, 2.5])
        for (const elevation of [-1.5, 0, 0.7]) {
          const orbit = framing({ ...start, azimuth, elevation }, box, width / height);
          const corners = [0, 1, 2, 3, 4, 5, 6, 7].map(
            (c) =>
              [0, 1, 2].map((n) => ((c >> n) & 1 ? box.high[n] : box.low[n]) as number) as unknown as [
                number,
                number,
                number,
              ],
          );
          const most = Math.max(
            ...seen(orbit, width, height, corners).flatMap(({ x, y }) => [Math.abs(x), Math.abs(y)]),
          );
          expect(most).toBeLessThanOrEqual(1 / 1.1 + 1e-6);
          expect(most).toBeGreaterThan(0.8 / 1.1);
        }
  });

  it('a pan moves what is in the middle by just as many pixels', () => {
    const moved = panned(start, 60, -30, 600);
    const [at] = seen(moved, 800, 600, [[0, 0, 0]]);
    expect(((at?.x ?? 0) * 800) / 2).toBeCloseTo(60, 3);
    expect(((at?.y ?? 0) * -600) / 2).toBeCloseTo(-30, 3);
  });

  it('keeps a right-handed frame of unit vectors up to the poles', () => {
    for (const elevation of [-Math.PI / 2, -0.4, 0, 1.2, Math.PI / 2]) {
      const { right, up, towards } = basisOf({ azimuth: 0.7, elevation });
      const cross = new Vector3(...right).cross(new Vector3(...up));
      expect(cross.distanceTo(new Vector3(...towards))).toBeLessThan(1e-12);
    }
    expect(turned(start, 0, 9).elevation).toBeCloseTo(Math.PI / 2);
    expect(zoomed(start, 1e9).distance).toBeLessThan(100);
  });

  it('flies to named views the shorter way, in the frame where the patient faces the viewer', () => {
    const expected: Record<NamedView, readonly [number, number, number]> = {
      front: [0, 0, 1],
      back: [0, 0, -1],
      right: [-1, 0, 0],
      left: [1, 0, 0],
      top: [0, 1, 0],
      bottom: [0, -1, 0],
      'three-quarter': basisOf({ azimuth: -0.6, elevation: 0.3 }).towards as [number, number, number],
    };
    for (const view of Object.keys(expected) as NamedView[]) {
      const orbit = lookingFrom({ ...start, azimuth: 7 * Math.PI }, view);
      expect(Math.abs(orbit.azimuth - 7 * Math.PI)).toBeLessThanOrEqual(Math.PI + 1e-9);
      const { towards } = basisOf(orbit);
      expect(new Vector3(...towards).distanceTo(new Vector3(...expected[view]))).toBeLessThan(1e-9);
    }
    expect(between(start, lookingFrom(start, 'back'), 1).azimuth).toBeCloseTo(Math.PI);
  });

  it('arrives after 250 ms, at once under reduced motion, and stands still there', () => {
    const desk = new DeskCamera();
    desk.resize(800, 600);
    desk.lookFrom('left', 1000);
    expect(desk.step(1100, 16)).toBe(true);
    expect(desk.step(1251, 16)).toBe(false);
    expect(desk.orbit.azimuth).toBeCloseTo(Math.PI / 2);
    expect(desk.step(1267, 16)).toBe(false);
    desk.turn(50, 0);
    let steps = 0;
    while (desk.step(1300 + 16 * steps, 16)) steps++;
    expect(steps).toBeGreaterThan(1);
    expect(steps).toBeLessThan(60);
    desk.reducedMotion = true;
    desk.lookFrom('front', 5000);
    expect(desk.orbit.azimuth).toBeCloseTo(0);
    expect(desk.step(5000, 16)).toBe(false);
  });
});
