import { describe, expect, it } from 'vitest';
import { outlineColor } from '#ui/dom/slices/outlineColor.ts';
import { draggedWindow } from '#ui/dom/slices/sliceActs.ts';
import { zoomedAbout } from '#ui/dom/slices/sliceFrame.ts';

describe('draggedWindow', () => {
  const ct = { level: 40, width: 400 };
  it('widens to the right and raises the level downwards, in whole HU', () => {
    const wider = draggedWindow(ct, 50, 0, 'HU');
    expect(wider.width).toBeGreaterThan(400);
    expect(wider.level).toBe(40);
    expect(draggedWindow(ct, -50, 0, 'HU').width).toBeLessThan(400);
    expect(draggedWindow(ct, 0, 50, 'HU')).toEqual({ level: 140, width: 400 });
    expect(Number.isInteger(draggedWindow(ct, 13, 7, 'HU').width)).toBe(true);
  });
  it('comes back by the same way, and never closes', () => {
    expect(draggedWindow(ct, 0, 0, 'HU')).toEqual(ct);
    expect(draggedWindow(ct, -5000, 0, 'HU').width).toBe(1);
    expect(draggedWindow({ level: 0.2, width: 0.4 }, -5000, 0, '').width).toBeGreaterThan(0);
  });
  it('keeps three digits of what has no HU', () => {
    expect(draggedWindow({ level: 0.5, width: 1 }, 10, 3, '')).toEqual({ level: 0.52, width: 1.07 });
    expect(draggedWindow({ level: 500, width: 1000 }, 0, 1, '').level).toBeCloseTo(510, 9);
  });
});

describe('zoomedAbout', () => {
  it('keeps the fixed point where it is', () => {
    const next = zoomedAbout({ zoom: 1, middle: null }, 2, [10, 0, 0], [0, 0, 4]);
    // Twice as near, the fixed point is half as far from the middle, in mm.
    expect(next).toEqual({ zoom: 2, middle: [5, 0, 2] });
  });
  it('stops at its limits, without drifting', () => {
    const near = zoomedAbout({ zoom: 40, middle: [1, 2, 3] }, 2, [9, 9, 9], [1, 2, 3]);
    expect(near).toEqual({ zoom: 40, middle: [1, 2, 3] });
  });
});

describe('outlineColor', () => {
  it('leaves light colours and lightens dark ones', () => {
    expect(outlineColor('#e3d7bf')).toBe('#e3d7bf');
    const liver = outlineColor('#8c4a3c');
    const [r, g, b] = [1, 3, 5].map((at) => Number.parseInt(liver.slice(at, at + 2), 16)) as [number, number, number];
    expect(r).toBeGreaterThan(0x8c);
    expect(r - g).toBeGreaterThan(20);
    expect(g).toBeGreaterThan(b - 1);
    expect(outlineColor('#000000')).toMatch(/^#[0-9a-f]{6}$/);
  });
});
