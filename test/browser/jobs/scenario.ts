// Runs every job of the table through the functions that the product itself calls, and writes down what each gave. The same
// file runs in Node and, bundled, in a browser: the two lists have to be equal.
import { gunzipSync } from 'fflate';
import { bakeChunks, bakeContact, makeOccupancy } from '#compute/bake.ts';
import { isosurface, prepareIsosurface } from '#compute/isosurface.ts';
import type { SortedSources } from '#compute/jobs/readSegments.ts';
import type { LabelsFile } from '#compute/jobs/writeLabels.ts';
import type { Jobs } from '#compute/jobTable.ts';
import { methods } from '#compute/methods/registry.ts';
import { newSegments } from '#compute/newSegments.ts';
import { makePhantom } from '#compute/phantom.ts';
import { createPool, type Pool, type WorkerHandle } from '#compute/pool.ts';
import { type SegmentationResult, segment } from '#compute/segment.ts';
import { simplify } from '#compute/simplify.ts';
import { brickSurfaces, labelNets, labelSurfaces } from '#compute/surfaceNets.ts';
import { phantomGrid } from '#core/anatomy/phantomSpec.ts';
import { CASE_VERSION } from '#core/case/schema.ts';
import { firstWindow, middleOf, volumeRecord } from '#core/case/volumeRecord.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import type { SegmentMesh } from '#core/mesh/mesh.ts';
import { affine, multiply } from '#core/space/affine.ts';
import type { Volume } from '#core/volume/volume.ts';
import type { BundleContent } from '#io/bundle/write.ts';
import type { SourceRef } from '#io/source.ts';
import { binaryStl, icosphere } from '../../io/mesh/meshes.ts';
import { contentHash } from './contentHash.ts';

/** `job: hash of its result`, in the order of the calls. */
export type Transcript = string[];

/** @param ref a NIfTI that both sides can read */
export async function runScenario(spawn: () => WorkerHandle, ref: SourceRef): Promise<Transcript> {
  const transcript: Transcript = [];
  // One worker: with two, which of them takes the next piece is chance.
  const inner = createPool(spawn, 1);
  const pool: Pool = {
    ...inner,
    async run<Name extends keyof Jobs>(job: Name, ...rest: unknown[]) {
      const result = await (inner.run as (job: string, ...rest: unknown[]) => Promise<unknown>)(job, ...rest);
      transcript.push(`${job}: ${contentHash(comparable(job, result))}`);
      return result as never;
    },
  };
  try {
    await scenario(pool, ref);
    return transcript;
  } finally {
    inner.close();
  }
}

/** What of a result has to be equal on both sides. */
function comparable(job: keyof Jobs, result: unknown): unknown {
  if (job === 'writeLabels') return unpacked(result as LabelsFile);
  if (job === 'writeBundle') return 'read back below';
  if (job !== 'sortSources') return result;
  const { scans, segments } = result as SortedSources;
  return [scans, segments].map((some) => some.map(({ path }) => path.split('/').at(-1)));
}

/** Two zlibs pack the same bytes differently; what they unpack to has to be equal. */
function unpacked({ parts, overlapping }: LabelsFile) {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return { overlapping, nifti: gunzipSync(bytes) };
}

