import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carryLabels } from '#compute/jobs/carryLabels.ts';
import { type Grid, makeResampler } from '#compute/jobs/resampleBox.ts';
import { resampleVolume } from '#compute/jobs/resampleVolume.ts';
import { labelmapFromDense, labelmapToDense } from '#core/labelmap/labelmap.ts';
import { affine, multiply, spacingOf } from '#core/space/affine.ts';
import { identityTransform, type SpatialTransform } from '#core/space/registration.ts';
import { finishAsync } from '#core/steps.ts';
import type { Dims, ScalarType, Volume } from '#core/volume/volume.ts';
import { scalarsOver } from '#core/volume/volume.ts';
import { resampleTwin } from '../twin/resample.ts';
import { turned } from './registrationPhantom.ts';

const oblique: Grid = {
  dims: [37, 70, 41],
  rasFromIjk: multiply(
    turned([3, 1, 2], 33, [-20, 11, 5]),
    affine('ras', 'ijk', [1.3, 0, 0, 0, 0, 0.8, 0, 0, 0, 0, 2.1, 0, -30, -25, -40, 1]),
  ),
};

function volumeOn(grid: Grid, type: ScalarType, value: (n: number) => number, timepoints = 1): Volume {
  const count = grid.dims[0] * grid.dims[1] * grid.dims[2] * timepoints;
  const scalars = scalarsOver(type, new ArrayBuffer(count * { u8: 1, i16: 2, u16: 2, f32: 4 }[type]));
  for (let n = 0; n < count; n++) scalars[n] = value(n);
  return {
    header: {
      name: 'made',
      dims: grid.dims,
      timepoints,
      scalarType: type,
      slope: 1,
      intercept: 0,
      rasFromIjk: grid.rasFromIjk,
      spacing: spacingOf(grid.rasFromIjk),
      modality: 'CT',
      modalityGuessed: false,
      unit: 'HU',
      format: 'nifti',
      synthetic: true,
      warnings: [],
      storedRange: [Math.min(...[...scalars.slice(0, 1000)]), 5000],
    },
    scalars,
  };
}

/** Anything but smooth, the same each time. */
const hash = (n: number) => ((Math.imul(n + 1, 0x9e3779b9) >>> 7) % 4001) - 2000;

