/** Zigzag order to row by row (ITU-T T.81, figure A.6). */
export const NATURAL_ORDER = Uint8Array.from([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
]);

const CONST_BITS = 13;
/** Cosines of Loeffler, Ligtenberg and Moschytz (1989) × 2^13, rounded as the Independent JPEG Group rounds them. */
const [C0298, C0390, C0541, C0765, C0899, C1175] = [2446, 3196, 4433, 6270, 7373, 9633] as const;
const [C1501, C1847, C1961, C2053, C2562, C3072] = [12299, 15137, 16069, 16819, 20995, 25172] as const;

const work = new Int32Array(64);

/**
 * One block of 8 × 8: dequantized, transformed back, levelled and clamped. The arithmetic is that of the Independent JPEG Group's
 * accurate integer method (jidctint), whose results decoders of DICOM files agree on to the last bit.
 * @param quantization in natural order
 * @param into 64 samples, 0 to 2^precision − 1
 */
export function inverseDct(
  coefficients: Int16Array,
  at: number,
  quantization: Int32Array,
  precision: number,
  into: Int32Array,
): void {
  // One bit less where samples have 12, so that the second pass fits 32 bits.
  const passBits = precision === 8 ? 2 : 1;
  for (let column = 0; column < 8; column++) {
    const value = (row: number): number =>
      (coefficients[at + 8 * row + column] as number) * (quantization[8 * row + column] as number);
    pass(
      value(0),
      value(1),
      value(2),
      value(3),
      value(4),
      value(5),
      value(6),
      value(7),
      column,
      8,
      CONST_BITS - passBits,
      work,
    );
  }
  const centre = 1 << (precision - 1);
  const most = 2 * centre - 1;
  for (let row = 0; row < 64; row += 8) {
    const value = (column: number): number => work[row + column] as number;
    pass(
      value(0),
      value(1),
      value(2),
      value(3),
      value(4),
      value(5),
      value(6),
      value(7),
      row,
      1,
      CONST_BITS + passBits + 3,
      into,
    );
    for (let n = row; n < row + 8; n++) {
      const sample = (into[n] as number) + centre;
      into[n] = Math.min(Math.max(sample, 0), most);
    }
  }
}

/** Eight values in one direction, scaled down by 2^shift with rounding. */
function pass(
  v0: number,
  v1: number,
  v2: number,
  v3: number,
  v4: number,
  v5: number,
  v6: number,
  v7: number,
  to: number,
  stride: number,
  shift: number,
  into: Int32Array,
): void {
  const half = 1 << (shift - 1);
  const e = (v2 + v6) * C0541;
  const e2 = e - v6 * C1847;
  const e3 = e + v2 * C0765;
  const sum = (v0 + v4) * (1 << CONST_BITS);
  const difference = (v0 - v4) * (1 << CONST_BITS);
  const [a, d, b, c] = [sum + e3, sum - e3, difference + e2, difference - e2];
  const z5 = (v7 + v3 + v5 + v1) * C1175;
  const z1 = (v7 + v1) * -C0899;
  const z2 = (v5 + v3) * -C2562;
  const z3 = (v7 + v3) * -C1961 + z5;
  const z4 = (v5 + v1) * -C0390 + z5;
  const o0 = v7 * C0298 + z1 + z3;
  const o1 = v5 * C2053 + z2 + z4;
  const o2 = v3 * C3072 + z2 + z3;
  const o3 = v1 * C1501 + z1 + z4;
  into[to] = (a + o3 + half) >> shift;
  into[to + 7 * stride] = (a - o3 + half) >> shift;
  into[to + stride] = (b + o2 + half) >> shift;
  into[to + 6 * stride] = (b - o2 + half) >> shift;
  into[to + 2 * stride] = (c + o1 + half) >> shift;
  into[to + 5 * stride] = (c - o1 + half) >> shift;
  into[to + 3 * stride] = (d + o0 + half) >> shift;
  into[to + 4 * stride] = (d - o0 + half) >> shift;
}
