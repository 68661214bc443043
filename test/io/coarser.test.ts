import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VesaliusError } from '#core/errors.ts';
import { finishAsync } from '#core/steps.ts';
import { affine, transform } from '#core/space/affine.ts';
import { scalarsOver, type Dims, type ScalarType, type Volume } from '#core/volume/volume.ts';
import { type Coarser, coarsers } from '#core/volume/coarser.ts';
import { blockMeans, coarseDims, coarserFacts } from '#io/coarser.ts';
import { type MemoryLimits, refuseVolume, tooLargeVolume, type VolumeSize } from '#io/memory.ts';
import { readVolume } from '#io/readVolume.ts';
import { gz, memorySource, read } from './memorySource.ts';
import { niftiFile } from './nifti/niftiFile.ts';
import { ctSlice, dicomFile, source as fileSource } from './dicom/dicomFile.ts';

/** Block means by the definition, one block after the other: the twin of the streaming way. */
function meansByDefinition(
  values: ArrayLike<number>,
  [ni, nj, nk]: Dims,
  factor: Coarser,
  skip: number | null,
  rounds: boolean,
): number[] {
  const [bi, bj, bk] = [ni, nj, nk].map((n) => Math.min(n, factor)) as [number, number, number];
  const out: number[] = [];
  for (let k0 = 0; k0 < nk; k0 += bk)
    for (let j0 = 0; j0 < nj; j0 += bj)
      for (let i0 = 0; i0 < ni; i0 += bi) {
        const block: number[] = [];
        for (let k = k0; k < Math.min(nk, k0 + bk); k++)
          for (let j = j0; j < Math.min(nj, j0 + bj); j++)
            for (let i = i0; i < Math.min(ni, i0 + bi); i++) block.push(values[i + ni * (j + nj * k)] as number);
        const there = block.filter((value) => value !== skip && !Number.isNaN(value));
        const mean = there.reduce((sum, value) => sum + value, 0) / there.length;
        out.push(there.length === 0 ? (skip ?? Number.NaN) : rounds ? Math.round(mean) : Math.fround(mean));
      }
  return out;
}

const segNrrd = [
  'NRRD0005',
  'type: uchar',
  'dimension: 3',
  'space: left-posterior-superior',
  'sizes: 2 2 2',
  'space directions: (1,0,0) (0,1,0) (0,0,1)',
  'encoding: raw',
  'space origin: (0,0,0)',
  'Segment0_ID:=Segment_1',
  '',
  '01234567',
].join('\n');

const anyDims = fc.tuple(
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 9 }),
  fc.integer({ min: 1, max: 9 }),
);
const anyFactor = fc.constantFrom(...coarsers);

