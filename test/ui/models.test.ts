import { describe, expect, it } from 'vitest';
import { methods } from '#compute/methods/registry.ts';
import { quantityText } from '#i18n/format.ts';
import type { SegmentRecord, VolumeRecord } from '#state/viewer.ts';
import { acts, keyName } from '#ui/model/acts.ts';
import { caseLine } from '#ui/model/caseLine.ts';
import { errorText } from '#ui/model/errorText.ts';
import { caseFacts } from '#ui/model/facts.ts';
import { axisTicks, histogramPicture } from '#ui/model/histogram.ts';
import { historyRows } from '#ui/model/historyRows.ts';
import { inspectorOf } from '#ui/model/inspector.ts';
import { jobRow } from '#ui/model/jobText.ts';
import { parseLinks } from '#ui/model/links.ts';
import { measurementRows } from '#ui/model/measurements.ts';
import { givenSettings, settingFields } from '#ui/model/methodForm.ts';
import { webSamples } from '#ui/model/samples.ts';
import { structureTree } from '#ui/model/structures.ts';
import { fakeSegment } from '../scene/fakeViewer.ts';

const volume: VolumeRecord = {
  id: 'v',
  name: 'scan',
  dims: [122, 101, 112],
  timepoints: 1,
  spacing: [3, 3, 3],
  rasFromIjk: [3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 3, 0, 0, 0, 0, 1],
  modality: 'CT',
  modalityGuessed: false,
  unit: 'HU',
  format: 'NIfTI-1',
  synthetic: false,
  seriesDescription: '',
  seriesDate: '',
  warnings: [],
  suvFactor: null,
  timesMs: null,
  overlay: null,
  placed: null,
};
const many = (count: number, patch: (n: number) => Partial<SegmentRecord>) =>
  Array.from({ length: count }, (_, n) => fakeSegment(n + 1, patch(n)));
const wish = { search: '', selection: [], folds: {} };

describe('structures', () => {
  const segments = [
    fakeSegment(1, { name: 'liver', group: 'digestive', volumeMl: 1126, cutByEdge: true }),
    fakeSegment(2, { name: 'stomach', group: 'digestive', volumeMl: 131, visible: false }),
    fakeSegment(3, { name: 'threshold', group: 'yours', volumeMl: 5 }),
    fakeSegment(4, { name: 'Bladder', group: 'urinary', volumeMl: 479 }),
  ];
  it('yours first, then body systems; within one by size; hidden ones keep their place', () => {
    const tree = structureTree(segments, wish);
    expect(tree.groups.map(({ id, visible }) => [id, visible])).toEqual([
      ['yours', 'all'],
      ['digestive', 'some'],
      ['urinary', 'all'],
    ]);
    expect(tree.groups[1]?.rows.map(({ name, visible }) => [name, visible])).toEqual([
      ['Liver', true],
      ['Stomach', false],
    ]);
    expect([tree.shown, tree.all]).toEqual([3, 4]);
    expect(quantityText(tree.groups[1]?.rows[0]?.volume as never)).toBe('≥\u202f1,126\u202fml');
  });
  it('a search finds names and groups without accents and unfolds what it finds', () => {
    const found = structureTree(segments, { ...wish, search: 'DIGÉSTIVE st', folds: { digestive: false } });
    expect(found.groups.map(({ id, open }) => [id, open])).toEqual([['digestive', true]]);
    expect(found.groups[0]?.rows.map(({ name }) => name)).toEqual(['Liver', 'Stomach']);
    expect(structureTree(segments, { ...wish, search: 'xyz' }).groups).toEqual([]);
  });
  it('gives the same row as long as nothing about it has changed', () => {
    const [first, ...rest] = many(4, () => ({ group: 'skeleton' }));
    const rows = (list: readonly SegmentRecord[], more = {}) =>
      new Map(structureTree(list, { ...wish, ...more }).groups[0]?.rows.map((row) => [row.id, row]));
    const all = [first as SegmentRecord, ...rest];
    const before = rows(all);
    const after = rows([{ ...(first as SegmentRecord), opacity: 0.5 }, ...rest]);
    expect([...after].filter(([id, row]) => before.get(id) !== row).map(([id]) => id)).toEqual([first?.id]);
    expect(after.get(first?.id ?? '')?.opacity).toBe(0.5);
    expect(rows(all, { selection: [first?.id] }).get(first?.id ?? '')?.chosen).toBe(true);
    expect(rows([first as SegmentRecord]).get(first?.id ?? '')?.alone).toBe(true);
  });
  it('long lists fold all but a few groups, never the chosen one’s, and keep what the user folded', () => {
    const long = [...many(20, () => ({ group: 'skeleton' })), fakeSegment(50, { group: 'yours' })];
    const open = (more: { readonly selection?: string[]; readonly folds?: object }) =>
      structureTree(long, { ...wish, ...more }).groups.find(({ id }) => id === 'skeleton')?.open;
    expect(open({})).toBe(false);
    expect(open({ selection: ['s3'] })).toBe(true);
    expect(open({ selection: ['s3'], folds: { skeleton: false } })).toBe(false);
  });
  it('the only one shown says so', () => {
    const tree = structureTree([fakeSegment(1), fakeSegment(2, { visible: false })], wish);
    expect(tree.groups[0]?.rows.map(({ alone }) => alone).sort()).toEqual([false, true]);
  });
});

