import { readCase } from '#core/case/migrate.ts';
import type { CaseDocument } from '#core/case/schema.ts';
import { denseLabels } from '#core/labelmap/denseLabels.ts';
import { labelmapFromDense } from '#core/labelmap/labelmap.ts';
import { type Affine, affine } from '#core/space/affine.ts';
import type { AsyncSteps } from '#core/steps.ts';
import { type Volume, type VolumeHeader, voxelCount } from '#core/volume/volume.ts';
import { cornersApartMm } from '../nifti/orientation.ts';
import { readVolume } from '../readVolume.ts';
import type { ByteSource } from '../source.ts';
import { readPlainHeader } from '../stored/arrays.ts';
import { expandZip } from '../zip/expand.ts';
import { bundleError, type Part, readManifest } from './manifest.ts';
import type { BundleContent } from './write.ts';

/** What float32 leaves of a matrix is far below. */
const SAME_PLACE_MM = 0.01;
/** A manifest and a case document are text: more than this is none. */
const LONGEST_TEXT = 2 ** 26;

/**
 * Reads a bundle whole. A case of an older program is migrated. Yields `read` after each part.
 * @throws VesaliusError naming the part: 'format', 'truncated', 'checksum', 'missing', 'version' (a newer program's), 'geometry'
 *   (voxels or labels of another size, or in another place, than the document says)
 */
export async function* readBundle(source: ByteSource, shared: boolean): AsyncSteps<BundleContent> {
  const { sources } = await expandZip(source);
  const prefix = `${source.ref.path}/`;
  const byPath = new Map(sources.map((each) => [each.ref.path.slice(prefix.length), each]));
  const member = (path: string): ByteSource => {
    const found = byPath.get(path);
    if (found) return found;
    throw bundleError('missing', path, 'a part that the manifest names', 'none').in(source.name);
  };
  const manifest = readManifest(await json(member('manifest.json')));
  const of = (role: Part['role']) => manifest.parts.filter((part) => part.role === role);
  const document = readCase(await json(member(of('document')[0]?.path ?? 'case.json')));

  const count = manifest.parts.length;
  let done = 0;
  const volumes: { id: string; volume: Volume }[] = [];
  for (const { path, id } of of('voxels')) {
    const header = readPlainHeader(await json(member(partOf(of('header'), id, 'header').path)));
    const { header: file, scalars } = yield* voxelsOf(member(path), shared);
    if (scalars.length !== voxelCount(header.dims) * header.timepoints)
      throw bundleError('geometry', path, `${header.dims.join(' × ')} voxels, as its header says`, scalars.length);
    requirePlace(path, file, header.rasFromIjk);
    const colour = of('colour').find((part) => part.id === id);
    const rgb = colour ? (yield* voxelsOf(member(colour.path), shared)).rgb : undefined;
    volumes.push({ id, volume: { header: { ...header, scalarType: typeOf(scalars) }, scalars, ...(rgb && { rgb }) } });
    yield { stage: 'read', done: ++done, of: count };
  }
  const layers: BundleContent['layers'][number][] = [];
  for (const { path, id } of of('labels')) {
    const volume = yield* voxelsOf(member(path), false);
    const home = document.volumes.find((each) =>
      document.segments.some((segment) => segment.layer === id && segment.volume === each.id),
    );
    if (home) requirePlace(path, volume.header, affine('ras', 'ijk', home.rasFromIjk));
    layers.push({ id, labels: labelmapFromDense(denseLabels(volume), volume.header.dims) });
    yield { stage: 'read', done: ++done, of: count };
  }
  const fields: BundleContent['fields'][number][] = [];
  for (const { path, id } of of('field')) {
    const { header, scalars } = yield* voxelsOf(member(path), false);
    const each = voxelCount(header.dims);
    if (scalars.length !== 3 * each) throw bundleError('geometry', path, 'three components', scalars.length / each);
    const mm = new Float32Array(3 * each);
    for (let n = 0; n < each; n++)
      for (let axis = 0; axis < 3; axis++) mm[3 * n + axis] = scalars[axis * each + n] as number;
    fields.push({ id, field: { dims: header.dims, rasFromIjk: header.rasFromIjk, mm } });
    yield { stage: 'read', done: ++done, of: count };
  }
  check(document, { volumes, layers });
  return { document, volumes, layers, fields };
}

/** What another program saved in place of a part may lie on turned axes: the same size, another side. */
function requirePlace(path: string, { dims, rasFromIjk }: VolumeHeader, expected: Affine<'ras', 'ijk'>): void {
  const apart = cornersApartMm(rasFromIjk, expected, dims);
  if (!(apart <= SAME_PLACE_MM))
    throw bundleError('geometry', path, 'voxels where the case says they are', `${apart.toPrecision(3)} mm off`);
}

function partOf(parts: readonly Part[], id: string, role: string): Part {
  const found = parts.find((part) => part.id === id);
  if (found) return found;
  throw bundleError('missing', 'manifest.json, parts', `a ${role} of volume ${id}`, 'none');
}

async function* voxelsOf(source: ByteSource, shared: boolean): AsyncSteps<Volume> {
  return (yield* readVolume([source], { shared })).volume;
}

async function json(source: ByteSource): Promise<unknown> {
  if ((source.size ?? 0) > LONGEST_TEXT)
    throw bundleError('too-large', source.name, `at most ${LONGEST_TEXT} bytes`, source.size ?? 0);
  const words = new TextDecoder().decode(await source.bytes(0, LONGEST_TEXT));
  try {
    return JSON.parse(words);
  } catch {
    throw bundleError('format', source.name, 'JSON', 'text that is none');
  }
}

const typeOf = (scalars: Volume['scalars']): Volume['header']['scalarType'] => {
  if (scalars instanceof Uint8Array) return 'u8';
  if (scalars instanceof Int16Array) return 'i16';
  return scalars instanceof Uint16Array ? 'u16' : 'f32';
};

/** Whatever the document speaks of is there, on the grid that it says. */
function check(document: CaseDocument, { volumes, layers }: Pick<BundleContent, 'volumes' | 'layers'>): void {
  const same = (a: readonly number[], b: readonly number[]) => a.every((size, axis) => size === b[axis]);
  for (const { id, dims, rasFromIjk } of document.volumes) {
    const found = volumes.find((each) => each.id === id);
    if (!found) throw bundleError('missing', `case.json, volume ${id}`, 'its voxels', 'none');
    if (!same(dims, found.volume.header.dims))
      throw bundleError('geometry', `volume ${id}`, dims.join(' × '), found.volume.header.dims.join(' × '));
    requirePlace(`case.json, volume ${id}`, found.volume.header, affine('ras', 'ijk', rasFromIjk));
  }
  for (const { name, layer, volume } of document.segments) {
    const labels = layers.find(({ id }) => id === layer)?.labels;
    if (!labels) throw bundleError('missing', `case.json, ${name}`, `the labels of layer ${layer}`, 'none');
    const home = document.volumes.find(({ id }) => id === volume);
    if (!home) throw bundleError('missing', `case.json, ${name}`, `volume ${volume}`, 'none');
    if (!same(home.dims, labels.dims))
      throw bundleError('geometry', `labels of ${name}`, home.dims.join(' × '), labels.dims.join(' × '));
  }
}
