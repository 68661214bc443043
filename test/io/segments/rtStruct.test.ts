import { describe, expect, it } from 'vitest';
import { affine, transform } from '#core/space/affine.ts';
import { finishAsync } from '#core/steps.ts';
import { IMPLICIT_LITTLE } from '#io/dicom/transferSyntax.ts';
import { type FileSegments, readSegments } from '#io/segments/readSegments.ts';
import type { ScanGrid } from '#io/segments/segmentSet.ts';
import { type DataSet, dicomFile, source, type Value } from '../dicom/dicomFile.ts';

type Contour = {
  readonly points: readonly (readonly [number, number, number])[];
  readonly kind?: string;
  readonly count?: number;
  readonly data?: string;
};
interface RoiSpec {
  readonly name: string;
  readonly number?: number;
  readonly color?: string;
  readonly contours: readonly Contour[];
  readonly interpreted?: string;
  readonly code?: readonly [string, string, string];
}
const sequence = (...items: readonly DataSet[]): readonly [string, Value] => ['SQ', { items }];

/** Points are RAS mm here, and written as DICOM's LPS. */
function rtFile(
  rois: readonly RoiSpec[],
  { seriesUid = '1.2.3.4', frame = '1.2.3.8', syntax = IMPLICIT_LITTLE } = {},
): Uint8Array<ArrayBuffer> {
  const number = (roi: RoiSpec, index: number) => String(roi.number ?? index + 1);
  return dicomFile(
    {
      x00080016: ['UI', '1.2.840.10008.5.1.4.1.1.481.3'],
      x00080060: ['CS', 'RTSTRUCT'],
      x0020000d: ['UI', '1.2.3'],
      x0020000e: ['UI', '1.2.3.7'],
      x30060010: sequence({
        x00200052: ['UI', frame],
        x30060012: sequence({
          x30060014: sequence({ x0020000e: ['UI', seriesUid], x30060016: sequence({ x00081155: ['UI', '1.2.3.5'] }) }),
        }),
      }),
      x30060020: sequence(
        ...rois.map(
          (roi, n): DataSet => ({
            x30060022: ['IS', number(roi, n)],
            x30060026: ['LO', roi.name],
            x30060036: ['CS', 'MANUAL'],
          }),
        ),
      ),
      x30060039: sequence(
        ...rois.map(
          (roi, n): DataSet => ({
            ...(roi.color ? { x3006002a: ['IS', roi.color] as const } : {}),
            x30060040: sequence(
              ...roi.contours.map(
                ({ points, kind = 'CLOSED_PLANAR', count, data }): DataSet => ({
                  x30060042: ['CS', kind],
                  x30060046: ['IS', String(count ?? points.length)],
                  x30060050: [
                    'DS',
                    data ??
                      points.flatMap(([r, a, s]) => [-r, -a, s].map((v) => String(Number(v.toFixed(6))))).join('\\'),
                  ],
                }),
              ),
            ),
            x30060084: ['IS', number(roi, n)],
          }),
        ),
      ),
      x30060080: sequence(
        ...rois.map(
          (roi, n): DataSet => ({
            x30060084: ['IS', number(roi, n)],
            ...(roi.code
              ? {
                  x30060086: sequence({
                    x00080100: ['SH', roi.code[1]],
                    x00080102: ['SH', roi.code[0]],
                    x00080104: ['LO', roi.code[2]],
                  }),
                }
              : {}),
            x300600a4: ['CS', roi.interpreted ?? 'ORGAN'],
          }),
        ),
      ),
    },
    { syntax },
  );
}

const grid = (m: readonly number[], dims: readonly [number, number, number] = [40, 30, 12]): ScanGrid => ({
  name: 'CT',
  dims,
  rasFromIjk: affine('ras', 'ijk', m),
  seriesUid: '1.2.3.4',
  frameOfReferenceUid: '1.2.3.8',
});
/** As DICOM has it: i to the left, j backwards, k up; 0.8 × 0.9 × 2.5 mm. */
const scan = grid([-0.8, 0, 0, 0, 0, -0.9, 0, 0, 0, 0, 2.5, 0, 16, 14, -10, 1]);
const open = async (rois: readonly RoiSpec[], on: ScanGrid = scan, options = {}): Promise<FileSegments> =>
  (await finishAsync(readSegments([source(rtFile(rois, options), 'rt.dcm')], [on])))[0] as FileSegments;
