import { asVesaliusError, VesaliusError } from '#core/errors.ts';
import { countLabels } from '#core/labelmap/denseLabels.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Warning } from '#core/warnings.ts';
import { describeBytes } from '../formats.ts';
import type { Box } from '../mesh/placeMesh.ts';
import type { ByteSource } from '../source.ts';
import { readHead, type SourceHead } from '../sourceHead.ts';
import { unpacked } from '../unpacked.ts';
import { belongingWarnings, scanOf, scanOfGrid } from './belongs.ts';
import { layingWarnings, layOnGrid, planLaying } from './layOnGrid.ts';
import type { LabelName, LabelNames } from './names.ts';
import type { LabelValues, ScanGrid, SegmentSet } from './segmentSet.ts';
import { namesIn, type SegmentsKind, segmentsKind } from './sniffSegments.ts';

/** The segments of one file, on the scan's grid where a scan is open. */
export interface FileSegments extends SegmentSet {
  /** Base name, as it was given. */
  readonly file: string;
  /** Which of the scans it lies on; null where none is open. */
  readonly scan: number | null;
}

/**
 * Reads segments of any kind: DICOM SEG, RTSTRUCT, .seg.nrrd, labelmaps, meshes. Tables of names among the files name the values of the
 * labelmaps. Each file gives a set of its own, in the order of the files.
 * @param scans the open scans: labels are laid on the grid of the one that they say they belong to, else of the first, or refused with what
 * keeps them off it. None: they stay on their own grid, and what has none is refused with the scan that it belongs to
 * @throws VesaliusError for the first file that cannot be read
 */
export async function* readSegments(
  sources: readonly ByteSource[],
  scans: readonly ScanGrid[],
): AsyncSteps<FileSegments[]> {
  const found: { readonly head: SourceHead; readonly kind: SegmentsKind }[] = [];
  const names = new Map<number, LabelName>();
  let tables = 0;
  for (const source of sources) {
    const head = await readHead(source).catch((thrown: unknown) => {
      throw asVesaliusError(thrown).in(source.name);
    });
    const kind = await segmentsKind(head);
    found.push({ head, kind });
    if (kind === 'names') {
      tables++;
      // A colour table without names adds its colours to the names of another.
      for (const [value, name] of (await namesIn(head)) as LabelNames) names.set(value, joined(names.get(value), name));
    }
    yield { stage: 'list', done: found.length, of: sources.length };
  }
  const boxes = scans.length === 0 ? yield* boxesOf(found) : [];
  const sets: FileSegments[] = [];
  const used = new Set<ByteSource>();
  for (const { head, kind } of found) {
    if (kind === 'names' || used.has(head.source)) continue;
    if (kind === 'other' && found.length > 1 && isData(head)) continue;
    const set = yield* refusing(
      readOne(head, kind, sources, tables > 0 ? names : null, scans, boxes),
      head.source.name,
    );
    const file = head.source.name;
    const scan = set.belongsTo ? scanOf(set.belongsTo, scans) : scanOfGrid(set.grid, scans);
    if (!scan) sets.push({ ...set, file, scan: null });
    else sets.push({ ...(yield* onScan(set, scan, file)), file, scan: scans.indexOf(scan) });
  }
  if (sets.length > 0) return sets;
  throw new VesaliusError({
    code: 'missing',
    what: 'segments',
    where: 'files',
    expected: 'a file of segments',
    got: tables > 0 ? 'a table of names alone' : 'none',
    ...(sources[0] ? { file: sources[0].name } : {}),
  });
}

/**
 * Runs a reader; what it meets unforeseen is the file's fault and said of it: dicom-parser throws strings and RangeErrors where a length is
 * not what its tag needs, a GLB's JSON may hold anything in place of a list.
 */
async function* refusing<Result>(reader: AsyncSteps<Result>, file: string): AsyncSteps<Result> {
  try {
    return yield* reader;
  } catch (thrown) {
    if (thrown instanceof VesaliusError) throw thrown.in(file);
    const got = thrown instanceof Error ? thrown.message : String(thrown);
    throw new VesaliusError({
      code: 'format',
      what: 'segments',
      where: 'data',
      expected: 'elements that can be read',
      got,
      file,
    });
  }
}

