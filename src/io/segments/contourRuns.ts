import { VesaliusError } from '#core/errors.ts';
import { type Affine, affine, invert, multiply, spacingOf, transform } from '#core/space/affine.ts';
import type { Dims } from '#core/volume/volume.ts';
import type { ScanGrid } from './segmentSet.ts';

const rasFromLps = affine('ras', 'lps', [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
/** Farthest, in steps between slices, that one contour may leave its plane. */
const FLAT = 0.25;
/** Contours nearer than this, in steps, lie in one plane. */
const ONE_PLANE = 0.05;
/** Voxels, less than which a contour may be narrow and slip between centres. */
const SMALL = 4;
/** Places are rounded to this part of a voxel, so that contours through voxel centres are cut alike everywhere. */
const GRAIN = 1e6;

export interface ContourRuns {
  /** Flat pairs (first voxel, count), rising. */
  readonly runs: Uint32Array<ArrayBufferLike>;
  readonly voxels: number;
  /** Contours of which no slice is near, or that lie beside all of a slice. */
  readonly outside: number;
  /** Contours between slices that a nearer one stands for. */
  readonly unused: number;
  /** Contours that slices take, and that no voxel's centre lies within: smaller than a voxel, or between its rows. */
  readonly empty: number;
  /** Contours that the scan's border cuts. */
  readonly cut: number;
  /** Farthest that a contour lies off the slice for which it is taken, where planes are no farther apart than slices; mm. */
  readonly offMm: number;
  /** Slices that each contour stands for; 1 unless planes lie farther apart than slices. */
  readonly spread: number;
}

/** `[a, b]` of each contour: flat pairs of (u, v) in voxels. */
interface Plane {
  readonly at: number;
  readonly polygons: Float64Array[];
}

/**
 * Closed contours as voxels of a grid: those whose centres lie within, by the even-odd rule over all contours of one plane, so that a
 * contour within another is a hole, and a keyhole cuts itself out. A contour through a centre: the left and the lower side belong to it.
 * Each slice takes the plane nearest to it; a plane reaches half way to the next one, or half a slice.
 * @param contours LPS mm, 3 numbers a point
 * @throws VesaliusError 'geometry' where a contour does not lie along the slices
 */
export function contourRuns(contours: readonly Float64Array[], scan: ScanGrid): ContourRuns {
  const ijkFromLps = multiply(invert(scan.rasFromIjk), rasFromLps);
  const voxelContours = contours
    .filter((contour) => contour.length >= 9)
    .map((contour) => inVoxels(contour, ijkFromLps));
  const axis = sliceAxis(voxelContours);
  const stepMm = spacingOf(scan.rasFromIjk)[axis] as number;
  const planes = planesOf(voxelContours, axis, stepMm);
  const gaps = planes.slice(1).map((plane, n) => plane.at - (planes[n] as Plane).at);
  const gap = Math.min(...gaps);
  const reach = planes.length > 1 ? Math.max(0.5, gap / 2) : 0.5;
  const taken = slicePlanes(planes, scan.dims[axis] as number, reach);
  const pairs: number[] = [];
  const used = new Set<Plane>();
  let off = 0;
  for (const [slice, plane] of taken) {
    used.add(plane);
    if (reach === 0.5) off = Math.max(off, Math.abs(plane.at - slice));
    fill(plane.polygons, slice, axis, scan.dims, pairs);
  }
  const [u, v] = AXES[axis];
  let [beside, cut, empty] = [0, 0, contours.length - voxelContours.length];
  for (const polygon of [...used].flatMap(({ polygons }) => polygons)) {
    const where = withinGrid(polygon, scan.dims[u], scan.dims[v]);
    if (where === 'beside') beside++;
    else if (!holdsCentre(polygon)) empty++;
    else if (where === 'cut') cut++;
  }
  const near = (plane: Plane) => plane.at >= -reach && plane.at < (scan.dims[axis] as number) - 1 + reach;
  const count = (wanted: (plane: Plane) => boolean) =>
    planes.filter(wanted).reduce((sum, plane) => sum + plane.polygons.length, 0);
  const runs = axis === 2 ? Uint32Array.from(pairs) : risingRuns(pairs);
  let voxels = 0;
  for (let n = 1; n < runs.length; n += 2) voxels += runs[n] as number;
  return {
    runs,
    voxels,
    outside: beside + count((plane) => !used.has(plane) && !near(plane)),
    unused: count((plane) => !used.has(plane) && near(plane)),
    empty,
    cut,
    offMm: off * stepMm,
    spread: reach > 0.5 ? Number((2 * reach).toFixed(3)) : 1,
  };
}

function inVoxels(contour: Float64Array, ijkFromLps: Affine<'ijk', 'lps'>): Float64Array {
  const places = new Float64Array(contour.length);
  for (let n = 0; n < contour.length; n += 3) {
    const at = transform(ijkFromLps, [contour[n] as number, contour[n + 1] as number, contour[n + 2] as number]);
    for (let axis = 0; axis < 3; axis++) places[n + axis] = Math.round((at[axis] as number) * GRAIN) / GRAIN;
  }
  return places;
}

function range(contour: Float64Array, axis: number): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let n = axis; n < contour.length; n += 3) {
    low = Math.min(low, contour[n] as number);
    high = Math.max(high, contour[n] as number);
  }
  return [low, high];
}

