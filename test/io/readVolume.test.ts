import { describe, expect, it } from 'vitest';
import type { Step } from '#core/steps.ts';
import { finishAsync } from '#core/steps.ts';
import { listSeries, readVolume } from '#io/readVolume.ts';
import { dataFile } from '../data.ts';
import { bytesOf, diskSource, gz, memorySource, read } from './memorySource.ts';
import { niftiFile } from './nifti/niftiFile.ts';

const note = new TextEncoder().encode('Scanned on a Tuesday.\n');

describe('readVolume', () => {
  it('the bytes choose the reader, not the name', async () => {
    for (const name of ['a', 'a.dcm', 'a.nrrd', 'a.nii.gz'])
      expect((await read([memorySource(name, niftiFile())])).volume.header.format).toBe('nifti');
    expect((await read([memorySource('a.nii', gz(niftiFile()))])).volume.scalars.length).toBe(24);
  });

  it('several scans and none named: the contract’s words', async () => {
    const sources = ['in/a.nii', 'in/b.nii', 'in/c.nii'].map((path) => memorySource(path, niftiFile()));
    await expect(read(sources)).rejects.toThrow(/^in: series: expected one, got 3$/);
    await expect(read(sources, { name: 'CHEST' })).rejects.toThrow(/^CHEST: series: expected one, got 3$/);
    expect((await read(sources, { series: 2 })).volume.header.name).toBe('b.nii');
    expect((await read(sources, { series: '3' })).volume.header.name).toBe('c.nii');
    expect((await read(sources, { series: 'in/a.nii' })).volume.header.name).toBe('a.nii');
    for (const series of [0, 4, 'nonsense'])
      await expect(read(sources, { series })).rejects.toMatchObject({ where: 'series', got: series });
  });

  it('a scan that cannot be read stands in the list with its reason, and does not hide the others', async () => {
    const sources = [
      memorySource('in/bad.nii', niftiFile({ datatype: 9999 })),
      memorySource('in/good.nii', niftiFile()),
      memorySource('in/empty.nii', new Uint8Array(0)),
      memorySource('in/notes.txt', note),
    ];
    const { volume, series, skipped } = await read(sources);
    expect(volume.header.name).toBe('good.nii');
    expect(series.map(({ uid, error }) => [uid, error?.where])).toEqual([
      ['in/bad.nii', 'datatype'],
      ['in/good.nii', undefined],
      ['in/empty.nii', 'format'],
    ]);
    expect(skipped).toEqual(['in/notes.txt']);
    await expect(read(sources, { series: 1 })).rejects.toMatchObject({ where: 'datatype', file: 'bad.nii' });
  });

  it('nothing to read is said', async () => {
    await expect(read([])).rejects.toMatchObject({ code: 'missing', got: 'no file' });
    await expect(read([memorySource('in/a.txt', note), memorySource('in/b.txt', note)])).rejects.toThrow(
      /^in: files: expected at least one scan, got none among 2 files$/,
    );
    await expect(read([memorySource('a.txt', note)])).rejects.toMatchObject({ where: 'format', got: 'a text file' });
  });

  it('a pair is one scan, compressed or not, whichever comes first', async () => {
    const whole = niftiFile({ magic: 'ni1\0', voxOffset: 352 });
    const image = whole.slice(352);
    const header = niftiFile({ magic: 'ni1\0', voxOffset: 0 }).slice(0, 348);
    for (const sources of [
      [memorySource('in/a.hdr', header), memorySource('in/a.img', image)],
      [memorySource('in/a.img.gz', gz(image)), memorySource('in/a.hdr.gz', gz(header))],
    ]) {
      const { volume, series } = await read(sources);
      expect([...volume.scalars]).toEqual(Array.from({ length: 24 }, (_, n) => n));
      expect(series.length).toBe(1);
      expect(series[0]?.sources.length).toBe(2);
    }
    await expect(read([memorySource('a.hdr', header)])).rejects.toMatchObject({ code: 'missing', where: 'magic' });
  });

  it('lists from headers alone', async () => {
    const big = memorySource('big.nii', niftiFile({ dim: [3, 256, 256, 200, 1, 1, 1, 1] }).slice(0, 360));
    const source = {
      ...big,
      size: 352 + 2 * 256 * 256 * 200,
      stream: () => Promise.reject(new Error('voxels were read')),
    };
    const [entry] = await finishAsync(listSeries([source]));
    expect(entry).toMatchObject({
      uid: 'big.nii',
      name: 'big.nii',
      header: { dims: [256, 256, 200], format: 'nifti' },
    });
  });

  it('DICOM and NIfTI in one folder are two scans', async () => {
    const [dicom, nifti] = [dataFile('damaged/ok.dcm'), dataFile('damaged/ok.nii')];
    if (!dicom || !nifti) return console.warn('not on this machine: damaged/');
    const sources = [diskSource(dicom), diskSource(nifti)];
    const list = await finishAsync(listSeries(sources));
    expect(list.map(({ header }) => header?.format).sort()).toEqual(['dicom', 'nifti']);
    const uid = list.find(({ header }) => header?.format === 'dicom')?.uid ?? '';
    expect((await read(sources, { series: uid })).volume.header).toMatchObject({ format: 'dicom', modality: 'CT' });
  });
});

