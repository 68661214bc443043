// Small scans whose every voxel is a formula, as NIfTI-1 files: a body with four balls of known values that tell the sides apart.
import { writeFileSync } from 'node:fs';

export type Triple = readonly [number, number, number];
export interface Made {
  readonly dims: Triple;
  /** mm, along R, A, S. */
  readonly spacing: number;
  readonly timepoints: number;
  /** Value at a point of the patient, RAS mm, at a timepoint. */
  readonly value: (ras: Triple, timepoint: number) => number;
}

export const balls = [
  { centre: [34, 0, 0], radius: 14, value: 300 },
  { centre: [-20, 26, 10], radius: 11, value: 400 },
  { centre: [0, -20, 28], radius: 12, value: 500 },
  { centre: [-10, -8, -30], radius: 10, value: 700 },
] as const;

/** Smooth at its borders, so that a shift by part of a voxel is seen. */
export function body([r, a, s]: Triple): number {
  const soft = (inside: number) => 1 / (1 + Math.exp(-inside * 1.2));
  let value = 1000 * soft((1 - Math.hypot(r / 56, a / 44, s / 52)) * 40) - 1000;
  for (const { centre, radius, value: high } of balls)
    value += high * soft(radius - Math.hypot(r - centre[0], a - centre[1], s - centre[2]));
  return value;
}

/** The same body as another machine sees it: other values, in another order. */
export function otherContrast(ras: Triple): number {
  const value = body(ras);
  return value < -500 ? 0 : 900 - 1.1 * value;
}

/** Writes it; the grid's middle is the patient's origin. */
export function writeMade(path: string, { dims, spacing, timepoints, value }: Made): void {
  const [ni, nj, nk] = dims;
  const header = new DataView(new ArrayBuffer(352));
  const origin = dims.map((n) => (-spacing * (n - 1)) / 2) as unknown as Triple;
  header.setInt32(0, 348, true);
  for (const [n, size] of [timepoints > 1 ? 4 : 3, ni, nj, nk, timepoints, 1, 1, 1].entries())
    header.setInt16(40 + 2 * n, size, true);
  header.setInt16(70, 4, true);
  header.setInt16(72, 16, true);
  for (const [n, size] of [1, spacing, spacing, spacing, 0.05].entries()) header.setFloat32(76 + 4 * n, size, true);
  header.setFloat32(108, 352, true);
  header.setFloat32(112, 1, true);
  header.setUint8(123, 2 | 8); // mm, s
  header.setInt16(254, 1, true);
  for (let row = 0; row < 3; row++) {
    header.setFloat32(280 + 16 * row + 4 * row, spacing, true);
    header.setFloat32(280 + 16 * row + 12, origin[row] as number, true);
  }
  for (const [n, letter] of [...'n+1'].entries()) header.setUint8(344 + n, letter.charCodeAt(0));
  const voxels = new Int16Array(ni * nj * nk * timepoints);
  let n = 0;
  for (let t = 0; t < timepoints; t++)
    for (let k = 0; k < nk; k++)
      for (let j = 0; j < nj; j++)
        for (let i = 0; i < ni; i++)
          voxels[n++] = Math.round(
            value([origin[0] + i * spacing, origin[1] + j * spacing, origin[2] + k * spacing], t),
          );
  writeFileSync(path, Buffer.concat([new Uint8Array(header.buffer), new Uint8Array(voxels.buffer)]));
}

/** Labels on the grid of `writeMade`, as 3D Slicer writes them; LPS in the file. */
export function writeLabels(
  path: string,
  { dims, spacing }: Pick<Made, 'dims' | 'spacing'>,
  names: readonly string[],
  label: (ras: Triple) => number,
): void {
  const [ni, nj, nk] = dims;
  const low = dims.map((n) => (-spacing * (n - 1)) / 2) as unknown as Triple;
  const header = [
    'NRRD0004',
    'type: unsigned char',
    'dimension: 3',
    'space: left-posterior-superior',
    `sizes: ${dims.join(' ')}`,
    `space directions: (${-spacing},0,0) (0,${-spacing},0) (0,0,${spacing})`,
    'kinds: domain domain domain',
    'encoding: raw',
    `space origin: (${-low[0]},${-low[1]},${low[2]})`,
    ...names.flatMap((name, n) => [
      `Segment${n}_ID:=Segment_${n + 1}`,
      `Segment${n}_Name:=${name}`,
      `Segment${n}_LabelValue:=${n + 1}`,
      `Segment${n}_Layer:=0`,
      `Segment${n}_Color:=0.8 0.4 0.1`,
    ]),
  ].join('\n');
  const voxels = new Uint8Array(ni * nj * nk);
  let n = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++)
        voxels[n++] = label([low[0] + i * spacing, low[1] + j * spacing, low[2] + k * spacing]);
  writeFileSync(path, Buffer.concat([Buffer.from(`${header}\n\n`), voxels]));
}
