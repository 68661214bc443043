import type { LabelmapData } from '#core/labelmap/labelmap.ts';
import { BRICK, type Brick, brickGrid } from '#core/labelmap/labelmap.ts';
import type { Affine, Vector3 } from '#core/space/affine.ts';
import { ijkSteps, type SlicePlane } from './slicePlane.ts';
import type { Volume } from './volume.ts';

/**
 * Rescaled values on a plane, trilinear between voxel centres, NaN outside the grid (more than half a voxel beyond the outer
 * centres). Timepoint 0. `into` has width × height numbers, rows from the top.
 */
export function reslice({ header, scalars }: Volume, plane: SlicePlane, into: Float32Array): void {
  const [ni, nj, nk] = header.dims;
  const { slope, intercept, rasFromIjk } = header;
  const { start, right, down } = ijkSteps(plane, rasFromIjk);
  const plane2 = ni * nj;
  for (let y = 0, n = 0; y < plane.height; y++) {
    let i = start[0] + y * down[0];
    let j = start[1] + y * down[1];
    let k = start[2] + y * down[2];
    for (let x = 0; x < plane.width; x++, n++, i += right[0], j += right[1], k += right[2]) {
      if (!(i >= -0.5 && j >= -0.5 && k >= -0.5 && i <= ni - 0.5 && j <= nj - 0.5 && k <= nk - 0.5)) {
        into[n] = Number.NaN;
        continue;
      }
      // Beyond the outer centres the outer voxel's value holds.
      const ci = i < 0 ? 0 : i > ni - 1 ? ni - 1 : i;
      const cj = j < 0 ? 0 : j > nj - 1 ? nj - 1 : j;
      const ck = k < 0 ? 0 : k > nk - 1 ? nk - 1 : k;
      const i0 = Math.floor(ci);
      const j0 = Math.floor(cj);
      const k0 = Math.floor(ck);
      const fi = ci - i0;
      const fj = cj - j0;
      const fk = ck - k0;
      const at = i0 + ni * j0 + plane2 * k0;
      const di = i0 + 1 < ni ? 1 : 0;
      const dj = j0 + 1 < nj ? ni : 0;
      const dk = k0 + 1 < nk ? plane2 : 0;
      const low = mix(
        mix(scalars[at] as number, scalars[at + di] as number, fi),
        mix(scalars[at + dj] as number, scalars[at + dj + di] as number, fi),
        fj,
      );
      const high =
        fk === 0
          ? low
          : mix(
              mix(scalars[at + dk] as number, scalars[at + dk + di] as number, fi),
              mix(scalars[at + dk + dj] as number, scalars[at + dk + dj + di] as number, fi),
              fj,
            );
      into[n] = slope * mix(low, high, fk) + intercept;
    }
  }
}

const mix = (a: number, b: number, f: number) => a + f * (b - a);

/** Segment values on a plane, each pixel its nearest voxel's, 0 outside. */
export function resliceLabels(
  { dims, bricks }: LabelmapData,
  rasFromIjk: Affine<'ras', 'ijk'>,
  plane: SlicePlane,
  into: Uint16Array,
): void {
  const [ni, nj, nk] = dims;
  const [bi, bj] = brickGrid(dims);
  const { start, right, down } = ijkSteps(plane, rasFromIjk);
  for (let y = 0, n = 0; y < plane.height; y++) {
    const row: Vector3 = [start[0] + y * down[0], start[1] + y * down[1], start[2] + y * down[2]];
    for (let x = 0; x < plane.width; x++, n++) {
      const i = Math.round(row[0] + x * right[0]);
      const j = Math.round(row[1] + x * right[1]);
      const k = Math.round(row[2] + x * right[2]);
      if (i < 0 || j < 0 || k < 0 || i >= ni || j >= nj || k >= nk) {
        into[n] = 0;
        continue;
      }
      const brick = bricks[(i >> 5) + bi * ((j >> 5) + bj * (k >> 5))] as Brick;
      into[n] = typeof brick === 'number' ? brick : (brick[(i & 31) + BRICK * ((j & 31) + BRICK * (k & 31))] as number);
    }
  }
}

/** Grey by window and level, RGBA; what is outside the scan is `outside`. Values at level ± width/2 become black and white. */
export function windowInto(
  values: Float32Array,
  level: number,
  width: number,
  into: Uint8ClampedArray,
  outside: readonly [number, number, number, number],
): void {
  const low = level - width / 2;
  const scale = 255 / width;
  for (let n = 0, at = 0; n < values.length; n++, at += 4) {
    const value = values[n] as number;
    if (Number.isNaN(value)) {
      into[at] = outside[0];
      into[at + 1] = outside[1];
      into[at + 2] = outside[2];
      into[at + 3] = outside[3];
      continue;
    }
    const grey = (value - low) * scale;
    into[at] = grey;
    into[at + 1] = grey;
    into[at + 2] = grey;
    into[at + 3] = 255;
  }
}

/** Colours of segment values that are drawn, as RGB; `strong` ones are outlined two pixels wide. */
export interface OutlineColors {
  readonly color: (value: number) => readonly [number, number, number] | null;
  readonly strong: (value: number) => boolean;
  /** 0: outlines alone; else how much of the fill shows, 0 to 1. */
  readonly fill: number;
}

/** Draws the borders of segments over a picture: a pixel is on the border where a neighbour has another value. */
export function drawOutlines(
  labels: Uint16Array,
  width: number,
  height: number,
  { color, strong, fill }: OutlineColors,
  into: Uint8ClampedArray,
): void {
  for (let y = 0, n = 0; y < height; y++)
    for (let x = 0; x < width; x++, n++) {
      const value = labels[n] as number;
      if (value === 0) continue;
      const rgb = color(value);
      if (!rgb) continue;
      const reach = strong(value) ? 2 : 1;
      let border = false;
      for (let step = 1; step <= reach && !border; step++) {
        border =
          (x >= step && labels[n - step] !== value) ||
          (x + step < width && labels[n + step] !== value) ||
          (y >= step && labels[n - step * width] !== value) ||
          (y + step < height && labels[n + step * width] !== value);
      }
      const share = border ? 0.95 : fill;
      if (share === 0) continue;
      for (let c = 0; c < 3; c++) into[4 * n + c] = mix(into[4 * n + c] as number, rgb[c] as number, share);
    }
}
