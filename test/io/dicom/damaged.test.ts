import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { asVesaliusError, type VesaliusError } from '#core/errors.ts';
import type { VolumeHeader } from '#core/volume/volume.ts';
import { isDicom } from '#io/dicom/sniff.ts';
import { type ByteSource, openSource } from '#io/source.ts';
import { dataFile } from '../../data.ts';
import { ctSlice, type DataSet, list, read, sources } from './dicomFile.ts';

const folder = dataFile('damaged');

/** What a good reader does: [refused, field] or [opened, warning codes]. */
const table: Readonly<Record<string, readonly ['refused', string] | readonly ['opened', ...string[]]>> = {
  'ok.dcm': ['opened'],
  'dcm_no_pixel_data.dcm': ['refused', 'PixelData'],
  'dcm_pixel_data_short.dcm': ['refused', 'PixelData'],
  'dcm_rows_missing.dcm': ['refused', 'Rows'],
  'dcm_rows_zero.dcm': ['refused', 'Rows'],
  'dcm_pixel_spacing_missing.dcm': ['opened', 'size-unknown'],
  'dcm_pixel_spacing_zero.dcm': ['refused', 'PixelSpacing'],
  'dcm_position_missing.dcm': ['opened', 'position-missing'],
  'dcm_orientation_missing.dcm': ['opened', 'orientation-missing'],
  'dcm_orientation_not_orthogonal.dcm': ['refused', 'ImageOrientationPatient'],
  'dcm_rescale_slope_zero.dcm': ['refused', 'RescaleSlope'],
  'dcm_transfer_syntax_unknown.dcm': ['refused', 'TransferSyntaxUID'],
  'dcm_cut_in_header.dcm': ['refused', 'PixelData'],
  'dcm_j2k_truncated.dcm': ['refused', 'PixelData'],
  'dcm_rle_truncated.dcm': ['refused', 'PixelData'],
};

/** Series that no volume can be made of without a word. */
const series: Readonly<Record<string, readonly ['refused', string] | readonly ['opened', number, ...string[]]>> = {
  'damaged/series_duplicate_position': ['opened', 1, 'duplicate-slice'],
  'damaged/series_missing_slice': ['opened', 1, 'slices-interpolated'],
  'damaged/series_mixed_matrix': ['opened', 2, 'series-split'],
  'damaged/series_mixed_spacing': ['opened', 2, 'series-split'],
  'dcm_qa_ct/GE': ['opened', 1, 'gantry-tilt', 'slices-interpolated'],
  'dicom2nifti/failing/sliceincrement/002': ['opened', 1, 'gantry-tilt', 'slices-interpolated'],
  'dicom2nifti/failing/sliceorientation/001': ['opened', 2, 'series-split'],
  'dicom2nifti/failing/notavolume/001': ['opened', 1, 'thickness-missing'],
  'dicom2nifti/ge/fmri/001': ['opened', 1, 'timepoint-order'],
};

const disk = (path: string): ByteSource => openSource({ kind: 'disk', disk: path, path });

async function open(files: readonly ByteSource[]): Promise<{ headers: VolumeHeader[]; errors: VesaliusError[] }> {
  const headers: VolumeHeader[] = [];
  const errors: VesaliusError[] = [];
  for (const found of await list(files)) {
    try {
      headers.push((await read(found)).header);
    } catch (thrown) {
      errors.push(asVesaliusError(thrown));
    }
  }
  return { headers, errors };
}

describe.skipIf(folder === null)('damaged files', () => {
  it('each stands in the table', () => {
    const dicom = readdirSync(folder as string).filter((name) => name === 'ok.dcm' || name.startsWith('dcm_'));
    expect(dicom.toSorted()).toEqual(Object.keys(table).toSorted());
  });

  for (const [name, [what, ...words]] of Object.entries(table))
    it(`${name} is ${what}${words.length > 0 ? `: ${words.join()}` : ''}`, async () => {
      const file = disk(`${folder}/${name}`);
      expect(isDicom(await file.bytes(0, 1024))).toBe(true);
      const { headers, errors } = await open([file]);
      if (what === 'opened') {
        expect(errors).toEqual([]);
        expect(headers[0]?.dims).toEqual([32, 32, 1]);
        expect(headers[0]?.warnings.map((w) => w.code)).toEqual(words);
      } else {
        expect(errors).toHaveLength(1);
        expect(errors[0]).toMatchObject({ where: words[0], file: name });
        expect(errors[0]?.message).toMatch(new RegExp(`^${name}: ${words[0]}: expected .+, got .+$`));
      }
    });

  for (const name of ['empty.dcm', 'html_named.dcm', 'random_bytes.dcm', 'text_named.nii.gz', 'ok.nii'])
    it(`${name} is no DICOM, whatever it is called`, async () => {
      expect(isDicom(await disk(`${folder}/${name}`).bytes(0, 4096))).toBe(false);
      const { errors } = await open([disk(`${folder}/${name}`)]);
      expect(errors[0]).toMatchObject({ code: 'format', file: name });
    });
});

