// Axial, coronal and sagittal pictures: where their pixels lie in the patient. Planes stand on the patient's axes, whatever
// the grid's are, so that a letter at an edge is always true.
import {
  type Affine,
  affine,
  axisLetters,
  invert,
  multiply,
  spacingOf,
  transform,
  type Vector3,
} from '#core/space/affine.ts';
import type { Dims } from './volume.ts';

export const planeNames = ['axial', 'coronal', 'sagittal'] as const;
export type PlaneName = (typeof planeNames)[number];
/** Radiological: the patient's right on the left of the picture, as if looked at from the feet. */
export type Convention = 'radiological' | 'neurological';

/** A picture of width × height pixels in the patient: pixel (x, y) has its centre at origin + x·right + y·down, RAS mm. */
export interface SliceGrid {
  readonly origin: Vector3;
  /** One pixel to the right, and one down. */
  readonly right: Vector3;
  readonly down: Vector3;
  readonly width: number;
  readonly height: number;
}

/** One with square pixels along the patient's axes. */
export interface SlicePlane extends SliceGrid {
  readonly name: PlaneName;
  readonly mmPerPixel: number;
}

/** The RAS axis that a plane stands on. */
export const normalAxis: Readonly<Record<PlaneName, 0 | 1 | 2>> = { axial: 2, coronal: 1, sagittal: 0 };

/** Which way the picture runs: RAS axis and sign to the right, and down. */
function directions(name: PlaneName, convention: Convention): { right: Vector3; down: Vector3 } {
  const leftward: Vector3 = convention === 'radiological' ? [-1, 0, 0] : [1, 0, 0];
  switch (name) {
    case 'axial':
      return { right: leftward, down: [0, -1, 0] };
    case 'coronal':
      return { right: leftward, down: [0, 0, -1] };
    case 'sagittal':
      return { right: [0, -1, 0], down: [0, 0, -1] };
  }
}

export type EdgeLetter = 'R' | 'L' | 'A' | 'P' | 'S' | 'I';
export interface PlaneLetters {
  readonly left: EdgeLetter;
  readonly right: EdgeLetter;
  readonly top: EdgeLetter;
  readonly bottom: EdgeLetter;
}

/** Letters at the left, right, top and bottom of a plane's picture. */
export function edgeLetters(name: PlaneName, convention: Convention): PlaneLetters {
  const { right, down } = directions(name, convention);
  const letter = (direction: Vector3, sign: 1 | -1): EdgeLetter => {
    const axis = direction.findIndex((value) => value !== 0);
    return (['RL', 'AP', 'SI'][axis] as string)[(direction[axis] as number) * sign > 0 ? 0 : 1] as EdgeLetter;
  };
  return { left: letter(right, -1), right: letter(right, 1), top: letter(down, -1), bottom: letter(down, 1) };
}

/** Box of the grid in RAS mm: to the voxels' outer faces, or with `reach` 0 to their centres. */
export function boundsRas(
  dims: Dims,
  rasFromIjk: Affine<'ras', 'ijk'>,
  reach: 0 | 0.5 = 0.5,
): { low: Vector3; high: Vector3 } {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let corner = 0; corner < 8; corner++) {
    const at = [0, 1, 2].map((axis) => (corner & (1 << axis) ? (dims[axis] as number) - 1 + reach : -reach));
    const ras = transform(rasFromIjk, at as unknown as Vector3);
    for (const axis of [0, 1, 2] as const) {
      low[axis] = Math.min(low[axis], ras[axis]);
      high[axis] = Math.max(high[axis], ras[axis]);
    }
  }
  return { low, high };
}

export interface SliceFraming {
  /** Times the scale at which all of the scan fits. */
  readonly zoom?: number;
  /** What lies in the middle of the picture, RAS mm (its depth does not matter); the scan's middle where not given. */
  readonly middle?: Vector3 | null;
}

/** The plane through `point`, as a picture of this size. */
export function slicePlane(
  dims: Dims,
  rasFromIjk: Affine<'ras', 'ijk'>,
  name: PlaneName,
  point: Vector3,
  convention: Convention,
  [width, height]: readonly [number, number],
  { zoom = 1, middle = null }: SliceFraming = {},
): SlicePlane {
  const { low, high } = boundsRas(dims, rasFromIjk);
  const { right, down } = directions(name, convention);
  const extent = (direction: Vector3) =>
    direction.reduce((sum, value, axis) => sum + Math.abs(value) * ((high[axis] as number) - (low[axis] as number)), 0);
  const mmPerPixel = Math.max(extent(right) / width, extent(down) / height) / zoom;
  const axis = normalAxis[name];
  const origin = [0, 1, 2].map((n) => {
    const centre = middle ? (middle[n] as number) : ((low[n] as number) + (high[n] as number)) / 2;
    if (n === axis) return point[n] as number;
    return centre - mmPerPixel * (((width - 1) / 2) * (right[n] as number) + ((height - 1) / 2) * (down[n] as number));
  }) as unknown as Vector3;
  return { name, origin, right: scaled(right, mmPerPixel), down: scaled(down, mmPerPixel), width, height, mmPerPixel };
}

const scaled = ([x, y, z]: Vector3, by: number): Vector3 => [x * by, y * by, z * by];

/** Pixel of a point (its place on the plane, whatever its depth); not rounded. */
export function pixelOf(plane: SlicePlane, ras: Vector3): [x: number, y: number] {
  const square = plane.mmPerPixel ** 2;
  const from = [0, 1, 2].map((n) => (ras[n] as number) - (plane.origin[n] as number));
  const along = (direction: Vector3) =>
    from.reduce((sum, value, n) => sum + value * (direction[n] as number), 0) / square;
  return [along(plane.right), along(plane.down)];
}

