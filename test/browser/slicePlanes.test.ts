import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openSlices } from './slices/openSlices.ts';

let opened: Awaited<ReturnType<typeof openSlices>>;
beforeAll(async () => {
  opened = await openSlices(5491);
  await opened.inPage(({ arrive }) => arrive());
});
afterAll(() => opened?.close());
beforeEach(() => opened.begin());

describe('the planes in the body', () => {
  const violet = async (): Promise<number> =>
    opened.inPage(async ({ stage }) => {
      const bitmap = await createImageBitmap(await stage.screenshot());
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(bitmap, 0, 0);
      const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
      let count = 0;
      for (let n = 0; n < data.length; n += 4) {
        const [r, g, b] = [data[n] as number, data[n + 1] as number, data[n + 2] as number];
        if (b > 200 && b > r + 40 && r > g + 8) count++;
      }
      return count;
    });
  const show = async (planesShown: boolean) => {
    await opened.inPage(({ viewer }, planesShown) => {
      viewer.view.verbs.set({ planesShown });
      viewer.view.verbs.lookFrom('three-quarter');
    }, planesShown);
    await opened.page.waitForTimeout(400);
  };

  it('are framed in their colours when shown, and cost nothing when not', async () => {
    await show(false);
    const calls = await opened.inPage(({ stage }) => stage.stats(performance.now()).drawCalls);
    expect(await violet()).toBe(0);
    await show(true);
    expect(await violet()).toBeGreaterThan(100);
    expect(await opened.inPage(({ stage }) => stage.stats(performance.now()).drawCalls)).toBe(calls + 3);
    await show(false);
    expect(await violet()).toBe(0);
    expect(await opened.inPage(({ stage }) => stage.stats(performance.now()).drawCalls)).toBe(calls);
  });

  it('follow the crosshair, and are dragged along their normals as one step', async () => {
    await show(true);
    const before = await opened.steps();
    const from = await opened.crosshair();
    await opened.page.keyboard.down('Alt');
    await opened.page.mouse.move(200, 450);
    await opened.page.mouse.down();
    for (let n = 1; n <= 6; n++) await opened.page.mouse.move(200 + 4 * n, 450 - 5 * n);
    await opened.page.mouse.up();
    await opened.page.keyboard.up('Alt');
    const to = await opened.crosshair();
    expect(to.filter((value, axis) => value !== from[axis]).length).toBe(1);
    expect(await opened.steps()).toBe(before + 1);
    await show(false);
  });

  it('come back after the graphics card was reset', async () => {
    await show(true);
    const shown = await violet();
    await opened.inPage(async () => {
      const canvas = document.querySelector('.stage canvas') as HTMLCanvasElement;
      const lose = canvas.getContext('webgl2')?.getExtension('WEBGL_lose_context');
      const restored = new Promise((done) => canvas.addEventListener('webglcontextrestored', done, { once: true }));
      lose?.loseContext();
      await new Promise((done) => setTimeout(done, 100));
      lose?.restoreContext();
      await restored;
    });
    await opened.page.waitForTimeout(500);
    expect(Math.abs((await violet()) / shown - 1)).toBeLessThan(0.02);
    await show(false);
  });
});

it('said nothing in the console but that the context was lost', () => {
  expect(opened.faults.filter((fault) => !/context lost/i.test(fault))).toEqual([]);
});
