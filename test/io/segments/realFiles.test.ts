// Segments of public files against numpy's counts (test/oracle/segments.json, made by segments.py).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { countLabels } from '#core/labelmap/denseLabels.ts';
import { affine, spacingOf } from '#core/space/affine.ts';
import { finishAsync } from '#core/steps.ts';
import { type FileSegments, readSegments } from '#io/segments/readSegments.ts';
import type { ScanGrid } from '#io/segments/segmentSet.ts';
import { dataFile } from '../../data.ts';
import { diskSource, read } from '../memorySource.ts';

interface Oracle {
  readonly seg: Record<
    string,
    { kind: string; segments: Record<string, { name: string; voxels: number }>; shared: Record<string, number> }
  >;
  readonly nrrd: Record<string, Record<string, number>>;
  readonly nifti: Record<string, Record<string, number>>;
  readonly rtstruct: Record<string, Record<string, { voxels: Record<string, number>; area: Record<string, number> }>>;
}
const oracle = JSON.parse(readFileSync(join(import.meta.dirname, '../../oracle/segments.json'), 'utf8')) as Oracle;

async function scanOf(...paths: string[]): Promise<ScanGrid> {
  const { volume } = await read(
    paths.map((path) => diskSource(dataFile(path) as string)),
    { series: 1 },
  );
  const { dims, rasFromIjk, name, series } = volume.header;
  return { dims, rasFromIjk, name, seriesUid: series?.uid, frameOfReferenceUid: series?.frameOfReferenceUid };
}

async function open(path: string, scan: ScanGrid | null, ...more: string[]): Promise<FileSegments> {
  const sets = await finishAsync(
    readSegments(
      [path, ...more].map((each) => diskSource(dataFile(each) as string)),
      scan ? [scan] : [],
    ),
  );
  expect(sets.length).toBe(1);
  return sets[0] as FileSegments;
}

/** Voxels of each segment, counted again in its layer. */
const counted = (set: FileSegments) =>
  Object.fromEntries(
    set.segments.map(({ value, layer }) => [value, countLabels(set.layers[layer] as Uint8Array).get(value) ?? 0]),
  );
const told = (set: FileSegments) => Object.fromEntries(set.segments.map(({ value, voxels }) => [value, voxels]));

const here = dataFile('dcmqi') !== null;

describe.skipIf(!here)('segments of public files', () => {
  for (const [path, { kind, segments, shared }] of Object.entries(oracle.seg))
    it(`${path}: voxels per segment as numpy unpacks them`, async () => {
      const set = await open(path, null);
      const expected = Object.entries(segments).filter(([, { name }]) => name !== 'Background');
      expect(told(set)).toEqual(Object.fromEntries(expected.map(([value, { voxels }]) => [value, voxels])));
      expect(counted(set)).toEqual(told(set));
      expect(set.segments.map(({ name }) => name)).toEqual(expected.map(([, { name }]) => name));
      // Those that share voxels lie in different layers, and no layer is one too many.
      for (const pair of Object.keys(shared)) {
        const [a, b] = pair
          .split(',')
          .map((value) => set.segments.find((segment) => segment.value === Number(value))?.layer);
        expect(a).not.toBe(b);
      }
      expect(set.layers.length).toBe(kind === 'BINARY' && Object.keys(shared).length === 3 ? 3 : 1);
      expect(set.format).toBe('dicom-seg');
    });

  for (const [path, values] of Object.entries({ ...oracle.nrrd, ...oracle.nifti }))
    it(`${path}: voxels per value`, async () => {
      const set = await open(path, null);
      expect(told(set)).toEqual(values);
      expect(set.layers.length).toBe(1);
    });

  it('the SEG of a liver lies on its own CT exactly, with name, colour and code', async () => {
    const ct = (await import('node:fs'))
      .readdirSync(dataFile('dcmqi/ct-3slice') as string)
      .map((name) => `dcmqi/ct-3slice/${name}`);
    const scan = await scanOf(...ct);
    const set = await open('dcmqi/liver.dcm', scan);
    const mask = await open('dcmqi/liver_seg.nrrd', scan);
    expect(set.grid.dims).toEqual(scan.dims);
    expect(set.warnings).toEqual([]);
    expect(
      Buffer.compare(
        Buffer.from(set.layers[0] as Uint8Array),
        Buffer.from(Uint8Array.from(mask.layers[0] as Uint16Array)),
      ),
    ).toBe(0);
    expect(set.segments[0]).toMatchObject({
      name: 'Liver',
      tissue: 'liver',
      code: { scheme: 'SRT', value: 'T-62000', meaning: 'Liver' },
      madeBy: 'SEMIAUTOMATIC SlicerEditor',
    });
    expect(set.belongsTo?.seriesUid).toBe(scan.seriesUid);
  });

  it('TotalSegmentator’s label table names the values', async () => {
    const set = await open(
      'totalsegmentator/example_seg.nii.gz',
      await scanOf('totalsegmentator/example_ct_sm.nii.gz'),
    );
    expect(set.segments.find(({ value }) => value === 5)).toMatchObject({
      name: 'liver',
      color: '#00ffff',
      tissue: 'liver',
    });
    expect(set.warnings).toEqual([]);
  });

  it('AAL: names from the table beside it, colours from the .lut', async () => {
    const set = await open('mricron/aal.nii.gz', null, 'mricron/aal.nii.txt', 'mricron/aal.nii.lut');
    expect(set.segments.length).toBe(Object.keys(oracle.nifti['mricron/aal.nii.gz'] ?? {}).length);
    expect(set.segments[0]).toMatchObject({ value: 1, name: 'Precentral L', tissue: 'brain' });
    expect(set.segments.every(({ color }) => color !== null)).toBe(true);
  });

  for (const [path, rois] of Object.entries(oracle.rtstruct))
    it(`${path}: pixel centres within the contours`, async () => {
      const scan = await scanOf('rt-utils/mock_data/ct_1.dcm', 'rt-utils/mock_data/ct_2.dcm');
      const set = await open(path, scan);
      const [mmI, mmJ] = spacingOf(scan.rasFromIjk);
      expect(mmI * mmJ).toBeGreaterThan(0);
      const perSlice = scan.dims[0] * scan.dims[1];
      for (const [name, { voxels, area }] of Object.entries(rois)) {
        const segment = set.segments.find((each) => each.name === name);
        const layer = set.layers[segment?.layer ?? 0] as Uint8Array;
        for (const [k, expected] of Object.entries(voxels)) {
          const inSlice =
            countLabels(layer.subarray(Number(k) * perSlice, (Number(k) + 1) * perSlice)).get(segment?.value ?? 0) ?? 0;
          expect(inSlice).toBe(expected);
          // Of the polygon's own area, within half of its border's pixels.
          if (path !== 'rt-utils/mock_data/rt.dcm')
            expect(Math.abs(inSlice - Math.abs(area[k] as number))).toBeLessThan(1);
        }
      }
    });

  it('pydicom/rtstruct.dcm: three contours of 120000 mm² by the shoelace formula, its isocentres named', async () => {
    const rasFromIjk = affine('ras', 'ijk', [-2, 0, 0, 0, 0, -2, 0, 0, 0, 0, 10, 0, 250, 200, -210, 1]);
    const set = await open('pydicom/rtstruct.dcm', { name: 'CT', dims: [250, 200, 5], rasFromIjk });
    expect(set.segments).toMatchObject([
      { name: 'patient', voxels: (3 * 120000) / 4, color: '#dca078', group: 'surface' },
    ]);
    expect(set.warnings).toMatchObject([{ code: 'contours-not-closed' }]);
  });
});
