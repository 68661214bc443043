import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bakeChunks } from '#compute/bake.ts';
import { isosurface } from '#compute/isosurface.ts';
import { makePhantom } from '#compute/phantom.ts';
import { createPool, type Pool, type RunOptions } from '#compute/pool.ts';
import { segment } from '#compute/segment.ts';
import { simplify } from '#compute/simplify.ts';
import { spawnNode } from '#compute/spawnNode.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import { phantomGrid } from '#core/anatomy/phantomSpec.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { affine, multiply } from '#core/space/affine.ts';
import { gzippedNifti } from '#io/nifti/write.ts';
import { type BenchRow, benchRow, measured } from './row.ts';

const SIZE = 160;
const TIMES = 5;
export const CANCEL_MS = 100;

/** Cancels of long work on two worker threads, at five moments of it each; a worker that does not stop is ended, and another takes its place. */
export async function cancelRows(): Promise<BenchRow[]> {
  let started = 0;
  const pool = createPool(() => {
    started++;
    return spawnNode();
  }, 2);
  const folder = mkdtempSync(join(tmpdir(), 'vesalius-cancel-'));
  const rows: BenchRow[] = [];
  try {
    for (const { name, work } of await longWork(pool, folder)) {
      const began = performance.now();
      await work({});
      const wholeMs = performance.now() - began;
      const before = started;
      const [ms, nextMs]: [number[], number[]] = [[], []];
      for (let n = 0; n < TIMES; n++) {
        const abort = new AbortController();
        let pressed = 0;
        const timer = setTimeout(
          () => {
            pressed = performance.now();
            abort.abort();
          },
          ((n + 0.5) / TIMES) * wholeMs,
        );
        const cancelled = await work({ signal: abort.signal }).then(
          () => false,
          (thrown: { code?: string }) => thrown.code === 'cancelled',
        );
        clearTimeout(timer);
        // It may be quicker than it was the first time.
        if (!cancelled) continue;
        const gone = performance.now();
        ms.push(gone - pressed);
        await pool.run('echo', [0, 1]);
        nextMs.push(performance.now() - gone);
      }
      const slowest = Math.round(Math.max(0, ...ms));
      rows.push({
        ...benchRow('page', `phantom ${SIZE}³`, `cancel ${name} on worker threads`, measured(ms, null), []),
        note: `${ms.length} cancels of ${Math.round(wholeMs)} ms of work; the next job done after at most ${Math.round(Math.max(0, ...nextMs))} ms; ${started - before} workers replaced`,
        goal: { what: 'ms, the slowest', atMost: CANCEL_MS, got: slowest },
      });
    }
  } finally {
    pool.close();
    rmSync(folder, { recursive: true });
  }
  return rows;
}

type Work = (options: Pick<RunOptions, 'signal'>) => Promise<unknown>;

async function longWork(pool: Pool, folder: string): Promise<{ readonly name: string; readonly work: Work }[]> {
  const grid = phantomGrid({ size: SIZE });
  const spec = { case: 'thorax', ...grid, noiseHu: 12, seed: 3 } as const;
  const { volume, labels } = await makePhantom(pool, spec);
  const source = { scalars: volume.scalars, ...grid, slope: 1, intercept: 0 };
  const bone = await isosurface(pool, source, 200);
  const layer = labelmapFromDense(labels, grid.dims);
  const values = [...new Set(labels)].filter((value) => value > 0);
  const meshes = await labelSurfaces(pool, layer, grid.rasFromIjk, { values: values.slice(0, 20) });
  const chunk = await pool.run('packSurfaces', [meshes.map((mesh) => ({ slot: mesh.value, mesh })), 'a', 'full']);
  const moved = affine('ras', 'ras', [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 9, -7, 5, 1]);
  const beside = { ...volume.header, rasFromIjk: multiply(moved, grid.rasFromIjk) };
  const disk = join(folder, 'ct.nii.gz');
  const parts: Uint8Array[] = [];
  for await (const part of gzippedNifti({ ...grid, scalars: volume.scalars })) parts.push(part);
  writeFileSync(disk, Buffer.concat(parts));
  const voxelMm = Math.min(...volume.header.spacing);
  return [
    { name: 'phantom', work: (options) => makePhantom(pool, spec, options) },
    {
      name: 'read',
      work: (options) => pool.run('openScan', [[{ kind: 'disk', disk, path: 'ct.nii.gz' }], { shared: true }], options),
    },
    { name: 'segment ct-bone', work: (options) => segment(pool, volume, { method: 'ct-bone' }, options) },
    { name: 'segment ct-vessels', work: (options) => segment(pool, volume, { method: 'ct-vessels' }, options) },
    { name: 'mesh isosurface', work: (options) => isosurface(pool, source, 0, options) },
    { name: 'mesh labels', work: (options) => labelSurfaces(pool, layer, grid.rasFromIjk, options) },
    {
      name: 'simplify',
      work: (options) => simplify(pool, bone, { triangles: bone.triangles.length / 30, voxelMm, ...options }),
    },
    {
      name: 'smooth and thin for drawing',
      work: (options) =>
        pool.run(
          'displayMeshes',
          [meshes.map((mesh) => ({ slot: mesh.value, mesh, triangles: 4000 })), { voxelMm, passes: 10 }],
          options,
        ),
    },
    {
      name: 'bake light',
      work: (options) => bakeChunks(pool, { layers: [{ labels: layer, values }], ...grid }, [chunk], options),
    },
    {
      name: 'register',
      work: (options) =>
        pool.run('register', [volume, { header: beside, scalars: volume.scalars }, { kind: 'affine' }], options),
    },
  ];
}
