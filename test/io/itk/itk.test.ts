import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import {
  giplWriteImageNode,
  hdf5WriteImageNode,
  mincWriteImageNode,
  mrcWriteImageNode,
  scancoWriteImageNode,
} from '@itk-wasm/image-io';
import type { Image } from 'itk-wasm';
import { afterAll, describe, expect, it } from 'vitest';
import { invert, rowsOf, transform, type Vector3 } from '#core/space/affine.ts';
import type { Volume } from '#core/volume/volume.ts';
import type { ByteSource } from '#io/source.ts';
import { bytesOf, gz, memorySource, read } from '../memorySource.ts';

interface Row {
  name: string;
  bytes: string;
  shape: number[];
  affine: number[][];
  values: number[];
}
const rows = JSON.parse(readFileSync(new URL('../../oracle/itkFiles.json', import.meta.url), 'utf8')) as Row[];
const mincRows = rows.filter(({ name }) => name.startsWith('MINC 2'));
const bytesIn = (row: Row) => new Uint8Array(inflateSync(Buffer.from(row.bytes, 'base64')));

const folder = mkdtempSync(join(tmpdir(), 'itk-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Write = (image: Image, path: string) => Promise<unknown>;
async function written(write: Write, name: string, image: Image): Promise<Uint8Array> {
  const path = join(folder, name);
  await write(image, path);
  return bytesOf(path);
}

const arrays = {
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
};
interface Shape {
  readonly type?: keyof typeof arrays;
  readonly size?: readonly number[];
  readonly pixelType?: string;
  readonly components?: number;
}
/** A turned grid of 5×4×3, unless told. */
function image({ type = 'int16', size = [5, 4, 3], pixelType = 'Scalar', components = 1 }: Shape = {}): Image {
  const rank = size.length;
  const turn = [0, -1, 0, 1, 0, 0, 0, 0, 1];
  const direction = Float64Array.from({ length: rank * rank }, (_, n) => {
    const [row, column] = [Math.floor(n / rank), n % rank];
    return row < 3 && column < 3 ? (turn[3 * row + column] as number) : Number(row === column);
  });
  const count = size.reduce((a, b) => a * b) * components;
  const data = new arrays[type](count);
  for (let n = 0; n < count; n++) data[n] = (n * 7) % 251;
  return {
    imageType: { dimension: rank, componentType: type, pixelType, components },
    name: 'a',
    origin: [10, -20, 30, 0].slice(0, rank),
    spacing: [0.5, 1.25, 2, 1].slice(0, rank),
    direction,
    size: [...size],
    data,
    metadata: new Map(),
  } as unknown as Image;
}

function expectPlace({ header }: Volume, expected: readonly (readonly number[])[]): void {
  for (const [r, row] of rowsOf(header.rasFromIjk).entries())
    for (const [c, value] of row.entries()) expect(value).toBeCloseTo(expected[r]?.[c] ?? Number.NaN, 6);
}
/** Voxel by voxel at its place: ITK turns an axis of MINC round whose step is negative, nibabel leaves it. */
function expectSameVoxels({ header, scalars }: Volume, { shape, affine, values }: Row): void {
  const [ni = 0, nj = 0, nk = 0] = shape;
  const ijkFromRas = invert(header.rasFromIjk);
  expect(scalars.length).toBe(values.length);
  for (const [n, value] of values.entries()) {
    const place = [n % ni, Math.floor(n / ni) % nj, Math.floor(n / ni / nj) % nk, 1];
    const time = Math.floor(n / (ni * nj * nk));
    const ras = affine.slice(0, 3).map((row) => row.reduce((sum, each, axis) => sum + each * (place[axis] ?? 0), 0));
    const ijk = transform(ijkFromRas, ras as unknown as Vector3);
    for (const index of ijk) expect(Math.abs(index - Math.round(index))).toBeLessThan(1e-6);
    const [i, j, k] = ijk.map(Math.round) as [number, number, number];
    expect(scalars[i + ni * (j + nj * (k + nk * time))]).toBeCloseTo(value, 4);
  }
}
const turned = [
  [0, 1.25, 0, -10],
  [-0.5, 0, 0, 20],
  [0, 0, 2, 30],
  [0, 0, 0, 1],
];
const straight = [
  [-0.5, 0, 0, -10],
  [0, -1.25, 0, 20],
  [0, 0, 2, 30],
  [0, 0, 0, 1],
];
const codes = ({ header }: Volume) => header.warnings.map(({ code }) => code);

describe('files that others have written', () => {
  it.each(mincRows)('$name', async (row) => {
    const name = 'a.mnc';
    for (const [path, bytes] of [
      [name, bytesIn(row)],
      [`${name}.gz`, gz(bytesIn(row))],
    ] as const) {
      const { volume } = await read([memorySource(path, bytes)]);
      expect(volume.header.format).toBe('itk');
      expect([...volume.header.dims, volume.header.timepoints]).toEqual(row.shape);
      expectSameVoxels(volume, row);
      expect(codes(volume)).toEqual([]);
    }
  });
});

describe('files that ITK has written', () => {
  const cases = [
    ['a.h5', hdf5WriteImageNode as Write, turned, []],
    ['a.gipl', giplWriteImageNode as Write, straight, ['orientation-missing']],
  ] as const;
  for (const type of ['uint8', 'int16', 'uint16', 'float32'] as const)
    it.each(cases)(`%s of ${type}`, async (name, write, place, warnings) => {
      const source = image({ type });
      const { volume } = await read([memorySource(name, await written(write, name, source))]);
      expect(volume.header.dims).toEqual([5, 4, 3]);
      expectPlace(volume, place);
      expect([...volume.scalars]).toEqual([...(source.data as unknown as Iterable<number>)]);
      expect(codes(volume)).toEqual(warnings);
    });

  it('whole numbers of 32 bits and float64 become what holds them', async () => {
    for (const [type, expected] of [
      ['int32', 'i16'],
      ['float64', 'f32'],
    ] as const) {
      const bytes = await written(hdf5WriteImageNode as Write, 'b.h5', image({ type }));
      expect((await read([memorySource('b.h5', bytes)])).volume.header.scalarType).toBe(expected);
    }
  });

  it('Scanco ISQ: millimetres out of its micrometres', async () => {
    const bytes = await written(scancoWriteImageNode as Write, 'a.isq', image());
    const { volume } = await read([memorySource('a.isq', bytes)]);
    expect(volume.header).toMatchObject({ dims: [5, 4, 3], spacing: [0.5, 1.25, 2] });
    expect(codes(volume)).toEqual(['orientation-missing']);
    expect([...volume.scalars]).toEqual([...(image().data as unknown as Iterable<number>)]);
  });

  it('a fourth axis is time', async () => {
    const source = image({ size: [4, 3, 2, 3] });
    const bytes = await written(hdf5WriteImageNode as Write, 'c.h5', source);
    const { volume } = await read([memorySource('c.h5', bytes)]);
    expect(volume.header).toMatchObject({ dims: [4, 3, 2], timepoints: 3 });
    expectPlace(volume, turned);
    expect([...volume.scalars]).toEqual([...(source.data as unknown as Iterable<number>)]);
  });

  it('vectors are refused', async () => {
    const vector = image({ type: 'float32', pixelType: 'Vector', components: 2 });
    const colour = image({ type: 'uint8', pixelType: 'RGB', components: 3 });
    for (const [name, write, source] of [
      ['d.h5', hdf5WriteImageNode as Write, vector],
      ['e.mnc', mincWriteImageNode as Write, vector],
      // ITK's HDF5 does not tell colours from other vectors.
      ['f.h5', hdf5WriteImageNode as Write, colour],
    ] as const)
      await expect(read([memorySource(name, await written(write, name, source))])).rejects.toMatchObject({
        code: 'unsupported',
        where: 'components',
      });
  });
});

describe('what ITK does not read for us', () => {
  const [minc] = mincRows as [Row];
  it('a file that is cut or broken, with its own words; the process keeps its exit code', async () => {
    const whole = bytesIn(minc);
    const before = process.exitCode;
    for (const bytes of [whole.subarray(0, 3000), whole.map((byte, n) => (n > 100 && n < 400 ? 255 : byte))]) {
      const file = new Uint8Array(bytes);
      const opened = read([memorySource('a.mnc', file)]);
      await expect(opened).rejects.toMatchObject({ file: 'a.mnc' });
      await expect(opened).rejects.not.toMatchObject({ code: 'internal' });
    }
    expect(process.exitCode).toBe(before);
  });
  it('HDF5 that is no image, MRC, whose lengths are ångström, and a mesh of VTK', async () => {
    const hdf5 = new Uint8Array([0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10, ...new Array<number>(600).fill(0)]);
    await expect(read([memorySource('a.h5', hdf5)])).rejects.toMatchObject({ code: 'unsupported', where: 'HDF5' });
    const mrc = await written(mrcWriteImageNode as Write, 'a.mrc', image());
    await expect(read([memorySource('a.mrc', mrc)])).rejects.toMatchObject({
      where: 'format',
      got: 'an MRC map, whose lengths are ångström',
    });
    const mesh = new TextEncoder().encode('# vtk DataFile Version 3.0\nx\nASCII\nDATASET POLYDATA\nPOINTS 0 float\n');
    await expect(read([memorySource('a.vtk', mesh)])).rejects.toMatchObject({ where: 'format', got: 'a VTK file' });
  });
  it('a file too large for its memory, before it is read', async () => {
    const small = memorySource('a.mnc', bytesIn(minc));
    const large: ByteSource = { ...small, size: 2 ** 30 };
    await expect(read([large])).rejects.toMatchObject({ code: 'too-large', where: 'file' });
  });
});
