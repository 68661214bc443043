import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CameraFacts, RasPoint } from '#state/viewer.ts';
import { cubeFaces, edgeLetters, letterOf, namedViewOf, opposite, scaleBar } from '#ui/model/orientation.ts';

const front: CameraFacts = { rightRas: [-1, 0, 0], upRas: [0, 0, 1], towardsRas: [0, 1, 0], pixelsPerMm: 1 };
const turned = (yaw: number, pitch: number): CameraFacts => {
  const [sy, cy, sp, cp] = [Math.sin(yaw), Math.cos(yaw), Math.sin(pitch), Math.cos(pitch)];
  const towards: RasPoint = [sy * cp, cy * cp, sp];
  const right: RasPoint = [-cy, sy, 0];
  const up: RasPoint = [-sy * sp, -cy * sp, cp];
  return { rightRas: right, upRas: up, towardsRas: towards, pixelsPerMm: 1 };
};

describe('letters', () => {
  it('from the front the patient’s right is on the left of the picture', () => {
    expect(edgeLetters(front)).toEqual({ left: 'R', right: 'L', top: 'S', bottom: 'I', near: 'A' });
    expect(namedViewOf(front)).toBe('front');
  });
  it('from behind it is on the right, from the top the front is at the bottom or the top as the camera stands', () => {
    const back: CameraFacts = { ...front, rightRas: [1, 0, 0], towardsRas: [0, -1, 0] };
    expect(edgeLetters(back)).toMatchObject({ left: 'L', right: 'R', near: 'P' });
    const top: CameraFacts = { rightRas: [-1, 0, 0], upRas: [0, -1, 0], towardsRas: [0, 0, 1], pixelsPerMm: 1 };
    expect(edgeLetters(top)).toEqual({ left: 'R', right: 'L', top: 'P', bottom: 'A', near: 'S' });
  });
  it('are those of the nearest axis, opposite edges opposite, whatever the turn', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -3, max: 3, noNaN: true }),
        fc.double({ min: -1.5, max: 1.5, noNaN: true }),
        (yaw, pitch) => {
          const camera = turned(yaw, pitch);
          const letters = edgeLetters(camera);
          expect(opposite[letters.left]).toBe(letters.right);
          expect(opposite[letters.top]).toBe(letters.bottom);
          const axis = 'RAS'.indexOf(letters.right) >= 0 ? 'RAS'.indexOf(letters.right) : 'LPI'.indexOf(letters.right);
          const largest = Math.max(...camera.rightRas.map(Math.abs));
          expect(Math.abs(camera.rightRas[axis] as number)).toBeCloseTo(largest, 8);
        },
      ),
    );
  });
  it('a direction between two axes has one letter, not none', () => {
    expect(letterOf([1, 1, 0])).toBe('R');
    expect(letterOf([0, -1, 1])).toBe('P');
  });
});

describe('scale bar', () => {
  it('is 1, 2 or 5 × 10ⁿ mm, at least 48 px, and the shortest such', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (pixelsPerMm) => {
        const bar = scaleBar(pixelsPerMm);
        if (!bar) throw new Error('no bar');
        expect(bar.px).toBeCloseTo(bar.mm * pixelsPerMm, 9);
        expect(bar.px).toBeGreaterThanOrEqual(48);
        expect(bar.px).toBeLessThan(48 * 2.5 + 1e-6);
        const lead = bar.mm / 10 ** Math.floor(Math.log10(bar.mm) + 1e-9);
        expect([1, 2, 5].some((step) => Math.abs(step - lead) < 1e-6)).toBe(true);
      }),
    );
  });
  it('there is none where the scale is not known', () => {
    expect(scaleBar(0)).toBeNull();
    expect(scaleBar(Number.NaN)).toBeNull();
  });
});

describe('cube', () => {
  it('from the front one face is seen, flat on', () => {
    const faces = cubeFaces(front);
    expect(faces.map(({ letter }) => letter)).toEqual(['A']);
  });
  it('three faces at an angle, the nearest last, each on its own side of the middle', () => {
    const faces = cubeFaces(turned(0.7, 0.4));
    expect(faces).toHaveLength(3);
    expect(faces.map(({ facing }) => facing)).toEqual([...faces.map(({ facing }) => facing)].sort((a, b) => a - b));
    const top = faces.find(({ letter }) => letter === 'S');
    const middleY = (top?.corners.reduce((sum, [, y]) => sum + y, 0) ?? 0) / 4;
    expect(middleY).toBeLessThan(0);
  });
});
