// node scripts/thumbnails.ts   draws the pictures of the start page: each sample opened in the built page, in the project's own
// Chromium. Scans are read from VESALIUS_DATA (default ../shared/data); one that is absent keeps the picture it has.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type OpenOptions, openPage, shown, startApp } from '../test/browser/app.ts';

const root = join(import.meta.dirname, '..');
const target = join(root, 'assets/public/samples');
const data = process.env.VESALIUS_DATA ?? join(root, '../shared/data');

interface Wanted {
  readonly name: string;
  readonly file?: string;
  /** The phantom, where there is no file; the thorax unless told. */
  readonly body?: string;
  readonly width: number;
  readonly height: number;
  /** Dark unless told. */
  readonly theme?: 'light';
}
const wanted: readonly Wanted[] = [
  { name: 'thorax', width: 480, height: 400 },
  { name: 'abdomen', body: 'abdomen', width: 480, height: 400 },
  { name: 'head', body: 'head', width: 480, height: 400 },
  { name: 'hero', width: 720, height: 720 },
  { name: 'hero-light', width: 720, height: 720, theme: 'light' },
  { name: 'abdomen-ct', file: 'totalsegmentator/example_ct.nii.gz', width: 480, height: 400 },
  { name: 'head-mr-gd', file: 'niivue-images/MR_Gd.nii.gz', width: 480, height: 400 },
  { name: 'head-flair', file: 'niivue/FLAIR.nii.gz', width: 480, height: 400 },
];

const only = process.argv.slice(2);
mkdirSync(target, { recursive: true });
const app = await startApp();
for (const { name, file, body = 'thorax', width, height, theme } of wanted) {
  if (only.length > 0 && !only.includes(name)) continue;
  const path = file === undefined ? null : join(data, file);
  if (path !== null && !existsSync(path)) {
    console.error(`${name}: ${path} is not there, its picture stays`);
    continue;
  }
  // Folded panels and the 3D layout: the view alone, in the size of the picture and the bars around it.
  const options: OpenOptions = {
    ...(path === null ? { query: `case=phantom:${body}` } : { files: [path] }),
    width: Math.max(900, width),
    height: height + 72,
  };
  const { page, context } = await openPage(app, options);
  if (theme) {
    // As the page remembers it.
    await page.evaluate(
      (wish) => localStorage.setItem('vesalius.view', JSON.stringify({ version: 1, theme: wish })),
      theme,
    );
    await page.reload();
    await page.waitForFunction(() => window.vesalius?.ready !== undefined);
  }
  await shown(page);
  await page.waitForFunction(() => performance.getEntriesByName('full').length > 0, undefined, { timeout: 240_000 });
  await page.evaluate(() => window.vesalius.setView({ mode: '3d', camera: 'three-quarter' }));
  await page.waitForTimeout(1500);
  const picture = await page.evaluate(
    async ([w, h]) => {
      const blob = await window.vesalius.screenshot();
      const bitmap = await createImageBitmap(blob);
      const canvas = new OffscreenCanvas(w, h);
      const scale = Math.max(w / bitmap.width, h / bitmap.height);
      const context = canvas.getContext('2d');
      if (!context) throw new Error('no 2D canvas');
      context.imageSmoothingQuality = 'high';
      context.drawImage(
        bitmap,
        (w - bitmap.width * scale) / 2,
        (h - bitmap.height * scale) / 2,
        bitmap.width * scale,
        bitmap.height * scale,
      );
      const webp = await canvas.convertToBlob({ type: 'image/webp', quality: 0.86 });
      return [...new Uint8Array(await webp.arrayBuffer())];
    },
    [width, height] as const,
  );
  writeFileSync(join(target, `${name}.webp`), Uint8Array.from(picture));
  console.log(`${name}.webp ${picture.length} bytes`);
  await context.close();
}
await app.close();
