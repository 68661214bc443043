import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { Chunks } from '#io/byteReader.ts';
import { type GzipEnd, type GzipEngine, gunzip, inflateZlib } from '#io/gzip/gunzip.ts';
import { gz, memorySource } from '../memorySource.ts';

const engines: readonly GzipEngine[] = ['node', 'native', 'portable'];
const text = Uint8Array.from({ length: 300_000 }, (_, n) => Math.imul(n + 1, 2654435761) >>> (n % 3 === 0 ? 24 : 28));
const join = (...parts: Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

interface Outcome {
  bytes: Uint8Array;
  end?: GzipEnd;
  error?: { code: string; where: string };
}

async function all(chunks: Chunks<GzipEnd>): Promise<Outcome> {
  const parts: Uint8Array[] = [];
  try {
    for (;;) {
      const next = await chunks.next();
      if (next.done) return { bytes: join(...parts), end: next.value };
      parts.push(next.value);
    }
  } catch (thrown) {
    const { code, where } = thrown as { code: string; where: string };
    return { bytes: join(...parts), error: { code, where } };
  }
}

const sound = gz(text);
const flip = (bytes: Uint8Array, at: number) => bytes.map((byte, n) => (n === bytes.length + at ? byte ^ 1 : byte));
const named = join(
  sound.subarray(0, 3),
  Uint8Array.of(8),
  sound.subarray(4, 10),
  Buffer.from('scan.nii\0'),
  sound.subarray(10),
);

describe.each(engines)('gunzip by %s', (engine) => {
  const cases: readonly (readonly [string, Uint8Array, Outcome])[] = [
    ['a sound file', sound, { bytes: text, end: { trailer: 'ok', after: 0 } }],
    ['a file name in the header', named, { bytes: text, end: { trailer: 'ok', after: 0 } }],
    [
      'two members',
      join(sound, gz(text.subarray(0, 77))),
      { bytes: join(text, text.subarray(0, 77)), end: { trailer: 'ok', after: 0 } },
    ],
    ['zero padding', join(sound, new Uint8Array(512)), { bytes: text, end: { trailer: 'ok', after: 512 } }],
    ['junk behind', join(sound, Buffer.from('junk')), { bytes: text, end: { trailer: 'ok', after: 4 } }],
    ['no trailer', sound.subarray(0, -8), { bytes: text, end: { trailer: 'missing', after: 0 } }],
    ['half a trailer', sound.subarray(0, -3), { bytes: text, end: { trailer: 'missing', after: 0 } }],
    ['a wrong checksum', flip(sound, -6), { bytes: text, error: { code: 'checksum', where: 'gzip CRC-32' } }],
    ['a wrong length', flip(sound, -2), { bytes: text, error: { code: 'checksum', where: 'gzip length' } }],
    ['no gzip', Uint8Array.from([1, 2, 3]), { bytes: new Uint8Array(0), error: { code: 'format', where: 'gzip' } }],
    [
      'another method',
      sound.map((byte, n) => (n === 2 ? 7 : byte)),
      { bytes: new Uint8Array(0), error: { code: 'format', where: 'gzip' } },
    ],
  ];
  it.each(cases)('%s', async (_, bytes, expected) => {
    for (const piece of [bytes.length, 4096, 1021]) {
      const outcome = await all(gunzip(memorySource('a.gz', bytes, piece), engine));
      expect({ ...outcome, bytes: undefined }).toEqual({ ...expected, bytes: undefined });
      expect(Buffer.compare(outcome.bytes, expected.bytes)).toBe(0);
    }
  });

  it('a file that stops early gives what there is', async () => {
    const outcome = await all(gunzip(memorySource('a.gz', sound.subarray(0, sound.length >> 1)), engine));
    expect(outcome.end).toEqual({ trailer: 'missing', after: 0 });
    expect(outcome.bytes.length).toBeGreaterThan(text.length / 4);
    expect(Buffer.compare(outcome.bytes, text.subarray(0, outcome.bytes.length))).toBe(0);
  });

  it('broken deflate data are refused', async () => {
    const broken = sound.map((byte, n) => (n === 10 ? 0xff : byte));
    expect((await all(gunzip(memorySource('a.gz', broken), engine))).error).toEqual({
      code: 'format',
      where: 'gzip data',
    });
  });

  it('inflates no more than is asked for', async () => {
    const bomb = gz(new Uint8Array(200e6));
    const before = process.memoryUsage().rss;
    const chunks = gunzip(memorySource('bomb.gz', bomb), engine);
    await chunks.next();
    await chunks.return({ trailer: 'missing', after: null });
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  it('zlib’s wrapper', async () => {
    const packed = new Uint8Array(deflateSync(text));
    expect(await all(inflateZlib(memorySource('a.z', packed, 999), engine))).toEqual({
      bytes: text,
      end: { trailer: 'ok', after: 0 },
    });
    expect((await all(inflateZlib(memorySource('a.z', flip(packed, -1)), engine))).error).toEqual({
      code: 'checksum',
      where: 'zlib Adler-32',
    });
  });
});
