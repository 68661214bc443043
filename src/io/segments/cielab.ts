/**
 * RecommendedDisplayCIELabValue (PS3.3, C.10.7.1.1: ICC's PCS, so D50) as sRGB. Three words of 16 bits: L* 0 to 100, a* and b* −128 to 127.
 * Out of sRGB's gamut: the nearest value of each channel.
 */
export function hexOfCieLab(words: readonly [number, number, number]): `#${string}` {
  const lightness = (words[0] / 65535) * 100;
  const a = (words[1] / 65535) * 255 - 128;
  const b = (words[2] / 65535) * 255 - 128;
  const fy = (lightness + 16) / 116;
  const [x, y, z] = [fy + a / 500, fy, fy - b / 200].map(
    (f, n) => (WHITE_D50[n] as number) * (f > 6 / 29 ? f ** 3 : 3 * (6 / 29) ** 2 * (f - 4 / 29)),
  ) as [number, number, number];
  return hexOf(SRGB_FROM_XYZ_D50.map(([p, q, r]) => encoded(p * x + q * y + r * z)));
}

const WHITE_D50 = [0.96422, 1, 0.82521] as const;
/** XYZ of D50 to linear sRGB, adapted by Bradford (Lindbloom). */
const SRGB_FROM_XYZ_D50 = [
  [3.1338561, -1.6168667, -0.4906146],
  [-0.9787684, 1.9161415, 0.033454],
  [0.0719453, -0.2289914, 1.4052427],
] as const;

function encoded(linear: number): number {
  const value = linear <= 0.0031308 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, value)));
}

/** Channels from 0 to 255 as '#rrggbb'. */
export function hexOf(channels: readonly number[]): `#${string}` {
  return `#${channels
    .slice(0, 3)
    .map((value) =>
      Math.min(255, Math.max(0, Math.round(value)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}
