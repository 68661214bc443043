/** Relative luminance that a thin line needs to be seen on grey tissue. */
const LEAST = 0.27;

const linear = (byte: number): number => {
  const share = byte / 255;
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
};
const luminance = (rgb: readonly number[]): number =>
  0.2126 * linear(rgb[0] as number) + 0.7152 * linear(rgb[1] as number) + 0.0722 * linear(rgb[2] as number);

const known = new Map<string, string>();

/** A segment's colour as a line on a slice: dark ones (liver, spleen) are lightened, their hue kept. `#rrggbb` in and out. */
export function outlineColor(color: string): string {
  const found = known.get(color);
  if (found) return found;
  const rgb = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
  const lighter = (share: number) => rgb.map((byte) => Math.round(byte + (255 - byte) * share));
  let share = 0;
  while (luminance(lighter(share)) < LEAST) share += 0.02;
  const result = `#${lighter(share)
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')}`;
  known.set(color, result);
  return result;
}
