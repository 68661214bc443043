import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { axisLetters } from '#core/space/affine.ts';
import { finishAsync } from '#core/steps.ts';
import { listSeries, readVolume } from '#io/readVolume.ts';
import { type ByteSource, openSource } from '#io/source.ts';
import { dataFile } from '../../data.ts';
import { memorySource } from '../memorySource.ts';
import { COLUMNS, ctSlice, type DataSet, dicomFile, list, ROWS, readOnly, source, sources } from './dicomFile.ts';

const codes = (series: { header: { warnings: readonly { code: string }[] } | null } | undefined) =>
  series?.header?.warnings.map(({ code }) => code);
const axial = (z: number, instance: number, extra: DataSet = {}) =>
  ctSlice({ position: [-10, -20, z], instance, extra });

/** Counts the bytes that are asked for, of each file the furthest. */
function counted(file: ByteSource, furthest: Map<string, number>): ByteSource {
  return {
    ...file,
    bytes: (from, to) => {
      furthest.set(file.ref.path, Math.max(furthest.get(file.ref.path) ?? 0, Math.min(to, file.size ?? to)));
      return file.bytes(from, to);
    },
    stream: () => {
      throw new Error('a listing reads no stream');
    },
  };
}

/** 1 MB of pixels behind a header. */
const large = (z: number, instance: number, extra: DataSet = {}) =>
  dicomFile(
    axial(z, instance, {
      x00280010: ['US', [1024]],
      x00280011: ['US', [512]],
      x7fe00010: ['OW', new Array(1024 * 512).fill(instance)],
      ...extra,
    }),
  );

describe('a folder with everything in it', () => {
  const other = { x0020000e: ['UI', '9.8.7'], x00200011: ['IS', '2'] } as const satisfies DataSet;
  const folder = [
    memorySource('in/IM1', large(0, 1)),
    memorySource('in/IM2', large(3, 2)),
    memorySource('in/b/IM1', large(0, 3, other)),
    memorySource('in/b/IM2', large(6, 4, other)),
    memorySource('in/b/IM3', large(3, 5, other)),
    memorySource('in/report.pdf', new TextEncoder().encode('%PDF-1.7')),
    memorySource('in/notes.txt', new TextEncoder().encode('left kidney')),
    memorySource('in/photo.jpg', new Uint8Array([0xff, 0xd8, 0xff, 0xe0, 0, 16])),
    memorySource('in/.DS_Store', new Uint8Array(6148)),
  ];

  it('several studies, texts and pictures: each series stands alone, by its number', async () => {
    const found = await finishAsync(listSeries(folder));
    expect(found.map(({ uid, header, error }) => [uid, header?.dims, error])).toEqual([
      ['9.8.7', [512, 1024, 3], undefined],
      ['1.2.3.4', [512, 1024, 2], undefined],
    ]);
  });

  it('64 KB of each file are read and no pixel is', async () => {
    const furthest = new Map<string, number>();
    await finishAsync(listSeries(folder.map((file) => counted(file, furthest))));
    expect(furthest.size).toBe(folder.length);
    expect(Math.max(...furthest.values())).toBeLessThanOrEqual(65_536);
  });
});

describe('an index', () => {
  const record = (more: DataSet): DataSet => ({ x00041420: ['UL', [0]], ...more });
  const image = (...parts: string[]) => record({ x00041430: ['CS', 'IMAGE'], x00041500: ['CS', parts.join('\\')] });
  const dir = (records: readonly DataSet[]) =>
    dicomFile({ x00041130: ['CS', 'DISC'], x00041220: ['SQ', { items: records }] });
  const series = (uid: string) => record({ x00041430: ['CS', 'SERIES'], x0020000e: ['UI', uid] });
  const records = [
    series('1.2.3.4'),
    image('IM', 'A1'),
    image('IM', 'A2'),
    image('IM', 'A3'),
    series('5.6'),
    image('IM', 'B1'),
  ];
  const slice = (z: number, n: number, path: string) => source(dicomFile(axial(z, n)), path);

  it('is passed over beside all that it lists, whatever the case of their names', async () => {
    const files = [slice(0, 1, 'd/im/a1'), slice(3, 2, 'd/im/a2'), slice(6, 3, 'd/im/a3;1'), slice(9, 4, 'd/im/b1.')];
    const found = await list([source(dir(records), 'd/DICOMDIR'), ...files]);
    expect(found.map((one) => [one.header?.dims, codes(one)])).toEqual([[[4, 3, 4], []]]);
  });

  it('says what it names and is not there', async () => {
    const found = await list([source(dir(records), 'd/DICOMDIR'), slice(0, 1, 'd/IM/A1'), slice(3, 2, 'd/IM/A2')]);
    expect(codes(found[0])).toEqual(['dicomdir-missing-files']);
    expect(found[0]?.header?.warnings[0]).toMatchObject({
      where: 'ReferencedFileID',
      text: 'The DICOMDIR names 1 file of this series (IM/A3) and 1 file of other series that are not there.',
    });
  });

  it('alone it says what to open', async () => {
    const found = await list([source(dir(records), 'DICOMDIR')]);
    expect(found).toHaveLength(1);
    expect(found[0]?.error).toMatchObject({
      code: 'missing',
      where: 'ReferencedFileID',
      expected: 'the files that it lists: open the folder that it lies in',
      got: 'an index of 4 files and none of them',
      file: 'DICOMDIR',
    });
  });

  const root = dataFile('pydicom/dicomdirtests');
  it.skipIf(root === null)('of pydicom, in both byte orders', async () => {
    const disk = (path: string) => openSource({ kind: 'disk', disk: join(root as string, path), path });
    const slices = readdirSync(join(root as string, '98892001/CT5N')).map((name) => disk(`98892001/CT5N/${name}`));
    for (const name of ['DICOMDIR', 'DICOMDIR-bigEnd']) {
      expect((await list([disk(name)]))[0]?.error).toMatchObject({ where: 'ReferencedFileID', file: name });
      const [found, ...more] = await list([disk(name), ...slices]);
      expect(more).toEqual([]);
      expect(found?.header?.dims).toEqual([16, 16, 5]);
      // It lists series of other patients, of which nothing is there.
      expect(codes(found)).toContain('dicomdir-missing-files');
    }
  });
});

