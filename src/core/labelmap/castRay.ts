import { type Affine, invert, type Point, transform, transformVector, type Vector3 } from '#core/space/affine.ts';
import { BRICK, type Brick, brickGrid, type LabelmapData, valueAt } from './labelmap.ts';

export interface LabelHit {
  readonly value: number;
  /** Distance along the ray in mm, at the face of the voxel where the ray enters the segment; 0 where it begins inside. */
  readonly distanceMm: number;
  readonly ijk: readonly [number, number, number];
}

/** Which segment values stop a ray. */
export type StopsRay = (value: number) => boolean;

/**
 * The first voxel along a ray whose value stops it. Voxels are boxes around their centres. Uniform bricks are crossed in one
 * step. Affines of any handedness, shear included.
 * @param direction RAS, any length but 0
 * Source: Amanatides & Woo, A Fast Voxel Traversal Algorithm for Ray Tracing, 1987.
 */
export function castRay(
  labels: LabelmapData,
  rasFromIjk: Affine<'ras', 'ijk'>,
  origin: Point<'ras'>,
  direction: Vector3,
  stops: StopsRay,
): LabelHit | null {
  const length = Math.hypot(...direction);
  if (!(length > 0)) return null;
  const ijkFromRas = invert(rasFromIjk);
  // In a space where voxel (i, j, k) is the box from (i, j, k) to (i + 1, j + 1, k + 1); the parameter stays mm.
  const start = transform(ijkFromRas, origin).map((value) => value + 0.5);
  const step = transformVector(ijkFromRas, direction).map((value) => value / length);
  const { dims, bricks } = labels;
  const [gridI, gridJ] = brickGrid(dims);

  let enter = 0;
  let leave = Infinity;
  let enterAxis = -1;
  for (let axis = 0; axis < 3; axis++) {
    const o = start[axis] as number;
    const d = step[axis] as number;
    const size = dims[axis] as number;
    if (d === 0) {
      if (o < 0 || o >= size) return null;
      continue;
    }
    const near = ((d > 0 ? 0 : size) - o) / d;
    const far = ((d > 0 ? size : 0) - o) / d;
    if (near > enter) {
      enter = near;
      enterAxis = axis;
    }
    if (far < leave) leave = far;
  }
  if (!(enter < leave)) return null;

  const cell = [0, 1, 2].map((axis) => {
    const d = step[axis] as number;
    const size = dims[axis] as number;
    if (axis === enterAxis) return d > 0 ? 0 : size - 1;
    const place = (start[axis] as number) + d * enter;
    return Math.min(size - 1, Math.max(0, Math.floor(place)));
  });
  let t = enter;
  for (;;) {
    const [i, j, k] = cell as [number, number, number];
    const brick = bricks[(i >> 5) + gridI * ((j >> 5) + gridJ * (k >> 5))] as Brick;
    const value =
      typeof brick === 'number' ? brick : (brick[(i & 31) + BRICK * ((j & 31) + BRICK * (k & 31))] as number);
    if (value !== 0 && stops(value)) return { value, distanceMm: t, ijk: [i, j, k] };
    // The box that can be left at once: the whole brick where it is uniform, else this voxel.
    const side = typeof brick === 'number' ? BRICK : 1;
    let exit = Infinity;
    let exitAxis = 0;
    for (let axis = 0; axis < 3; axis++) {
      const d = step[axis] as number;
      if (d === 0) continue;
      const low = side === 1 ? (cell[axis] as number) : (cell[axis] as number) & ~(BRICK - 1);
      const border = d > 0 ? low + side : low;
      const at = (border - (start[axis] as number)) / d;
      if (at < exit) {
        exit = at;
        exitAxis = axis;
      }
    }
    if (!(exit < Infinity)) return null;
    if (side > 1)
      for (let axis = 0; axis < 3; axis++) {
        if (axis === exitAxis) continue;
        const low = (cell[axis] as number) & ~(BRICK - 1);
        const place = Math.floor((start[axis] as number) + (step[axis] as number) * exit);
        // Within the brick that is left through another side, and never backwards: rounding must not repeat a voxel.
        const within = Math.min(Math.min(low + side, dims[axis] as number) - 1, Math.max(low, place));
        const d = step[axis] as number;
        cell[axis] = d >= 0 ? Math.max(cell[axis] as number, within) : Math.min(cell[axis] as number, within);
      }
    const forward = (step[exitAxis] as number) > 0;
    const low = side === 1 ? (cell[exitAxis] as number) : (cell[exitAxis] as number) & ~(BRICK - 1);
    cell[exitAxis] = forward ? low + side : low - 1;
    if ((cell[exitAxis] as number) < 0 || (cell[exitAxis] as number) >= (dims[exitAxis] as number)) return null;
    t = Math.max(t, exit);
  }
}

/** A scalar field over voxel centres; positive inside. */
export type Field = (i: number, j: number, k: number) => number;

/** 1/2 inside one segment and −1/2 outside: its zero, read trilinearly, is the border half-way between voxel centres. */
export function segmentField(labels: LabelmapData, value: number): Field {
  return (i, j, k) => (valueAt(labels, i, j, k) === value ? 0.5 : -0.5);
}

/**
 * Moves a hit from the face of its voxel to where the trilinear `field` first rises through zero along the ray, within
 * `reachMm` of the face on both sides; where it does not, the face stands.
 * @returns mm along the ray
 */
export function refineHit(
  field: Field,
  rasFromIjk: Affine<'ras', 'ijk'>,
  origin: Point<'ras'>,
  direction: Vector3,
  distanceMm: number,
  reachMm: number,
): number {
  const length = Math.hypot(...direction);
  const ijkFromRas = invert(rasFromIjk);
  const start = transform(ijkFromRas, origin);
  const step = transformVector(ijkFromRas, direction).map((value) => value / length);
  const at = (t: number) =>
    trilinear(
      field,
      start[0] + (step[0] as number) * t,
      start[1] + (step[1] as number) * t,
      start[2] + (step[2] as number) * t,
    );
  const STEPS = 16;
  let before = Math.max(0, distanceMm - reachMm);
  if (at(before) >= 0) return distanceMm;
  for (let n = 1; n <= STEPS; n++) {
    let after = distanceMm - reachMm + (2 * reachMm * n) / STEPS;
    if (after <= before) continue;
    if (at(after) < 0) {
      before = after;
      continue;
    }
    for (let halving = 0; halving < 12; halving++) {
      const middle = (before + after) / 2;
      if (at(middle) < 0) before = middle;
      else after = middle;
    }
    return (before + after) / 2;
  }
  return distanceMm;
}

export function trilinear(field: Field, x: number, y: number, z: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const k = Math.floor(z);
  const u = x - i;
  const v = y - j;
  const w = z - k;
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    const a = corner & 1;
    const b = (corner >> 1) & 1;
    const c = corner >> 2;
    const weight = (a ? u : 1 - u) * (b ? v : 1 - v) * (c ? w : 1 - w);
    if (weight > 0) sum += weight * field(i + a, j + b, k + c);
  }
  return sum;
}
