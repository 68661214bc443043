import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { niftiFile } from '../io/nifti/niftiFile.ts';
import { type App, type OpenPage, openPage, shown, startApp } from './app.ts';
import { deskFaults, noFaults } from './deskChecks.ts';

/** A block of tissue with a rod of bone in it, 4 mm voxels: small, and its front is flat. RAS mm from its middle. */
const DIMS = [48, 40, 44] as const;
const STEP = 4;
function blockScan(): Uint8Array {
  const [ni, nj, nk] = DIMS;
  const values = new Array<number>(ni * nj * nk);
  for (let k = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++) {
        const inside = i >= 6 && i < ni - 6 && j >= 6 && j < nj - 6 && k >= 4 && k < nk - 4;
        const rod = Math.hypot(i - 24, j - 20) < 5;
        values[i + ni * (j + nj * k)] = !inside ? -1000 : rod ? 700 : 40;
      }
  const srow = [STEP, 0, 0, -96, 0, STEP, 0, -80, 0, 0, STEP, -88];
  return niftiFile({ dim: [3, ...DIMS, 1, 1, 1, 1], pixdim: [1, STEP, STEP, STEP, 1, 1, 1, 1], srow, values });
}

let app: App;
let folder: string;
let scan: string;
let open: OpenPage;
let page: Page;