/** Every job of the table but `decodeSlices`, which works beside a reader. */
export async function scenario(pool: Pool, ref: SourceRef): Promise<void> {
  await pool.run('echo', [[1, 2, 3], 3]);
  const grid = phantomGrid({ size: [56, 44, 48] });
  const { volume, labels } = await makePhantom(pool, { case: 'thorax', ...grid, noiseHu: 12, seed: 5 });

  const source = { scalars: volume.scalars, ...grid, slope: 1, intercept: 0 };
  const bone = await isosurface(pool, source, 300);
  await pool.run('isosurfaceOf', [source, -300]);
  await simplify(pool, bone, { triangles: Math.round(bone.triangles.length / 12), voxelMm: 6.8 });
  await prepareIsosurface(pool);
  // Voxels that are not shared are copied to the worker; a surface this large is thinned in bricks.
  const sponge = await isosurface(pool, gyroid(96), 0);
  await simplify(pool, sponge, { triangles: Math.round(sponge.triangles.length / 12), voxelMm: 1 });

  const layer = await pool.run('bricks', [labels.slice(), grid.dims]);
  await pool.run('upsampleLabels', [labels, grid, phantomGrid({ size: [70, 55, 60] })]);
  const nets = await labelNets(pool, layer, grid.rasFromIjk);
  await brickSurfaces(pool, layer, grid.rasFromIjk, [0, 1], nets.offsets);
  const surfaces = await labelSurfaces(pool, layer, grid.rasFromIjk, { values: [5, 6, 7] });
  await pool.run('guidedField', [volume, layer, 6, 150, 300, 1, false]);

  await pool.run('displayMeshes', [
    surfaces.map((mesh) => ({ slot: mesh.value, mesh, triangles: 400 })),
    { voxelMm: 6.8, passes: 4 },
  ]);
  const chunk = await pool.run('packSurfaces', [surfaces.map((mesh) => ({ slot: mesh.value, mesh })), 'a', 'full']);
  const occupancy = await makeOccupancy(pool, {
    layers: [{ labels: labelmapFromDense(labels, grid.dims), values: [5, 6, 7] }],
    ...grid,
  });
  await bakeChunks(pool, occupancy, [chunk]);
  await bakeContact(pool, occupancy, { centre: [0, 0, -200], halfMm: 200 });
  await writeAll(pool, surfaces);

  for (const { id, seeds } of methods) {
    const found = await segment(pool, volume, {
      method: id,
      ...settingsOf(id),
      ...(seeds === 'required' ? { seeds: [[0, 40, 0]] } : {}),
    });
    if (id === 'threshold')
      await pool.run('writeLabels', [
        [{ labels: labelmapFromDense(found.labels, grid.dims), values: [{ from: 1, to: 1 }] }],
        grid.rasFromIjk,
        'test',
      ]);
  }
  const { header } = volume;
  await pool.run('previewRange', [volume, 150, 3000, 50]);
  await pool.run('valueHistogram', [volume, 128]);

  const beside = {
    ...header,
    rasFromIjk: multiply(affine('ras', 'ras', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 9, -7, 5, 1]), grid.rasFromIjk),
  };
  const found = await pool.run('register', [
    volume,
    { header: beside, scalars: volume.scalars },
    { kind: 'deformable' },
  ]);
  await pool.run('resampleVolume', [volume, phantomGrid({ size: [70, 55, 60] }), found, 'linear']);
  await pool.run('carryLabels', [
    labelmapFromDense(labels, grid.dims),
    grid,
    found,
    phantomGrid({ size: [70, 55, 60] }),
  ]);

  const stl = {
    kind: 'file',
    file: new File([binaryStl(icosphere(30, [3, -4, 5], 3))], 'ball.stl'),
    path: 'ball.stl',
  } as const;
  await pool.run('sortSources', [[ref, stl]]);
  await pool.run('readSegments', [[stl], [{ name: 'phantom', ...grid }]]);
  // Whole numbers all of them: a labelmap as good as any, on a grid of its own.
  await pool.run('readSegments', [[ref], []]);
  const bundle = await pool.run('writeBundle', [caseOf(volume, labels), '2026-01-01T00:00:00Z', []]);
  const file = new File([...bundle.parts], 'a.vesalius');
  await pool.run('readBundle', [{ kind: 'file', file, path: 'a.vesalius' }, false]);
  await pool.run('listSeries', [[ref]]);
  await pool.run('readVolume', [[ref], { shared: false }]);
  await pool.run('openScan', [[ref], { shared: false }]);
}

/** A case of one scan and one layer. */
function caseOf(volume: Volume, labels: Uint8Array<ArrayBufferLike>): BundleContent {
  const bricks = labelmapFromDense(labels, volume.header.dims);
  const found = {
    labels,
    segments: [{ value: 5, name: 'five', tissue: 'other', group: 'other', voxels: 9 }],
    settings: {},
    warnings: [],
  } as unknown as SegmentationResult;
  const look = { opacity: 1, isovalue: null, automatic: false };
  const segments = newSegments({ method: 'threshold' }, found, bricks, volume.header, look, 0);
  return {
    document: {
      version: CASE_VERSION,
      title: 'made',
      volumes: [volumeRecord('v', volume.header)],
      segments: segments.map((each) => ({ ...each, id: 's', slot: 1, layer: 'l', volume: 'v' })),
      measurements: [],
      crosshair: middleOf(volume.header),
      window: firstWindow(volume.header),
    },
    volumes: [{ id: 'v', volume }],
    layers: [{ id: 'l', labels: bricks }],
    fields: [],
  };
}

/** A surface without end in a cube of n voxels a side: sin x cos y + sin y cos z + sin z cos x, by a period of 12 voxels. */
function gyroid(n: number) {
  const scalars = new Float32Array(n ** 3);
  const wave = (at: number) => [Math.sin((Math.PI * at) / 6), Math.cos((Math.PI * at) / 6)] as const;
  for (let k = 0, v = 0; k < n; k++)
    for (let j = 0; j < n; j++)
      for (let i = 0; i < n; i++, v++) {
        const [[sx, cx], [sy, cy], [sz, cz]] = [wave(i), wave(j), wave(k)];
        scalars[v] = sx * cy + sy * cz + sz * cx;
      }
  const rasFromIjk = affine('ras', 'ijk', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
  return { scalars, dims: [n, n, n] as const, rasFromIjk, slope: 1, intercept: 0 };
}

async function writeAll(pool: Pool, surfaces: readonly SegmentMesh[]): Promise<void> {
  const named = surfaces.map((mesh) => ({ name: `label ${mesh.value}`, color: '#8c4a3c', mesh }));
  for (const format of ['glb', 'stl', 'ply', 'obj'] as const) await pool.run('writeMeshes', [format, named]);
}

function settingsOf(method: string): { settings?: Record<string, number> } {
  return method === 'threshold' || method === 'components' ? { settings: { lower: 200, upper: 3000 } } : {};
}
