import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, type OpenPage, openPage, shown, startApp } from './app.ts';
import { frames } from './frames.ts';
import { calmPicture, differenceFromGolden, differing } from './golden.ts';

/** A changed edge here and there is the renderer's; a changed structure is far more than this. */
const TOLERANCE = 0.02;

let app: App;
let opened: OpenPage;

beforeAll(async () => {
  app = await startApp();
  opened = await openPage(app, { query: 'case=phantom:thorax', headset: true, width: 1120, height: 700 });
  await shown(opened.page);
  await opened.page.waitForFunction(() => performance.getEntriesByName('full').length > 0, null, {
    timeout: 240_000,
    polling: 500,
  });
}, 300_000);
afterAll(() => app?.close());

describe('the embedded sample', () => {
  it('on the desk', { timeout: 180_000 }, async () => {
    expect(differenceFromGolden('desk', await calmPicture(opened.page))).toBeLessThan(TOLERANCE);
  });

  it('shows the liver on the left of the picture, where the letter R stands', { timeout: 180_000 }, async () => {
    const { page } = opened;
    const set = (visible: boolean) =>
      page.evaluate(async (on) => {
        const liver = window.vesalius.case().segments.find(({ name }) => name === 'liver');
        if (liver) await window.vesalius.setSegment(liver.id, { visible: on });
      }, visible);
    const before = await calmPicture(page);
    await set(false);
    const without = await calmPicture(page);
    await set(true);
    const liver = differing(before, without);
    const letters = await page.evaluate(() => {
      const found = [...document.querySelectorAll('*')].filter((one) => one.children.length === 0);
      const box = (letter: string) => found.find((one) => one.textContent === letter)?.getBoundingClientRect();
      return { r: box('R')?.x ?? null, l: box('L')?.x ?? null };
    });
    expect(liver.count).toBeGreaterThan(500);
    expect(letters.r).not.toBeNull();
    expect(Math.abs(liver.x - (letters.r as number))).toBeLessThan(Math.abs(liver.x - (letters.l as number)));
    expect(letters.r as number).toBeLessThan(letters.l as number);
  });

  it.each(['immersive-vr', 'immersive-ar'] as const)('to both eyes, %s', { timeout: 240_000 }, async (mode) => {
    const { page } = opened;
    // Both eyes in software: small.
    await page.setViewportSize({ width: 720, height: 400 });
    await page.evaluate((wanted) => {
      const device = window.__xrDevice;
      device.position.set(0, 1.6, 0);
      device.quaternion.set(0, 0, 0, 1);
      for (const [hand, x] of [
        ['left', -0.5],
        ['right', 0.5],
      ] as const) {
        device.controllers[hand].position.set(x, 0.9, 0.3);
        device.controllers[hand].quaternion.set(0, 0, 0, 1);
      }
      return window.vesalius.enterXR(wanted);
    }, mode);
    await frames(page, 5);
    const picture = PNG.sync.read(await page.screenshot({ timeout: 90_000 }));
    const half = picture.width / 2;
    let apart = 0;
    for (let y = 0; y < picture.height; y++)
      for (let x = 0; x < half; x++) {
        const [left, right] = [4 * (y * picture.width + x), 4 * (y * picture.width + x + half)];
        if (Math.abs((picture.data[left] as number) - (picture.data[right] as number)) > 24) apart++;
      }
    expect(apart).toBeGreaterThan(300);
    expect(differenceFromGolden(mode, picture)).toBeLessThan(TOLERANCE);
    await page.evaluate(() => window.vesalius.exitXR());
    expect(await page.evaluate(() => window.vesalius.stats().presenting)).toBe(false);
  });

  it('asks no other host and breaks no policy', () => {
    expect(opened.foreign).toEqual([]);
    expect(opened.faults).toEqual([]);
  });
});
