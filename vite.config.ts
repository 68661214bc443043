import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { pageHeaders } from './server/headers.ts';

interface Source {
  readonly dir: string;
  readonly only: (file: string) => boolean;
  readonly edit?: (file: string, body: Buffer) => Buffer | string;
}

const mime: Record<string, string> = {
  '.json': 'application/json',
  '.js': 'text/javascript',
  '.wasm': 'application/wasm',
  '.glb': 'model/gltf-binary',
};

/** Serves files of installed packages under a URL of our own origin in dev and emits them in a build. */
function localAssets(sources: Record<string, Source>): Plugin {
  const body = (source: Source, file: string) => {
    const bytes = readFileSync(join(source.dir, file));
    return source.edit?.(file, bytes) ?? bytes;
  };
  return {
    name: 'local-assets',
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '');
        const found = Object.entries(sources).find(([prefix]) => path.startsWith(prefix));
        if (!found) return next();
        const [prefix, source] = found;
        const file = path.slice(prefix.length);
        if (file.includes('..') || !source.only(file) || !existsSync(join(source.dir, file))) {
          response.statusCode = 404;
          response.end();
          return;
        }
        for (const [name, value] of Object.entries(pageHeaders())) response.setHeader(name, value);
        response.setHeader('content-type', mime[extname(file)] ?? 'application/octet-stream');
        response.end(body(source, file));
      });
    },
    generateBundle() {
      for (const [prefix, source] of Object.entries(sources))
        for (const entry of readdirSync(source.dir, { recursive: true, withFileTypes: true })) {
          const file = join(entry.parentPath, entry.name)
            .slice(source.dir.length + 1)
            .replaceAll('\\', '/');
          if (!entry.isFile() || !source.only(file)) continue;
          this.emitFile({ type: 'asset', fileName: prefix.slice(1) + file, source: body(source, file) });
        }
    },
  };
}

/** @pmndrs/xr can load an emulator with five scanned rooms (5 MB); we bring our own emulated headset. */
const noEmulator: Plugin = {
  name: 'no-emulator',
  enforce: 'pre',
  resolveId: (id, from) => (id === './emulate.js' && from?.includes('@pmndrs/xr') ? '\0no-emulator' : null),
  load: (id) =>
    id === '\0no-emulator' ? 'export const emulate = () => { throw new Error("no emulator in this build") }' : null,
};

const installed = (path: string) => join(import.meta.dirname, 'node_modules', path);

/** Controller and hand models that are shipped; unknown ones fall back to generic-trigger. */
const profiles = new Set([
  'generic-hand',
  'generic-trigger',
  'generic-trigger-squeeze-thumbstick',
  'meta-quest-touch-plus',
  'meta-quest-touch-plus-v2',
  'meta-quest-touch-pro',
  'oculus-touch-v3',
  'pico-4',
  'pico-4u',
]);
const profileOf = (path: string) => path.split('/')[0] ?? '';

const classes = { class: true, function: false };

export default defineConfig({
  plugins: [
    react(),
    noEmulator,
    localAssets({
      '/xr-profiles/': {
        dir: installed('@webxr-input-profiles/assets/dist/profiles'),
        only: (file) => file === 'profilesList.json' || profiles.has(profileOf(file)),
        edit: (file, bytes) =>
          file === 'profilesList.json'
            ? JSON.stringify(
                Object.fromEntries(
                  Object.entries<{ path: string }>(JSON.parse(bytes.toString())).filter(([, profile]) =>
                    profiles.has(profileOf(profile.path)),
                  ),
                ),
              )
            : bytes,
      },
    }),
  ],
  resolve: { dedupe: ['three', 'react', 'react-dom'] },
  publicDir: 'assets/public',
  server: { headers: pageHeaders() },
  preview: { headers: pageHeaders() },
  worker: { format: 'es' },
  build: {
    outDir: 'dist/web',
    target: 'es2022',
    assetsInlineLimit: 0,
    // Class names stay: libraries say them in their errors. `output.keepNames` would keep them too, by a call for each that no
    // longer lets unused parts of three fall away: 60 KB more.
    rolldownOptions: { output: { minify: { compress: { keepNames: classes }, mangle: { keepNames: classes } } } },
  },
});
