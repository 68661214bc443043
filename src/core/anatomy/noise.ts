import type { Dims } from '#core/volume/volume.ts';
import { mix32 } from './random.ts';

/** Standard deviation of the sum of a word's four bytes. */
const BYTES_SIGMA = Math.sqrt((4 * (256 * 256 - 1)) / 12);
/** Band limit of the reconstruction: a blur of [1 2 1] in the slice and [1 3 1] across slices. */
const ACROSS = [0.2, 0.6, 0.2] as const;
const GAIN = ((1 + 4 + 1) / 16) * Math.sqrt(ACROSS[0] ** 2 + ACROSS[1] ** 2 + ACROSS[2] ** 2);

/**
 * Adds noise of standard deviation `sigmaHu` to layers k0 ≤ k < k1 (`hu` holds just those). Each voxel's raw value depends on the seed
 * and its index alone, so slabs agree; it is near-Gaussian (four bytes summed, then 27 neighbours blurred).
 * Yields after each layer.
 */
export function* addNoise(
  hu: Float32Array,
  [ni, nj]: Dims,
  k0: number,
  k1: number,
  sigmaHu: number,
  seed: number,
): Generator<void, void, void> {
  if (sigmaHu === 0) return;
  const row = ni + 2;
  const size = row * (nj + 2);
  const key = mix32((seed >>> 0) ^ 0x6e6f6973) ^ mix32(Math.floor(seed / 2 ** 32));
  const raw = new Float32Array(size);
  const scale = sigmaHu / (BYTES_SIGMA * GAIN);
  const layer = (k: number, target: Float32Array<ArrayBuffer>) => {
    const base = mix32(key ^ Math.imul(k + 1, 0x9e3779b1));
    for (let n = 0; n < size; n++) {
      let h = base + Math.imul(n, 0x85ebca77);
      h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
      h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
      h ^= h >>> 15;
      raw[n] = (h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24) - 510;
    }
    for (let j = 0; j < nj; j++) {
      let n = j * row;
      for (let i = 0, to = j * ni; i < ni; i++, n++, to++) {
        const a = raw as Float32Array;
        const top = (a[n] as number) + 2 * (a[n + 1] as number) + (a[n + 2] as number);
        const mid = (a[n + row] as number) + 2 * (a[n + row + 1] as number) + (a[n + row + 2] as number);
        const low = (a[n + 2 * row] as number) + 2 * (a[n + 2 * row + 1] as number) + (a[n + 2 * row + 2] as number);
        target[to] = ((top + 2 * mid + low) / 16) * scale;
      }
    }
    return target;
  };
  const plane = ni * nj;
  let before = layer(k0 - 1, new Float32Array(plane));
  let here = layer(k0, new Float32Array(plane));
  let after = new Float32Array(plane);
  for (let k = k0; k < k1; k++) {
    layer(k + 1, after);
    const o = (k - k0) * plane;
    for (let n = 0; n < plane; n++)
      hu[o + n] =
        (hu[o + n] as number) +
        ACROSS[0] * (before[n] as number) +
        ACROSS[1] * (here[n] as number) +
        ACROSS[2] * (after[n] as number);
    [before, here, after] = [here, after, before];
    yield;
  }
}
