import fc from 'fast-check';
import { gzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type Affine, affine, multiply, transform } from '#core/space/affine.ts';
import { finish, finishAsync } from '#core/steps.ts';
import { layOnGrid, planLaying } from '#io/segments/layOnGrid.ts';
import { parseNames } from '#io/segments/names.ts';
import { type FileSegments, readSegments } from '#io/segments/readSegments.ts';
import type { LabelGrid, ScanGrid } from '#io/segments/segmentSet.ts';
import { tissueOf } from '#io/segments/tissueOf.ts';
import { memorySource } from '../memorySource.ts';
import { niftiFile } from '../nifti/niftiFile.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const joined = (...parts: Uint8Array[]) => Uint8Array.from(parts.flatMap((part) => [...part]));
const open = async (files: readonly (readonly [string, Uint8Array])[], scans: readonly ScanGrid[] = []) =>
  finishAsync(
    readSegments(
      files.map(([name, bytes]) => memorySource(name, bytes)),
      scans,
    ),
  );

/** As 3D Slicer 5 writes it: two layers, liver and tumour over each other. */
const NOTES = `Segment0_ID:=Segment_1
Segment0_Name:=liver
Segment0_Color:=0.866667 0.509804 0.396078
Segment0_LabelValue:=1
Segment0_Layer:=0
Segment0_Extent:=0 2 0 1 0 1
Segment0_Tags:=Segmentation.Status:inprogress|TerminologyEntry:Segmentation category and type - 3D Slicer General Anatomy list~SCT^123037004^Anatomical Structure~SCT^10200004^Liver~^^~Anatomic codes - DICOM master list~^^~^^|
Segment1_ID:=Segment_2
Segment1_Name:=Tumeur hépatique
Segment1_LabelValue:=1
Segment1_Layer:=1
Segment1_Tags:=TerminologyEntry:x~SCT^49755003^Morphologically Altered Structure~SCT^4147007^Mass~^^~~^^~^^|
Segment2_ID:=Segment_3
Segment2_Name:=nothing
Segment2_LabelValue:=2
Segment2_Layer:=0
Segmentation_MasterRepresentation:=Binary labelmap
`;
const segNrrd = (voxels: Uint8Array, { layers = 2, notes = NOTES, encoding = 'gzip' } = {}) =>
  joined(
    encode(`NRRD0004
type: unsigned char
dimension: ${layers > 1 ? 4 : 3}
space: left-posterior-superior
sizes: ${layers > 1 ? `${layers} ` : ''}3 2 2
space directions: ${layers > 1 ? 'none ' : ''}(0.5,0,0) (0,0.75,0) (0,0,2)
kinds: ${layers > 1 ? 'list ' : ''}domain domain domain
encoding: ${encoding}
space origin: (-10,20,100)
${notes}
`),
    encoding === 'gzip' ? gzipSync(voxels) : voxels,
  );
const VOXELS = Uint8Array.from({ length: 24 }, (_, n) => (n % 2 === 0 ? (n < 12 ? 1 : 0) : n > 6 && n < 14 ? 1 : 0));

