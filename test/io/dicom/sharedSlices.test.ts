import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Step } from '#core/steps.ts';
import { finishAsync } from '#core/steps.ts';
import { readDicomSeries } from '#io/dicom/readSeries.ts';
import type { DicomSeries } from '#io/dicom/series.ts';
import { helpDecode, type SharedSlices, takeSlice } from '#io/dicom/sharedSlices.ts';
import { openSource } from '#io/source.ts';
import { ctSlice, type DataSet, dicomFile, list, type read, source } from './dicomFile.ts';
import { jpegLossless } from './encoders.ts';

const [rows, columns, count] = [16, 24, 40];
const LOSSLESS = '1.2.840.10008.1.2.4.70';

/** Forty slices with values of their own; `broken` names one whose scan is cut; `more` adds elements to each. */
async function series(options: { broken?: number; more?: (k: number) => DataSet } = {}): Promise<DicomSeries> {
  const files = Array.from({ length: count }, (_, k) => {
    const values = Array.from({ length: rows * columns }, (_, n) => (k * 977 + n * 31) % 4096);
    const coding = { precision: 12, components: 1, predictor: 1, shift: 0, restart: 0 };
    const whole = jpegLossless(values, columns, coding);
    const stream = k === options.broken ? whole.filter((_, n) => n < 60 || n > 200) : whole;
    const extra: DataSet = {
      x00280010: ['US', [rows]],
      x00280011: ['US', [columns]],
      x00280103: ['US', [0]],
      x7fe00010: ['OB', { fragments: [new Uint8Array(0), stream] }],
      ...options.more?.(k),
    };
    const set = ctSlice({ position: [0, 0, k], instance: k + 1, extra });
    return source(dicomFile(set, { syntax: LOSSLESS }), `${String(k).padStart(2, '0')}.dcm`);
  });
  return (await list(files))[0] as DicomSeries;
}

/** Reads with `helpers` beside; what each decoded. */
async function readWith(found: DicomSeries, helpers: number) {
  const helped: Promise<number>[] = [];
  const steps = readDicomSeries(found, { shared: true });
  for (;;) {
    const next = await steps.next();
    if (next.done) return { volume: next.value, decoded: await Promise.all(helped) };
    const work = next.value.partial as SharedSlices | undefined;
    if (work?.kind === 'slices')
      // As it crosses a worker's border: shared memory stays shared.
      for (let n = 0; n < helpers; n++) helped.push(finishAsync(helpDecode(work)));
  }
}

describe('slices decoded by several', () => {
  let plain: DicomSeries;
  let alone: Awaited<ReturnType<typeof read>>;
  beforeAll(async () => {
    plain = await series();
    alone = await finishAsync(readDicomSeries(plain, { shared: false }));
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  for (const helpers of [0, 1, 3])
    it(`${helpers} helpers: the same voxels, range and warnings`, async () => {
      const { volume, decoded } = await readWith(plain, helpers);
      expect(volume.header).toEqual(alone.header);
      expect(Buffer.from(volume.scalars.buffer).equals(Buffer.from(alone.scalars.buffer))).toBe(true);
      expect(decoded).toHaveLength(helpers);
      const sum = decoded.reduce((all, one) => all + one, 0);
      expect(sum).toBeLessThan(count);
      if (helpers > 0) expect(sum).toBeGreaterThanOrEqual(count / 4);
    });

  it('slices with a slope each are rescaled once', async () => {
    const own = await series({ more: (k) => ({ x00281053: ['DS', String(1 + k / 8)] }) });
    const expected = await finishAsync(readDicomSeries(own, { shared: false }));
    const { volume } = await readWith(own, 2);
    expect(expected.header.scalarType).toBe('f32');
    expect(Array.from(volume.scalars)).toEqual(Array.from(expected.scalars));
  });

  it('stray bits are counted wherever they are met', async () => {
    const narrow = await series({ more: () => ({ x00280101: ['US', [11]], x00280102: ['US', [10]] }) });
    const expected = await finishAsync(readDicomSeries(narrow, { shared: false }));
    const { volume } = await readWith(narrow, 1);
    expect(expected.header.warnings.map(({ code }) => code)).toEqual(['bits-above-stored']);
    expect(volume.header.warnings).toEqual(expected.header.warnings);
  });

  it('a slice that a helper cannot decode is given back: the reader names it', async () => {
    const broken = await series({ broken: 36 });
    const helped: Promise<unknown>[] = [];
    const reading = async () => {
      for await (const { partial } of readDicomSeries(broken, { shared: true }) as AsyncIterable<Step>)
        if (partial) helped.push(finishAsync(helpDecode(partial as SharedSlices)).catch((thrown) => thrown));
    };
    await expect(reading()).rejects.toMatchObject({ file: '36.dcm', where: 'PixelData' });
    expect(await Promise.all(helped)).toMatchObject([{ file: '36.dcm' }]);
  });

  it('a helper that dies with a slice in its hands costs a wait, not the slice', async () => {
    const steps = readDicomSeries(plain, { shared: true });
    const work = (await steps.next()).value as Step;
    expect(takeSlice(work.partial as SharedSlices, 20)).toBe(true);
    vi.stubGlobal('setTimeout', (callback: () => void) => queueMicrotask(callback));
    for (let told = 0; ; told++) {
      const { done, value } = await steps.next();
      if (!done) continue;
      expect(Buffer.from(value.scalars.buffer).equals(Buffer.from(alone.scalars.buffer))).toBe(true);
      // Once for each slice, and while it waits.
      expect(told).toBeGreaterThan(count + 1000);
      break;
    }
  });

  it('a reading that is stopped stops its helpers', async () => {
    const steps = readDicomSeries(plain, { shared: true });
    const work = ((await steps.next()).value as Step).partial as SharedSlices;
    const helping = helpDecode(work);
    await helping.next();
    await steps.return(undefined as never);
    expect(await helping.next()).toEqual({ done: true, value: 1 });
  });

  it('uncompressed slices are shared where they come from a disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vesalius-shared-'));
    try {
      const files = Array.from({ length: count }, (_, k) => {
        const file = join(folder, `${String(k).padStart(2, '0')}.dcm`);
        const values = Array.from({ length: 12 }, (_, n) => (k * 977 + n * 31) % 4096);
        writeFileSync(file, dicomFile(ctSlice({ position: [0, 0, k], instance: k + 1, values })));
        return openSource({ kind: 'disk', disk: file, path: file });
      });
      const [found] = await list(files);
      const { volume, decoded } = await readWith(found as DicomSeries, 1);
      expect(decoded).toHaveLength(1);
      expect(decoded[0]).toBeGreaterThan(0);
      const expected = await finishAsync(readDicomSeries(found as DicomSeries, { shared: false }));
      expect(volume.header).toEqual(expected.header);
      expect(Array.from(volume.scalars)).toEqual(Array.from(expected.scalars));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('uncompressed dropped files, few slices and voxels that are not shared are read by one', async () => {
    const first = async (found: DicomSeries, shared: boolean) =>
      (await readDicomSeries(found, { shared }).next()).value;
    expect(await first(plain, false)).toEqual({ stage: 'read', done: 1, of: count });
    expect(await first({ ...plain, slices: plain.slices.slice(0, 3) }, true)).not.toHaveProperty('partial');
    const raw = await list(
      Array.from({ length: 12 }, (_, k) =>
        source(dicomFile(ctSlice({ position: [0, 0, k], instance: k + 1 })), `${k}.dcm`),
      ),
    );
    expect(await first(raw[0] as DicomSeries, true)).not.toHaveProperty('partial');
  });
});