async function settled(): Promise<void> {
  await shown(page, 50);
  await page.waitForFunction(() => performance.getEntriesByName('full').length > 0, undefined, { timeout: 60_000 });
  await page.waitForSelector('.tool-column');
}
const segments = () => page.evaluate(() => window.vesalius.case().segments);
async function choose(menu: string, item: string): Promise<void> {
  await page.click(`[aria-label="${menu}"]`);
  await page.click(`[role=menuitemradio][data-key="${item}"]`);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => !document.querySelector('.menu'));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vesalius-desk-'));
  scan = join(folder, 'block.nii');
  writeFileSync(scan, blockScan());
  app = await startApp();
  open = await openPage(app, { files: [scan], width: 1440, height: 900 });
  page = open.page;
  await settled();
});
afterAll(async () => {
  await app?.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('the desk', () => {
  it('cuts no text, writes none under 12 px, has targets of 24 px', async () => {
    expect(await deskFaults(page)).toEqual(noFaults);
  });

  it('lists what the case holds, and as shown what is shown', async () => {
    const ids = (await segments()).filter(({ visible }) => visible).map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(1);
    const rows = await page.$$eval('[data-row][data-visible=true]', (found) =>
      found.map((row) => row.getAttribute('data-row')),
    );
    expect([...rows].sort()).toEqual([...ids].sort());
    expect(await page.textContent('[data-testid=shown-count]')).toBe(`${ids.length} of ${ids.length} shown`);
  });

  it('has the patient’s sides at the edges, for the camera as it stands', async () => {
    const letters = () =>
      page.$$eval('.edge-letter', (found) =>
        Object.fromEntries(found.map((each) => [each.getAttribute('data-edge'), each.textContent])),
      );
    // The proof is the body itself: what is picked on the right of the picture lies further along the letter there.
    const picked = () =>
      page.evaluate(async () => {
        const box = document.querySelector('.picture')?.getBoundingClientRect();
        if (!box) throw new Error('no picture');
        const at = (dx: number, dy: number) =>
          window.vesalius.pick({ x: box.left + box.width / 2 + dx, y: box.top + box.height / 2 + dy });
        return { left: await at(-60, 0), right: await at(60, 0), up: await at(0, -60), down: await at(0, 60) };
      });
    const axis = { R: [0, 1], L: [0, -1], A: [1, 1], P: [1, -1], S: [2, 1], I: [2, -1] } as const;
    for (const camera of ['front', 'right', 'back', 'left', 'top', 'bottom'] as const) {
      await page.evaluate((view) => window.vesalius.setView({ camera: view }), camera);
      await page.waitForFunction(
        (text) => document.querySelector('.view-menu-button')?.textContent === text,
        {
          front: 'Front',
          right: 'From right',
          back: 'Back',
          left: 'From left',
          top: 'From top',
          bottom: 'From below',
        }[camera],
      );
      const now = await letters();
      const { left, right, up, down } = await picked();
      const along = (letter: string, ras: readonly number[] | undefined) => {
        const [n, sign] = axis[letter as keyof typeof axis];
        return sign * (ras?.[n] ?? Number.NaN);
      };
      expect(along(now.right, right?.ras), `${camera} right ${now.right}`).toBeGreaterThan(
        along(now.right, left?.ras) + 10,
      );
      expect(along(now.top, up?.ras), `${camera} top ${now.top}`).toBeGreaterThan(along(now.top, down?.ras) + 10);
    }
  });

  it('its scale bar is that of the projection at the middle of the body', async () => {
    await page.evaluate(() => window.vesalius.setView({ camera: 'front' }));
    await page.waitForFunction(() => document.querySelector('.view-menu-button')?.textContent === 'Front');
    const found = await page.evaluate(async () => {
      const box = document.querySelector('.picture')?.getBoundingClientRect();
      const bar = document.querySelector('[data-testid=scale-bar]');
      if (!box || !bar) throw new Error('no bar');
      const at = (dx: number) =>
        window.vesalius.pick({ x: box.left + box.width / 2 + dx, y: box.top + box.height / 2 });
      const [left, right] = [await at(-80), await at(80)];
      return {
        height: box.height,
        px: bar.getBoundingClientRect().width,
        label: bar.parentElement?.textContent ?? '',
        left: left?.ras ?? [],
        right: right?.ras ?? [],
      };
    });
    const mm = Number.parseFloat(found.label.replace(/[^\d.]/g, ''));
    // On the flat front of the block, which is half its depth nearer than its middle.
    const front = 160 / Math.abs((found.right[0] as number) - (found.left[0] as number));
    const focal = found.height / 2 / Math.tan((14 * Math.PI) / 180);
    const middle = focal / (focal / front + ((DIMS[1] - 12) * STEP) / 2);
    expect(Math.abs(found.px - mm * middle)).toBeLessThan(1);
    expect(found.px).toBeGreaterThanOrEqual(48);
  });

  it('by keyboard: go to the list, choose, hide, take it back', async () => {
    await page.click('.panel-head h2');
    for (let n = 0; n < 8; n++) {
      await page.keyboard.press('F6');
      if (await page.evaluate(() => document.activeElement?.closest('[data-region=structures]') !== null)) break;
    }
    // From the search field on to the list.
    for (let n = 0; n < 6; n++) {
      if (await page.evaluate(() => document.activeElement?.closest('[role=treegrid]') !== null)) break;
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('ArrowDown');
    const chosen = await page.evaluate(() =>
      document.activeElement?.querySelector('[data-row]')?.getAttribute('data-row'),
    );
    expect(chosen).toBeTruthy();
    await page.keyboard.press('h');
    expect((await segments()).find(({ id }) => id === chosen)?.visible).toBe(false);
    await page.waitForSelector(`[data-row="${chosen}"][data-visible=false]`);
    await page.keyboard.press('Control+z');
    expect((await segments()).find(({ id }) => id === chosen)?.visible).toBe(true);
    await page.waitForSelector(`[data-row="${chosen}"][data-visible=true]`);
  });

  it('letters typed in a field are letters', async () => {
    const before = await page.evaluate(() => window.vesalius.case());
    await page.click('.panel-search input');
    await page.keyboard.type('hia');
    expect(await page.evaluate(() => window.vesalius.case())).toEqual(before);
    await page.keyboard.press('Escape');
    expect(await page.inputValue('.panel-search input')).toBe('');
  });

  it('a threshold is told in numbers first, then becomes a structure of that volume, and is taken back', async () => {
    const before = await segments();
    await page.click('[data-tool=threshold]');
    await page.waitForSelector('.histogram');
    const lower = page
      .getByLabel('From', { exact: true })
      .and(page.locator('input[type=text], input[inputmode]'))
      .first();
    await lower.fill('500');
    await lower.press('Tab');
    await page.waitForFunction(() => {
      const preview = document.querySelector('[data-testid=preview]');
      return preview?.getAttribute('data-ready') === 'true' && / ml|\u202fml/.test(preview.textContent ?? '');
    });
    const told = (await page.textContent('[data-testid=preview] strong')) ?? '';
    expect(await deskFaults(page)).toEqual(noFaults);
    await page.click('[data-testid=apply]');
    await page.waitForFunction((count) => window.vesalius.case().segments.length > count, before.length);
    const made = (await segments()).find(({ id }) => !before.some((old) => old.id === id));
    // 5 voxels round the middle: those that were counted when the scan was made.
    let rod = 0;
    for (let k = 4; k < DIMS[2] - 4; k++)
      for (let j = 6; j < DIMS[1] - 6; j++)
        for (let i = 6; i < DIMS[0] - 6; i++) if (Math.hypot(i - 24, j - 20) < 5) rod++;
    expect(made?.voxels).toBe(rod);
    expect(told).toContain(`${Math.round((rod * STEP ** 3) / 1000)}\u202fml`);
    await page.click('[aria-label="Undo"]');
    expect(await segments()).toHaveLength(before.length);
    await page.click('[data-tool=inspect]');
  });

  it('every method shows its settings', async () => {
    await page.click('[data-tool=methods]');
    await page.waitForSelector('.select-button');
    await page.click('.select-button');
    const count = await page.locator('[role=option]').count();
    expect(count).toBeGreaterThan(5);
    await page.click('[role=option] >> text=Grow from a point');
    await page.waitForSelector('[data-testid=run-method][data-disabled]');
    // A click on the body is a point to start from.
    const box = await page.locator('.picture').boundingBox();
    if (!box) throw new Error('no picture');
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.waitForSelector('[data-testid=name-tag]');
    await page.mouse.down();
    await page.mouse.up();
    await page.waitForSelector('.seed-row');
    expect(await deskFaults(page)).toEqual(noFaults);
    await page.click('[data-tool=inspect]');
  });

  it('the palette finds a structure, an act and nothing', async () => {
    await page.keyboard.press('Control+k');
    await page.waitForSelector('.palette');
    await page.keyboard.type('body');
    await page.waitForSelector('.palette-item');
    expect(await page.textContent('.palette-item .title')).toBe('Body');
    expect(await deskFaults(page, 24, '.palette')).toEqual(noFaults);
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => !document.querySelector('.palette'));
  });

  it('a file that is none is refused on a card that says so; the case stays', async () => {
    const before = await page.evaluate(() => window.vesalius.case());
    await page.evaluate(() =>
      window.vesalius
        .open({ files: [new File(['not a scan at all, but some words'], 'letter.nii')] })
        .catch(() => undefined),
    );
    await page.waitForSelector('.error-card[role=alert]');
    expect(await page.textContent('.error-card h2')).toBe('letter.nii is not a scan');
    expect(await page.textContent('.error-card header p')).toBe(
      'It was not opened. block is still open and unchanged.',
    );
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('letter.nii is not a scan');
    expect(await deskFaults(page, 24, '.error-cards')).toEqual(noFaults);
    expect(await page.evaluate(() => window.vesalius.case())).toEqual(before);
    await page.click('.error-card [aria-label=Close]');
    await page.waitForFunction(() => !document.querySelector('.error-card'));
  });

  it('the case takes another name, is closed, and comes back', async () => {
    const title = () => page.evaluate(() => window.vesalius.case().title);
    const inMenu = async (item: string) => {
      await page.click('[data-testid=case-menu]');
      await page.click(`[role=menuitem][data-key=${item}]`);
    };
    const field = page.locator('.case-rename input');
    await inMenu('rename');
    await field.fill('Another');
    await field.press('Escape');
    expect(await title()).toBe('block');
    await inMenu('rename');
    await field.fill('Knee before surgery');
    expect(await deskFaults(page, 24, '.top-bar')).toEqual(noFaults);
    await field.press('Enter');
    expect(await title()).toBe('Knee before surgery');
    expect(await page.textContent('[data-testid=case-menu]')).toBe('Knee before surgery');
    await page.click('[aria-label="Undo"]');
    expect(await title()).toBe('block');
    const before = await page.evaluate(() => window.vesalius.case());
    await inMenu('close');
    await page.waitForSelector('.start');
    expect(await page.evaluate(() => window.vesalius.case().volumes)).toEqual([]);
    await page.click('text=Back to block');
    await page.waitForSelector('[data-testid=case-menu]');
    expect(await page.evaluate(() => window.vesalius.case())).toEqual(before);
    await shown(page, 50);
    await page.waitForFunction(() => window.vesalius.stats().triangles > 50);
  });

  it('holds in light, in high contrast, in long words and from right to left', async () => {
    for (const theme of ['light', 'contrast', 'dark']) {
      await choose('Settings', theme);
      expect(await page.getAttribute('html', 'data-theme')).toBe(theme);
      expect(await deskFaults(page), theme).toEqual(noFaults);
    }
    await choose('Settings', 'pseudo-rtl');
    expect(await page.getAttribute('html', 'dir')).toBe('rtl');
    const bar = await page.locator('.left-panel').boundingBox();
    expect(bar?.x).toBeGreaterThan(1000);
    // The picture and its letters are not mirrored.
    expect(await page.textContent('.edge-letter[data-edge=left]')).toBe('R');
    expect((await deskFaults(page)).small).toEqual([]);
    await page.evaluate(() => localStorage.clear());
  });

  it('no policy was violated, nothing threw, no other host was asked', () => {
    expect(open.faults).toEqual([]);
    expect(open.foreign).toEqual([]);
  });
});

describe('the start page', () => {
  it('reads and presses well on a desk and on a phone, asks no other host, refuses a wrong address', async () => {
    for (const [width, height, least] of [
      [1440, 900, 24],
      [390, 844, 24],
    ] as const) {
      const start = await openPage(app, { width, height });
      await start.page.waitForSelector('.start');
      expect(await deskFaults(start.page, least), `${width}`).toEqual(noFaults);
      if (width > 1000) {
        await start.page.click('text=From a link');
        await start.page.fill('#link-text', 'ftp://example.org/x.nii');
        await start.page.click('.dialog .main');
        expect(await start.page.textContent('#link-hint')).toBe(
          '“ftp://example.org/x.nii” is not an http or https address.',
        );
      }
      expect(start.foreign).toEqual([]);
      expect(start.faults).toEqual([]);
      await start.context.close();
    }
  });
});

describe('a small screen', () => {
  it('has the panels in a sheet, targets of 44 px in it', async () => {
    const phone = await openPage(app, { files: [scan], width: 390, height: 844, coarsePointer: true });
    await shown(phone.page, 50);
    await phone.page.waitForSelector('.sheet');
    expect(await deskFaults(phone.page, 44, '.sheet')).toEqual(noFaults);
    for (const tab of ['Measures', 'Tool', 'Structures']) {
      await phone.page.click(`[role=tab] >> text=${tab}`);
      expect(await deskFaults(phone.page, 24, '.sheet'), tab).toEqual(noFaults);
    }
    expect(phone.faults).toEqual([]);
    await phone.context.close();
  });
});

describe('loading', () => {
  it('all scripts before the first picture are at most 400,000 bytes', async () => {
    const { page: fresh, context } = await openPage(app, { width: 400, height: 300 });
    const scripts = new Map<string, number>();
    context.on('request', (request) => {
      const { pathname } = new URL(request.url());
      if (pathname.endsWith('.js') && !scripts.has(pathname)) scripts.set(pathname, Date.now());
    });
    // What the start page still asks for is not of this visit.
    await fresh.goto('about:blank');
    scripts.clear();
    await fresh.goto(`${app.origin}/?case=phantom:thorax`);
    await fresh.waitForFunction(() => window.vesalius?.stats().triangles > 1000, undefined, {
      timeout: 110_000,
      polling: 50,
    });
    // What keeps the case is asked for after the picture, and a busy machine looks at both at once.
    const pictured = await fresh.evaluate(() => {
      const [mark] = performance.getEntriesByName('coarse');
      return performance.timeOrigin + (mark ? mark.startTime + mark.duration : 0);
    });
    const before = [...scripts].flatMap(([path, at]) => (at <= pictured ? [path] : []));
    const size = (path: string) =>
      brotliCompressSync(readFileSync(join(import.meta.dirname, '../../dist/web', path)), {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11 },
      }).length;
    expect(before.some((path) => path.includes('worker'))).toBe(true);
    expect(before.some((path) => path.includes('Workbench'))).toBe(false);
    const total = before.reduce((sum, path) => sum + size(path), 0);
    console.log(
      `${before.length} scripts, ${total} bytes:`,
      before.map((path) => `${path.split('/').at(-1)} ${size(path)}`).join(', '),
    );
    expect(total).toBeLessThanOrEqual(400_000);
    await context.close();
  });
});