export function rasOfPixel({ origin, right, down }: SliceGrid, x: number, y: number): Vector3 {
  return [
    origin[0] + x * right[0] + y * down[0],
    origin[1] + x * right[1] + y * down[1],
    origin[2] + x * right[2] + y * down[2],
  ];
}

/** Voxel index at pixel (0, 0) and what one pixel right and down adds to it. */
export function ijkSteps(
  grid: SliceGrid,
  rasFromIjk: Affine<'ras', 'ijk'>,
): { start: Vector3; right: Vector3; down: Vector3 } {
  const rasFromPixel = affine('ras', 'ijk', [...grid.right, 0, ...grid.down, 0, 0, 0, 0, 0, ...grid.origin, 1]);
  const { m } = multiply(invert(rasFromIjk), rasFromPixel as unknown as Affine<'ras', 'ras'>);
  const column = (n: number): Vector3 => [m[4 * n] as number, m[4 * n + 1] as number, m[4 * n + 2] as number];
  return { start: column(3), right: column(0), down: column(1) };
}

/** The grid's axis that runs most along a plane's normal; the three planes have three different ones. */
export function sliceAxis(rasFromIjk: Affine<'ras', 'ijk'>, name: PlaneName): 0 | 1 | 2 {
  const pair = ['RL', 'AP', 'SI'][normalAxis[name]] as string;
  return [...axisLetters(rasFromIjk)].findIndex((letter) => pair.includes(letter)) as 0 | 1 | 2;
}

/** mm from one slice to the next along a plane's normal: the voxel step of the grid's axis that runs most along it. */
export function sliceStepMm(rasFromIjk: Affine<'ras', 'ijk'>, name: PlaneName): number {
  return spacingOf(rasFromIjk)[sliceAxis(rasFromIjk, name)];
}

/** Which slice of the scan a point lies on, from 1 in the order of the file, and how many there are. */
export function sliceNumber(
  dims: Dims,
  rasFromIjk: Affine<'ras', 'ijk'>,
  name: PlaneName,
  point: Vector3,
): { readonly number: number; readonly count: number } {
  const axis = sliceAxis(rasFromIjk, name);
  const count = dims[axis];
  // Between two slices the higher one is told, whatever the last digit of the place.
  const index = Math.floor(transform(invert(rasFromIjk), point)[axis] + 0.5 + 1e-6);
  return { number: Math.min(count, Math.max(1, index + 1)), count };
}

/** A point of the box around the scan's voxel centres: the one given, or the nearest. */
export function withinScan(dims: Dims, rasFromIjk: Affine<'ras', 'ijk'>, point: Vector3): Vector3 {
  const { low, high } = boundsRas(dims, rasFromIjk, 0);
  return point.map((value, axis) =>
    Math.min(high[axis] as number, Math.max(low[axis] as number, value)),
  ) as unknown as Vector3;
}

/** `point` moved by slices along a plane's normal, towards right, anterior or superior; it stops at the scan's last slice. */
export function movedBySlices(
  dims: Dims,
  rasFromIjk: Affine<'ras', 'ijk'>,
  name: PlaneName,
  point: Vector3,
  slices: number,
): Vector3 {
  const axis = normalAxis[name];
  const moved = [...point] as [number, number, number];
  moved[axis] += slices * sliceStepMm(rasFromIjk, name);
  const inside = withinScan(dims, rasFromIjk, moved);
  moved[axis] = inside[axis];
  return moved;
}

/** A grid of a plane with a pixel per voxel, or per `leastPixels` pixels where voxels are smaller, and where it lies on it. */
export interface VoxelSlice {
  readonly grid: SliceGrid;
  /** Pixel of the plane at the grid's (0, 0), and pixels of the plane from one of its points to the next. */
  readonly first: readonly [x: number, y: number];
  readonly step: readonly [x: number, y: number];
}

/**
 * For what is a matter of voxels and not of pixels (labels): points at voxel centres where the scan's axes are the patient's,
 * and at the voxels' distance where they are not. Covers the plane's picture, and a point more on each side.
 */
export function voxelSlice(plane: SlicePlane, rasFromIjk: Affine<'ras', 'ijk'>, leastPixels: number): VoxelSlice {
  const { start, right, down } = ijkSteps(plane, rasFromIjk);
  const along = (direction: Vector3, size: number) => {
    const name = planeNames.find((each) => direction[normalAxis[each]] !== 0) as PlaneName;
    const axis = sliceAxis(rasFromIjk, name);
    const perPixel = (direction === plane.right ? right : down)[axis];
    const voxel = 1 / Math.abs(perPixel);
    const step = voxel * Math.max(1, Math.ceil(leastPixels / voxel - 1e-9));
    // The last voxel centre before the picture begins; whole steps are counted from voxel 0, so that scrolling does not shift them.
    const every = Math.round(step / voxel);
    const index = start[axis] - perPixel * 1;
    const whole = (perPixel > 0 ? Math.floor(index / every) : Math.ceil(index / every)) * every;
    const first = (whole - start[axis]) / perPixel;
    return { first, step, count: Math.ceil((size - first) / step) + 1 };
  };
  const across = along(plane.right, plane.width);
  const downward = along(plane.down, plane.height);
  return {
    grid: {
      origin: rasOfPixel(plane, across.first, downward.first),
      right: scaled(plane.right, across.step),
      down: scaled(plane.down, downward.step),
      width: across.count,
      height: downward.count,
    },
    first: [across.first, downward.first],
    step: [across.step, downward.step],
  };
}
