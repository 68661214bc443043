// Segments laid over an open scan, through real workers: what becomes part of the case, and what undo takes away.
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import type { OpenParts } from '#app/openCase.ts';
import { openLabels, segmentsAlone } from '#app/openLabels.ts';
import { createPool } from '#compute/pool.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { firstWindow, middleOf, volumeRecord } from '#core/case/volumeRecord.ts';
import { VesaliusError } from '#core/errors.ts';
import { valueAt } from '#core/labelmap/labelmap.ts';
import type { SourceRef } from '#io/source.ts';
import { createJobsStore } from '#state/jobsStore.ts';
import { dataFile } from '../data.ts';
import { testCase } from '../state/caseFixtures.ts';

const pool = createPool(spawnNode, 1);
afterAll(() => pool.close());

/** As the page hands files over. */
function refs(...paths: string[]): SourceRef[] {
  return paths.map((path) => {
    const name = path.split('/').at(-1) ?? path;
    return { kind: 'file', file: new File([new Uint8Array(readFileSync(dataFile(path) as string))], name), path: name };
  });
}
const folder = (path: string) => readdirSync(dataFile(path) as string).map((name) => `${path}/${name}`);

async function opened(...paths: string[]) {
  const store = testCase();
  const jobs = createJobsStore({ now: () => 0, after: () => undefined });
  const parts = { pool, store, jobs, newId: (kind: string) => `${kind}-test`, shared: true } as unknown as OpenParts;
  if (paths.length > 0) {
    const { volume } = await pool.run('readVolume', [refs(...paths), { shared: true, series: 1 }]);
    store.putVolume('volume-1', volume.header, volume);
    store.verbs.open(
      'scan',
      volumeRecord('volume-1', volume.header),
      firstWindow(volume.header),
      middleOf(volume.header),
    );
  }
  return { store, jobs, parts };
}
const fault = (work: Promise<void>) =>
  work.then(
    () => null,
    (thrown: unknown) => (thrown instanceof VesaliusError ? thrown : null),
  );

