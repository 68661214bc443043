import { describe, expect, it } from 'vitest';
import { VesaliusError } from '#core/errors.ts';
import { dataFile } from '../data.ts';
import { diskSource, read } from './memorySource.ts';

/** Each damaged file and what is right for it: `where` of the refusal, or the codes of all its warnings. */
const expected: readonly (readonly [file: string, refusal: string | null, ...warnings: string[]])[] = [
  ['ok.nii', null],
  ['ok.nii.gz', null],
  ['gzip_truncated.nii.gz', 'voxels'],
  ['gzip_no_trailer.nii.gz', null, 'gzip-trailer-missing'],
  ['gzip_bad_crc.nii.gz', 'gzip CRC-32'],
  ['gzip_trailing_junk.nii.gz', null, 'gzip-trailing-bytes'],
  ['double_gzip.nii.gz', 'format'],
  ['uncompressed_named_gz.nii.gz', null],
  ['compressed_named_nii.nii', null],
  ['pixels_truncated.nii', 'voxels'],
  ['header_only.nii', 'voxels'],
  ['header_short.nii', 'header'],
  ['empty.nii.gz', 'format'],
  ['empty.dcm', 'format'],
  ['dim_negative.nii', 'dim[1]'],
  ['dim_zero.nii', 'dim[3]'],
  ['dim_overflow.nii', 'dim'],
  ['dim0_zero.nii', 'dim[0]'],
  ['dim0_nine.nii', 'dim[0]'],
  ['dim_4d.nii', null],
  ['datatype_unknown.nii', 'datatype'],
  ['datatype_float128.nii', 'datatype'],
  ['bitpix_mismatch.nii', null, 'bitpix-mismatch'],
  ['magic_missing.nii', 'magic'],
  ['magic_pair_in_nii.nii', null, 'magic-pair'],
  ['sizeof_hdr_wrong.nii', 'sizeof_hdr'],
  ['vox_offset_beyond.nii', 'vox_offset'],
  ['vox_offset_nan.nii', 'vox_offset'],
  ['vox_offset_zero.nii', null, 'vox-offset-zero'],
  ['scl_slope_nan.nii', null],
  ['scl_slope_zero.nii', null],
  ['scl_slope_inf.nii', 'scl_slope'],
  ['pixdim_zero.nii', null, 'orientation-missing', 'pixdim-zero'],
  ['pixdim_nan.nii', 'pixdim[2]'],
  ['pixdim_negative.nii', null, 'orientation-missing', 'pixdim-negative'],
  ['units_meter.nii', null, 'units-not-mm'],
  ['sform_singular.nii', null, 'sform-unusable'],
  ['qform_quatern_invalid.nii', null, 'quatern-too-long'],
  ['qform_sform_disagree.nii', null, 'qform-sform-differ'],
  ['voxels_nan_inf.nii', null],
  ['voxels_constant.nii', null],
  ['text_named.nii.gz', 'format'],
  ['html_named.dcm', 'format'],
  ['zip_named.nii.gz', null],
  ['random_bytes.dcm', 'format'],
  ['gzip_bomb_2GB.nii.gz', null, 'data-go-on'],
  ['gzip_bomb_nested.nii.gz', 'format'],
  ['gzip_bomb_100MB.nii.gz', null, 'data-go-on'],
  ['ok.nrrd', null],
  ['nrrd_sizes_negative.nrrd', 'sizes'],
  ['nrrd_encoding_unknown.nrrd', 'encoding'],
  ['nrrd_truncated.nrrd', 'data'],
  ['nrrd_data_missing.nhdr', 'data file'],
  ['mha_size_mismatch.mha', 'ElementDataFile'],
  ['mha_no_datafile.mha', 'ElementDataFile'],
];

describe('damaged files', () => {
  it.each(expected.map(([file, refusal, ...warnings]) => ({ file, refusal, warnings })))(
    '$file → $refusal $warnings',
    async ({ file, refusal, warnings }) => {
      const path = dataFile(`damaged/${file}`);
      if (!path) return console.warn(`not on this machine: damaged/${file}`);
      const before = process.memoryUsage().rss;
      const outcome = await read([diskSource(path)]).catch((thrown: unknown) => thrown);
      if (refusal === null) {
        if (outcome instanceof Error) throw outcome;
        const { header } = (outcome as Awaited<ReturnType<typeof read>>).volume;
        expect(header.warnings.map(({ code }) => code).sort()).toEqual(warnings);
        expect(header.rasFromIjk.m.every(Number.isFinite)).toBe(true);
      } else {
        expect(outcome).toBeInstanceOf(VesaliusError);
        expect(outcome).toMatchObject({ where: refusal, file });
        expect((outcome as Error).message).toMatch(/^[^:]+: [^:]+: expected .+, got .+/);
      }
      if (file.includes('bomb')) expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    },
  );

  it('scaling that does not count leaves the values as they are', async () => {
    const [sound, nan, zero] = ['ok.nii', 'scl_slope_nan.nii', 'scl_slope_zero.nii'].map((f) =>
      dataFile(`damaged/${f}`),
    );
    if (!sound || !nan || !zero) return console.warn('not on this machine: damaged/');
    const { volume } = await read([diskSource(sound)]);
    for (const path of [nan, zero]) {
      const other = (await read([diskSource(path)])).volume;
      expect(other.header).toMatchObject({ slope: 1, intercept: 0, storedRange: volume.header.storedRange });
      expect(other.scalars).toEqual(volume.scalars);
    }
  });

  it('time points are kept apart and all there', async () => {
    const path = dataFile('damaged/dim_4d.nii');
    if (!path) return console.warn('not on this machine: damaged/dim_4d.nii');
    const { volume } = await read([diskSource(path)]);
    expect(volume.header).toMatchObject({ dims: [20, 16, 4], timepoints: 3 });
    expect(volume.scalars.length).toBe(20 * 16 * 4 * 3);
  });
});