it('frames that are only claimed fill no memory', async () => {
  const film = (frames: string, fragments: readonly Uint8Array[]): DataSet => ({
    ...ctSlice({ position: [1, 2, 3] }),
    x00080060: ['CS', 'US'],
    x00200032: ['DS', ''],
    x00200037: ['DS', ''],
    x00280008: ['IS', frames],
    x7fe00010: ['OB', { fragments: [new Uint8Array(0), ...fragments] }],
  });
  const refused = async (frames: string) => {
    const [series] = await list(sources([film(frames, [new Uint8Array(64)])], { syntax: '1.2.840.10008.1.2.5' }));
    return series?.error;
  };
  expect(await refused('999999999999')).toMatchObject({ code: 'too-large', where: 'NumberOfFrames' });
  expect(await refused('50000')).toMatchObject({ code: 'truncated', where: 'PixelData' });
});

describe('odd series', () => {
  for (const [path, [what, ...words]] of Object.entries(series)) {
    const full = dataFile(path);
    it.skipIf(full === null)(`${path} is ${what}: ${words.join(' ')}`, async () => {
      const files = readdirSync(full as string).map((name) => disk(`${full}/${name}`));
      const { headers, errors } = await open(files);
      if (what === 'refused') {
        expect(headers).toEqual([]);
        expect(errors).toHaveLength(1);
        expect(errors[0]).toMatchObject({ code: 'geometry', where: words[0] });
      } else {
        expect(errors).toEqual([]);
        expect(headers).toHaveLength(words[0] as number);
        for (const header of headers) expect(header.warnings.map((w) => w.code)).toEqual(words.slice(1));
      }
    });
  }

  it.skipIf(dataFile('dcm_qa_enh/Siemens/XA10') === null)(
    'four enhanced objects of one series are four timepoints',
    async () => {
      const full = dataFile('dcm_qa_enh/Siemens/XA10') as string;
      const names = ['6_3', '6_1', '6_4', '6_2'];
      const [found, ...more] = await list(names.map((name) => disk(`${full}/${name}.dcm`)));
      expect(more).toEqual([]);
      expect(found?.header).toMatchObject({ dims: [64, 64, 6], timepoints: 4, warnings: [] });
      expect(found?.sources.map((ref) => ref.path.slice(-7, -4))).toEqual(['6_1', '6_2', '6_3', '6_4']);
    },
  );
});

describe.skipIf(dataFile('pydicom') === null)('what is no image of a scan stands there with its reason', () => {
  const cases: Readonly<Record<string, string>> = {
    'pydicom/test-SR.dcm': 'PixelData',
    'pydicom/rtstruct.dcm': 'PixelData',
    'pydicom/rtplan_truncated.dcm': 'data set',
    'pydicom/ExplVR_BigEndNoMeta.dcm': 'PixelData',
    'pydicom/ExplVR_LitEndNoMeta.dcm': 'PixelData',
    'pydicom/empty_charset_LEI.dcm': 'PixelData',
    'pydicom/no_meta_group_length.dcm': 'PixelData',
    'pydicom/meta_missing_tsyntax.dcm': 'TransferSyntaxUID',
    'pydicom/badVR.dcm': 'NumberOfFrames',
    'pydicom/MR_truncated.dcm': 'PixelData',
    'pydicom/liver_1frame.dcm': 'SOPClassUID',
    'pydicom/JPEG2000-embedded-sequence-delimiter.dcm': 'PixelData',
    'cornerstone3d/no-pixel-data.dcm': 'PixelData',
    'dcmqi/liver.dcm': 'SOPClassUID',
  };
  for (const [path, where] of Object.entries(cases))
    it(`${path}: ${where}`, async () => {
      const full = dataFile(path);
      if (full === null) throw new Error(`${path} is not there`);
      const file = disk(full);
      expect(isDicom(await file.bytes(0, 1024))).toBe(true);
      const { errors } = await open([file]);
      expect(errors[0]).toMatchObject({ where, file: file.name });
    });
});
