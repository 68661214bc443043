import { describe, expect, it } from 'vitest';
import { rowsOf } from '#core/space/affine.ts';
import { gz, memorySource, read } from '../memorySource.ts';
import { type NiftiFields, niftiFile } from './niftiFile.ts';

/** Odd pieces, so that voxels are cut by chunk borders. */
const open = (fields: NiftiFields, name = 'a.nii') => read([memorySource(name, niftiFile(fields), 37)]);
const codes = async (fields: NiftiFields) => (await open(fields)).volume.header.warnings.map(({ code }) => code);
const refusal = (fields: NiftiFields) =>
  open(fields).then(
    () => null,
    (error: { where: string; code: string }) => error,
  );

describe('voxel types', () => {
  const cases: readonly (readonly [datatype: number, values: number[], type: string])[] = [
    [2, [0, 255, 7], 'u8'],
    [256, [-128, 127, -1], 'i16'],
    [4, [-32768, 32767, 258], 'i16'],
    [512, [0, 65535, 258], 'u16'],
    [8, [-32768, 32767, -2], 'i16'],
    [8, [0, 65535, 3], 'u16'],
    [8, [-16777216, 16777216, 5], 'f32'],
    [768, [0, 65535, 3], 'u16'],
    [768, [0, 16777216, 3], 'f32'],
    [1024, [-32768, 32767, 1], 'i16'],
    [1024, [-70000, 70000, 1], 'f32'],
    [1280, [0, 40000, 65535], 'u16'],
    [16, [-1.5, 3e38, 0.1], 'f32'],
    [64, [-1.5, 1024.25, 0], 'f32'],
  ];
  for (const version of [1, 2] as const)
    for (const little of [true, false])
      it.each(cases)(
        `NIfTI-${version} ${little ? 'little' : 'big'} endian, datatype %i %j → %s`,
        async (datatype, values, type) => {
          const { volume } = await open({ version, little, datatype, values, dim: [3, 3, 1, 1, 1, 1, 1, 1] });
          expect(volume.header.scalarType).toBe(type);
          expect([...volume.scalars]).toEqual(values.map((value) => (type === 'f32' ? Math.fround(value) : value)));
          const rounded = type === 'f32' ? values.map(Math.fround) : values;
          expect(volume.header.storedRange).toEqual([Math.min(...rounded), Math.max(...rounded)]);
          expect(volume.header.warnings).toEqual([]);
          expect(volume.scalars.buffer).toBeInstanceOf(SharedArrayBuffer);
        },
      );

  it.each([
    [8, [-1, 65535 * 1000, 16777217]],
    [768, [0, 1, 4294967295]],
    [1024, [0n, 1n, 9007199254740993n]],
    [1280, [0n, 1n, 18446744073709551615n]],
    [64, [0, 1, 1e300]],
  ])('datatype %i that no scalar type holds is refused', async (datatype, values) => {
    expect(await refusal({ datatype, values, dim: [3, 3, 1, 1, 1, 1, 1, 1] })).toMatchObject({
      code: 'unsupported',
      where: 'datatype',
    });
  });

  it('float64 that loses digits is told', async () => {
    expect(await codes({ datatype: 64, values: [0.1, 0.5, 1], dim: [3, 3, 1, 1, 1, 1, 1, 1] })).toEqual([
      'float64-rounded',
    ]);
  });

  it('the range of a whole-number type is looked at in every timepoint, storedRange only in the first', async () => {
    const { volume } = await open({ datatype: 8, values: [1, 2, 3, 60000], dim: [4, 2, 1, 1, 2, 1, 1, 1] });
    expect(volume.header).toMatchObject({ scalarType: 'u16', timepoints: 2, storedRange: [1, 2] });
    expect([...volume.scalars]).toEqual([1, 2, 3, 60000]);
  });

  it('values without a number do not widen the range', async () => {
    const { volume } = await open({
      datatype: 16,
      values: [NaN, -Infinity, Infinity, 3],
      dim: [3, 4, 1, 1, 1, 1, 1, 1],
    });
    expect(volume.header.storedRange).toEqual([3, 3]);
  });
});

describe('sizes', () => {
  it('a flat file has one slice', async () => {
    const { volume } = await open({ dim: [2, 4, 6, 9, 9, 9, 9, 9] });
    expect(volume.header).toMatchObject({ dims: [4, 6, 1], timepoints: 1 });
  });
  it('a fifth dimension is refused by name', async () => {
    expect(await refusal({ dim: [5, 2, 3, 2, 1, 2, 1, 1] })).toMatchObject({ where: 'dim[5]', code: 'unsupported' });
  });
  it('more than memory holds is refused before it is tried', async () => {
    const source = memorySource('big.nii', niftiFile({ dim: [3, 4096, 4096, 4000, 1, 1, 1, 1] }));
    const sparse = { ...source, size: 134e9 };
    await expect(read([sparse])).rejects.toMatchObject({ code: 'too-large', where: 'dim', file: 'big.nii' });
  });
  it('timepoints that are only claimed fill no memory', async () => {
    const fields = {
      version: 2,
      datatype: 2,
      units: 10,
      dim: [4, 1, 1, 1, 100_000_000, 1, 1, 1],
      values: [1],
    } as const;
    expect(await refusal(fields)).toMatchObject({ code: 'too-large', where: 'dim[4]' });
  });
  it('a compressed file that cannot hold its voxels is refused before they are allocated', async () => {
    const source = memorySource('bomb.nii.gz', gz(niftiFile({ dim: [3, 512, 512, 300, 1, 1, 1, 1] })));
    await expect(read([source])).rejects.toMatchObject({ code: 'truncated', where: 'voxels' });
  });
});

