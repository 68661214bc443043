import { describe, expect, it } from 'vitest';
import { rowsOf } from '#core/space/affine.ts';
import { gz, memorySource, read } from '../memorySource.ts';

const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
const voxels = (count: number) => new Uint8Array(Int16Array.from({ length: count }, (_, n) => n - 5).buffer);
const values = (count: number) => Array.from({ length: count }, (_, n) => n - 5);

/** Fields of a sound header, some replaced, some (null) left out. */
function header(changes: Record<string, string | null> = {}, magic = 'NRRD0005'): Uint8Array {
  const fields: Record<string, string | null> = {
    type: 'short',
    dimension: '3',
    space: 'left-posterior-superior',
    sizes: '2 3 4',
    'space directions': '(2,0,0) (0,3,0) (0,0,4)',
    kinds: 'domain domain domain',
    endian: 'little',
    encoding: 'raw',
    'space origin': '(10,20,30)',
    ...changes,
  };
  const lines = Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : `${name}: ${value}`));
  return new TextEncoder().encode([magic, '# a note', 'note:=dimension: 7', ...lines, '', ''].join('\n'));
}
const nrrd = (changes: Record<string, string | null> = {}, data: Uint8Array = voxels(24)) =>
  read([memorySource('a.nrrd', join(header(changes), data), 53)]);
const rows = async (changes: Record<string, string | null>) =>
  rowsOf((await nrrd(changes)).volume.header.rasFromIjk).slice(0, 3);
const codes = async (changes: Record<string, string | null>) =>
  (await nrrd(changes)).volume.header.warnings.map(({ code }) => code);

