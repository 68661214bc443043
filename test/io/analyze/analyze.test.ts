import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rowsOf } from '#core/space/affine.ts';
import { gz, memorySource, read } from '../memorySource.ts';

interface Row {
  name: string;
  hdr: string;
  img: string;
  shape: number[];
  affine: number[][];
  values: number[];
}
const rows = JSON.parse(readFileSync(new URL('../../oracle/analyze.json', import.meta.url), 'utf8')) as Row[];
const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
const [plain] = rows as [Row];

/** `edit` changes a copy of the header's bytes. */
function changed(row: Row, edit: (view: DataView) => void): Uint8Array {
  const hdr = bytes(row.hdr);
  edit(new DataView(hdr.buffer));
  return hdr;
}
const open = (hdr: Uint8Array, img: Uint8Array = bytes(plain.img), name = 'a') =>
  read([memorySource(`${name}.hdr`, hdr), memorySource(`${name}.img`, img, 11)]);

describe('Analyze 7.5 is what nibabel reads', () => {
  it.each(rows)('$name', async ({ hdr, img, shape, affine, values }) => {
    for (const [name, packed] of [
      ['', (data: Uint8Array) => data],
      ['.gz', gz],
    ] as const) {
      const sources = [
        memorySource(`a.hdr${name}`, packed(bytes(hdr))),
        memorySource(`a.img${name}`, packed(bytes(img)), 13),
      ];
      const { volume, series, skipped } = await read(sources);
      expect(series.length).toBe(1);
      expect(skipped).toEqual([]);
      const { header, scalars } = volume;
      expect(header.format).toBe('analyze');
      expect([...header.dims, header.timepoints]).toEqual(shape);
      for (const [r, row] of rowsOf(header.rasFromIjk).entries())
        for (const [c, value] of row.entries()) expect(value).toBeCloseTo(affine[r]?.[c] ?? Number.NaN, 5);
      expect(scalars.length).toBe(values.length);
      for (const [n, value] of values.entries())
        expect(header.slope * (scalars[n] ?? 0) + header.intercept).toBeCloseTo(value, 5);
      expect(header.warnings.map(({ code }) => code)).toContain('orientation-missing');
    }
  });

  it('says what it kept, where the origin came from and that orient was not used', async () => {
    const warning = async (name: string) => {
      const row = rows.find((each) => each.name === name) as Row;
      const { header } = (await open(bytes(row.hdr), bytes(row.img))).volume;
      return header.warnings.find(({ code }) => code === 'orientation-missing');
    };
    expect((await warning('plain uint8'))?.kept).toBe('left, anterior, superior; origin in the middle');
    expect((await warning('int32, origin by SPM'))?.kept).toBe('left, anterior, superior; origin by originator');
    expect((await warning('float64, four times, an offset, orient'))?.text).toContain('orient (3) was not used');
  });

  it("says that SPM's matrix beside it was not read, by its name", async () => {
    const { volume, series, skipped } = await read([
      memorySource('in/a.hdr', bytes(plain.hdr)),
      memorySource('in/a.img', bytes(plain.img)),
      memorySource('in/a.mat', new Uint8Array(20)),
    ]);
    expect(volume.header.warnings.find(({ code }) => code === 'matrix-not-read')).toMatchObject({ where: 'a.mat' });
    expect(series[0]?.sources.map(({ path }) => path)).toEqual(['in/a.hdr', 'in/a.img', 'in/a.mat']);
    expect(skipped).toEqual([]);
  });
});

it('voxels that look like the header of another format stay voxels', async () => {
  // Big-endian ones: to MGH, version 1, four sizes of 1 and the type int.
  const like = new Uint8Array(240);
  for (let n = 3; n < 240; n += 4) like[n] = 1;
  const row = rows.find(({ name }) => name === 'int32, origin by SPM') as Row;
  const hdr = changed(row, (view) => view.setInt16(42, 5, true));
  for (const order of [
    ['a.img', 'a.hdr'],
    ['a.hdr', 'a.img'],
  ]) {
    const { series, volume } = await read(order.map((name) => memorySource(name, name === 'a.hdr' ? hdr : like)));
    expect(series.map(({ name }) => name)).toEqual(['a.hdr']);
    expect(volume.header.format).toBe('analyze');
  }
});

describe('Analyze 7.5 that is unsound', () => {
  const le = true;
  it.each<[string, (view: DataView) => void]>([
    ['dim[0]', (view) => view.setInt16(40, 0, le)],
    ['dim[2]', (view) => view.setInt16(44, -4, le)],
    ['datatype', (view) => view.setInt16(70, 32, le)],
    ['datatype', (view) => view.setInt16(70, 128, le)],
    ['datatype', (view) => view.setInt16(70, 77, le)],
    ['vox_offset', (view) => view.setFloat32(108, 1e9, le)],
    ['vox_offset', (view) => view.setFloat32(108, Number.NaN, le)],
    ['pixdim[3]', (view) => view.setFloat32(88, Infinity, le)],
  ])('%s is refused by name', async (where, edit) => {
    await expect(open(changed(plain, edit))).rejects.toMatchObject({ where, file: 'a.hdr' });
  });
  it('a fifth dimension is refused', async () => {
    const hdr = changed(plain, (view) => {
      view.setInt16(40, 5, le);
      for (const n of [4, 5]) view.setInt16(40 + 2 * n, n - 3, le);
    });
    await expect(open(hdr)).rejects.toMatchObject({ where: 'dim[5]' });
  });
  it('voxels that are missing, in part or whole, are refused', async () => {
    await expect(open(bytes(plain.hdr), bytes(plain.img).subarray(1))).rejects.toMatchObject({
      code: 'truncated',
      where: '.img',
    });
    await expect(read([memorySource('a.hdr', bytes(plain.hdr))])).rejects.toMatchObject({
      code: 'missing',
      where: '.img',
    });
  });
  it('lengths that are none and units that are not millimetres are told', async () => {
    const hdr = changed(plain, (view) => {
      view.setFloat32(80, 0, le);
      view.setFloat32(84, -3, le);
      for (const [n, letter] of [...'cm'].entries()) view.setUint8(56 + n, letter.charCodeAt(0));
      view.setInt16(72, 12, le);
    });
    const { header } = (await open(hdr)).volume;
    expect(header.spacing).toEqual([1, 3, 4]);
    expect(header.warnings.map(({ code }) => code).sort()).toEqual(
      ['bitpix-mismatch', 'orientation-missing', 'pixdim-negative', 'pixdim-zero', 'units-not-mm'].sort(),
    );
  });
  it('a file that calls itself .nii is refused for its magic', async () => {
    await expect(read([memorySource('a.nii', bytes(plain.hdr))])).rejects.toMatchObject({ where: 'magic' });
  });
});
