import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type App, type OpenPage, openPage, startApp } from './app.ts';
import { deskFaults, noFaults } from './deskChecks.ts';
import { slicesDrawn } from './slicesDrawn.ts';
import { balls, body, otherContrast, type Triple, writeLabels, writeMade } from './volumes/madeVolumes.ts';

const folder = mkdtempSync(join(tmpdir(), 'vesalius-volumes-'));
const scanFile = join(folder, 'scan.nii');
const movedFile = join(folder, 'moved.nii');
const beatFile = join(folder, 'beat.nii');
/** What has to be added to a place on the moved volume to get the place on the scan, mm. */
const SHIFT: Triple = [9, -6, 4.5];

let app: App;
let opened: OpenPage;
let page: Page;

beforeAll(async () => {
  writeMade(scanFile, { dims: [64, 56, 60], spacing: 2, timepoints: 1, value: body });
  writeMade(movedFile, {
    dims: [48, 44, 50],
    spacing: 3,
    timepoints: 1,
    value: ([r, a, s]) => otherContrast([r + SHIFT[0], a + SHIFT[1], s + SHIFT[2]]),
  });
  writeMade(beatFile, {
    dims: [40, 36, 34],
    spacing: 4,
    timepoints: 12,
    value: (ras, t) => (body(ras) > -500 ? 100 * t : -1000),
  });
  app = await startApp();
  opened = await openPage(app, { files: [scanFile], width: 1280, height: 800 });
  ({ page } = opened);
  await whole(page);
  await page.evaluate(() => window.vesalius.setView({ mode: 'slices' }));
}, 300_000);
afterAll(async () => {
  await app?.close();
  rmSync(folder, { recursive: true, force: true });
});

const whole = (of: Page) =>
  of.waitForFunction(() => performance.getEntriesByName('full').length > 0, null, { timeout: 120_000, polling: 200 });
const volumes = () => page.evaluate(() => window.vesalius.case().volumes);

