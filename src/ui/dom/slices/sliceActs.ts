// What can be done on a slice, whichever way it is asked for: by mouse, touch or key.
import { type Affine, affine, transform, type Vector3 } from '#core/space/affine.ts';
import { nearestVoxel, valueAtRas } from '#core/volume/reslice.ts';
import { movedBySlices, type PlaneName, sliceAxis, slicePlane, withinScan } from '#core/volume/slicePlane.ts';
import { timepointOf } from '#core/volume/timepoint.ts';
import type { Dims } from '#core/volume/volume.ts';
import { pointCounts, withPoint } from '#scene/measuring.ts';
import { overlaysOf, overlayValues } from '#scene/overlays.ts';
import { segmentAt } from '#scene/pick.ts';
import type { RasPoint, Viewer, ViewState, WindowRecord } from '#state/viewer.ts';
import { pendingPointsOf } from '#ui/model/pendingPoints.ts';

/** The scan that the slices cut: the first of the case. */
export interface Scan {
  readonly id: string;
  readonly dims: Dims;
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
  readonly unit: string;
}

const scans = new WeakMap<object, Scan>();

export function scanOf(viewer: Viewer): Scan | null {
  const record = viewer.case.getState().volumes[0];
  if (!record) return null;
  let scan = scans.get(record);
  if (!scan) {
    const { id, dims, unit } = record;
    scan = { id, dims, unit, rasFromIjk: affine('ras', 'ijk', record.rasFromIjk) };
    scans.set(record, scan);
  }
  return scan;
}

/** Where the planes meet; the middle of the scan where nobody has said. */
export function crosshairOf(viewer: Viewer, { dims, rasFromIjk }: Scan): RasPoint {
  const { crosshair } = viewer.case.getState();
  return crosshair ?? asPoint(transform(rasFromIjk, dims.map((size) => (size - 1) / 2) as unknown as Vector3));
}

const asPoint = ([r, a, s]: Vector3): RasPoint => [r, a, s];

/** The nearest voxel's value and the drawn segment there, the last made on top. */
export function cursorAt(viewer: Viewer, scan: Scan, ras: RasPoint): ViewState['cursor'] {
  const volume = viewer.voxels.volume(scan.id);
  const inside = nearestVoxel(scan.dims, scan.rasFromIjk, ras) !== null;
  if (!inside) return null;
  const shown = volume && timepointOf(volume, viewer.view.getState().timepoint);
  const others = overlayValues(viewer, ras);
  return {
    ras,
    value: shown && valueAtRas(shown, ras),
    segment: segmentAt(viewer, ras),
    ...(others.length > 0 ? { others } : {}),
  };
}

/** Puts the place where the planes meet, or the nearest of the scan. */
export function placeCrosshair(viewer: Viewer, scan: Scan, ras: RasPoint, gesture: string): void {
  const point = asPoint(withinScan(scan.dims, scan.rasFromIjk, ras));
  const before = viewer.case.getState().crosshair;
  if (before && point.every((value, axis) => value === before[axis])) return;
  viewer.case.verbs.setCrosshair(point, gesture);
}

/** Goes on by whole slices of the scan, up towards right, anterior or superior. */
export function scroll(viewer: Viewer, scan: Scan, plane: PlaneName, slices: number, gesture: string): void {
  const { dims, rasFromIjk } = scan;
  placeCrosshair(
    viewer,
    scan,
    asPoint(movedBySlices(dims, rasFromIjk, plane, crosshairOf(viewer, scan), slices)),
    gesture,
  );
}

/** Moves the meeting point within a plane by voxels, as the picture runs. */
export function nudge(viewer: Viewer, scan: Scan, name: PlaneName, right: number, down: number, gesture: string): void {
  const { dims, rasFromIjk } = scan;
  const { convention } = viewer.view.getState();
  const at = crosshairOf(viewer, scan);
  const plane = slicePlane(dims, rasFromIjk, name, at, convention, [100, 100]);
  const moved = [...at] as [number, number, number];
  for (const [direction, voxels] of [
    [plane.right, right],
    [plane.down, down],
  ] as const) {
    const axis = direction.findIndex((value) => value !== 0) as 0 | 1 | 2;
    const across = (['sagittal', 'coronal', 'axial'] as const)[axis];
    const column = 4 * sliceAxis(rasFromIjk, across);
    const m = rasFromIjk.m;
    const stepMm = Math.hypot(m[column] as number, m[column + 1] as number, m[column + 2] as number);
    moved[axis] += Math.sign(direction[axis]) * voxels * stepMm;
  }
  placeCrosshair(viewer, scan, moved, gesture);
}

/** Widens by pixels to the right, raises the level by pixels down: half the height of a small slice is about one window. */
export function draggedWindow({ level, width }: WindowRecord, right: number, down: number, unit: string): WindowRecord {
  const wide = width * Math.exp(right * 0.007);
  const high = level + (down * width) / 200;
  if (unit === 'HU') return { level: Math.round(high), width: Math.max(1, Math.round(wide)) };
  // Three digits: more is not seen, and would not be told either.
  const digit = 10 ** (Math.floor(Math.log10(wide)) - 2);
  const rounded = (value: number) => Number((Math.round(value / digit) * digit).toPrecision(12));
  return { level: rounded(high), width: Math.max(digit, rounded(wide)) };
}

export interface ShownWindow {
  readonly window: WindowRecord;
  readonly unit: string;
  set(window: WindowRecord, gesture: string): void;
}

/** What window and level are changed of: the uppermost overlay where it is seen alone, else the scan. */
export function shownWindow(viewer: Viewer, scan: Scan): ShownWindow {
  const { verbs } = viewer.case;
  const top = viewer.view.getState().overlayMode === 'over' ? overlaysOf(viewer).at(-1) : undefined;
  if (!top) return { window: viewer.case.getState().window, unit: scan.unit, set: verbs.setWindow };
  return {
    window: top.overlay.window,
    unit: top.volume.header.unit,
    set: (window, gesture) => verbs.setOverlay(top.id, { window }, gesture),
  };
}

/** A click of the Measure tool: the second point makes a length. */
export function addMeasurePoint(viewer: Viewer, ras: RasPoint): void {
  const pending = pendingPointsOf(viewer).getState();
  const kind = viewer.view.getState().measureKind;
  const points = withPoint(pending.points, ras);
  if (points.length < pointCounts[kind]) {
    pending.set(points);
    return;
  }
  pending.clear();
  viewer.case.verbs.addMeasurement({ kind, name: '', points: [...points] });
}

export function toggleLarge(viewer: Viewer, name: PlaneName): void {
  const { largeSlice } = viewer.view.getState();
  viewer.view.verbs.set({ largeSlice: largeSlice === name ? null : name });
}
