// Colours of values, 256 of each map, packed as a canvas wants them. `hot` and `cool` are paths through the cube of sRGB walked at
// an even pace of lightness; `viridis` goes through nine of its own colours; `spectrum` is the polynomial of Turbo.
import type { colorMaps } from '#core/case/schema.ts';

export type ColorMapName = (typeof colorMaps)[number];
type Rgb = readonly [number, number, number];

const SIZE = 256;
/** van der Walt and Smith, matplotlib 2015 (CC0): every 32nd of its 256 colours. */
const VIRIDIS: readonly Rgb[] = [
  [68, 1, 84],
  [71, 44, 122],
  [59, 81, 139],
  [44, 113, 142],
  [33, 144, 141],
  [39, 173, 129],
  [92, 200, 99],
  [170, 220, 50],
  [253, 231, 37],
];
const HOT: readonly Rgb[] = [
  [0, 0, 0],
  [140, 0, 24],
  [226, 60, 0],
  [255, 150, 0],
  [255, 228, 90],
  [255, 255, 255],
];
const COOL: readonly Rgb[] = [
  [0, 0, 0],
  [30, 20, 150],
  [20, 90, 230],
  [30, 180, 240],
  [150, 235, 250],
  [255, 255, 255],
];
/** Mikhailov, "Turbo, An Improved Rainbow Colormap", 2019: his approximation of the fifth degree, red, green, blue. */
const TURBO: readonly (readonly number[])[] = [
  [0.13572138, 4.6153926, -42.66032258, 132.13108234, -152.94239396, 59.28637943],
  [0.09140261, 2.19418839, 4.84296658, -14.18503333, 4.27729857, 2.82956604],
  [0.1066733, 12.64194608, -60.58204836, 110.36276771, -89.90310912, 27.34824973],
];

/** CIE 1976 L*, 0 to 100, of sRGB bytes under its own white. */
export function lightness([r, g, b]: Rgb): number {
  const linear = (byte: number) => {
    const c = byte / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  const y = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  return y > 216 / 24389 ? 116 * Math.cbrt(y) - 16 : (24389 / 27) * y;
}

function along(path: readonly Rgb[], share: number): Rgb {
  const at = Math.max(0, Math.min(1, share)) * (path.length - 1);
  const n = Math.min(path.length - 2, Math.floor(at));
  const [from, to] = [path[n] as Rgb, path[n + 1] as Rgb];
  const mix = (axis: 0 | 1 | 2) => from[axis] + (at - n) * (to[axis] - from[axis]);
  return [mix(0), mix(1), mix(2)];
}

/** The place on a path from black to white that has this lightness, found by halving: lightness only rises along it. */
function atLightness(path: readonly Rgb[], wanted: number): Rgb {
  let [low, high] = [0, 1];
  for (let n = 0; n < 24; n++) {
    const middle = (low + high) / 2;
    if (lightness(along(path, middle)) < wanted) low = middle;
    else high = middle;
  }
  return along(path, (low + high) / 2);
}

const turbo = (share: number): Rgb =>
  TURBO.map((terms) => 255 * terms.reduce((sum, term, power) => sum + term * share ** power, 0)) as unknown as Rgb;

function colorOf(name: ColorMapName, share: number): Rgb {
  switch (name) {
    case 'grey':
      return [255 * share, 255 * share, 255 * share];
    case 'hot':
      return atLightness(HOT, 100 * share);
    case 'cool':
      return atLightness(COOL, 100 * share);
    case 'viridis':
      return along(VIRIDIS, share);
    case 'spectrum':
      return turbo(share);
  }
}

const tables = new Map<ColorMapName, Uint8ClampedArray<ArrayBuffer>>();

/** Red, green, blue of 256 steps from the lower end of the window to the upper. Made once, read alone. */
export function colorTable(name: ColorMapName): Uint8ClampedArray<ArrayBuffer> {
  const known = tables.get(name);
  if (known) return known;
  const table = new Uint8ClampedArray(3 * SIZE);
  for (let n = 0; n < SIZE; n++) table.set(colorOf(name, n / (SIZE - 1)), 3 * n);
  tables.set(name, table);
  return table;
}
