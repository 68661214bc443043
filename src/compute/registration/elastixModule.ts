import { nodeBuiltin } from '#compute/port.ts';

/** elastix' own form of parameters: every value a list of words. */
export type ParameterMap = Readonly<Record<string, readonly string[]>>;

/** A scalar image as ITK holds it: x-fastest, the direction's columns the axes, row-major, LPS millimetres. */
export interface ItkImage {
  readonly size: readonly number[];
  readonly spacing: readonly number[];
  readonly origin: readonly number[];
  readonly direction: Float64Array;
  readonly data: Float32Array;
}

/** As far as it is used here: an emscripten module with ITK's memory interface. */
interface ElastixGlue {
  ccall(name: string, returns: 'number', types: readonly 'number'[], values: readonly number[]): number;
  callMain(args: string[]): number;
  lengthBytesUTF8(text: string): number;
  stringToUTF8(text: string, pointer: number, bytes: number): void;
  UTF8ToString(pointer: number): string;
  stackSave(): number;
  stackRestore(pointer: number): void;
  getExceptionMessage?(exception: unknown): readonly string[];
  readonly HEAPU8: Uint8Array;
}
type ElastixFactory = (options: object) => Promise<ElastixGlue>;

/** What one run has to say: the transform maps it found, one for each parameter map. */
export interface ElastixRun {
  readonly transforms: readonly ParameterMap[];
  readonly log: string;
}

/**
 * The package ships its WebAssembly packed by Zstandard (2.4 MB; 13 MB unpacked; the unpacked file beside it is of an older build).
 * The script that goes with it is a file of its own too: bundled, it would bring that older build along. Each URL is written out for
 * the bundler to emit the file.
 */
const files = {
  'elastix.wasm.zst': new URL(
    '../../../node_modules/@itk-wasm/elastix/dist/pipelines/elastix.wasm.zst',
    import.meta.url,
  ),
  'elastix.js': new URL('../../../node_modules/@itk-wasm/elastix/dist/pipelines/elastix.js', import.meta.url),
} as const;

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * Runs elastix once on `fixed` and `moving` with one parameter map; `initial` is a chain of transform maps, the first of them
 * applied first. Blocks its worker until the end. Every run has an instance of its own, so that nothing of one run is left for
 * the next and its memory is given back.
 * @throws Error with elastix' own words
 */
export async function runElastix(
  parameters: ParameterMap,
  fixed: ItkImage,
  moving: ItkImage,
  initial: readonly ParameterMap[],
): Promise<ElastixRun> {
  const words: string[] = [];
  const module = await instantiate((line) => words.push(line));
  const args = ['0', '0', '1', '2', '--memory-io', '--fixed', '1', '--moving', '2'];
  giveText(module, 0, JSON.stringify([parameters]));
  giveImage(module, 1, fixed);
  giveImage(module, 2, moving);
  if (initial.length > 0) {
    giveText(module, 3, JSON.stringify(initial));
    args.push('--initial-transform-parameter-object', '3');
  }
  let status: number;
  const stack = module.stackSave();
  const { process } = globalThis as { process?: { exitCode: unknown } };
  const exitCode = process?.exitCode;
  try {
    status = module.callMain(args);
  } catch (thrown) {
    const message = typeof thrown === 'object' ? module.getExceptionMessage?.(thrown)?.join(' ') : undefined;
    throw new Error(lastWords(words, message ?? String(thrown)));
  } finally {
    module.stackRestore(stack);
    // The script sets the program's own exit code where its main() fails.
    if (process) process.exitCode = exitCode;
  }
  if (status !== 0) throw new Error(lastWords(words, `exit ${status}`));
  return { transforms: JSON.parse(takeText(module, 2)) as ParameterMap[], log: words.join('\n') };
}

