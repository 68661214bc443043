import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rowsOf } from '#core/space/affine.ts';
import { voxelCount } from '#core/volume/volume.ts';
import { dataFile } from '../../data.ts';
import { diskSource, read } from '../memorySource.ts';

interface Row {
  file: string;
  shape: [number, number, number, number];
  affine: number[][] | null;
  min: number;
  max: number;
  mean: number;
  /** i, j, k, timepoint, rescaled value. */
  voxels: [number, number, number, number, number][];
}
const rows = JSON.parse(readFileSync(new URL('../../oracle/nifti.json', import.meta.url), 'utf8')) as Row[];

describe('real NIfTI scans are what nibabel reads', () => {
  it.each(rows)('$file', async ({ file, shape, affine, min, max, mean, voxels }) => {
    const path = dataFile(file);
    if (!path) return console.warn(`not on this machine: ${file}`);
    const { volume } = await read([diskSource(path)]);
    const { header, scalars } = volume;
    expect([...header.dims, header.timepoints]).toEqual(shape);
    if (affine) {
      const far = Math.max(
        ...rowsOf(header.rasFromIjk).flatMap((row, r) =>
          row.map((value, c) => Math.abs(value - (affine[r]?.[c] ?? 0))),
        ),
      );
      expect(far).toBeLessThan(1e-5);
    } else expect(header.warnings.map(({ code }) => code)).toContain('orientation-missing');
    const value = (n: number) => header.slope * (scalars[n] as number) + header.intercept;
    const digits = Math.max(1e-6, 2e-7 * Math.max(Math.abs(min), Math.abs(max)));
    const ends = header.storedRange.map((stored) => header.slope * stored + header.intercept).sort((a, b) => a - b);
    expect(Math.abs((ends[0] as number) - min)).toBeLessThan(digits);
    expect(Math.abs((ends[1] as number) - max)).toBeLessThan(digits);
    for (const [i, j, k, t, expected] of voxels) {
      const n = i + shape[0] * (j + shape[1] * (k + shape[2] * t));
      expect(Math.abs(value(n) - expected)).toBeLessThan(digits);
    }
    let [sum, count] = [0, 0];
    for (let n = 0; n < voxelCount(header.dims); n++) {
      const one = value(n);
      if (!Number.isFinite(one)) continue;
      sum += one;
      count++;
    }
    expect(Math.abs(sum / count - mean)).toBeLessThan(1e-6 * Math.max(1, Math.abs(mean)));
  });
});

describe('what is no scalar volume is refused by name', () => {
  it.each([
    ['niivue/complex_image.nii.gz', 'datatype', '32 (complex64)'],
    ['nibabel/nifti1.hdr', 'magic', 'none'],
    ['nibabel/nifti2.hdr', 'magic', 'none'],
    ['nibabel/analyze.hdr', '.img', 'none'],
    ['nibabel/tiny.mnc', 'format', 'a MINC 1 scan (NetCDF)'],
    ['nibabel/small.mnc', 'format', 'a MINC 2 scan or another HDF5 file'],
  ])('%s', async (file, where, got) => {
    const path = dataFile(file);
    if (!path) return console.warn(`not on this machine: ${file}`);
    await expect(read([diskSource(path)])).rejects.toMatchObject({ where, got, file: path.split('/').at(-1) });
  });
});
