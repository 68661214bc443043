import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { finishAsync } from '#core/steps.ts';
import { listSeries } from '#io/readVolume.ts';
import { type ByteSource, openSource } from '#io/source.ts';
import { LIMITS, type ListedFile, readDirectory } from '#io/zip/directory.ts';
import type { ZipEntry } from '#io/zip/entry.ts';
import { expandZip } from '#io/zip/expand.ts';
import { openMember } from '#io/zip/member.ts';
import { dataFile } from '../../data.ts';
import { ctSlice, dicomFile } from '../dicom/dicomFile.ts';
import { diskSource, gz, memorySource, read } from '../memorySource.ts';
import { niftiFile } from '../nifti/niftiFile.ts';

const slice = (z: number, instance: number) => dicomFile(ctSlice({ position: [-10, -20, z], instance }));
const note = new TextEncoder().encode('Scanned on a Tuesday.\n');
const list = (sources: readonly ByteSource[]) => finishAsync(listSeries(sources));
const zip = (files: Parameters<typeof zipSync>[0], level: 0 | 6 = 6) => new Uint8Array(zipSync(files, { level }));

/** Where the central directory's entry for the n-th file begins. */
function directoryEntry(bytes: Uint8Array, n = 0): DataView {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = -1;
  for (let seen = -1; seen < n; ) if (view.getUint32(++at, true) === 0x02014b50) seen++;
  return new DataView(bytes.buffer, bytes.byteOffset + at);
}

async function everything(source: Pick<ByteSource, 'stream'>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const reader = (await source.stream()).getReader();
  for (let next = await reader.read(); !next.done; next = await reader.read()) parts.push(next.value);
  return new Uint8Array(Buffer.concat(parts));
}

