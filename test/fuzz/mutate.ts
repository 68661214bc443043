// Structure-aware damage to files: what writers, networks and disks do to them, drawn from one seed.
import type { Random } from '../state/caseFixtures.ts';

type Damage = (bytes: Uint8Array, random: Random) => Uint8Array;

const below = (random: Random, end: number): number => Math.floor(random() * end);

/** Numbers that sizes, counts and offsets are compared with. */
const EDGES = [0, 1, 2, 255, 256, 32767, 32768, 65535, 65536, 0x7fffffff, 0x80000000, 0xffffffff];
const WORDS = [
  '0',
  '-1',
  '1e999',
  'NaN',
  '4294967296',
  '99999999999999999999',
  '',
  ' ',
  '0x10',
  '1\\2\\3',
  '\u0000',
  '(',
  'inf',
];

const flipBit: Damage = (bytes, random) => {
  const out = bytes.slice();
  const at = below(random, out.length);
  if (out.length > 0) out[at] = (out[at] as number) ^ (1 << below(random, 8));
  return out;
};
const setByte: Damage = (bytes, random) => {
  const out = bytes.slice();
  if (out.length > 0) out[below(random, out.length)] = below(random, 256);
  return out;
};
/** A number at an edge, of 2, 4 or 8 bytes, either byte order, aligned as headers are. */
const setNumber: Damage = (bytes, random) => {
  const out = bytes.slice();
  const size = [2, 4, 4, 8][below(random, 4)] as number;
  if (out.length < size) return out;
  const at = 2 * below(random, Math.floor((out.length - size) / 2) + 1);
  const view = new DataView(out.buffer);
  const little = random() < 0.5;
  const edge = EDGES[below(random, EDGES.length)] as number;
  if (size === 2) view.setUint16(at, edge, little);
  else if (size === 4) {
    if (random() < 0.3)
      view.setFloat32(at, [Number.NaN, Number.POSITIVE_INFINITY, -1, 0, 1e30][below(random, 5)] as number, little);
    else view.setUint32(at, edge, little);
  } else view.setBigUint64(at, random() < 0.5 ? BigInt(edge) : 0xffffffffffffffffn - BigInt(below(random, 3)), little);
  return out;
};
const cut: Damage = (bytes, random) => bytes.slice(0, below(random, bytes.length + 1));
const cutOut: Damage = (bytes, random) => {
  const from = below(random, bytes.length + 1);
  const count = below(random, Math.min(64, bytes.length - from + 1));
  return joined([bytes.subarray(0, from), bytes.subarray(from + count)]);
};
const repeat: Damage = (bytes, random) => {
  const from = below(random, bytes.length + 1);
  const piece = bytes.subarray(from, from + 1 + below(random, 256));
  const at = below(random, bytes.length + 1);
  return joined([
    bytes.subarray(0, at),
    ...Array.from({ length: 1 + below(random, 4) }, () => piece),
    bytes.subarray(at),
  ]);
};
const insert: Damage = (bytes, random) => {
  const at = below(random, bytes.length + 1);
  const noise = Uint8Array.from({ length: 1 + below(random, 40) }, () => below(random, 256));
  return joined([bytes.subarray(0, at), noise, bytes.subarray(at)]);
};
const exchange: Damage = (bytes, random) => {
  const out = bytes.slice();
  const size = 1 + below(random, Math.max(1, Math.min(32, out.length >> 1)));
  if (out.length < 2 * size) return out;
  const [a, b] = [below(random, out.length - size), below(random, out.length - size)];
  const piece = out.slice(a, a + size);
  out.copyWithin(a, b, b + size);
  out.set(piece, b);
  return out;
};
/** A number that stands as text, in the first 4 KB, gives way to one that nobody expects. */
const setWord: Damage = (bytes, random) => {
  const head = [...bytes.subarray(0, 4096)].map((byte) => String.fromCharCode(byte)).join('');
  const numbers = [...head.matchAll(/-?\d+(?:\.\d+)?/g)];
  const found = numbers[below(random, numbers.length)];
  if (!found) return setByte(bytes, random);
  const word = random() < 0.3 ? String(below(random, 2 ** 31)) : (WORDS[below(random, WORDS.length)] as string);
  return joined([
    bytes.subarray(0, found.index),
    new TextEncoder().encode(word),
    bytes.subarray(found.index + found[0].length),
  ]);
};

const headers =
  (damage: Damage): Damage =>
  (bytes, random) => {
    const end = Math.min(bytes.length, 512);
    return joined([damage(bytes.slice(0, end), random), bytes.subarray(end)]);
  };

/** What hits headers comes often: there the structure is. */
const damages: readonly Damage[] = [
  ...[flipBit, setByte, setNumber, cut, cutOut, repeat, insert, exchange, setWord],
  ...[setNumber, setNumber, setWord, setWord, setByte, flipBit].map(headers),
];

/** One to four damages, one after the other. */
export function mutate(bytes: Uint8Array, random: Random): Uint8Array {
  let out = bytes;
  const count = 1 + below(random, 4);
  for (let n = 0; n < count; n++) out = (damages[below(random, damages.length)] as Damage)(out, random);
  return out;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
