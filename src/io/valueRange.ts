import type { ScalarArray } from '#core/volume/volume.ts';

/** Smallest and largest finite value of what has been looked at; [∞, −∞] where there is none. */
export interface ValueRange {
  /** Looks at values [from, to). */
  add(from: number, to: number): void;
  now(): readonly [number, number];
}

/** Every 16-bit word that occurs is marked; comparing each value with two bounds takes three to five times as long. */
export const WORDS = 65536;

/** Of values that stay where they are. Twin of `extend`. */
export function valueRange(values: ScalarArray): ValueRange {
  if (values instanceof Float32Array) {
    const range: [number, number] = [Infinity, -Infinity];
    return { add: (from, to) => extend(range, values, from, to), now: () => [range[0], range[1]] };
  }
  const seen = new Uint8Array(WORDS);
  if (values instanceof Uint8Array) {
    // Two at a time as one word; a single one at either end counts as a pair with itself.
    const pairs = new Uint16Array(values.buffer, values.byteOffset, values.length >> 1);
    const single = (n: number) => {
      seen[(values[n] as number) * 257] = 1;
    };
    return {
      add(from, to) {
        if (from >= to) return;
        if (from & 1) single(from);
        if (to & 1) single(to - 1);
        mark(seen, pairs, (from + 1) >> 1, to >> 1);
      },
      now: () => rangeOfPairs(seen),
    };
  }
  const words = new Uint16Array(values.buffer, values.byteOffset, values.length);
  const signed = values instanceof Int16Array;
  return { add: (from, to) => mark(seen, words, from, to), now: () => rangeOfWords(seen, signed) };
}

/** @param seen one byte for each of `WORDS` words: 1 from here on where the word occurs in [from, to) */
export function mark(seen: Uint8Array, words: Uint16Array, from: number, to: number): void {
  let n = from;
  for (; n + 3 < to; n += 4) {
    seen[words[n] as number] = 1;
    seen[words[n + 1] as number] = 1;
    seen[words[n + 2] as number] = 1;
    seen[words[n + 3] as number] = 1;
  }
  for (; n < to; n++) seen[words[n] as number] = 1;
}

function rangeOfPairs(seen: Uint8Array): readonly [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (let word = 0; word < WORDS; word++) {
    if (seen[word] === 0) continue;
    const [a, b] = [word & 255, word >> 8];
    min = Math.min(min, a, b);
    max = Math.max(max, a, b);
  }
  return [min, max];
}

/** Smallest and largest word that is marked, [∞, −∞] where none is. */
export function rangeOfWords(seen: Uint8Array, signed: boolean): readonly [number, number] {
  const half = WORDS / 2;
  const parts = [seen.subarray(0, half), seen.subarray(half)] as const;
  const [lower, upper] = signed ? [parts[1], parts[0]] : parts;
  const least = signed ? -half : 0;
  let min = firstMarked(lower);
  if (min === half) min += firstMarked(upper);
  if (min === WORDS) return [Infinity, -Infinity];
  let max = half + lastMarked(upper);
  if (max < half) max = lastMarked(lower);
  return [least + min, least + max];
}

/** Its length where none is. */
function firstMarked(seen: Uint8Array): number {
  // Four at a time over what is empty, as most is.
  const fours = new Uint32Array(seen.buffer, seen.byteOffset, seen.length >> 2);
  let four = 0;
  while (four < fours.length && fours[four] === 0) four++;
  let n = 4 * four;
  while (n < seen.length && seen[n] === 0) n++;
  return n;
}

/** −1 where none is. */
function lastMarked(seen: Uint8Array): number {
  const fours = new Uint32Array(seen.buffer, seen.byteOffset, seen.length >> 2);
  let four = fours.length - 1;
  while (four >= 0 && fours[four] === 0) four--;
  let n = 4 * four + 3;
  while (n >= 0 && seen[n] === 0) n--;
  return n;
}

/** Widens `range` by the finite values of [from, to). */
export function extend(range: [number, number], values: ArrayLike<number>, from: number, to: number): void {
  let [min, max] = range;
  for (let n = from; n < to; n++) {
    const value = values[n] as number;
    if (value < min) {
      if (value !== -Infinity) min = value;
    }
    if (value > max) {
      if (value !== Infinity) max = value;
    }
  }
  range[0] = min;
  range[1] = max;
}