describe.skipIf(dataFile('dcmqi') === null)('segments over an open scan', () => {
  it('DICOM SEG with segments over each other: three layers, one step, names, colours and codes', async () => {
    const { store, parts } = await opened(...folder('dcmqi/ct-3slice'));
    await openLabels(parts, { refs: refs('dcmqi/partial_overlaps.dcm') });
    const { segments, history } = store.getState();
    expect(segments.map(({ name, voxels, color }) => [name, voxels, color])).toEqual([
      ['GREEN', 9602, '#7caf7f'],
      ['LIGHT_BLUE', 6693, '#91e0e4'],
      ['DARK_BLUE', 4713, '#3b96ce'],
      ['ORANGE', 11888, '#d4654f'],
      ['PURPLE', 10743, '#bd9bdd'],
    ]);
    expect(new Set(segments.map(({ layer }) => layer)).size).toBe(3);
    expect(segments[3]?.code).toMatchObject({ meaning: 'Artery' });
    expect(segments[0]?.madeBy).toMatchObject({
      method: 'file',
      settings: { file: 'partial_overlaps.dcm', format: 'dicom-seg', algorithm: 'MANUAL' },
    });
    // A voxel of two segments is in both layers.
    const [green, , , orange] = segments;
    const layers = [green, orange].map((segment) => store.voxels.layer(segment?.layer ?? '')?.labels);
    let both = 0;
    for (let k = 0; k < 3; k++)
      for (let j = 0; j < 512; j++)
        for (let i = 0; i < 512; i++)
          if (layers.every((labels, n) => labels && valueAt(labels, i, j, k) === [green, orange][n]?.value)) both++;
    expect(both).toBe(3017);
    expect(history.at(-1)).toMatchObject({ act: 'history.labelsImported', about: '5' });
    store.verbs.undo();
    expect(store.getState().segments).toEqual([]);
    store.verbs.redo();
    expect(store.getState().segments.length).toBe(5);
  });

  it('RTSTRUCT on its CT; the same on another scan is refused with both frames of reference', async () => {
    const { store, parts } = await opened('rt-utils/mock_data/ct_1.dcm', 'rt-utils/mock_data/ct_2.dcm');
    await openLabels(parts, { refs: refs('rt-utils/mock_data/invalid_reference_rt.dcm') });
    expect(store.getState().segments.map(({ name, voxels }) => [name, voxels])).toEqual([
      ['ROI-1', 4976],
      ['ROI-2', 3697],
      ['ROI-3', 4519],
      ['ROI-4', 6954],
    ]);
    const other = await opened(...folder('dcmqi/ct-3slice'));
    const error = await fault(openLabels(other.parts, { refs: refs('rt-utils/mock_data/rt.dcm') }));
    expect(error).toMatchObject({ code: 'geometry', where: 'FrameOfReferenceUID', file: 'rt.dcm' });
    expect(other.store.getState().segments).toEqual([]);
  });

  it('NIfTI labels over a DICOM series: other axes, the same voxels', async () => {
    const { store, parts } = await opened(...folder('totalsegmentator/example_ct_dicom'));
    await openLabels(parts, { refs: refs('totalsegmentator/example_seg_dicom.nii.gz') });
    const { segments } = store.getState();
    const oracle = JSON.parse(readFileSync(new URL('../oracle/segments.json', import.meta.url), 'utf8')).nifti[
      'totalsegmentator/example_seg_dicom.nii.gz'
    ];
    expect(Object.fromEntries(segments.map(({ value, voxels }) => [value, voxels]))).toEqual(oracle);
    expect(segments.every(({ madeBy }) => madeBy.settings.note === undefined)).toBe(true);
  });

  it('a folder of masks: one structure a file, named after it, each a step; an empty one is no error', async () => {
    const { store, parts, jobs } = await opened('totalsegmentator/example_ct_sm.nii.gz');
    const masks = folder('totalsegmentator/example_seg_fast');
    expect(masks.length).toBe(5);
    await openLabels(parts, { refs: refs(...masks) });
    const { segments, history } = store.getState();
    expect(segments.map(({ name, tissue }) => [name, tissue]).toSorted()).toEqual([
      ['aorta', 'artery'],
      ['kidney_left', 'kidney'],
      ['liver', 'liver'],
      ['spleen', 'spleen'],
    ]);
    expect(history.filter(({ act }) => act === 'history.labelsImported').length).toBe(4);
    expect(jobs.getState().notices).toMatchObject([{ text: 'notice.noVoxel', about: 'femur_left.nii.gz' }]);
    expect(
      await fault(openLabels(parts, { refs: refs('totalsegmentator/example_seg_fast/femur_left.nii.gz') })),
    ).toMatchObject({
      code: 'empty-segment',
      file: 'femur_left.nii.gz',
    });
  });

  it('segments of an open scan are no reason to ask; a scan among them is', async () => {
    const { parts } = await opened();
    expect(await segmentsAlone(parts, { refs: refs('dcmqi/liver.dcm') })).toBe(true);
    expect(await segmentsAlone(parts, { refs: refs('rt-utils/mock_data/rt.dcm', 'dcmqi/liver.dcm') })).toBe(true);
    expect(await segmentsAlone(parts, { refs: refs('totalsegmentator/example_seg.nii.gz') })).toBe(true);
    expect(await segmentsAlone(parts, { refs: refs('dcmqi/liver.dcm', ...folder('dcmqi/ct-3slice')) })).toBe(false);
    expect(await segmentsAlone(parts, { refs: refs('dcmqi/liver_seg.nrrd') })).toBe(false);
  });

  it('without a scan says which one it was drawn on', async () => {
    const { store, parts } = await opened();
    for (const path of ['dcmqi/liver.dcm', 'rt-utils/mock_data/rt.dcm'])
      expect(await fault(openLabels(parts, { refs: refs(path) }))).toMatchObject({
        code: 'not-open',
        where: 'scan',
        expected: expect.stringMatching(/^the scan that it was drawn on, series [12][.\d]+$/),
      });
    expect(store.getState().volumes).toEqual([]);
  });
});

describe('a mesh without a scan', () => {
  it('opens as a case of its own, on a grid around it', async () => {
    const { store, parts } = await opened();
    const file = new File([tetrahedron()], 'tetra.stl');
    await openLabels(parts, { files: [file] });
    const { volumes, segments, title } = store.getState();
    expect(volumes).toMatchObject([{ modality: 'OT', format: 'mesh', warnings: [{ code: 'scan-empty' }] }]);
    expect(title).toBe('tetra.stl');
    expect(Math.max(...(volumes[0]?.dims ?? []))).toBe(256);
    expect(segments).toMatchObject([{ name: 'tetra', madeBy: { settings: { meshVolumeMl: 4.5 } } }]);
    expect(Math.abs((segments[0]?.volumeMl ?? 0) / 4.5 - 1)).toBeLessThan(0.005);
  });
});

/** Three edges of 30 mm at a right angle, as text: 4.5 ml. */
function tetrahedron(): string {
  const corners = ['0 0 0', '30 0 0', '0 30 0', '0 0 30'];
  const facets = [
    [0, 2, 1],
    [0, 1, 3],
    [0, 3, 2],
    [1, 2, 3],
  ].map(
    (facet) =>
      `facet normal 0 0 0\nouter loop\n${facet.map((n) => `vertex ${corners[n]}`).join('\n')}\nendloop\nendfacet`,
  );
  return `solid\n${facets.join('\n')}\nendsolid\n`;
}