/** RGB at a point of the patient on the axial slice, whose crosshair stands at the middle of the scan. */
async function axialAt(of: Page, [r, a]: readonly [number, number]): Promise<[number, number, number]> {
  await slicesDrawn(of);
  const url = await of.evaluate(() =>
    (document.querySelector('[data-plane=axial] canvas') as HTMLCanvasElement).toDataURL('image/png'),
  );
  const picture = PNG.sync.read(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
  const bar = await of.locator('[data-plane=axial] .slice-bar').boundingBox();
  const mm = Number((await of.locator('[data-plane=axial] .slice-scale').textContent())?.replace(/[^\d.]/g, ''));
  const pixelsPerMm = (bar?.width ?? Number.NaN) / mm;
  const x = Math.round(picture.width / 2 - r * pixelsPerMm);
  const y = Math.round(picture.height / 2 - a * pixelsPerMm);
  const n = 4 * (x + picture.width * y);
  return [picture.data[n] as number, picture.data[n + 1] as number, picture.data[n + 2] as number];
}

describe('a second scan', () => {
  it('chosen while one is open is asked about; Esc changes nothing; by keyboard it is laid over', async () => {
    await page.keyboard.press('Control+o');
    const choose = () => page.getByTestId('files').setInputFiles(movedFile);
    await choose();
    await page.locator('dialog[open]').waitFor();
    await page.keyboard.press('Escape');
    await page.locator('dialog[open]').waitFor({ state: 'detached' });
    expect((await volumes()).length).toBe(1);
    await choose();
    await page.getByTestId('lay-over').waitFor();
    await page.getByTestId('lay-over').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-list=volumes] > li').nth(1).waitFor();
    const [base, over] = await volumes();
    expect([base?.overlay, over?.placed, over?.overlay?.visible]).toEqual([null, null, true]);
    expect(await page.locator('.volume-place.unsure').count()).toBe(1);
    expect(await page.locator('.desk[inert]').count()).toBe(0);
  });

  it('is seen in its own colours where its own file says, then where it was moved to by hand', async () => {
    const id = (await volumes())[1]?.id as string;
    await page.evaluate(
      (over) =>
        window.vesalius.setVolume(over, {
          colorMap: 'hot',
          opacity: 1,
          window: { level: 750, width: 1500 },
          name: 'moved',
        }),
      id,
    );
    // The liver's ball has the least of the body there; a place of the body beside it has most.
    const ball = balls[0].centre;
    const shifted: [number, number] = [ball[0] - SHIFT[0], ball[1] - SHIFT[1]];
    const warm = ([r, , b]: readonly number[]) => (r as number) > (b as number) + 30;
    const beside: [number, number] = [-30, -20];
    expect(warm(await axialAt(page, beside))).toBe(true);
    const there = await axialAt(page, shifted);
    const bright = await axialAt(page, beside);
    expect(there[0] + there[1] + there[2]).toBeLessThan(bright[0] + bright[1] + bright[2] - 60);
    await page.getByText('By hand', { exact: true }).first().click();
    const field = (n: number) => page.locator('.hand-move input').nth(n);
    for (const [n, mm] of SHIFT.entries()) {
      await field(n).fill(String(mm));
      await field(n).press('Enter');
    }
    const placed = (await volumes())[1]?.placed;
    expect(placed?.kind).toBe('hand');
    expect(placed?.matrix.slice(12, 15)).toEqual([...SHIFT]);
    const now = await axialAt(page, [ball[0], ball[1]]);
    expect(now[0] + now[1] + now[2]).toBeLessThan(bright[0] + bright[1] + bright[2] - 60);
  });

  it('the status bar tells both values at one place', async () => {
    const view = await page.locator('[data-plane=axial]').boundingBox();
    if (!view) throw new Error('no axial slice');
    await page.mouse.move(view.x + view.width / 2 + 20, view.y + view.height / 2 - 20);
    await slicesDrawn(page);
    const told = (await page.locator('.status-bar').textContent())?.replace(/\s+/g, ' ') ?? '';
    expect(told).toMatch(/scan\S* [−\d,.]+/);
    expect(told).toMatch(/moved [−\d,.]+/);
  });

  it('checkerboard, difference and each alone show what they say', async () => {
    const set = (overlay: 'blend' | 'checker' | 'difference' | 'base' | 'over') =>
      page.evaluate((mode) => window.vesalius.setView({ overlay: mode }), overlay);
    const place: [number, number] = [-30, -20];
    const grey = ([r, g, b]: readonly number[]) => r === g && g === b;
    await set('base');
    const base = await axialAt(page, place);
    expect(grey(base)).toBe(true);
    await set('over');
    const over = await axialAt(page, place);
    expect(grey(over)).toBe(false);
    await set('checker');
    // −30 and −20 lie in squares −2 and −1: their sum is odd, which is the overlay's; 20 mm on is the scan's.
    expect(await axialAt(page, [-30, -15])).toEqual(over.map(() => expect.any(Number)));
    expect(grey(await axialAt(page, [-30, -15]))).toBe(false);
    expect(grey(await axialAt(page, [-30, 5]))).toBe(true);
    await set('difference');
    expect(grey(await axialAt(page, place))).toBe(true);
    await set('blend');
  });

  it('is registered to the scan within a voxel, as one step; a cancelled one changes nothing', async () => {
    const id = (await volumes())[1]?.id as string;
    await page.evaluate(() => window.vesalius.undo());
    const before = await page.evaluate(() => JSON.stringify(window.vesalius.case().volumes));
    await page.getByText('Register', { exact: true }).first().click();
    await page.getByTestId('register').click();
    await page.locator('.job-block button').first().click();
    await page.waitForFunction(() => document.querySelectorAll('.job-block').length === 0);
    expect(await page.evaluate(() => JSON.stringify(window.vesalius.case().volumes))).toBe(before);

    const record = await page.evaluate((volume) => window.vesalius.register({ volume, kind: 'rigid' }), id);
    expect(record.placed?.kind).toBe('rigid');
    const m = record.placed?.matrix ?? [];
    // Corners of the body: what a turn would move most.
    for (const corner of [
      [40, 30, 30],
      [-40, -30, 30],
      [40, -30, -30],
      [-40, 30, -30],
    ] as const)
      for (const axis of [0, 1, 2] as const) {
        const own = corner.map((v, n) => v - (SHIFT[n] as number));
        const to =
          (m[axis] as number) * (own[0] as number) +
          (m[4 + axis] as number) * (own[1] as number) +
          (m[8 + axis] as number) * (own[2] as number) +
          (m[12 + axis] as number);
        expect(Math.abs(to - corner[axis])).toBeLessThan(2);
      }
    expect(await page.locator('[data-volume] .volume-place').nth(1).textContent()).toMatch(/Rigid/);
    await page.evaluate(() => window.vesalius.undo());
    expect(await page.evaluate(() => JSON.stringify(window.vesalius.case().volumes))).toBe(before);
  });

  it('pairs of points bring it into place, each with what is left between them', async () => {
    const before = await page.evaluate(() => JSON.stringify(window.vesalius.case().volumes));
    const record = (await volumes())[1];
    await page.evaluate(() => window.vesalius.setView({ overlay: 'blend' }));
    if (record?.placed) await page.getByText('Put back', { exact: true }).click();
    await page.getByText('Points', { exact: true }).click();
    const click = async ([r, a]: readonly [number, number]) => {
      const view = await page.locator('[data-plane=axial]').boundingBox();
      const bar = await page.locator('[data-plane=axial] .slice-bar').boundingBox();
      const mm = Number((await page.locator('[data-plane=axial] .slice-scale').textContent())?.replace(/[^\d.]/g, ''));
      if (!view || !bar) throw new Error('no axial slice');
      const scale = bar.width / mm;
      await page.mouse.click(view.x + view.width / 2 - r * scale, view.y + view.height / 2 - a * scale);
    };
    for (const [r, a] of [
      [34, 0],
      [-20, 26],
      [-28, -24],
    ] as const) {
      await click([r, a]);
      await click([r - SHIFT[0], a - SHIFT[1]]);
    }
    const rows = page.locator('[data-list=landmarks] li');
    expect(await rows.count()).toBe(3);
    // As it lies now they are as far apart as it was moved in this plane.
    for (const text of await rows.locator('output').allTextContents())
      expect(Math.abs(Number.parseFloat(text) - Math.hypot(SHIFT[0], SHIFT[1]))).toBeLessThan(1);
    await page.getByTestId('fit-landmarks').click();
    await expect.poll(async () => (await volumes())[1]?.placed?.kind).toBe('landmarks');
    const placed = (await volumes())[1]?.placed;
    expect(placed?.landmarks.length).toBe(3);
    expect(placed?.residualMm ?? 9).toBeLessThan(1);
    expect(Math.abs((placed?.matrix[12] ?? 0) - SHIFT[0])).toBeLessThan(1.5);
    expect(Math.abs((placed?.matrix[13] ?? 0) - SHIFT[1])).toBeLessThan(1.5);
    for (const text of await rows.locator('output').allTextContents()) expect(Number.parseFloat(text)).toBeLessThan(1);
    await page.getByText('Register', { exact: true }).first().click();
    await page.evaluate(() => window.vesalius.undo());
    if (record?.placed) await page.evaluate(() => window.vesalius.undo());
    expect(await page.evaluate(() => JSON.stringify(window.vesalius.case().volumes))).toBe(before);
  });

  it('its structures stand where it was brought to, and are carried over to the scan’s grid', async () => {
    const { centre, radius } = balls[1];
    const labels = join(folder, 'labels.seg.nrrd');
    writeLabels(labels, { dims: [48, 44, 50], spacing: 3 }, ['ball'], (own) => {
      const ras = own.map((v, n) => v + (SHIFT[n] as number)) as unknown as Triple;
      return Math.hypot(...ras.map((v, n) => v - (centre[n] as number))) <= radius ? 1 : 0;
    });
    const id = (await volumes())[1]?.id as string;
    await page.keyboard.press('Control+o');
    await page.getByTestId('files').setInputFiles(labels);
    await page.waitForFunction(() => window.vesalius.case().segments.some(({ name }) => name === 'ball'));
    await page.evaluate(() => document.querySelector<HTMLElement>('.start-bar .button.bare')?.click());
    const own = await page.evaluate(() => window.vesalius.case().segments.find(({ name }) => name === 'ball'));
    expect(own?.volume).toBe(id);
    const hit = () =>
      page.evaluate(
        ({ centre }) => window.vesalius.pick({ origin: [centre[0], centre[1], 300], direction: [0, 0, -1] }),
        { centre },
      );
    for (const body of await page.evaluate(() => window.vesalius.case().segments))
      if (body.name !== 'ball')
        await page.evaluate((segment) => window.vesalius.setSegment(segment, { visible: false }), body.id);
    // Brought by hand to where it belongs: the ball with it.
    await page.getByText('By hand', { exact: true }).first().click();
    for (const [n, mm] of SHIFT.entries()) {
      await page.locator('.hand-move input').nth(n).fill(String(mm));
      await page.locator('.hand-move input').nth(n).press('Enter');
    }
    const top = centre[2] + radius;
    expect(Math.abs(((await hit())?.ras[2] ?? 999) - top)).toBeLessThan(3);
    await page.getByTestId('carry').click();
    await page.waitForFunction(
      () => window.vesalius.case().segments.filter(({ name }) => name === 'ball').length === 2,
    );
    const carried = await page.evaluate(() => window.vesalius.case().segments.findLast(({ name }) => name === 'ball'));
    expect(carried?.volume).toBe((await volumes())[0]?.id);
    expect(carried?.madeBy).toMatchObject({ method: 'carried', settings: { from: 'moved', placed: 'hand' } });
    const ml = ((4 / 3) * Math.PI * radius ** 3) / 1000;
    expect(Math.abs((carried?.volumeMl ?? 0) / ml - 1)).toBeLessThan(0.04);
    await page.evaluate((segment) => window.vesalius.setSegment(segment, { visible: false }), own?.id ?? '');
    const found = await hit();
    expect(found?.segment).toBe(carried?.id);
    expect(Math.abs((found?.ras[2] ?? 999) - top)).toBeLessThan(3);
  });

  it('goes with one step and comes back with one', async () => {
    await page.getByText('Take it away', { exact: true }).click();
    expect((await volumes()).length).toBe(1);
    // What was carried stays: it lies on the scan.
    const balls = () =>
      page.evaluate(() => window.vesalius.case().segments.filter(({ name }) => name === 'ball').length);
    expect(await balls()).toBe(1);
    await page.evaluate(() => window.vesalius.undo());
    expect(await balls()).toBe(2);
    expect((await volumes()).length).toBe(2);
    expect(opened.faults).toEqual([]);
    expect(opened.foreign).toEqual([]);
  });

  it('its panel cuts no word and has targets of 24 px, in every way of placing, in long words and from right to left', async () => {
    const look = async () => {
      for (const n of [0, 1, 2]) {
        await page.locator('.volume-place-tools .chips').first().locator('.chip').nth(n).click();
        const geometry = page.locator('.volume-item.open .geometry');
        if (!(await geometry.evaluate((details: HTMLDetailsElement) => details.open)))
          await geometry.locator('summary').click();
        await slicesDrawn(page);
        expect(await deskFaults(page, 24, '.right-panel')).toEqual(noFaults);
      }
    };
    await look();
    await page.click('.top-bar [aria-label=Settings]');
    await page.click('[data-key="pseudo-rtl"]');
    await page.keyboard.press('Escape');
    await page.locator('[data-plane=axial]').focus();
    await page.keyboard.press('v');
    await page.locator('.volume-item.open').waitFor();
    expect(await page.getAttribute('html', 'dir')).toBe('rtl');
    await look();
    await page.evaluate(() => localStorage.clear());
  });
});