describe('inspector', () => {
  it('one, several, none', () => {
    const segments = [
      fakeSegment(1, { volumeMl: 10, opacity: 0.5, madeBy: { method: 'otsu', settings: {}, automatic: true } }),
      fakeSegment(2, { volumeMl: 20, opacity: 1, cutByEdge: true }),
    ];
    expect(inspectorOf(segments, [])).toEqual({ kind: 'none' });
    expect(inspectorOf(segments, ['gone'])).toEqual({ kind: 'none' });
    expect(inspectorOf(segments, ['s1'])).toMatchObject({
      kind: 'one',
      opacity: 0.5,
      madeBy: 'Otsu, by itself on opening',
    });
    const both = inspectorOf(segments, ['s1', 's2']);
    expect(both).toMatchObject({ kind: 'several', opacity: null });
    if (both.kind === 'several') expect(quantityText(both.volume)).toBe('≥\u202f30.0\u202fml');
  });
});

describe('facts', () => {
  it('each fact once, in the order of what concerns the eye', () => {
    const warnings = [{ code: 'qform-sform-differ', where: 'sform_code', kept: 'sform', text: 'They differ.' }];
    const facts = caseFacts({
      volumes: [{ ...volume, synthetic: true, warnings }],
      segments: [
        fakeSegment(1, { cutByEdge: true }),
        fakeSegment(2, { madeBy: { method: 'ct-bone', settings: {}, automatic: true } }),
      ],
      unreadable: [],
    });
    expect(facts.map(({ title }) => title)).toEqual([
      'Synthetic',
      'Cut by the scan edge',
      'Two placements in the file',
      'Made by a machine',
    ]);
    expect(facts[1]?.segments).toEqual(['s1']);
    expect(facts[3]?.segments).toEqual(['s2']);
  });
  it('a code that has no title is told in its own words', () => {
    const warnings = [{ code: 'some-new-thing', where: 'x', kept: 'y', text: 'z' }];
    expect(caseFacts({ volumes: [{ ...volume, warnings }], segments: [], unreadable: [] })[0]?.title).toBe(
      'Some new thing',
    );
  });
});

describe('the case in a line', () => {
  it('kind, size, spacing, one number where it is isotropic', () => {
    expect(caseLine(volume)).toBe('CT 122 × 101 × 112, 3.00\u202fmm');
    expect(caseLine({ ...volume, spacing: [0.65, 0.65, 8], timepoints: 3 })).toBe(
      'CT 122 × 101 × 112 × 3, 0.65 × 8.00\u202fmm',
    );
    expect(caseLine(undefined)).toBe('');
  });
});

describe('measurements', () => {
  it('are numbered by kind where they have no name, each with the doubt of its direction', () => {
    const rows = measurementRows({
      volumes: [volume],
      measurements: [
        {
          id: 'a',
          kind: 'length',
          name: '',
          points: [
            [0, 0, 0],
            [120, 0, 0],
          ],
        },
        {
          id: 'b',
          kind: 'angle',
          name: '',
          points: [
            [100, 0, 0],
            [0, 0, 0],
            [0, 100, 0],
          ],
        },
        {
          id: 'c',
          kind: 'length',
          name: 'aorta',
          points: [
            [0, 0, 0],
            [0, 19, 0],
          ],
        },
      ],
    });
    expect(rows.map(({ name }) => name)).toEqual(['Length 1', 'Angle 1', 'aorta']);
    // √2 × half of 3 mm = 2.12
    expect(quantityText(rows[0]?.quantity as never)).toBe('120\u202f±\u202f2\u202fmm');
    expect(quantityText(rows[1]?.quantity as never)).toMatch(/^90\.0\u202f±\u202f1\.\d°$/);
  });
});

