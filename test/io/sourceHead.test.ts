import { describe, expect, it } from 'vitest';
import type { ByteSource } from '#io/source.ts';
import { headReader } from '#io/sourceHead.ts';
import { ctSlice, dicomFile } from './dicom/dicomFile.ts';
import { memorySource, read } from './memorySource.ts';

/** A source that counts its readings, all of them and those under way. */
function counted(source: ByteSource, count: { now: number; most: number; all: number }): ByteSource {
  return {
    ...source,
    async bytes(from, to) {
      count.all++;
      count.most = Math.max(count.most, ++count.now);
      await new Promise((resolve) => setTimeout(resolve, 1));
      count.now--;
      return source.bytes(from, to);
    },
  };
}
const zero = () => ({ now: 0, most: 0, all: 0 });

describe('beginnings of files', () => {
  it('come in their order, each asked for once, eight of them at a time', async () => {
    const count = zero();
    const sources = Array.from({ length: 30 }, (_, n) => counted(memorySource(`${n}`, Uint8Array.of(n, n, n)), count));
    const headOf = headReader();
    for (const [n, source] of sources.entries()) {
      const head = await headOf(sources, n);
      expect(head.source).toBe(source);
      expect(Array.from(head.bytes)).toEqual([n, n, n]);
    }
    expect(count).toEqual({ now: 0, most: 8, all: 30 });
  });

  it('what cannot be read fails in its own turn, and no other', async () => {
    const sources = Array.from({ length: 12 }, (_, n) => memorySource(`${n}`, Uint8Array.of(n)));
    sources[5] = { ...(sources[5] as ByteSource), bytes: () => Promise.reject(new Error('gone')) };
    const headOf = headReader();
    for (let n = 0; n < sources.length; n++) {
      if (n === 5) await expect(headOf(sources, n)).rejects.toThrow('gone');
      else expect((await headOf(sources, n)).bytes[0]).toBe(n);
    }
  });

  it('sources come and go behind the one that is asked for, as where an archive is opened', async () => {
    const at = (n: number) => memorySource(`${n}`, Uint8Array.of(n));
    const sources = Array.from({ length: 10 }, (_, n) => at(n));
    const headOf = headReader();
    const seen: number[] = [];
    for (let n = 0; n < sources.length; n++) {
      const { bytes } = await headOf(sources, n);
      seen.push(bytes[0] as number);
      if (bytes[0] === 3 || bytes[0] === 9) {
        sources.splice(n--, 1);
        sources.push(at(20 + (bytes[0] as number)), at(40));
      }
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 23, 40, 29, 40]);
  });

  it('of a DICOM series each is read once, header and all', async () => {
    const count = zero();
    const files = Array.from({ length: 20 }, (_, k) => {
      const bytes = dicomFile(ctSlice({ position: [0, 0, k], instance: k + 1 }));
      return counted(memorySource(`${k}.dcm`, bytes), count);
    });
    const { volume } = await read(files);
    expect(volume.header.dims[2]).toBe(20);
    expect(count.all).toBe(20);
  });
});