const failure = (bytes: Uint8Array<ArrayBuffer>, scans: readonly ScanGrid[] = [scan]) =>
  finishAsync(readSegments([source(bytes, 'rt.dcm')], scans)).then(() => 'opened', String);
/** Voxel places as RAS mm. */
const ras = (on: ScanGrid, ...voxels: (readonly [number, number, number])[]) =>
  voxels.map((voxel) => transform(on.rasFromIjk, voxel));
const rectangle = (i0: number, j0: number, i1: number, j1: number, k: number) =>
  ras(scan, [i0, j0, k], [i1, j0, k], [i1, j1, k], [i0, j1, k]);
const countIn = (set: FileSegments, name: string, k?: number): number => {
  const segment = set.segments.find((each) => each.name === name);
  const perSlice = set.grid.dims[0] * set.grid.dims[1];
  const layer = set.layers[segment?.layer ?? 0] as Uint8Array;
  return [...(k === undefined ? layer : layer.subarray(k * perSlice, (k + 1) * perSlice))].filter(
    (value) => value === segment?.value,
  ).length;
};

describe('RTSTRUCT', () => {
  it('a contour between voxel centres holds exactly those; one through centres the half of them', async () => {
    const set = await open([
      { name: 'between', contours: [{ points: rectangle(2.5, 3.5, 10.5, 7.5, 4) }] },
      { name: 'through', contours: [{ points: rectangle(2, 3, 10, 7, 4) }] },
    ]);
    expect(countIn(set, 'between', 4)).toBe(8 * 4);
    expect(countIn(set, 'through', 4)).toBe(8 * 4);
    expect(countIn(set, 'between')).toBe(32);
    expect(set.warnings).toEqual([]);
    // They lie over each other.
    expect(set.layers.length).toBe(2);
  });

  it('side by side contours that share an edge share no voxel and leave none', async () => {
    const edge: [number, number, number][] = [
      [9.3, 2, 4],
      [14.7, 11.2, 4],
      [11, 19.9, 4],
    ];
    const left: [number, number, number][] = [[3, 2, 4], ...edge, [3, 19.9, 4]];
    const right: [number, number, number][] = [[25, 2, 4], [25, 19.9, 4], ...edge.toReversed()];
    const set = await open([
      { name: 'left', contours: [{ points: ras(scan, ...left) }] },
      { name: 'right', contours: [{ points: ras(scan, ...right) }] },
      { name: 'both', contours: [{ points: ras(scan, [3, 2, 4], [25, 2, 4], [25, 19.9, 4], [3, 19.9, 4]) }] },
    ]);
    expect(countIn(set, 'left') + countIn(set, 'right')).toBe(countIn(set, 'both'));
    expect(set.segments.find(({ name }) => name === 'left')?.layer).toBe(
      set.segments.find(({ name }) => name === 'right')?.layer,
    );
  });

  it('holes: a contour within another, as XOR and as a keyhole', async () => {
    const [outer, inner] = [rectangle(2.5, 2.5, 20.5, 20.5, 3), rectangle(6.5, 6.5, 12.5, 12.5, 3)];
    const keyhole = [...outer, outer[0], ...inner.toReversed(), inner.at(-1), outer[0]].filter(
      (point) => point !== undefined,
    ) as (readonly [number, number, number])[];
    const set = await open([
      { name: 'two', contours: [{ points: outer }, { points: inner }] },
      {
        name: 'xor',
        contours: [
          { points: outer, kind: 'CLOSEDPLANAR_XOR' },
          { points: inner, kind: 'CLOSEDPLANAR_XOR' },
        ],
      },
      { name: 'keyhole', contours: [{ points: keyhole }] },
    ]);
    for (const name of ['two', 'xor', 'keyhole']) expect(countIn(set, name)).toBe(18 * 18 - 6 * 6);
  });

  it('an ellipse holds the centres that its formula says, on grids of every axis order', async () => {
    const circle = (on: ScanGrid, plane: (u: number, v: number) => readonly [number, number, number]) =>
      ras(
        on,
        ...Array.from({ length: 256 }, (_, n) =>
          plane(12 * Math.cos((2 * Math.PI * n) / 256), 9 * Math.sin((2 * Math.PI * n) / 256)),
        ),
      );
    let inside = 0;
    for (let j = 0; j < 30; j++)
      for (let i = 0; i < 40; i++) if (((i - 20.3) / 12) ** 2 + ((j - 15.4) / 9) ** 2 < 1) inside++;
    const axial = await open([{ name: 'a', contours: [{ points: circle(scan, (u, v) => [20.3 + u, 15.4 + v, 5]) }] }]);
    // Its 256 sides cut off less than a hundredth of a voxel.
    expect(Math.abs(countIn(axial, 'a') - inside)).toBeLessThanOrEqual(1);
    expect(Math.abs(inside / (Math.PI * 12 * 9) - 1)).toBeLessThan(0.01);
    // A scan whose slices along k are sagittal: the same contour lies across j, or i.
    for (const [m, dims, plane] of [
      [
        [-0.8, 0, 0, 0, 0, 0, 2.5, 0, 0, -0.9, 0, 0, 16, 14, -10, 1],
        [40, 12, 30],
        (u: number, v: number) => [20.3 + u, 5, 15.4 + v],
      ],
      [
        [0, 0, 2.5, 0, -0.8, 0, 0, 0, 0, -0.9, 0, 0, 16, 14, -10, 1],
        [12, 40, 30],
        (u: number, v: number) => [5, 20.3 + u, 15.4 + v],
      ],
    ] as const) {
      const on = grid([...m], [...dims]);
      const set = await open(
        [
          {
            name: 'a',
            contours: [{ points: circle(on, (u, v) => plane(u, v) as unknown as readonly [number, number, number]) }],
          },
        ],
        on,
      );
      expect(countIn(set, 'a')).toBe(countIn(axial, 'a'));
      expect(set.segments[0]?.voxels).toBe(countIn(axial, 'a'));
    }
  });

  it('contours on every third slice fill all of them; off the slices the nearest is taken, with the distance', async () => {
    const every3 = await open([
      { name: 'a', contours: [1, 4, 7].map((k) => ({ points: rectangle(2.5, 2.5, 6.5, 6.5, k) })) },
    ]);
    expect(Array.from({ length: 12 }, (_, k) => countIn(every3, 'a', k))).toEqual([
      16, 16, 16, 16, 16, 16, 16, 16, 16, 0, 0, 0,
    ]);
    expect(every3.warnings).toMatchObject([{ code: 'contours-spread' }]);
    const off = await open([
      { name: 'a', contours: [3.3, 4.3].map((k) => ({ points: rectangle(2.5, 2.5, 6.5, 6.5, k) })) },
    ]);
    expect([3, 4].map((k) => countIn(off, 'a', k))).toEqual([16, 16]);
    expect(off.warnings).toMatchObject([{ code: 'contours-off-slices', text: expect.stringContaining('0.75 mm') }]);
    const fine = await open([
      {
        name: 'a',
        contours: [3, 3.25, 3.5, 3.75, 4].map((k, n) => ({ points: rectangle(2.5, 2.5, 3.5 + n, 6.5, k) })),
      },
    ]);
    expect([3, 4].map((k) => countIn(fine, 'a', k))).toEqual([4, 20]);
    expect(fine.warnings).toMatchObject([{ code: 'contours-between-slices' }]);
    const beyond = await open([
      { name: 'a', contours: [10, 11, 12, 13].map((k) => ({ points: rectangle(2.5, 2.5, 6.5, 6.5, k) })) },
    ]);
    expect(beyond.segments[0]?.voxels).toBe(32);
    expect(beyond.warnings).toMatchObject([{ code: 'contours-outside', text: expect.stringMatching(/^2 of 4/) }]);
  });

  it('contours that are lost are counted: around no centre, beside the scan, cut by its border', async () => {
    const tiny = (k: number) => ({ points: rectangle(2.2, 2.2, 2.8, 2.8, k) });
    const thin = { points: rectangle(2.5, 5.2, 20.5, 5.8, 4) };
    const set = await open([
      { name: 'lesion', contours: [{ points: rectangle(2.5, 2.5, 6.5, 6.5, 3) }, tiny(4), thin] },
      { name: 'speck', contours: [tiny(5)] },
      { name: 'beside', contours: [{ points: rectangle(60, 2, 70, 8, 4) }] },
      { name: 'over', contours: [{ points: rectangle(-5.5, 2.5, 1.5, 4.5, 4) }] },
    ]);
    expect(set.segments.map(({ name, voxels }) => [name, voxels])).toEqual([
      ['lesion', 16],
      ['speck', 0],
      ['beside', 0],
      ['over', 4],
    ]);
    expect(set.warnings).toMatchObject([
      { code: 'contours-outside', text: expect.stringMatching(/^1 of 6/) },
      { code: 'contours-cut', text: expect.stringMatching(/^1 of 6/) },
      { code: 'contours-without-voxels', text: expect.stringContaining('2 of 3 of lesion, 1 of 1 of speck') },
    ]);
  });

  it('names, colours, codes and kinds; points and open lines are named and left out', async () => {
    const set = await open([
      {
        name: 'Leber',
        number: 70000,
        color: '220\\160\\120',
        contours: [{ points: rectangle(2.5, 2.5, 6.5, 6.5, 3) }],
        code: ['SCT', '10200004', 'Liver'],
      },
      { name: 'GTV', number: 2, contours: [{ points: rectangle(2.5, 2.5, 4.5, 4.5, 3) }], interpreted: 'GTV' },
      { name: 'Isocentre', contours: [{ points: rectangle(1, 1, 2, 2, 3).slice(0, 1), kind: 'POINT' }] },
    ]);
    expect(set.segments).toMatchObject([
      {
        name: 'Leber',
        value: 1,
        color: '#dca078',
        code: { scheme: 'SCT', value: '10200004' },
        tissue: 'liver',
        madeBy: 'MANUAL',
        voxels: 16,
      },
      { name: 'GTV', value: 2, tissue: 'finding', group: 'findings' },
    ]);
    expect(set.warnings).toMatchObject([
      { code: 'contours-not-closed', text: expect.stringContaining('Isocentre (1 POINT)') },
    ]);
  });

  it('is refused where it lies elsewhere, across the slices, or is broken', async () => {
    const roi = (contour: Contour): RoiSpec => ({ name: 'a', contours: [contour] });
    const points = rectangle(2.5, 2.5, 6.5, 6.5, 3);
    for (const [bytes, words] of [
      [
        rtFile([roi({ points })], { seriesUid: '9', frame: '8' }),
        /rt\.dcm: FrameOfReferenceUID: expected segments of the scan CT/,
      ],
      [
        rtFile([roi({ points: ras(scan, [2, 2, 2], [8, 2, 2], [8, 8, 5]) })]),
        /rt\.dcm: ContourData: expected contours along the slices of the scan, got one that crosses/,
      ],
      [
        rtFile([roi({ points: rectangle(2, 2, 5, 5, 40) })]),
        /rt\.dcm: ContourData: expected contours within the scan CT, got 1 of 1 off it/,
      ],
      [
        rtFile([roi({ points, count: 7 })]),
        /ContourData: expected 3 × 7 numbers, as NumberOfContourPoints, got 12 in contour 1 of ROI 1/,
      ],
      [
        rtFile([roi({ points, data: '1\\2\\x\\4\\5\\6\\7\\8\\9\\1\\2\\3' })]),
        /ContourData: expected numbers, got x in contour 1 of ROI 1/,
      ],
      [rtFile([roi({ points, kind: 'POINT' })]), /ContourGeometricType: expected closed contours, got none/],
      [rtFile([]), /StructureSetROISequence: expected at least one region, got none/],
    ] as const)
      expect(await failure(bytes)).toMatch(words);
    expect(await failure(rtFile([roi({ points })]), [])).toMatch(
      /rt\.dcm: scan: expected the scan that it was drawn on, series 1\.2\.3\.4, got no open scan/,
    );
    const whole = rtFile([roi({ points }), { name: 'b', contours: [{ points }] }]);
    for (let length = 140; length < whole.length; length += 29) {
      const said = await failure(whole.slice(0, length));
      expect(said).toMatch(/^(opened$|VesaliusError: )/);
      expect(said).not.toMatch(/program/);
    }
  });
});