describe('.seg.nrrd', () => {
  it('names, colours, codes; layers that overlap stay apart', async () => {
    const [set] = (await open([['a.seg.nrrd', segNrrd(VOXELS)]])) as [FileSegments];
    expect(set.format).toBe('seg-nrrd');
    expect(set.grid.dims).toEqual([3, 2, 2]);
    expect(transform(set.grid.rasFromIjk, [0, 0, 0])).toEqual([10, -20, 100]);
    expect(set.layers.map((layer) => [...layer])).toEqual(
      [0, 1].map((layer) => [...VOXELS].filter((_, n) => n % 2 === layer)),
    );
    expect(set.segments).toMatchObject([
      {
        name: 'liver',
        value: 1,
        layer: 0,
        voxels: 6,
        color: '#dd8265',
        code: { scheme: 'SCT', value: '10200004', meaning: 'Liver' },
        tissue: 'liver',
      },
      { name: 'Tumeur hépatique', value: 1, layer: 1, voxels: 4, color: null, tissue: 'finding' },
      { name: 'nothing', value: 2, layer: 0, voxels: 0 },
    ]);
    expect(set.warnings).toEqual([]);
  });

  it('one layer, raw, as a whole in gzip, with a value of which the header says nothing', async () => {
    const one = Uint8Array.from([0, 1, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0]);
    const notes = NOTES.replace(
      'Segment1_LabelValue:=1\nSegment1_Layer:=1',
      'Segment1_LabelValue:=3\nSegment1_Layer:=0',
    );
    const plain = segNrrd(one, { layers: 1, encoding: 'raw', notes });
    for (const bytes of [plain, gzipSync(plain)]) {
      const [set] = (await open([['a.seg.nrrd', bytes]])) as [FileSegments];
      expect(set.segments.map(({ name, voxels }) => [name, voxels])).toEqual([
        ['liver', 2],
        ['Tumeur hépatique', 0],
        ['nothing', 0],
        ['label 9', 1],
      ]);
      expect(set.warnings.map(({ code }) => code)).toEqual(['labels-unnamed']);
    }
  });

  it('a layer that is not there, a value that is none and data that end early are refused by field', async () => {
    const failure = (bytes: Uint8Array) => open([['a.seg.nrrd', bytes]]).then(() => 'opened', String);
    expect(await failure(segNrrd(VOXELS, { notes: NOTES.replace('Segment1_Layer:=1', 'Segment1_Layer:=5') }))).toMatch(
      /a\.seg\.nrrd: Segment1_Layer: expected 0 to 1, got 5/,
    );
    expect(await failure(segNrrd(VOXELS, { notes: NOTES.replace('LabelValue:=2', 'LabelValue:=70000') }))).toMatch(
      /Segment2_LabelValue: expected 1 to 65535, got 70000/,
    );
    expect(await failure(segNrrd(VOXELS.slice(0, 20), { encoding: 'raw' }))).toMatch(
      /a\.seg\.nrrd: data: expected 24 bytes, got 20 bytes/,
    );
    expect(
      await failure(
        joined(
          encode('NRRD0004\ntype: uchar\ndimension: 3\nsizes: 3000 3000 3000000\nencoding: raw\nSegment0_Name:=x\n\n'),
          VOXELS,
        ),
      ),
    ).toMatch(/sizes: expected at most/);
  });
});

describe('tables of names', () => {
  const of = (text: string, file = 'a.txt') => parseNames(encode(text), file);
  it('FreeSurfer, Slicer, ITK-SNAP, AAL, CSV, TSV', () => {
    expect(
      of('#No. Label Name: R G B A\n\n0   Unknown 0 0 0 0\n2   Left-Cerebral-White-Matter  245 245 245 0\n')?.get(2),
    ).toEqual({ name: 'Left-Cerebral-White-Matter', color: '#f5f5f5', code: null });
    expect(of('# Color table file\n1 tissue_a 128 174 128 255\n', 'a.ctbl')?.get(1)).toEqual({
      name: 'tissue a',
      color: '#80ae80',
      code: null,
    });
    expect(
      of(
        '################\n# ITK-SnAP Label Description File\n    0     0    0    0        0  0  0    "Clear Label"\n    3     0    0  255        1  1  1    "left kidney"\n',
      )?.get(3),
    ).toEqual({ name: 'left kidney', color: '#0000ff', code: null });
    expect(of('1 Precentral_L 2001\n2 Lobe 2\n')?.get(1)?.name).toBe('Precentral L');
    expect(of('1 Precentral_L 2001\n2 Lobe 2\n')?.get(2)?.name).toBe('Lobe 2');
    expect(of('LabelValue,Name,Color_R,Color_G,Color_B\n7,liver,221,130,101\n', 'a.csv')?.get(7)).toEqual({
      name: 'liver',
      color: '#dd8265',
      code: null,
    });
    expect(of('index\tname\tcolor\n4\tputamen\t#FF0080\n', 'a.tsv')?.get(4)).toEqual({
      name: 'putamen',
      color: '#ff0080',
      code: null,
    });
    expect(of('Dear reader,\nthis is a letter.\n')).toBeNull();
    expect(
      parseNames(
        Uint8Array.from({ length: 768 }, (_, n) => (n === 5 ? 255 : 0)),
        'a.lut',
      )?.get(5)?.color,
    ).toBe('#ff0000');
  });
  it('JSON of dcmqi, of nnU-Net, and plain ones; XML of GIFTI', () => {
    const dcmqi = {
      segmentAttributes: [
        [
          {
            labelID: 2,
            SegmentLabel: 'Spine',
            SegmentedPropertyTypeCodeSequence: {
              CodeMeaning: 'Thoracic spine',
              CodingSchemeDesignator: 'SCT',
              CodeValue: '122495006',
            },
            recommendedDisplayRGBValue: [226, 202, 134],
          },
        ],
      ],
    };
    expect(of(JSON.stringify(dcmqi), 'a.json')?.get(2)).toEqual({
      name: 'Spine',
      color: '#e2ca86',
      code: { scheme: 'SCT', value: '122495006', meaning: 'Thoracic spine' },
    });
    for (const json of [
      '{"labels": {"background": 0, "liver": 3}}',
      '{"labels": {"0": "background", "3": "liver"}}',
      '{"3": {"name": "liver"}}',
      '[{"id": 3, "label": "liver"}]',
      '["a", "b", "c", "liver"]',
    ])
      expect(of(json, 'a.json')?.get(3)?.name).toBe('liver');
    expect(of('{"a": {"b": 1}', 'a.json')).toBeNull();
    expect(
      of(
        '<LabelTable><Label Key="3" Red="1" Green="0" Blue="0.5" Alpha="1"><![CDATA[V1 & V2]]></Label></LabelTable>',
        'a.xml',
      )?.get(3),
    ).toEqual({ name: 'V1 & V2', color: '#ff0080', code: null });
  });
});

