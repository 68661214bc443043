import type { MeshFormat } from '#compute/jobs/writeMeshes.ts';
import type { Pool } from '#compute/pool.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import { VesaliusError } from '#core/errors.ts';
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import { affine } from '#core/space/affine.ts';
import type { NamedMesh } from '#io/meshFile.ts';
import type { SegmentRecord, Viewer } from '#state/viewer.ts';

const mime: Record<MeshFormat | 'nifti', string> = {
  stl: 'model/stl',
  glb: 'model/gltf-binary',
  obj: 'model/obj',
  ply: 'application/ply',
  nifti: 'application/gzip',
};

/** Segments as a file. Meshes are the labelmap's own surfaces, not the thinned ones that are drawn. */
export async function exportCase(
  pool: Pool,
  { case: store, voxels, jobs }: Pick<Viewer, 'case' | 'voxels' | 'jobs'>,
  format: MeshFormat | 'nifti',
  ids: readonly string[] | null,
): Promise<Blob> {
  if (!Object.hasOwn(mime, format)) throw usage('format', Object.keys(mime).join(' '), format);
  const { segments, volumes } = store.getState();
  const chosen = ids === null ? segments.filter(({ visible }) => visible) : ids.map((id) => found(segments, id));
  if (chosen.length === 0) throw usage('segments', 'at least one segment', 'none');
  return jobs.verbs.run('job.exporting', format.toUpperCase(), async ({ signal, step }) => {
    const layers = [...Map.groupBy(chosen, ({ layer }) => layer)].map(([layer, members]) => {
      const labels = voxels.layer(layer)?.labels;
      const volume = volumes.find(({ dims }) => labels && dims.every((n, axis) => n === labels.dims[axis]));
      if (!labels || !volume) throw usage('segments', 'segments whose voxels are here', layer);
      return { labels, members, rasFromIjk: affine('ras', 'ijk', volume.rasFromIjk) };
    });
    if (format === 'nifti') {
      const numbers = new Map(chosen.map(({ id }, index) => [id, index + 1]));
      const { parts, overlapping } = await pool.run(
        'writeLabels',
        [
          layers.map(({ labels, members }) => ({
            labels,
            values: members.map(({ id, value }) => ({ from: value, to: numbers.get(id) as number })),
          })),
          (layers[0] as (typeof layers)[number]).rasFromIjk, // at least one segment was chosen
          'Vesalius labels; not for diagnosis',
        ],
        { signal, onStep: ({ stage, done, of }) => step(stage, done, of) },
      );
      if (overlapping > 0) jobs.verbs.notify('notice.overlap', String(overlapping));
      return new Blob([...parts] as BlobPart[], { type: mime[format] });
    }
    const meshes: NamedMesh[] = [];
    for (const { labels, members, rasFromIjk } of layers)
      meshes.push(...(await meshesOf(pool, labels, members, rasFromIjk, signal, step)));
    const { parts } = await pool.run('writeMeshes', [format, meshes], {
      signal,
      transfer: meshes.flatMap(({ mesh }) => [mesh.positions.buffer, mesh.normals.buffer, mesh.triangles.buffer]),
    });
    return new Blob([...parts] as BlobPart[], { type: mime[format] });
  });
}

async function meshesOf(
  pool: Pool,
  labels: LabelmapData,
  members: readonly SegmentRecord[],
  rasFromIjk: Parameters<typeof labelSurfaces>[2],
  signal: AbortSignal,
  step: (stage: string, done: number, of: number) => void,
): Promise<NamedMesh[]> {
  const made = await labelSurfaces(pool, labels, rasFromIjk, {
    values: members.map(({ value }) => value),
    signal,
    onStep: ({ stage, done, of }) => step(stage, done, of),
  });
  const byValue = new Map(members.map((segment) => [segment.value, segment]));
  return made.map((mesh) => {
    const { name, color } = byValue.get(mesh.value) as SegmentRecord; // these values alone were asked for
    return { name, color, mesh };
  });
}

function found(segments: readonly SegmentRecord[], id: string): SegmentRecord {
  const segment = segments.find((each) => each.id === id);
  if (!segment) throw usage('segments', 'ids of segments', id);
  return segment;
}

function usage(where: string, expected: string, got: string): VesaliusError {
  return new VesaliusError({ code: 'usage', what: 'export', where, expected, got });
}