describe('measurements in planes that were made up', () => {
  // 5 mm planes from S 0 mm; two of them, at S 15 and 20 mm, lie in a gap of 15 mm.
  const rasFromIjk = [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 5, 0, 60, 50, 0, 1];
  const gapped = { ...volume, rasFromIjk, dims: [120, 100, 12], interpolatedSlices: [3, 4] } as typeof volume;
  const rows = (...points: [number, number, number][]) =>
    measurementRows({
      volumes: [gapped],
      measurements: [{ id: 'a', kind: points.length === 2 ? 'length' : 'angle', name: '', points }],
    });
  it('have the doubt of the gap at each end that lies there, and say so', () => {
    const told = (a: number, b: number) => {
      const [row] = rows([0, 0, a], [0, 0, b]);
      return [row?.interpolated, quantityText(row?.quantity as never).replace(/\s/gu, ' ')];
    };
    expect(told(0, 10)).toEqual([null, '10 ± 4 mm']);
    // Half of 5 mm and half of 15 mm, as errors add: 7.9; both ends: 10.6.
    expect(told(0, 20)).toEqual(['ends', '20 ± 8 mm']);
    expect(told(15, 20)).toEqual(['ends', '5 ± 11 mm']);
    expect(told(10, 25)).toEqual(['between', '15 ± 4 mm']);
    expect(told(30, 50)).toEqual([null, '20 ± 4 mm']);
  });
  it('keep the doubt of the slice within it', () => {
    const [row] = rows([0, 0, 15], [40, 0, 15]);
    expect(row?.interpolated).toBe('ends');
    expect(quantityText(row?.quantity as never).replace(/\s/gu, ' ')).toBe('40.0 ± 0.7 mm');
  });
  it('of angles too', () => {
    const [beside] = rows([0, 0, 0], [0, 0, 10], [30, 0, 10]);
    const [within] = rows([0, 0, 0], [0, 0, 20], [30, 0, 20]);
    expect([beside?.interpolated, within?.interpolated]).toEqual([null, 'ends']);
    expect(rows([0, 0, 10], [0, 0, 25], [30, 0, 25])[0]?.interpolated).toBe('between');
  });
});

describe('history', () => {
  it('newest first, what was undone above the present step', () => {
    const rows = historyRows([
      { id: 1, act: 'history.opened', about: 'thorax_1', undone: false },
      { id: 2, act: 'history.hidden', about: 'liver', undone: false },
      { id: 3, act: 'history.shown', about: 'liver', undone: true },
    ]);
    expect(rows.map(({ text, undone, present }) => [text, undone, present])).toEqual([
      ['Showed Liver', true, false],
      ['Hid Liver', false, true],
      ['Opened thorax_1', false, false],
    ]);
  });
});

describe('jobs', () => {
  const job = { id: 1, title: 'job.segmenting', about: 'ct-bone', stage: 'surface', done: 26, of: 45, startedMs: 1000 };
  it('share, stage and time left', () => {
    expect(jobRow(job, 5000)).toMatchObject({
      title: 'CT bone',
      stage: 'Fine surface',
      percent: '58\u202f%',
      left: '2.9\u202fs',
    });
    expect(jobRow({ ...job, of: 0 }, 5000)).toMatchObject({ share: null, percent: '', left: '' });
    expect(jobRow(job, 1200).left).toBe('');
  });
});

describe('method fields', () => {
  it('every setting of every method is a field with a range, and only what was given is sent', () => {
    for (const method of methods) {
      const fields = settingFields(method, {}, 'HU');
      expect(fields.map(({ name }) => name)).toEqual(method.settings.map(({ name }) => name));
      for (const field of fields) {
        expect(field.title).not.toBe('');
        expect(field.help).not.toBe('');
        if (field.min !== null && field.max !== null) expect(field.range).not.toBe('');
        // As wide as float32 is no bound worth telling.
        expect(Math.abs(field.max ?? 0)).toBeLessThan(1e30);
      }
    }
    expect(givenSettings({ lower: 180, upper: null, apart: false })).toEqual({ lower: 180, apart: false });
  });
});

describe('histogram', () => {
  it('leaves far tails out of the picture and draws rare values', () => {
    const counts = new Array<number>(1000).fill(0);
    counts[0] = 1;
    counts[999] = 1;
    for (let n = 300; n < 500; n++) counts[n] = n === 400 ? 1_000_000 : 1000;
    const picture = histogramPicture(0, 1000, counts);
    if (!picture) throw new Error('no picture');
    expect(picture.lower).toBe(300);
    expect(picture.upper).toBeLessThanOrEqual(502);
    expect(Math.max(...picture.bars)).toBe(1);
    expect(Math.min(...picture.bars)).toBeGreaterThan(0.3);
    expect(histogramPicture(0, 1, [0, 0])).toBeNull();
  });
  it('ticks are round', () => {
    expect(axisTicks(-1100, 1600)).toEqual([-1000, -500, 0, 500, 1000, 1500]);
  });
});

