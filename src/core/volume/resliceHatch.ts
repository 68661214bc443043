/**
 * Marks the values of a range on a slice that is grey already: their border, and lines at 45° inside, so that the picture is
 * still seen. A value is in the range where lower ≤ value ≤ upper; NaN never is.
 * @param period pixels from one line to the next, across
 * @param line pixels of a line, across; also the border's width
 * @param rgb 0 to 255
 */
export function hatchInto(
  values: Float32Array,
  width: number,
  height: number,
  lower: number,
  upper: number,
  period: number,
  line: number,
  rgb: readonly [number, number, number],
  rgba: Uint8ClampedArray,
): void {
  const reach = Math.max(1, Math.round(line));
  const inside = (n: number) => (values[n] as number) >= lower && (values[n] as number) <= upper;
  const { every, wide } = slantedLines(period, line);
  for (let y = 0, n = 0; y < height; y++)
    for (let x = 0; x < width; x++, n++) {
      if (!inside(n)) continue;
      const border =
        (x >= reach && !inside(n - reach)) ||
        (x + reach < width && !inside(n + reach)) ||
        (y >= reach && !inside(n - reach * width)) ||
        (y + reach < height && !inside(n + reach * width));
      if (!border && (x + y) % every >= wide) continue;
      tintPixel(rgba, n, border ? 0.9 : 0.6, rgb);
    }
}

/** Lines at 45°, along a row: from one to the next and how wide, √2 times what they are across. Whole pixels. */
export function slantedLines(period: number, line: number): { readonly every: number; readonly wide: number } {
  return {
    every: Math.max(2, Math.round(period * Math.SQRT2)),
    wide: Math.max(1, Math.round(line * Math.SQRT2)),
  };
}

/** Mixes a colour (0 to 255) into pixel n by its share. */
export function tintPixel(
  rgba: Uint8ClampedArray,
  n: number,
  share: number,
  [r, g, b]: readonly [number, number, number],
): void {
  const at = 4 * n;
  rgba[at] = (rgba[at] as number) + share * (r - (rgba[at] as number));
  rgba[at + 1] = (rgba[at + 1] as number) + share * (g - (rgba[at + 1] as number));
  rgba[at + 2] = (rgba[at + 2] as number) + share * (b - (rgba[at + 2] as number));
}
