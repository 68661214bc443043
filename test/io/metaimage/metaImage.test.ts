import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { rowsOf } from '#core/space/affine.ts';
import { gz, memorySource, read } from '../memorySource.ts';

const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const voxels = (count: number) => new Uint8Array(Int16Array.from({ length: count }, (_, n) => n - 5).buffer);
const values = (count: number) => Array.from({ length: count }, (_, n) => n - 5);

function header(changes: Record<string, string | null> = {}): Uint8Array {
  const { ElementDataFile = 'LOCAL', ...others } = changes;
  const fields: Record<string, string | null> = {
    ObjectType: 'Image',
    NDims: '3',
    BinaryData: 'True',
    BinaryDataByteOrderMSB: 'False',
    TransformMatrix: '0 1 0 -1 0 0 0 0 1',
    Offset: '10 20 30',
    ElementSpacing: '2 3 4',
    DimSize: '2 3 4',
    ElementType: 'MET_SHORT',
    ...others,
    ElementDataFile,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : `${name} = ${value}`));
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}
const meta = (changes: Record<string, string | null> = {}, data: Uint8Array = voxels(24)) =>
  read([memorySource('a.mha', join(header(changes), data), 53)]);
const codes = async (changes: Record<string, string | null>) =>
  (await meta(changes)).volume.header.warnings.map(({ code }) => code);

