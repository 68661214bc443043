import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFile } from '../data.ts';
import { type App, openPage, shown, startApp } from './app.ts';

const head = dataFile('mricron/ch2.nii.gz');
const lungFolder = dataFile('dash-vtk/ct_lung');
/** Of processor time, in ms: the wall clock of a busy machine says nothing about the page. */
const LONGEST_TASK = 50;

let app: App;
beforeAll(async () => {
  app = await startApp();
}, 60_000);
afterAll(() => app?.close());

interface Marks {
  read?: number;
  coarse?: number;
  full?: number;
}
const marks = (page: Page): Promise<Marks> =>
  page.evaluate(() =>
    Object.fromEntries(performance.getEntriesByType('measure').map(({ name, duration }) => [name, duration])),
  );
const whole = (page: Page) =>
  page.waitForFunction(() => performance.getEntriesByName('full').length > 0, null, { timeout: 100_000, polling: 100 });

/** Tasks of the page's main thread while `act` runs, in ms of processor time. */
async function tasksOf(page: Page, act: () => Promise<unknown>): Promise<number[]> {
  interface TraceEvent {
    readonly name: string;
    readonly ph: string;
    readonly pid: number;
    readonly tid: number;
    readonly tdur?: number;
    readonly args: { readonly name?: string };
  }
  const browser = await app.browser.newBrowserCDPSession();
  const events: TraceEvent[] = [];
  browser.on('Tracing.dataCollected', ({ value }) => events.push(...(value as unknown as TraceEvent[])));
  await browser.send('Tracing.start', {
    transferMode: 'ReportEvents',
    traceConfig: { includedCategories: ['toplevel', 'devtools.timeline'] },
  });
  await page.evaluate(() => performance.mark('traced'));
  await act();
  const complete = new Promise((resolve) => browser.once('Tracing.tracingComplete', resolve));
  await browser.send('Tracing.end');
  await complete;
  await browser.detach();
  // Of the renderers' main threads the busiest is the page's.
  const mains = events.filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain');
  const durations = mains.map(({ pid, tid }) =>
    events
      .filter((event) => event.ph === 'X' && event.pid === pid && event.tid === tid && /RunTask/.test(event.name))
      .map(({ tdur = 0 }) => tdur / 1000),
  );
  return durations.sort((a, b) => sum(b) - sum(a))[0] ?? [];
}
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

const open = (page: Page, urls: readonly string[]) =>
  page.evaluate((list) => window.vesalius.open({ urls: list }), urls);

