import type { Grid, Interpolation } from '#compute/jobs/resampleBox.ts';
import { invert, transform, type Vector3 } from '#core/space/affine.ts';
import { movingFromFixed, type SpatialTransform } from '#core/space/registration.ts';

/** What the kernel of src/kernels/resample.ts does, voxel by voxel in float64, from the definition of a transform alone. */
export function resampleTwin(
  values: ArrayLike<number>,
  source: Grid,
  target: Grid,
  registered: SpatialTransform,
  interpolation: Interpolation,
  outside: number,
): Float64Array {
  const map = movingFromFixed(registered);
  const ijk = invert(source.rasFromIjk);
  const [ni, nj, nk] = target.dims;
  const out = new Float64Array(ni * nj * nk);
  let n = 0;
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++)
        out[n++] = valueAt(
          values,
          source.dims,
          transform(ijk, map(transform(target.rasFromIjk, [i, j, k]))),
          interpolation,
          outside,
        );
  return out;
}

function valueAt(
  values: ArrayLike<number>,
  dims: Vector3,
  p: Vector3,
  interpolation: Interpolation,
  outside: number,
): number {
  if (p.some((v, a) => !(v >= -0.5 && v <= (dims[a] as number) - 0.5))) return outside;
  const q = p.map((v, a) => Math.max(0, Math.min((dims[a] as number) - 1, v))) as unknown as Vector3;
  const at = (i: number, j: number, k: number) => values[i + dims[0] * (j + dims[1] * k)] as number;
  if (interpolation === 'nearest') {
    const [i, j, k] = p.map((v, a) =>
      Math.max(0, Math.min((dims[a] as number) - 1, Math.floor(v + 0.5))),
    ) as unknown as Vector3;
    return at(i, j, k);
  }
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    let weight = 1;
    const index = q.map((v, a) => {
      const low = Math.floor(v);
      const up = (corner >> a) & 1;
      weight *= up ? v - low : 1 - (v - low);
      return Math.min((dims[a] as number) - 1, low + up);
    }) as unknown as Vector3;
    if (weight > 0) sum += weight * at(...index);
  }
  return sum;
}
