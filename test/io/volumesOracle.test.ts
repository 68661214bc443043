import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rowsOf } from '#core/space/affine.ts';
import { voxelCount } from '#core/volume/volume.ts';
import { dataFile } from '../data.ts';
import { diskSource, read } from './memorySource.ts';

interface Row {
  file: string;
  shape: [number, number, number, number];
  affine: number[][];
  stepMs: number | null;
  min: number;
  max: number;
  mean: number;
  /** i, j, k, timepoint, rescaled value or colour. */
  voxels: [number, number, number, number, number | number[]][];
}
const rows = JSON.parse(readFileSync(new URL('../oracle/volumes.json', import.meta.url), 'utf8')) as Row[];

describe('real NIfTI, MGH and MINC scans are what nibabel reads', () => {
  it.each(rows)('$file', async ({ file, shape, affine, stepMs, min, max, mean, voxels }) => {
    const path = dataFile(file);
    if (!path) return console.warn(`not on this machine: ${file}`);
    const { volume } = await read([diskSource(path)]);
    const { header, scalars, rgb } = volume;
    expect([...header.dims, header.timepoints]).toEqual(shape);
    const far = Math.max(
      ...rowsOf(header.rasFromIjk).flatMap((row, r) => row.map((value, c) => Math.abs(value - (affine[r]?.[c] ?? 0)))),
    );
    expect(far).toBeLessThan(1e-5);
    for (const [axis, length] of header.spacing.entries())
      expect(Math.abs(length - Math.hypot(...affine.slice(0, 3).map((row) => row[axis] ?? 0)))).toBeLessThan(1e-5);
    expect(header.timesMs).toEqual(
      stepMs === null ? undefined : Array.from({ length: shape[3] }, (_, n) => n * stepMs),
    );
    const value = (n: number) => header.slope * (scalars[n] as number) + header.intercept;
    const digits = Math.max(1e-6, 2e-7 * Math.max(Math.abs(min), Math.abs(max)));
    const ends = header.storedRange.map((stored) => header.slope * stored + header.intercept).sort((a, b) => a - b);
    expect(Math.abs((ends[0] as number) - min)).toBeLessThan(digits);
    expect(Math.abs((ends[1] as number) - max)).toBeLessThan(digits);
    expect(voxels.length).toBe(20);
    for (const [i, j, k, t, expected] of voxels) {
      const n = i + shape[0] * (j + shape[1] * (k + shape[2] * t));
      if (typeof expected === 'number') expect(Math.abs(value(n) - expected)).toBeLessThan(digits);
      else expect([...(rgb?.subarray(3 * n, 3 * n + 3) ?? [])]).toEqual(expected);
    }
    const colour = typeof voxels[0]?.[4] === 'object';
    expect(rgb !== undefined).toBe(colour);
    expect(header.warnings.some(({ code }) => code === 'colour')).toBe(colour);
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

describe('what is no scalar volume, or only half of one, is refused by name', () => {
  it.each([
    ['niivue/complex_image.nii.gz', 'datatype', '32 (complex64)'],
    ['nibabel/row_major.dconn.nii', 'dim[5]', 10],
    ['nibabel/nifti1.hdr', 'magic', 'none'],
    ['nibabel/nifti2.hdr', 'magic', 'none'],
    ['nibabel/analyze.hdr', '.img', 'none'],
    ['nibabel/minc2_baddim.mnc', 'file', '(from MINC): Unable to open file'],
    ['nibabel/phantom_EPI_asc_CLEAR_2_1.PAR', 'format', 'a Philips PAR header'],
    ['nibabel/bad_datatype+orig.HEAD', 'format', 'an AFNI header'],
  ])('%s', async (file, where, got) => {
    const path = dataFile(file);
    if (!path) return console.warn(`not on this machine: ${file}`);
    await expect(read([diskSource(path)])).rejects.toMatchObject({ where, got, file: path.split('/').at(-1) });
  });
});