async function instantiate(say: (line: string) => void): Promise<ElastixGlue> {
  compiled ??= compile();
  // A failed download may be tried again.
  compiled.catch(() => {
    compiled = undefined;
  });
  const wasm = await compiled;
  const imported: { readonly default: unknown } = await import(/* @vite-ignore */ urlOf('elastix.js'));
  const options = {
    instantiateWasm(
      imports: Record<string, Record<string, () => unknown>>,
      receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ) {
      const instance = new WebAssembly.Instance(wasm, imports);
      receive(instance, wasm);
      return instance.exports;
    },
  };
  // The module's own print writes to the console and would take the place of ours: these cannot be replaced.
  for (const name of ['print', 'printErr']) Object.defineProperty(options, name, { get: () => say, set: () => {} });
  return await (imported.default as ElastixFactory)(options);
}

/** Compiled here and now: in Node asynchronous compiling does not keep the event loop alive. */
async function compile(): Promise<WebAssembly.Module> {
  const [{ decompress }, bytes] = await Promise.all([import('fzstd'), packedBytes()]);
  return new WebAssembly.Module(decompress(bytes) as Uint8Array<ArrayBuffer>);
}

/** In Node the package is asked for its folder, since a bundle may lie anywhere. */
function urlOf(name: keyof typeof files): string {
  const module = nodeBuiltin<{ createRequire(from: string): { resolve(id: string): string } }>('node:module');
  const url = nodeBuiltin<{ pathToFileURL(path: string): URL }>('node:url');
  if (!module || !url) return files[name].href;
  const main = url.pathToFileURL(module.createRequire(import.meta.url).resolve('@itk-wasm/elastix'));
  return new URL(`pipelines/${name}`, main).href;
}

async function packedBytes(): Promise<Uint8Array> {
  const url = urlOf('elastix.wasm.zst');
  const fs = nodeBuiltin<{ promises: { readFile(url: URL): Promise<Uint8Array> } }>('node:fs');
  if (fs) return fs.promises.readFile(new URL(url));
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`elastix: HTTP ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** Bytes in the module's memory as part `part` of input `input`; the value is their address as ITK's JSON writes it. */
function giveBytes(module: ElastixGlue, input: number, part: number, bytes: Uint8Array): string {
  const pointer =
    module.ccall(
      'itk_wasm_input_array_alloc',
      'number',
      ['number', 'number', 'number', 'number'],
      [0, input, part, bytes.byteLength],
    ) >>> 0;
  module.HEAPU8.set(bytes, pointer);
  return `data:application/vnd.itk.address,0:${pointer}`;
}

function giveJson(module: ElastixGlue, input: number, value: unknown): void {
  const text = JSON.stringify(value);
  const bytes = module.lengthBytesUTF8(text) + 1;
  const pointer =
    module.ccall('itk_wasm_input_json_alloc', 'number', ['number', 'number', 'number'], [0, input, bytes]) >>> 0;
  module.stringToUTF8(text, pointer, bytes);
}

function giveText(module: ElastixGlue, input: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  giveJson(module, input, { size: bytes.byteLength, data: giveBytes(module, input, 0, bytes) });
}

function giveImage(module: ElastixGlue, input: number, image: ItkImage): void {
  const { data, direction } = image;
  giveJson(module, input, {
    imageType: { dimension: 3, componentType: 'float32', pixelType: 'Scalar', components: 1 },
    name: 'image',
    origin: image.origin,
    spacing: image.spacing,
    size: image.size,
    data: giveBytes(module, input, 0, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    direction: giveBytes(
      module,
      input,
      1,
      new Uint8Array(direction.buffer, direction.byteOffset, direction.byteLength),
    ),
    metadata: [],
  });
}

function takeText(module: ElastixGlue, output: number): string {
  const three = ['number', 'number', 'number'] as const;
  const pointer = module.ccall('itk_wasm_output_array_address', 'number', three, [0, output, 0]) >>> 0;
  const size = module.ccall('itk_wasm_output_array_size', 'number', three, [0, output, 0]) >>> 0;
  return new TextDecoder().decode(module.HEAPU8.slice(pointer, pointer + size));
}

/** The line of the log that tells most: elastix repeats itself and ends with where it gave up. */
function lastWords(words: readonly string[], otherwise: string): string {
  const said = words.map((line) => line.trim()).filter((line) => /error|description|exception|too many/i.test(line));
  return (said.find((line) => /description/i.test(line)) ?? said[0] ?? otherwise).slice(0, 300);
}
