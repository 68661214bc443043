import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { ViewerApi } from '#app/viewerApi.ts';
import { serveStatic } from '../../server/static.ts';
import { launchBrowser } from './chromium.ts';

declare global {
  interface Window {
    vesalius: ViewerApi;
    /** The emulated headset that a test brings itself. */
    __xrDevice: EmulatedHeadset;
  }
}
export interface EmulatedHeadset {
  position: { set(x: number, y: number, z: number): void };
  quaternion: { set(x: number, y: number, z: number, w: number): void };
  readonly controllers: Record<
    'left' | 'right',
    {
      position: { set(x: number, y: number, z: number): void };
      quaternion: { set(x: number, y: number, z: number, w: number): void };
      updateButtonValue(id: 'trigger' | 'squeeze' | 'a-button' | 'b-button' | 'thumbstick', value: number): void;
      updateAxes(id: 'thumbstick', x: number, y: number): void;
    }
  >;
  readonly hands: Record<
    'left' | 'right',
    {
      position: { set(x: number, y: number, z: number): void };
      quaternion: { set(x: number, y: number, z: number, w: number): void };
      updatePinchValue(value: number): void;
    }
  >;
  primaryInputMode: 'controller' | 'hand';
  readonly activeSession: unknown;
}

export interface App {
  readonly browser: Browser;
  readonly origin: string;
  close(): Promise<void>;
}

/** The built page on a port of its own, and a browser. */
export async function startApp(args: readonly string[] = []): Promise<App> {
  const { server, port } = await serveStatic({
    dir: join(import.meta.dirname, '../../dist/web'),
    host: 'localhost',
    port: 5400,
  });
  const browser = await launchBrowser(args);
  return {
    browser,
    origin: `http://localhost:${port}`,
    async close() {
      await browser.close();
      await new Promise((resolve) => (server as Server).close(resolve));
    },
  };
}

export interface OpenPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Requests that left our origin: must stay empty. */
  readonly foreign: string[];
  /** Uncaught errors and policy violations: must stay empty. */
  readonly faults: string[];
}
export interface OpenOptions {
  readonly query?: string;
  /** Files on disk, served on the page's own origin at /__data/NAME. */
  readonly files?: readonly string[];
  /** Brings an emulated headset as the browser's own, before the page's scripts. */
  readonly headset?: boolean;
  /** Runs in the page after the emulated headset was brought, before the page's scripts. */
  readonly inHeadset?: () => void;
  readonly width?: number;
  readonly height?: number;
  /** Takes the isolation headers off. */
  readonly notIsolated?: boolean;
  readonly coarsePointer?: boolean;
}

/** Opens the page and waits until `window.vesalius` is ready. */
export async function openPage(app: App, options: OpenOptions = {}): Promise<OpenPage> {
  const context = await app.browser.newContext({
    viewport: { width: options.width ?? 1280, height: options.height ?? 800 },
    hasTouch: options.coarsePointer ?? false,
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  const foreign: string[] = [];
  const faults: string[] = [];
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (/^(https?|wss?):$/.test(url.protocol) && url.origin !== app.origin) foreign.push(request.url());
  });
  page.on('pageerror', (error) => faults.push(String(error.stack ?? error)));
  page.on('console', (message) => {
    if (message.type() === 'error') faults.push(message.text());
  });
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) =>
      console.error(`policy violation: ${event.effectiveDirective} ${event.blockedURI}`),
    );
  });
  if (options.notIsolated) await context.route('**/*', withoutIsolation);
  for (const file of options.files ?? []) {
    await context.route(
      (url) => url.pathname === `/__data/${basename(file)}`,
      (route) => route.fulfill({ body: readFileSync(file), contentType: 'application/octet-stream' }),
    );
  }
  if (options.headset) await page.addInitScript(headsetScript());
  if (options.inHeadset) await page.addInitScript(options.inHeadset);
  const urls = options.files?.length
    ? `urls=${options.files.map((file) => `/__data/${basename(file)}`).join(',')}`
    : '';
  await page.goto(`${app.origin}/?${[options.query, urls].filter(Boolean).join('&')}`);
  await page.waitForFunction(() => window.vesalius?.ready !== undefined);
  await page.evaluate(() => window.vesalius.ready);
  return { page, context, foreign, faults };
}

/** Waits until the body is on screen. */
export async function shown(page: Page, triangles = 1000): Promise<void> {
  await page.waitForFunction((least) => window.vesalius.stats().triangles > least, triangles, {
    timeout: 60_000,
    polling: 50,
  });
}

function headsetScript(): string {
  const iwer = readFileSync(createRequire(import.meta.url).resolve('iwer/build/iwer.min.js'), 'utf8');
  return `${iwer};
    window.__xrDevice = new IWER.XRDevice(IWER.metaQuest3, { stereoEnabled: true, ipd: 0.063, visibilityMask: null });
    __xrDevice.installRuntime({ forceInstall: true });
    __xrDevice.position.set(0, 1.6, 0);
    // iwer 2.5.0 reads 16 numbers off a transform.
    const { getOffsetReferenceSpace } = XRReferenceSpace.prototype;
    XRReferenceSpace.prototype.getOffsetReferenceSpace = function (offset) {
      return getOffsetReferenceSpace.call(this, offset.matrix);
    };`;
}

export async function withoutIsolation(route: Parameters<Parameters<BrowserContext['route']>[1]>[0]): Promise<void> {
  const answer = await route.fetch();
  const headers = Object.fromEntries(
    Object.entries(answer.headers()).filter(
      ([name]) => name !== 'cross-origin-opener-policy' && name !== 'cross-origin-embedder-policy',
    ),
  );
  await route.fulfill({ response: answer, headers });
}
