import type { MeshFormat } from '#compute/jobs/writeMeshes.ts';
import type { Pool } from '#compute/pool.ts';
import { labelSurfaces } from '#compute/surfaceNets.ts';
import { VesaliusError } from '#core/errors.ts';
import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import { affine } from '#core/space/affine.ts';
import type { NamedMesh } from '#io/meshFile.ts';
import { placedGrid } from '#scene/pick.ts';
import type { SegmentRecord, Viewer } from '#state/viewer.ts';

type ExportFormat = MeshFormat | 'nifti' | 'vesalius';
const mime: Record<ExportFormat, string> = {
  stl: 'model/stl',
  glb: 'model/gltf-binary',
  obj: 'model/obj',
  ply: 'application/ply',
  nifti: 'application/gzip',
  vesalius: 'application/vnd.vesalius.case+zip',
};

/** Segments as a file. Meshes are the labelmap's own surfaces, not the thinned ones that are drawn. */
export async function exportCase(
  pool: Pool,
  viewer: Pick<Viewer, 'case' | 'voxels' | 'jobs'>,
  format: ExportFormat,
  ids: readonly string[] | null,
): Promise<Blob> {
  if (!Object.hasOwn(mime, format)) throw usage('format', Object.keys(mime).join(' '), format);
  const { case: store, voxels, jobs } = viewer;
  const { segments, volumes } = store.getState();
  if (format === 'vesalius') {
    const { bundleOf } = await import('./bundle.ts');
    const shown = segments.some(({ visible }) => visible);
    return bundleOf(pool, viewer, shown ? await exportCase(pool, viewer, 'glb', null) : null);
  }
  const chosen = ids === null ? segments.filter(({ visible }) => visible) : ids.map((id) => found(segments, id));
  if (chosen.length === 0) throw usage('segments', 'at least one segment', 'none');
  return jobs.verbs.run('job.exporting', format.toUpperCase(), async ({ signal, step }) => {
    const layers = [...Map.groupBy(chosen, ({ layer }) => layer)].map(([layer, members]) => {
      const labels = voxels.layer(layer)?.labels;
      const volume = volumes.find(({ id }) => id === members[0]?.volume);
      if (!labels || !volume) throw usage('segments', 'segments whose voxels are here', layer);
      return { labels, members, volume };
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
          // At least one segment was chosen. Labels lie on their scan, wherever that was brought to.
          affine('ras', 'ijk', (layers[0] as (typeof layers)[number]).volume.rasFromIjk),
          'Vesalius labels; not for diagnosis',
        ],
        { signal, onStep: ({ stage, done, of }) => step(stage, done, of) },
      );
      if (overlapping > 0) jobs.verbs.notify('notice.overlap', String(overlapping));
      return new Blob([...parts] as BlobPart[], { type: mime[format] });
    }
    const meshes: NamedMesh[] = [];
    for (const { labels, members, volume } of layers)
      meshes.push(...(await meshesOf(pool, labels, members, placedGrid(volume), signal, step)));
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
