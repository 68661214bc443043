import { VesaliusError } from '#core/errors.ts';
import type { Warning } from '#core/warnings.ts';
import type { BelongsTo, ScanGrid } from './segmentSet.ts';

/** Farthest that two grids' corners may lie apart and still be one, mm. */
const SAME_GRID_MM = 0.01;

/** One series may have been split into several stacks, `UID#2`. */
const seriesOf = (scan: ScanGrid) => scan.seriesUid?.replace(/#\d+$/, '');

/** The scan on which segments were drawn: of the same series, else of the same frame of reference, else the first; undefined where none is open. */
export function scanOf(
  { seriesUid, frameOfReferenceUid }: BelongsTo,
  scans: readonly ScanGrid[],
): ScanGrid | undefined {
  return (
    (seriesUid ? scans.find((scan) => seriesOf(scan) === seriesUid) : undefined) ??
    (frameOfReferenceUid ? scans.find((scan) => scan.frameOfReferenceUid === frameOfReferenceUid) : undefined) ??
    scans[0]
  );
}

/** Of a file that names no scan: the one with its very grid, else the first. */
export function scanOfGrid(
  { dims, rasFromIjk }: Pick<ScanGrid, 'dims' | 'rasFromIjk'>,
  scans: readonly ScanGrid[],
): ScanGrid | undefined {
  const apart = (scan: ScanGrid) =>
    Math.max(
      ...scan.rasFromIjk.m.map(
        (value, n) => Math.abs(value - (rasFromIjk.m[n] as number)) * (n < 12 ? Math.max(...dims) : 1),
      ),
    );
  const same = scans.find((scan) => scan.dims.every((n, axis) => n === dims[axis]) && apart(scan) < SAME_GRID_MM);
  return same ?? scans[0];
}

/**
 * Holds what a file says it was drawn on against the open scan. The same series, or the same frame of reference, is enough to lie in one
 * space; where both are known and both differ, the file is another patient's or another day's.
 * @throws VesaliusError 'geometry' where neither series nor frame of reference is the scan's
 */
export function belongingWarnings(belongsTo: BelongsTo | null, scan: ScanGrid, file: string): Warning[] {
  if (!belongsTo) return [];
  const { seriesUid, frameOfReferenceUid } = belongsTo;
  const own = seriesOf(scan);
  const sameSeries = seriesUid && own ? seriesUid === own : null;
  const sameFrame =
    frameOfReferenceUid && scan.frameOfReferenceUid ? frameOfReferenceUid === scan.frameOfReferenceUid : null;
  if (sameSeries === false && sameFrame === false)
    throw new VesaliusError({
      code: 'geometry',
      what: 'segments',
      where: 'FrameOfReferenceUID',
      expected: `segments of the scan ${scan.name} (frame of reference ${scan.frameOfReferenceUid})`,
      got: `those of series ${seriesUid}, frame of reference ${frameOfReferenceUid}`,
      file,
    });
  if (sameSeries === false)
    return [
      {
        code: 'labels-other-series',
        where: 'SeriesInstanceUID',
        kept: sameFrame ? 'the same frame of reference' : 'the place that the file gives',
        text: `The segments were drawn on another series (${seriesUid})${sameFrame ? ' of the same frame of reference' : '; whether it lies in the same space is not known'}.`,
      },
    ];
  if (sameFrame === false)
    return [
      {
        code: 'labels-other-frame',
        where: 'FrameOfReferenceUID',
        kept: sameSeries ? 'the series, which is the same' : 'the place that the file gives',
        text: `The segments name another frame of reference (${frameOfReferenceUid}) than the scan${sameSeries ? ', but its very series' : ''}.`,
      },
    ];
  return [];
}

/** The refusal of segments that no scan is open for: says which one they belong to. */
export function needsScan(belongsTo: BelongsTo | null, what: string, file: string): VesaliusError {
  const series = belongsTo?.seriesUid ? `, series ${belongsTo.seriesUid}` : '';
  return new VesaliusError({
    code: 'not-open',
    what,
    where: 'scan',
    expected: `the scan that it was drawn on${series}`,
    got: 'no open scan',
    file,
  });
}
