// What lies under a ray: a walk through the labelmaps, never a read-back from the GPU. Segments that are not drawn are not hit.
import { castRay, type Field, refineHit, segmentField } from '#core/labelmap/castRay.ts';
import { valueAt } from '#core/labelmap/labelmap.ts';
import { type Affine, affine, multiply, spacingOf } from '#core/space/affine.ts';
import { nearestVoxel } from '#core/volume/reslice.ts';
import { isOpaque, isShown } from '#scene/arena/layers.ts';
import type { RasPoint, SegmentRecord, Viewer, ViewState, VolumeRecord } from '#state/viewer.ts';

export interface PickHit {
  /** Segment id. */
  readonly segment: string;
  readonly ras: RasPoint;
  readonly distanceMm: number;
}

/** A translucent surface gives way to an opaque one behind it when asked to: what is seen through is meant less. */
export interface PickOptions {
  readonly throughTranslucent?: boolean;
  /** Something opaque stands there: what lies beyond is not seen. `ras` is on it. */
  readonly wall?: { readonly ras: RasPoint; readonly distanceMm: number } | null;
}

/**
 * The grid that a layer's labels lie on, in the first volume's RAS mm: that of its segments' volume, through the matrix that
 * brought that one into place. A displacement field is not in it.
 */
export function gridOfLayer(viewer: Pick<Viewer, 'case' | 'voxels'>, layer: string): Affine<'ras', 'ijk'> | null {
  const held = viewer.voxels.layer(layer);
  if (!held) return null;
  const { volumes, segments } = viewer.case.getState();
  const home = segments.find((segment) => segment.layer === layer)?.volume;
  const volume = volumes.find(({ id }) => id === home);
  return volume ? placedGrid(volume) : null;
}

/** Own voxel index → the first volume's RAS mm. */
export function placedGrid({ rasFromIjk, placed }: VolumeRecord): Affine<'ras', 'ijk'> {
  const own = affine('ras', 'ijk', rasFromIjk);
  return placed ? multiply(affine('ras', 'ras', placed.matrix), own) : own;
}

/**
 * The nearest drawn segment along a ray in RAS mm; `direction` of any length. Where a wall is what is seen, the segment that it
 * cuts there.
 */
export function pickRay(
  viewer: Viewer,
  origin: RasPoint,
  direction: RasPoint,
  options: PickOptions = {},
): PickHit | null {
  const { wall = null } = options;
  if (wall) {
    const seen = pickRay(viewer, origin, direction, { ...options, wall: null });
    const solid = seen && (!options.throughTranslucent || isOpaqueIn(viewer, seen.segment));
    if (solid && seen.distanceMm <= wall.distanceMm) return seen;
    const cut = segmentAt(viewer, wall.ras);
    if (cut && options.throughTranslucent) return { segment: cut, ...wall };
    const before = options.throughTranslucent ? pickRay(viewer, origin, direction) : seen;
    if (before && before.distanceMm <= wall.distanceMm) return before;
    return cut ? { segment: cut, ...wall } : null;
  }
  const shown = viewer.case.getState().segments.filter(isShown);
  const kept = beyondClip(viewer.view.getState().clip, origin, direction);
  if (!kept) return null;
  const from = origin.map((value, axis) => value + kept.start * (direction[axis] as number)) as RasPoint;
  const hit = pickFrom(viewer, shown, from, direction, options);
  if (!hit || hit.distanceMm > kept.length * Math.hypot(...direction)) return null;
  return { ...hit, distanceMm: hit.distanceMm + kept.start * Math.hypot(...direction) };
}

function isOpaqueIn(viewer: Viewer, id: string): boolean {
  return viewer.case.getState().segments.some((segment) => segment.id === id && isOpaque(segment));
}