describe.skipIf(!head)('a head opens', { timeout: 120_000 }, () => {
  it('coarse, then whole; no task of the page is long; a second opening takes the place of the first', async () => {
    const { page, context, foreign, faults } = await openPage(app, { files: [head as string] });
    await shown(page);
    await whole(page);
    const first = await marks(page);
    expect(first.read).toBeLessThanOrEqual(first.coarse ?? 0);
    expect(first.coarse).toBeLessThan(first.full ?? 0);
    const segments = await page.evaluate(() => window.vesalius.case().segments);
    expect(segments).toHaveLength(1);
    expect(segments[0]?.volumeMl).toBeGreaterThan(2000);
    expect((await page.evaluate(() => window.vesalius.stats())).triangles).toBeLessThanOrEqual(250_000);

    // Warm: modules are loaded, shaders are compiled.
    await page.evaluate(() => performance.clearMeasures());
    const tasks = await tasksOf(page, () => open(page, ['/__data/ch2.nii.gz']));
    expect(tasks.length).toBeGreaterThan(20);
    expect(Math.max(...tasks)).toBeLessThanOrEqual(LONGEST_TASK);
    const again = await marks(page);
    // 1.5 on a quiet machine (bench); here others may take turns in between.
    expect(again.coarse).toBeLessThanOrEqual(3 * (again.read ?? 0) + 200);

    const both = await page.evaluate(async () => {
      const older = window.vesalius.open({ urls: ['/__data/ch2.nii.gz'] }).then(
        () => 'opened',
        (error: { code: string }) => error.code,
      );
      await new Promise((resolve) => setTimeout(resolve, 30));
      await window.vesalius.open({ urls: ['/__data/ch2.nii.gz'] });
      return { older: await older, volumes: window.vesalius.case().volumes.length };
    });
    expect(both).toEqual({ older: 'cancelled', volumes: 1 });

    const undone = await page.evaluate(async () => {
      const now = window.vesalius.case();
      for (let n = 0; n < 9 && window.vesalius.case().volumes[0]?.id === now.volumes[0]?.id; n++)
        await window.vesalius.undo();
      return window.vesalius.case().volumes.map(({ name }) => name);
    });
    expect(undone).toEqual(['ch2.nii.gz']);
    await shown(page);
    expect({ foreign, faults }).toEqual({ foreign: [], faults: [] });
    await context.close();
  });

  it('is cancelled at any moment, at once, and nothing is left half open', async () => {
    const { page, context, faults } = await openPage(app, { files: [head as string] });
    await shown(page);
    await whole(page);
    for (const wait of [0, 60, 200, 500, 900, 1600]) {
      const result = await page.evaluate(async (ms) => {
        const before = window.vesalius.case().volumes[0]?.id;
        const running = new Set<number>();
        const stop = window.vesalius.on('progress', (jobs) => {
          running.clear();
          for (const { id } of jobs) running.add(id);
        });
        let over = '';
        const opening = window.vesalius.open({ urls: ['/__data/ch2.nii.gz'] }).then(
          () => (over = 'opened'),
          (error: { code: string }) => (over = error.code),
        );
        await new Promise((resolve) => setTimeout(resolve, ms));
        const cancel = window.vesalius.on('progress', () => undefined);
        const last = [...running];
        const start = performance.now();
        for (const button of document.querySelectorAll<HTMLButtonElement>('[data-testid="job"] button')) button.click();
        // The card is there after a while only; until then there is nothing to press.
        const pressed = document.querySelectorAll('[data-testid="job"] button').length > 0;
        while (pressed && last.some((id) => running.has(id)) && performance.now() - start < 3000)
          await new Promise((resolve) => setTimeout(resolve, 4));
        const took = performance.now() - start;
        await opening;
        cancel();
        stop();
        const now = window.vesalius.case();
        return { pressed, took, over, same: now.volumes[0]?.id === before, volumes: now.volumes.length };
      }, wait);
      expect(result.volumes).toBe(1);
      expect(['opened', 'cancelled']).toContain(result.over);
      // Cancelled before the first surface: what was open is open.
      if (result.over === 'cancelled') expect(result.same).toBe(true);
      if (result.pressed) expect(result.took).toBeLessThan(400);
    }
    const after = await page.evaluate(() => window.vesalius.segment({ method: 'otsu' }));
    expect(after.length).toBeGreaterThan(0);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('opens where the page is not isolated', async () => {
    const { page, context, faults } = await openPage(app, { files: [head as string], notIsolated: true });
    await shown(page);
    await whole(page);
    const { isolated, triangles } = await page.evaluate(() => window.vesalius.stats());
    expect(isolated).toBe(false);
    expect(triangles).toBeGreaterThan(50_000);
    expect(faults).toEqual([]);
    await context.close();
  });
});

describe('the sample opens', { timeout: 150_000 }, () => {
  it('coarse within its budget, and gives way to what is opened meanwhile', async () => {
    const { page, context, foreign, faults } = await openPage(app, { query: 'case=phantom:thorax' });
    await shown(page, 50_000);
    const coarse = await page.evaluate(() => ({
      triangles: window.vesalius.stats().triangles,
      segments: window.vesalius.case().segments,
    }));
    expect(coarse.triangles).toBeLessThanOrEqual(280_000);
    expect(coarse.segments.length).toBeGreaterThan(140);
    expect(coarse.segments.find(({ name }) => name === 'lung nodule')?.visible).toBe(true);
    if (head) {
      await context.route(
        (url) => url.pathname === '/__data/ch2.nii.gz',
        (route) => route.fulfill({ path: head, contentType: 'application/octet-stream' }),
      );
      await open(page, ['/__data/ch2.nii.gz']);
      expect(await page.evaluate(() => window.vesalius.case().volumes.map(({ name }) => name))).toEqual(['ch2.nii.gz']);
    }
    expect({ foreign, faults }).toEqual({ foreign: [], faults: [] });
    await context.close();
  });
});

describe.skipIf(!lungFolder)('a DICOM series opens', { timeout: 120_000 }, () => {
  it('body and bones, of a CT', async () => {
    const folder = lungFolder as string;
    const files = readdirSync(folder)
      .filter((name) => name.endsWith('.dcm'))
      .map((name) => join(folder, name))
      .filter((file) => statSync(file).isFile());
    const { page, context, faults } = await openPage(app, { files });
    await shown(page);
    await whole(page);
    const found = await page.evaluate(() => window.vesalius.case());
    expect(found.volumes[0]?.modality).toBe('CT');
    expect(found.segments.map(({ tissue }) => tissue)).toEqual(['skin', 'bone']);
    expect(faults).toEqual([]);
    await context.close();
  });
});
