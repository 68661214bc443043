import { nodeBuiltin } from '#io/nodeBuiltin.ts';

/** What the codecs' WebAssembly builds have in common (emscripten's embind). */
interface WasmDecoder {
  getEncodedBuffer(length: number): Uint8Array;
  decode(): void;
  getDecodedBuffer(): Uint8Array;
  getFrameInfo(): {
    readonly width: number;
    readonly height: number;
    readonly bitsPerSample: number;
    readonly componentCount: number;
  };
  /** JPEG-LS: 0 planes, 1 lines, 2 samples. */
  getInterleaveMode?(): number;
  delete(): void;
}
type DecoderClass = new () => WasmDecoder;
/** Functions, as far as these builds import anything. */
type Imports = Record<string, Record<string, () => unknown>>;
type Factory = (options: {
  instantiateWasm(
    imports: Imports,
    receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
  ): object;
  print(words: string): void;
  printErr(words: string): void;
}) => Promise<Record<string, unknown>>;

export type WasmCodecName = 'jpeg' | 'jpegLs' | 'jpeg2000' | 'htj2k';

/**
 * One WebAssembly build per coding, loaded when a file needs it. The `.wasm` is fetched by us and handed over, so that the
 * packages' own search for it (relative to the page) never runs. Each URL is written out for the bundler to emit the file;
 * in Node the package is asked for it, since a bundle may lie anywhere.
 */
const CODECS: Readonly<Record<WasmCodecName, { glue(): Promise<unknown>; url: URL; module: string; decoder: string }>> =
  {
    jpeg: {
      glue: () => import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'),
      url: new URL(
        '../../../node_modules/@cornerstonejs/codec-libjpeg-turbo-8bit/dist/libjpegturbowasm_decode.wasm',
        import.meta.url,
      ),
      module: '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm',
      decoder: 'JPEGDecoder',
    },
    jpegLs: {
      glue: () => import('@cornerstonejs/codec-charls/decodewasmjs'),
      url: new URL('../../../node_modules/@cornerstonejs/codec-charls/dist/charlswasm_decode.wasm', import.meta.url),
      module: '@cornerstonejs/codec-charls/decodewasm',
      decoder: 'JpegLSDecoder',
    },
    jpeg2000: {
      glue: () => import('@cornerstonejs/codec-openjpeg/decodewasmjs'),
      url: new URL(
        '../../../node_modules/@cornerstonejs/codec-openjpeg/dist/openjpegwasm_decode.wasm',
        import.meta.url,
      ),
      module: '@cornerstonejs/codec-openjpeg/decodewasm',
      decoder: 'J2KDecoder',
    },
    htj2k: {
      glue: () => import('@cornerstonejs/codec-openjph/wasmjs'),
      url: new URL('../../../node_modules/@cornerstonejs/codec-openjph/dist/openjphjs.wasm', import.meta.url),
      module: '@cornerstonejs/codec-openjph/wasm',
      decoder: 'HTJ2KDecoder',
    },
  };

const classes = new Map<WasmCodecName, Promise<DecoderClass>>();

/** A decoder of its own; the module behind it is loaded once per worker. `delete()` it when done. */
export async function wasmDecoder(name: WasmCodecName): Promise<WasmDecoder> {
  let loading = classes.get(name);
  if (!loading) {
    loading = load(name);
    classes.set(name, loading);
    // A failed download may be tried again.
    loading.catch(() => classes.delete(name));
  }
  return new (await loading)();
}

async function load(name: WasmCodecName): Promise<DecoderClass> {
  const { glue, url, module, decoder } = CODECS[name];
  const [imported, bytes] = await Promise.all([glue(), wasmBytes(url, module)]);
  // Compiled here and now: asynchronous compiling does not keep Node's event loop alive, and a Node 20 that runs out of other
  // work while it goes on hangs at its end. These are 150 to 300 KB, some 10 ms, in a worker.
  const compiled = new WebAssembly.Module(bytes);
  const built = await factoryOf(imported)({
    instantiateWasm(imports, receive) {
      const instance = new WebAssembly.Instance(compiled, imports);
      receive(instance, compiled);
      return instance.exports;
    },
    print: () => {},
    printErr: () => {},
  });
  return built[decoder] as DecoderClass;
}

/** CommonJS seen as an ES module: the function is the default, or the default of the default. */
function factoryOf(imported: unknown): Factory {
  let found = imported;
  while (typeof found !== 'function') found = (found as { default: unknown }).default;
  return found as Factory;
}

async function wasmBytes(url: URL, module: string): Promise<ArrayBuffer> {
  const node = nodeBuiltin<{ createRequire(from: string): { resolve(id: string): string } }>('node:module');
  const fs = nodeBuiltin<{ promises: { readFile(path: string): Promise<Uint8Array<ArrayBuffer>> } }>('node:fs');
  if (node && fs) {
    const bytes = await fs.promises.readFile(node.createRequire(import.meta.url).resolve(module));
    return bytes.slice().buffer;
  }
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`decoder ${module}: HTTP ${answer.status}`);
  return answer.arrayBuffer();
}
