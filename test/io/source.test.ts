import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chunksOf } from '#io/byteReader.ts';
import { type ByteSource, openSource, readingRoom } from '#io/source.ts';
import { gz, read } from './memorySource.ts';
import { niftiFile } from './nifti/niftiFile.ts';

const content = Uint8Array.from({ length: 1_300_000 }, (_, n) => (n * 7) & 255);
const folder = mkdtempSync(join(tmpdir(), 'vesalius-source-'));
let server: Server;
let origin = '';

beforeAll(async () => {
  writeFileSync(join(folder, 'a.bin'), content);
  server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname;
    const body = path.endsWith('a.bin')
      ? path.startsWith('/encoded')
        ? gz(content)
        : content
      : path.endsWith('.nii.gz')
        ? gz(niftiFile())
        : null;
    if (!body) return response.writeHead(404).end('gone');
    if (path.startsWith('/encoded')) response.setHeader('Content-Encoding', 'gzip');
    if (path.startsWith('/cut')) {
      response.writeHead(200, { 'Content-Length': content.length });
      response.write(niftiFile({ dim: [3, 512, 512, 1, 1, 1, 1, 1] }), () => response.destroy());
      return;
    }
    const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
    if (!range || path.startsWith('/plain')) return response.writeHead(200).end(body);
    const [from, to] = [Number(range[1]), Math.min(Number(range[2]) + 1, body.length)];
    if (from >= body.length) return response.writeHead(416).end();
    return response.writeHead(206).end(body.subarray(from, to));
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

const url = (path: string) => openSource({ kind: 'url', url: `${origin}${path}`, path: path.slice(1) });
const sources: [string, () => ByteSource][] = [
  ['a file on disk', () => openSource({ kind: 'disk', disk: join(folder, 'a.bin'), path: 'a.bin' })],
  ['a dropped file', () => openSource({ kind: 'file', file: new File([content], 'a.bin'), path: 'in/a.bin' })],
  ['a URL', () => url('/a.bin')],
  ['a URL whose server knows no ranges', () => url('/plain/a.bin')],
  ['a URL whose server compresses', () => url('/encoded/a.bin')],
];

describe.each(sources)('%s', (_, open) => {
  it('gives runs of bytes, fewer at the end', async () => {
    const source = open();
    expect(source.name).toBe('a.bin');
    expect(await source.bytes(0, 16)).toEqual(content.slice(0, 16));
    expect(await source.bytes(700_001, 900_000)).toEqual(content.slice(700_001, 900_000));
    expect(await source.bytes(1_299_990, 2_000_000)).toEqual(content.slice(1_299_990));
    expect(await source.bytes(1_300_000, 1_300_010)).toEqual(new Uint8Array(0));
  });

  it('reads into the same room again and again', async () => {
    const source = open();
    const room = readingRoom();
    for (const [from, to] of [
      [0, 16],
      [700_001, 900_000],
      [5, 5],
      [3, 1000],
      [1_299_990, 2_000_000],
      [1_300_000, 1_300_010],
      [0, 1_300_000],
    ] as const)
      expect(Buffer.compare(await source.bytes(from, to, room), content.subarray(from, to))).toBe(0);
    // Where it can; a server's answer is an array of its own.
    if (source.size === null) return;
    const long = room.bytes.length;
    expect(long).toBeGreaterThanOrEqual(content.length);
    const run = await source.bytes(40, 60, room);
    expect(run.buffer).toBe(room.bytes.buffer);
    expect(room.bytes.length).toBe(long);
  });

  it('streams the whole, and stops when told', async () => {
    const parts: Uint8Array[] = [];
    for await (const part of chunksOf(await open().stream())) parts.push(part);
    expect(Buffer.compare(Buffer.concat(parts), content)).toBe(0);
    const chunks = chunksOf(await open().stream());
    await chunks.next();
    await chunks.return(undefined);
  });
});

it('a browser whose files are no byte streams gives arrays', async () => {
  const file = new File([content], 'a.bin');
  const slice = (from?: number, to?: number) => {
    const part = new Blob([content]).slice(from, to);
    return Object.assign(part, {
      stream: () => new ReadableStream<Uint8Array<ArrayBuffer>>({ start: (controller) => controller.close() }),
    });
  };
  const source = openSource({ kind: 'file', file: Object.assign(file, { slice }), path: 'a.bin' });
  expect(await source.bytes(7, 90, readingRoom())).toEqual(content.slice(7, 90));
});

it('a reading that fails leaves a room that can be read into again', async () => {
  const room = readingRoom();
  const whole = openSource({ kind: 'file', file: new File([content], 'a.bin'), path: 'a.bin' });
  const slice = () =>
    Object.assign(new Blob([content]), {
      stream: () =>
        new ReadableStream({ type: 'bytes', pull: (controller) => controller.error(new Error('the disk is gone')) }),
    });
  const file = Object.assign(new File([content], 'b.bin'), { slice });
  const broken = openSource({ kind: 'file', file, path: 'b.bin' });
  await whole.bytes(0, 100, room);
  await expect(broken.bytes(0, 100, room)).rejects.toMatchObject({
    code: 'io',
    file: 'b.bin',
    got: 'the disk is gone',
  });
  expect(await whole.bytes(0, 100, room)).toEqual(content.slice(0, 100));
});

describe('what cannot be opened', () => {
  it('a file that is not there, a folder', () => {
    const open = (disk: string) => () => openSource({ kind: 'disk', disk, path: disk });
    expect(open(join(folder, 'none.nii'))).toThrow(/^none\.nii: file: expected a file, got nothing there$/);
    expect(open(folder)).toThrow(/file: expected a file, got a folder/);
  });
  it('an address that has nothing, a server that is not there, an address without origin', async () => {
    await expect(url('/none.nii').stream()).rejects.toMatchObject({ code: 'missing', where: 'HTTP', got: 404 });
    const nobody = openSource({ kind: 'url', url: 'http://127.0.0.1:1/a.nii', path: 'a.nii' });
    await expect(nobody.bytes(0, 4)).rejects.toMatchObject({ code: 'io', file: 'a.nii' });
    expect(() => openSource({ kind: 'url', url: 'a.nii', path: 'a.nii' })).toThrow(
      /expected an absolute URL, got a\.nii/,
    );
  });
  it('a connection that is lost', async () => {
    await expect(read([url('/cut/a.bin')])).rejects.toMatchObject({ code: 'io', where: 'file', file: 'a.bin' });
  });
  it('a file on disk is closed again', async () => {
    const before = readdirSync('/proc/self/fd').length;
    const source = openSource({ kind: 'disk', disk: join(folder, 'a.bin'), path: 'a.bin' });
    for (let n = 0; n < 20; n++) {
      const chunks = chunksOf(await source.stream());
      await chunks.next();
      await chunks.return(undefined);
      await source.stream();
    }
    expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 5);
  });
});

it('a scan is read through a URL', async () => {
  for (const path of ['/scan.nii.gz', '/plain/scan.nii.gz', '/encoded/scan.nii.gz']) {
    const { volume } = await read([url(path)]);
    expect([...volume.scalars]).toEqual(Array.from({ length: 24 }, (_, n) => n));
    expect(volume.header.warnings).toEqual([]);
  }
});
