import { describe, expect, it } from 'vitest';
import { rowsOf } from '#core/space/affine.ts';
import { dataFile } from '../../data.ts';
import { diskSource, read as readFiles } from '../memorySource.ts';
import { ctSlice, type DataSet, dicomFile, joined, list, read, source, sources } from './dicomFile.ts';

/** Siemens' image header, second version. */
function csa(fields: Readonly<Record<string, readonly string[]>>): Uint8Array {
  const text = new TextEncoder();
  const words = (...numbers: number[]) => new Uint8Array(Uint32Array.from(numbers).buffer);
  const name = (given: string) => joined([text.encode(given), new Uint8Array(64 - given.length)]);
  const tags = Object.entries(fields).map(([key, values]) =>
    joined([
      name(key),
      words(values.length),
      text.encode('FD\0\0'),
      words(4, values.length, 77),
      ...values.flatMap((value) => {
        const bytes = text.encode(`${value}\0`);
        return [words(77, bytes.length, 77, 205), bytes, new Uint8Array(-bytes.length & 3)];
      }),
    ]),
  );
  return joined([text.encode('SV10\x04\x03\x02\x01'), words(tags.length, 77), ...tags]);
}

const NORMAL = ['0.0', '0.0', '1.0'];

/** Three slices of 2 × 2 pixels as tiles of a picture of 4 × 4; each value is 100·slice + 10·row + column. */
function mosaic(
  extra: DataSet = {},
  fields: Readonly<Record<string, readonly string[]>> = { NumberOfImagesInMosaic: ['3'], SliceNormalVector: NORMAL },
): DataSet {
  const values = Array.from({ length: 16 }, (_, n) => {
    const [row, column] = [Math.floor(n / 4), n % 4];
    const tile = 2 * Math.floor(row / 2) + Math.floor(column / 2);
    return tile < 3 ? 100 * tile + 10 * (row % 2) + (column % 2) : 0;
  });
  return ctSlice({
    position: [10, 20, 30],
    values,
    extra: {
      x00080008: ['CS', 'ORIGINAL\\PRIMARY\\M\\ND\\MOSAIC'],
      x00080060: ['CS', 'MR'],
      x00180088: ['DS', '5'],
      x00280010: ['US', [4]],
      x00280011: ['US', [4]],
      x00281052: ['DS', '0'],
      x00290010: ['LO', 'SIEMENS CSA HEADER'],
      x00291010: ['OB', csa(fields)],
      ...extra,
    },
  });
}
const only = async (set: DataSet) => {
  const [series, ...more] = await list(sources([set]));
  expect(more).toEqual([]);
  return series ?? expect.fail('none');
};

describe('a mosaic of Siemens is a volume', () => {
  it('its tiles are slices, its corner that of the first of them', async () => {
    const { header, scalars } = await read(await only(mosaic()));
    expect(header).toMatchObject({ dims: [2, 2, 3], spacing: [0.5, 0.75, 5], warnings: [] });
    expect([...scalars]).toEqual([0, 1, 10, 11, 100, 101, 110, 111, 200, 201, 210, 211]);
    // Half of what the mosaic is larger: 1 column of 0.5 mm, 1 row of 0.75 mm.
    expect(rowsOf(header.rasFromIjk).map((row) => row[3])).toEqual([-10.5, -20.75, 30, 1]);
  });

  it('slices that run against the normal of the picture lie where Siemens puts them', async () => {
    const fields = { NumberOfImagesInMosaic: ['3'], SliceNormalVector: ['0', '0', '-1'] };
    const { header, scalars } = await read(await only(mosaic({}, fields)));
    expect(rowsOf(header.rasFromIjk).map((row) => row[3])).toEqual([-10.5, -20.75, 20, 1]);
    expect([...scalars.subarray(0, 4)]).toEqual([200, 201, 210, 211]);
  });

  it('several of a series are timepoints', async () => {
    const files = [1, 2].map((n) =>
      source(
        dicomFile(mosaic({ x00080018: ['UI', `1.2.${n}`], x00200012: ['IS', `${n}`], x00200013: ['IS', `${n}`] })),
        `${n}.dcm`,
      ),
    );
    const [series, ...more] = await list(files);
    expect(more).toEqual([]);
    const { header, scalars } = await read(series ?? expect.fail('none'));
    expect(header).toMatchObject({ dims: [2, 2, 3], timepoints: 2 });
    expect([...scalars.subarray(0, 12)]).toEqual([...scalars.subarray(12)]);
  });

  it.each([
    ['NumberOfImagesInMosaic', {}, { SliceNormalVector: NORMAL }],
    ['SliceNormalVector', {}, { NumberOfImagesInMosaic: ['3'] }],
    ['NumberOfImagesInMosaic', { x00291010: ['OB', new Uint8Array(20)] as const }, undefined],
    ['SpacingBetweenSlices', { x00180088: ['DS', ''] as const }, undefined],
    ['Rows', {}, { NumberOfImagesInMosaic: ['7'], SliceNormalVector: NORMAL }],
  ])('%s is asked for by name', async (where, extra, fields) => {
    const { error } = await only(mosaic(extra, fields));
    expect(error).toMatchObject({ where });
  });

  it('a real one lies where nibabel puts it', async () => {
    const path = dataFile('nibabel/siemens_dwi_0.dcm.gz');
    if (!path) return console.warn('not on this machine: nibabel/siemens_dwi_0.dcm.gz');
    const { header } = (await readFiles([diskSource(path)])).volume;
    expect(header.dims).toEqual([128, 128, 48]);
    // nibabel.nicom.dicomwrappers 5.0.0, its rows and columns exchanged and LPS turned to RAS.
    const expected = [
      [-1.796875, 0, 0, 115],
      [0, -1.796849844, -0.015708, 135.028779],
      [0, -0.0094084375, 2.999958, -78.710481],
    ];
    for (const [n, row] of expected.entries())
      for (const [m, value] of row.entries())
        expect(Math.abs((rowsOf(header.rasFromIjk)[n]?.[m] ?? 0) - value)).toBeLessThan(1e-4);
  });
});
