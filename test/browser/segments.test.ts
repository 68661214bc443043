// Segments that come with a scan, and after it, in the built page: the same as on the command line.
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataFile } from '../data.ts';
import { binaryStl, icosphere } from '../io/mesh/meshes.ts';
import { type App, openPage, startApp } from './app.ts';

const folder = dataFile('dcmqi/ct-3slice');
const overlaps = dataFile('dcmqi/partial_overlaps.dcm');
const liver = dataFile('dcmqi/liver.dcm');
const elsewhere = dataFile('rt-utils/mock_data/rt.dcm');

let app: App;
beforeAll(async () => {
  app = await startApp();
}, 60_000);
afterAll(() => app?.close());

describe.skipIf(!folder || !overlaps || !liver || !elsewhere)('segments in the page', () => {
  for (const notIsolated of [false, true])
    it(`a scan and its DICOM SEG together, another one after it, one of another scan (isolated: ${!notIsolated})`, async () => {
      const scan = readdirSync(folder as string).map((name) => join(folder as string, name));
      const files = [...scan, overlaps, liver, elsewhere] as string[];
      const together = [...scan, overlaps as string].map((path) => `/__data/${path.split('/').at(-1)}`);
      const { page, context, faults, foreign } = await openPage(app, { files, notIsolated });
      const names = () => page.evaluate(() => window.vesalius.case().segments.map(({ name }) => name));
      await page.evaluate(async (urls) => window.vesalius.open({ urls }), together);
      const found = await names();
      for (const name of ['GREEN', 'ORANGE', 'PURPLE', 'LIGHT_BLUE', 'DARK_BLUE']) expect(found).toContain(name);
      const before = await page.evaluate(() => window.vesalius.labelsHash());
      await page.evaluate(() => window.vesalius.open({ urls: ['/__data/liver.dcm'] }));
      expect(await names()).toEqual([...found, 'Liver']);
      const summary = await page.evaluate(() => window.vesalius.case().segments.find(({ name }) => name === 'Liver'));
      expect(summary?.voxels).toBe(107098);
      // One step: undone, the case is what it was.
      await page.evaluate(() => window.vesalius.undo());
      expect(await page.evaluate(() => window.vesalius.labelsHash())).toBe(before);
      const refused = await page.evaluate(() =>
        window.vesalius.open({ urls: ['/__data/rt.dcm'] }).then(
          () => null,
          ({ code, where, file }: { code: string; where: string; file: string }) => ({ code, where, file }),
        ),
      );
      expect(refused).toEqual({ code: 'geometry', where: 'FrameOfReferenceUID', file: 'rt.dcm' });
      expect(await names()).toEqual(found);
      expect(faults).toEqual([]);
      expect(foreign).toEqual([]);
      await context.close();
    }, 120_000);

  it('an archive of a scan and its DICOM SEG: both, and the segments alone over it', async () => {
    const zip = (name: string, paths: readonly string[]) => {
      const path = join(mkdtempSync(join(tmpdir(), 'vesalius-')), name);
      writeFileSync(path, zipSync(Object.fromEntries(paths.map((file) => [basename(file), readFileSync(file)]))));
      return path;
    };
    const scan = readdirSync(folder as string).map((name) => join(folder as string, name));
    const files = [zip('study.zip', [...scan, liver as string]), zip('segments.zip', [overlaps as string])];
    const { page, context, faults } = await openPage(app, { files });
    const names = () => page.evaluate(() => window.vesalius.case().segments.map(({ name }) => name));
    await page.evaluate(() => window.vesalius.open({ urls: ['/__data/study.zip', '/__data/segments.zip'] }));
    const found = await page.evaluate(() => window.vesalius.case().segments.map(({ name, voxels }) => [name, voxels]));
    expect(found).toContainEqual(['Liver', 107098]);
    expect(await names()).toContain('LIGHT_BLUE');
    await page.evaluate(() => window.vesalius.open({ urls: ['/__data/segments.zip'] }));
    expect((await names()).filter((name) => name === 'LIGHT_BLUE')).toHaveLength(2);
    expect((await names()).length).toBeGreaterThan(found.length);
    expect(faults).toEqual([]);
    await context.close();
  }, 120_000);

  it('a mesh alone is a case of its own', async () => {
    const stl = join(mkdtempSync(join(tmpdir(), 'vesalius-')), 'ball.stl');
    writeFileSync(stl, binaryStl(icosphere(30, [10, -20, 30], 4), 'SPACE=RAS'));
    const { page, context, faults } = await openPage(app, { files: [stl] });
    const summary = await page.evaluate(() => window.vesalius.case());
    expect(summary.segments).toMatchObject([{ name: 'ball' }]);
    expect(Math.abs((summary.segments[0]?.volumeMl ?? 0) / (((4 / 3) * Math.PI * 27000) / 1000) - 1)).toBeLessThan(
      0.01,
    );
    expect(summary.warnings.map(({ code }) => code)).toContain('scan-empty');
    await page.waitForFunction(() => window.vesalius.stats().triangles > 1000, null, { timeout: 60_000, polling: 200 });
    expect(faults).toEqual([]);
    await context.close();
  }, 120_000);
});
