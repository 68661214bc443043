import { describe, expect, it } from 'vitest';
import { crosshairParts } from '#ui/dom/slices/crosshairParts.ts';

const letter = { left: 95, top: 6, right: 105, bottom: 22 };
const corner = { left: 8, top: 6, right: 90, bottom: 22 };

describe('a line of the crosshair', () => {
  it('is open round its middle alone where no words stand', () => {
    expect(crosshairParts('down', 60, 200, [92, 108], [letter])).toEqual([
      [0, 92],
      [108, 200],
    ]);
  });
  it('gives way to a letter that it would run through, and to words beside that', () => {
    expect(crosshairParts('down', 100, 200, [92, 108], [letter, corner])).toEqual([
      [0, 3],
      [25, 92],
      [108, 200],
    ]);
    expect(crosshairParts('across', 14, 200, [92, 108], [letter, corner])).toEqual([
      [0, 5],
      [108, 200],
    ]);
  });
  it('ends where words reach the side, and is none outside of the picture', () => {
    expect(crosshairParts('across', 14, 100, [20, 40], [{ ...corner, left: -4, right: 120 }])).toEqual([]);
    expect(crosshairParts('across', 50, 100, [120, 136], [])).toEqual([[0, 100]]);
    expect(crosshairParts('across', 50, 100, [-40, -24], [])).toEqual([[0, 100]]);
  });
});
