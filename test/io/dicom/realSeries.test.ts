import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { affineFromRows, invert, rowsOf, transform } from '#core/space/affine.ts';
import type { Volume } from '#core/volume/volume.ts';
import { isDicom } from '#io/dicom/sniff.ts';
import { type ByteSource, openSource } from '#io/source.ts';
import { dataFile } from '../../data.ts';
import { list, read, readOnly } from './dicomFile.ts';

interface Truth {
  readonly path: string;
  readonly type?: string;
  /** Of a folder of several stacks, those that make one. */
  readonly files?: readonly string[];
  readonly dims: readonly [number, number, number];
  readonly rasFromIjk: readonly (readonly number[])[];
  /** Frames of a film, whose places are one. */
  readonly timepoints?: number;
  readonly points: readonly {
    readonly ijk: readonly [number, number, number];
    readonly t?: number;
    readonly value: number;
    readonly rgb?: readonly [number, number, number];
  }[];
  readonly sha256: string | null;
  readonly rgbSha256?: string;
}

// Made by test/oracle/dicom.py with pydicom and GDCM.
const truth: readonly Truth[] = JSON.parse(readFileSync(join(import.meta.dirname, '../../oracle/dicom.json'), 'utf8'));

const CT = 'cornerstone3d/CTImage.dcm_';
/** GDCM and our decoder may round a lossy code stream differently by this much, in stored values. */
const LOSSY: Readonly<Record<string, number>> = {
  '.4.50.dcm': 1,
  '.4.91.dcm': 1,
  // libjpeg-turbo turns chroma into colour with 16 bits after the point, pydicom with floats; its inverse transform is another.
  'YBR422.dcm': 2,
  'YBRFull.dcm': 2,
  'examples_ybr_color.dcm': 2,
  'app14_dcmd.dcm': 1,
};

export async function dicomFiles(path: string): Promise<ByteSource[]> {
  const walk = (p: string): string[] =>
    statSync(p).isDirectory() ? readdirSync(p).flatMap((name) => walk(join(p, name))) : [p];
  const all = walk(path).map((disk) => openSource({ kind: 'disk', disk, path: disk }));
  const kept: ByteSource[] = [];
  for (const file of all) if (isDicom(await file.bytes(0, 1024))) kept.push(file);
  return kept;
}

const rescaled = ({ header, scalars }: Volume, n: number) => header.slope * (scalars[n] as number) + header.intercept;

