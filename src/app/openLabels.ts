import { VesaliusError } from '#core/errors.ts';
import { voxelVolumeMm3 } from '#core/volume/volume.ts';
import type { OpenParts } from './openCase.ts';
import { colorOf, valuesAtEdge } from './segments.ts';
import { refsOf } from './sources.ts';
import { whileOpen } from './whileOpen.ts';

/** Farthest that two grids' corners may lie apart and still be one, in mm. */
const SAME_GRID_MM = 0.01;

/** Lays a labels file over the open scan, as one layer of segments named by their values. */
export async function openLabels({ pool, jobs, store }: OpenParts, url: string): Promise<void> {
  const refs = refsOf({ urls: [url] });
  const name = refs[0]?.path ?? url;
  await jobs.verbs.run('job.reading', name, async ({ signal, step }) => {
    const { volume } = await pool.run('readVolume', [refs, { shared: false, name }], {
      signal,
      onStep: ({ stage, done, of }) => step(stage, done, of),
    });
    const scan = store.getState().volumes[0];
    const { header } = volume;
    const same =
      scan?.dims.every((n, axis) => n === header.dims[axis]) &&
      scan.rasFromIjk.every(
        (value, n) =>
          Math.abs(value - (header.rasFromIjk.m[n] as number)) * (n < 12 ? Math.max(...header.dims) : 1) < SAME_GRID_MM,
      );
    if (!scan || !same) {
      const expected = scan ? `the scan’s grid, ${scan.dims.join(' × ')}` : 'an open scan';
      throw new VesaliusError({
        code: 'geometry',
        what: 'labels',
        where: 'grid',
        expected,
        got: header.dims.join(' × '),
        file: name,
      });
    }
    const stillOpen = whileOpen(store);
    const { labels, voxels } = await pool.run('labelBricks', [volume], { signal });
    stillOpen();
    const voxelMl = voxelVolumeMm3(header.rasFromIjk) / 1000;
    const cut = valuesAtEdge(labels);
    store.verbs.addLayer(
      labels,
      voxels.map(([value, count], index) => ({
        name: `label ${value}`,
        value,
        color: colorOf('other', index),
        opacity: 1,
        visible: true,
        tissue: 'other',
        group: 'other',
        voxels: count,
        volumeMl: count * voxelMl,
        cutByEdge: cut.has(value),
        madeBy: { method: 'file', settings: { file: name.slice(0, 200) }, automatic: false },
        reviewed: false,
        code: null,
        isovalue: null,
      })),
      'history.labelsImported',
    );
  });
}
