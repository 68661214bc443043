import { gunzipSync, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readCase } from '#core/case/migrate.ts';
import type { CaseDocument } from '#core/case/schema.ts';
import { VesaliusError } from '#core/errors.ts';
import { labelmapHash } from '#core/labelmap/hash.ts';
import { affine } from '#core/space/affine.ts';
import { finishAsync } from '#core/steps.ts';
import type { Dims, Volume } from '#core/volume/volume.ts';
import { isBundle } from '#io/bundle/format.ts';
import { readBundle } from '#io/bundle/read.ts';
import { type BundleContent, writeBundle } from '#io/bundle/write.ts';
import { boxLayer, SMALL, seeded, volumeHeader, volumeRecord } from '../../state/caseFixtures.ts';
import { gz, memorySource, read } from '../memorySource.ts';

const MADE = '2026-01-02T03:04:05Z';
const MR: Dims = [9, 7, 5];
const random = seeded(11);
const noise = (count: number) => Int16Array.from({ length: count }, () => Math.floor(random() * 4000) - 1000);
const segment = (id: string, layer: string, value: number, slot: number, volume: string) => ({
  ...readCase(v1).segments[0],
  id,
  name: id,
  layer,
  value,
  slot,
  volume,
});
const v1 = {
  version: 1,
  title: 'A case',
  volumes: [{ ...volumeRecord('ct'), suvFactor: undefined, timesMs: undefined, overlay: undefined, placed: undefined }],
  segments: [
    {
      id: 'liver',
      name: 'liver',
      layer: 'l1',
      value: 2,
      slot: 1,
      color: '#8c4a3c',
      opacity: 1,
      visible: true,
      tissue: 'liver',
      group: 'digestive',
      voxels: 1,
      volumeMl: 1,
      cutByEdge: false,
      madeBy: { method: 'hand', settings: {}, automatic: false },
      reviewed: false,
      isovalue: null,
    },
  ],
  measurements: [
    {
      id: 'm',
      kind: 'length',
      name: 'width',
      points: [
        [0, 0, 0],
        [10, 0, 0.1],
      ],
    },
  ],
  crosshair: [1.5, -2, 3],
  window: { level: 40, width: 400 },
};

/** A CT with two layers that overlap, a colour picture of two timepoints on a sheared grid brought to it by a field. */
function content(): BundleContent {
  const rasFromIjk = affine('ras', 'ijk', [1.1, 0, 0, 0, 0.3, 1.2, 0, 0, 0.1, -0.2, 2 / 3, 0, 1 / 3, 5, 6, 1]);
  const ctHeader = {
    ...volumeHeader('ct'),
    slope: 2,
    intercept: -1024,
    series: { uid: '1.2', number: 3, description: 'd', date: '', patientName: 'Secret' },
  };
  const mrHeader = {
    ...volumeHeader('mr', MR),
    timepoints: 2,
    scalarType: 'u8' as const,
    rasFromIjk,
    timesMs: [0, 40],
    modality: 'OT' as const,
  };
  const count = MR[0] * MR[1] * MR[2] * 2;
  const ct: Volume = { header: ctHeader, scalars: noise(SMALL[0] * SMALL[1] * SMALL[2]) };
  const mr: Volume = {
    header: mrHeader,
    scalars: Uint8Array.from({ length: count }, (_, n) => n % 251),
    rgb: Uint8Array.from({ length: 3 * count }, (_, n) => (n * 7) % 256),
  };
  const document: CaseDocument = {
    ...readCase(v1),
    volumes: [
      volumeRecord('ct'),
      {
        ...volumeRecord('mr', MR),
        timepoints: 2,
        rasFromIjk: [...rasFromIjk.m],
        overlay: { visible: true, opacity: 0.5, colorMap: 'hot', window: { level: 1, width: 2 } },
        placed: {
          kind: 'deformable',
          matrix: [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 1, 2, 3, 1],
          field: 'f',
          residualMm: 0.4,
          landmarks: [],
        },
      },
    ],
    segments: [segment('liver', 'l1', 2, 1, 'ct'), segment('lesion', 'l2', 300, 2, 'ct')] as CaseDocument['segments'],
  };
  const layers = [
    { id: 'l1', labels: boxLayer(random, [2]) },
    { id: 'l2', labels: boxLayer(random, [300]) },
  ];
  const field = { dims: [3, 3, 2] as const, rasFromIjk, mm: Float32Array.from({ length: 54 }, () => random()) };
  return {
    document,
    volumes: [
      { id: 'ct', volume: ct },
      { id: 'mr', volume: mr },
    ],
    layers,
    fields: [{ id: 'f', field }],
  };
}

async function bytesOf(given: BundleContent, surfaces: Uint8Array[] = []): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const part of writeBundle(given, MADE, surfaces)) parts.push(new Uint8Array(part));
  return new Uint8Array(Buffer.concat(parts));
}
const readBytes = (bytes: Uint8Array) => finishAsync(readBundle(memorySource('a.vesalius', bytes, 777), true));

