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
