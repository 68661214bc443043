import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LightKeeper } from '#scene/lightKeeper.ts';
import type { StageModel } from '#scene/StageModel.ts';
import type { Viewer } from '#state/viewer.ts';
import { serveStatic } from '../../server/static.ts';
import { launchBrowser } from './chromium.ts';

/** What page.tsx leaves on the window. */
interface SceneWindow {
  readonly viewer: Viewer;
  readonly stage: StageModel;
  readonly keeper: LightKeeper;
  wrap(on: boolean): void;
}

const WIDTH = 480;
const HEIGHT = 360;
let out: string;
let server: Server;
let browser: Awaited<ReturnType<typeof launchBrowser>>;
let page: Page;
const faults: string[] = [];

beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'vesalius-scene-'));
  await build({
    root: join(import.meta.dirname, 'scene'),
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    resolve: { dedupe: ['three', 'react', 'react-dom'] },
    build: { outDir: out, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  });
  const served = await serveStatic({ dir: out, host: 'localhost', port: 5480 });
  server = served.server as Server;
  browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: WIDTH, height: HEIGHT }, reducedMotion: 'reduce' });
  page = await context.newPage();
  page.on('pageerror', (error) => faults.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url.endsWith('favicon.ico')) faults.push(message.text());
  });
  await page.goto(`http://localhost:${served.port}/`);
  await page.waitForFunction(
    () => ((window as unknown as SceneWindow).stage?.stats(performance.now()).triangles ?? 0) > 1000,
  );
  await page.evaluate(() => (window as unknown as SceneWindow).keeper.settled());
  await look('front');
});
afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => server?.close(resolve));
  rmSync(out, { recursive: true, force: true });
});

/** In the page, with what it left on the window. */
const inPage = <Result, Argument>(
  work: (scene: SceneWindow, argument: Argument) => Result | Promise<Result>,
  argument?: Argument,
): Promise<Result> =>
  page.evaluate(`(${work.toString()})(window, ${JSON.stringify(argument ?? null)})`) as Promise<Result>;

async function look(view: 'front' | 'left'): Promise<void> {
  await inPage((scene, named) => {
    scene.viewer.view.verbs.lookFrom(named);
    scene.viewer.view.verbs.focus(null);
  }, view);
}

/** The view as it is drawn now. */
async function picture(): Promise<PNG> {
  const base64 = await inPage(async ({ stage }) => {
    const blob = await stage.screenshot();
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = '';
    for (let n = 0; n < bytes.length; n += 8192) text += String.fromCharCode(...bytes.subarray(n, n + 8192));
    return btoa(text);
  });
  return PNG.sync.read(Buffer.from(base64, 'base64'));
}
const pixel = (png: PNG, x: number, y: number) => {
  const at = 4 * (Math.round(x) + png.width * Math.round(y));
  return [...png.data.subarray(at, at + 3)] as [number, number, number];
};
const placeOf = (ras: readonly [number, number, number]) =>
  inPage(({ stage }, point) => stage.project(point), ras as [number, number, number]);
const difference = (a: PNG, b: PNG): number => {
  let far = 0;
  for (let n = 0; n < a.data.length; n += 4)
    if ([0, 1, 2].some((c) => Math.abs((a.data[n + c] as number) - (b.data[n + c] as number)) > 6)) far++;
  return far / (a.data.length / 4);
};

