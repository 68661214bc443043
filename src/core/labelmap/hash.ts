// A content hash of labelmaps: same voxels, same hash, however the bricks are stored. Not cryptographic.
import { finish, type Steps } from '#core/steps.ts';
import { compactBrick } from './fold.ts';
import type { Brick, LabelmapData } from './labelmap.ts';

// A brick's array is never written after it was handed over, so its hash is kept for as long as the array lives.
const known = new WeakMap<Uint16Array<ArrayBufferLike>, readonly [number, number]>();

function hashBrick(brick: Brick): readonly [number, number] {
  if (typeof brick === 'number') return [brick, ~brick];
  const cached = known.get(brick);
  if (cached !== undefined) return cached;
  const compact = compactBrick(brick);
  const hash: readonly [number, number] = typeof compact === 'number' ? [compact, ~compact] : hashWords(compact);
  known.set(brick, hash);
  return hash;
}

// Two 32-bit lanes of multiply and xor over pairs of voxels, each lane with another odd constant (after FNV-1a and murmur3).
function hashWords(voxels: Uint16Array<ArrayBufferLike>): readonly [number, number] {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let n = 0; n < voxels.length; n += 2) {
    const word = (voxels[n] as number) | ((voxels[n + 1] as number) << 16);
    a = Math.imul(a ^ word, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b ^ word, 0xcc9e2d51);
    b ^= b >>> 13;
  }
  return [a, b];
}

/** Hashes a layer; yields often enough for a frame in between. 16 hex digits. */
export function* hashLabelmap({ dims, bricks }: LabelmapData): Steps<string> {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  const add = (x: number, y: number) => {
    a = Math.imul(a ^ x, 0x01000193);
    a ^= a >>> 15;
    b = Math.imul(b ^ y, 0xcc9e2d51);
    b ^= b >>> 13;
  };
  for (const size of dims) add(size, ~size);
  for (let n = 0; n < bricks.length; n++) {
    const [x, y] = hashBrick(bricks[n] as Brick);
    add(x, y);
    // 32 bricks that nobody has hashed yet take 2 to 5 ms.
    if (n % 32 === 31) yield { stage: 'hash', done: n + 1, of: bricks.length };
  }
  return [a, b].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('');
}

/** The same at once: for tests and small layers. */
export function labelmapHash(labels: LabelmapData): string {
  return finish(hashLabelmap(labels));
}
