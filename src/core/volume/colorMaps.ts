// Colours of values, 256 of each map, packed as a canvas wants them. `hot` and `cool` are paths through the cube of sRGB walked at
// an even pace of lightness; `viridis` and `spectrum` go straight from one known colour to the next.
import type { colorMaps } from '#core/case/schema.ts';

export type ColorMapName = (typeof colorMaps)[number];
type Rgb = readonly [number, number, number];

const SIZE = 256;
/** Sixteen places, evenly from the lower end to the upper, of viridis (van der Walt and Smith, matplotlib 2015, CC0) … */
const VIRIDIS = pathOf(
  '440154481a6c472f7d41448739568c31688e2a788e23888e1f988b22a88435b77954c5687ad151a5db36d2e21bfde725',
);
/** … and of Turbo (Mikhailov, "Turbo, An Improved Rainbow Colormap", Google 2019, Apache-2.0). Within 7 of 255 of both. */
const TURBO = pathOf(
  '30123b4143a74771e93e9bfe22c5e21ae4b646f88488ff4eb9f635e1dd37faba39fd8d27f05b12d63506af18017a0403',
);
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
function pathOf(hex: string): Rgb[] {
  const bytes = hex.match(/../g)?.map((each) => Number.parseInt(each, 16)) ?? [];
  return Array.from({ length: bytes.length / 3 }, (_, n) => bytes.slice(3 * n, 3 * n + 3) as unknown as Rgb);
}

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
      return along(TURBO, share);
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