describe('two slices at one place', () => {
  const twin = (z: number, n: number, values: number) =>
    axial(z, n, {
      x00080018: ['UI', `1.9.${n}`],
      x7fe00010: ['OW', new Array(ROWS * COLUMNS).fill(values)],
    });

  it('with the same picture are one, and it is said', async () => {
    const { header, scalars } = await readOnly(
      sources([twin(0, 1, 10), twin(3, 2, 20), twin(3, 3, 20), twin(6, 4, 30)]),
    );
    expect(header.dims).toEqual([4, 3, 3]);
    expect(header.warnings).toMatchObject([
      { code: 'duplicate-slice', text: expect.stringContaining('3.dcm lies at -10\\-20\\3, where 2.dcm lies') },
    ]);
    expect([0, 12, 24].map((n) => scalars[n])).toEqual([10, 20, 30]);
  });

  it('with different pictures are refused by both names', async () => {
    const [found] = await list(sources([twin(0, 1, 10), twin(3, 2, 20), twin(3, 3, 21), twin(6, 4, 30)]));
    expect(found?.error).toMatchObject({ where: 'ImagePositionPatient', file: '3.dcm' });
    expect(found?.error?.got).toBe('-10.00\\-20.00\\3.00 twice (also in 2.dcm), with another picture');
  });

  it('a whole series that was sent twice is one timepoint, not two', async () => {
    const passes = [1, 2].flatMap((pass) => [0, 3, 6].map((z) => twin(z, 10 * pass + z, z)));
    const { header } = await readOnly(sources(passes));
    expect(header).toMatchObject({ dims: [4, 3, 3], timepoints: 1 });
    expect(header.warnings.map(({ code }) => code)).toEqual(['duplicate-slice']);
  });
});

describe('several stacks of one series are named apart', () => {
  const names = async (sets: readonly DataSet[]) => (await list(sources(sets))).map(({ header }) => header?.name);

  it('echoes, in their order', async () => {
    const echo = (z: number, n: number, ms: string) => axial(z, n, { x00180081: ['DS', ms], x00180086: ['IS', '1'] });
    expect(await names([echo(0, 1, '7.38'), echo(0, 2, '4.92'), echo(3, 3, '4.92'), echo(3, 4, '7.38')])).toEqual([
      'Test, echo 1, 4.92 ms',
      'Test, echo 2, 7.38 ms',
    ]);
  });

  it('kernels: two reconstructions of one scan are no timepoints', async () => {
    const found = await list(
      sources(
        ['B30f', 'B70f\\3'].flatMap((kernel, n) =>
          [0, 3].map((z, k) => axial(z, 10 * n + k, { x00181210: ['SH', kernel] })),
        ),
      ),
    );
    expect(found.map(({ header }) => header?.name)).toEqual(['Test, B30f', 'Test, B70f 3']);
    for (const series of found) expect(series.header).toMatchObject({ timepoints: 1, dims: [4, 3, 2] });
  });

  it('image types, planes, matrices', async () => {
    const type = (word: string) => ({ x00080008: ['CS', `ORIGINAL\\PRIMARY\\${word}`] }) as const satisfies DataSet;
    expect(
      await names([axial(0, 1, type('M')), axial(0, 2, type('P')), axial(3, 3, type('P')), axial(3, 4, type('M'))]),
    ).toEqual(['Test, M', 'Test, P']);
    const scout = (orientation: number[], n: number) => ctSlice({ position: [0, 0, 0], orientation, instance: n });
    expect(
      await names([scout([1, 0, 0, 0, 1, 0], 1), scout([1, 0, 0, 0, 0, -1], 2), scout([0, 1, 0, 0, 0, -1], 3)]),
    ).toEqual(['Test, axial', 'Test, coronal', 'Test, sagittal']);
    expect(await names([axial(0, 1), axial(3, 2), axial(6, 3, { x00280030: ['DS', '1\\1'] })])).toEqual([
      'Test, 0.5 × 0.75 mm',
      'Test, 1 × 1 mm',
    ]);
  });
});

