// Bytes of good files changed at seeded places: each opens or is refused in words, soon, and without asking for the memory that a header invents.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VesaliusError } from '#core/errors.ts';
import { affine } from '#core/space/affine.ts';
import { finishAsync } from '#core/steps.ts';
import { readSegments } from '#io/segments/readSegments.ts';
import type { ScanGrid } from '#io/segments/segmentSet.ts';
import { dataFile } from '../../data.ts';
import { memorySource } from '../memorySource.ts';
import { binaryStl, glb, icosphere, objText, plyText, vtkText } from '../mesh/meshes.ts';
import { SIZE, segFile } from './segFile.ts';

const pixels = Array.from({ length: SIZE[0] * SIZE[1] }, (_, n) => (n % 3 === 0 ? 1 : 0));
const ball = icosphere(30, [10, -20, 30], 1);
const vtk = JSON.parse(readFileSync(join(import.meta.dirname, '../../oracle/meshes.json'), 'utf8')).files as Record<
  string,
  string
>;
const made = (name: string) => new Uint8Array(Buffer.from(vtk[name] as string, 'base64'));
const files: Readonly<Record<string, () => Uint8Array>> = {
  'binary.dcm': () => segFile({ frames: [0, 1, 2].map((k) => ({ k, segment: (k % 2) + 1, pixels })) }),
  'fractional.dcm': () =>
    segFile({ kind: 'FRACTIONAL', frames: [0, 1].map((k) => ({ k, pixels: pixels.map((v) => 180 * v) })) }),
  'labelmap.dcm': () => segFile({ kind: 'LABELMAP', frames: [0, 1].map((k) => ({ k, pixels })) }),
  ...(dataFile('rt-utils')
    ? { 'rt.dcm': () => new Uint8Array(readFileSync(dataFile('rt-utils/mock_data/rt.dcm') as string)) }
    : {}),
  'ball.stl': () => binaryStl(ball),
  'ball.obj': () => objText(ball),
  'ball.ply': () => plyText(ball),
  'ball.vtk': () => vtkText(ball),
  'ball.glb': () => glb(ball),
  'little.ply': () => made('little.ply'),
  'binary.vtk': () => made('binary.vtk'),
  'raw-zlib.vtp': () => made('raw-zlib.vtp'),
  'base64-zlib.vtp': () => made('base64-zlib.vtp'),
};
const scan: ScanGrid = {
  name: 'CT',
  dims: [40, 40, 20],
  rasFromIjk: affine('ras', 'ijk', [-2, 0, 0, 0, 0, -2, 0, 0, 0, 0, 3, 0, 50, 20, 0, 1]),
};
/** Numbers that headers go wrong with. */
const nasty = [0, 1, 0x7f, 0x80, 0xff, 0x20, 0x2d, 0x39, 0x5c];

describe('a damaged file of segments', () => {
  for (const [name, bytes] of Object.entries(files))
    it(`${name}: opens or is refused in words`, async () => {
      const whole = bytes();
      const head = Math.min(whole.length, 3000);
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.tuple(
              fc.oneof(fc.nat(head - 1), fc.nat(whole.length - 1)),
              fc.constantFrom(...nasty),
              fc.integer({ min: 1, max: 4 }),
            ),
            { minLength: 1, maxLength: 4 },
          ),
          fc.oneof(fc.constant(whole.length), fc.nat(whole.length)),
          async (changes, length) => {
            const changed = whole.slice();
            for (const [at, value, run] of changes) changed.fill(value, at, at + run);
            const start = performance.now();
            const thrown = await finishAsync(
              readSegments([memorySource(name, changed.subarray(0, length))], [scan]),
            ).then(
              () => null,
              (error: unknown) => error,
            );
            if (thrown !== null && !(thrown instanceof VesaliusError)) throw thrown;
            if (thrown) expect(thrown.message).toContain(name);
            expect(performance.now() - start).toBeLessThan(5000);
          },
        ),
        { seed: 77, numRuns: 200 },
      );
    }, 60_000);
});
