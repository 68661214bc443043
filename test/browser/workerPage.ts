import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { build, type InlineConfig } from 'vite';
import { serveStatic } from '../../server/static.ts';
import { launchBrowser } from './chromium.ts';

/** A page with a module worker, built as ours is, served with our headers, and a browser for it. */
export interface WorkerPage {
  readonly origin: string;
  readonly browser: Browser;
  /** The folder of the built scripts. */
  readonly assets: string;
  close(): Promise<void>;
}

/**
 * @param worker TypeScript of `it.worker.ts`, which `page` starts
 * @param copies files that are served: `[path, where]`
 */
export async function buildWorkerPage(
  { worker, page }: { readonly worker: string; readonly page: string },
  copies: readonly (readonly [path: string, where: string])[],
): Promise<WorkerPage> {
  const home = mkdtempSync(join(tmpdir(), 'vesalius-worker-'));
  const index = '<!doctype html><title>t</title><script type="module" src="./page.ts"></script>';
  writeFileSync(join(home, 'index.html'), index);
  writeFileSync(join(home, 'page.ts'), page);
  writeFileSync(join(home, 'it.worker.ts'), worker);
  const dist = join(home, 'dist');
  await build(buildOptions(home, dist));
  mkdirSync(join(dist, 'data'));
  for (const [path, where] of copies) cpSync(path, join(dist, 'data', where));
  const { server, port } = await serveStatic({ dir: dist, host: 'localhost', port: 5480 });
  const browser = await launchBrowser();
  return {
    origin: `http://localhost:${port}`,
    browser,
    assets: join(dist, 'assets'),
    async close() {
      await browser.close();
      await new Promise((resolve) => (server as Server).close(resolve));
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export function buildOptions(root: string, outDir: string): InlineConfig {
  return {
    root,
    configFile: false,
    logLevel: 'error',
    worker: { format: 'es' },
    build: { outDir, target: 'es2022', assetsInlineLimit: 0 },
  };
}
