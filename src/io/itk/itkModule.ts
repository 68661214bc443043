import { nodeBuiltin } from '../nodeBuiltin.ts';

/**
 * One of ITK-Wasm's programs: the script that goes with it and its WebAssembly packed by Zstandard, both as files of their own from
 * our origin. Each URL is written out where it is used, for the bundler to emit the file. The script is not bundled: it would bring
 * a second, unpacked build along.
 */
export interface ItkProgram {
  readonly package: string;
  /** Without its endings. */
  readonly name: string;
  readonly glue: URL;
  readonly packed: URL;
}

type Imports = Record<string, Record<string, () => unknown>>;
type Factory<Module> = (options: object) => Promise<Module>;
interface Loaded {
  readonly factory: Factory<unknown>;
  readonly compiled: WebAssembly.Module;
}
const loaded = new Map<string, Promise<Loaded>>();

/**
 * A fresh instance, so that nothing of one run is left for the next and its memory is given back. What the program prints goes to
 * `say`.
 * @throws Error where it cannot be loaded; it may be tried again
 */
export async function instantiateItk<Module>(program: ItkProgram, say: (line: string) => void): Promise<Module> {
  let loading = loaded.get(program.name);
  if (!loading) {
    loading = load(program);
    loaded.set(program.name, loading);
    loading.catch(() => loaded.delete(program.name));
  }
  const { factory, compiled } = await loading;
  const options = {
    instantiateWasm(imports: Imports, receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void) {
      const instance = new WebAssembly.Instance(compiled, imports);
      receive(instance, compiled);
      return instance.exports;
    },
  };
  // The script puts its own print functions here, which write to the console; ours stay.
  for (const name of ['print', 'printErr'])
    Object.defineProperty(options, name, { get: () => say, set: () => undefined, enumerable: true });
  return (await factory(options)) as Module;
}

async function load(program: ItkProgram): Promise<Loaded> {
  const glue = urlOf(program, program.glue, `${program.name}.js`);
  const imported = import(/* @vite-ignore */ glue) as Promise<{ readonly default: Factory<unknown> }>;
  const [{ default: factory }, packed, { decompress }] = await Promise.all([
    imported,
    bytesOf(urlOf(program, program.packed, `${program.name}.wasm.zst`)),
    import('fzstd'),
  ]);
  // Compiled here and now, as the decoders are: asynchronous compiling does not keep Node's event loop alive.
  return { factory, compiled: new WebAssembly.Module(decompress(packed) as Uint8Array<ArrayBuffer>) };
}

/** In Node the package is asked for its folder, since a bundle may lie anywhere. */
function urlOf(program: ItkProgram, bundled: URL, file: string): string {
  const module = nodeBuiltin<{ createRequire(from: string): { resolve(id: string): string } }>('node:module');
  const url = nodeBuiltin<{ pathToFileURL(path: string): URL }>('node:url');
  if (!module || !url) return bundled.href;
  const main = url.pathToFileURL(module.createRequire(import.meta.url).resolve(program.package));
  return new URL(`pipelines/${file}`, main).href;
}

async function bytesOf(url: string): Promise<Uint8Array> {
  const fs = nodeBuiltin<{ promises: { readFile(url: URL): Promise<Uint8Array> } }>('node:fs');
  if (fs) return fs.promises.readFile(new URL(url));
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}
