// A further volume's values over the picture of the first. Pictures are RGBA; values lie on the same plane, NaN outside the volume.
import { type ColorMapName, colorTable } from './colorMaps.ts';
import type { SliceGrid } from './slicePlane.ts';

export interface OverlayLook {
  readonly level: number;
  /** Above 0. */
  readonly width: number;
  readonly colorMap: ColorMapName;
  /** 0 to 1. */
  readonly opacity: number;
}

/**
 * Mixes the overlay into the picture by its opacity. In a colour map what is at or under the window's lower end stays clear, so
 * that a quiet background does not darken the anatomy; a grey overlay is mixed in everywhere, black as well.
 */
export function blendInto(over: Float32Array, look: OverlayLook, into: Uint8ClampedArray): void {
  const { level, width, colorMap, opacity } = look;
  const table = colorTable(colorMap);
  const low = level - width / 2;
  const scale = 255 / width;
  const clear = colorMap !== 'grey';
  const share = Math.round(256 * opacity);
  if (share === 0) return;
  for (let n = 0, count = into.length >> 2; n < count; n++) {
    const shade = ((over[n] as number) - low) * scale;
    if (Number.isNaN(shade) || (clear && shade <= 0)) continue;
    const at = 3 * (shade >= 255 ? 255 : shade <= 0 ? 0 : (shade + 0.5) | 0);
    const to = 4 * n;
    for (let c = 0; c < 3; c++) {
      const was = into[to + c] as number;
      into[to + c] = was + ((((table[at + c] as number) - was) * share) >> 8);
    }
  }
}

/** Every second square of `squareMm` shows the overlay alone. The squares stand still in the patient, whatever the zoom. */
export function checkerInto(
  over: Float32Array,
  plane: SliceGrid,
  squareMm: number,
  { level, width: range, colorMap }: OverlayLook,
  into: Uint8ClampedArray,
): void {
  const table = colorTable(colorMap);
  const low = level - range / 2;
  const scale = 255 / range;
  const { width, height } = plane;
  const overShows = checkerSquares(plane, squareMm);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!overShows(x, y)) continue;
      const n = x + width * y;
      const shade = ((over[n] as number) - low) * scale;
      const at = 3 * (shade >= 255 ? 255 : shade > 0 ? (shade + 0.5) | 0 : 0);
      const outside = Number.isNaN(shade);
      for (let c = 0; c < 3; c++) into[4 * n + c] = outside ? 0 : (table[at + c] as number);
    }
  }
}

/** The pixels that `checkerInto` gives to the overlay. */
export function checkerSquares(
  { origin, right, down }: SliceGrid,
  squareMm: number,
): (x: number, y: number) => boolean {
  // Rows and columns run along the patient's axes: one axis each tells the square.
  const across = main(right);
  const along = main(down);
  const square = (axis: 0 | 1 | 2, step: number, n: number) => Math.floor((origin[axis] + n * step) / squareMm);
  return (x, y) => ((square(across, right[across], x) + square(along, down[along], y)) & 1) === 1;
}

/** The overlay alone, black where it is not. */
export function coverInto(over: Float32Array, { level, width, colorMap }: OverlayLook, into: Uint8ClampedArray): void {
  const table = colorTable(colorMap);
  const low = level - width / 2;
  const scale = 255 / width;
  for (let n = 0, count = into.length >> 2; n < count; n++) {
    const shade = ((over[n] as number) - low) * scale;
    const at = 3 * (shade >= 255 ? 255 : shade > 0 ? (shade + 0.5) | 0 : 0);
    const outside = Number.isNaN(shade);
    for (let c = 0; c < 3; c++) into[4 * n + c] = outside ? 0 : (table[at + c] as number);
  }
}

/**
 * The overlay less the base, each as its share of its own window, ends held: equal is mid-grey, brighter where the overlay has
 * more, darker where the base has. Black where one of them is not.
 */
export function differenceInto(
  base: Float32Array,
  baseWindow: { readonly level: number; readonly width: number },
  over: Float32Array,
  look: OverlayLook,
  into: Uint8ClampedArray,
): void {
  const share = (value: number, level: number, width: number) =>
    Math.max(0, Math.min(1, (value - level) / width + 0.5));
  for (let n = 0, count = into.length >> 2; n < count; n++) {
    const a = base[n] as number;
    const b = over[n] as number;
    const none = Number.isNaN(a) || Number.isNaN(b);
    const grey = none
      ? 0
      : (127.5 * (1 + share(b, look.level, look.width) - share(a, baseWindow.level, baseWindow.width)) + 0.5) | 0;
    into[4 * n] = grey;
    into[4 * n + 1] = grey;
    into[4 * n + 2] = grey;
  }
}

const main = (direction: readonly number[]): 0 | 1 | 2 =>
  direction.reduce((best, value, axis) => (Math.abs(value) > Math.abs(direction[best] as number) ? axis : best), 0) as
    | 0
    | 1
    | 2;
