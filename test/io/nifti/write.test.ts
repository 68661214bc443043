import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { affineFromRows, rowsOf } from '#core/space/affine.ts';
import type { ScalarArray } from '#core/volume/volume.ts';
import { gzippedNifti, type NiftiFile, writeNifti } from '#io/nifti/write.ts';
import { memorySource, read } from '../memorySource.ts';

async function gzipOf(file: NiftiFile): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of gzippedNifti(file)) parts.push(part);
  return new Uint8Array(Buffer.concat(parts));
}

const rotation = (a: number, b: number, c: number): number[][] => {
  const [ca, sa, cb, sb, cc, sc] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b), Math.cos(c), Math.sin(c)];
  return [
    [cb * cc, sa * sb * cc - ca * sc, ca * sb * cc + sa * sc],
    [cb * sc, sa * sb * sc + ca * cc, ca * sb * sc - sa * cc],
    [-sb, sa * cb, ca * cb],
  ];
};

describe('writeNifti', () => {
  const angle = fc.double({ min: -Math.PI, max: Math.PI, noNaN: true });
  const length = fc.double({ min: 0.2, max: 8, noNaN: true });
  const offset = fc.double({ min: -500, max: 500, noNaN: true });
  const size = fc.integer({ min: 1, max: 7 });
  const scalars = [Uint8Array, Int16Array, Uint16Array, Float32Array] as const;

  it('what is written is read again: voxels to the bit, places to float32, without a warning', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(size, size, size, fc.integer({ min: 1, max: 3 })),
        fc.tuple(angle, angle, angle),
        fc.tuple(length, length, length),
        fc.tuple(offset, offset, offset),
        fc.boolean(),
        fc.constantFrom(...scalars),
        fc.integer(),
        async ([ni, nj, nk, timepoints], angles, spacing, origin, mirrored, Scalars, salt) => {
          const turn = rotation(...angles);
          const rows = [0, 1, 2].map((r) => [
            ...[0, 1, 2].map((c) => (turn[r]?.[c] ?? 0) * (spacing[c] ?? 1) * (mirrored && c === 0 ? -1 : 1)),
            origin[r] ?? 0,
          ]);
          const rasFromIjk = affineFromRows('ras', 'ijk', rows);
          const values: ScalarArray = new Scalars(ni * nj * nk * timepoints);
          for (let n = 0; n < values.length; n++) values[n] = Math.imul(n + 1, salt) >> 7;
          const file = {
            dims: [ni, nj, nk] as const,
            timepoints,
            rasFromIjk,
            scalars: values,
            slope: 2,
            intercept: -5,
          };
          const { volume } = await read([memorySource('a.nii', writeNifti(file), 101)]);
          expect(volume.header).toMatchObject({
            dims: [ni, nj, nk],
            timepoints,
            slope: 2,
            intercept: -5,
            warnings: [],
          });
          expect([...volume.scalars]).toEqual([...values]);
          for (const [n, value] of volume.header.rasFromIjk.m.entries())
            expect(value).toBe(Math.fround(rasFromIjk.m[n] as number));
        },
      ),
      { numRuns: 150 },
    );
  });

  it('a sheared grid keeps its shear: no qform that says otherwise', async () => {
    const rasFromIjk = affineFromRows('ras', 'ijk', [
      [1, 0.25, 0, 3],
      [0, 1, 0.5, -2],
      [0, 0, 2, 9],
    ]);
    const bytes = writeNifti({ dims: [2, 3, 4], rasFromIjk, scalars: new Uint8Array(24) });
    expect(new DataView(bytes.buffer).getInt16(252, true)).toBe(0);
    const { header } = (await read([memorySource('a.nii', bytes)])).volume;
    expect(rowsOf(header.rasFromIjk)).toEqual(rowsOf(rasFromIjk));
    expect(header.warnings).toEqual([]);
  });

  it('gzip in blocks is one sound member, the same every time', async () => {
    const scalars = Uint16Array.from({ length: 200 * 100 * 90 }, (_, n) => (n * n) % 977);
    const rasFromIjk = affineFromRows('ras', 'ijk', [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ]);
    const file = { dims: [200, 100, 90] as const, rasFromIjk, scalars };
    const [first, second] = [await gzipOf(file), await gzipOf(file)];
    expect(Buffer.compare(first, second)).toBe(0);
    expect(Buffer.compare(gunzipSync(first), writeNifti(file))).toBe(0);
    const { volume } = await read([memorySource('a.nii.gz', first)]);
    expect(volume.header.warnings).toEqual([]);
    expect(Buffer.compare(new Uint8Array(volume.scalars.buffer), new Uint8Array(scalars.buffer))).toBe(0);
  });

  it('sizes that do not match the voxels are refused', () => {
    const rasFromIjk = affineFromRows('ras', 'ijk', []);
    expect(() => writeNifti({ dims: [2, 2, 2], rasFromIjk, scalars: new Uint8Array(7) })).toThrow(
      /scalars: expected 8 voxels/,
    );
    expect(() => writeNifti({ dims: [40000, 1, 1], rasFromIjk, scalars: new Uint8Array(40000) })).toThrow(/dim\[1\]/);
  });
});
