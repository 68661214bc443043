import { ijkSteps, type SliceGrid } from './slicePlane.ts';
import type { Volume } from './volume.ts';

const LOWEST = -0.5 - 1e-6;

/**
 * A colour picture on a plane, RGBA: each of the three colours trilinear between voxel centres, then by window and level as grey
 * is, so that the window of the stored range shows them as they are. What lies outside is left as it was. One timepoint.
 */
export function resliceColour(
  { header, rgb }: Pick<Volume, 'header' | 'rgb'>,
  grid: SliceGrid,
  { level, width }: { readonly level: number; readonly width: number },
  into: Uint8ClampedArray,
): void {
  if (rgb === undefined) return;
  const [ni, nj, nk] = header.dims;
  const { start, right, down } = ijkSteps(grid, header.rasFromIjk);
  const low = level - width / 2;
  const scale = 255 / width;
  for (let y = 0, n = 0; y < grid.height; y++)
    for (let x = 0; x < grid.width; x++, n++) {
      const i = start[0] + x * right[0] + y * down[0];
      const j = start[1] + x * right[1] + y * down[1];
      const k = start[2] + x * right[2] + y * down[2];
      if (!(i >= LOWEST && j >= LOWEST && k >= LOWEST)) continue;
      if (!(i <= ni - 1 - LOWEST && j <= nj - 1 - LOWEST && k <= nk - 1 - LOWEST)) continue;
      const ci = Math.max(0, Math.min(ni - 1, i));
      const cj = Math.max(0, Math.min(nj - 1, j));
      const ck = Math.max(0, Math.min(nk - 1, k));
      const [i0, j0, k0] = [ci | 0, cj | 0, ck | 0];
      const at = 3 * (i0 + ni * (j0 + nj * k0));
      const di = i0 + 1 < ni ? 3 : 0;
      const dj = j0 + 1 < nj ? 3 * ni : 0;
      const dk = k0 + 1 < nk ? 3 * ni * nj : 0;
      const [fi, fj, fk] = [ci - i0, cj - j0, ck - k0];
      for (let c = 0; c < 3; c++) {
        const value = (from: number) => rgb[from + c] as number;
        const line = (from: number) => value(from) + fi * (value(from + di) - value(from));
        const plane = (from: number) => line(from) + fj * (line(from + dj) - line(from));
        const near = plane(at);
        into[4 * n + c] = (near + fk * (plane(at + dk) - near) - low) * scale;
      }
      into[4 * n + 3] = 255;
    }
}