describe('blockMeans', () => {
  it('equals the definition, whatever the grid, cut blocks and what was not measured included', () => {
    fc.assert(
      fc.property(
        anyDims,
        anyFactor,
        fc.constantFrom<ScalarType>('i16', 'f32'),
        fc.integer(),
        (dims, factor, type, seed) => {
          const count = dims[0] * dims[1] * dims[2];
          const fine = scalarsOver(type, new ArrayBuffer(count * 4)).subarray(0, count);
          let state = seed >>> 0;
          for (let n = 0; n < count; n++) {
            state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
            const value = (state >>> 16) % 4000;
            fine[n] = value % 5 === 0 ? (type === 'f32' ? Number.NaN : -2000) : value - 1000;
          }
          const skip = type === 'f32' ? null : -2000;
          const [ci, cj, ck] = coarseDims(dims, factor);
          const coarse = scalarsOver(type, new ArrayBuffer(ci * cj * ck * 4)).subarray(0, ci * cj * ck);
          const means = blockMeans(dims, factor, coarse);
          const per = dims[0] * dims[1];
          for (let k = 0; k < dims[2]; k++) means.add(fine.subarray(k * per, (k + 1) * per), skip);
          expect(means.planes).toBe(ck);
          expect([...coarse]).toEqual(meansByDefinition(fine, dims, factor, skip, type !== 'f32'));
        },
      ),
    );
  });

  it('a voxel’s centre is the mean of the centres of its block; spacing follows, sheared or not', () => {
    fc.assert(
      fc.property(
        anyDims,
        anyFactor,
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 12, maxLength: 12 }),
        (dims, factor, m) => {
          const rows = m as [
            number,
            number,
            number,
            number,
            number,
            number,
            number,
            number,
            number,
            number,
            number,
            number,
          ];
          const rasFromIjk = affine('ras', 'ijk', [
            rows[0],
            rows[1],
            rows[2],
            0,
            rows[3],
            rows[4],
            rows[5],
            0,
            rows[6],
            rows[7],
            rows[8],
            0,
            rows[9],
            rows[10],
            rows[11],
            1,
          ]);
          const made = coarserFacts({ ...facts(dims), rasFromIjk }, factor, 'dim');
          const block = dims.map((n) => Math.min(n, factor)) as unknown as Dims;
          const whole = dims.map((n, axis) => Math.floor(n / (block[axis] as number)) - 1);
          for (const at of [[0, 0, 0], whole] as const) {
            const [i, j, k] = at as [number, number, number];
            const sum = [0, 0, 0];
            for (let c = 0; c < block[2]; c++)
              for (let b = 0; b < block[1]; b++)
                for (let a = 0; a < block[0]; a++)
                  transform(rasFromIjk, [i * block[0] + a, j * block[1] + b, k * block[2] + c]).forEach((mm, axis) => {
                    sum[axis] = (sum[axis] as number) + mm;
                  });
            const centre = transform(made.rasFromIjk, [i, j, k]);
            for (const axis of [0, 1, 2] as const)
              expect(centre[axis]).toBeCloseTo((sum[axis] as number) / (block[0] * block[1] * block[2]), 9);
          }
          expect(made.dims).toEqual(coarseDims(dims, factor));
        },
      ),
    );
  });
});