/** The boxes of several meshes, where no scan is open: they get one grid. */
async function* boxesOf(
  found: readonly { readonly head: SourceHead; readonly kind: SegmentsKind }[],
): AsyncSteps<readonly Box[]> {
  const heads = found.filter(({ kind }) => kind === 'mesh').map(({ head }) => head);
  const boxes: Box[] = [];
  if (heads.length < 2) return boxes;
  const { readPlaced } = await import('./readMeshSegments.ts');
  for (const head of heads) {
    boxes.push((await readPlaced(head, null)).placed.box);
    yield { stage: 'list', done: boxes.length, of: heads.length };
  }
  return boxes;
}

/** The voxels of a detached header are read with it. */
const isData = ({ source }: SourceHead): boolean => /\.(raw|zraw|img|img\.gz|raw\.gz)$/i.test(source.name);

function joined(before: LabelName | undefined, now: LabelName): LabelName {
  if (!before) return now;
  return { name: before.name || now.name, color: before.color ?? now.color, code: before.code ?? now.code };
}

async function* readOne(
  head: SourceHead,
  kind: SegmentsKind,
  sources: readonly ByteSource[],
  names: LabelNames | null,
  scans: readonly ScanGrid[],
  boxes: readonly Box[],
): AsyncSteps<SegmentSet> {
  switch (kind) {
    case 'dicom-seg': {
      const { readSeg } = await import('./readSeg.ts');
      return yield* readSeg(head.gzip ? await unpacked(head.source) : head.source, scans);
    }
    case 'rtstruct': {
      const { readRtStruct } = await import('./readRtStruct.ts');
      return yield* readRtStruct(head.gzip ? await unpacked(head.source) : head.source, scans);
    }
    case 'seg-nrrd':
      return yield* (await import('./segNrrd.ts')).readSegNrrd(head);
    case 'labels':
    case 'raster':
      return yield* (await import('./readLabels.ts')).readLabels(head, sources, names);
    case 'mesh': {
      const { gridAround, readMeshSegments, readPlaced } = await import('./readMeshSegments.ts');
      const scan = scans[0] ?? null;
      const mesh = await readPlaced(head, scan);
      return yield* readMeshSegments(mesh, scan ?? gridAround(boxes.length > 0 ? boxes : [mesh.placed.box]));
    }
    case 'dicom':
    case 'other':
    case 'names':
      throw notSegments(head, kind);
  }
}

function notSegments({ source, bytes }: SourceHead, kind: SegmentsKind): VesaliusError {
  const got = kind === 'dicom' ? 'a DICOM object that is none of these' : describeBytes(bytes);
  const expected = 'DICOM SEG, RTSTRUCT, a labelmap or a mesh';
  return new VesaliusError({ code: 'format', what: 'segments', where: 'format', expected, got, file: source.name });
}

async function* onScan(set: SegmentSet, scan: ScanGrid, file: string): AsyncSteps<SegmentSet> {
  const warnings: Warning[] = [...set.warnings, ...belongingWarnings(set.belongsTo, scan, file)];
  const laying = planLaying(set.grid, scan, file);
  if (laying.kind === 'same') return { ...set, warnings };
  const layers: LabelValues[] = [];
  let lost = 0;
  for (const layer of set.layers) {
    const { values, outside } = yield* layOnGrid(layer, set.grid.dims, scan.dims, laying);
    layers.push(values);
    lost += outside;
  }
  warnings.push(...layingWarnings(set.grid, scan, laying, lost));
  // Each voxel in its own place: there are as many as before.
  const kept = laying.kind === 'exact' && lost === 0;
  const counts = kept ? [] : layers.map(countLabels);
  const segments = kept
    ? set.segments
    : set.segments.map((segment) => ({
        ...segment,
        voxels: counts[segment.layer]?.get(segment.value) ?? 0,
      }));
  return { ...set, grid: { dims: scan.dims, rasFromIjk: scan.rasFromIjk }, layers, segments, warnings };
}
