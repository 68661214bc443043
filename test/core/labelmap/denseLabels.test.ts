import { describe, expect, it } from 'vitest';
import { countLabels, denseLabels } from '#core/labelmap/denseLabels.ts';
import { volumeHeader } from '../../state/caseFixtures.ts';

describe('labels of a file', () => {
  const header = { ...volumeHeader('labels', [3, 1, 1]), timepoints: 2 };
  it('are a view of whole unsigned numbers, of the first timepoint alone', () => {
    const scalars = new Uint8Array([0, 7, 7, 9, 9, 9]);
    const labels = denseLabels({ header: { ...header, scalarType: 'u8' }, scalars });
    expect([...labels]).toEqual([0, 7, 7]);
    expect(labels.buffer).toBe(scalars.buffer);
    expect([...countLabels(labels)]).toEqual([[7, 2]]);
  });
  it('are rescaled, and refused where a value is no label', () => {
    const scalars = new Float32Array([0, 0.5, 2, 0, 0, 0]);
    const f32 = { ...header, scalarType: 'f32' } as const;
    expect([...denseLabels({ header: { ...f32, slope: 2, intercept: 1 }, scalars })]).toEqual([1, 2, 5]);
    expect(() => denseLabels({ header: f32, scalars })).toThrow(expect.objectContaining({ code: 'format', got: 0.5 }));
    expect(() => denseLabels({ header: { ...f32, intercept: -1 }, scalars })).toThrow(
      expect.objectContaining({ code: 'format', got: -1 }),
    );
  });
});