describe('reading coarser', () => {
  const dims: Dims = [5, 4, 3];
  const values = Array.from({ length: 60 }, (_, n) => ((n * 37) % 101) - 50);
  const file = (more: object = {}) =>
    niftiFile({
      dim: [3, ...dims, 1, 1, 1, 1],
      values,
      slope: 2,
      inter: 7,
      srow: [-0.5, 0, 0, 10, 0, 0.5, 0, 20, 0, 0, 3, 30],
      ...more,
    });

  it('NIfTI: means, matrix, name, warning; the same however the stream is cut', async () => {
    for (const piece of [1, 7, 65536])
      for (const bytes of [file(), gz(file())]) {
        const { volume } = await read([memorySource('a.nii', bytes, piece)], { coarser: 2 });
        const { header } = volume;
        expect([...volume.scalars]).toEqual(meansByDefinition(values, dims, 2, null, true));
        expect(header.dims).toEqual([3, 2, 2]);
        expect(header.spacing).toEqual([1, 1, 6]);
        expect(transform(header.rasFromIjk, [0, 0, 0])).toEqual([9.75, 20.25, 31.5]);
        expect([header.slope, header.intercept]).toEqual([2, 7]);
        expect(header.storedRange).toEqual([Math.min(...volume.scalars), Math.max(...volume.scalars)]);
        expect(header.name).toBe('a.nii (½ resolution)');
        expect(header.warnings.map(({ code, where, kept }) => [code, where, kept])).toContainEqual([
          'read-coarser',
          'dim',
          'means of 2 × 2 × 2 voxels',
        ]);
        expect(header.warnings.at(-1)?.text).toContain('5 × 4 × 3 voxels of 0.5 × 0.5 × 3 mm');
      }
  });

  it('big-endian, floats, wide whole numbers, timepoints, shared or not', async () => {
    for (const [datatype, rounds] of [
      [4, true],
      [8, true],
      [16, false],
      [64, false],
      [512, true],
    ] as const)
      for (const shared of [true, false]) {
        const whole = values.map((value) => Math.abs(value));
        const { volume } = await read([memorySource('a.nii', file({ datatype, little: false, values: whole }))], {
          coarser: 3,
          shared,
        });
        expect([...volume.scalars]).toEqual(meansByDefinition(whole, dims, 3, null, rounds));
      }
    const films = Array.from({ length: 120 }, (_, n) => (n * 11) % 97);
    const { volume } = await read([memorySource('a.nii', file({ dim: [4, ...dims, 2, 1, 1, 1], values: films }))], {
      coarser: 2,
    });
    const parts = [films.slice(0, 60), films.slice(60)].flatMap((part) => meansByDefinition(part, dims, 2, null, true));
    expect([...volume.scalars]).toEqual(parts);
    const first = parts.slice(0, 12);
    expect(volume.header.storedRange).toEqual([Math.min(...first), Math.max(...first)]);
  });

  it('whole numbers that fit no 16 bits are read again as float32', async () => {
    const wide = values.map((value, n) => (n === 59 ? 100_000 : value));
    const { volume } = await read([memorySource('a.nii', file({ datatype: 8, values: wide }))], { coarser: 4 });
    expect(volume.header.scalarType).toBe('f32');
    expect([...volume.scalars]).toEqual(meansByDefinition(wide, dims, 4, null, false));
  });

  it('what a scan is guessed to be does not change with the resolution', async () => {
    const air = values.map((_, n) => (n === 0 ? -1000 : 40));
    for (const coarser of [undefined, 4] as const) {
      const { volume } = await read([memorySource('a.nii', file({ values: air, slope: 1, inter: 0 }))], { coarser });
      expect(volume.header.modality).toBe('CT');
    }
  });

  it('colours: the mean of each channel, and its luminance', async () => {
    const rgb = Array.from({ length: 180 }, (_, n) => (n * 53) % 256);
    const grey = niftiFile({ dim: [3, ...dims, 1, 1, 1, 1], datatype: 2, bitpix: 24, values: rgb });
    new DataView(grey.buffer).setInt16(70, 128, true);
    const { volume } = await read([memorySource('a.nii', grey, 50)], { coarser: 2 });
    for (const channel of [0, 1, 2]) {
      const own = rgb.filter((_, n) => n % 3 === channel);
      expect([...(volume.rgb ?? [])].filter((_, n) => n % 3 === channel)).toEqual(
        meansByDefinition(own, dims, 2, null, true),
      );
    }
    const [r, g, b] = volume.rgb as unknown as [number, number, number];
    expect(volume.scalars[0]).toBe(Math.floor((299 * r + 587 * g + 114 * b + 500) / 1000));
  });

  it('labels that say so are refused with words', async () => {
    const labels = file();
    new DataView(labels.buffer).setInt16(68, 1002, true);
    await expect(read([memorySource('a.nii', labels)], { coarser: 2 })).rejects.toThrow(
      /^a\.nii: intent_code: expected full resolution, since the mean of two labels is a third, got labels$/,
    );
    await expect(
      read([memorySource('a.seg.nrrd', new TextEncoder().encode(segNrrd))], { coarser: 2 }),
    ).rejects.toMatchObject({ code: 'unsupported', where: 'Segment0_ID' });
  });

  it('slabs of the coarser volume are told in order', async () => {
    const told: [number, Dims][] = [];
    await finishAsync(
      readVolume([memorySource('a.nii', file(), 16)], {
        shared: true,
        coarser: 2,
        onSlab: ({ header }, ready) => told.push([ready, header.dims]),
      }),
    );
    expect(told).toEqual([
      [1, [3, 2, 2]],
      [2, [3, 2, 2]],
    ]);
  });
});

describe('a DICOM series read coarser', () => {
  const slice = (n: number, at: number, extra = {}) =>
    fileSource(dicomFile(ctSlice({ position: [0, 0, at], instance: n + 1, extra })), `${n}.dcm`);

  it('equals the means of the fine volume, in any order of files', async () => {
    const files = [3, 0, 4, 1, 2].map((n) => slice(n, 2 * n));
    const { volume: fine } = await read(files);
    for (const coarser of coarsers) {
      const { volume } = await read(files, { coarser });
      expect([...volume.scalars]).toEqual(meansByDefinition(fine.scalars, fine.header.dims, coarser, null, true));
      expect(volume.header.dims).toEqual(coarseDims(fine.header.dims, coarser));
      expect(volume.header.warnings.map(({ code }) => code)).toContain('read-coarser');
    }
  });

  it('planes that are made up count, padding does not', async () => {
    const padded = {
      x00280120: ['SS', [-2000]],
      x7fe00010: ['OW', [-2000, -2000, 5, 6, -2000, -2000, 9, -2000, 1, 2, 3, 4]],
    };
    const files = [0, 1, 2, 4, 5, 6, 7, 8].map((at, n) => slice(n, 2 * at, n < 3 ? padded : {}));
    const { volume: fine } = await read(files);
    expect(fine.header.interpolatedSlices).toEqual([3]);
    for (const coarser of [2, 3] as const) {
      const { volume } = await read(files, { coarser });
      expect([...volume.scalars]).toEqual(meansByDefinition(fine.scalars, fine.header.dims, coarser, -2000, true));
      expect(volume.header.interpolatedSlices).toEqual([]);
    }
  });
});

