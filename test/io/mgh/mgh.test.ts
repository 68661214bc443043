import { describe, expect, it } from 'vitest';
import { rowsOf } from '#core/space/affine.ts';
import { dataFile } from '../../data.ts';
import { bytesOf, gz, memorySource, read } from '../memorySource.ts';

interface Fields {
  readonly version?: number;
  readonly dims?: readonly [number, number, number, number];
  readonly type?: number;
  readonly good?: number;
  readonly delta?: readonly number[];
  readonly cosines?: readonly number[];
  readonly centre?: readonly number[];
  readonly values?: readonly number[];
  /** ms; null: the file ends with its voxels. */
  readonly tr?: number | null;
}
const sizes: Readonly<Record<number, number>> = { 0: 1, 1: 4, 3: 4, 4: 2, 10: 2 };

/** 2×3×4 of 0…23 as short, turned about the third axis, unless told. */
function mgh(fields: Fields = {}): Uint8Array<ArrayBuffer> {
  const { version = 1, dims = [2, 3, 4, 1], type = 4, good = 1, tr = null } = fields;
  const values = fields.values ?? Array.from({ length: dims.reduce((a, b) => a * b) }, (_, n) => n);
  const size = sizes[type] ?? 2;
  const bytes = new Uint8Array(284 + values.length * size + (tr === null ? 0 : 30));
  const view = new DataView(bytes.buffer);
  for (const [n, word] of [version, ...dims, type, 0].entries()) view.setInt32(4 * n, word);
  view.setInt16(28, good);
  const delta = fields.delta ?? [2, 3, 4];
  const cosines = fields.cosines ?? [0, 1, 0, -1, 0, 0, 0, 0, 1];
  for (const [n, value] of [...delta, ...cosines, ...(fields.centre ?? [10, 20, 30])].entries())
    view.setFloat32(30 + 4 * n, value);
  for (const [n, value] of values.entries()) {
    const at = 284 + n * size;
    if (type === 0) view.setUint8(at, value);
    else if (type === 1) view.setInt32(at, value);
    else if (type === 3) view.setFloat32(at, value);
    else if (type === 10) view.setUint16(at, value);
    else view.setInt16(at, value);
  }
  if (tr !== null) view.setFloat32(284 + values.length * size, tr);
  return bytes;
}
const open = (fields: Fields = {}, name = 'a.mgh') => read([memorySource(name, mgh(fields), 41)]);

describe('MGH', () => {
  it('voxels, place, no warning; the same in gzip', async () => {
    for (const [name, bytes] of [
      ['a.mgh', mgh()],
      ['a.mgz', gz(mgh())],
    ] as const) {
      const { volume } = await read([memorySource(name, bytes, 41)]);
      expect(volume.header).toMatchObject({ format: 'mgh', dims: [2, 3, 4], timepoints: 1, spacing: [2, 3, 4] });
      expect(volume.header.warnings).toEqual([]);
      expect([...volume.scalars]).toEqual(Array.from({ length: 24 }, (_, n) => n));
      // i runs along y, j along −x; the middle is voxel (1, 1.5, 2).
      expect(rowsOf(volume.header.rasFromIjk).slice(0, 3)).toEqual([
        [0, -3, 0, 10 + 4.5],
        [2, 0, 0, 20 - 2],
        [0, 0, 4, 30 - 8],
      ]);
    }
  });

  it.each([
    [0, [0, 255, 7], 'u8'],
    [4, [-32768, 32767, 258], 'i16'],
    [10, [0, 65535, 258], 'u16'],
    [1, [-5, 300, 2], 'i16'],
    [1, [-100000, 3, 2], 'f32'],
    [3, [0.5, -1.25, 3], 'f32'],
  ])('type %i %j → %s', async (type, values, scalarType) => {
    const { volume } = await open({ type, values, dims: [3, 1, 1, 1] });
    expect(volume.header.scalarType).toBe(scalarType);
    expect([...volume.scalars]).toEqual(values);
  });

  it('frames are timepoints; the repetition time stands behind the voxels', async () => {
    const { header } = (await open({ dims: [2, 3, 2, 2], tr: 2250 })).volume;
    expect(header).toMatchObject({ dims: [2, 3, 2], timepoints: 2, timesMs: [0, 2250], warnings: [] });
    const { volume } = await read([memorySource('a.mgz', gz(mgh({ dims: [2, 3, 2, 2], tr: 2250 })))]);
    expect(volume.header).toMatchObject({ timesMs: [0, 2250], warnings: [] });
    expect((await open({ dims: [2, 3, 2, 2], tr: 0 })).volume.header.timesMs).toBeUndefined();
    expect((await open({ dims: [2, 3, 2, 2] })).volume.header.timesMs).toBeUndefined();
  });

  it("goodRASFlag 0: FreeSurfer's coronal scan of 1 mm around the origin, told", async () => {
    const { header } = (await open({ good: 0 })).volume;
    expect(header.warnings.map(({ code }) => code)).toEqual(['orientation-missing']);
    expect(rowsOf(header.rasFromIjk).slice(0, 3)).toEqual([
      [-1, 0, 0, 1],
      [0, 0, 1, -2],
      [0, -1, 0, 1.5],
    ]);
  });

  it('directions that are not of length 1 are told', async () => {
    const { header } = (await open({ cosines: [2, 0, 0, 0, 1, 0, 0, 0, 1] })).volume;
    expect(header.spacing).toEqual([4, 3, 4]);
    expect(header.warnings.map(({ code }) => code)).toEqual(['directions-not-unit']);
  });

  it.each([
    ['type', { type: 2 }],
    ['type', { type: 9 }],
    ['delta', { delta: [1, 0, 1] }],
    ['delta', { delta: [1, Number.NaN, 1] }],
    ['Mdc', { cosines: [1, 0, 0, 1, 0, 0, 0, 0, 1] }],
    ['Mdc', { cosines: [Infinity, 0, 0, 0, 1, 0, 0, 0, 1] }],
    ['Pxyz_c', { centre: [0, Number.NaN, 0] }],
    ['width', { dims: [32767, 32767, 32767, 1], values: [0] }],
    ['format', { version: 2 }],
    ['format', { dims: [0, 3, 4, 1], values: [0] }],
  ] as const)('%s is refused by name: %j', async (where, fields) => {
    await expect(open(fields)).rejects.toMatchObject({ where, file: 'a.mgh' });
  });

  it('voxels that are missing are refused, in gzip too', async () => {
    const short = mgh().subarray(0, 300);
    await expect(read([memorySource('a.mgh', short)])).rejects.toMatchObject({ code: 'truncated', where: 'voxels' });
    await expect(read([memorySource('a.mgz', gz(short))])).rejects.toMatchObject({ code: 'truncated' });
    await expect(read([memorySource('a.mgh', mgh().subarray(0, 100))])).rejects.toMatchObject({ code: 'truncated' });
  });

  it('a real one without its last bytes is refused, and a wrong checksum is', async () => {
    const path = dataFile('niivue/wm.mgz');
    if (!path) return console.warn('not on this machine: niivue/wm.mgz');
    const bytes = bytesOf(path);
    await expect(read([memorySource('wm.mgz', bytes.subarray(0, 300_000))])).rejects.toMatchObject({
      code: 'truncated',
    });
    const wrong = bytes.slice();
    wrong[wrong.length - 8] = (wrong[wrong.length - 8] ?? 0) ^ 1;
    await expect(read([memorySource('wm.mgz', wrong)])).rejects.toMatchObject({ code: 'checksum' });
  });
});
