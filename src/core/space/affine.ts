import { VesaliusError } from '#core/errors.ts';

/**
 * Spaces. `ijk`: voxel indices, whole numbers at voxel centres. `ras`: patient millimetres, +right +anterior +superior.
 * `lps`: DICOM's and ITK's, in io only. `xr`: room metres, y up.
 */
export type Space = 'ijk' | 'ras' | 'lps' | 'xr';

export type Point<S extends Space> = readonly [number, number, number] & { readonly space?: S };
export type Vector3 = readonly [number, number, number];

/** 4×4, 16 numbers, column-major (three's order); maps points of `From` to points of `To`. */
export interface Affine<To extends Space, From extends Space> {
  readonly to: To;
  readonly from: From;
  readonly m: readonly number[];
}

export function affine<To extends Space, From extends Space>(
  to: To,
  from: From,
  m: readonly number[],
): Affine<To, From> {
  if (m.length !== 16) {
    throw new VesaliusError({
      code: 'geometry',
      what: 'affine',
      where: 'matrix',
      expected: '16 numbers',
      got: m.length,
    });
  }
  return { to, from, m: [...m] };
}

/** From four rows of four, as files and reports write them. */
export function affineFromRows<To extends Space, From extends Space>(
  to: To,
  from: From,
  rows: readonly (readonly number[])[],
): Affine<To, From> {
  const m: number[] = [];
  for (let column = 0; column < 4; column++)
    for (let row = 0; row < 4; row++) m.push(rows[row]?.[column] ?? (row === column ? 1 : 0));
  return affine(to, from, m);
}

/** Four rows of four. */
export function rowsOf(a: Affine<Space, Space>): number[][] {
  return [0, 1, 2, 3].map((row) => [0, 1, 2, 3].map((column) => a.m[row + 4 * column] as number));
}

export function multiply<To extends Space, Mid extends Space, From extends Space>(
  a: Affine<To, Mid>,
  b: Affine<NoInfer<Mid>, From>,
): Affine<To, From> {
  const m = new Array<number>(16).fill(0);
  for (let column = 0; column < 4; column++)
    for (let row = 0; row < 4; row++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += (a.m[row + 4 * k] as number) * (b.m[k + 4 * column] as number);
      m[row + 4 * column] = sum;
    }
  return { to: a.to, from: b.from, m };
}

// Without NoInfer, From would widen to a union and mixing spaces would compile.
export function transform<To extends Space, From extends Space>(
  a: Affine<To, From>,
  p: Point<NoInfer<From>>,
): Point<To> {
  const [x, y, z] = p;
  const m = a.m as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [
    m[0] * x + m[4] * y + m[8] * z + m[12],
    m[1] * x + m[5] * y + m[9] * z + m[13],
    m[2] * x + m[6] * y + m[10] * z + m[14],
  ];
}

/** Directions: the linear part only. */
export function transformVector(a: Affine<Space, Space>, [x, y, z]: Vector3): Vector3 {
  const m = a.m as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [m[0] * x + m[4] * y + m[8] * z, m[1] * x + m[5] * y + m[9] * z, m[2] * x + m[6] * y + m[10] * z];
}

/** Surface normals go by the inverse transpose of the linear part; the result is not normalised. */
export function normalMatrix(a: Affine<Space, Space>): readonly number[] {
  const i = invert(a).m;
  return [i[0], i[4], i[8], i[1], i[5], i[9], i[2], i[6], i[10]] as number[];
}

export function determinant3(a: Affine<Space, Space>): number {
  const m = a.m as readonly [number, number, number, number, number, number, number, number, number, number, number];
  return m[0] * (m[5] * m[10] - m[6] * m[9]) - m[4] * (m[1] * m[10] - m[2] * m[9]) + m[8] * (m[1] * m[6] - m[2] * m[5]);
}

/** @throws VesaliusError 'geometry' where the matrix has no volume. */
export function invert<To extends Space, From extends Space>(a: Affine<To, From>): Affine<From, To> {
  const m = a.m as readonly [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const d = determinant3(a);
  if (!Number.isFinite(d) || Math.abs(d) < 1e-12) {
    throw new VesaliusError({
      code: 'geometry',
      what: 'affine',
      where: 'matrix',
      expected: 'an invertible matrix',
      got: `determinant ${d}`,
    });
  }
  const r = [
    (m[5] * m[10] - m[6] * m[9]) / d,
    (m[2] * m[9] - m[1] * m[10]) / d,
    (m[1] * m[6] - m[2] * m[5]) / d,
    (m[6] * m[8] - m[4] * m[10]) / d,
    (m[0] * m[10] - m[2] * m[8]) / d,
    (m[2] * m[4] - m[0] * m[6]) / d,
    (m[4] * m[9] - m[5] * m[8]) / d,
    (m[1] * m[8] - m[0] * m[9]) / d,
    (m[0] * m[5] - m[1] * m[4]) / d,
  ] as const;
  const t = [m[12], m[13], m[14]] as const;
  return {
    to: a.from,
    from: a.to,
    m: [
      r[0],
      r[1],
      r[2],
      0,
      r[3],
      r[4],
      r[5],
      0,
      r[6],
      r[7],
      r[8],
      0,
      -(r[0] * t[0] + r[3] * t[1] + r[6] * t[2]),
      -(r[1] * t[0] + r[4] * t[1] + r[7] * t[2]),
      -(r[2] * t[0] + r[5] * t[1] + r[8] * t[2]),
      1,
    ],
  };
}

/** Length of each column of the linear part: mm between voxel centres along i, j, k. */
export function spacingOf(a: Affine<Space, 'ijk'>): Vector3 {
  const m = a.m as readonly number[];
  const length = (c: number) => Math.hypot(m[4 * c] as number, m[4 * c + 1] as number, m[4 * c + 2] as number);
  return [length(0), length(1), length(2)];
}

/** Nearest axis letters of i, j, k, each naming the side that the index grows towards: 'RAS', 'LPI', … */
export function axisLetters(a: Affine<'ras', 'ijk'>): string {
  const letters = [
    ['R', 'L'],
    ['A', 'P'],
    ['S', 'I'],
  ] as const;
  const spacing = spacingOf(a);
  const left = new Set([0, 1, 2]);
  const result = ['', '', ''];
  // The most certain axis first, so that no two take one letter on an oblique scan.
  const all = [0, 1, 2]
    .flatMap((c) => [0, 1, 2].map((r) => ({ c, r, v: (a.m[4 * c + r] as number) / (spacing[c] as number) })))
    .sort((x, y) => Math.abs(y.v) - Math.abs(x.v));
  for (const { c, r, v } of all) {
    if (result[c] !== '' || !left.has(r)) continue;
    left.delete(r);
    result[c] = (letters[r] as readonly [string, string])[v >= 0 ? 0 : 1];
  }
  return result.join('');
}
