import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { BrowserContext, Page } from 'playwright-core';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serveStatic } from '../../server/static.ts';
import { ballScan } from '../ballScan.ts';
import { seeded, whole as within } from '../state/caseFixtures.ts';
import { contract } from '../state/keeping/contract.ts';
import { withoutIsolation } from './app.ts';
import { launchProfile } from './chromium.ts';
import { installActs } from './keeping/acts.ts';

/** How many times the page dies. */
const KILLS = Number(process.env.KILLS ?? 50);
const SEED = Number(process.env.SEED ?? 1);

const home = mkdtempSync(join(tmpdir(), 'vesalius-kept-'));
let context: BrowserContext;
let origin: string;
let server: Server;
/** Of the scan's values, all voxels. */
let scanSum = 0;
/** Each state that the page told, and when it came here. */
const told: { readonly digest: string; readonly at: number }[] = [];

beforeAll(async () => {
  const served = await serveStatic({
    dir: process.env.WEB ?? join(import.meta.dirname, '../../dist/web'),
    host: 'localhost',
    port: 5440,
  });
  server = served.server;
  origin = `http://localhost:${served.port}`;
  context = await launchProfile(home, { width: 320, height: 240 });
  const { bytes: scan, sum } = await ballScan();
  scanSum = sum;
  await context.route(
    (url) => url.pathname === '/__data/ball.nii.gz',
    (route) => route.fulfill({ body: scan, contentType: 'application/octet-stream' }),
  );
  await context.exposeBinding('tellState', (_, digest: string) => {
    told.push({ digest, at: performance.now() });
  });
  await context.addInitScript(installActs);
}, 60_000);

afterAll(async () => {
  await context?.close();
  await new Promise((resolve) => server?.close(resolve));
  rmSync(home, { recursive: true, force: true });
});

/** Until the case is there; `drawn`: until its picture is. */
async function openAt(query: string, drawn = true, plain = false): Promise<{ page: Page; faults: string[] }> {
  const page = await context.newPage();
  if (plain) await page.route((url) => !url.pathname.startsWith('/__data/'), withoutIsolation);
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.goto(`${origin}/${query}`);
  await page.waitForFunction(() => window.vesalius?.ready !== undefined);
  if (drawn) await page.evaluate(() => window.vesalius.ready);
  else await page.waitForFunction(() => window.vesalius.case().volumes.length > 0, null, { polling: 30 });
  return { page, faults };
}
const saved = (page: Page, state = 'saved') =>
  page.waitForFunction((wanted) => window.theViewer().keeping.getState().save === wanted, state, {
    timeout: 30_000,
    polling: 50,
  });
/** The first segments come by themselves, one after the other. */
async function whole(page: Page): Promise<void> {
  await page.waitForFunction(() => performance.getEntriesByName('full').length > 0, null, {
    timeout: 100_000,
    polling: 100,
  });
  await saved(page);
}
const digest = (page: Page) => page.evaluate(() => window.digestNow());

/** As a person closes it: the page is told. */
async function leave(page: Page): Promise<void> {
  await page.goto('about:blank');
  await page.close();
}

/** In turn by the browser, between two tasks of the page, and by the system, at any moment. */
async function kill(page: Page, hard: boolean): Promise<void> {
  const died = page.waitForEvent('crash');
  if (hard) {
    const browser = await (
      context.browser() as NonNullable<ReturnType<BrowserContext['browser']>>
    ).newBrowserCDPSession();
    const { processInfo } = await browser.send('SystemInfo.getProcessInfo');
    for (const { type, id } of processInfo) if (type === 'renderer') process.kill(id, 'SIGKILL');
    await browser.detach();
  } else {
    const session = await context.newCDPSession(page);
    session.send('Page.crash').catch(() => undefined);
  }
  await died;
}

