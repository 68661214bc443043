import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createBrotliDecompress } from 'node:zlib';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';
import { extract } from 'tar-fs';

const packageFolder = join(dirname(createRequire(import.meta.url).resolve('@sparticuz/chromium')), '..');

/** The version that golden images are drawn with: npm's own Chromium. */
export const chromiumVersion = (
  JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as { version: string }
).version;

/**
 * npm's Chromium, unpacked once into the temporary folder together with the libraries that a bare Debian lacks (libnss3 and
 * its like), so that no system package is needed. `CHROMIUM=/path` takes another one.
 */
async function unpacked(): Promise<{ executablePath: string; env: Record<string, string> }> {
  const environment = process.env as Record<string, string>;
  if (process.env.CHROMIUM) return { executablePath: process.env.CHROMIUM, env: environment };
  const bin = join(packageFolder, 'bin');
  const home = join(tmpdir(), `vesalius-chromium-${chromiumVersion}-${process.getuid?.() ?? 0}`);
  if (!existsSync(home)) {
    // Unpacked beside it and renamed at the end: what lies at `home` is always whole, whoever else is unpacking.
    const part = mkdtempSync(`${home}-part-`);
    const unpack = (name: string, target: NodeJS.WritableStream) =>
      pipeline(createReadStream(join(bin, name)), createBrotliDecompress({ chunkSize: 2 ** 21 }), target);
    mkdirSync(join(part, 'libs'));
    await Promise.all([
      unpack('chromium.br', createWriteStream(join(part, 'chromium'), { mode: 0o700 })),
      unpack('swiftshader.tar.br', extract(part)),
      unpack('fonts.tar.br', extract(join(part, 'fonts'))),
      unpack('al2023.tar.br', extract(join(part, 'libs'))),
    ]);
    try {
      renameSync(part, home);
    } catch {
      rmSync(part, { recursive: true, force: true });
    }
  }
  // The package's own list names the folders of another machine: without a font no letter is drawn at all.
  const fontList = join(home, 'fonts.conf');
  if (!existsSync(fontList)) {
    const dirs = `<dir>${join(home, 'fonts')}</dir><cachedir>${join(home, 'fonts-cache')}</cachedir>`;
    writeFileSync(
      fontList,
      `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${dirs}</fontconfig>`,
    );
  }
  const libraries = [join(home, 'libs/lib'), process.env.LD_LIBRARY_PATH].filter(Boolean).join(':');
  return {
    executablePath: join(home, 'chromium'),
    env: { ...environment, LD_LIBRARY_PATH: libraries, FONTCONFIG_FILE: fontList },
  };
}

const ARGS = [
  '--no-sandbox',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  '--ignore-gpu-blocklist',
  '--font-render-hinting=none',
  '--disable-lcd-text',
  '--force-color-profile=srgb',
  '--disable-background-networking',
];

/** A headless browser with WebGL2 in software, the same picture on every machine. */
export async function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ ...(await unpacked()), args: [...ARGS, ...args] });
}

/** The same with a profile on the disk: what a page stores there outlives it. */
export async function launchProfile(
  folder: string,
  options: { readonly width: number; readonly height: number },
): Promise<BrowserContext> {
  return chromium.launchPersistentContext(folder, {
    ...(await unpacked()),
    args: ARGS,
    viewport: options,
    reducedMotion: 'reduce',
  });
}
