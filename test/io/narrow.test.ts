import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allocateScalars, type ScalarType, scalarsOver } from '#core/volume/volume.ts';
import { firstScalarType, fittingType, type NumberType, storedBytes, voxelSink } from '#io/narrow.ts';
import { extend, valueRange } from '#io/valueRange.ts';

const write: Readonly<Record<NumberType, (view: DataView, at: number, value: number, little: boolean) => void>> = {
  i8: (view, at, value) => view.setInt8(at, value),
  u8: (view, at, value) => view.setUint8(at, value),
  i16: (view, at, value, little) => view.setInt16(at, value, little),
  u16: (view, at, value, little) => view.setUint16(at, value, little),
  i32: (view, at, value, little) => view.setInt32(at, value, little),
  u32: (view, at, value, little) => view.setUint32(at, value, little),
  i64: (view, at, value, little) => view.setBigInt64(at, BigInt(value), little),
  u64: (view, at, value, little) => view.setBigUint64(at, BigInt(value), little),
  f32: (view, at, value, little) => view.setFloat32(at, value, little),
  f64: (view, at, value, little) => view.setFloat64(at, value, little),
};
const limits: Readonly<Record<NumberType, readonly [number, number]>> = {
  i8: [-128, 127],
  u8: [0, 255],
  i16: [-32768, 32767],
  u16: [0, 65535],
  i32: [-(2 ** 31), 2 ** 31 - 1],
  u32: [0, 2 ** 32 - 1],
  i64: [-(2 ** 53), 2 ** 53],
  u64: [0, 2 ** 53],
  f32: [-(2 ** 24), 2 ** 24],
  f64: [-(2 ** 24), 2 ** 24],
};
const types = Object.keys(limits) as NumberType[];

describe('voxelSink', () => {
  it('gives each stored number back, cut anywhere, or says that it does not fit', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...types).chain((stored) => {
          const [min, max] = limits[stored];
          const near = fc.integer({ min: Math.max(min, -40000), max: Math.min(max, 70000) });
          return fc.record({
            stored: fc.constant(stored),
            values: fc.array(
              fc.oneof(
                { arbitrary: near, weight: 20 },
                fc.double({ min, max, noNaN: true }).map((value) => Math.round(value) + 0),
              ),
              {
                minLength: 1,
                maxLength: 60,
              },
            ),
          });
        }),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 9 }),
        fc.nat(60),
        ({ stored, values }, bigEndian, cuts, first) => {
          const size = storedBytes[stored];
          const bytes = new Uint8Array(values.length * size);
          const view = new DataView(bytes.buffer);
          for (const [n, value] of values.entries()) write[stored](view, n * size, value, !bigEndian);
          const type = firstScalarType(stored);
          const target = allocateScalars(type, values.length, true);
          const sink = voxelSink(stored, bigEndian, target, type, Math.min(first, values.length));
          for (let at = 0, cut = 0; at < bytes.length; cut++) {
            const step = cuts[cut % cuts.length] as number;
            sink.push(bytes.subarray(at, at + step));
            at += step;
          }
          expect(sink.done).toBe(values.length);
          const exact = values.every((value) => exactIn(type, value));
          expect(sink.misfit).toBe(!exact && stored !== 'f32' && stored !== 'f64');
          if (!sink.misfit)
            expect([...target]).toEqual(values.map((value) => (type === 'f32' ? Math.fround(value) : value)));
          const firsts = values.slice(0, first);
          if (firsts.length > 0) expect(sink.firstRange()).toEqual([Math.min(...firsts), Math.max(...firsts)]);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('the type that fits holds every whole number of the range, and a smaller one does not', () => {
    const order: readonly ScalarType[] = ['i16', 'u16', 'f32'];
    fc.assert(
      fc.property(
        fc.integer({ min: -(2 ** 26), max: 2 ** 26 }),
        fc.integer({ min: -(2 ** 26), max: 2 ** 26 }),
        (a, b) => {
          const range = [Math.min(a, b), Math.max(a, b)] as const;
          const fits = order.filter((type) => exactIn(type, range[0]) && exactIn(type, range[1]));
          expect(fittingType(range)).toBe(fits[0] ?? null);
        },
      ),
    );
  });
});

function exactIn(type: ScalarType, value: number): boolean {
  if (type === 'f32') return Math.abs(value) <= 2 ** 24;
  const [min, max] = limits[type];
  return value >= min && value <= max;
}

describe('valueRange', () => {
  it('marking words finds what comparing finds, in any pieces', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<ScalarType>('u8', 'i16', 'u16', 'f32'),
        fc.uint8Array({ minLength: 4, maxLength: 400 }),
        fc.array(fc.nat(60), { maxLength: 12 }),
        (type, random, cuts) => {
          const bytes = random.slice(0, random.length & ~3);
          const values = scalarsOver(type, bytes.buffer);
          const range = valueRange(values);
          let from = 0;
          for (const cut of [...cuts, values.length]) {
            const to = Math.min(values.length, from + cut);
            range.add(from, to);
            from = to;
          }
          range.add(from, values.length);
          const expected: [number, number] = [Infinity, -Infinity];
          extend(expected, values, 0, values.length);
          expect(range.now()).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });
});
