import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFile } from '../data.ts';
import { diskSource, read } from '../io/memorySource.ts';
import { buildWorkerPage, type WorkerPage } from './workerPage.ts';

/** Everything there that is one file and says by its name that it is a scan. */
const data = dataFile('.');
const files = data
  ? readdirSync(data, { recursive: true, encoding: 'utf8' })
      .filter((path) => !path.startsWith('models/') && /\.(nii|nii\.gz|nrrd|mha|mgz|mnc|dcm|seg|vtk)$/i.test(path))
      .map((path) => join(data, path))
      .filter((path) => statSync(path).isFile())
      .sort()
  : [];

const root = join(import.meta.dirname, '../..');
const worker = `
import { finishAsync } from '${root}/src/core/steps.ts';
import { readVolume } from '${root}/src/io/readVolume.ts';
import { openSource } from '${root}/src/io/source.ts';
self.onmessage = async ({ data: { url, name, dropped } }) => {
  try {
    const ref = dropped
      ? { kind: 'file', file: new File([await (await fetch(url)).blob()], name), path: name }
      : { kind: 'url', url: new URL(url).pathname, path: name };
    const { volume } = await finishAsync(readVolume([openSource(ref)], { shared: crossOriginIsolated }));
    const colours = volume.rgb ?? new Uint8Array(0);
    const bytes = new Uint8Array(volume.scalars.byteLength + colours.length);
    bytes.set(new Uint8Array(volume.scalars.buffer));
    bytes.set(colours, volume.scalars.byteLength);
    const digest = await crypto.subtle.digest('SHA-256', bytes);
    const hash = Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, '0')).join('');
    self.postMessage(JSON.stringify({ header: volume.header, hash }));
  } catch (thrown) { self.postMessage(String(thrown)); }
};`;
const page = `
const worker = new Worker(new URL('./it.worker.ts', import.meta.url), { type: 'module' });
window.read = (request) => new Promise((resolve) => {
  worker.onmessage = ({ data }) => resolve(data);
  worker.onerror = ({ message }) => resolve(message);
  worker.postMessage(request);
});`;

async function here(path: string): Promise<string> {
  try {
    const { volume } = await read([diskSource(path)]);
    const hash = createHash('sha256')
      .update(new Uint8Array(volume.scalars.buffer))
      .update(volume.rgb ?? new Uint8Array(0))
      .digest('hex');
    return JSON.stringify({ header: volume.header, hash });
  } catch (thrown) {
    return String(thrown);
  }
}

describe.skipIf(files.length === 0)('the page reads what the command line reads', () => {
  let built: WorkerPage;
  beforeAll(async () => {
    // Named so that no server sets a Content-Encoding by the extension.
    built = await buildWorkerPage(
      { worker, page },
      files.map((path, n) => [path, `${n}.bin`] as const),
    );
  });
  afterAll(() => built?.close());

  it('dropped files: header, warnings, voxels and refusals to the letter, whatever inflates them', async () => {
    const { origin } = built;
    const tab = await built.browser.newPage();
    const fetched: string[] = [];
    tab.on('request', (request) => fetched.push(request.url()));
    const refused: string[] = [];
    tab.on('console', (message) => {
      if (/Content Security Policy/i.test(message.text())) refused.push(message.text());
    });
    await tab.goto(origin);
    await tab.waitForFunction(() => 'read' in window);
    const ask = (n: number, name: string, dropped: boolean) =>
      tab.evaluate((request) => (window as unknown as { read(request: unknown): Promise<string> }).read(request), {
        url: `${origin}/data/${n}.bin`,
        name,
        dropped,
      });
    const differing: string[] = [];
    for (const [n, path] of files.entries()) {
      const name = basename(path);
      const expected = await here(path);
      const got = await ask(n, name, true);
      // Memory, and so what is too large, is another in a browser.
      if (got !== expected && name !== 'dim_overflow.nii') differing.push(`${name}\n  page ${got}\n  node ${expected}`);
      if (/^(FLAIR|ok|example|anatomical)/.test(name)) expect(await ask(n, name, false)).toBe(expected);
    }
    expect(differing).toEqual([]);
    // ITK's readers come from the page's own origin, within its policy.
    expect(fetched.filter((url) => /minc-read-image.*\.zst$/.test(url)).map((url) => new URL(url).origin)).toEqual([
      origin,
    ]);
    expect(fetched.filter((url) => !url.startsWith(origin) && !url.startsWith('blob:'))).toEqual([]);
    expect(refused).toEqual([]);
    expect(files.length).toBeGreaterThan(50);
  });
});
