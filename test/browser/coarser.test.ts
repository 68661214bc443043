import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { affine } from '#core/space/affine.ts';
import { writeNifti } from '#io/nifti/write.ts';
import { type App, openPage, startApp } from './app.ts';

let app: App;
const home = mkdtempSync(join(tmpdir(), 'vesalius-coarser-'));
const file = join(home, 'ball.nii');
const DIMS = [200, 200, 261] as const;

beforeAll(async () => {
  const [ni, nj, nk] = DIMS;
  const scalars = new Int16Array(ni * nj * nk);
  for (let k = 0, n = 0; k < nk; k++)
    for (let j = 0; j < nj; j++)
      for (let i = 0; i < ni; i++, n++)
        scalars[n] = Math.hypot(i - 99.5, j - 99.5, 0.77 * (k - 130)) < 70 ? 900 : 10 + ((i * j + k) % 7);
  const rasFromIjk = affine('ras', 'ijk', [-1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0.77, 0, 100, -100, -100, 1]);
  writeFileSync(file, writeNifti({ dims: DIMS, rasFromIjk, scalars }));
  app = await startApp();
}, 60_000);
afterAll(async () => {
  await app?.close();
  rmSync(home, { recursive: true, force: true });
});

describe('a scan that is too large for the tab', { timeout: 120_000 }, () => {
  it('is refused before it is read, and opens at half resolution from its card, which stays on the case', async () => {
    const { page, context, faults } = await openPage(app);
    // A device of so little memory that the page and the work on these 10 million voxels just do not fit its half.
    await context.route(/worker[^/]*\.js$/, async (route) => {
      const answer = await route.fetch();
      const body = `Object.defineProperty(navigator, 'deviceMemory', { value: 0.6 });\n${await answer.text()}`;
      await route.fulfill({ response: answer, body });
    });
    await page.reload();
    await page.waitForFunction(() => window.vesalius?.ready !== undefined);
    await page.evaluate(() => window.vesalius.ready);
    await page.getByTestId('files').setInputFiles(file);
    const card = page.locator('.error-card');
    await card.waitFor({ timeout: 60_000 });
    expect(await card.locator('h2').textContent()).toBe('ball.nii needs 0.35 GB, this tab has 0.30 GB');
    expect(await page.evaluate(() => window.vesalius.case().volumes.length)).toBe(0);

    await card.getByRole('button', { name: 'Open at half resolution' }).click();
    await page.waitForFunction(() => window.vesalius.case().volumes.length > 0, null, { timeout: 60_000 });
    const { title, volumes } = await page.evaluate(() => window.vesalius.case());
    expect(title).toBe('ball (½ resolution)');
    expect(volumes[0]?.name).toBe('ball.nii (½ resolution)');
    expect(volumes[0]?.dims).toEqual([100, 100, 131]);
    const warnings = await page.evaluate(() => window.vesalius.case().warnings);
    expect(warnings.map(({ code }) => code)).toContain('read-coarser');
    await page.waitForFunction(() => performance.getEntriesByName('full').length > 0, null, { timeout: 60_000 });
    // The ball is as large as it was, but for half a fine voxel of means around it.
    const [ball] = await page.evaluate(() => window.vesalius.case().segments);
    expect(Math.abs((ball?.volumeMl ?? 0) / ((4 / 3) * Math.PI * 7 ** 3) - 1)).toBeLessThan(0.03);
    expect(await card.count()).toBe(0);
    expect(faults).toEqual([]);
    await context.close();
  });
});