/** The axis of the grid across which contours are flat: k, unless the scan's axes run another way. */
function sliceAxis(contours: readonly Float64Array[]): 0 | 1 | 2 {
  const worst = ([2, 1, 0] as const).map((axis) => ({
    axis,
    spread: Math.max(0, ...contours.map((contour) => range(contour, axis)[1] - range(contour, axis)[0])),
  }));
  return worst.reduce((best, one) => (one.spread < best.spread ? one : best)).axis;
}

function planesOf(contours: readonly Float64Array[], axis: 0 | 1 | 2, stepMm: number): Plane[] {
  const [u, v] = AXES[axis];
  const placed = contours.map((contour) => {
    const [low, high] = range(contour, axis);
    if (high - low > FLAT)
      throw new VesaliusError({
        code: 'geometry',
        what: 'RT structure set',
        where: 'ContourData',
        expected: 'contours along the slices of the scan',
        got: `one that crosses ${((high - low) * stepMm).toFixed(2)} mm of them`,
      });
    const polygon = new Float64Array((2 * contour.length) / 3);
    for (let n = 0, m = 0; n < contour.length; n += 3) {
      polygon[m++] = contour[n + u] as number;
      polygon[m++] = contour[n + v] as number;
    }
    return { at: (low + high) / 2, polygon };
  });
  placed.sort((a, b) => a.at - b.at);
  const planes: Plane[] = [];
  for (const { at, polygon } of placed) {
    const last = planes.at(-1);
    if (last && at - last.at < ONE_PLANE) last.polygons.push(polygon);
    else planes.push({ at, polygons: [polygon] });
  }
  return planes;
}

const AXES = [
  [1, 2],
  [0, 2],
  [0, 1],
] as const;

/** The plane of each slice that has one, slices rising. */
function slicePlanes(planes: readonly Plane[], slices: number, reach: number): [slice: number, plane: Plane][] {
  const best = new Map<number, Plane>();
  for (const plane of planes) {
    for (let slice = Math.max(0, Math.ceil(plane.at - reach)); slice < Math.min(slices, plane.at + reach); slice++) {
      const other = best.get(slice);
      if (!other || Math.abs(plane.at - slice) < Math.abs(other.at - slice)) best.set(slice, plane);
    }
  }
  return [...best].sort(([a], [b]) => a - b);
}

