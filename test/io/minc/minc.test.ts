import { readFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { rowsOf } from '#core/space/affine.ts';
import { gz, memorySource, read } from '../memorySource.ts';

interface Row {
  name: string;
  bytes: string;
  shape: number[];
  affine: number[][];
  values: number[];
}
/** nibabel's axes are brought to x, y, z there; here they stay as the file has them. */
const rows = (JSON.parse(readFileSync(new URL('../../oracle/itkFiles.json', import.meta.url), 'utf8')) as Row[]).filter(
  ({ name }) => name.startsWith('MINC 1'),
);
const bytesOf = ({ bytes }: Row) => new Uint8Array(inflateSync(Buffer.from(bytes, 'base64')));
const rowOf = (part: string) => rows.find(({ name }) => name.includes(part)) as Row;

describe('MINC 1 is what nibabel reads', () => {
  it.each(rows)('$name', async (row) => {
    const [ni = 0, nj = 0, nk = 0, nt = 0] = row.shape;
    for (const [path, bytes] of [
      ['a.mnc', bytesOf(row)],
      ['a.mnc.gz', gz(bytesOf(row))],
    ] as const) {
      const { header, scalars } = (await read([memorySource(path, bytes, 37)])).volume;
      expect(header.warnings).toEqual([]);
      expect(header.timepoints).toBe(nt);
      // Which of x, y, z each axis of ours is, by the column of the matrix.
      const ours = rowsOf(header.rasFromIjk);
      const same = (axis: number, other: number) =>
        [0, 1, 2].every((r) => Math.abs((ours[r]?.[axis] ?? 0) - (row.affine[r]?.[other] ?? 9)) < 1e-9);
      const order = [0, 1, 2].map((axis) => [0, 1, 2].findIndex((other) => same(axis, other)));
      expect([...order].sort()).toEqual([0, 1, 2]);
      expect([...header.dims]).toEqual(order.map((other) => row.shape[other]));
      for (const r of [0, 1, 2]) expect(ours[r]?.[3]).toBeCloseTo(row.affine[r]?.[3] ?? Number.NaN, 9);
      expect(scalars.length).toBe(row.values.length);
      for (const [n, value] of row.values.entries()) {
        const xyz = [n % ni, Math.floor(n / ni) % nj, Math.floor(n / ni / nj) % nk];
        const [i = 0, j = 0, k = 0] = order.map((other) => xyz[other]);
        const at = i + header.dims[0] * (j + header.dims[1] * (k + header.dims[2] * Math.floor(n / (ni * nj * nk))));
        expect(header.slope * (scalars[at] ?? Number.NaN) + header.intercept).toBeCloseTo(value, 5);
      }
    }
  });

  it('one scale leaves the voxels as they are stored, several make them values', async () => {
    const of = async (part: string) => (await read([memorySource('a.mnc', bytesOf(rowOf(part)))])).volume.header;
    expect(await of('one scale')).toMatchObject({ scalarType: 'u8', slope: 6 / 255, intercept: 1 });
    expect(await of('each slice')).toMatchObject({ scalarType: 'f32', slope: 1, intercept: 0 });
  });
});

/** The file with the first `from` in it replaced by a word of the same length. */
function edited(row: Row, from: string, to: string): Uint8Array {
  expect(to.length).toBe(from.length);
  const text = Buffer.from(bytesOf(row));
  const at = text.indexOf(from);
  expect(at).toBeGreaterThan(0);
  text.write(to, at, 'latin1');
  return new Uint8Array(text);
}

describe('MINC 1 that is unsound', () => {
  it.each([
    ['zspace:spacing', 'regular__', 'irregular'],
    ['image', 'xspace', 'wspace'],
    ['image-max', 'image-min', 'image-mix'],
  ])('%s is refused by name', async (where, from, to) => {
    const row = rowOf('one scale');
    const bytes = edited(row, from, to);
    const opened = read([memorySource('a.mnc', bytes)]);
    if (where === 'image-max') await expect(opened).rejects.toMatchObject({ where: 'image-min', file: 'a.mnc' });
    else await expect(opened).rejects.toMatchObject({ where, file: 'a.mnc' });
  });
  it('a step that is missing is told', async () => {
    const bytes = edited(rowOf('one scale'), 'step', 'stop');
    const { header } = (await read([memorySource('a.mnc', bytes)])).volume;
    expect(header.warnings.map(({ code }) => code)).toEqual(['spacing-missing']);
  });
  it.each([
    ['one scale', false],
    ['each slice', false],
    ['one scale', true],
    ['each slice', true],
  ])('cut anywhere it is refused: %s, gzip %s', async (part, packed) => {
    const whole = bytesOf(rowOf(part));
    for (let length = 100; length < whole.length - 4; length += 97) {
      const cut = whole.subarray(0, length);
      const source = packed ? memorySource('a.mnc.gz', gz(cut)) : memorySource('a.mnc', cut);
      await expect(read([source])).rejects.toMatchObject({ code: 'truncated' });
    }
  });
});
