// The three planes in the body as figures: their rectangles, where a ray meets them, and how they are dragged. RAS mm.
import type { Affine, Vector3 } from '#core/space/affine.ts';
import { boundsRas, normalAxis, type PlaneName, planeNames, type SliceGrid } from '#core/volume/slicePlane.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { RasPoint } from '#state/viewer.ts';

/** In the plane: right and down of its picture (radiological), as RAS axes with a sign. */
const sides: Readonly<Record<PlaneName, readonly [right: Vector3, down: Vector3]>> = {
  axial: [
    [-1, 0, 0],
    [0, -1, 0],
  ],
  coronal: [
    [-1, 0, 0],
    [0, 0, -1],
  ],
  sagittal: [
    [0, -1, 0],
    [0, 0, -1],
  ],
};

/** A plane's picture from face to face of the scan's box, with `pixels` along its longer side at most. */
export function planeGrid(
  dims: Dims,
  rasFromIjk: Affine<'ras', 'ijk'>,
  name: PlaneName,
  point: RasPoint,
  pixels: number,
): SliceGrid {
  const { low, high } = boundsRas(dims, rasFromIjk);
  const axes = sides[name].map((side) => side.findIndex((value) => value !== 0)) as [number, number];
  const extents = axes.map((axis) => (high[axis] as number) - (low[axis] as number)) as [number, number];
  const mmPerPixel = Math.max(...extents) / pixels;
  const [width, height] = extents.map((mm) => Math.max(2, Math.round(mm / mmPerPixel))) as [number, number];
  const step = (side: Vector3, mm: number) => side.map((value) => value * mm) as unknown as Vector3;
  const right = step(sides[name][0], extents[0] / width);
  const down = step(sides[name][1], extents[1] / height);
  const origin = [0, 1, 2].map((axis) => {
    if (axis === normalAxis[name]) return point[axis as 0 | 1 | 2];
    // Right and down run from the high side of each axis; pixel centres are half a pixel in.
    return (high[axis] as number) + ((right[axis] as number) + (down[axis] as number)) / 2;
  }) as unknown as Vector3;
  return { origin, right, down, width, height };
}

export interface PlaneHit {
  readonly name: PlaneName;
  readonly ras: RasPoint;
  readonly distanceMm: number;
  /** mm to the nearest side of the rectangle; negative just outside of it. */
  readonly edgeMm: number;
}

/**
 * Where a ray meets the rectangles of the planes through `point`, nearest first. `direction` of any length.
 * @param marginMm how far beside a rectangle still counts
 */
export function planeHits(
  dims: Dims,
  rasFromIjk: Affine<'ras', 'ijk'>,
  point: RasPoint,
  origin: RasPoint,
  direction: RasPoint,
  marginMm = 0,
): PlaneHit[] {
  const { low, high } = boundsRas(dims, rasFromIjk);
  const length = Math.hypot(...direction);
  const hits: PlaneHit[] = [];
  for (const name of planeNames) {
    const axis = normalAxis[name];
    const along = (point[axis] - origin[axis]) / direction[axis];
    // A ray within the plane sees its edge alone.
    if (!(along > 0) || !Number.isFinite(along)) continue;
    const ras = origin.map((value, n) => (n === axis ? point[axis] : value + along * (direction[n] as number)));
    let edgeMm = Infinity;
    for (const n of [0, 1, 2]) {
      if (n === axis) continue;
      const at = ras[n] as number;
      edgeMm = Math.min(edgeMm, at - (low[n] as number), (high[n] as number) - at);
    }
    if (edgeMm >= -marginMm) hits.push({ name, ras: ras as RasPoint, distanceMm: along * length, edgeMm });
  }
  return hits.sort((a, b) => a.distanceMm - b.distanceMm);
}

/** Where the planes meet after `name` was dragged from one point to another: along its normal, whatever else the hand did. */
export function dragPlane(name: PlaneName, fromRas: RasPoint, toRas: RasPoint, crosshair: RasPoint): RasPoint {
  const axis = normalAxis[name];
  const moved: RasPoint = [...crosshair];
  moved[axis] += toRas[axis] - fromRas[axis];
  return moved;
}

/** Seen more steeply than this (sine of the angle), a plane's way along its normal is not to be read from a ray. */
const STEEP = 0.15;

/**
 * The point of the line along a plane's normal through `from` that a ray points at; null where the ray runs nearly along it.
 * `direction` of any length.
 */
export function alongNormal(name: PlaneName, from: RasPoint, origin: RasPoint, direction: RasPoint): RasPoint | null {
  const axis = normalAxis[name];
  const length = Math.hypot(...direction);
  const d = direction.map((value) => value / length) as RasPoint;
  const b = d[axis];
  const square = 1 - b * b;
  if (square < STEEP * STEEP) return null;
  const w = [from[0] - origin[0], from[1] - origin[1], from[2] - origin[2]] as const;
  const dw = d[0] * w[0] + d[1] * w[1] + d[2] * w[2];
  const moved: RasPoint = [...from];
  moved[axis] += (b * dw - w[axis]) / square;
  return moved;
}