describe('labelmaps', () => {
  const values = [0, 1, 1, 5, 0, 0, 0, 5];
  const nifti = niftiFile({ dim: [3, 2, 2, 2, 1, 1, 1, 1], datatype: 4, values });
  it('names beside it; without any, the value is the name', async () => {
    const [named] = await open([
      ['a.nii', nifti],
      ['names.txt', encode('1 aorta\n5 heart')],
    ]);
    expect(named?.segments).toMatchObject([
      { name: 'aorta', tissue: 'artery', voxels: 2 },
      { name: 'heart', tissue: 'heart', voxels: 2 },
    ]);
    const [bare] = await open([['a.nii', nifti]]);
    expect(bare?.segments.map(({ name }) => name)).toEqual(['label 1', 'label 5']);
  });
  it('a value that is no whole number from 0 to 65535 is refused, with the value', async () => {
    const failure = (datatype: number, list: readonly number[]) =>
      open([['a.nii', niftiFile({ dim: [3, 2, 2, 2, 1, 1, 1, 1], datatype, values: list })]]).then(
        () => 'opened',
        String,
      );
    expect(
      await failure(
        16,
        values.map((value) => value + (value === 5 ? 0.5 : 0)),
      ),
    ).toMatch(/a\.nii: voxels: expected whole numbers from 0 to 65535, got 5\.5/);
    expect(
      await failure(
        4,
        values.map((value) => (value === 5 ? -1 : value)),
      ),
    ).toMatch(/got -1/);
    expect(
      await failure(
        8,
        values.map((value) => (value === 5 ? 70000 : value)),
      ),
    ).toMatch(/got 70000/);
  });
  it('a table alone, or a text, is no file of segments', async () => {
    expect(await open([['names.txt', encode('1 a')]]).then(() => '', String)).toMatch(/got a table of names alone/);
    expect(await open([['letter.pdf', encode('%PDF-1.4 …')]]).then(() => '', String)).toMatch(
      /letter\.pdf: format: expected DICOM SEG, RTSTRUCT, a labelmap or a mesh, got a PDF document/,
    );
  });
});

