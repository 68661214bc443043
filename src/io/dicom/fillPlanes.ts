import type { ScalarArray } from '#core/volume/volume.ts';

/**
 * Makes up the planes between two that were measured, in place: linear from one to the other, rounded to the type's whole
 * numbers. Where either was not measured (`padding`), the nearer one is kept as it is.
 * @param target planes of `size` samples each, `below` and `above` are filled
 */
export function fillPlanes(
  target: ScalarArray,
  size: number,
  below: number,
  above: number,
  padding: number | null,
): void {
  const a = target.subarray(below * size, (below + 1) * size);
  const b = target.subarray(above * size, (above + 1) * size);
  for (let plane = below + 1; plane < above; plane++)
    mixPlane(a, b, (plane - below) / (above - below), padding, target.subarray(plane * size, (plane + 1) * size));
}

/** One plane between two, at `part` of the way from `a` to `b`. */
export function mixPlane(
  a: ScalarArray,
  b: ScalarArray,
  part: number,
  padding: number | null,
  into: ScalarArray,
): void {
  const rounds = !(into instanceof Float32Array);
  for (let n = 0; n < into.length; n++) {
    const [low, high] = [a[n] as number, b[n] as number];
    if (low === padding || high === padding) into[n] = part <= 0.5 ? low : high;
    else {
      const value = low + part * (high - low);
      into[n] = rounds ? Math.round(value) : value;
    }
  }
}