describe('where the voxels are', () => {
  const spacing = { pixdim: [1, 2, 3, 4, 1, 1, 1, 1] };
  const matrix = async (fields: NiftiFields) =>
    rowsOf((await open(fields)).volume.header.rasFromIjk)
      .slice(0, 3)
      .map((row) => row.map((v) => Math.round(v * 1e4) / 1e4 + 0));

  it('sform before qform, with the difference told', async () => {
    const both = { ...spacing, qformCode: 1, sformCode: 2, srow: [-2, 0, 0, 5, 0, 3, 0, 6, 0, 0, 4, 7] };
    expect(await matrix(both)).toEqual([
      [-2, 0, 0, 5],
      [0, 3, 0, 6],
      [0, 0, 4, 7],
    ]);
    expect(await codes(both)).toEqual(['qform-sform-differ']);
  });
  it('qform: half a turn about z, and pixdim[0] −1 mirrors k', async () => {
    const half = { ...spacing, qformCode: 1, sformCode: 0, quatern: [0, 0, 1], qoffset: [10, 20, 30] };
    expect(await matrix(half)).toEqual([
      [-2, 0, 0, 10],
      [0, -3, 0, 20],
      [0, 0, 4, 30],
    ]);
    expect(await matrix({ ...half, pixdim: [-1, 2, 3, 4, 1, 1, 1, 1] })).toEqual([
      [-2, 0, 0, 10],
      [0, -3, 0, 20],
      [0, 0, -4, 30],
    ]);
    expect(await matrix({ ...half, pixdim: [0, 2, 3, 4, 1, 1, 1, 1] })).toEqual([
      [-2, 0, 0, 10],
      [0, -3, 0, 20],
      [0, 0, 4, 30],
    ]);
    expect(await codes(half)).toEqual([]);
  });
  it('qform: a quarter turn about x', async () => {
    const root = Math.SQRT1_2;
    const quarter = { ...spacing, qformCode: 1, sformCode: 0, quatern: [root, 0, 0] };
    expect(await matrix(quarter)).toEqual([
      [2, 0, 0, 0],
      [0, 0, -4, 0],
      [0, 3, 0, 0],
    ]);
  });
  it('neither: spacing alone, left, anterior, superior around the middle of 2×3×4 voxels, told', async () => {
    expect(await matrix({ ...spacing, sformCode: 0 })).toEqual([
      [-2, 0, 0, 1],
      [0, 3, 0, -3],
      [0, 0, 4, -6],
    ]);
    expect(await codes({ ...spacing, sformCode: 0 })).toEqual(['orientation-missing']);
  });
  it('a flat sform gives way to qform, told', async () => {
    const flat = { ...spacing, qformCode: 1, sformCode: 2, srow: new Array<number>(12).fill(0) };
    expect(await matrix(flat)).toEqual([
      [2, 0, 0, 0],
      [0, 3, 0, 0],
      [0, 0, 4, 0],
    ]);
    expect(await codes(flat)).toEqual(['sform-unusable']);
  });
  it('metres and micrometres become millimetres, told', async () => {
    expect(await matrix({ units: 3, srow: [500, 0, 0, 1000, 0, 500, 0, 0, 0, 0, 500, 0] })).toEqual([
      [0.5, 0, 0, 1],
      [0, 0.5, 0, 0],
      [0, 0, 0.5, 0],
    ]);
    expect(await codes({ units: 3 })).toEqual(['units-not-mm']);
    expect(await codes({ units: 1 })).toEqual(['units-not-mm']);
    expect(await codes({ units: 0 })).toEqual([]);
  });
  it('a matrix with a hole in it is refused where nothing else says the place', async () => {
    expect(await refusal({ qformCode: 1, sformCode: 0, quatern: [NaN, 0, 0] })).toMatchObject({ where: 'quatern_b' });
    expect(await refusal({ qformCode: 1, sformCode: 0, qoffset: [0, Infinity, 0] })).toMatchObject({
      where: 'qoffset_y',
    });
  });
});

describe('offset, magic, scaling', () => {
  it('extensions before the voxels are passed over', async () => {
    const { volume } = await open({ voxOffset: 1040 });
    expect([...volume.scalars]).toEqual(Array.from({ length: 24 }, (_, n) => n));
  });
  it.each([-1, 200, 352.5, Infinity])('vox_offset %d is refused', async (voxOffset) => {
    expect(await refusal({ voxOffset })).toMatchObject({ where: 'vox_offset' });
  });
  it('bytes after the last voxel are told', async () => {
    expect(await codes({ dim: [3, 2, 3, 3, 1, 1, 1, 1] })).toEqual(['bytes-after-voxels']);
  });
  it('slope and intercept stand in the header, the voxels as stored', async () => {
    const { header } = (await open({ slope: -2, inter: 10 })).volume;
    expect(header).toMatchObject({ slope: -2, intercept: 10, storedRange: [0, 23] });
    expect(await refusal({ slope: 1, inter: Infinity })).toMatchObject({ where: 'scl_inter' });
  });
  it.each([
    [[-900, 5], 1, 0, 'CT', 'HU'],
    [[-899, 5], 1, 0, 'MR', ''],
    [[0, 2000], 1, -1024, 'CT', 'HU'],
    [[0, 2000], -1, 1000, 'CT', 'HU'],
  ])('%j × %d + %d counts as %s', async (values, slope, inter, modality, unit) => {
    const { header } = (await open({ values, slope, inter, dim: [3, 2, 1, 1, 1, 1, 1, 1] })).volume;
    expect(header).toMatchObject({ modality, modalityGuessed: true, unit });
  });
});