describe('a zipped study', () => {
  const study = {
    'IM/0001': slice(0, 1),
    'IM/deep/er/0002': slice(3, 2),
    'readme.txt': note,
    'report.pdf': new TextEncoder().encode('%PDF-1.4 nothing'),
    '__MACOSX/IM/._0001.dcm': new Uint8Array([0, 5, 0x16, 7, 0]),
    'scan/._a.nii': new Uint8Array([0, 5, 0x16, 7, 0]),
  };

  for (const level of [0, 6] as const)
    it(`opens by its bytes, whatever its name: ${level === 0 ? 'stored' : 'deflated'}`, async () => {
      const { volume, series, skipped } = await read([memorySource('study.dat', zip(study, level))]);
      expect(volume.header).toMatchObject({ dims: [4, 3, 2], format: 'dicom', warnings: [] });
      expect(Array.from(volume.scalars.slice(0, 2))).toEqual([100, 101]);
      expect(volume.scalars[12]).toBe(200);
      expect(series[0]?.sources.map(({ path }) => path)).toEqual(['study.dat/IM/0001', 'study.dat/IM/deep/er/0002']);
      expect(skipped).toEqual(['study.dat/readme.txt', 'study.dat/report.pdf', 'study.dat/scan/._a.nii']);
      // Its sources are plain data: they open again, as a worker or `info` does.
      const again = structuredClone(series[0]?.sources ?? []);
      expect((await read(again.map(openSource))).volume.header.dims).toEqual([4, 3, 2]);
    });

  it('beside other files of a folder; a pair and a gzip file inside', async () => {
    const whole = niftiFile({ magic: 'ni1\0', voxOffset: 352 });
    const inside = zip({
      'a.hdr': niftiFile({ magic: 'ni1\0', voxOffset: 0 }).slice(0, 348),
      'a.img': whole.slice(352),
      'b.nii.gz': gz(niftiFile()),
    });
    const found = await list([memorySource('in/c.nii', niftiFile()), memorySource('in/pair.zip', inside)]);
    expect(found.map(({ uid, error }) => [uid, error])).toEqual([
      ['in/c.nii', undefined],
      ['in/pair.zip/a.hdr', undefined],
      ['in/pair.zip/b.nii.gz', undefined],
    ]);
    const { volume } = await read([memorySource('pair.zip', inside)], { series: 'pair.zip/a.hdr' });
    expect(volume.scalars).toEqual((await read([memorySource('c.nii', niftiFile())])).volume.scalars);
  });

  it('an archive inside an archive is not unpacked, and that is said', async () => {
    const inner = zip({ 'a.nii': niftiFile() });
    const found = await list([memorySource('s.zip', zip({ 'inner.zip': inner, 'a.nii': niftiFile() }))]);
    expect(found.map(({ uid, error }) => [uid, error?.got])).toEqual([
      ['s.zip/a.nii', undefined],
      ['s.zip/inner.zip', 'a ZIP archive'],
    ]);
    expect(found[1]?.error).toMatchObject({ code: 'format', file: 'inner.zip' });
  });

  it('an archive without a scan says so', async () => {
    await expect(read([memorySource('s.zip', zip({ 'a.txt': note, 'b.txt': note }))])).rejects.toThrow(
      /^s\.zip: files: expected at least one scan, got none among 2 files$/,
    );
    await expect(read([memorySource('empty.zip', zip({}))])).rejects.toMatchObject({ code: 'missing' });
  });

  it('names that lead elsewhere, and names twice, are harmless', async () => {
    const bytes = zip({ 'AA/../../etc/passwd': note, '/root/x': note, 'C:\\y\\z': note, 'a/1': note, 'a/2': note });
    // The second of two becomes the first's twin by name.
    const at = directoryEntry(bytes, 4);
    at.setUint8(46 + 2, '1'.charCodeAt(0));
    const { sources } = await expandZip(memorySource('d/s.zip', bytes));
    expect(sources.map(({ ref }) => ref.path)).toEqual([
      'd/s.zip#2/a/1',
      'd/s.zip/AA/etc/passwd',
      'd/s.zip/a/1',
      'd/s.zip/root/x',
      'd/s.zip/y/z',
    ]);
  });

  it('an entry with a password is refused by name, the others open', async () => {
    const bytes = zip({ 'secret/0001': slice(0, 1), 'a.nii': niftiFile() });
    directoryEntry(bytes).setUint16(8, 1, true);
    const found = await list([memorySource('s.zip', bytes)]);
    expect(found.map(({ uid }) => uid)).toEqual(['s.zip/a.nii', 's.zip']);
    expect(found[1]?.error).toMatchObject({
      code: 'unsupported',
      where: 'general purpose bit flag',
      got: 'a password (secret/0001)',
      file: 's.zip',
    });
  });

  it('a document that is an archive, sound or not, is passed over beside a scan', async () => {
    const scan = memorySource('in/a.nii', niftiFile());
    const document = zip({ 'word/document.xml': note });
    const locked = zip({ secret: note });
    directoryEntry(locked).setUint16(8, 1, true);
    const others = [document, document.slice(0, -30), locked].map((bytes, n) => memorySource(`in/${n}.docx`, bytes));
    const { series, skipped } = await read([scan, ...others]);
    expect(series.map(({ uid }) => uid)).toEqual(['in/a.nii']);
    expect(skipped).toEqual(['in/1.docx', 'in/2.docx', 'in/0.docx/word/document.xml']);
  });

  it('a compression that is not read is refused by name', async () => {
    const bytes = zip({ 'a/0001': note, 'a/0002': note });
    for (const n of [0, 1]) directoryEntry(bytes, n).setUint16(10, 14, true);
    const [found] = await list([memorySource('s.zip', bytes)]);
    expect(found?.error).toMatchObject({
      where: 'compression method',
      got: 'compression method 14 (a/0001 and 1 more)',
    });
  });

  it('any split of reads gives the same bytes, in order or not', async () => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, n) => (n * n) >> 5);
    for (const [level, engine] of [
      [0, 'node'],
      [6, 'node'],
      [6, 'portable'],
    ] as const) {
      const archive = memorySource('s.zip', zip({ a: bytes }, level));
      const { entry } = (await readDirectory(archive, archive.size as number))[0] as ListedFile;
      const source = openMember(archive, entry as ZipEntry, 'a', engine);
      expect(await everything(source)).toEqual(bytes);
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.nat(310_000), fc.nat(90_000)), { minLength: 1, maxLength: 6 }),
          async (r) => {
            const all = await Promise.all(r.map(([from, length]) => source.bytes(from, from + length)));
            for (const [n, [from, length]] of r.entries())
              expect(Buffer.from(all[n] as Uint8Array).equals(bytes.subarray(from, from + length))).toBe(true);
          },
        ),
        { numRuns: 15 },
      );
    }
  });
});