describe('errors', () => {
  const net = { origin: 'https://here', host: '' };
  it('says what, the state of the case, where-expected-got and what to do', () => {
    const words = errorText(
      {
        code: 'truncated',
        what: 'voxels',
        where: 'voxel data',
        expected: '7,680 bytes',
        got: '3,840 bytes',
        file: '/a/b/scan.nii',
      },
      'Abdomen CT',
      net,
    );
    expect(words.title).toBe('scan.nii ends too early');
    expect(words.state).toBe('It was not opened. Abdomen CT is still open and unchanged.');
    expect(words.rows.map(({ text }) => text)).toEqual(['voxel data', '7,680 bytes', '3,840 bytes']);
    expect(words.advice).toBe('Copy the file again from where it came, or ask its sender for the whole of it.');
    expect(words.asText.split('\n')).toHaveLength(6);
  });
  it('tells no scan, an empty one, a contradiction and a host apart', () => {
    const title = (fields: object, host = '') =>
      errorText(
        {
          code: 'format',
          what: 'file',
          where: 'format',
          expected: 'NIfTI',
          got: 'a PNG picture',
          file: 'x.nii',
          ...fields,
        } as never,
        '',
        { ...net, host },
      ).title;
    expect(title({})).toBe('x.nii is not a scan');
    expect(title({ got: '0 bytes' })).toBe('x.nii is empty');
    expect(title({ what: 'NIfTI', where: 'dim[0]', got: 4660 })).toBe('x.nii contradicts itself');
    expect(title({ code: 'io', where: 'file', got: 'Failed to fetch' }, 'example.org')).toBe(
      'example.org does not let this page read it',
    );
    expect(title({ code: 'too-large' })).toBe('x.nii needs more memory than this tab has');
    const memory = { needBytes: 6.5 * 2 ** 30, limitBytes: 4 * 2 ** 30, coarser: 3 } as const;
    expect(title({ code: 'too-large', memory })).toBe('x.nii needs 6.50 GB, this tab has 4.00 GB');
  });
  it('a method that stops changes nothing and offers no file', () => {
    const words = errorText({ code: 'empty-segment', what: 'otsu', where: 'result', expected: '1', got: 0 }, 'A', net);
    expect(words).toMatchObject({ title: 'Otsu found nothing', state: 'Nothing was changed.', offersFile: false });
  });
});

describe('acts and keys', () => {
  it('no key stands for two acts', () => {
    const keys = acts().flatMap((act) => act.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });
  it('names of presses are those of the sheet', () => {
    const press = (key: string, more = {}) =>
      keyName({ key, ctrlKey: false, metaKey: false, shiftKey: false, ...more });
    expect(press('h')).toBe('H');
    expect(press('X', { shiftKey: true })).toBe('Shift X');
    expect(press('?', { shiftKey: true })).toBe('?');
    expect(press('z', { metaKey: true })).toBe('Ctrl Z');
    expect(press('Z', { ctrlKey: true, shiftKey: true })).toBe('Ctrl Shift Z');
    expect(press('Escape')).toBe('Esc');
    expect(press('Shift', { shiftKey: true })).toBeNull();
  });
});

describe('links', () => {
  it('http and https alone; the first that is neither is named', () => {
    expect(parseLinks(' https://a.org/x.nii.gz\nhttp://b.org/y ')).toEqual({
      urls: ['https://a.org/x.nii.gz', 'http://b.org/y'],
      bad: null,
    });
    expect(parseLinks('https://a.org javascript:alert(1)').bad).toBe('javascript:alert(1)');
    expect(parseLinks('file:///etc/passwd').bad).toBe('file:///etc/passwd');
    expect(parseLinks('https://user:word@a.org/x').bad).not.toBeNull();
    expect(parseLinks('  ')).toEqual({ urls: [], bad: null });
  });
  it('samples of the web name the host that is asked, its licence and size', () => {
    for (const { url, host, licence, bytes } of webSamples) {
      expect(new URL(url).host).toBe(host);
      expect(new URL(url).protocol).toBe('https:');
      expect(licence).not.toBe('');
      expect(bytes).toBeGreaterThan(0);
    }
  });
});
