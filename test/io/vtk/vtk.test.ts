import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { vtkReadImageNode, vtkWriteImageNode } from '@itk-wasm/image-io';
import { afterAll, describe, expect, it } from 'vitest';
import { rowsOf } from '#core/space/affine.ts';
import { bytesOf, gz, memorySource, read } from '../memorySource.ts';

interface Row {
  name: string;
  bytes: string;
  shape: number[];
  affine: number[][];
  values: number[];
}
const rows = (JSON.parse(readFileSync(new URL('../../oracle/itkFiles.json', import.meta.url), 'utf8')) as Row[]).filter(
  ({ name }) => name.startsWith('VTK'),
);

const folder = mkdtempSync(join(tmpdir(), 'vtk-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('VTK images are what VTK has written', () => {
  it.each(rows)('$name', async ({ bytes, shape, affine, values }) => {
    const file = new Uint8Array(inflateSync(Buffer.from(bytes, 'base64')));
    for (const [name, packed] of [
      ['a.vtk', file],
      ['a.vtk.gz', gz(file)],
    ] as const) {
      const { volume } = await read([memorySource(name, packed, 23)]);
      expect([...volume.header.dims, volume.header.timepoints]).toEqual(shape);
      expect(rowsOf(volume.header.rasFromIjk)).toEqual(
        affine.map((row) => row.map((value) => expect.closeTo(value, 9))),
      );
      expect([...volume.scalars]).toEqual(values);
      expect(volume.header.warnings.map(({ code }) => code)).toEqual(['orientation-missing']);
    }
  });
});

const head = (changes: Record<string, string | null> = {}) =>
  Object.entries({
    magic: '# vtk DataFile Version 3.0',
    title: 'a',
    form: 'ASCII',
    DATASET: 'DATASET STRUCTURED_POINTS',
    DIMENSIONS: 'DIMENSIONS 2 3 2',
    SPACING: 'SPACING 0.5 1.25 2',
    ORIGIN: 'ORIGIN 10 -20 30',
    POINT_DATA: 'POINT_DATA 12',
    SCALARS: 'SCALARS a short 1',
    table: 'LOOKUP_TABLE default',
    ...changes,
  })
    .flatMap(([, line]) => (line === null ? [] : [line]))
    .join('\n');
const open = (text: string) => read([memorySource('a.vtk', new TextEncoder().encode(text), 19)]);
/** 2 × 3 × 2 shorts as VTK writes them, then what is given. */
const binary = (after: string) => {
  const text = new TextEncoder();
  const shorts = new Uint8Array(Buffer.from(Int16Array.from({ length: 12 }, (_, n) => n).buffer).swap16());
  const bytes = Buffer.concat([text.encode(`${head({ form: 'BINARY' })}\n`), shorts, text.encode(after)]);
  return read([memorySource('a.vtk', new Uint8Array(bytes), 19)]);
};

it('a second array is not read, and that is told', async () => {
  const codes = async (after: string) => (await binary(after)).volume.header.warnings.map(({ code }) => code);
  for (const next of ['SCALARS b float\n', 'FIELD FieldData 1\n', 'VECTORS v float\n', 'CELL_DATA 2\n'])
    expect(await codes(`\n${next}`)).toEqual(['orientation-missing', 'arrays-left-out']);
  expect(await codes('\nMETADATA\nINFORMATION 0\n\n')).toEqual(['orientation-missing']);
  expect([...(await binary('\nSCALARS b float\n')).volume.scalars]).toEqual(Array.from({ length: 12 }, (_, n) => n));
});

const numbers = '1 2\n3 -4 5 6 7\t8 9 10 11 -32768';