describe('resampleVolume', () => {
  it('gives the same bytes through the identity, for every type, oblique, all timepoints', async () => {
    for (const type of ['u8', 'i16', 'u16', 'f32'] as const) {
      const volume = volumeOn(oblique, type, (n) => (type === 'f32' ? hash(n) / 7 : Math.abs(hash(n)) % 250), 2);
      for (const interpolation of ['linear', 'nearest'] as const) {
        const made = await finishAsync(resampleVolume(volume, oblique, identityTransform, interpolation));
        expect(made.missed).toBe(0);
        expect(made.volume.scalars).toHaveLength(volume.scalars.length);
        expect(made.volume.scalars.every((value, n) => value === volume.scalars[n])).toBe(true);
      }
    }
  });

  it('moves by whole voxels without changing a value, and says what it had nothing for', async () => {
    const volume = volumeOn(oblique, 'i16', hash);
    const { m } = oblique.rasFromIjk;
    // Three voxels along i and two against k, as a shift of the moving scan in mm.
    const shift = [0, 1, 2].map((r) => 3 * (m[r] as number) - 2 * (m[8 + r] as number));
    const registered = { matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, ...shift, 1], field: null };
    const { volume: moved, missed } = await finishAsync(resampleVolume(volume, oblique, registered, 'linear', -3000));
    const [ni, nj, nk] = oblique.dims;
    let [wrong, none] = [0, 0];
    for (let k = 0, n = 0; k < nk; k++)
      for (let j = 0; j < nj; j++)
        for (let i = 0; i < ni; i++, n++) {
          const [a, c] = [i - 3, k + 2];
          const inside = a >= 0 && c < nk;
          if (!inside) none++;
          if (moved.scalars[n] !== (inside ? volume.scalars[a + ni * (j + nj * c)] : -3000)) wrong++;
        }
    expect(wrong).toBe(0);
    expect(missed).toBe(none);
  });

  it('does what its plain twin does, with turned grids and a field', async () => {
    const field = {
      dims: [6, 5, 7] as Dims,
      rasFromIjk: affine('ras', 'ijk', [14, 1, 0, 0, 0, 15, 2, 0, 1, 0, 13, 0, -40, -35, -45, 1]),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(
          fc.double({ min: -1, max: 1, noNaN: true }),
          fc.double({ min: -1, max: 1, noNaN: true }),
          fc.double({ min: 0.1, max: 1, noNaN: true }),
        ),
        fc.double({ min: -60, max: 60, noNaN: true }),
        fc.double({ min: 0.4, max: 4, noNaN: true }),
        fc.boolean(),
        fc.constantFrom('linear' as const, 'nearest' as const),
        async (axis, degrees, spacing, bent, interpolation) => {
          const volume = volumeOn(oblique, 'f32', (n) => hash(n) / 3);
          const mm = Float32Array.from({ length: 3 * 6 * 5 * 7 }, (_, n) => hash(n * 31) / 300);
          const registered: SpatialTransform = {
            matrix: turned(axis, degrees, [4, -3, 2]).m,
            field: bent ? { ...field, mm } : null,
          };
          const target: Grid = {
            dims: [19, 23, 70],
            rasFromIjk: affine('ras', 'ijk', [spacing, 0, 0, 0, 0, -spacing, 0, 0, 0, 0, 0.9, 0, -20, 25, -30, 1]),
          };
          const made = await finishAsync(resampleVolume(volume, target, registered, interpolation, -7));
          const plain = resampleTwin(volume.scalars, volume.header, target, registered, interpolation, -7);
          let worst = 0;
          let differ = 0;
          plain.forEach((value, n) => {
            const off = Math.abs(value - (made.volume.scalars[n] as number));
            // On the very border of a voxel, or of the scan, rounding decides.
            if (off > 0.02) differ++;
            else worst = Math.max(worst, off);
          });
          expect(differ).toBeLessThanOrEqual(bent || interpolation === 'nearest' ? 3 : 1);
          expect(worst).toBeLessThan(0.02);
        },
      ),
      { numRuns: 25, seed: 20261125 },
    );
  });

  it('takes a block that asks for more of the source than the kernel holds in parts', async () => {
    const source: Grid = {
      dims: [260, 240, 150],
      rasFromIjk: affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]),
    };
    const target: Grid = {
      dims: [33, 30, 19],
      rasFromIjk: affine('ras', 'ijk', [8, 0, 0, 0, 0, 8, 0, 0, 0, 0, 8, 0, 0.25, 0.5, 0.75, 1]),
    };
    const values = Int16Array.from({ length: 260 * 240 * 150 }, (_, n) => hash(n));
    const resampler = await makeResampler(source, target, identityTransform, 'linear');
    const made = resampler.block({ values, stride: 1, offset: 0 }, [0, 0, 0], target.dims, -1);
    const plain = resampleTwin(values, source, target, identityTransform, 'linear', -1);
    expect(made.values.every((value, n) => Math.abs(value - (plain[n] as number)) < 0.02)).toBe(true);
  });
});

describe('carryLabels', () => {
  it('lays every label where the nearest voxel of the other scan has it, and makes none', async () => {
    const [ni, nj, nk] = oblique.dims;
    const labels = Uint16Array.from({ length: ni * nj * nk }, (_, n) => (hash(n >> 3) > 0 ? 40_000 + (n % 3) : 0));
    const registered = { matrix: turned([1, 0, 1], 20, [2, 2, 2]).m, field: null };
    const target: Grid = {
      dims: [50, 45, 66],
      rasFromIjk: affine('ras', 'ijk', [1.1, 0, 0, 0, 0, 1.2, 0, 0, 0, 0, 1.3, 0, -30, -30, -40, 1]),
    };
    const carried = await finishAsync(
      carryLabels(labelmapFromDense(labels, oblique.dims), oblique, registered, target),
    );
    const dense = new Uint16Array(50 * 45 * 66);
    labelmapToDense(carried, dense);
    const plain = resampleTwin(labels, oblique, target, registered, 'nearest', 0);
    expect(dense.filter((value, n) => value !== plain[n]).length).toBeLessThan(4);
    expect(dense.some((value) => value > 0)).toBe(true);
  });
});