/** Where each row of centres that is on the grid crosses the edges, rising; rows that none crosses are left out. */
function crossingsOf(polygons: readonly Float64Array[], rows: number): number[][] {
  const crossings: number[][] = [];
  for (const polygon of polygons) {
    const length = polygon.length;
    for (let n = 0; n < length; n += 2) {
      const next = (n + 2) % length;
      // From the lower end, so that an edge shared by two contours crosses at the very same place.
      const up = (polygon[n + 1] as number) <= (polygon[next + 1] as number);
      const [low, high] = up ? [n, next] : [next, n];
      const [ax, ay, bx, by] = [polygon[low], polygon[low + 1], polygon[high], polygon[high + 1]] as [
        number,
        number,
        number,
        number,
      ];
      const slope = (bx - ax) / (by - ay);
      for (let row = Math.max(0, Math.ceil(ay)); row < Math.min(rows, Math.ceil(by)); row++) {
        const list = crossings[row] ?? [];
        crossings[row] = list;
        list.push(ax + (row - ay) * slope);
      }
    }
  }
  for (const list of crossings) list?.sort((a, b) => a - b);
  return crossings;
}

/** Against the voxels of a slice, their outer halves included. */
function withinGrid(polygon: Float64Array, columns: number, rows: number): 'whole' | 'cut' | 'beside' {
  const [across, along] = boxOf(polygon);
  const beside = across[1] < -0.5 || across[0] > columns - 0.5 || along[1] < -0.5 || along[0] > rows - 0.5;
  const whole = across[0] >= -0.5 && across[1] <= columns - 0.5 && along[0] >= -0.5 && along[1] <= rows - 0.5;
  return beside ? 'beside' : whole ? 'whole' : 'cut';
}

function boxOf(polygon: Float64Array): readonly [across: readonly [number, number], along: readonly [number, number]] {
  const box = [Infinity, -Infinity, Infinity, -Infinity] as [number, number, number, number];
  for (const [n, value] of polygon.entries()) {
    const at = n % 2 === 0 ? 0 : 2;
    box[at] = Math.min(box[at], value);
    box[at + 1] = Math.max(box[at + 1] as number, value);
  }
  return [
    [box[0], box[1]],
    [box[2], box[3]],
  ];
}

/** Whether a contour by itself encloses a centre of the endless grid; a large one does, and is not looked at. */
function holdsCentre(polygon: Float64Array): boolean {
  const [across, along] = boxOf(polygon);
  if (Math.min(across[1] - across[0], along[1] - along[0]) > SMALL) return true;
  // On rows from 0 on, wherever it lies.
  const moved = polygon.map((value, n) => (n % 2 === 1 ? value - Math.floor(along[0]) : value));
  return crossingsOf([moved], Math.ceil(along[1] - Math.floor(along[0])) + 1).some((list) =>
    list?.some((from, n) => n % 2 === 0 && Math.ceil(from) < Math.ceil(list[n + 1] ?? from)),
  );
}

/** Scan conversion of one slice: crossings of each row of centres with the edges, in pairs. */
function fill(polygons: readonly Float64Array[], slice: number, axis: 0 | 1 | 2, dims: Dims, pairs: number[]): void {
  const [u, v] = AXES[axis];
  const [columns, rows] = [dims[u], dims[v]];
  const stride = [1, dims[0], dims[0] * dims[1]] as const;
  const crossings = crossingsOf(polygons, rows);
  for (let row = 0; row < rows; row++) {
    const list = crossings[row];
    if (!list) continue;
    const first = slice * stride[axis] + row * stride[v];
    for (let n = 0; n + 1 < list.length; n += 2) {
      const from = Math.max(0, Math.ceil(list[n] as number));
      const to = Math.min(columns, Math.ceil(list[n + 1] as number));
      if (to <= from) continue;
      if (u === 0) pairs.push(first + from, to - from);
      else for (let at = from; at < to; at++) pairs.push(first + at * stride[u], 1);
    }
  }
}

function risingRuns(pairs: readonly number[]): Uint32Array {
  const order = Array.from({ length: pairs.length / 2 }, (_, n) => n).sort(
    (a, b) => (pairs[2 * a] as number) - (pairs[2 * b] as number),
  );
  return Uint32Array.from(order.flatMap((n) => [pairs[2 * n] as number, pairs[2 * n + 1] as number]));
}