describe('VTK images', () => {
  it('colours as ITK writes them', async () => {
    const data = Uint8Array.from({ length: 36 }, (_, n) => n * 7);
    const image = {
      imageType: { dimension: 3, componentType: 'uint8', pixelType: 'RGB', components: 3 },
      name: 'a',
      origin: [0, 0, 0],
      spacing: [1, 1, 1],
      direction: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      size: [2, 3, 2],
      data,
      metadata: new Map(),
    };
    const path = join(folder, 'rgb.vtk');
    await vtkWriteImageNode(image as unknown as Parameters<typeof vtkWriteImageNode>[0], path);
    const { volume } = await read([memorySource('rgb.vtk', bytesOf(path))]);
    expect([...(volume.rgb ?? [])]).toEqual([...data]);
    expect(volume.header.warnings.map(({ code }) => code)).toEqual(['colour', 'orientation-missing']);
  });

  it('text, an empty title, the old name of the spacing, an axis without its own table; ITK reads the same', async () => {
    const text = `${head({ title: '', SPACING: 'ASPECT_RATIO 0.5 1.25 2' })}\n${numbers}\n`;
    const { volume } = await open(text);
    expect(volume.header).toMatchObject({ dims: [2, 3, 2], spacing: [0.5, 1.25, 2] });
    expect([...volume.scalars]).toEqual([1, 2, 3, -4, 5, 6, 7, 8, 9, 10, 11, -32768]);
    const path = join(folder, 'text.vtk');
    writeFileSync(path, `${head()}\n${numbers}\n`);
    const { image } = await vtkReadImageNode(path);
    expect([...(image.data as unknown as Iterable<number>)]).toEqual([...volume.scalars]);
    expect(image.origin).toEqual([10, -20, 30]);
  });

  it.each([
    ['BINARY', { form: 'OTHER' }],
    ['DIMENSIONS', { DIMENSIONS: 'DIMENSIONS 2 3' }],
    ['DIMENSIONS', { DIMENSIONS: 'DIMENSIONS 2 0 6' }],
    ['DIMENSIONS', { DIMENSIONS: 'DIMENSIONS 40960 40960 40960', POINT_DATA: 'POINT_DATA 68719476736000' }],
    ['SPACING', { SPACING: null }],
    ['SPACING', { SPACING: 'SPACING 1 0 1' }],
    ['ORIGIN', { ORIGIN: 'ORIGIN 1 nan 1' }],
    ['POINT_DATA', { POINT_DATA: 'POINT_DATA 11' }],
    ['POINT_DATA', { POINT_DATA: null }],
    ['CELL_DATA', { POINT_DATA: 'CELL_DATA 2' }],
    ['SCALARS', { SCALARS: 'SCALARS a long 1' }],
    ['SCALARS', { SCALARS: 'SCALARS a short 3' }],
    ['SCALARS', { SCALARS: 'SCALARS a thing' }],
    ['LOOKUP_TABLE', { table: null }],
    ['VECTORS', { SCALARS: 'VECTORS a float', table: null }],
    ['COLOR_SCALARS', { SCALARS: 'COLOR_SCALARS a 3', table: null }],
    ['FIELD', { SCALARS: 'FIELD FieldData 2', table: 'x 1 12 float' }],
    ['FIELD', { SCALARS: 'FIELD FieldData 1', table: 'x 1 11 float' }],
    ['SCALARS', { SCALARS: null, table: null }],
  ])('%s is refused by name: %j', async (where, changes) => {
    const last = 'SCALARS' in changes && changes.SCALARS === null ? '' : `\n${numbers}\n`;
    await expect(open(head(changes) + last)).rejects.toMatchObject({ where, file: 'a.vtk' });
  });

  it.each([
    ['truncated', '1 2 3 4 5 6 7 8 9 10 11'],
    ['truncated', '1 2 3'],
    ['format', '1 2 3 4 5 six 7 8 9 10 11 12'],
    ['format', '1 2 3 4 5 6 7 8 9 10 11 32768'],
    ['format', '1 2 3 4 5 6.5 7 8 9 10 11 12'],
    ['format', `1 2 3 4 5 6 7 8 9 10 11 ${'1'.repeat(500)}`],
  ])('%s: voxels %s', async (code, text) => {
    await expect(open(`${head()}\n${text}\n`)).rejects.toMatchObject({ code, where: 'POINT_DATA' });
  });

  it('what follows the voxels is of the format', async () => {
    const { volume } = await open(`${head()}\n${numbers}\nMETADATA\nINFORMATION 0\n`);
    expect(volume.header.warnings.map(({ code }) => code)).toEqual(['orientation-missing']);
  });
});