describe('a damaged archive', () => {
  const good = zip({ 'a.nii': niftiFile() });
  const error = async (bytes: Uint8Array) =>
    (await read([memorySource('s.zip', bytes)]).then(
      () => null,
      (thrown) => thrown,
    )) as unknown;

  it('cut, it has no directory', async () => {
    expect(await error(good.slice(0, -30))).toMatchObject({ code: 'truncated', file: 's.zip' });
  });

  it('a wrong checksum and a wrong size are found by reading', async () => {
    const crc = good.slice();
    directoryEntry(crc).setUint32(16, 1, true);
    expect(await error(crc)).toMatchObject({ code: 'checksum', where: 'CRC-32', expected: '00000001', file: 'a.nii' });
    const less = good.slice();
    directoryEntry(less).setUint32(24, 100, true);
    expect(await error(less)).toMatchObject({ where: 'uncompressed size', got: 'more', file: 'a.nii' });
    const more = good.slice();
    directoryEntry(more).setUint32(24, 10_000, true);
    expect(await error(more)).toMatchObject({ file: 'a.nii' });
  });

  it('a bomb is stopped by what it declares', async () => {
    const ratio = good.slice();
    directoryEntry(ratio).setUint32(24, 0x7fffffff, true);
    expect(await error(ratio)).toMatchObject({ code: 'too-large', where: 'a.nii: uncompressed size' });
    const many = good.slice();
    new DataView(many.buffer).setUint16(many.length - 12, 60_000, true);
    expect(await error(many)).toMatchObject({ where: 'central directory', got: 1 });
    expect(LIMITS).toMatchObject({ files: 100_000, totalBytes: 2 ** 36, ratio: 1032 });
  });

  it('files that lie over each other are refused', async () => {
    const bytes = zip(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}`.padStart(2, '0'), note])));
    const first = zip({ '00': new Uint8Array(2 ** 22) });
    // All forty entries point to the first file, whose data are the whole archive.
    const all = new Uint8Array(bytes.length + first.length);
    all.set(first);
    all.set(bytes, first.length);
    for (let n = 1; n < 41; n++) {
      const at = directoryEntry(all, n);
      at.setUint32(20, first.length - 200, true);
      at.setUint32(24, 2 ** 22, true);
      at.setUint32(42, 0, true);
    }
    expect(await error(all)).toMatchObject({ where: 'compressed sizes' });
  });

  it('a bomb is stopped by its true size, and little of it is ever inflated', async () => {
    const header = niftiFile();
    const bomb = new Uint8Array(64_000_000);
    bomb.set(header);
    const bytes = zip({ 'a.nii': bomb });
    directoryEntry(bytes).setUint32(24, header.length, true);
    const before = process.memoryUsage().rss;
    expect(await error(bytes)).toMatchObject({ where: 'uncompressed size', got: 'more' });
    const archive = memorySource('s.zip', bytes);
    const { entry } = (await readDirectory(archive, bytes.length))[0] as ListedFile;
    for (const engine of ['node', 'portable'] as const)
      await expect(openMember(archive, entry as ZipEntry, 'a', engine).bytes(0, 100)).rejects.toMatchObject({
        where: 'uncompressed size',
      });
    expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
  });

  it('any flipped or missing bytes: an error or a value, never a hang', async () => {
    const seeds = zip({ 'a/0001': slice(0, 1), 'a/0002': slice(3, 2), 'n.nii': niftiFile() });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat(seeds.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.integer({ min: 0, max: seeds.length }),
        async (flips, cut) => {
          const bytes = seeds.slice(0, flips.length % 2 === 0 ? seeds.length : cut);
          for (const [at, value] of flips) if (at < bytes.length) bytes[at] = value;
          const found = await list([memorySource('s.zip', bytes)]).catch((thrown) => thrown);
          if (Array.isArray(found)) for (const { error } of found) expect(error?.code).not.toBe('internal');
          else expect(found.code).not.toBe('internal');
        },
      ),
      { numRuns: 150 },
    );
  });
});

// By Python's zipfile, see archives.py: written to a pipe (data descriptors, zip64 fields), with a comment that looks like an end
// record; the same behind a program; and with every size and offset in zip64 fields. Each holds a.nii, 'scan' 40 times.
const archives: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'archives.json'), 'utf8'),
);

describe('archives of others', () => {
  it.each(Object.keys(archives))('%s', async (name) => {
    const bytes = new Uint8Array(Buffer.from(archives[name] as string, 'base64'));
    const { sources } = await expandZip(memorySource('s.zip', bytes));
    expect(sources.map(({ ref, size }) => [ref.path, size])).toEqual([['s.zip/a.nii', 160]]);
    expect(new TextDecoder().decode(await everything(sources[0] as ByteSource))).toBe('scan'.repeat(40));
  });

  it.skipIf(dataFile('damaged/zip_named.nii.gz') === null)('damaged/zip_named.nii.gz opens', async () => {
    const { volume } = await read([diskSource(dataFile('damaged/zip_named.nii.gz') as string)]);
    const control = await read([diskSource(dataFile('damaged/ok.nii') as string)]);
    expect(volume.scalars).toEqual(control.volume.scalars);
  });

  it('from a server that knows no ranges: fetched once more than its beginning', async () => {
    const bytes = zip({ 'IM/1': slice(0, 1), 'IM/2': slice(3, 2) });
    let asked = 0;
    const server = createServer((_, answer) => {
      asked++;
      answer.end(bytes);
    });
    await new Promise<void>((done) => server.listen(0, done));
    try {
      const url = `http://localhost:${(server.address() as AddressInfo).port}/study`;
      const { volume } = await read([openSource({ kind: 'url', url, path: 'study' })]);
      expect(volume.header.dims).toEqual([4, 3, 2]);
      expect(asked).toBe(2);
    } finally {
      server.close();
    }
  });
});
