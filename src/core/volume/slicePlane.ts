import { type Affine, invert, multiply, affine, spacingOf, transform, type Vector3 } from '#core/space/affine.ts';
import type { Dims } from './volume.ts';

export const planeNames = ['axial', 'coronal', 'sagittal'] as const;
export type PlaneName = (typeof planeNames)[number];
/** Radiological: the patient's right on the left of the picture, as if looked at from the feet. */
export type Convention = 'radiological' | 'neurological';

/** Where a picture of width × height pixels lies in the patient. Pixel (x, y) is at origin + x·right + y·down, RAS mm. */
export interface SlicePlane {
  readonly name: PlaneName;
  readonly origin: Vector3;
  /** One pixel to the right, and one down. */
  readonly right: Vector3;
  readonly down: Vector3;
  readonly width: number;
  readonly height: number;
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

/** Letters at the left, right, top and bottom of a plane's picture. */
export function edgeLetters(
  name: PlaneName,
  convention: Convention,
): { left: string; right: string; top: string; bottom: string } {
  const { right, down } = directions(name, convention);
  const letter = (direction: Vector3, sign: 1 | -1) => {
    const axis = direction.findIndex((value) => value !== 0);
    return (['RL', 'AP', 'SI'][axis] as string)[(direction[axis] as number) * sign > 0 ? 0 : 1] as string;
  };
  return { left: letter(right, -1), right: letter(right, 1), top: letter(down, -1), bottom: letter(down, 1) };
}

/** Box of the grid's voxels (their outer faces) in RAS mm. */
export function boundsRas(dims: Dims, rasFromIjk: Affine<'ras', 'ijk'>): { low: Vector3; high: Vector3 } {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (let corner = 0; corner < 8; corner++) {
    const at = [0, 1, 2].map((axis) => (corner & (1 << axis) ? (dims[axis] as number) - 0.5 : -0.5)) as [
      number,
      number,
      number,
    ];
    const ras = transform(rasFromIjk, at);
    for (const axis of [0, 1, 2] as const) {
      low[axis] = Math.min(low[axis], ras[axis]);
      high[axis] = Math.max(high[axis], ras[axis]);
    }
  }
  return { low, high };
}

/** The plane through `point` that shows all of the grid in a picture of this size, at `zoom` times the fitting scale about the grid's middle. */
export function slicePlane(
  dims: Dims,
  rasFromIjk: Affine<'ras', 'ijk'>,
  name: PlaneName,
  point: Vector3,
  convention: Convention,
  [width, height]: readonly [number, number],
  zoom = 1,
): SlicePlane {
  const { low, high } = boundsRas(dims, rasFromIjk);
  const { right, down } = directions(name, convention);
  const extent = (direction: Vector3) =>
    direction.reduce((sum, value, axis) => sum + Math.abs(value) * ((high[axis] as number) - (low[axis] as number)), 0);
  const mmPerPixel = Math.max(extent(right) / width, extent(down) / height) / zoom;
  const axis = normalAxis[name];
  const origin = [0, 1, 2].map((n) => {
    const middle = ((low[n] as number) + (high[n] as number)) / 2;
    if (n === axis) return point[n] as number;
    return middle - mmPerPixel * (((width - 1) / 2) * (right[n] as number) + ((height - 1) / 2) * (down[n] as number));
  }) as unknown as Vector3;
  const scaled = (direction: Vector3): Vector3 => [
    direction[0] * mmPerPixel,
    direction[1] * mmPerPixel,
    direction[2] * mmPerPixel,
  ];
  return { name, origin, right: scaled(right), down: scaled(down), width, height, mmPerPixel };
}

/** Pixel of a point (its place on the plane, whatever its depth); not rounded. */
export function pixelOf(plane: SlicePlane, ras: Vector3): [x: number, y: number] {
  const square = plane.mmPerPixel ** 2;
  const from = [0, 1, 2].map((n) => (ras[n] as number) - (plane.origin[n] as number));
  const along = (direction: Vector3) =>
    from.reduce((sum, value, n) => sum + value * (direction[n] as number), 0) / square;
  return [along(plane.right), along(plane.down)];
}

export function rasOfPixel({ origin, right, down }: SlicePlane, x: number, y: number): Vector3 {
  return [
    origin[0] + x * right[0] + y * down[0],
    origin[1] + x * right[1] + y * down[1],
    origin[2] + x * right[2] + y * down[2],
  ];
}

/** Voxel index at pixel (0, 0) and what one pixel right and down adds to it. */
export function ijkSteps(
  plane: SlicePlane,
  rasFromIjk: Affine<'ras', 'ijk'>,
): { start: Vector3; right: Vector3; down: Vector3 } {
  const rasFromPixel = affine('ras', 'ijk', [...plane.right, 0, ...plane.down, 0, 0, 0, 0, 0, ...plane.origin, 1]);
  const { m } = multiply(invert(rasFromIjk), rasFromPixel as unknown as Affine<'ras', 'ras'>);
  const column = (n: number): Vector3 => [m[4 * n] as number, m[4 * n + 1] as number, m[4 * n + 2] as number];
  return { start: column(3), right: column(0), down: column(1) };
}

/** mm from one slice to the next along a plane's normal: the voxel step of the grid's axis that runs most along it. */
export function sliceStepMm(rasFromIjk: Affine<'ras', 'ijk'>, name: PlaneName): number {
  const axis = normalAxis[name];
  const spacing = spacingOf(rasFromIjk);
  const along = [0, 1, 2].map((c) => Math.abs((rasFromIjk.m[4 * c + axis] as number) / (spacing[c] as number)));
  return spacing[along.indexOf(Math.max(...along))] as number;
}