describe('a case is kept as it is worked on', () => {
  it(`the page dies at ${KILLS} moments (seed ${SEED}): every act older than a second is there, and none is half there`, {
    timeout: 20_000 + 5000 * KILLS,
  }, async () => {
    const random = seeded(SEED);
    const first = await openAt('?urls=/__data/ball.nii.gz');
    await whole(first.page);
    let page = first.page;
    told.push({ digest: await digest(page), at: performance.now() });
    let acts = 0;
    let oldestLost = 0;
    let safeActs = 0;
    for (let n = 0; n < KILLS; n++) {
      const before = told.length;
      await page.evaluate(
        ([seed, every]) => window.startActs(seed as number, every as number),
        [SEED * 1000 + n, within(random, 5, 60)],
      );
      await new Promise((resolve) =>
        setTimeout(resolve, n % 4 === 0 ? within(random, 1100, 1700) : within(random, 60, 700)),
      );
      const at = performance.now();
      await kill(page, n % 2 === 1);
      acts += told.length - before;
      // The last that a second had passed since.
      const safe = told.findLastIndex((each) => each.at < at - 1000);
      ({ page } = await openAt('', false));
      const found = await digest(page);
      const stands = told.findLastIndex((each) => each.digest === found);
      expect(stands, `kill ${n}: the case stands at one of its acts`).toBeGreaterThanOrEqual(0);
      const ages = told.slice(stands + 1).map((each) => Math.round(at - each.at));
      expect(stands, `kill ${n}: lost are acts ${ages.join(', ')} ms old`).toBeGreaterThanOrEqual(safe);
      const lost = told[stands + 1];
      if (lost !== undefined) oldestLost = Math.max(oldestLost, at - lost.at);
      safeActs += Math.max(0, safe + 1 - before);
      // What came after is lost, and never comes back.
      told.splice(stands + 1);
    }
    console.log(`${KILLS} kills, ${acts} acts, the oldest that was lost ${Math.round(oldestLost)} ms old`);
    expect(acts).toBeGreaterThan(4 * KILLS);
    expect(safeActs).toBeGreaterThan(KILLS / 4);
    await leave(page);
  });

  it('storage that is full is said; the case is safe in the tab, and saved as soon as there is room', async () => {
    const { page, faults } = await openAt('?urls=/__data/ball.nii.gz');
    await whole(page);
    const session = await context.newCDPSession(page);
    const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 20_000 });
    // Acts until there is no room for one more.
    await page.evaluate(() => window.startActs(7, 15));
    await saved(page, 'full');
    const card = page.locator('.error-card');
    await card.waitFor();
    expect(await card.textContent()).toContain('This device’s storage is full');
    expect(await card.textContent()).toContain('Your work is safe in this tab.');
    expect(await page.evaluate(() => window.theViewer().keeping.getState().save)).toBe('full');
    if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, 'full.png') });
    // Goes on by itself, a few seconds after there is room.
    await session.send('Storage.overrideQuotaForOrigin', { origin });
    await saved(page);
    await page.evaluate(() => window.stopActs());
    await saved(page);
    const before = await digest(page);
    await kill(page, true);
    const again = await openAt('', false);
    expect(await digest(again.page)).toBe(before);
    expect(faults).toEqual([]);
    await leave(again.page);
  });

  it('full, then dead: what was saved before is there', async () => {
    const { page } = await openAt('?urls=/__data/ball.nii.gz');
    await whole(page);
    told.length = 0;
    const session = await context.newCDPSession(page);
    const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
    told.push({ digest: await digest(page), at: 0 });
    await page.evaluate(() => window.startActs(8, 10));
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 30_000 });
    await saved(page, 'full');
    await session.send('Storage.overrideQuotaForOrigin', { origin });
    await kill(page, false);
    const again = await openAt('', false);
    const found = await digest(again.page);
    expect(told.findIndex((each) => each.digest === found)).toBeGreaterThanOrEqual(0);
    await leave(again.page);
  });

  it('the graphics card is reset: the picture is back, nothing is lost, and the case goes on being kept', async () => {
    const { page, faults } = await openAt('?urls=/__data/ball.nii.gz');
    await whole(page);
    const before = await digest(page);
    await page.evaluate(async () => {
      const canvas = document.querySelector('[data-view="3d"] canvas') as HTMLCanvasElement;
      const lose = canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context');
      lose?.loseContext();
      await new Promise((resolve) => setTimeout(resolve, 300));
      lose?.restoreContext();
    });
    await page.waitForFunction(() => window.vesalius.stats().triangles > 100, null, { timeout: 20_000 });
    expect(await digest(page)).toBe(before);
    const id = await page.evaluate(async () => {
      const [segment] = window.vesalius.case().segments;
      await window.vesalius.setSegment(segment?.id ?? '', { name: 'after the reset' });
      return window.theViewer().keeping.getState().open;
    });
    await saved(page);
    const after = await digest(page);
    await leave(page);
    const again = await openAt(`?case=stored:${id}`);
    expect(await digest(again.page)).toBe(after);
    expect(faults.filter((fault) => !/WebGL|context/i.test(fault))).toEqual([]);
    await leave(again.page);
  });

  it('a case that is open in one tab opens as a copy in the other, and both are kept', async () => {
    const one = await openAt('?urls=/__data/ball.nii.gz');
    await whole(one.page);
    const id = await one.page.evaluate(() => window.theViewer().keeping.getState().open);
    const two = await openAt(`?case=stored:${id}`);
    expect(await two.page.evaluate(() => window.vesalius.case().title)).toBe('ball (copy)');
    expect(await two.page.locator('.notices').textContent()).toContain('open in another tab');
    await saved(two.page);
    const ids = await two.page.evaluate(async () => {
      const { keeping } = window.theViewer();
      await keeping.verbs.look();
      return keeping.getState().cases?.map((each) => each.id) ?? [];
    });
    const copy = await two.page.evaluate(() => window.theViewer().keeping.getState().open);
    expect(copy).not.toBe(id);
    expect(ids).toEqual(expect.arrayContaining([id, copy]));
    // A tab that asks for nothing has nothing to bring back: both are open.
    const three = await openAt('');
    expect(await three.page.evaluate(() => window.vesalius.case().volumes)).toEqual([]);
    await leave(three.page);
    await leave(one.page);
    await leave(two.page);
  });

  it('kept cases stand on the start page, open with one click and are deleted by a question', async () => {
    const { page, faults } = await openAt('');
    await page.setViewportSize({ width: 1280, height: 860 });
    const rows = page.locator('[data-testid="recent"] li');
    await rows.first().waitFor();
    const count = await rows.count();
    expect(count).toBeGreaterThan(2);
    if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, 'recent.png') });
    await rows.last().locator('button').last().click();
    const question = page.locator('dialog[role="alertdialog"]');
    await question.waitFor();
    if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, 'delete.png') });
    await question.locator('button').last().click();
    await page.waitForFunction((n) => document.querySelectorAll('[data-testid="recent"] li').length === n, count - 1);
    await rows.first().locator('button').first().click();
    await page.waitForFunction(() => window.vesalius.case().volumes.length === 1);
    expect(await page.evaluate(() => window.vesalius.case().title)).toContain('ball');
    // Renamed, then closed: it stands there by that name, and is not brought back by itself.
    await page.evaluate(() => window.theViewer().case.verbs.renameCase('Round before surgery'));
    await page.waitForFunction(async () => {
      const { keeping } = window.theViewer();
      await keeping.verbs.look();
      return keeping.getState().cases?.some(({ title }) => title === 'Round before surgery');
    });
    await page.evaluate(() => window.theViewer().case.verbs.closeCase());
    await page.reload();
    await rows.filter({ hasText: 'Round before surgery' }).waitFor();
    expect(await page.evaluate(() => window.vesalius.case().volumes)).toEqual([]);
    expect(faults).toEqual([]);
    await leave(page);
  });

  it('without isolation too: voxels are asked for in pieces', async () => {
    const { page, faults } = await openAt('?urls=/__data/ball.nii.gz', true, true);
    expect(await page.evaluate(() => window.vesalius.stats().isolated)).toBe(false);
    await whole(page);
    const before = await digest(page);
    await kill(page, false);
    const again = await openAt('', true, true);
    expect(await digest(again.page)).toBe(before);
    expect(
      await again.page.evaluate(() => {
        const { voxels, case: store } = window.theViewer();
        const scalars = voxels.volume(store.getState().volumes[0]?.id ?? '')?.scalars;
        return [...(scalars ?? [])].reduce((sum, value) => sum + value, 0);
      }),
    ).toBe(scanSum);
    expect(faults).toEqual([]);
    await leave(again.page);
  });

  it('a case of a newer program is listed, refused with words, and no byte of it changes', async () => {
    const { page } = await openAt('');
    const manifest = '{"stored":9,"counter":1,"title":"from the future"}';
    const bytes = await page.evaluate(
      async ([text, sum]) => {
        const root = await (await navigator.storage.getDirectory()).getDirectoryHandle('cases', { create: true });
        const folder = await root.getDirectoryHandle('future', { create: true });
        const stream = await (await folder.getFileHandle('manifest.1', { create: true })).createWritable();
        await stream.write(`${text}\n${sum}\n`);
        await stream.close();
        const refused = await window.vesalius.open({ stored: 'future' }).then(
          () => 'opened',
          (error: { code: string }) => error.code,
        );
        const kept = await (await (await folder.getFileHandle('manifest.1')).getFile()).text();
        return { refused, kept };
      },
      [manifest, crc32(Buffer.from(manifest)).toString(16).padStart(8, '0')],
    );
    expect(bytes.refused).toBe('version');
    expect(bytes.kept).toContain(manifest);
    expect(await page.locator('.error-card').textContent()).toContain('newer version');
    await leave(page);
  });
});

describe('a browser’s own storage', () => {
  it('keeps the contract of every storage', { timeout: 120_000 }, async () => {
    const dist = join(home, 'contract');
    await build({
      root: join(import.meta.dirname, 'keeping'),
      configFile: false,
      logLevel: 'error',
      worker: { format: 'es' },
      build: { outDir: dist, target: 'es2022', assetsInlineLimit: 0 },
    });
    const served = await serveStatic({ dir: dist, host: 'localhost', port: 5460 });
    const page = await context.newPage();
    await page.goto(`http://localhost:${served.port}/`);
    await page.waitForFunction(() => window.runContract !== undefined);
    const said = await page.evaluate(() => window.runContract());
    await page.close();
    served.server.close();
    expect(said).toHaveLength(contract.length);
    expect(said.filter(([, failure]) => failure !== '')).toEqual([]);
  });
});
