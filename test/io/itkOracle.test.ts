import { readImageNode } from '@itk-wasm/image-io';
import { describe, expect, it } from 'vitest';
import { dataFile } from '../data.ts';
import { diskSource, read } from './memorySource.ts';

const files = [
  'damaged/ok.nrrd',
  'dcmqi/23x38x3/nrrd/label.nrrd',
  'dcmqi/liver_seg.nrrd',
  'dcmqi/liver_spine_gapped_seg.nrrd',
  'dcmqi/liver_spine_seg.nrrd',
  'dcmqi/paramaps/pm-example-3slices-252x255.nrrd',
  'dcmqi/partial_overlaps-1.nrrd',
  'dcmqi/sparse_labelmap_ppv5_seg.nrrd',
  'dcmqi/spine_seg.nrrd',
  'niivue/FLAIR.nrrd',
  'pyradiomics/brain1_image.nrrd',
  'pyradiomics/brain1_label.nrrd',
  'pyradiomics/breast1_image.nrrd',
  'pyradiomics/breast1_label.nrrd',
  'seg3d/Brain.nrrd',
  'seg3d/BrainSkull.nrrd',
  'seg3d/Skull.nrrd',
  'seg3d/tooth.nhdr',
  'niivue/mha.mha',
  // A photograph that does not say so: three columns of bytes, as for ITK.
  'vtk-data/beach.nrrd',
  'vtk-data/HeadMRVolume.mhd',
  'vtk-data/froggy/frogtissue.mhd',
];

/** Voxels in the first 260 020 compressed bytes of 262 087, by zlib. */
const FROG_READ_BY_ITK = 30_963_285;

describe('NRRD and MetaImage are what ITK reads', () => {
  it.each(files)('%s', async (file) => {
    const path = dataFile(file);
    if (!path) return console.warn(`not on this machine: ${file}`);
    const { header, scalars } = (await read([diskSource(path)])).volume;
    const image = await readImageNode(path);
    expect([...header.dims]).toEqual(image.size);
    // ITK: row-major cosines in LPS, a column per axis.
    const expected: number[] = [];
    for (let axis = 0; axis < 3; axis++)
      for (let row = 0; row < 3; row++)
        expected.push((row < 2 ? -1 : 1) * Number(image.direction[3 * row + axis]) * (image.spacing[axis] ?? 0));
    for (let row = 0; row < 3; row++) expected.push((row < 2 ? -1 : 1) * (image.origin[row] ?? 0));
    const { m } = header.rasFromIjk;
    const got = [m[0], m[1], m[2], m[4], m[5], m[6], m[8], m[9], m[10], m[12], m[13], m[14]] as number[];
    for (const [n, value] of expected.entries()) expect(Math.abs((got[n] ?? 0) - value)).toBeLessThan(1e-9);
    const data = image.data as unknown as ArrayLike<number>;
    expect(scalars.length).toBe(data.length);
    // ITK stops after CompressedDataSize bytes; the frog's file goes on, to a sound checksum, and its last voxels with it.
    const count = file === 'vtk-data/froggy/frogtissue.mhd' ? FROG_READ_BY_ITK : data.length;
    let different = 0;
    for (let n = 0; n < count; n++) if (scalars[n] !== data[n]) different++;
    expect(different).toBe(0);
  });
});

describe('NIfTI is what ITK reads', () => {
  it.each(['niivue/FLAIR.nii.gz', 'nibabel/anatomical.nii', 'niivue/nifti_space/PSR.nii.gz'])('%s', async (file) => {
    const path = dataFile(file);
    if (!path) return console.warn(`not on this machine: ${file}`);
    const { header, scalars } = (await read([diskSource(path)])).volume;
    const image = await readImageNode(path);
    for (const row of [0, 1, 2]) {
      const sign = row < 2 ? -1 : 1;
      expect(header.rasFromIjk.m[12 + row]).toBeCloseTo(sign * (image.origin[row] ?? 0), 3);
      for (const axis of [0, 1, 2])
        expect(header.rasFromIjk.m[4 * axis + row]).toBeCloseTo(
          sign * Number(image.direction[3 * row + axis]) * (image.spacing[axis] ?? 0),
          4,
        );
    }
    const data = image.data as unknown as ArrayLike<number>;
    let worst = 0;
    for (let n = 0; n < data.length; n++) {
      const value = header.slope * (scalars[n] ?? 0) + header.intercept;
      worst = Math.max(worst, Math.abs(value - (data[n] ?? 0)));
    }
    expect(worst).toBeLessThan(1e-3);
  });
});
