// node memoryTab.ts PATH: opens a file, or the files of a folder, in a tab of its own browser; prints one line of JSON.
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { type App, startApp } from '../test/browser/app.ts';
import { peakBytes } from './child.ts';

export interface TabPeak {
  readonly read: number;
  readonly full: number;
  readonly msRead: number;
  readonly msFull: number;
}

/** Opens files from the disk by the page's own control, in a browser of their own. */
async function tabPeak(path: string): Promise<TabPeak> {
  const app = await startApp();
  try {
    const page = await app.browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(app.origin);
    await page.waitForFunction(() => window.vesalius?.ready !== undefined);
    await page.evaluate(() => window.vesalius.ready);
    const pid = await rendererOf(app, page);
    const idle = peakBytes(pid);
    if (idle === null) throw new Error('the renderer is not in /proc');
    const files = statSync(path).isDirectory() ? readdirSync(path).map((file) => join(path, file)) : [path];
    await page.getByTestId('files').setInputFiles(files);
    const start = Date.now();
    const seen: { readonly at: number; readonly bytes: number }[] = [];
    const look = setInterval(() => seen.push({ at: Date.now(), bytes: peakBytes(pid) ?? 0 }), 5);
    const full = await marked(page, 'full');
    clearInterval(look);
    const read = await marked(page, 'read');
    const by = (moment: number) => Math.max(...seen.filter(({ at }) => at <= moment).map(({ bytes }) => bytes)) - idle;
    return { read: by(read), full: by(full), msRead: read - start, msFull: full - start };
  } finally {
    await app.close();
  }
}

/** When the page set a mark, ms since 1970. */
async function marked(page: Page, name: string): Promise<number> {
  await page.waitForFunction(
    (each) => performance.getEntriesByName(each).length > 0 || document.querySelector('.error-card') !== null,
    name,
    { timeout: 900_000, polling: 100 },
  );
  const error = await page.evaluate(() => document.querySelector('.error-card')?.textContent ?? null);
  if (error !== null) throw new Error(error);
  return page.evaluate((each) => {
    const [mark] = performance.getEntriesByName(each);
    return performance.timeOrigin + (mark ? mark.startTime + mark.duration : 0);
  }, name);
}

/** The process that holds the page: the largest of the browser's renderers. */
async function rendererOf(app: App, page: Page): Promise<number> {
  await page.bringToFront();
  const session = await app.browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const largest = renderers.sort((a, b) => (peakBytes(b) ?? 0) - (peakBytes(a) ?? 0))[0];
  if (largest === undefined) throw new Error('no renderer');
  return largest;
}

if (process.argv[1] === import.meta.filename) console.log(JSON.stringify(await tabPeak(process.argv[2] ?? '')));
