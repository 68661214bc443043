import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { affine } from '#core/space/affine.ts';
import { gzippedNifti } from '#io/nifti/write.ts';
import { serveStatic } from '../../server/static.ts';
import { seeded, whole } from '../state/caseFixtures.ts';
import { launchProfile } from './chromium.ts';
import { installActs } from './keeping/acts.ts';

/** How many times the page dies; `npm run test:long` takes more. */
const KILLS = Number(process.env.KILLS ?? 50);
const SEED = Number(process.env.SEED ?? 1);

const home = mkdtempSync(join(tmpdir(), 'vesalius-kept-'));
let context: BrowserContext;
let origin: string;
let server: Server;
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
  const scan = await scanBytes();
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

/** A soft ball with a harder one in it, 40 × 44 × 36. */
async function scanBytes(): Promise<Buffer> {
  const dims = [40, 44, 36] as const;
  const scalars = new Int16Array(dims[0] * dims[1] * dims[2]);
  for (let k = 0, n = 0; k < dims[2]; k++)
    for (let j = 0; j < dims[1]; j++)
      for (let i = 0; i < dims[0]; i++, n++) {
        const r = Math.hypot(i - 19.5, j - 21.5, k - 17.5);
        scalars[n] = Math.round(200 / (1 + Math.exp(r - 14)) + 400 / (1 + Math.exp(r - 6)));
      }
  const rasFromIjk = affine('ras', 'ijk', [-2, 0, 0, 0, 0, 2, 0.1, 0, 0, -0.1, 2.5, 0, 40, -44, -45, 1]);
  const parts: Uint8Array[] = [];
  for await (const part of gzippedNifti({ dims, rasFromIjk, scalars })) parts.push(part);
  return Buffer.concat(parts);
}

/** Until the case is there; `drawn`: until its picture is. */
async function openAt(query: string, drawn = true): Promise<{ page: Page; faults: string[] }> {
  const page = await context.newPage();
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
  page.waitForFunction((wanted) => window.theViewer().keeping.getState().save === wanted, state, { timeout: 30_000 });
const digest = (page: Page) => page.evaluate(() => window.digestNow());

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
    await saved(first.page);
    // The first segments come by themselves, one after the other.
    await first.page.waitForFunction(() => performance.getEntriesByName('full').length > 0);
    await saved(first.page);
    let page = first.page;
    told.push({ digest: await digest(page), at: performance.now() });
    let acts = 0;
    let oldestLost = 0;
    let safeActs = 0;
    for (let n = 0; n < KILLS; n++) {
      const before = told.length;
      await page.evaluate(
        ([seed, every]) => window.startActs(seed as number, every as number),
        [SEED * 1000 + n, whole(random, 5, 60)],
      );
      await new Promise((resolve) =>
        setTimeout(resolve, n % 4 === 0 ? whole(random, 1100, 1700) : whole(random, 60, 700)),
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
      expect(stands, `kill ${n}: of those that were older than a second none is lost`).toBeGreaterThanOrEqual(safe);
      const lost = told[stands + 1];
      if (lost !== undefined) oldestLost = Math.max(oldestLost, at - lost.at);
      safeActs += Math.max(0, safe + 1 - before);
      // What came after is lost, and never comes back.
      told.splice(stands + 1);
    }
    console.log(`${KILLS} kills, ${acts} acts, the oldest that was lost ${Math.round(oldestLost)} ms old`);
    expect(acts).toBeGreaterThan(4 * KILLS);
    expect(safeActs).toBeGreaterThan(KILLS);
    await page.close();
  });
});
