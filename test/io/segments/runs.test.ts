import fc from 'fast-check';
import { expect, it } from 'vitest';
import { finish } from '#core/steps.ts';
import { packLayers, RunBuilder } from '#io/segments/runs.ts';

it('a pile of segments whose layers do not fit is refused before they are allocated', () => {
  const pile = Array.from({ length: 20 }, (_, n) => {
    const builder = new RunBuilder();
    builder.push(0, 1);
    return { value: n + 1, runs: builder.runs() };
  });
  expect(() => finish(packLayers([1024, 1024, 1000], pile))).toThrow(/segments: expected at most/);
});

it('packLayers never puts two segments over one voxel, and needs no more layers than the deepest pile for intervals', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(59), fc.integer({ min: 1, max: 12 })), { minLength: 1, maxLength: 12 }),
      (intervals) => {
        const segments = intervals.map(([start, length], n) => {
          const builder = new RunBuilder();
          builder.push(start, Math.min(length, 60 - start));
          return { value: n + 1, runs: builder.runs() };
        });
        const { layers, layerOf } = finish(packLayers([60, 1, 1], segments));
        const depth = Array.from(
          { length: 60 },
          (_, v) =>
            segments.filter(({ runs }) => v >= (runs[0] as number) && v < (runs[0] as number) + (runs[1] as number))
              .length,
        );
        segments.forEach(({ value, runs }, n) => {
          const layer = layers[layerOf[n] as number] as Uint8Array;
          for (let v = runs[0] as number; v < (runs[0] as number) + (runs[1] as number); v++)
            expect(layer[v]).toBe(value);
        });
        expect(layers.length).toBeGreaterThanOrEqual(Math.max(...depth));
        if (Math.max(...depth) <= 2) expect(layers.length).toBe(Math.max(...depth));
      },
    ),
    { seed: 3, numRuns: 300 },
  );
});
