import { VesaliusError } from '#core/errors.ts';
import type { AsyncSteps } from '#core/steps.ts';
import type { Warning } from '#core/warnings.ts';
import { refuseTooLarge } from '../memory.ts';
import type { ByteSource } from '../source.ts';
import { belongingWarnings, needsScan, scanOf } from './belongs.ts';
import { type ContourRuns, contourRuns } from './contourRuns.ts';
import { type Roi, readStructureSet } from './rtStruct.ts';
import { packLayers } from './runs.ts';
import type { ReadSegment, ScanGrid, SegmentSet } from './segmentSet.ts';
import { tissueOf } from './tissueOf.ts';

/**
 * An RT structure set on the scan's grid: each region with closed contours is a segment; points and open lines are none and are said.
 * @throws VesaliusError 'not-open' without a scan, 'geometry' where the contours lie elsewhere, else naming the keyword
 */
export async function* readRtStruct(source: ByteSource, scans: readonly ScanGrid[]): AsyncSteps<SegmentSet> {
  try {
    const { rois, belongsTo } = await readStructureSet(source);
    const scan = scanOf(belongsTo, scans);
    if (!scan) throw needsScan(belongsTo, 'RT structure set', source.name);
    belongingWarnings(belongsTo, scan, source.name);
    refuseTooLarge(scan.dims[0] * scan.dims[1] * scan.dims[2], 'dims', scan.dims);
    const warnings: Warning[] = [];
    const drawn = rois.filter(({ contours }) => contours.length > 0);
    sayOthers(rois, warnings);
    if (drawn.length === 0)
      throw new VesaliusError({
        code: 'empty-segment',
        what: 'RT structure set',
        where: 'ContourGeometricType',
        expected: 'closed contours',
        got: 'none',
        file: source.name,
      });
    const filled: { readonly roi: Roi; readonly value: number; readonly found: ContourRuns }[] = [];
    const values = freeValues(drawn.map(({ number }) => number));
    for (const [index, roi] of drawn.entries()) {
      filled.push({ roi, value: values[index] as number, found: contourRuns(roi.contours, scan) });
      yield { stage: 'read', done: index + 1, of: drawn.length };
    }
    sayPlaces(filled, scan, source.name, warnings);
    const { layers, layerOf } = yield* packLayers(
      scan.dims,
      filled.map(({ value, found }) => ({ value, runs: found.runs })),
    );
    const segments = filled.map(({ roi, value, found }, index): ReadSegment => {
      const look =
        roi.interpreted === 'EXTERNAL'
          ? ({ tissue: 'skin', group: 'surface' } as const)
          : /^(GTV|CTV|PTV)$/.test(roi.interpreted)
            ? ({ tissue: 'finding', group: 'findings' } as const)
            : tissueOf(roi.name, roi.code);
      return {
        value,
        layer: layerOf[index] as number,
        name: roi.name,
        color: roi.color,
        code: roi.code,
        ...look,
        madeBy: roi.madeBy,
        voxels: found.voxels,
      };
    });
    return {
      format: 'rtstruct',
      grid: { dims: scan.dims, rasFromIjk: scan.rasFromIjk },
      segments,
      layers,
      belongsTo,
      warnings,
    };
  } catch (thrown) {
    throw thrown instanceof VesaliusError ? thrown.in(source.name) : thrown;
  }
}

/** Each number where it is a value and free, else the lowest free one. */
function freeValues(numbers: readonly number[]): number[] {
  const wanted = new Set(numbers);
  const taken = new Set<number>();
  let next = 1;
  return numbers.map((number) => {
    if (number >= 1 && number <= 65535 && !taken.has(number)) {
      taken.add(number);
      return number;
    }
    while (taken.has(next) || wanted.has(next)) next++;
    taken.add(next);
    return next;
  });
}

function sayOthers(rois: readonly Roi[], warnings: Warning[]): void {
  const others = rois.filter(({ others, contours }) => others.size > 0 || contours.length === 0);
  if (others.length === 0) return;
  const list = others.map(
    ({ name, others: kinds }) =>
      `${name} (${kinds.size > 0 ? [...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ') : 'no contour'})`,
  );
  warnings.push({
    code: 'contours-not-closed',
    where: 'ContourGeometricType',
    kept: 'closed contours',
    text: `Points and open lines are no segments and were left out: ${list.join('; ').slice(0, 1800)}.`,
  });
}

function sayPlaces(
  filled: readonly { readonly roi: Roi; readonly found: ContourRuns }[],
  scan: ScanGrid,
  file: string,
  warnings: Warning[],
): void {
  const sum = (of: (found: ContourRuns) => number) => filled.reduce((total, { found }) => total + of(found), 0);
  const all = filled.reduce((total, { roi }) => total + roi.contours.length, 0);
  const outside = sum(({ outside }) => outside);
  if (outside === all || filled.every(({ found }) => found.voxels === 0))
    throw new VesaliusError({
      code: 'geometry',
      what: 'RT structure set',
      where: 'ContourData',
      expected: `contours within the scan ${scan.name}`,
      got: `${outside} of ${all} off it, none around a voxel`,
      file,
    });
  const say = (code: string, kept: string, text: string) => warnings.push({ code, where: 'ContourData', kept, text });
  if (outside > 0)
    say('contours-outside', 'those on the scan', `${outside} of ${all} contours lie off the scan and were left out.`);
  const cut = sum(({ cut }) => cut);
  if (cut > 0)
    say('contours-cut', 'what lies on the scan', `${cut} of ${all} contours go over the scan’s border and end there.`);
  const unused = sum(({ unused }) => unused);
  if (unused > 0)
    say(
      'contours-between-slices',
      'the nearest to each slice',
      `${unused} of ${all} contours lie between slices that have a nearer one; they were not used.`,
    );
  const empty = filled.filter(({ found }) => found.empty > 0);
  if (empty.length > 0)
    say(
      'contours-without-voxels',
      'the contours around a voxel’s centre',
      `Contours so small or thin that they enclose no voxel’s centre are lost: ${empty
        .map(({ roi, found }) => `${found.empty} of ${roi.contours.length} of ${roi.name}`)
        .join(', ')
        .slice(0, 1500)}.`,
    );
  const off = Math.max(...filled.map(({ found }) => found.offMm));
  if (off > 0.01)
    say(
      'contours-off-slices',
      'the nearest slice',
      `Contours lie up to ${off.toFixed(2)} mm off the slices for which they were taken.`,
    );
  const spread = filled.filter(({ found }) => found.spread > 1);
  if (spread.length > 0)
    say(
      'contours-spread',
      'the nearest contour',
      `The contours of ${spread
        .map(({ roi, found }) => `${roi.name} lie ${found.spread} slices apart`)
        .join(', ')
        .slice(0, 1500)}: each stands for the slices nearest to it.`,
    );
}