describe('series against pydicom', () => {
  for (const { path, type, files, dims, timepoints, rasFromIjk, points, sha256, rgbSha256 } of truth) {
    const full = dataFile(path);
    it.skipIf(full === null)(`${path}${type ? ` (${type})` : ''}`, async () => {
      const all = await dicomFiles(full as string);
      const found = await list(files ? all.filter(({ name }) => files.includes(name)) : all);
      // Of two stacks the truth names one by its frame type: the field map alone has an intercept.
      const wanted =
        type === undefined ? found : found.filter((s) => (s.header?.intercept !== 0) === (type === 'FIELD_MAP'));
      expect(wanted).toHaveLength(1);
      const volume = await read(wanted[0] as (typeof wanted)[0]);
      const { header, scalars, rgb } = volume;
      expect(header.dims).toEqual(dims);
      expect(header.timepoints).toBe(timepoints ?? 1);
      expect(rgb !== undefined).toBe(rgbSha256 !== undefined);
      expect(header.warnings.some(({ code }) => code === 'colour')).toBe(rgb !== undefined);
      // The only even stack of a tilted gantry among these: its shear is in the matrix, which is compared below.
      if (path === 'dcm_qa_ct/GE')
        expect(header.warnings).toMatchObject([{ code: 'gantry-tilt', text: expect.stringContaining('18.50°') }]);
      const rows = rowsOf(header.rasFromIjk);
      for (const r of [0, 1, 2, 3])
        for (const c of [0, 1, 2, 3]) expect(rows[r]?.[c]).toBeCloseTo(rasFromIjk[r]?.[c] as number, 9);
      const lossy = Object.entries(LOSSY).find(([end]) => path.endsWith(end))?.[1] ?? 0;
      const truthRas = affineFromRows('ras', 'ijk', rasFromIjk);
      const [ni, nj] = header.dims;
      for (const { ijk, t, value, rgb: colour } of points) {
        // By way of RAS, so that the place counts and not the index.
        const [i, j, k] = transform(invert(header.rasFromIjk), transform(truthRas, ijk)).map(Math.round) as [
          number,
          number,
          number,
        ];
        const at = i + ni * (j + nj * k) + (t ?? 0) * ni * nj;
        const mine = rescaled(volume, at);
        for (const [c, byte] of (colour ?? []).entries())
          expect(Math.abs((rgb?.[3 * at + c] as number) - byte), `${ijk}: ${c}`).toBeLessThanOrEqual(lossy);
        // float32 keeps 24 bits of a value that was rescaled slice by slice.
        expect(Math.abs(mine - value)).toBeLessThanOrEqual(lossy * header.slope + Math.abs(value) * 2 ** -24);
      }
      if (sha256 !== null && lossy === 0) {
        const whole = Int32Array.from(scalars, (_, n) => rescaled(volume, n));
        expect(createHash('sha256').update(new Uint8Array(whole.buffer)).digest('hex')).toBe(sha256);
      }
      if (rgb && lossy === 0) expect(createHash('sha256').update(rgb).digest('hex')).toBe(rgbSha256);
    });
  }
});

describe('transfer syntaxes', () => {
  const folder = dataFile('cornerstone3d');
  const names = folder ? readdirSync(folder).filter((name) => name.startsWith('CTImage.dcm_')) : [];
  const path = (end: string) => join(folder as string, names.find((name) => name.endsWith(`_${end}.dcm`)) as string);
  const volume = async (end: string) => readOnly(await dicomFiles(path(end)));

  for (const end of [
    '1.2.840.10008.1.2.2',
    '1.2.840.10008.1.2.1.99',
    '1.2.840.10008.1.2.5',
    ...['57', '70', '80', '90'].map((n) => `1.2.840.10008.1.2.4.${n}`),
  ])
    it.skipIf(folder === null)(`${end}: each voxel as in the uncompressed file, the last one too`, async () => {
      const plain = await volume('1.2.840.10008.1.2.1');
      const { header, scalars } = await volume(end);
      expect(header.scalarType).toBe('i16');
      expect(header.storedRange).toEqual([-2000, 2402]);
      expect(header.warnings).toEqual([]);
      expect(scalars[512 * 512 - 1]).toBe(plain.scalars[512 * 512 - 1]);
      expect(Buffer.from(scalars.buffer).equals(Buffer.from(plain.scalars.buffer))).toBe(true);
    });

  it.skipIf(folder === null)('each slice of a JPEG lossless series keeps its last voxel', async () => {
    // The file's last voxel is padding (-2000): a decoder that stops early leaves 0 there.
    for (const end of ['57', '70']) {
      const { scalars } = await volume(`1.2.840.10008.1.2.4.${end}`);
      expect(scalars[512 * 512 - 1]).toBe(-2000);
    }
  });

  for (const end of ['81', '91'])
    it.skipIf(folder === null)(`.4.${end}: near the uncompressed file, and said to be lossy`, async () => {
      const plain = await volume('1.2.840.10008.1.2.1');
      const { header, scalars } = await volume(`1.2.840.10008.1.2.4.${end}`);
      expect(header.warnings.map((w) => w.code)).toEqual(['lossy-compression']);
      let worst = 0;
      scalars.forEach((value, n) => {
        worst = Math.max(worst, Math.abs(value - (plain.scalars[n] as number)));
      });
      expect(worst).toBeLessThanOrEqual(end === '81' ? 3 : 12);
    });

  for (const end of ['51', '53', '55'])
    it.skipIf(folder === null)(
      `.4.${end}: near the uncompressed file, as far as 12 bits of another scale can be`,
      async () => {
        const plain = await volume('1.2.840.10008.1.2.1');
        const lossy = await volume(`1.2.840.10008.1.2.4.${end}`);
        expect(lossy.header.warnings.map((w) => w.code)).toEqual(['lossy-compression']);
        let worst = 0;
        lossy.scalars.forEach((_, n) => {
          worst = Math.max(worst, Math.abs(rescaled(lossy, n) - rescaled(plain, n)));
        });
        expect(worst).toBeLessThanOrEqual(36);
        const last = 512 * 512 - 1;
        expect(Math.abs(rescaled(lossy, last) - rescaled(plain, last))).toBeLessThanOrEqual(2);
      },
    );

  it.skipIf(dataFile(`${CT}LittleEndianExplicitTransferSyntax_1.2.840.10008.1.2.1.dcm`) === null)(
    'a header costs 64 KB of its file',
    async () => {
      const file = (await dicomFiles(path('1.2.840.10008.1.2.1')))[0] as ByteSource;
      let most = 0;
      const counted: ByteSource = {
        ...file,
        bytes: (from, to) => {
          most = Math.max(most, to);
          return file.bytes(from, to);
        },
      };
      await list([counted]);
      expect(most).toBeLessThanOrEqual(65536);
    },
  );
});

