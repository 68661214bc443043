// Pixels still to look at; grown as needed.
let waiting = new Int32Array(0);

/**
 * Makes the air around a body transparent, so that a plane in it does not hide what stands beside: pixels that are air and
 * joined to the left or right side of the picture, and with `allSides` to its top or bottom. Air inside (lungs, bowel) stays,
 * even where the scan's first or last slice opens it.
 * @param values rescaled values, NaN outside the scan
 * @param airBelow what is lower is air
 * @param rgba of which the alpha is written
 */
export function clearAround(
  values: Float32Array,
  width: number,
  height: number,
  airBelow: number,
  allSides: boolean,
  rgba: Uint8ClampedArray,
): void {
  if (waiting.length < width * height) waiting = new Int32Array(width * height);
  let count = 0;
  const visit = (n: number) => {
    const value = values[n] as number;
    if (rgba[4 * n + 3] === 0 || value >= airBelow) return;
    rgba[4 * n + 3] = 0;
    waiting[count++] = n;
  };
  // What lies outside the scan is transparent from the start, and joins what lies beyond it.
  for (let n = 0; n < width * height; n++) {
    if (!Number.isNaN(values[n] as number)) continue;
    rgba[4 * n + 3] = 255;
  }
  for (let y = 0; y < height; y++) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  if (allSides)
    for (let x = 0; x < width; x++) {
      visit(x);
      visit((height - 1) * width + x);
    }
  while (count > 0) {
    const n = waiting[--count] as number;
    const x = n % width;
    if (x > 0) visit(n - 1);
    if (x < width - 1) visit(n + 1);
    if (n >= width) visit(n - width);
    if (n < width * (height - 1)) visit(n + width);
  }
  for (let n = 0; n < width * height; n++) if (Number.isNaN(values[n] as number)) rgba[4 * n + 3] = 0;
}