/** The drawn segment whose label a place has, of the newest layer that has one. */
export function segmentAt(viewer: Viewer, ras: RasPoint): string | null {
  const segments = viewer.case.getState().segments.filter(isShown);
  const layers = [...new Set(segments.map(({ layer }) => layer))].reverse();
  for (const layer of layers) {
    const labels = viewer.voxels.layer(layer)?.labels;
    const rasFromIjk = gridOfLayer(viewer, layer);
    const voxel = labels && rasFromIjk ? nearestVoxel(labels.dims, rasFromIjk, ras) : null;
    if (!labels || !voxel) continue;
    const value = valueAt(labels, ...voxel);
    const found = value === 0 ? undefined : segments.find((each) => each.layer === layer && each.value === value);
    if (found) return found.id;
  }
  return null;
}

/** The stretch of a ray, in lengths of its direction, on the side that a clip plane keeps; null where there is none. */
function beyondClip(
  clip: ViewState['clip'],
  origin: RasPoint,
  direction: RasPoint,
): { readonly start: number; readonly length: number } | null {
  if (!clip) return { start: 0, length: Infinity };
  const dot = (a: RasPoint, b: RasPoint) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const above = dot(clip.normal, origin) - dot(clip.normal, clip.point);
  const rise = dot(clip.normal, direction);
  if (rise === 0) return above >= 0 ? { start: 0, length: Infinity } : null;
  const crossing = -above / rise;
  if (above >= 0) return { start: 0, length: rise > 0 ? Infinity : crossing };
  return rise > 0 ? { start: crossing, length: Infinity } : null;
}

function pickFrom(
  viewer: Viewer,
  shown: readonly SegmentRecord[],
  origin: RasPoint,
  direction: RasPoint,
  options: PickOptions,
): PickHit | null {
  if (options.throughTranslucent) {
    const solid = nearest(viewer, shown.filter(isOpaque), origin, direction);
    if (solid) return solid;
  }
  return nearest(viewer, shown, origin, direction);
}

function nearest(
  viewer: Viewer,
  segments: readonly SegmentRecord[],
  origin: RasPoint,
  direction: RasPoint,
): PickHit | null {
  const length = Math.hypot(...direction);
  if (!(length > 0)) return null;
  const byLayer = Map.groupBy(segments, ({ layer }) => layer);
  let best: PickHit | null = null;
  for (const [layer, mine] of byLayer) {
    const held = viewer.voxels.layer(layer);
    const rasFromIjk = gridOfLayer(viewer, layer);
    if (!held || !rasFromIjk) continue;
    const byValue = new Map(mine.map((segment) => [segment.value, segment]));
    const hit = castRay(held.labels, rasFromIjk, origin, direction, (value) => byValue.has(value));
    if (!hit) continue;
    const segment = byValue.get(hit.value) as SegmentRecord; // the ray stops at these alone
    const field = fieldOf(viewer, segment) ?? segmentField(held.labels, hit.value);
    const reach = 1.2 * Math.max(...spacingOf(rasFromIjk));
    const distanceMm = refineHit(field, rasFromIjk, origin, direction, hit.distanceMm, reach);
    if (best && best.distanceMm <= distanceMm) continue;
    const along = distanceMm / length;
    best = {
      segment: segment.id,
      ras: [origin[0] + direction[0] * along, origin[1] + direction[1] * along, origin[2] + direction[2] * along],
      distanceMm,
    };
  }
  return best;
}

/** The voxels' own values less the isovalue, for a segment that is drawn from them. */
function fieldOf(viewer: Viewer, segment: SegmentRecord): Field | null {
  if (segment.isovalue === null) return null;
  const { isovalue } = segment;
  const layer = viewer.voxels.layer(segment.layer);
  const record = viewer.case
    .getState()
    .volumes.find(({ dims }) => dims.every((size, axis) => size === layer?.labels.dims[axis]));
  const volume = record ? viewer.voxels.volume(record.id) : null;
  if (!volume) return null;
  const {
    scalars,
    header: { dims, slope, intercept },
  } = volume;
  const [ni, nj, nk] = dims;
  return (i, j, k) =>
    i < 0 || j < 0 || k < 0 || i >= ni || j >= nj || k >= nk
      ? -Infinity
      : (scalars[i + ni * (j + nj * k)] as number) * slope + intercept - isovalue;
}
