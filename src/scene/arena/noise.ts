// The grain of tissue: a tiling 3D texture made in code. It is drawing, not data.
import {
  Data3DTexture,
  LinearFilter,
  LinearMipmapLinearFilter,
  RepeatWrapping,
  RGBAFormat,
  UnsignedByteType,
} from 'three';

const SIZE = 32;

/** A hash of lattice places to −1…1; whole numbers only, so the same on every machine. */
function lattice(x: number, y: number, z: number, octave: number): number {
  let h =
    Math.imul(x, 0x8da6b343) ^ Math.imul(y, 0xd8163841) ^ Math.imul(z, 0xcb1ab31f) ^ Math.imul(octave + 1, 0x165667b1);
  h = Math.imul(h ^ (h >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return ((h ^ (h >>> 15)) >>> 0) / 0x80000000 - 1;
}

const fade = (t: number): number => t * t * t * (t * (t * 6 - 15) + 10);

/** Value noise that repeats after `period` cells. */
function valueNoise(x: number, y: number, z: number, period: number, octave: number): number {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const k = Math.floor(z);
  const u = fade(x - i);
  const v = fade(y - j);
  const w = fade(z - k);
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    const a = corner & 1;
    const b = (corner >> 1) & 1;
    const c = corner >> 2;
    sum +=
      (a ? u : 1 - u) *
      (b ? v : 1 - v) *
      (c ? w : 1 - w) *
      lattice((i + a) % period, (j + b) % period, (k + c) % period, octave);
  }
  return sum;
}

/** 32³ RGBA8: rgb = gradient of the height, 0.5 is none; a = height. Tiles in all directions. */
export function noiseTexels(): Uint8Array<ArrayBuffer> {
  const height = new Float32Array(SIZE * SIZE * SIZE);
  const octaves = [
    [4, 1],
    [8, 0.55],
    [16, 0.28],
  ] as const;
  let n = 0;
  for (let k = 0; k < SIZE; k++)
    for (let j = 0; j < SIZE; j++)
      for (let i = 0; i < SIZE; i++) {
        let sum = 0;
        octaves.forEach(([period, weight], octave) => {
          const scale = period / SIZE;
          sum += weight * valueNoise(i * scale, j * scale, k * scale, period, octave);
        });
        height[n++] = sum;
      }
  // Grain must not make a tissue lighter or darker on the whole.
  const mean = height.reduce((sum, value) => sum + value, 0) / height.length;
  for (let m = 0; m < height.length; m++) height[m] = (height[m] as number) - mean;
  const at = (i: number, j: number, k: number) =>
    height[(i & (SIZE - 1)) + SIZE * ((j & (SIZE - 1)) + SIZE * (k & (SIZE - 1)))] as number;
  const texels = new Uint8Array(4 * SIZE * SIZE * SIZE);
  const byte = (value: number) => Math.max(0, Math.min(255, Math.round(127.5 + 127.5 * value)));
  n = 0;
  for (let k = 0; k < SIZE; k++)
    for (let j = 0; j < SIZE; j++)
      for (let i = 0; i < SIZE; i++) {
        texels[n++] = byte((at(i + 1, j, k) - at(i - 1, j, k)) * 1.1);
        texels[n++] = byte((at(i, j + 1, k) - at(i, j - 1, k)) * 1.1);
        texels[n++] = byte((at(i, j, k + 1) - at(i, j, k - 1)) * 1.1);
        texels[n++] = byte(at(i, j, k) * 0.75);
      }
  return texels;
}

export function makeNoiseTexture(): Data3DTexture {
  const texture = new Data3DTexture(noiseTexels(), SIZE, SIZE, SIZE);
  texture.format = RGBAFormat;
  texture.type = UnsignedByteType;
  texture.wrapS = texture.wrapT = texture.wrapR = RepeatWrapping;
  texture.magFilter = LinearFilter;
  texture.minFilter = LinearMipmapLinearFilter;
  texture.generateMipmaps = true;
  texture.needsUpdate = true;
  return texture;
}
