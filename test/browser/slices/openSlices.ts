// The page of the slices in a browser, for the tests of slices and of planes.
import { mkdtempSync, rmSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { PNG } from 'pngjs';
import { build } from 'vite';
import type { Viewer } from '#state/viewer.ts';
import { serveStatic } from '../../../server/static.ts';
import { launchBrowser } from '../chromium.ts';
import { slicesDrawn } from '../slicesDrawn.ts';

export type Plane = 'axial' | 'coronal' | 'sagittal';
/** What page.tsx leaves on the window. */
export interface SlicesWindow {
  readonly viewer: Viewer;
  readonly stage: {
    stats(now: number): { drawCalls: number; triangles: number };
    screenshot(): Promise<Blob>;
    project(ras: readonly [number, number, number]): { x: number; y: number };
    pickPixel(x: number, y: number): { segment: string; ras: readonly number[] } | null;
  };
  arrive(): void;
  makeUp(planes: readonly number[]): void;
}
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** RGB of a pixel. */
  at(x: number, y: number): [number, number, number];
}

export async function openSlices(port: number) {
  const out = mkdtempSync(join(tmpdir(), 'vesalius-slices-'));
  await build({
    root: import.meta.dirname,
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    resolve: { dedupe: ['three', 'react', 'react-dom'] },
    build: { outDir: out, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  });
  const served = await serveStatic({ dir: out, host: 'localhost', port });
  const browser = await launchBrowser();
  const context = await browser.newContext({ viewport: { width: 900, height: 600 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !message.location().url.endsWith('favicon.ico')) faults.push(message.text());
  });
  await page.goto(`http://localhost:${served.port}/`);
  await page.waitForSelector('.slice-view canvas');
  const close = async () => {
    await browser.close();
    await new Promise((resolve) => (served.server as Server).close(resolve));
    rmSync(out, { recursive: true, force: true });
  };
  return { page, faults, close, ...acts(page) };
}

function acts(page: Page) {
  /** In the page, with what it left on the window. */
  const inPage = <Result, Argument>(
    work: (scene: SlicesWindow, argument: Argument) => Result | Promise<Result>,
    argument?: Argument,
  ): Promise<Result> =>
    page.evaluate(`(${work.toString()})(window, ${JSON.stringify(argument ?? null)})`) as Promise<Result>;
  const drawn = () => slicesDrawn(page);
  return {
    inPage,
    drawn,
    crosshair: () => inPage(({ viewer }) => viewer.case.getState().crosshair as [number, number, number]),
    steps: () => inPage(({ viewer }) => viewer.case.getState().history.filter(({ undone }) => !undone).length),
    plainText: async (selector: string) => (await page.locator(selector).textContent())?.replace(/\s/g, ' '),
    async boxOf(plane: Plane) {
      const box = await page.locator(`[data-plane=${plane}]`).boundingBox();
      if (!box) throw new Error(`${plane} is not on the page`);
      return box;
    },
    /** The canvas, in CSS pixels of the view. */
    async pixels(plane: Plane): Promise<Picture> {
      await drawn();
      const url = await inPage((_, name) => {
        const canvas = document.querySelector(`[data-plane=${name}] canvas`) as HTMLCanvasElement;
        return canvas.toDataURL('image/png');
      }, plane);
      const { width, height, data } = PNG.sync.read(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));
      return {
        width,
        height,
        at(x, y) {
          const n = 4 * (x + width * y);
          return [data[n] as number, data[n + 1] as number, data[n + 2] as number];
        },
      };
    },
    /** Made touches: one place for each finger, CSS pixels of the view. */
    touch: (plane: Plane, type: 'down' | 'move' | 'up', fingers: readonly (readonly [number, number])[]) =>
      inPage(
        (_, { plane, type, fingers }) => {
          const view = document.querySelector(`[data-plane=${plane}]`) as HTMLElement;
          // A made pointer cannot be captured.
          view.setPointerCapture = () => undefined;
          const box = view.getBoundingClientRect();
          for (const [n, [x, y]] of fingers.entries()) {
            const at = { clientX: box.left + x, clientY: box.top + y, bubbles: true, cancelable: true };
            view.dispatchEvent(new PointerEvent(`pointer${type}`, { pointerId: n + 1, pointerType: 'touch', ...at }));
          }
        },
        { plane, type, fingers },
      ),
    /** Everything as it was when the page came. */
    async begin() {
      await page.mouse.move(899, 599);
      await inPage(({ viewer }) => {
        viewer.case.verbs.endGesture();
        viewer.case.verbs.setCrosshair([1, -1, 2]);
        viewer.case.verbs.setWindow({ level: 40, width: 400 });
        viewer.view.verbs.set({
          tool: 'inspect',
          convention: 'radiological',
          largeSlice: null,
          selection: [],
          planesShown: false,
        });
      });
      for (const plane of ['axial', 'coronal', 'sagittal'] as const) {
        await page.locator(`[data-plane=${plane}]`).focus();
        await page.keyboard.press('Home');
      }
      await drawn();
    },
  };
}