describe('the 3D view in Chromium', () => {
  it('draws the patient’s right on the left of the picture, in its own colours and one call', async () => {
    const right = await placeOf([60, 34, 0]);
    const left = await placeOf([-52, 30, 0]);
    expect(right.x).toBeLessThan(WIDTH / 2);
    expect(left.x).toBeGreaterThan(WIDTH / 2);
    const png = await picture();
    expect([png.width, png.height]).toEqual([WIDTH, HEIGHT]);
    const red = pixel(png, right.x, right.y);
    const blue = pixel(png, left.x, left.y);
    expect(red[0]).toBeGreaterThan(red[2] * 1.8);
    expect(blue[2]).toBeGreaterThan(blue[0] * 1.5);
    // Lit, not burnt out; and the ground is dark.
    expect(Math.max(...red)).toBeGreaterThan(90);
    expect(Math.max(...pixel(png, (await placeOf([0, 21, 8])).x, (await placeOf([0, 21, 8])).y))).toBeLessThanOrEqual(
      246,
    );
    expect(Math.max(...pixel(png, 6, 6))).toBeLessThan(40);
    const stats = await inPage(({ stage }) => stage.stats(performance.now()));
    expect(stats.drawCalls).toBeLessThanOrEqual(4);
    expect(stats.triangles).toBeGreaterThan(12_000);
    expect(stats.gpuBytes).toBeGreaterThan(100_000);
  });

  it('hovers under the mouse, selects on a click with an outline, and unselects beside the body', async () => {
    const before = await picture();
    const { x, y } = await placeOf([60, 34, 0]);
    await page.mouse.move(x, y);
    await page.waitForFunction(() => (window as unknown as SceneWindow).viewer.view.getState().hover?.segment === 's1');
    // Glow is strongest where the surface turns away: half a radius off is enough to see it.
    expect(difference(before, await picture())).toBeGreaterThan(0.01);
    await page.mouse.click(x, y);
    expect(await inPage(({ viewer }) => viewer.view.getState().selection)).toEqual(['s1']);
    await page.mouse.move(5, 5);
    await page.waitForFunction(() => (window as unknown as SceneWindow).viewer.view.getState().hover === null);
    const outlined = await picture();
    let accent = 0;
    for (let n = 0; n < outlined.data.length; n += 4) {
      const [r, g, b] = [outlined.data[n], outlined.data[n + 1], outlined.data[n + 2]] as [number, number, number];
      if (Math.abs(r - 0x4c) < 12 && Math.abs(g - 0xc2) < 12 && Math.abs(b - 0xff) < 12) accent++;
    }
    const radius = Math.abs((await placeOf([94, 0, 0])).x - (await placeOf([60, 0, 0])).x);
    // A ring of about 2 px around the ball, and no flood.
    expect(accent).toBeGreaterThan(2 * Math.PI * radius);
    expect(accent).toBeLessThan(2 * Math.PI * radius * 4.5);
    await page.mouse.click(5, 5);
    expect(await inPage(({ viewer }) => viewer.view.getState().selection)).toEqual([]);
  });

  it('turns by drag and arrows, moves by the middle button, comes nearer by wheel', async () => {
    const facts = () => inPage(({ viewer }) => viewer.view.getState().camera);
    const settle = () =>
      page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const start = await facts();
    await page.mouse.move(240, 180);
    await page.mouse.down();
    await page.mouse.move(300, 180, { steps: 4 });
    await page.mouse.up();
    await settle();
    const turned = await facts();
    expect(turned?.towardsRas[0]).not.toBeCloseTo(start?.towardsRas[0] ?? 0, 1);
    expect(await inPage(({ viewer }) => viewer.view.getState().selection)).toEqual([]);
    await page.mouse.wheel(0, -240);
    await settle();
    expect((await facts())?.pixelsPerMm).toBeGreaterThan((turned?.pixelsPerMm ?? 0) * 1.1);
    const before = await placeOf([0, 0, 8]);
    await page.mouse.move(240, 180);
    await page.mouse.down({ button: 'middle' });
    await page.mouse.move(270, 160, { steps: 3 });
    await page.mouse.up({ button: 'middle' });
    await settle();
    const after = await placeOf([0, 0, 8]);
    // The first moves tell a drag from a click and are not followed.
    expect(after.x - before.x).toBeGreaterThan(18);
    expect(after.y - before.y).toBeLessThan(-10);
    await page.locator('.stage').focus();
    const beforeKey = await facts();
    await page.keyboard.press('ArrowLeft');
    await settle();
    expect((await facts())?.towardsRas).not.toEqual(beforeKey?.towardsRas);
    await look('front');
    await settle();
    expect((await facts())?.towardsRas[1]).toBeCloseTo(1, 6);
  });

  it('takes the shadow away with what cast it', async () => {
    const between = async () => {
      const chunk = await inPage(({ viewer }) => [...(viewer.surfaces.getState().chunks.get('balls')?.light ?? [])]);
      const place = await inPage(({ viewer }) => [...(viewer.surfaces.getState().chunks.get('balls')?.place ?? [])]);
      let darkest = 255;
      for (let n = 0; n < place.length / 4; n++)
        if (place[4 * n + 3] === 3) darkest = Math.min(darkest, chunk[8 * n + 4] as number);
      return darkest;
    };
    const crowded = await between();
    await inPage(async ({ viewer, keeper }) => {
      viewer.case.verbs.setVisible(['s1', 's2'], false);
      await keeper.settled();
    });
    const alone = await between();
    expect(crowded).toBeLessThan(200);
    expect(alone).toBeGreaterThan(240);
    await inPage(async ({ viewer, keeper }) => {
      viewer.case.verbs.setVisible(['s1', 's2'], true);
      await keeper.settled();
    });
  });

  it('draws next to nothing when nothing is shown', async () => {
    await inPage(({ viewer }) => viewer.case.verbs.setVisible(['s1', 's2', 's3'], false));
    await picture();
    expect((await inPage(({ stage }) => stage.stats(performance.now()))).triangles).toBeLessThan(1000);
    await inPage(({ viewer }) => viewer.case.verbs.setVisible(['s1', 's2', 's3'], true));
  });

  it('a translucent ball shows what is behind it, whatever side one stands on', async () => {
    for (const azimuth of [-1.2, 1.2, 0]) {
      const seen = async (opacity: number) => {
        await inPage(
          ({ viewer, stage }, [angle, share]) => {
            viewer.case.verbs.setOpacity('s1', share);
            stage.desk.jump({ ...stage.desk.orbit, azimuth: angle });
          },
          [azimuth, opacity] as [number, number],
        );
        return picture();
      };
      const [gone, ghost, solid] = [await seen(0), await seen(0.25), await seen(1)];
      const middle = await placeOf([60, 0, 0]);
      const apart = (a: PNG, b: PNG) =>
        Math.max(
          ...pixel(a, middle.x, middle.y).map((value, c) =>
            Math.abs(value - (pixel(b, middle.x, middle.y)[c] as number)),
          ),
        );
      // Hidden behind the others from the left; else what is behind it is seen, hardly changed, and its edge is drawn.
      if (azimuth < 1) expect(apart(gone, solid)).toBeGreaterThan(40);
      expect(apart(gone, ghost)).toBeLessThan(36);
      expect(difference(gone, ghost)).toBeGreaterThan(azimuth < 1 ? 0.01 : 0.0005);
    }
    await inPage(({ viewer }) => viewer.case.verbs.setOpacity('s1', 1));
    await look('front');
  });

  it('has the picture back within 3 s of a lost context', async () => {
    await inPage(({ keeper }) => keeper.settled());
    const before = await picture();
    const ms = await inPage(async ({ stage }) => {
      const gl = document.querySelector('canvas')?.getContext('webgl2');
      const lose = gl?.getExtension('WEBGL_lose_context');
      if (!lose) return -1;
      lose.loseContext();
      await new Promise((done) => setTimeout(done, 200));
      const drawn = stage.meter.drawn;
      const start = performance.now();
      lose.restoreContext();
      while (stage.meter.drawn === drawn && performance.now() - start < 10_000)
        await new Promise((done) => setTimeout(done, 10));
      return performance.now() - start;
    });
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThan(3000);
    expect(difference(before, await picture())).toBeLessThan(0.002);
  });

  it('takes in what wraps it late, and lets it go, without making anything anew', async () => {
    const before = await picture();
    const same = await inPage(async (scene) => {
      const { modelRoot, arena } = scene.stage;
      const meshes = [...arena.group.children];
      const parent = () => modelRoot.parent?.name ?? '';
      const waitFor = async (name: string) => {
        for (let n = 0; n < 100 && parent() !== name; n++) await new Promise((done) => setTimeout(done, 20));
        return parent() === name && arena.group.children.every((mesh, n) => mesh === meshes[n]);
      };
      const first = parent();
      scene.wrap(true);
      const into = await waitFor('wrapper');
      scene.wrap(false);
      return [into, await waitFor(first), scene.stage.modelRoot === modelRoot];
    });
    expect(same).toEqual([true, true, true]);
    expect(difference(before, await picture())).toBe(0);
  });

  it('measures by two clicks with the measuring tool', async () => {
    await inPage(({ viewer }) => viewer.view.verbs.set({ tool: 'measure' }));
    for (const ras of [
      [60, 34, 0],
      [-52, 30, 0],
    ] as const) {
      const { x, y } = await placeOf(ras);
      await page.mouse.click(x, y);
    }
    const [line] = await inPage(({ viewer }) => viewer.case.getState().measurements);
    const [a, b] = (line?.points ?? [[], []]) as readonly (readonly number[])[];
    const length = Math.hypot(...[0, 1, 2].map((axis) => (a?.[axis] ?? 0) - (b?.[axis] ?? 0)));
    expect(Math.abs(length - Math.hypot(112, 4))).toBeLessThan(3);
    await inPage(({ viewer }) => viewer.view.verbs.set({ tool: 'inspect' }));
  });

  it('said nothing in the console', () => {
    expect(faults).toEqual([]);
  });
});