describe('none is passed over in silence', () => {
  /** What is no image of a scan, or damaged: damaged.test.ts says what becomes of each. */
  const elsewhere = [
    'cornerstone3d/no-pixel-data.dcm',
    'dicom2nifti/failing/',
    'dicom2nifti/ge/fmri/',
    'pydicom/JPEG2000-embedded-sequence-delimiter.dcm',
    'pydicom/MR_truncated.dcm',
    'pydicom/badVR.dcm',
    'pydicom/dicomdirtests/DICOMDIR',
    'pydicom/liver_1frame.dcm',
    'pydicom/meta_missing_tsyntax.dcm',
    'pydicom/rtplan_truncated.dcm',
    'pydicom/rtstruct.dcm',
    'pydicom/test-SR.dcm',
    'pydicom/ExplVR_BigEndNoMeta.dcm',
    'pydicom/ExplVR_LitEndNoMeta.dcm',
    'pydicom/empty_charset_LEI.dcm',
    'pydicom/no_meta_group_length.dcm',
    // Segmentations, structures and reports: no voxels of a body.
    'dcmqi/23x38x3/seg/',
    'dcmqi/liver.dcm',
    'dcmqi/partial_overlaps.dcm',
    'dcmqi/sparse-labelmap-',
    'dcmqi/sr-example/',
    'rt-utils/empty/',
    'rt-utils/mock_data/invalid_reference_rt.dcm',
    'rt-utils/mock_data/non_existent_reference_rt.dcm',
    'rt-utils/mock_data/rt.dcm',
  ];
  const folders = ['cornerstone3d', 'pydicom', 'dicom2nifti', 'nibabel', 'dash-vtk', 'dcm_qa_ct', 'dcm_qa_decubitus'];
  for (const top of [...folders, 'dcm_qa_enh', 'dcmqi', 'rt-utils', 'seg3d', 'totalsegmentator'])
    it.skipIf(dataFile(top) === null)(`each DICOM file of ${top} is compared or stands among the refused`, async () => {
      const root = dataFile(top) as string;
      const paths = (await dicomFiles(root)).map(({ ref }) => top + ref.path.slice(root.length));
      expect(paths.length).toBeGreaterThan(0);
      const within = (path: string, folderOrFile: string) =>
        path === folderOrFile || path.startsWith(`${folderOrFile}/`);
      const left = paths.filter(
        (path) => !truth.some((one) => within(path, one.path)) && !elsewhere.some((one) => path.startsWith(one)),
      );
      expect(left).toEqual([]);
    });
});