describe('what does not fit is refused before it is tried', () => {
  const GB = 2 ** 30;
  const tab: MemoryLimits = {
    bytes: 2 * GB,
    place: 'this tab',
    bufferBytes: 8 * GB,
    besidesPerVoxel: 1,
    programBytes: GB / 4,
  };
  const size = (dims: Dims): VolumeSize => ({ dims, timepoints: 1, type: 'i16', colour: false });
  const shortage = (work: () => void) => {
    try {
      work();
    } catch (thrown) {
      return thrown as VesaliusError;
    }
    return null;
  };

  it('with what is needed, what there is, and the smallest factor that fits', () => {
    expect(shortage(() => refuseVolume(size([512, 512, 900]), 'dim', 1, tab))).toBeNull();
    const error = shortage(() => refuseVolume(size([1024, 1024, 1000]), 'dim', 1, tab));
    expect(error?.message).toBe('dim: expected at most 2.00 GB in this tab, got 3.18 GB for 1024 × 1024 × 1000 voxels');
    expect(error?.memory).toEqual({ needBytes: 3 * 1024 * 1024 * 1000 + GB / 4, limitBytes: 2 * GB, coarser: 2 });
    expect(shortage(() => refuseVolume(size([3000, 3000, 3000]), 'dim', 1, tab))?.memory?.coarser).toBe(4);
    expect(shortage(() => refuseVolume(size([9000, 9000, 9000]), 'dim', 1, tab))?.memory?.coarser).toBeNull();
    expect(shortage(() => refuseVolume(size([3000, 3000, 3000]), 'dim', 2, tab))?.memory?.coarser).toBe(4);
    expect(shortage(() => refuseVolume(size([3000, 3000, 3000]), 'dim', 4, tab))).toBeNull();
  });

  it('an engine that refuses what should fit is told the same way', () => {
    const error = tooLargeVolume(
      size([512, 512, 900]),
      'dim',
      1,
      tab,
      new RangeError('Array buffer allocation failed'),
    );
    expect(error.code).toBe('too-large');
    expect(error.got).toMatch(/Array buffer allocation failed$/);
    expect(error.memory?.coarser).toBe(2);
    expect(error.memory?.limitBytes).toBeLessThan(error.memory?.needBytes ?? 0);
  });

  it('a header of any format may promise more than there is, and is listed; what fits at no resolution is not', async () => {
    const big = memorySource('big.nii.gz', gz(niftiFile({ dim: [3, 20_000, 20_000, 600, 1, 1, 1, 1] })));
    await expect(read([big])).rejects.toMatchObject({ code: 'too-large', where: 'dim', file: 'big.nii.gz' });
    const absurd = memorySource('big.nii.gz', gz(niftiFile({ dim: [4, 32767, 32767, 32767, 32767, 1, 1, 1] })));
    await expect(read([absurd])).rejects.toMatchObject({ code: 'too-large', memory: { coarser: null } });
  });
});

function facts(dims: Dims): Omit<Volume['header'], 'storedRange'> {
  return {
    name: 'a',
    dims,
    timepoints: 1,
    scalarType: 'i16',
    slope: 1,
    intercept: 0,
    rasFromIjk: affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]),
    spacing: [1, 1, 1],
    modality: 'OT',
    modalityGuessed: false,
    unit: '',
    format: 'nifti',
    synthetic: false,
    warnings: [],
  };
}
