// Where a picture of a volume shows planes that were made up and not measured: thin slanted lines, so that the picture is still read.
import { invert, transform } from '#core/space/affine.ts';
import { movingFromFixed, type SpatialTransform } from '#core/space/registration.ts';
import { type PartlyMeasured, planeSteps } from './madeUp.ts';
import { slantedLines, tintPixel } from './resliceHatch.ts';
import { ownGrid } from './reslicePlaced.ts';
import { ijkSteps, rasOfPixel, type SliceGrid } from './slicePlane.ts';

/** Muted: the colour of facts to know, laid over black to white by a share that leaves both apart. */
export const madeUpRgb = [255, 194, 75] as const;
const SHARE = 0.4;
/** Pixels from one line to the next at a density of 1, across: in a thin band nearer, so that each is crossed by some. */
const PERIOD = 9;
const LEAST_PERIOD = 5;

/** Of a voxel: as in reslice.ts, a face belongs to its voxel, a place between two to the higher one. */
const TIE = 1e-6;
const LOWEST = -0.5 - TIE;

export interface MadeUpLook {
  /** Pixels of the picture for each CSS pixel. */
  readonly density: number;
  /** Of the mark itself, 0 to 1. */
  readonly opacity?: number;
  /** The pixels that show this volume (n = x + width·y); all where not given. */
  readonly shows?: (x: number, y: number, n: number) => boolean;
}

/**
 * Marks the pixels whose nearest voxel lies in a made-up plane by lines at 45°, falling to the right (a range that is about to
 * become a structure has rising ones). Nothing where the volume has no such plane.
 * @param placed how the volume lies on the picture's scan; null: as its own file says
 * @param rgba width × height pixels, changed in place
 * @returns whether anything was marked
 */
export function hatchMadeUp(
  volume: PartlyMeasured,
  placed: SpatialTransform | null,
  grid: SliceGrid,
  { density, opacity = 1, shows }: MadeUpLook,
  rgba: Uint8ClampedArray,
): boolean {
  const steps = planeSteps(volume);
  const share = SHARE * opacity;
  if (steps === null || share === 0) return false;
  const own = ijkSteps(placed ? ownGrid(placed, grid) : grid, volume.rasFromIjk);
  const isMadeUp = placed?.field ? warped(volume, placed, grid, steps) : straight(volume, own, grid, steps);
  if (isMadeUp === null) return false;
  // A band of planes is so many pixels across; where the picture runs along the planes there is no other side.
  const thinnest = steps.reduce((least, apart) => (apart > 1 ? Math.min(least, apart - 1) : least), Infinity);
  const across = thinnest / Math.hypot(own.right[2], own.down[2]);
  const period = Math.max(LEAST_PERIOD * density, Math.min(PERIOD * density, across));
  const { every, wide } = slantedLines(period, density);
  const { width, height } = grid;
  let marked = false;
  for (let y = 0; y < height; y++)
    // The first line begins left of the picture where it reaches into it.
    for (let first = (y % every) - every; first < width; first += every)
      for (let x = Math.max(0, first); x < Math.min(width, first + wide); x++) {
        const n = x + width * y;
        if (!isMadeUp(x, y) || (shows && !shows(x, y, n))) continue;
        tintPixel(rgba, n, share, madeUpRgb);
        marked = true;
      }
  return marked;
}

type AtPixel = (x: number, y: number) => boolean;

/** null where no plane that the picture meets was made up. */
function straight(
  { dims: [ni, nj, nk] }: PartlyMeasured,
  { start, right, down }: ReturnType<typeof ijkSteps>,
  { width, height }: SliceGrid,
  steps: Uint32Array,
): AtPixel | null {
  // k is linear: all that the picture meets lies between its corners' planes.
  const corners = [0, width - 1].flatMap((x) => [0, height - 1].map((y) => start[2] + x * right[2] + y * down[2]));
  const low = planeOf(Math.min(...corners), nk);
  const high = planeOf(Math.max(...corners), nk);
  if (steps.subarray(low, high + 1).every((apart) => apart === 1)) return null;
  return (x, y) => {
    const k = start[2] + x * right[2] + y * down[2];
    if (!(k >= LOWEST && k <= nk - 1 - LOWEST) || steps[planeOf(k, nk)] === 1) return false;
    const i = start[0] + x * right[0] + y * down[0];
    const j = start[1] + x * right[1] + y * down[1];
    return i >= LOWEST && j >= LOWEST && i <= ni - 1 - LOWEST && j <= nj - 1 - LOWEST;
  };
}

/** Through a displacement field: each pixel asked is brought to the volume's own space. */
function warped(
  { dims: [ni, nj, nk], rasFromIjk }: PartlyMeasured,
  placed: SpatialTransform,
  grid: SliceGrid,
  steps: Uint32Array,
): AtPixel {
  const ownFromFixed = movingFromFixed(placed);
  const ijkFromOwn = invert(rasFromIjk);
  return (x, y) => {
    const [i, j, k] = transform(ijkFromOwn, ownFromFixed(rasOfPixel(grid, x, y)));
    return (
      i >= LOWEST &&
      j >= LOWEST &&
      k >= LOWEST &&
      i <= ni - 1 - LOWEST &&
      j <= nj - 1 - LOWEST &&
      k <= nk - 1 - LOWEST &&
      steps[planeOf(k, nk)] !== 1
    );
  };
}

const planeOf = (k: number, nk: number): number => Math.max(0, Math.min(nk - 1, Math.floor(k + 0.5 + TIE)));
