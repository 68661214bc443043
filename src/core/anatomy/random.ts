/** Numbers from a seed, the same on every machine. */
export interface Random {
  /** 0 ≤ v < 1 */
  next(): number;
  /** low ≤ v < high */
  between(low: number, high: number): number;
  /** About `middle`, at most `share` away: 1 ± 5 % is `around(1, 0.05)`. */
  around(middle: number, share: number): number;
  /** A stream of its own, so that a change in one part of a body leaves the others as they were. */
  fork(name: string): Random;
}

/** 32-bit finaliser of MurmurHash3: every input bit reaches every output bit. */
export function mix32(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** splitmix-like counter generator over mix32. */
export function seeded(seed: number): Random {
  const start = mix32(seed >>> 0) ^ mix32(Math.floor(seed / 2 ** 32) + 0x51ed270b);
  let counter = start >>> 0;
  const next = () => {
    counter = (counter + 0x9e3779b9) >>> 0;
    return mix32(counter) / 2 ** 32;
  };
  return {
    next,
    between: (low, high) => low + (high - low) * next(),
    around: (middle, share) => middle * (1 + share * (2 * next() - 1)),
    fork(name) {
      let h = start;
      for (let n = 0; n < name.length; n++) h = mix32(h ^ (name.charCodeAt(n) + 0x9e3779b9 * (n + 1)));
      return seeded(h);
    },
  };
}
