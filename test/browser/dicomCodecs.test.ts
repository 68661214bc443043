import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSource } from '#io/source.ts';
import { dataFile } from '../data.ts';
import { readOnly } from '../io/dicom/dicomFile.ts';
import { buildWorkerPage, type WorkerPage } from './workerPage.ts';

const folder = dataFile('cornerstone3d');
const names = folder
  ? readdirSync(folder).filter((name) => name.startsWith('CTImage.dcm_') || name.startsWith('TestPattern_'))
  : [];

const stack = dataFile('totalsegmentator/example_ct_dicom');
const series = stack ? readdirSync(stack).map((name) => join(stack, name)) : [];

const root = join(import.meta.dirname, '../..');
const worker = `
import { finishAsync } from '${root}/src/core/steps.ts';
import { listDicomSeries } from '${root}/src/io/dicom/listSeries.ts';
import { readDicomSeries } from '${root}/src/io/dicom/readSeries.ts';
import { helpDecode } from '${root}/src/io/dicom/sharedSlices.ts';
import { openSource } from '${root}/src/io/source.ts';
const ref = async (url) => ({ kind: 'file', file: new File([await (await fetch(url)).blob()], url), path: url });
self.onmessage = async ({ data }) => {
  try {
    if (data.work) return self.postMessage({ helped: await finishAsync(helpDecode(data.work)) });
    const refs = typeof data === 'string' ? [{ kind: 'url', url: data, path: data }] : await Promise.all(data.map(ref));
    const [series] = await finishAsync(listDicomSeries(refs.map(openSource)));
    const steps = readDicomSeries(series, { shared: crossOriginIsolated });
    let next = await steps.next();
    for (; !next.done; next = await steps.next()) if (next.value.partial) self.postMessage({ work: next.value.partial });
    const { scalars, rgb } = next.value;
    const hash = async (bytes) => {
      const digest = await crypto.subtle.digest('SHA-256', bytes.slice());
      return Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('');
    };
    self.postMessage(await hash(new Uint8Array(scalars.buffer)) + (rgb ? ' ' + await hash(rgb) : ''));
  } catch (thrown) { self.postMessage(String(thrown)); }
};`;
const page = `
const worker = new Worker(new URL('./it.worker.ts', import.meta.url), { type: 'module' });
const helper = new Worker(new URL('./it.worker.ts', import.meta.url), { type: 'module' });
window.helped = 0;
window.hashOf = (urls) => new Promise((resolve) => {
  worker.onmessage = ({ data }) => data.work ? helper.postMessage(data) : resolve(data);
  helper.onmessage = ({ data }) => { window.helped += data.helped ?? NaN; };
  worker.onerror = ({ message }) => resolve(message);
  worker.postMessage(urls);
});`;

describe.skipIf(folder === null)('DICOM decoders in a module worker of a built page', () => {
  let built: WorkerPage;
  beforeAll(async () => {
    built = await buildWorkerPage({ worker, page }, [
      ...names.map((name, n) => [join(folder as string, name), `${n}.dcm`] as const),
      ...series.map((path, n) => [path, `series${n}.dcm`] as const),
    ]);
  });
  afterAll(() => built?.close());

  it('each syntax gives the bytes that Node reads, under the page’s own policy, from its own origin', async () => {
    const { origin } = built;
    const tab = await built.browser.newPage();
    const complaints: string[] = [];
    const requests = new Set<string>();
    tab.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    tab.on('request', (request) => requests.add(new URL(request.url()).origin));
    await tab.goto(origin);
    await tab.waitForFunction(() => 'hashOf' in window);
    for (const [n, name] of names.entries()) {
      const here = await readOnly([openSource({ kind: 'disk', disk: join(folder as string, name), path: name })]);
      const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
      const grey = hash(new Uint8Array(here.scalars.buffer));
      const expected = here.rgb ? `${grey} ${hash(here.rgb)}` : grey;
      expect(here.rgb !== undefined).toBe(name.startsWith('TestPattern_'));
      const got = await tab.evaluate(
        (url) => (window as unknown as { hashOf(url: string): Promise<string> }).hashOf(url),
        `${origin}/data/${n}.dcm`,
      );
      expect(`${name} ${got}`).toBe(`${name} ${expected}`);
    }
    expect(names.length).toBeGreaterThanOrEqual(20);
    expect(complaints).toEqual([]);
    expect([...requests]).toEqual([origin]);
  });

  it('a series is decoded by two workers into memory that they share', async () => {
    const { origin } = built;
    const tab = await built.browser.newPage();
    await tab.goto(origin);
    await tab.waitForFunction(() => 'hashOf' in window);
    expect(await tab.evaluate(() => crossOriginIsolated)).toBe(true);
    const here = await readOnly(series.map((disk) => openSource({ kind: 'disk', disk, path: disk })));
    const expected = createHash('sha256').update(new Uint8Array(here.scalars.buffer)).digest('hex');
    const urls = series.map((_, n) => `${origin}/data/series${n}.dcm`);
    const got = await tab.evaluate(
      (all) => (window as unknown as { hashOf(all: string[]): Promise<string> }).hashOf(all),
      urls,
    );
    expect(got).toBe(expected);
    await tab.waitForFunction(() => (window as unknown as { helped: number }).helped > 0);
    expect(await tab.evaluate(() => (window as unknown as { helped: number }).helped)).toBeLessThan(series.length);
  });

  it('the decoders are files of their own, none inside the worker', () => {
    const files = readdirSync(built.assets);
    for (const codec of ['openjpegwasm_decode', 'charlswasm_decode', 'libjpegturbowasm_decode', 'openjphjs'])
      expect(files.filter((file) => file.startsWith(codec) && file.endsWith('.wasm'))).toHaveLength(1);
    const main = files.find((file) => file.startsWith('it.worker')) as string;
    expect(readFileSync(join(built.assets, main)).length).toBeLessThan(200_000);
  });
});
