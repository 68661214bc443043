import { nodeBuiltin } from '#compute/port.ts';

/**
 * Built kernels, by name. Each URL is written out so that the bundler emits the file; add yours here.
 * Sources: src/kernels/NAME.ts (AssemblyScript), built to dist/kernels/NAME.wasm.
 */
const urls = {
  probe: new URL('../../dist/kernels/probe.wasm', import.meta.url),
  isosurface: new URL('../../dist/kernels/isosurface.wasm', import.meta.url),
  isosurfaceShared: new URL('../../dist/kernels/isosurfaceShared.wasm', import.meta.url),
  threshold: new URL('../../dist/kernels/threshold.wasm', import.meta.url),
  histogram: new URL('../../dist/kernels/histogram.wasm', import.meta.url),
  components: new URL('../../dist/kernels/components.wasm', import.meta.url),
  morphology: new URL('../../dist/kernels/morphology.wasm', import.meta.url),
  surfaceNets: new URL('../../dist/kernels/surfaceNets.wasm', import.meta.url),
  surfaceNetsMeshes: new URL('../../dist/kernels/surfaceNetsMeshes.wasm', import.meta.url),
  coneLight: new URL('../../dist/kernels/coneLight.wasm', import.meta.url),
  meshDistance: new URL('../../dist/kernels/meshDistance.wasm', import.meta.url),
  resample: new URL('../../dist/kernels/resample.wasm', import.meta.url),
} as const;

export type KernelName = keyof typeof urls;

const modules = new Map<KernelName, Promise<WebAssembly.Module>>();

/** A fresh instance over a memory of its own: `pages` of 64 KB to begin with; it may grow to 4 GB. Or over `shared`, another's. */
export async function loadKernel<Exports>(
  name: KernelName,
  pages: number,
  shared?: WebAssembly.Memory,
): Promise<{ exports: Exports; memory: WebAssembly.Memory }> {
  let module = modules.get(name);
  if (!module) {
    module = compile(urls[name]);
    modules.set(name, module);
  }
  const memory = shared ?? new WebAssembly.Memory({ initial: pages, maximum: 65536 });
  const compiled = await module;
  const imports = { env: { memory, abort } };
  const instance = isNode
    ? new WebAssembly.Instance(compiled, imports)
    : await WebAssembly.instantiate(compiled, imports);
  return { exports: instance.exports as Exports, memory };
}

/** Grows `memory` to hold at least `bytes`; views taken before are empty afterwards. */
export function ensureBytes(memory: WebAssembly.Memory, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
}

function abort(): never {
  throw new Error('kernel abort');
}

/**
 * In Node, where compiling at once blocks nobody: an asynchronous compile does not keep Node 20's event loop alive, and a
 * command could end, or hang, in the middle of it.
 */
const fs = nodeBuiltin<{ readFileSync(url: URL): Uint8Array<ArrayBuffer> }>('node:fs');
const isNode = fs !== undefined;

async function compile(url: URL): Promise<WebAssembly.Module> {
  if (fs) return new WebAssembly.Module(fs.readFileSync(url));
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`kernel ${url.pathname}: HTTP ${answer.status}`);
  return WebAssembly.compile(await answer.arrayBuffer());
}
