import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import pixelmatch from 'pixelmatch';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { chromiumVersion } from './chromium.ts';

const folder = join(import.meta.dirname, '../golden');

/** A picture of the page, once two in a row are the same: nothing is on its way any more. */
export async function calmPicture(page: Page, attempts = 20): Promise<PNG> {
  let before: Buffer | null = null;
  for (let n = 0; n < attempts; n++) {
    const now = await page.screenshot({ timeout: 90_000 });
    if (before?.equals(now)) break;
    before = now;
    await page.waitForTimeout(700);
  }
  if (!before) throw new Error('no picture was taken');
  return PNG.sync.read(before);
}

/**
 * Share of pixels (0 to 1) that differ from the golden picture. `npm run golden` writes it anew; a difference leaves the new
 * picture and the differing pixels beside it. The name carries the Chromium that drew it: another one draws other edges.
 */
export function differenceFromGolden(name: string, picture: PNG): number {
  const file = join(folder, `${name}.chromium-${chromiumVersion.split('.')[0]}.png`);
  const [actual, diff] = ['actual', 'diff'].map((kind) => file.replace('.png', `.${kind}.png`)) as [string, string];
  if (process.env.UPDATE_GOLDEN || !existsSync(file)) {
    if (!process.env.UPDATE_GOLDEN && process.env.CI) throw new Error(`there is no golden picture ${file}`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, PNG.sync.write(picture));
    return 0;
  }
  const golden = PNG.sync.read(readFileSync(file));
  if (golden.width !== picture.width || golden.height !== picture.height) return 1;
  const marks = new PNG({ width: golden.width, height: golden.height });
  const differing = pixelmatch(golden.data, picture.data, marks.data, golden.width, golden.height, { threshold: 0.15 });
  const share = differing / (golden.width * golden.height);
  if (share > 0.01) {
    writeFileSync(actual, PNG.sync.write(picture));
    writeFileSync(diff, PNG.sync.write(marks));
  } else for (const left of [actual, diff]) rmSync(left, { force: true });
  return share;
}

/** Where two pictures differ: how many pixels, and their middle. */
export function differing(a: PNG, b: PNG): { count: number; x: number; y: number } {
  let [count, x, y] = [0, 0, 0];
  for (let row = 0; row < a.height; row++)
    for (let column = 0; column < a.width; column++) {
      const at = 4 * (row * a.width + column);
      const apart = [0, 1, 2].reduce(
        (sum, c) => sum + Math.abs((a.data[at + c] as number) - (b.data[at + c] as number)),
        0,
      );
      if (apart <= 40) continue;
      count++;
      x += column;
      y += row;
    }
  return { count, x: x / count, y: y / count };
}