describe('DICOM inside gzip', () => {
  it('is unpacked, and refused where it is not whole', async () => {
    const path = dataFile('damaged/ok.dcm');
    if (!path) return console.warn('not on this machine: damaged/ok.dcm');
    const plain = (await read([diskSource(path)])).volume;
    const packed = gz(bytesOf(path));
    const { volume } = await read([memorySource('a.dcm.gz', packed)]);
    expect(volume.scalars).toEqual(plain.scalars);
    expect(volume.header.rasFromIjk).toEqual(plain.header.rasFromIjk);
    await expect(read([memorySource('a.dcm.gz', packed.slice(0, -9))])).rejects.toMatchObject({
      where: 'gzip trailer',
    });
  });
});

describe('reading on the way', () => {
  const file = niftiFile({
    dim: [3, 64, 64, 100, 1, 1, 1, 1],
    values: Array.from({ length: 64 * 64 * 100 }, (_, n) => n % 3000),
  });

  it('progress moves before the last byte is there, and slices are handed out as they come', async () => {
    const slabs: [number, number][] = [];
    const steps: Step[] = [];
    const reading = readVolume([memorySource('a.nii', file, 20_000)], {
      shared: false,
      onSlab: ({ header, scalars }, ready) => {
        slabs.push([ready, scalars[64 * 64 * ready - 1] as number]);
        expect(header.dims).toEqual([64, 64, 100]);
      },
    });
    for (;;) {
      const next = await reading.next();
      if (!next.done) {
        steps.push(next.value);
        continue;
      }
      expect(next.value.volume.scalars.buffer).toBeInstanceOf(ArrayBuffer);
      expect(next.value.volume.header.storedRange).toEqual([0, 2999]);
      break;
    }
    const done = steps.filter(({ stage }) => stage === 'read').map(({ done }) => done);
    expect(done.length).toBeGreaterThan(30);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(slabs.length).toBeGreaterThan(30);
    expect(slabs.at(-1)?.[0]).toBe(100);
    for (const [ready, last] of slabs) expect(last).toBe((64 * 64 * ready - 1) % 3000);
  });

  it.each([false, true])('stopping frees the source (gzip: %s)', async (gzip) => {
    const source = memorySource('a.nii', gzip ? gz(file) : file, 5000);
    let open = 0;
    const watched = {
      ...source,
      stream: async () => {
        open++;
        const reader = (await source.stream()).getReader();
        return new ReadableStream<Uint8Array<ArrayBuffer>>({
          async pull(controller) {
            const next = await reader.read();
            if (!next.done) return controller.enqueue(next.value);
            open--;
            controller.close();
          },
          cancel() {
            open--;
          },
        });
      },
    };
    const reading = readVolume([watched], { shared: true });
    for (let step = 0; step < 6; step++) await reading.next();
    expect(open).toBe(1);
    await reading.return(undefined as never);
    expect(open).toBe(0);
  });
});

describe('bytes that are cut or flipped give a value or an error, and soon', () => {
  const names = [
    'damaged/ok.nii',
    'damaged/ok.nii.gz',
    'damaged/ok.nrrd',
    'nibabel/standard.nii.gz',
    'niivue/low_res.nii.gz',
    'niivue/mha.mha',
  ];
  it.each(names)('%s', async (name) => {
    const path = dataFile(name);
    if (!path) return console.warn(`not on this machine: ${name}`);
    const sound = bytesOf(path);
    let state = 12345;
    const random = (below: number) => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return (state >>> 8) % below;
    };
    for (let run = 0; run < 250; run++) {
      const bytes = sound.slice(0, run % 3 === 0 ? random(sound.length) : sound.length);
      const flips = run % 3 === 0 ? 0 : 1 + random(8);
      // Half of the flips go into the header, where they hurt most.
      for (let flip = 0; flip < flips; flip++) {
        const at = random(run % 2 === 0 ? Math.min(400, bytes.length) : bytes.length);
        bytes[at] = (bytes[at] as number) ^ (1 << random(8));
      }
      const outcome = await read([memorySource(name, bytes)]).catch((thrown: unknown) => thrown);
      if (!(outcome instanceof Error)) continue;
      const { code, stack } = outcome as { code?: string; stack?: string };
      expect(code === 'internal' ? stack : code, `run ${run}`).toMatch(
        /^(format|truncated|checksum|unsupported|too-large|missing|geometry)$/,
      );
    }
  });
});
