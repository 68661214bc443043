import { describe, expect, it } from 'vitest';
import { FIELD_OF_VIEW_MM, phantomGrid } from '#core/anatomy/phantomSpec.ts';
import { affine, spacingOf, transform } from '#core/space/affine.ts';

describe('phantomGrid', () => {
  it('keeps the field of view whatever the size', () => {
    for (const size of [1, 64, 96, 128, 256, [512, 512, 300] as const]) {
      const { dims, rasFromIjk } = phantomGrid({ size });
      spacingOf(rasFromIjk).forEach((step, axis) => {
        expect(step * (dims[axis] as number)).toBeCloseTo(FIELD_OF_VIEW_MM, 9);
      });
    }
    expect(phantomGrid({ size: 256 }).dims).toEqual([256, 256, 256]);
    expect(spacingOf(phantomGrid({ size: 256 }).rasFromIjk)).toEqual([1.5, 1.5, 1.5]);
  });

  it('with a spacing, size × spacing is the field of view; a spacing alone fills the fixed one', () => {
    const { dims, rasFromIjk } = phantomGrid({ size: [100, 80, 60], spacing: [1, 2, 3] });
    expect(dims).toEqual([100, 80, 60]);
    expect(spacingOf(rasFromIjk)).toEqual([1, 2, 3]);
    expect(phantomGrid({ spacing: 3 }).dims).toEqual([128, 128, 128]);
  });

  it('is centred: the grid’s middle is the origin', () => {
    const { dims, rasFromIjk } = phantomGrid({ size: [33, 50, 20], spacing: [2, 1, 4] });
    const middle = transform(rasFromIjk, [(dims[0] - 1) / 2, (dims[1] - 1) / 2, (dims[2] - 1) / 2]);
    for (const v of middle) expect(v).toBeCloseTo(0, 9);
  });

  it('takes an affine as it is, and refuses one without volume', () => {
    const oblique = affine('ras', 'ijk', [-2, 0.2, 0, 0, 0.1, 2, 0.3, 0, 0, 0, 3, 0, 10, 20, 30, 1]);
    expect(phantomGrid({ size: 40, rasFromIjk: oblique }).rasFromIjk).toBe(oblique);
    const flat = affine('ras', 'ijk', [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    expect(() => phantomGrid({ size: 40, rasFromIjk: flat })).toThrow(/invertible/);
  });

  it('refuses sizes and spacings that are none', () => {
    for (const size of [0, -3, 2.5, Number.NaN, 5000]) expect(() => phantomGrid({ size })).toThrow(/size/);
    for (const spacing of [0, -1, Number.NaN]) expect(() => phantomGrid({ size: 10, spacing })).toThrow(/spacing/);
    expect(() => phantomGrid({ size: [4096, 4096, 4096] })).toThrow(/voxels/);
  });
});
