// Grids that hold the same things in the patient, in every order and direction of axes, and leaning ones.
import { type Affine, affine, transform, type Vector3 } from '#core/space/affine.ts';
import { allocateScalars, type ScalarType, type Volume } from '#core/volume/volume.ts';

export interface Grid {
  readonly name: string;
  readonly dims: readonly [number, number, number];
  readonly rasFromIjk: Affine<'ras', 'ijk'>;
}

const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** All 48 ways to lay a box of `size` mm about `centre` on the patient's axes; spacing by patient axis. */
export function straightGrids(
  size: readonly [number, number, number],
  spacing: readonly [number, number, number],
  centre: Vector3,
): Grid[] {
  return orders.flatMap((order) =>
    Array.from({ length: 8 }, (_, signs): Grid => {
      const m = new Array<number>(16).fill(0);
      m[15] = 1;
      for (const axis of [0, 1, 2]) m[12 + axis] = centre[axis as 0 | 1 | 2];
      const dims = order.map((axis, column) => {
        const sign = signs & (1 << column) ? -1 : 1;
        const count = Math.round(size[axis] / spacing[axis]);
        m[4 * column + axis] = sign * spacing[axis];
        m[12 + axis] = (m[12 + axis] as number) - (sign * spacing[axis] * (count - 1)) / 2;
        return count;
      }) as [number, number, number];
      const name = order.map((axis, column) => `${signs & (1 << column) ? '-' : '+'}${'RAS'[axis]}`).join('');
      return { name, dims, rasFromIjk: affine('ras', 'ijk', m) };
    }),
  );
}

/** Turned about two axes by about 20° and 12°, with three different spacings. */
export function leaningGrid(dims: readonly [number, number, number], centre: Vector3): Grid {
  const [a, b] = [0.35, -0.21];
  const [ca, sa, cb, sb] = [Math.cos(a), Math.sin(a), Math.cos(b), Math.sin(b)];
  const columns: readonly Vector3[] = [
    [1.1 * ca, 1.1 * sa, 0],
    [-0.9 * sa * cb, 0.9 * ca * cb, 0.9 * sb],
    [1.7 * sa * sb, -1.7 * ca * sb, 1.7 * cb],
  ];
  const origin = centre.map(
    (value, axis) =>
      value - columns.reduce((sum, column, n) => sum + ((column[axis] as number) * ((dims[n] as number) - 1)) / 2, 0),
  );
  return {
    name: 'leaning',
    dims,
    rasFromIjk: affine('ras', 'ijk', [...columns.flatMap((column) => [...column, 0]), ...origin, 1]),
  };
}

/** A volume whose voxels are a function of their centre, RAS mm. */
export function volumeOf(
  { dims, rasFromIjk }: Pick<Grid, 'dims' | 'rasFromIjk'>,
  value: (ras: Vector3) => number,
  type: ScalarType = 'f32',
  slope = 1,
  intercept = 0,
): Volume {
  const scalars = allocateScalars(type, dims[0] * dims[1] * dims[2], false);
  for (let k = 0, n = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++)
      for (let i = 0; i < dims[0]; i++, n++) scalars[n] = (value(transform(rasFromIjk, [i, j, k])) - intercept) / slope;
  return {
    scalars,
    header: {
      name: 'made',
      dims,
      timepoints: 1,
      scalarType: type,
      slope,
      intercept,
      rasFromIjk,
      spacing: [1, 1, 1],
      modality: 'CT',
      modalityGuessed: false,
      unit: 'HU',
      format: 'phantom',
      synthetic: true,
      warnings: [],
      storedRange: [0, 1],
    },
  };
}
