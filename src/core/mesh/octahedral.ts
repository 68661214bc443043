// Unit vectors in two bytes. Source: Cigolle et al., A Survey of Efficient Representations for Independent Unit Vectors,
// JCGT 3(2), 2014, with the "precise" choice among the four roundings.

const signNotZero = (value: number): number => (value < 0 ? -1 : 1);

/** Writes the direction as two bytes at `target[at]`, `target[at + 1]`. A zero vector is written as +z. */
export function writeOctahedral(
  target: Uint8Array<ArrayBufferLike>,
  at: number,
  x: number,
  y: number,
  z: number,
): void {
  const sum = Math.abs(x) + Math.abs(y) + Math.abs(z);
  if (!(sum > 0)) {
    target[at] = 128;
    target[at + 1] = 128;
    return;
  }
  let u = x / sum;
  let v = y / sum;
  if (z < 0) {
    const folded = (1 - Math.abs(v)) * signNotZero(u);
    v = (1 - Math.abs(u)) * signNotZero(v);
    u = folded;
  }
  const u0 = Math.min(254, Math.floor((u * 0.5 + 0.5) * 255));
  const v0 = Math.min(254, Math.floor((v * 0.5 + 0.5) * 255));
  let best = -Infinity;
  for (let corner = 0; corner < 4; corner++) {
    const a = u0 + (corner & 1);
    const b = v0 + (corner >> 1);
    let p = (a / 255) * 2 - 1;
    let q = (b / 255) * 2 - 1;
    const r = 1 - Math.abs(p) - Math.abs(q);
    const fold = Math.max(-r, 0);
    p -= fold * signNotZero(p);
    q -= fold * signNotZero(q);
    const cosine = (p * x + q * y + r * z) / Math.sqrt(p * p + q * q + r * r);
    if (cosine > best) {
      best = cosine;
      target[at] = a;
      target[at + 1] = b;
    }
  }
}

/** Reads a unit vector written by `writeOctahedral` into `into[into0 …]`. */
export function readOctahedral(
  source: Uint8Array<ArrayBufferLike>,
  at: number,
  into: Float32Array<ArrayBufferLike> | number[],
  into0 = 0,
): void {
  let u = ((source[at] as number) / 255) * 2 - 1;
  let v = ((source[at + 1] as number) / 255) * 2 - 1;
  const z = 1 - Math.abs(u) - Math.abs(v);
  const fold = Math.max(-z, 0);
  u -= fold * signNotZero(u);
  v -= fold * signNotZero(v);
  const length = Math.sqrt(u * u + v * v + z * z);
  into[into0] = u / length;
  into[into0 + 1] = v / length;
  into[into0 + 2] = z / length;
}