describe('NRRD', () => {
  it('raw, with its voxels and its place in RAS', async () => {
    const { volume } = await nrrd();
    expect(volume.header).toMatchObject({ format: 'nrrd', dims: [2, 3, 4], spacing: [2, 3, 4], warnings: [] });
    expect([...volume.scalars]).toEqual(values(24));
    expect(rowsOf(volume.header.rasFromIjk).slice(0, 3)).toEqual([
      [-2, -0, -0, -10],
      [-0, -3, -0, -20],
      [0, 0, 4, 30],
    ]);
  });

  it('gzip, big-endian, hard line ends, a byte skip from the end', async () => {
    expect([...(await nrrd({ encoding: 'gzip' }, gz(voxels(24)))).volume.scalars]).toEqual(values(24));
    const swapped = new Uint8Array(Buffer.from(voxels(24)).swap16());
    expect([...(await nrrd({ endian: 'big' }, swapped)).volume.scalars]).toEqual(values(24));
    expect([
      ...(await nrrd({ 'byte skip': '-1' }, join(Buffer.from('in between'), voxels(24)))).volume.scalars,
    ]).toEqual(values(24));
    expect([...(await nrrd({ byteskip: '6' }, join(Buffer.from('before'), voxels(24)))).volume.scalars]).toEqual(
      values(24),
    );
    const crlf = new TextEncoder().encode(Buffer.from(header()).toString().replaceAll('\n', '\r\n'));
    expect([...(await read([memorySource('a', join(crlf, voxels(24)))])).volume.scalars]).toEqual(values(24));
    const whole = gz(join(header(), voxels(24)));
    expect([...(await read([memorySource('a.nrrd.gz', whole)])).volume.scalars]).toEqual(values(24));
  });

  it.each([
    ['right-anterior-superior', 2, 3],
    ['RAS', 2, 3],
    ['left-anterior-superior', -2, 3],
    ['LPS', -2, -3],
  ])('space %s', async (space, x, y) => {
    const matrix = await rows({ space });
    expect([matrix[0]?.[0], matrix[1]?.[1], matrix[2]?.[2]]).toEqual([x, y, 4]);
  });

  it('spacings alone: left-posterior-superior as ITK takes it, told', async () => {
    const bare = { space: null, 'space directions': null, 'space origin': null, spacings: '2 3 4' };
    expect((await rows(bare)).map((row, n) => row[n])).toEqual([-2, -3, 4]);
    expect(await codes(bare)).toEqual(['orientation-missing']);
    expect(await codes({ ...bare, spacings: '2 nan 4' })).toEqual(['orientation-missing', 'spacing-missing']);
    expect(await codes({ ...bare, spacings: null })).toEqual([
      'orientation-missing',
      ...new Array(3).fill('spacing-missing'),
    ]);
  });

  it('an origin that is not there and units that are not millimetres are told', async () => {
    expect(await codes({ 'space origin': null })).toEqual(['origin-missing']);
    expect(await codes({ 'space units': '"cm" "cm" "cm"' })).toEqual(['units-not-mm']);
    expect((await rows({ 'space units': '"cm" "cm" "cm"' }))[2]).toEqual([0, 0, 40, 300]);
    expect(await codes({ 'space units': '"mm" "mm" "mm"' })).toEqual([]);
  });

  it('units that differ from axis to axis are each taken', async () => {
    expect(await codes({ 'space units': '"mm" "mm" "cm"' })).toEqual(['units-not-mm']);
    expect(await rows({ 'space units': '"mm" "mm" "cm"' })).toEqual([
      [-2, -0, -0, -10],
      [-0, -3, -0, -20],
      [0, 0, 40, 300],
    ]);
    const bare = { space: null, 'space directions': null, 'space origin': null, spacings: '2 3 4' };
    expect((await rows({ ...bare, units: '"mm" "m" "cm"' })).map((row, n) => row[n])).toEqual([-2, -3000, 40]);
    expect(await codes({ ...bare, units: '"mm" "m" "cm"' })).toEqual([
      'orientation-missing',
      'units-not-mm',
      'units-not-mm',
    ]);
  });

  it('without a space the origin is where the axes begin, and half a voxel on where samples stand for cells', async () => {
    const bare = { space: null, 'space directions': null, 'space origin': null, spacings: '2 3 4' };
    const origin = async (more: Record<string, string | null>) =>
      (await rows({ ...bare, ...more })).map((row) => row[3]);
    expect(await origin({ 'axis mins': '10 20 30', centerings: 'node node node' })).toEqual([-10, -20, 30]);
    expect(await origin({ 'axis mins': '10 20 30', centerings: 'cell cell node' })).toEqual([-11, -21.5, 30]);
    // As ITK takes what is not said.
    expect(await origin({ 'axis mins': '10 20 30' })).toEqual([-11, -21.5, 32]);
    expect(await origin({ 'axis mins': '10 nan 30' })).toEqual([-0, -0, 0]);
    const flat = { dimension: '2', sizes: '4 6', kinds: null, spacings: '2 3', 'axis mins': '10 20' };
    expect(await origin({ ...flat, centerings: 'node node' })).toEqual([-10, -20, 0]);
  });

  it.each(['2-vector', 'covariant-vector', 'complex', '2D-matrix', '3-color'])(
    'several values per voxel on the last axis are no timepoints: %s',
    async (kind) => {
      const axes = { dimension: '4', sizes: '2 3 2 2', kinds: `domain domain domain ${kind}` };
      const oriented = { ...axes, 'space directions': '(2,0,0) (0,3,0) (0,0,4) none' };
      const bare = { ...axes, space: null, 'space directions': null, 'space origin': null, spacings: '2 3 4 nan' };
      for (const changes of [oriented, bare])
        await expect(nrrd(changes)).rejects.toMatchObject({ code: 'unsupported', where: 'kinds' });
    },
  );

  it('a last axis of kind vector, as older diffusion scans have it, is told', async () => {
    const changes = {
      dimension: '4',
      sizes: '2 3 2 2',
      'space directions': '(2,0,0) (0,3,0) (0,0,4) none',
      kinds: 'space space space vector',
    };
    expect(await codes(changes)).toEqual(['values-as-timepoints']);
    expect((await nrrd(changes)).volume.header.timepoints).toBe(2);
  });

  it('a fourth axis outside space is time', async () => {
    const changes = {
      dimension: '4',
      sizes: '2 3 2 2',
      'space directions': '(2,0,0) (0,3,0) (0,0,4) none',
      kinds: 'domain domain domain list',
    };
    const { header: found } = (await nrrd(changes)).volume;
    expect(found).toMatchObject({ dims: [2, 3, 2], timepoints: 2, storedRange: [-5, 6] });
    const nans = { ...changes, 'space directions': '(2,0,0) (0,3,0) (0,0,4) (nan,nan,nan)' };
    expect((await nrrd(nans)).volume.header).toMatchObject({ dims: [2, 3, 2], timepoints: 2 });
  });

  it('text, attached or in a file of its own; a word that is no such number is refused', async () => {
    const text = new TextEncoder().encode(`${values(24).join(' \n')}\n`);
    for (const encoding of ['text', 'txt', 'ascii'])
      expect([...(await nrrd({ encoding, endian: null }, text)).volume.scalars]).toEqual(values(24));
    const beside = await read([
      memorySource('a.nhdr', header({ encoding: 'ascii', 'data file': 'a.txt' })),
      memorySource('a.txt', text, 7),
    ]);
    expect([...beside.volume.scalars]).toEqual(values(24));
    const float = new TextEncoder().encode('1e-3 -2.5 nan inf -inf 1 '.repeat(4));
    const { scalars } = (await nrrd({ encoding: 'text', type: 'float' }, float)).volume;
    expect([...scalars.subarray(0, 6)]).toEqual([Math.fround(1e-3), -2.5, Number.NaN, Infinity, -Infinity, 1]);
    const more = new TextEncoder().encode(`${values(24).join(' ')} 99`);
    expect((await nrrd({ encoding: 'text' }, more)).volume.header.warnings.map(({ code }) => code)).toEqual([
      'bytes-after-voxels',
    ]);
    const word = new TextEncoder().encode(`${values(23).join(' ')} x`);
    await expect(nrrd({ encoding: 'text' }, word)).rejects.toMatchObject({ code: 'format', where: 'data', got: 'x' });
    await expect(nrrd({ encoding: 'text' }, text.subarray(0, 40))).rejects.toMatchObject({ code: 'truncated' });
    await expect(nrrd({ encoding: 'text', type: 'int64' }, text)).rejects.toMatchObject({ where: 'encoding' });
    const colours = { kinds: 'RGB-color domain domain', sizes: '3 2 4', 'space directions': 'none (2,0,0) (0,3,0)' };
    const { volume } = await nrrd(
      { ...colours, encoding: 'text', type: 'uchar' },
      new TextEncoder().encode(
        values(24)
          .map((value) => value + 5)
          .join(' '),
      ),
    );
    expect([...(volume.rgb ?? [])]).toEqual(values(24).map((value) => value + 5));
  });

  it('the time axis has its step where its unit is one of time', async () => {
    const changes = { dimension: '4', sizes: '2 3 2 2', 'space directions': '(2,0,0) (0,3,0) (0,0,4) none' };
    const times = async (more: Record<string, string>) =>
      (await nrrd({ ...changes, kinds: 'domain domain domain time', ...more })).volume.header.timesMs;
    expect(await times({ spacings: 'nan nan nan 2.5', units: '"mm" "mm" "mm" "s"' })).toEqual([0, 2500]);
    expect(await times({ spacings: 'nan nan nan 80', units: '"mm" "mm" "mm" "ms"' })).toEqual([0, 80]);
    expect(await times({ spacings: 'nan nan nan 80' })).toBeUndefined();
    expect(await times({ units: '"mm" "mm" "mm" "s"' })).toBeUndefined();
  });

  it('a picture is one slice', async () => {
    const changes = { dimension: '2', sizes: '4 6', 'space directions': '(2,0,0) (0,3,0)', kinds: 'domain domain' };
    expect((await nrrd(changes)).volume.header).toMatchObject({ dims: [4, 6, 1], spacing: [2, 3, 1] });
  });

  it('lines, then bytes, are passed over before the data', async () => {
    const skips = { 'line skip': '2', 'byte skip': '3' };
    const before = Buffer.from('one\ntwo, longer\nabc');
    expect([...(await nrrd(skips, join(before, voxels(24)))).volume.scalars]).toEqual(values(24));
    const packed = { 'line skip': '2', encoding: 'gzip' };
    expect([...(await nrrd(packed, join(before.subarray(0, -3), gz(voxels(24))))).volume.scalars]).toEqual(values(24));
    const beside = await read([
      memorySource('a.nhdr', header({ ...skips, 'data file': 'a.raw' })),
      memorySource('a.raw', join(before, voxels(24)), 7),
    ]);
    expect([...beside.volume.scalars]).toEqual(values(24));
  });

  it('data in a file beside it, in a list of files, in numbered files', async () => {
    const open = (value: string, ...files: [string, Uint8Array][]) =>
      read([
        memorySource('in/a.nhdr', header({ 'data file': value })),
        ...files.map(([name, bytes]) => memorySource(name, bytes)),
      ]);
    const half = [voxels(24).subarray(0, 24), voxels(24).subarray(24)] as const;
    const beside = await open('./a.raw', ['in/a.raw', voxels(24)]);
    expect([...beside.volume.scalars]).toEqual(values(24));
    expect(beside.series.map(({ sources }) => sources.map(({ path }) => path))).toEqual([['in/a.nhdr', 'in/a.raw']]);
    expect([
      ...(await open('LIST\nx.raw\ny.raw', ['in/x.raw', half[0]], ['in/y.raw', half[1]])).volume.scalars,
    ]).toEqual(values(24));
    const numbered = await open('s%02d.raw 1 2 1', ['in/s01.raw', half[0]], ['in/s02.raw', half[1]]);
    expect([...numbered.volume.scalars]).toEqual(values(24));
    await expect(
      open('s%02d.raw 1 2 1', ['in/s01.raw', half[0]], ['in/s02.raw', half[1].subarray(2)]),
    ).rejects.toMatchObject({
      code: 'truncated',
      where: 'data file',
    });
    await expect(open('../secret.raw')).rejects.toMatchObject({ where: 'data file', got: '../secret.raw' });
    await expect(open('gone.raw')).rejects.toMatchObject({ code: 'missing', where: 'data file' });
  });

  it.each([
    ['type', { type: 'block' }],
    ['type', { type: null }],
    ['dimension', { dimension: '5' }],
    ['sizes', { sizes: '2 3' }],
    ['sizes', { sizes: '2 3 4.5' }],
    ['endian', { endian: null }],
    ['encoding', { encoding: 'bzip2' }],
    ['line skip', { 'line skip': '200' }],
    ['line skip', { 'line skip': '-1' }],
    ['byte skip', { 'byte skip': '-2' }],
    ['kinds', { kinds: 'vector domain domain', 'space directions': 'none (0,3,0) (0,0,4)' }],
    ['sizes', { kinds: 'RGB-color domain domain', 'space directions': 'none (0,3,0) (0,0,4)' }],
    ['space directions', { 'space directions': '(2,0,0) (0,3,0)' }],
    ['space directions', { 'space directions': '(2,0,0) (0,x,0) (0,0,4)' }],
    ['space directions', { 'space directions': '(2,0,0) (2,0,0) (0,0,4)' }],
    ['space origin', { 'space origin': '(1,2)' }],
    ['spacings', { space: null, 'space directions': null, spacings: '0 1 1' }],
    ['sizes', { sizes: '4096 4096 4096' }],
  ])('%s is refused by name: %j', async (where, changes) => {
    await expect(nrrd(changes)).rejects.toMatchObject({ where, file: 'a.nrrd' });
  });

  it('a newer version and a header without an end are refused', async () => {
    await expect(read([memorySource('a.nrrd', header({}, 'NRRD0009'))])).rejects.toMatchObject({ where: 'magic' });
    await expect(read([memorySource('a.nrrd', header().subarray(0, -1))])).rejects.toMatchObject({ where: 'data' });
  });

  it('a header longer than the first look is read on', async () => {
    const note = new TextEncoder().encode(`NRRD0005\nnote:=${'x'.repeat(70_000)}\n`);
    const rest = header().subarray('NRRD0005\n'.length);
    expect([...(await read([memorySource('a.nrrd', join(note, rest, voxels(24)))])).volume.scalars]).toEqual(
      values(24),
    );
  });
});