describe('a case bundle', () => {
  it('comes back as it was written: document, voxels, colours, labels, field; the patient’s name does not', async () => {
    const given = content();
    const bytes = await bytesOf(given, [new Uint8Array([1, 2]), new Uint8Array([3])]);
    expect(isBundle(bytes)).toBe(true);
    const back = await readBytes(bytes);
    expect(back.document).toEqual(given.document);
    for (const [n, { id, volume }] of given.volumes.entries()) {
      const again = back.volumes[n]?.volume as Volume;
      expect(back.volumes[n]?.id).toBe(id);
      const { series, ...header } = volume.header;
      expect(again.header).toMatchObject(header);
      expect(again.header.rasFromIjk.m).toEqual(volume.header.rasFromIjk.m);
      expect(again.scalars).toEqual(volume.scalars);
      expect(again.rgb).toEqual(volume.rgb);
    }
    expect(Buffer.from(bytes).includes('Secret')).toBe(false);
    for (const [n, { id, labels }] of given.layers.entries()) {
      expect(back.layers[n]?.id).toBe(id);
      expect(labelmapHash(back.layers[n]?.labels ?? labels)).toBe(labelmapHash(labels));
    }
    expect(back.fields[0]?.field.mm).toEqual(given.fields[0]?.field.mm);
    expect(Object.keys(unzipSync(bytes))).toEqual([
      ...['mimetype', 'manifest.json', 'case.json', 'volumes/1.json', 'volumes/1.nii.gz'],
      ...['volumes/2.json', 'volumes/2.nii.gz', 'volumes/2-colour.nii.gz', 'labels/1.nii.gz', 'labels/2.nii.gz'],
      ...['fields/1.nii.gz', 'surfaces.glb'],
    ]);
  });

  it('the same case gives the same bytes', async () => {
    const given = content();
    expect(await bytesOf(given)).toEqual(await bytesOf(given));
  });

  it('as any input, its scans are read and its labels are not taken for some', async () => {
    const { series } = await read([memorySource('a.vesalius', await bytesOf(content()))], { series: 1 });
    expect(series.map(({ uid }) => uid)).toEqual(['a.vesalius/volumes/1.nii.gz', 'a.vesalius/volumes/2.nii.gz']);
  });

  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  const json = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes));
  /** Its sform mirrored along x. */
  const turned = (file: Uint8Array) => {
    const bytes = new Uint8Array(gunzipSync(file));
    const view = new DataView(bytes.buffer);
    for (let n = 0; n < 4; n++) view.setFloat32(280 + 4 * n, -view.getFloat32(280 + 4 * n, true), true);
    return gz(bytes);
  };
  type Parts = Record<string, Uint8Array>;
  it.each<[string, (parts: Parts) => Parts, Partial<VesaliusError> | null]>([
    ['a document of version 1 migrates', (p) => ({ ...p, 'case.json': text(v1) }), null],
    [
      'a newer document',
      (p) => ({ ...p, 'case.json': text({ ...json(p['case.json']), version: 99 }) }),
      { code: 'version', got: 99 },
    ],
    [
      'a newer bundle',
      (p) => ({ ...p, 'manifest.json': text({ ...json(p['manifest.json']), version: 2 }) }),
      { code: 'version', where: 'manifest.json, version' },
    ],
    ['a manifest that is none', (p) => ({ ...p, 'manifest.json': text([1]) }), { code: 'format' }],
    [
      'a document that is no JSON',
      (p) => ({ ...p, 'case.json': new Uint8Array([123]) }),
      { code: 'format', where: 'case.json' },
    ],
    [
      'voxels that are not there',
      ({ 'volumes/1.nii.gz': _, ...p }) => p,
      { code: 'missing', where: 'volumes/1.nii.gz' },
    ],
    [
      'labels that are cut off',
      (p) => ({ ...p, 'labels/1.nii.gz': (p['labels/1.nii.gz'] as Uint8Array).slice(0, -60) }),
      { code: 'truncated' },
    ],
    [
      'labels of another scan',
      (p) => ({ ...p, 'labels/1.nii.gz': p['volumes/2.nii.gz'] as Uint8Array }),
      { code: 'geometry' },
    ],
    [
      'labels that another program has turned',
      (p) => ({ ...p, 'labels/1.nii.gz': turned(p['labels/1.nii.gz'] as Uint8Array) }),
      { code: 'geometry', where: 'labels/1.nii.gz' },
    ],
    [
      'voxels that another program has turned',
      (p) => ({ ...p, 'volumes/1.nii.gz': turned(p['volumes/1.nii.gz'] as Uint8Array) }),
      { code: 'geometry', where: 'volumes/1.nii.gz' },
    ],
    [
      'a header of another grid',
      (p) => ({ ...p, 'volumes/1.json': p['volumes/2.json'] as Uint8Array }),
      { code: 'geometry' },
    ],
  ])('%s', async (_, change, refusal) => {
    const bytes = zipSync(change(unzipSync(await bytesOf(content()))));
    const work = readBytes(bytes);
    if (refusal) {
      await expect(work).rejects.toThrow(VesaliusError);
      await expect(work).rejects.toMatchObject(refusal);
    } else expect((await work).document.segments[0]?.volume).toBe('ct');
  });
});