describe('MetaImage', () => {
  it('raw: voxels, and a matrix whose first three numbers are the first axis', async () => {
    const { volume } = await meta();
    expect(volume.header).toMatchObject({ format: 'metaimage', dims: [2, 3, 4], spacing: [2, 3, 4], warnings: [] });
    expect([...volume.scalars]).toEqual(values(24));
    expect(rowsOf(volume.header.rasFromIjk).slice(0, 3)).toEqual([
      [-0, 3, -0, -10],
      [-2, -0, -0, -20],
      [0, 0, 4, 30],
    ]);
  });

  it('text, attached or in a file of its own', async () => {
    const text = new TextEncoder().encode(values(24).join(' '));
    expect([...(await meta({ BinaryData: 'False' }, text)).volume.scalars]).toEqual(values(24));
    const beside = await read([
      memorySource('a.mhd', header({ BinaryData: 'False', ElementDataFile: 'a.txt' })),
      memorySource('a.txt', text, 5),
    ]);
    expect([...beside.volume.scalars]).toEqual(values(24));
    await expect(meta({ BinaryData: 'False' }, text.subarray(0, 20))).rejects.toMatchObject({ code: 'truncated' });
  });

  it('compressed by zlib or by gzip, big-endian, a header to pass over', async () => {
    const packed = { CompressedData: 'True' };
    expect([...(await meta(packed, new Uint8Array(deflateSync(voxels(24))))).volume.scalars]).toEqual(values(24));
    expect([...(await meta(packed, gz(voxels(24)))).volume.scalars]).toEqual(values(24));
    const swapped = new Uint8Array(Buffer.from(voxels(24)).swap16());
    for (const field of ['ElementByteOrderMSB', 'BinaryDataByteOrderMSB'])
      expect([...(await meta({ [field]: 'True' }, swapped)).volume.scalars]).toEqual(values(24));
    const open = (size: string, bytes: Uint8Array) =>
      read([
        memorySource('a.mhd', header({ HeaderSize: size, ElementDataFile: 'a.raw' })),
        memorySource('a.raw', bytes),
      ]);
    expect([...(await open('6', join(Buffer.from('before'), voxels(24)))).volume.scalars]).toEqual(values(24));
    expect([...(await open('-1', join(Buffer.from('anything'), voxels(24)))).volume.scalars]).toEqual(values(24));
  });

  it('files by list and by pattern', async () => {
    const half = [voxels(24).subarray(0, 24), voxels(24).subarray(24)] as const;
    const files = half.map((bytes, n) => memorySource(`s${n + 1}.raw`, bytes));
    const list = join(header({ ElementDataFile: 'LIST' }), Buffer.from('s1.raw\ns2.raw\n'));
    expect([...(await read([memorySource('a.mhd', list), ...files])).volume.scalars]).toEqual(values(24));
    const pattern = header({ ElementDataFile: 's%d.raw 1 2 1' });
    const { volume, series } = await read([memorySource('a.mhd', pattern), ...files]);
    expect([...volume.scalars]).toEqual(values(24));
    expect(series.length).toBe(1);
  });

  it('four dimensions: time', async () => {
    const four = {
      NDims: '4',
      DimSize: '2 3 2 2',
      ElementSpacing: '2 3 4 1',
      Offset: '1 2 3 0',
      TransformMatrix: '1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1',
    };
    expect((await meta(four)).volume.header).toMatchObject({ dims: [2, 3, 2], timepoints: 2, spacing: [2, 3, 4] });
  });

  it('MET_LONG has 4 bytes or 8, as its writer had it: the length of the data tells', async () => {
    const long = { ElementType: 'MET_LONG' };
    const four = new Uint8Array(Int32Array.from(values(24)).buffer);
    const eight = new Uint8Array(BigInt64Array.from(values(24), BigInt).buffer);
    expect([...(await meta(long, four)).volume.scalars]).toEqual(values(24));
    expect([...(await meta(long, eight)).volume.scalars]).toEqual(values(24));
    expect([...(await meta({ ElementType: 'MET_ULONG' }, eight.slice(40))).volume.scalars.subarray(0, 3)]).toEqual([
      0, 0, 1,
    ]);
    const packed = { ...long, CompressedData: 'True' };
    await expect(meta(packed, new Uint8Array(deflateSync(eight)))).rejects.toMatchObject({ where: 'ElementType' });
  });

  it('lengths in other units become millimetres, told', async () => {
    expect(await codes({ DistanceUnits: 'mm' })).toEqual([]);
    for (const [unit, scale] of [
      ['um', 0.001],
      ['cm', 10],
    ] as const) {
      const { header: found } = (await meta({ DistanceUnits: unit })).volume;
      expect(found.warnings.map(({ code }) => code)).toEqual(['units-not-mm']);
      const [x, y, z] = rowsOf(found.rasFromIjk).map((row) => row[3]);
      expect([x, y, z].map((mm) => (mm as number) / scale)).toEqual([-10, -20, 30]);
      expect(found.spacing.map((mm) => Math.round(mm / scale))).toEqual([2, 3, 4]);
    }
    expect(await codes({ DistanceUnits: 'furlong' })).toEqual(['units-not-mm']);
  });

  it('values by the file’s own function of what is stored, told since ITK leaves them', async () => {
    const scaled = { ElementToIntensityFunctionSlope: '2', ElementToIntensityFunctionOffset: '-3' };
    expect((await meta(scaled)).volume.header).toMatchObject({ slope: 2, intercept: -3 });
    expect(await codes(scaled)).toEqual(['scaling-by-metaimage']);
    expect(await codes({ ElementToIntensityFunctionSlope: '1', ElementToIntensityFunctionOffset: '0' })).toEqual([]);
    for (const slope of ['0', 'x'])
      await expect(meta({ ElementToIntensityFunctionSlope: slope })).rejects.toMatchObject({
        where: 'ElementToIntensityFunctionSlope',
      });
  });

  it('a negative spacing runs the other way, as ITK takes it', async () => {
    const { header: found } = (await meta({ ElementSpacing: '2 -3 4' })).volume;
    expect(found.spacing).toEqual([2, 3, 4]);
    expect(rowsOf(found.rasFromIjk)[0]?.slice(0, 3)).toEqual([-0, -3, -0]);
  });

  it('HeaderSize of attached data counts from the file’s first byte, or its last', async () => {
    const text = header({ HeaderSize: '400' });
    const padded = join(text, new Uint8Array(400 - text.length), voxels(24));
    expect([...(await read([memorySource('a.mha', padded)])).volume.scalars]).toEqual(values(24));
    const last = join(header({ HeaderSize: '-1' }), Buffer.from('anything'), voxels(24));
    expect([...(await read([memorySource('a.mha', last)])).volume.scalars]).toEqual(values(24));
  });

  it('colons between names and values; volumes of a time series in files of their own', async () => {
    const colons = new TextEncoder().encode(new TextDecoder().decode(header()).replaceAll(' = ', ': '));
    expect([...(await read([memorySource('a.mha', join(colons, voxels(24)))])).volume.scalars]).toEqual(values(24));
    const four = {
      NDims: '4',
      DimSize: '2 3 1 4',
      ElementSpacing: '2 3 4 1',
      Offset: '1 2 3 0',
      TransformMatrix: '1 0 0 0 0 1 0 0 0 0 1 0 0 0 0 1',
      ElementDataFile: 't%d.raw 1 4 1',
    };
    const files = [1, 2, 3, 4].map((n) => memorySource(`t${n}.raw`, voxels(24).subarray(12 * n - 12, 12 * n)));
    const { volume } = await read([memorySource('a.mhd', header(four)), ...files]);
    expect(volume.header.timepoints).toBe(4);
    expect([...volume.scalars]).toEqual(values(24));
  });

  it('what the file leaves open is told', async () => {
    expect(await codes({ TransformMatrix: null })).toEqual(['orientation-missing']);
    expect(await codes({ ElementSpacing: null })).toEqual(['spacing-missing']);
    expect(await codes({ ElementSpacing: '2 -3 4' })).toEqual(['spacing-negative']);
  });

  it.each([
    ['ObjectType', { ObjectType: 'Mesh' }],
    ['NDims', { NDims: '5' }],
    ['DimSize', { DimSize: '2 3' }],
    ['DimSize', { DimSize: '2 0 4' }],
    ['DimSize', { DimSize: '4096 4096 4096' }],
    ['ElementType', { ElementType: 'MET_STRING' }],
    ['ElementType', { ElementType: null }],
    ['ElementNumberOfChannels', { ElementNumberOfChannels: '3' }],
    ['ElementSpacing', { ElementSpacing: '2 0 4' }],
    ['TransformMatrix', { TransformMatrix: '1 0 0 1 0 0 0 0 1' }],
    ['BinaryData', { BinaryData: 'False', ElementType: 'MET_LONG_LONG' }],
    ['HeaderSize', { HeaderSize: '-7' }],
    ['ElementDataFile', { ElementDataFile: 'gone.raw' }],
    ['ElementDataFile', { ElementDataFile: '/etc/passwd' }],
    ['ElementDataFile', { ElementDataFile: null }],
  ])('%s is refused by name: %j', async (where, changes) => {
    await expect(meta(changes)).rejects.toMatchObject({ where, file: 'a.mha' });
  });
});