describe('a scan over time', () => {
  it('is gone through by keys and slider, played, and cut at the timepoint that is shown', async () => {
    const { page: beating, context, faults } = await openPage(app, { files: [beatFile], width: 1280, height: 800 });
    await whole(beating);
    const text = async () => (await beating.locator('.time-text').textContent())?.replace(/\s/g, ' ');
    await beating.locator('.time-text').waitFor();
    // 50 ms between two of them.
    expect(await text()).toBe('1 / 120 ms');
    await beating.evaluate(() => window.vesalius.setView({ mode: 'slices', window: 1200, level: 500 }));
    await beating.locator('[data-plane=axial]').focus();
    const shades: number[] = [];
    for (let n = 0; n < 12; n++) {
      await expect.poll(text).toMatch(new RegExp(`^${n + 1} / 12`));
      shades.push((await axialAt(beating, [20, 10]))[0]);
      await beating.keyboard.press('.');
    }
    // Values of 100 a timepoint, in a window of 1,200.
    for (const [n, shade] of shades.entries()) expect(Math.abs(shade - ((n * 100 + 100) * 255) / 1200)).toBeLessThan(3);
    // What a key does is loaded when it is pressed.
    await expect.poll(text).toMatch(/^1 \/ 12/);
    await beating.keyboard.press(',');
    await expect.poll(text).toMatch(/^12 \/ 12 ?550/);
    await beating.evaluate(() => window.vesalius.setView({ timepoint: 7 }));
    const [made] = await beating.evaluate(() =>
      window.vesalius.segment({ method: 'threshold', settings: { lower: 690, upper: 710 } }),
    );
    expect(made?.voxels).toBeGreaterThan(1000);
    await expect(beating.evaluate(() => window.vesalius.setView({ timepoint: 12 }))).rejects.toThrow(/0 to 11/);
    await beating.locator('[data-plane=axial]').focus();
    await beating.keyboard.press('p');
    const seen = new Set<string>();
    await expect
      .poll(async () => seen.add((await text()) ?? '').size, { timeout: 20_000, interval: 15 })
      .toBeGreaterThan(5);
    await beating.keyboard.press('p');
    await beating.waitForTimeout(200);
    const stopped = await text();
    await beating.waitForTimeout(400);
    expect(await text()).toBe(stopped);
    expect(faults).toEqual([]);
    await context.close();
  });
});