describe('labels on a scan’s grid', () => {
  const grid = (dims: readonly [number, number, number], m: readonly number[]): ScanGrid => ({
    name: 'scan',
    dims,
    rasFromIjk: affine('ras', 'ijk', m),
  });
  const scan = grid([6, 5, 4], [0.5, 0.1, 0, 0, -0.1, 0.75, 0, 0, 0, 0, 2, 0, -10, 20, 100, 1]);
  const lay = (values: Uint8Array, from: LabelGrid, to = scan) =>
    finish(layOnGrid(values, from.dims, to.dims, planLaying(from, to, 'a.nii')));

  it('of the same places in another order of axes and directions, or a part of the stack, lie there exactly', () => {
    fc.assert(
      fc.property(
        fc.constantFrom([0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]),
        fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
        fc.nat(1),
        fc.nat(1e6),
        (order, flip, from, seed) => {
          // The labels' voxel n is the scan's voxel at: k from `from` on.
          const part = [scan.dims[0], scan.dims[1], scan.dims[2] - from] as const;
          const dims = order.map((axis) => part[axis] as number) as [number, number, number];
          const scanFromLabels = new Array<number>(16).fill(0);
          scanFromLabels[15] = 1;
          order.forEach((axis, own) => {
            scanFromLabels[4 * own + axis] = flip[own] ? -1 : 1;
            scanFromLabels[12 + axis] = (flip[own] ? (part[axis] as number) - 1 : 0) + (axis === 2 ? from : 0);
          });
          const own: LabelGrid = {
            dims,
            rasFromIjk: multiply(scan.rasFromIjk, affine('ijk', 'ijk', scanFromLabels)) as Affine<'ras', 'ijk'>,
          };
          const values = Uint8Array.from({ length: dims[0] * dims[1] * dims[2] }, (_, n) => (n * 7 + seed) % 5);
          const { values: laid, outside } = lay(values, own);
          expect(outside).toBe(0);
          let n = 0;
          for (let k = 0; k < dims[2]; k++)
            for (let j = 0; j < dims[1]; j++)
              for (let i = 0; i < dims[0]; i++, n++) {
                const [x, y, z] = [0, 1, 2].map(
                  (r) =>
                    (scanFromLabels[12 + r] as number) +
                    i * (scanFromLabels[r] as number) +
                    j * (scanFromLabels[4 + r] as number) +
                    k * (scanFromLabels[8 + r] as number),
                ) as [number, number, number];
                expect(laid[x + 6 * (y + 5 * z)]).toBe(values[n]);
              }
          expect(laid.filter((value) => value !== 0).length).toBe(values.filter((value) => value !== 0).length);
        },
      ),
      { seed: 11, numRuns: 60 },
    );
  });

  it('on parallel axes take the nearest voxel and say the factor; what lies outside is counted', async () => {
    const half = grid([2, 2, 2], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0.25, 0.25, 0.25, 1]);
    const fine = grid([4, 4, 4], [0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 0.5, 0, 0, 0, 0, 1]);
    const values = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
    const { values: laid } = lay(values, half, fine);
    for (let n = 0; n < 64; n++) {
      const [i, j, k] = [n % 4, (n >> 2) % 4, n >> 4];
      expect(laid[n]).toBe(values[(i >> 1) + 2 * ((j >> 1) + 2 * (k >> 1))]);
    }
    const nifti = niftiFile({
      dim: [3, 2, 2, 2, 1, 1, 1, 1],
      datatype: 2,
      values: [...values],
      srow: [1, 0, 0, 0.25, 0, 1, 0, 0.25, 0, 0, 1, 1.25],
    });
    const [set] = await open([['half.nii', nifti]], [fine]);
    expect(set?.warnings).toMatchObject([
      { code: 'labels-resampled', kept: 'the nearest voxel, factors 2 × 2 × 2' },
      { code: 'labels-outside' },
    ]);
    expect(set?.warnings[1]?.text).toMatch(/^4 labelled voxels/);
  });

  it('of several scans takes the one whose voxels they are', async () => {
    const other = grid([8, 8, 8], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
    const own = grid([2, 2, 2], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0.5, 0, 0, 1]);
    const nifti = niftiFile({
      dim: [3, 2, 2, 2, 1, 1, 1, 1],
      datatype: 2,
      values: [1, 0, 0, 0, 0, 0, 0, 1],
      srow: [1, 0, 0, 0.5, 0, 1, 0, 0, 0, 0, 1, 0],
    });
    expect((await open([['a.nii', nifti]], [other, own]))[0]?.scan).toBe(1);
    expect((await open([['a.nii', nifti]], [other]))[0]?.warnings).toMatchObject([{ code: 'labels-resampled' }]);
  });

  it('that lie askew or beside it are refused with the figure', () => {
    const c = Math.cos(0.1);
    const s = Math.sin(0.1);
    const turned = grid([6, 5, 4], [c, s, 0, 0, -s, c, 0, 0, 0, 0, 2, 0, -10, 20, 100, 1]);
    const straight = grid([6, 5, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, -10, 20, 100, 1]);
    expect(() => lay(new Uint8Array(120), turned, straight)).toThrow(
      /a\.nii: grid: expected axes parallel to those of the scan scan, got axes turned by 5\.73°/,
    );
    const away = grid([6, 5, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 390, 20, 100.4, 1]);
    expect(() => lay(new Uint8Array(120), away, straight)).toThrow(/a grid beside it, middles 400\.0 mm apart/);
  });
});

it('tissues are guessed by code, else by name', () => {
  expect(tissueOf('vertebrae_L1', null)).toEqual({ tissue: 'bone', group: 'skeleton' });
  expect(tissueOf('x', { scheme: 'SCT', value: '64033007', meaning: 'Kidney' })).toEqual({
    tissue: 'kidney',
    group: 'urinary',
  });
  expect(tissueOf('portal_vein_and_splenic_vein', null).tissue).toBe('vein');
  expect(tissueOf('PTV 60Gy', null).tissue).toBe('finding');
  expect(tissueOf('ROI-1', null).tissue).toBe('other');
});