describe('one SeriesInstanceUID for what lies in several frames of reference', () => {
  const body = (uid: string): DataSet => ({ x00200052: ['UI', uid] });

  it('is a volume of each: two patients whose identifiers were made the same', async () => {
    const second = { ...body('1.2.8'), x0020000d: ['UI', '1.2.99'] } as const;
    const found = await list(
      sources([
        axial(0, 1, body('1.2.7')),
        axial(3, 2, body('1.2.7')),
        axial(6, 3, body('1.2.7')),
        axial(9, 4, second),
        axial(12, 5, second),
      ]),
    );
    expect(found.map(({ header }) => header?.dims[2])).toEqual([3, 2]);
    for (const series of found) expect(codes(series)).toEqual(['series-split']);
    expect(found.map(({ facts }) => facts.frameOfReferenceUid)).toEqual(['1.2.7', '1.2.8']);
  });

  it('is one volume, with a warning, where each file has a frame of its own', async () => {
    const found = await list(sources([0, 1, 2, 3].map((n) => axial(3 * n, n + 1, body(`1.2.${n}`)))));
    expect(found.map(({ header }) => header?.dims[2])).toEqual([4]);
    expect(codes(found[0])).toEqual(['frames-of-reference-differ']);
  });
});

describe('a stack of a series that holds several', () => {
  it('opens by its UID from all files and from its own', async () => {
    const files = sources([axial(0, 1), axial(3, 2), axial(6, 3, { x00280030: ['DS', '1\\1'] })]);
    const listed = await finishAsync(listSeries(files));
    expect(listed.map(({ uid }) => uid)).toEqual(['1.2.3.4#1', '1.2.3.4#2']);
    for (const [n, { uid, sources: own }] of listed.entries())
      for (const refs of [files, own.map(openSource)]) {
        const { volume } = await finishAsync(readVolume(refs, { shared: true, series: uid }));
        expect(volume.header.dims[2]).toBe(2 - n);
      }
  });
});

it('a series without a UID is called the same in whatever order its files are given', async () => {
  const bare = (z: number, n: number) =>
    Object.fromEntries(Object.entries(axial(z, n)).filter(([tag]) => tag !== 'x0020000e')) as DataSet;
  const files = sources([bare(6, 1), bare(0, 2), bare(3, 3)]);
  const [found] = await finishAsync(listSeries(files));
  expect(found?.uid).toBe('2.dcm');
  const own = (found?.sources ?? []).map(openSource);
  const { volume } = await finishAsync(readVolume(own, { shared: true, series: '2.dcm' }));
  expect(volume.header.dims).toEqual([4, 3, 3]);
});

describe('when timepoints began', () => {
  const times = async (of: (t: number) => DataSet) => {
    const sets = [0, 1, 2].flatMap((t) => [0, 3].map((z, n) => axial(z, 10 * t + n, of(t))));
    return (await readOnly(sources(sets))).header;
  };

  it('by the trigger', async () => {
    const header = await times((t) => ({ x00181060: ['DS', String(20 + 41.5 * t)] }));
    expect(header).toMatchObject({ timepoints: 3, timesMs: [0, 41.5, 83] });
  });

  it('by the clock, past midnight too', async () => {
    const clock = ['235958.25', '235959.75', '000001.25'];
    const header = await times((t) => ({
      x00080032: ['TM', clock[t] as string],
      x00200100: ['IS', String(t + 1)],
    }));
    expect(header).toMatchObject({ timepoints: 3, timesMs: [0, 1500, 3000] });
  });

  it('by the frame’s reference time, as PET has it', async () => {
    const header = await times((t) => ({ x00541300: ['DS', String(5000 + 10_000 * t * t)] }));
    expect(header.timesMs).toEqual([0, 10_000, 40_000]);
  });

  it('by temporal positions of known length', async () => {
    const header = await times((t) => ({ x00200100: ['IS', String(t + 1)], x00200110: ['DS', '250'] }));
    expect(header.timesMs).toEqual([0, 250, 500]);
  });

  it('not at all where the files do not say', async () => {
    expect((await times((t) => ({ x00200100: ['IS', String(t + 1)] }))).timesMs).toBeUndefined();
  });
});

describe('how the patient lies', () => {
  it('is what positions and orientations say; PatientPosition moves nothing', async () => {
    // Lying on the right side, feet first: rows run up the table, slices towards the head.
    const orientation = [0, -1, 0, 1, 0, 0];
    const of = (position: string | null) =>
      [0, 1, 2].map((k) =>
        ctSlice({
          position: [5, 7, -4 * k],
          orientation,
          instance: k + 1,
          extra: position === null ? {} : { x00185100: ['CS', position] },
        }),
      );
    const truth = (await readOnly(sources(of(null)))).header;
    expect(axisLetters(truth.rasFromIjk)).toBe('ALS');
    for (const position of ['HFS', 'HFP', 'HFDR', 'HFDL', 'FFS', 'FFP', 'FFDR', 'FFDL'])
      expect((await readOnly(sources(of(position)))).header.rasFromIjk).toEqual(truth.rasFromIjk);
  });
});
