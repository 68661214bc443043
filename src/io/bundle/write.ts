import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import type { CaseDocument } from '#core/case/schema.ts';
import { type LabelmapData, labelmapToDense } from '#core/labelmap/labelmap.ts';
import { affine } from '#core/space/affine.ts';
import type { DisplacementField } from '#core/space/registration.ts';
import { type Volume, voxelCount } from '#core/volume/volume.ts';
import { gzippedNifti, type NiftiFile } from '../nifti/write.ts';
import { plainHeader } from '../stored/arrays.ts';
import { MIMETYPE } from './format.ts';
import { BUNDLE_VERSION, bundleError, type Manifest, type Part } from './manifest.ts';

/** A case as one file holds it. Arrays are read, never written. */
export interface BundleContent {
  readonly document: CaseDocument;
  readonly volumes: readonly { readonly id: string; readonly volume: Volume }[];
  readonly layers: readonly { readonly id: string; readonly labels: LabelmapData }[];
  readonly fields: readonly { readonly id: string; readonly field: DisplacementField }[];
}

/** ZIP without its 64-bit parts. */
const LARGEST = 2 ** 32 - 2 ** 24;

/**
 * The bundle in chunks, in order: mimetype, manifest, document, then each volume, layer and field as gzipped NIfTI, and the surfaces
 * if there are any. The same case gives the same bytes, but for `made`.
 * @param made ISO 8601
 * @param surfaces GLB, in runs
 * @throws VesaliusError 'too-large' beyond 4 GB
 */
export async function* writeBundle(
  content: BundleContent,
  made: string,
  surfaces: readonly Uint8Array<ArrayBufferLike>[] = [],
): AsyncGenerator<Uint8Array<ArrayBufferLike>, void, void> {
  const out: Uint8Array<ArrayBufferLike>[] = [];
  let total = 0;
  let failed: Error | null = null;
  const zip = new Zip((error, chunk) => {
    if (error) failed = error;
    out.push(chunk);
    total += chunk.length;
  });
  function* ready(): Generator<Uint8Array<ArrayBufferLike>> {
    if (failed) throw failed;
    if (total > LARGEST) throw bundleError('too-large', 'size', 'at most 4 GB', 'more');
    yield* out.splice(0);
  }
  const entry = (path: string, packed: boolean) => {
    const file = packed ? new ZipPassThrough(path) : new ZipDeflate(path, { level: 6 });
    // No clock: the same bytes for the same case. 1980 is where ZIP's time begins.
    file.mtime = new Date(1980, 0, 1);
    zip.add(file);
    return file;
  };
  const text = (path: string, value: unknown, packed = false) =>
    entry(path, packed).push(new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)), true);
  async function* nifti(path: string, file: NiftiFile): AsyncGenerator<Uint8Array<ArrayBufferLike>> {
    const at = entry(path, true);
    for await (const chunk of gzippedNifti(file)) {
      at.push(new Uint8Array(chunk));
      yield* ready();
    }
    at.push(new Uint8Array(0), true);
    yield* ready();
  }

  const { document, volumes, layers, fields } = content;
  text('mimetype', MIMETYPE, true);
  text('manifest.json', manifestOf(content, made, surfaces.length > 0));
  text('case.json', document);
  yield* ready();
  for (const [n, { volume }] of volumes.entries()) {
    const { header, scalars, rgb } = volume;
    const grid = { dims: header.dims, timepoints: header.timepoints, rasFromIjk: header.rasFromIjk, scalars };
    text(`volumes/${n + 1}.json`, plainHeader(header));
    yield* nifti(`volumes/${n + 1}.nii.gz`, { ...grid, slope: header.slope, intercept: header.intercept });
    if (rgb) yield* nifti(`volumes/${n + 1}-colour.nii.gz`, { ...grid, rgb });
  }
  for (const [n, { id, labels }] of layers.entries())
    yield* nifti(`labels/${n + 1}.nii.gz`, labelsFile(document, id, labels));
  for (const [n, { field }] of fields.entries()) yield* nifti(`fields/${n + 1}.nii.gz`, fieldFile(field));
  if (surfaces.length > 0) {
    const at = entry('surfaces.glb', false);
    for (const [n, run] of surfaces.entries()) {
      at.push(new Uint8Array(run), n === surfaces.length - 1);
      yield* ready();
    }
  }
  zip.end();
  yield* ready();
}

function manifestOf({ document, volumes, layers, fields }: BundleContent, made: string, surfaces: boolean): Manifest {
  const part = (path: string, role: Part['role'], id = ''): Part => ({ path, role, id });
  return {
    vesalius: 'case',
    version: BUNDLE_VERSION,
    title: document.title,
    made,
    parts: [
      part('case.json', 'document'),
      ...volumes.flatMap(({ id, volume }, n) => [
        part(`volumes/${n + 1}.json`, 'header', id),
        part(`volumes/${n + 1}.nii.gz`, 'voxels', id),
        ...(volume.rgb ? [part(`volumes/${n + 1}-colour.nii.gz`, 'colour', id)] : []),
      ]),
      ...layers.map(({ id }, n) => part(`labels/${n + 1}.nii.gz`, 'labels', id)),
      ...fields.map(({ id }, n) => part(`fields/${n + 1}.nii.gz`, 'field', id)),
      ...(surfaces ? [part('surfaces.glb', 'surfaces')] : []),
    ],
  };
}

function labelsFile({ volumes, segments }: CaseDocument, layer: string, labels: LabelmapData): NiftiFile {
  const own = segments.filter((segment) => segment.layer === layer);
  const home = volumes.find(({ id }) => id === own[0]?.volume);
  if (!home) throw bundleError('usage', `layer ${layer}`, 'a segment of a volume of the case', 'none');
  const small = own.every(({ value }) => value < 256) && labels.bricks.every((brick) => !((brick as number) > 255));
  const scalars = small ? new Uint8Array(voxelCount(labels.dims)) : new Uint16Array(voxelCount(labels.dims));
  labelmapToDense(labels, scalars);
  return { dims: labels.dims, rasFromIjk: affine('ras', 'ijk', home.rasFromIjk), scalars };
}

/** NIfTI keeps the components of a vector apart: as three volumes, R then A then S. */
function fieldFile({ dims, rasFromIjk, mm }: DisplacementField): NiftiFile {
  const count = voxelCount(dims);
  const scalars = new Float32Array(3 * count);
  for (let n = 0; n < count; n++)
    for (let axis = 0; axis < 3; axis++) scalars[axis * count + n] = mm[3 * n + axis] as number;
  return { dims, timepoints: 3, rasFromIjk, scalars, description: 'displacement, mm along R, A, S' };
}
