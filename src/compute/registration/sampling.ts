/** Trilinear value at index (x, y, z); beyond the outermost centres the border's value. i-fastest. */
export function trilinear(
  values: ArrayLike<number>,
  ni: number,
  nj: number,
  nk: number,
  x: number,
  y: number,
  z: number,
): number {
  const cx = Math.max(0, Math.min(x, ni - 1));
  const cy = Math.max(0, Math.min(y, nj - 1));
  const cz = Math.max(0, Math.min(z, nk - 1));
  const i = Math.floor(cx);
  const j = Math.floor(cy);
  const k = Math.floor(cz);
  const a = cx - i;
  const b = cy - j;
  const c = cz - k;
  const n = i + ni * (j + nj * k);
  const di = i < ni - 1 ? 1 : 0;
  const dj = j < nj - 1 ? ni : 0;
  const dk = k < nk - 1 ? ni * nj : 0;
  const at = (m: number) => values[m] as number;
  const low = (1 - b) * ((1 - a) * at(n) + a * at(n + di)) + b * ((1 - a) * at(n + dj) + a * at(n + dj + di));
  if (dk === 0) return low;
  const m = n + dk;
  const high = (1 - b) * ((1 - a) * at(m) + a * at(m + di)) + b * ((1 - a) * at(m + dj) + a * at(m + dj + di));
  return (1 - c) * low + c * high;
}
